"""Asks a service as QGIS does, without a window; run by the system's Python, which has QGIS. Prints one JSON value.

qgis_client.py ACTION PROFILE '{"argument": ...}'; what QGIS complains of goes to standard error.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsDataItem,
    QgsFeature,
    QgsFeatureRequest,
    QgsLayerDefinition,
    QgsMapLayer,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsProviderRegistry,
    QgsRectangle,
    QgsSettings,
    QgsVectorLayer,
    QgsVectorTileLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize, Qt

SERVER = "vetalode"


def collections(url: str) -> list[dict[str, str]]:
    """What the browser panel shows below the connection: id and title of each collection."""
    settings = QgsSettings()
    settings.setValue(f"qgis/connections-wfs/{SERVER}/url", url)
    settings.setValue(f"qgis/connections-wfs/{SERVER}/version", "OGC_API_FEATURES")
    (provider,) = (p for p in QgsApplication.dataItemProviderRegistry().providers() if p.name() == "WFS")
    (connection,) = provider.createDataItem("", None).createChildren()
    return [{"name": item.name(), "uri": item.path(), "kind": _kind(item)} for item in connection.createChildren()]


def _kind(item: QgsDataItem) -> str:
    return type(item).__name__


def _layer(url: str, collection: str, where: str = "", boxes: bool = False) -> QgsVectorLayer:
    restricted = " restrictToRequestBBOX='1'" if boxes else ""
    layer = QgsVectorLayer(f"url='{url}' typename='{collection}' pagingEnabled='true'{restricted}", "deposits", "OAPIF")
    _must_be_valid(layer)
    if where and not layer.setSubsetString(where):
        sys.exit(f"QGIS does not take the filter {where}")
    return layer


def _must_be_valid(layer: QgsMapLayer) -> None:
    if not layer.isValid():
        sys.exit(f"QGIS does not take the layer: {layer.error().message()}")


def describe(url: str, collection: str) -> dict[str, Any]:
    """A layer as its properties dialogue shows it."""
    layer = _layer(url, collection)
    box = layer.extent()
    return {
        "count": layer.featureCount(),
        "crs": layer.crs().authid(),
        "geometry": QgsWkbTypes.displayString(layer.wkbType()),
        "extent": [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()],
        "fields": {field.name(): field.typeName() for field in layer.fields()},
    }


def features(
    url: str,
    collection: str,
    box: list[float] | None = None,
    where: str = "",
    crs: str | None = None,
) -> list[dict[str, Any]]:
    """Every feature that a layer gives: attributes and place, in another reference system where one is named."""
    layer = _layer(url, collection, where, boxes=box is not None)
    request = QgsFeatureRequest()
    if box is not None:
        request.setFilterRect(QgsRectangle(*box))
    if crs is not None:
        request.setDestinationCrs(QgsCoordinateReferenceSystem(crs), QgsProject.instance().transformContext())
    return [_told(feature) for feature in layer.getFeatures(request)]


def _told(feature: QgsFeature) -> dict[str, Any]:
    point = feature.geometry().asPoint()
    attributes = {name: _plain(value) for name, value in feature.attributeMap().items()}
    return {"place": [point.x(), point.y()], "attributes": attributes}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if hasattr(value, "isNull") and value.isNull():
        return None
    return value.toString(Qt.ISODate) if hasattr(value, "toString") else str(value)


def picture(url: str, zooms: list[int], box: list[float], size: list[int], png: str) -> dict[str, Any]:
    """Draws a vector tile layer as QGIS styles it at first, and says how many of its pixels are not white."""
    layer = QgsVectorTileLayer(f"type=xyz&url={url}&zmin={zooms[0]}&zmax={zooms[1]}", "deposits")
    _must_be_valid(layer)
    image = _drawn([layer], box, size)
    image.save(png)
    coloured = [
        [x, y] for x in range(image.width()) for y in range(image.height()) if image.pixel(x, y) & 0xFFFFFF != 0xFFFFFF
    ]
    return {"coloured": coloured}


def definition(qlr: str, box: list[float], size: list[int], png: str, places: list[list[int]]) -> dict[str, Any]:
    """Adds the layers of a layer definition file, draws them, and says what colour each place of the picture has."""
    project = QgsProject.instance()
    added, fault = QgsLayerDefinition.loadLayerDefinition(qlr, project, project.layerTreeRoot())
    if not added:
        sys.exit(f"QGIS does not take the layer definition: {fault}")
    layers = [node.layer() for node in project.layerTreeRoot().findLayers()]
    for layer in layers:
        _must_be_valid(layer)
    image = _drawn(layers, box, size)
    image.save(png)
    return {
        "layers": {layer.name(): [style.styleName() for style in layer.renderer().styles()] for layer in layers},
        "colours": [image.pixelColor(*place).name() for place in places],
    }


def styled(url: str, zooms: list[int], qml: str) -> list[str]:
    """The rules that a vector tile layer draws by once it has taken a style file."""
    layer = QgsVectorTileLayer(f"type=xyz&url={url}&zmin={zooms[0]}&zmax={zooms[1]}", "deposits")
    _must_be_valid(layer)
    said, taken = layer.loadNamedStyle(qml)
    if not taken:
        sys.exit(f"QGIS does not take the style: {said}")
    return [style.styleName() for style in layer.renderer().styles()]


def dressed(path: str, layer: str, box: list[float], size: list[int], png: str) -> dict[str, Any]:
    """A layer of a file as it is when it is added: its look, its fields' names, its lists of values, its text."""
    added = QgsVectorLayer(f"{path}|layername={layer}", layer, "ogr")
    _must_be_valid(added)
    project = QgsProject.instance()
    project.addMapLayer(added)
    image = _drawn([added], box, size)
    image.save(png)
    widgets = {field.name(): added.editorWidgetSetup(n) for n, field in enumerate(added.fields())}
    return {
        "count": added.featureCount(),
        "crs": added.crs().authid(),
        "rules": [rule.label() for rule in added.renderer().rootRule().children()],
        "aliases": {field.name(): field.displayName() for field in added.fields()},
        "comments": {field.name(): field.comment() for field in added.fields()},
        "values": {name: one.config().get("map") for name, one in widgets.items() if one.type() == "ValueMap"},
        "title": added.metadata().title(),
        "abstract": added.metadata().abstract(),
        "colours": sorted({image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}),
    }


def _drawn(layers: list[QgsMapLayer], box: list[float], size: list[int]) -> Any:
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    settings.setExtent(QgsRectangle(*box))
    settings.setOutputSize(QSize(*size))
    settings.setBackgroundColor(Qt.white)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    for error in job.errors():
        sys.stderr.write(f"{error.message}\n")
    return job.renderedImage()


ACTIONS: dict[str, Callable[..., Any]] = {
    action.__name__: action for action in (collections, definition, describe, dressed, features, picture, styled)
}


def main() -> None:
    """Does what the command line says, with a profile of its own so that no cache or setting of the user's counts."""
    action, profile, arguments = sys.argv[1:]
    application = QgsApplication([], False, profile)
    QgsApplication.messageLog().messageReceived.connect(lambda said, tag, _: sys.stderr.write(f"{tag}: {said}\n"))
    application.initQgis()
    QgsProviderRegistry.instance()
    json.dump(ACTIONS[action](**json.loads(arguments)), sys.stdout)
    sys.stdout.flush()
    application.exitQgis()


if __name__ == "__main__":
    main()
