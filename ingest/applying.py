"""An older extract and what changed since become the newer extract, feature by feature, and only just that one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from app.domain.changes import ADDED, CHANGED, GEOMETRY, RELEASE, REMOVED, deposit_in
from app.errors import FileFault
from app.words import Words, quoted
from ingest.collected import Collected
from ingest.files import check_parent, whole

Feature = dict[str, Any]
_KNOWN = (ADDED, CHANGED, REMOVED)
_MEMBERS = {"since": str, "release": str, "counts": dict, "extract": dict}


class Applied(NamedTuple):
    """How many deposits the newer extract has, and of which release."""

    deposits: int
    release: str


def apply(extract: Path, changes: Path, output: Path) -> Applied:
    """Writes the newer extract, whole or not at all; raises `FileFault` where the two do not belong together."""
    check_parent(output)
    with Collected(extract) as older, Collected(changes) as since, whole(output) as made:
        _check_pair(older, since)
        number = _write(made, since.head["extract"], _alike(older, _merged(older, since)))
        _check_number(since, number)
    return Applied(number, since.head["release"])


def _check_pair(older: Collected, since: Collected) -> None:
    extract, changes = older.head, since.head
    if not all(isinstance(changes.get(name), kind) for name, kind in _MEMBERS.items()):
        raise since.fault(
            "it holds no changes; they are at /releases/{newer}/changes",
            "no contiene cambios; están en /releases/{newer}/changes",
        )
    if not isinstance(extract.get("release"), str) or "since" in extract:
        raise older.fault(
            "it is no extract; one is at /exports/deposits.geojson",
            "no es un extracto; hay uno en /exports/deposits.geojson",
        )
    if extract["release"] != changes["since"]:
        is_of, of, release = extract["release"], changes["since"], changes["release"]
        raise since.fault(
            f"it has the changes since release {of}, and the extract is of {is_of}; ask for "
            f"/releases/{release}/changes?since={is_of}",
            f"tiene los cambios desde la edición {of}, y el extracto es de la {is_of}; pida "
            f"/releases/{release}/changes?since={is_of}",
        )
    for name in ("collection", "filter"):
        here, there = changes["extract"].get(name), extract.get(name)
        if here != there:
            raise since.fault(
                f"its {name} is {_said(here)}, and that of the extract is {_said(there)}; ask for the changes with the "
                "same",
                f"su {name} es {_said(here)}, y el del extracto es {_said(there)}; pida los cambios con el mismo",
            )


def _said(value: Any) -> str:
    return orjson.dumps(value).decode()


def _merged(older: Collected, since: Collected) -> Iterator[Feature]:
    """The features of the newer extract. Both files are in the order of ids, so each is read once."""
    coming = _changes(since)
    change = next(coming, None)
    for feature in older.features():
        while change is not None and change["id"] < feature["id"]:
            yield _added(since, change)
            change = next(coming, None)
        if change is None or change["id"] != feature["id"]:
            feature["properties"][RELEASE] = since.head["release"]
            yield feature
            continue
        if _before(since, change) != feature:
            raise since.fault(
                f"by it {feature['id']} was otherwise than the extract has it; the extract was edited, or asked for "
                "with fewer properties",
                f"según él, {feature['id']} era distinto de como está en el extracto; el extracto se modificó, o se "
                "pidió con menos propiedades",
            )
        if change["properties"]["change"] == CHANGED:
            yield deposit_in(change)
        change = next(coming, None)
    while change is not None:
        yield _added(since, change)
        change = next(coming, None)


def _changes(since: Collected) -> Iterator[Feature]:
    number = 0
    for change in since.features():
        what = change["properties"].get("change")
        if what not in _KNOWN:
            raise since.fault(
                f"the change of {change['id']} is {quoted(str(what))}; this version knows {', '.join(_KNOWN)}",
                f"el cambio (change) de {change['id']} es {quoted(str(what))}; esta versión conoce {', '.join(_KNOWN)}",
            )
        number += 1
        yield change
    told = sum(since.head["counts"].get(name, 0) for name in _KNOWN)
    if number != told:
        raise since.fault(
            f"it says that it has {told} changes, and it has {number}; fetch it again",
            f"dice tener {told} cambios, y tiene {number}; descárguelo de nuevo",
        )


def _added(since: Collected, change: Feature) -> Feature:
    if change["properties"]["change"] != ADDED:
        raise since.fault(
            f"it speaks of {change['id']}, which the extract lacks or has not in the order of ids; it was edited",
            f"habla de {change['id']}, que en el extracto falta o no está en el orden de los id; se modificó",
        )
    return deposit_in(change)


def _before(since: Collected, change: Feature) -> Feature | None:
    """The deposit as it was by the change; None where it was not there."""
    told, is_now = change["properties"], deposit_in(change)
    if told["change"] == ADDED:
        return None
    if told["change"] == REMOVED:
        return is_now
    try:
        was, fields = dict(told["change_was"]), told["change_fields"].split(",")
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise since.fault(
            f"it lacks what {change['id']} was before; fetch it again",
            f"le falta lo que {change['id']} era antes; descárguelo de nuevo",
        ) from fault
    geometry = was.pop(GEOMETRY, change.get(GEOMETRY))
    stays = {name: value for name, value in is_now["properties"].items() if name not in fields}
    return {**is_now, GEOMETRY: geometry, "properties": {**stays, **was, RELEASE: since.head["since"]}}


def _alike(older: Collected, features: Iterator[Feature]) -> Iterator[Feature]:
    """The features, which all have the same properties; those of an extract with fewer would stay among whole ones."""
    names: set[str] | None = None
    for feature in features:
        given = set(feature["properties"])
        names = names or given
        if given != names:
            listed = ", ".join(sorted(given ^ names))
            raise older.fault(
                f"not all deposits would have the same properties ({listed}); take an extract with all properties",
                f"no todos los yacimientos tendrían las mismas propiedades ({listed}); tome un extracto con todas",
            )
        yield feature


def _check_number(since: Collected, number: int) -> None:
    told = since.head["extract"].get("numberMatched")
    if number != told:
        raise since.fault(
            f"release {since.head['release']} has {told} deposits, and together with the extract it makes {number}; "
            "take the whole extract anew",
            f"la edición {since.head['release']} tiene {told} yacimientos, y junto con el extracto resultan {number}; "
            "tome de nuevo el extracto entero",
        )


def _write(path: Path, members: dict[str, Any], features: Iterator[Feature]) -> int:
    """Writes a collection as the service does; returns how many features it has."""
    number = 0
    with path.open("wb") as file:
        file.write(orjson.dumps({"type": "FeatureCollection", **members})[:-1] + b',"features":[\n')
        for feature in features:
            file.write((b",\n" if number else b"") + _text(feature))
            number += 1
        file.write(b"\n]}\n")
    return number


def _text(feature: Feature) -> bytes:
    try:
        return orjson.dumps(feature)
    except TypeError as fault:
        name = feature["id"]
        raise FileFault(
            Words(
                f"{name} holds a value that no GeoJSON can hold: {fault}",
                f"{name} contiene un valor que ningún GeoJSON puede contener: {fault}",
            )
        ) from fault
