"""Reads what the WFS of MRDS answers to GetFeature: GML 2 (version 1.0.0) or GML 3 (1.1.0)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from app.errors import FileFault
from app.words import Words
from ingest.guarded import Guarded, Sentences, Unfit, chunks, explained, local_name
from ingest.readers import opened
from ingest.rows import FileRead, Raw, Reading, Row, file_fault

FORM = "wfs"
MEMBER = "mrds.xml"

_TYPE = "mrds"
_REFUSALS = ("ServiceExceptionReport", "ExceptionReport")
_MEMBERS = ("featureMember", "featureMembers")
# Where a point's numbers stand, and the version of GML that puts them there.
_NUMBERS = {"coordinates": "2", "pos": "3"}

_SENTENCES = Sentences(
    doctype=Words(
        "which the service never writes; ask the service again",
        "que el servicio nunca escribe; consulte el servicio de nuevo",
    ),
    too_long=Words("any that the service writes", "los que escribe el servicio"),
    broken=Words("ask the service again", "consulte el servicio de nuevo"),
)

# In GML 3 an EPSG code means the axes of the EPSG, latitude first, and the service holds to it even for the short
# form of the code. CRS84 means longitude first, as all of GML 2 does.
_LATITUDE_FIRST = re.compile(
    r"(urn:(x-)?ogc:def:crs:)?EPSG:([\d.]*:)?4326|https?://www\.opengis\.net/def/crs/EPSG/[\d.]+/4326|", re.IGNORECASE
)
_LONGITUDE_FIRST = re.compile(r"(urn:ogc:def:crs:OGC:[\d.]*:)?CRS:?84", re.IGNORECASE)
_GML2_FRAME = re.compile(r"(EPSG:|http://www\.opengis\.net/gml/srs/epsg\.xml#)4326|", re.IGNORECASE)


def recognises(path: Path) -> bool:
    """Whether the file is XML, of whatever kind."""
    try:
        with opened(path, MEMBER) as stream:
            start = stream.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
    except FileFault:
        return False
    return start[:1] == b"<" or start[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<")


def read(paths: Sequence[Path]) -> Reading:
    """The features of one or more answers; raises `FileFault` for a file that is not one, or holds no feature."""
    return Reading(tuple(map(_look, paths)), _rows(paths))


def _look(path: Path) -> FileRead:
    """One pass over the whole file, so that one cut short or of another kind is refused before a row of it is used."""
    answer = _Answer()
    features = sum(1 for _ in _features(path, answer))
    if not features:
        raise file_fault(
            path,
            "it holds no feature; version 1.1.0 of the service takes a bbox of latitude before longitude",
            "no contiene ningún elemento; la versión 1.1.0 del servicio toma un bbox de latitud antes de longitud",
        )
    return FileRead(answer.xml.encoding, features)


def _rows(paths: Sequence[Path]) -> Iterator[Row]:
    for file, path in enumerate(paths):
        for number, raw in enumerate(_features(path, _Answer()), 1):
            # The feature's own id, such as mrds.8212, numbers the service's rows and is no dep_id.
            yield Row(file, number, raw["properties"].get("dep_id", "").strip() or None, "mrds", raw)


def _features(path: Path, answer: "_Answer") -> Iterator[Raw]:
    with opened(path, MEMBER) as stream, explained(path, _SENTENCES):
        for chunk in chunks(stream):
            answer.xml.take(chunk)
            yield from answer.done
            answer.done.clear()


class _Answer:
    """Makes features of an answer as it is parsed; `done` are those that are whole."""

    def __init__(self) -> None:
        self.xml = Guarded(_SENTENCES, self._start, self._end)
        self.done: list[Raw] = []
        self._frame: str | None = None
        self._feature: Raw | None = None
        self._feature_depth = 0

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        way = self.xml.way
        if len(way) == 1:
            _check_root(name)
        elif self._feature is None and way[-2] in _MEMBERS:
            self._feature, self._feature_depth = _begun(name, attributes), len(way)
        self._frame = attributes.get("srsName", self._frame)

    def _end(self) -> None:
        xml = self.xml
        if xml.is_leaf and xml.way[0] in _REFUSALS:
            _refuse(" ".join(xml.text.split()))
        within = xml.way[self._feature_depth :]
        if self._feature is not None and xml.is_leaf and within:
            self._keep(self._feature, within, xml.text)
        if self._feature is not None and not within:
            self.done.append(self._feature)
            self._feature = None

    def _keep(self, feature: Raw, within: Sequence[str], text: str) -> None:
        """Keeps the text of an element by its way within its feature."""
        if len(within) == 1:
            feature["properties"][within[0]] = text
        elif within[-1] in _NUMBERS and "Point" in within:
            feature |= {"srs": self._frame, "gml": _NUMBERS[within[-1]], "position": text}
            _check_frame(feature)


def _begun(name: str, attributes: Mapping[str, str]) -> Raw:
    if name != _TYPE:
        raise Unfit(
            f"its features are {name}, not {_TYPE}; ask the service with typename={_TYPE}",
            f"sus elementos son {name}, no {_TYPE}; consulte el servicio con typename={_TYPE}",
        )
    number = next((value for key, value in attributes.items() if local_name(key) in ("id", "fid")), None)
    return {"form": FORM, "id": number, "srs": None, "gml": None, "position": None, "properties": {}}


def _check_root(name: str) -> None:
    if name != "FeatureCollection" and name not in _REFUSALS:
        raise Unfit(
            f"it is a {name}, not the FeatureCollection that the service answers to GetFeature",
            f"es un {name}, no la FeatureCollection con que el servicio responde a GetFeature",
        )


def _refuse(said: str) -> None:
    raise Unfit(
        f"it is the service's error, not data: {said}; ask the service again",
        f"es un error del servicio, no datos: {said}; consulte el servicio de nuevo",
    )


def _check_frame(feature: Raw) -> None:
    frame = feature["srs"] or ""
    known = (_GML2_FRAME,) if feature["gml"] == "2" else (_LATITUDE_FIRST, _LONGITUDE_FIRST)
    if not any(one.fullmatch(frame) for one in known):
        raise Unfit(
            f"its coordinates are in {frame}; ask the service with srsName=EPSG:4326",
            f"sus coordenadas están en {frame}; consulte el servicio con srsName=EPSG:4326",
        )


def as_flat(raw: Raw) -> dict[str, str]:
    """The feature in the columns of `mrds.csv`, with `datum`, and `code_list` and `fips_code` without their padding.

    `fips_code` is f and a state's and county's number in the United States, such as f06089; abroad it is f and the
    country's code in FIPS 10-4, such as fMX.
    """
    said = raw["properties"]
    longitude, latitude = _placed(raw)
    return {
        **{column: said.get(column, "") for column in ("dep_id", "url", "site_name", "dev_stat")},
        "longitude": longitude,
        "latitude": latitude,
        "datum": "WGS84" if raw["position"] else "",
        "code_list": said.get("code_list", "").strip(),
        "fips_code": said.get("fips_code", "").strip(),
    }


def _placed(raw: Raw) -> tuple[str, str]:
    """Longitude and latitude, or what stands in their place where that is not two words."""
    words = re.split(r"[,\s]+", (raw["position"] or "").strip())
    if len(words) != 2:
        return " ".join(words), ""
    latitude_first = raw["gml"] == "3" and _LATITUDE_FIRST.fullmatch(raw["srs"] or "")
    return (words[1], words[0]) if latitude_first else (words[0], words[1])


def fips_country(fips_code: str) -> str | None:
    """The FIPS 10-4 code of the country in a `fips_code`, for the crosswalk; None where it names none."""
    place = fips_code.strip().removeprefix("f")
    if place.isascii() and place.isdigit():
        return "US"
    return place or None
