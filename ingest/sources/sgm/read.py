"""Reads SGM's mines: the JSON its ArcGIS REST service answers (one file or many pages), shapefile, GeoPackage, KML."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.vocabulary import fold
from app.errors import FileFault
from app.words import Words
from ingest.coordinates import WGS84, is_geographic, numbers, to_wgs84
from ingest.keys import Identity
from ingest.layers import Layer, check_frame_of, layer_in
from ingest.readers import opened
from ingest.rows import FileRead, Raw, Reading, Row, RowRejected, file_fault
from ingest.sources.sgm.columns import attributes

# Esri's own number for Web Mercator, older than its EPSG code; services still answer with it.
_ESRI_WEB_MERCATOR = {102100: 3857, 102113: 3857}
_LAYERS = {"250000": "250k", "50000": "50k"}
COARSEST = "250k"


@dataclass(frozen=True, slots=True)
class _Page:
    """One file's features in one shape, whatever the form they came in."""

    features: Sequence[Raw]
    source_crs: str
    encoding: str
    more_follow: bool = False
    note: Words | None = None


def read(paths: Sequence[Path]) -> Reading:
    """The mines in one or more files; raises `FileFault` for a file that is not an answer of the service."""
    pages = [_checked(path, _page(path)) for path in paths]
    if pages[-1].more_follow:
        last = paths[-1].name
        raise FileFault(
            Words(
                f"{last} says that more rows follow (exceededTransferLimit); give the pages after it too, in order",
                f"{last} dice que siguen más filas (exceededTransferLimit); dé también las páginas que le siguen, "
                "en orden",
            )
        )
    files = tuple(FileRead(page.encoding, len(page.features), page.note) for page in pages)
    return Reading(files, _rows(pages))


def layer_of(scale: object) -> str | None:
    """The short name of a layer from the words of Escala, such as "Esc:1:250,000"; None where they say none."""
    parts = re.split("[:/]", str(scale or ""))
    return _LAYERS.get(re.sub(r"\D", "", parts[-1]))


def _page(path: Path) -> _Page:
    layer = layer_in(path)
    return _vector_page(layer) if layer else _json_page(path)


def _vector_page(layer: Layer) -> _Page:
    features = [
        {"attributes": said, "x": _at(point, 0), "y": _at(point, 1), "crs": layer.source_crs}
        for said, point in layer.features
    ]
    return _Page(features, layer.source_crs, layer.encoding, note=layer.note)


def _at(point: tuple[float, float] | None, axis: int) -> float | None:
    return point[axis] if point else None


def _checked(path: Path, page: _Page) -> _Page:
    """The page, if its columns are SGM's."""
    if page.features and not any(attributes(row["attributes"]) for row in page.features):
        held = ", ".join(page.features[0]["attributes"]) or "-"
        raise file_fault(
            path,
            f"none of its columns is one of SGM's mines (Nombre, Sustancia …); it holds: {held}",
            f"ninguna de sus columnas es de las minas del SGM (Nombre, Sustancia …); contiene: {held}",
        )
    return page


def _json_page(path: Path) -> _Page:
    answer = _parsed(path)
    if "error" in answer:
        error = answer["error"] if isinstance(answer["error"], dict) else {"message": answer["error"]}
        said = f"{error.get('code', '')} {error.get('message', '')}".strip()
        raise file_fault(
            path,
            f"it is the service's error, not data: {said}; ask the service again",
            f"es un error del servicio, no datos: {said}; consulte el servicio de nuevo",
        )
    features = answer.get("features")
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise file_fault(
            path,
            "it holds no list of features; an answer to /query with f=json or f=geojson was expected",
            "no contiene una lista de features; se esperaba una respuesta de /query con f=json o f=geojson",
        )
    geojson = answer.get("type") == "FeatureCollection"
    crs = _geojson_crs(path, answer) if geojson else _esri_crs(path, answer)
    check_frame_of(path, crs)
    rows = [_geojson_row(one, crs) if geojson else _esri_row(one, crs) for one in features]
    more = answer.get("exceededTransferLimit") or _member(answer, "properties").get("exceededTransferLimit")
    return _Page(rows, crs, "utf-8", bool(more))


def _member(value: Raw, name: str) -> Raw:
    """An object within an object; an empty one where there is none, or something else."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _parsed(path: Path) -> dict[str, Any]:
    with opened(path, "answer.json") as stream:
        data = stream.read()
    try:
        # NaN and Infinity are no JSON, yet written; kept as the words that they are.
        answer = json.loads(data.decode("utf-8-sig"), parse_constant=str)
    except UnicodeDecodeError as fault:
        raise file_fault(
            path,
            f"it is not UTF-8, which JSON always is (byte {fault.start}); save the service's answer as it came",
            f"no es UTF-8, como todo JSON (byte {fault.start}); guarde la respuesta del servicio tal como llegó",
        ) from fault
    except (ValueError, RecursionError) as fault:
        raise file_fault(
            path,
            f"it is cut short or not JSON ({fault}); ask the service again, or give a shapefile, GeoPackage or KML",
            f"está cortado o no es JSON ({fault}); consulte el servicio de nuevo o dé un shapefile, GeoPackage o KML",
        ) from fault
    if not isinstance(answer, dict):
        raise file_fault(
            path,
            "it is JSON, but not an answer of the service to /query with f=json or f=geojson",
            "es JSON, pero no una respuesta del servicio a /query con f=json o f=geojson",
        )
    return answer


def _geojson_crs(path: Path, answer: dict[str, Any]) -> str:
    """WGS 84 (RFC 7946), or what the older `crs` member names; ArcGIS writes one when outSR is not 4326."""
    if not answer.get("crs"):
        return WGS84
    name = str(_member(_member(answer, "crs"), "properties").get("name"))
    code = name.rsplit(":", 1)[-1]
    if code == "CRS84":
        return WGS84
    if not code.isdecimal():
        raise _no_frame(path, "crs")
    return _epsg(int(code))


def _esri_crs(path: Path, answer: dict[str, Any]) -> str:
    frame = _member(answer, "spatialReference")
    wkid = frame.get("latestWkid") or frame.get("wkid")
    if not isinstance(wkid, int):
        raise _no_frame(path, "spatialReference")
    return _epsg(wkid)


def _epsg(code: int) -> str:
    return f"EPSG:{_ESRI_WEB_MERCATOR.get(code, code)}"


def _no_frame(path: Path, member: str) -> FileFault:
    return file_fault(
        path,
        f"it does not say its coordinate system ({member}); ask the service with outSR=4326",
        f"no dice su sistema de coordenadas ({member}); consulte el servicio con outSR=4326",
    )


def _esri_row(feature: Raw, crs: str) -> Raw:
    point = _member(feature, "geometry")
    return {"attributes": _member(feature, "attributes"), "x": point.get("x"), "y": point.get("y"), "crs": crs}


def _geojson_row(feature: Raw, crs: str) -> Raw:
    geometry = _member(feature, "geometry")
    point = geometry.get("coordinates") if geometry.get("type") == "Point" else None
    x, y = (point[0], point[1]) if isinstance(point, list) and len(point) >= 2 else (None, None)
    return {"attributes": _member(feature, "properties"), "x": x, "y": y, "crs": crs}


def _rows(pages: Sequence[_Page]) -> Iterator[Row]:
    """The rows with their keys. Mines of one identity keep keys apart, whatever the order of the files, as long as
    anything that they say differs."""
    layers = {layer for page in pages for layer in map(_layer, page.features) if layer}
    rows = [
        Row(file, number, *key_and_layer(raw, layers), raw)
        for file, page in enumerate(pages)
        for number, raw in enumerate(page.features, 1)
    ]
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.key:
            alike[row.key].add(_said(row.raw))
    for row in rows:
        place = sorted(alike[row.key]).index(_said(row.raw)) if row.key else 0
        yield row._replace(key=f"{row.key}-{place + 1}") if place else row


def _layer(raw: Raw) -> str | None:
    return layer_of(attributes(raw["attributes"]).get("scale"))


def key_and_layer(raw: Raw, layers: Collection[str]) -> tuple[str | None, str]:
    """The key of a mine that shares its identity with none, and its layer. One without a scale is of its files' layer:
    else one such mine would end all records of the other layer."""
    layer = _layer(raw) or (next(iter(layers)) if len(layers) == 1 else COARSEST)
    return _key(raw, layer), layer


def _key(raw: Raw, layer: str) -> str | None:
    """SGM publishes no stable key: its ObjectId changes whenever the service is rebuilt. One is made of the layer,
    the folded name and the position to the nearest 0.001 degree (about 100 m)."""
    mine = identity(raw, layer)
    if mine is None:
        return None
    # Rounded twice, for a projection and its inverse move a point by some 1e-12 degree, and 0.0005 to either side.
    longitude, latitude = round(mine.longitude, 7), round(mine.latitude, 7)
    said = f"{mine.layer}|{mine.name}|{longitude:.3f}|{latitude:.3f}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def identity(raw: Raw, layer: str) -> Identity | None:
    """What tells a mine apart; None for one without a position."""
    try:
        pair = numbers(raw["x"], raw["y"], ("x", "y"), geographic=is_geographic(raw["crs"]))
        longitude, latitude, _ = to_wgs84(*pair, raw["crs"], "MX")
    except RowRejected:
        return None
    return Identity(layer, fold(str(attributes(raw["attributes"]).get("name") or "")), longitude, latitude)


def said(raw: Raw) -> Raw:
    """What a mine says, whatever number the service gave it."""
    return {
        **raw,
        "attributes": {name: value for name, value in raw["attributes"].items() if fold(name) not in _NUMBERS},
    }


def _said(raw: Raw) -> str:
    return json.dumps(said(raw), sort_keys=True, default=str)


_NUMBERS = ("objectid", "fid", "oid")
