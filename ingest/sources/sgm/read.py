"""Reads SGM's mines: the JSON its ArcGIS REST service answers (one file or many pages), shapefile, GeoPackage."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.vocabulary import fold
from app.errors import FileFault
from app.words import Words
from ingest.coordinates import WGS84, operation, position
from ingest.layers import read_layer
from ingest.readers import opened
from ingest.rows import Fault, FileRead, Raw, Reading, Reason, Row, RowRejected
from ingest.sources.sgm.columns import attributes

# Esri's own number for Web Mercator, older than its EPSG code; services still answer with it.
_ESRI_WEB_MERCATOR = {102100: 3857, 102113: 3857}
_LAYERS = {"1:250,000": "250k", "1:250000": "250k", "1:50,000": "50k", "1:50000": "50k"}


@dataclass(frozen=True, slots=True)
class _Page:
    """One file's features in one shape, whatever the form they came in."""

    features: Sequence[Raw]
    source_crs: str
    encoding: str
    more_follow: bool = False


def read(paths: Sequence[Path]) -> Reading:
    """The mines in one or more files; raises `FileFault` for a file that is not an answer of the service."""
    pages = [_page(path) for path in paths]
    if pages[-1].more_follow:
        last = paths[-1].name
        raise FileFault(
            Words(
                f"{last} says that more rows follow (exceededTransferLimit); give the pages after it too, in order",
                f"{last} dice que siguen más filas (exceededTransferLimit); dé también las páginas que le siguen",
            )
        )
    files = tuple(FileRead(page.encoding, len(page.features)) for page in pages)
    return Reading(files, _rows(pages))


def layer_of(scale: object) -> str:
    """The short name of a layer from the words of Escala, such as "Esc:1:250,000"; 250k where they say none."""
    words = str(scale or "").replace(" ", "").lower().removeprefix("esc:").removeprefix("escala:")
    return _LAYERS.get(words, "250k")


def _page(path: Path) -> _Page:
    if path.suffix.lower() in (".gpkg", ".shp") or (path.suffix.lower() == ".zip" and not _zipped_json(path)):
        layer = read_layer(path)
        features = [{"attributes": said, "x": _at(point, 0), "y": _at(point, 1)} for said, point in layer.features]
        return _Page([{**feature, "crs": layer.source_crs} for feature in features], layer.source_crs, layer.encoding)
    return _json_page(path)


def _at(point: tuple[float, float] | None, axis: int) -> float | None:
    return point[axis] if point else None


def _zipped_json(path: Path) -> bool:
    try:
        with opened(path, "answer.json"):
            return True
    except FileFault:
        return False


def _json_page(path: Path) -> _Page:
    answer = _parsed(path)
    if "error" in answer:
        error = answer["error"] if isinstance(answer["error"], dict) else {"message": answer["error"]}
        said = f"{error.get('code', '')} {error.get('message', '')}".strip()
        raise _fault(
            path,
            f"it is the service's error, not data: {said}; ask the service again",
            f"es un error del servicio, no datos: {said}; consulte el servicio de nuevo",
        )
    features = answer.get("features")
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise _fault(
            path,
            "it holds no list of features; an answer to /query with f=json or f=geojson was expected",
            "no contiene una lista de features; se esperaba una respuesta de /query con f=json o f=geojson",
        )
    geojson = answer.get("type") == "FeatureCollection"
    crs = _geojson_crs(answer) if geojson else _esri_crs(path, answer)
    rows = [_geojson_row(one, crs) if geojson else _esri_row(one, crs) for one in features]
    if rows and not any(attributes(row["attributes"]) for row in rows):
        held = ", ".join(rows[0]["attributes"]) or "-"
        raise _fault(
            path,
            f"none of its columns is one of SGM's mines (Nombre, Sustancia …); it holds: {held}",
            f"ninguna de sus columnas es de las minas del SGM (Nombre, Sustancia …); contiene: {held}",
        )
    more = answer.get("exceededTransferLimit") or (answer.get("properties") or {}).get("exceededTransferLimit")
    return _Page(rows, crs, "utf-8", bool(more))


def _parsed(path: Path) -> dict[str, Any]:
    with opened(path, "answer.json") as stream:
        data = stream.read()
    try:
        answer = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise _fault(
            path,
            f"it is not UTF-8, which JSON always is (byte {fault.start}); save the service's answer as it came",
            f"no es UTF-8, como todo JSON (byte {fault.start}); guarde la respuesta del servicio tal como llegó",
        ) from fault
    except (ValueError, RecursionError) as fault:
        raise _fault(path, f"it is cut short or not JSON ({fault})", f"está cortado o no es JSON ({fault})") from fault
    if not isinstance(answer, dict):
        raise _fault(
            path, "it is JSON, but not an answer of the service", "es JSON, pero no una respuesta del servicio"
        )
    return answer


def _geojson_crs(answer: dict[str, Any]) -> str:
    """WGS 84 (RFC 7946), or what the older `crs` member names; ArcGIS writes one when outSR is not 4326."""
    name = str(((answer.get("crs") or {}).get("properties") or {}).get("name") or "")
    code = name.rsplit(":", 1)[-1]
    return f"EPSG:{code}" if code.isdigit() else WGS84


def _esri_crs(path: Path, answer: dict[str, Any]) -> str:
    frame = answer.get("spatialReference")
    wkid = (frame.get("latestWkid") or frame.get("wkid")) if isinstance(frame, dict) else None
    if not isinstance(wkid, int):
        raise _fault(
            path,
            "it does not say its coordinate system (spatialReference); ask the service with outSR=4326",
            "no dice su sistema de coordenadas (spatialReference); consulte el servicio con outSR=4326",
        )
    return f"EPSG:{_ESRI_WEB_MERCATOR.get(wkid, wkid)}"


def _esri_row(feature: Raw, crs: str) -> Raw:
    point = feature.get("geometry")
    point = point if isinstance(point, dict) else {}
    said = feature.get("attributes")
    return {"attributes": said if isinstance(said, dict) else {}, "x": point.get("x"), "y": point.get("y"), "crs": crs}


def _geojson_row(feature: Raw, crs: str) -> Raw:
    geometry = feature.get("geometry")
    point = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    x, y = (point[0], point[1]) if isinstance(point, list) and len(point) >= 2 else (None, None)
    said = feature.get("properties")
    return {"attributes": said if isinstance(said, dict) else {}, "x": x, "y": y, "crs": crs}


def _rows(pages: Sequence[_Page]) -> Iterator[Row | Fault]:
    repeated: dict[str, list[str]] = {}
    for file, page in enumerate(pages):
        operation(page.source_crs)
        for number, raw in enumerate(page.features, 1):
            if "\\u0000" in json.dumps(raw, default=str):
                yield Fault(file, number, _NUL, _without_nul(raw))
                continue
            key = _key(raw)
            if key:
                key = _apart(key, raw, repeated)
            yield Row(file, number, key, layer_of(attributes(raw["attributes"]).get("scale")), raw)


def _key(raw: Raw) -> str | None:
    """SGM publishes no stable key: its ObjectId changes whenever the service is rebuilt. One is made of the layer,
    the folded name and the position to the nearest 0.001 degree (about 100 m)."""
    try:
        place = position(raw["x"], raw["y"], raw["crs"], 0, ("x", "y"))
    except RowRejected:
        return None
    said = attributes(raw["attributes"])
    layer, name = layer_of(said.get("scale")), fold(str(said.get("name") or ""))
    identity = f"{layer}|{name}|{place.longitude:.3f}|{place.latitude:.3f}"
    return hashlib.sha256(identity.encode()).hexdigest()[:12]


def _apart(key: str, raw: Raw, seen: dict[str, list[str]]) -> str:
    """Two mines of one name and place keep two keys, as long as anything that they say differs."""
    said = json.dumps({**raw, "attributes": _without_object_id(raw["attributes"])}, sort_keys=True, default=str)
    others = seen.setdefault(key, [])
    if said not in others:
        others.append(said)
    place = others.index(said)
    return f"{key}-{place + 1}" if place else key


def _without_object_id(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if fold(name) not in ("objectid", "fid", "oid")}


_NUL = Reason(
    "row-nul-byte",
    None,
    None,
    Words(
        "a value of the row holds a NUL character, which no text has; the agency's file is damaged here",
        "un valor de la fila contiene un carácter NUL, que ningún texto lleva; el archivo está dañado aquí",
    ),
)


def _without_nul(raw: Raw) -> Raw:
    shown: Raw = json.loads(json.dumps(raw, default=str).replace("\\u0000", "\\\\x00"))
    return shown


def _fault(path: Path, en: str, es: str) -> FileFault:
    return FileFault(Words(f"{path.name}: {en}", f"{path.name}: {es}"))
