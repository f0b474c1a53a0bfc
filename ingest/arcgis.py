"""Takes a layer of an ArcGIS REST service as pages, word for word as the service answers: all of its rows, or none.

I am the layer of mines: I say what I am and how many rows I have. My rows are asked for in the order of their object
ids, as many at a time as I allow, fewer if that is too much for me. Each answer is kept as it came. At the end my rows
are counted: none may be there twice, none may be missing, and I may not have changed meanwhile.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from app.errors import FileFault
from app.words import Words
from ingest.esri import BY_HAND, Form, Page, Service, page_of, understood
from ingest.fetch import checked_name, sole_writer
from ingest.files import write_whole
from ingest.report import Teller
from ingest.web import Patience, Unanswered, client, explained

# A page that is too heavy is asked for by halves; after this many the layer is given up.
_HALVES = 6
# Object ids say nothing a day later: a service that is rebuilt overnight deals them out anew.
_RESUMABLE = timedelta(days=1)


def fetch_layer(
    layer_address: str,
    folder: Path,
    teller: Teller,
    *,
    name: str | None = None,
    form: Form = "json",
    page_size: int | None = None,
    patience: Patience | None = None,
) -> list[Path]:
    """The pages of the whole layer, in order: `folder/NAME/NAME_0001.json` …, beside a `manifest.json`.

    Until all are there they are in `NAME.part`; an interrupted run is gone on with. The pages of an earlier run are
    replaced by the new ones together. Raises `FileFault` where the service does not hand over every row.
    """
    patience = patience or Patience()
    address = layer_address.partition("?")[0].rstrip("/")
    target = folder / checked_name(name or _name_of(address), address)
    with explained(address, BY_HAND), sole_writer(folder), client(address, patience) as asking:
        _check_ours(target)
        part = target.with_name(f"{target.name}.part")
        _take(Service(address, form, asking, teller, patience), part, target.name, page_size)
        _put_in_place(part, target)
    return sorted(target.glob(f"{target.name}_*.json"))


def _name_of(address: str) -> str:
    """A service and the number of its layer: `…/SUNYacimientosMinerales250/MapServer/0` is …250_0."""
    parts = address.split("/")
    return "_".join([*parts[-3:-2], parts[-1]])


@dataclass(frozen=True, slots=True)
class _Layer:
    """What must stay the same for pages to belong together, and when the first of them was asked for."""

    layer: str
    form: Form
    rows: int
    description_sha256: str
    object_id: str
    pages_itself: bool
    page_size: int
    started: str
    finished: str | None = None

    def continues(self, earlier: "_Layer") -> bool:
        """Whether pages begun earlier are of this state of the layer."""
        age = datetime.fromisoformat(self.started) - datetime.fromisoformat(earlier.started)
        return age < _RESUMABLE and earlier == replace(
            self,
            pages_itself=earlier.pages_itself,
            page_size=earlier.page_size,
            started=earlier.started,
            finished=earlier.finished,
        )


def _as_it_is(service: Service, page_size: int | None) -> _Layer:
    said = service.describe()
    return _Layer(
        layer=service.address,
        form=service.form,
        rows=service.count(),
        description_sha256=said.sha256,
        object_id=said.object_id,
        pages_itself=said.pages_itself,
        page_size=max(min(said.most_rows, page_size or said.most_rows), 1),
        started=_now(),
    )


class _Misleads(Exception):
    """A service that gives other rows than those asked for."""


class _Differs(Unanswered):
    """Rows that came are not those that the layer counts; what came is of no use."""

    def __init__(self, en: str, es: str, *, heavy: bool = False) -> None:
        super().__init__(f"{en}; none of them were kept", f"{es}; no se conservó ninguna", passing=True, heavy=heavy)


def _miscounted(counted: int, came: int, *, heavy: bool = False) -> _Differs:
    en, es = (
        f"the layer counts {counted} rows, but {came} came",
        f"la capa cuenta {counted} filas, pero llegaron {came}",
    )
    return _Differs(en, es, heavy=heavy)


class _Way(Protocol):
    """How the rows after those that are here are asked for, and whether an answer can be one."""

    def which(self, here: int, size: int) -> dict[str, str]: ...

    def check(self, page: Page, here: int, size: int, /) -> None: ...


@dataclass(frozen=True, slots=True)
class _ByOffset:
    """The service counts the rows off."""

    layer: _Layer

    def which(self, here: int, size: int) -> dict[str, str]:
        return {"orderByFields": self.layer.object_id, "resultOffset": str(here), "resultRecordCount": str(size)}

    def check(self, page: Page, here: int, _size: int) -> None:
        """No rows though some are missing, or more to come after the last: both are met (Esri/esri-leaflet#786)."""
        complete = here + len(page.ids) >= self.layer.rows
        if not page.ids or (page.more_follow and complete):
            raise _Misleads


@dataclass(frozen=True, slots=True)
class _ByIds:
    """We count the object ids off, and ask for those from one to another."""

    layer: _Layer
    ids: Sequence[int]

    def which(self, here: int, size: int) -> dict[str, str]:
        ids, name = self.ids[here : here + size], self.layer.object_id
        return {"where": f"{name} >= {ids[0]} AND {name} <= {ids[-1]}"}

    def check(self, page: Page, here: int, size: int) -> None:
        """A page that says that more follow is not whole, and one that is short may have met a limit left unsaid."""
        if page.more_follow:
            en, es = f"the service does not give {size} rows at a time", f"el servicio no da {size} filas a la vez"
            raise Unanswered(en, es, heavy=True)
        wanted = len(self.ids[here : here + size])
        if len(page.ids) > wanted:
            raise _Misleads
        if len(page.ids) < wanted:
            raise _miscounted(self.layer.rows, self.layer.rows - wanted + len(page.ids), heavy=True)


@dataclass(slots=True)
class _Pager:
    """Goes through a layer page by page; halves the pages while they are too heavy."""

    service: Service
    layer: _Layer
    part: Path
    name: str
    way: _Way
    size: int
    halves_left: int = _HALVES

    def rows(self) -> Iterator[object]:
        """The object ids of all rows; their page is kept by then."""
        here, number, seen = 0, 1, set[object]()
        while here < self.layer.rows:
            path = self.part / f"{self.name}_{number:04}.json"
            page = self._kept(path) or self._asked(path, here)
            ids = {one for one in page.ids if one is not None}
            if ids & seen:
                raise _Misleads
            yield from page.ids
            seen |= ids
            here, number = here + len(page.ids), number + 1

    def _kept(self, path: Path) -> Page | None:
        """A page that an interrupted run left."""
        try:
            return page_of(understood(path.read_bytes()), self.layer.object_id)
        except (FileNotFoundError, Unanswered):
            return None

    def _asked(self, path: Path, here: int) -> Page:
        while True:
            try:
                answer, said = self.service.page(self.way.which(here, self.size))
                page = page_of(said, self.layer.object_id)
                self.way.check(page, here, self.size)
            except Unanswered as fault:
                self._halve(fault, here)
            else:
                write_whole(path, answer)
                return page

    def _halve(self, fault: Unanswered, here: int) -> None:
        asked = min(self.size, self.layer.rows - here)
        if not fault.heavy or asked == 1 or not self.halves_left:
            raise fault
        self.size, self.halves_left = asked // 2, self.halves_left - 1
        _keep(self.part, replace(self.layer, page_size=self.size))
        said = fault.words
        self.service.teller.say(
            Words(
                f"{said.en}; asking for {self.size} rows at a time", f"{said.es}; se piden {self.size} filas a la vez"
            )
        )


def _check_ours(target: Path) -> None:
    if target.exists() and not _manifest(target).exists():
        raise FileFault(
            Words(
                f"{target} is there already and holds no earlier download of a layer; choose another folder",
                f"{target} ya existe y no contiene una descarga anterior de una capa; elija otra carpeta",
            )
        )


def _take(service: Service, part: Path, name: str, page_size: int | None) -> None:
    """All pages of the layer in the folder `part`, counted and found whole."""
    layer = _begun(part, _as_it_is(service, page_size))
    try:
        ids = _all_rows(service, layer, part, name)
        _check_whole(ids, layer, service)
    except _Differs:
        shutil.rmtree(part)
        raise
    _keep(part, replace(layer, finished=_now()))
    rows, pages = len(ids), len(list(part.glob(f"{name}_*.json")))
    service.teller.say(Words(f"{name}: {rows} rows in {pages} pages", f"{name}: {rows} filas en {pages} páginas"))


def _begun(part: Path, now: _Layer) -> _Layer:
    """The layer as an interrupted run had begun it, if it is still the same; else as it is now, with no pages."""
    if not now.rows:
        raise Unanswered("the layer says that it has no rows", "la capa dice que no tiene filas")
    earlier = _kept(part)
    if earlier and now.continues(earlier):
        return replace(earlier, page_size=min(earlier.page_size, now.page_size))
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    _keep(part, now)
    return now


def _manifest(folder: Path) -> Path:
    return folder / "manifest.json"


def _keep(part: Path, layer: _Layer) -> None:
    write_whole(_manifest(part), json.dumps(asdict(layer), indent=1, ensure_ascii=False).encode())


def _kept(part: Path) -> _Layer | None:
    try:
        return _Layer(**json.loads(_manifest(part).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _all_rows(service: Service, layer: _Layer, part: Path, name: str) -> list[object]:
    """The object ids of all rows. Where a service does not page, or not as it should, we do it for it."""
    if layer.pages_itself:
        try:
            return _followed(_Pager(service, layer, part, name, _ByOffset(layer), layer.page_size))
        except _Misleads:
            pass
        except Unanswered as fault:
            if fault.status != HTTPStatus.BAD_REQUEST:
                raise
        layer = _without_paging(service, layer, part, name)
    ids = service.object_ids()
    if len(ids) != layer.rows:
        raise _miscounted(layer.rows, len(ids))
    try:
        return _followed(_Pager(service, layer, part, name, _ByIds(layer, ids), layer.page_size))
    except _Misleads as fault:
        raise _Differs(
            "the service gives other rows than those asked for", "el servicio da otras filas que las pedidas"
        ) from fault


def _without_paging(service: Service, layer: _Layer, part: Path, name: str) -> _Layer:
    service.teller.say(
        Words(
            f"{name}: the service does not page as it says; asking by object ids",
            f"{name}: el servicio no pagina como dice; se pide por identificadores de objeto",
        )
    )
    for page in part.glob(f"{name}_*.json"):
        page.unlink()
    layer = replace(layer, pages_itself=False)
    _keep(part, layer)
    return layer


def _followed(pager: _Pager) -> list[object]:
    doing = Words(f"fetching {pager.name}", f"descargando {pager.name}")
    return list(pager.service.teller.track(pager.rows(), pager.layer.rows, doing))


def _check_whole(ids: Sequence[object], layer: _Layer, service: Service) -> None:
    """Raises `_Differs` unless each row that the layer counts and lists, before and after, has come."""
    rows = service.count()
    if rows != layer.rows:
        raise _Differs(
            f"the layer had {layer.rows} rows at first and {rows} in the end",
            f"la capa tenía {layer.rows} filas al principio y {rows} al final",
        )
    if len(ids) != rows:
        raise _miscounted(rows, len(ids))
    if None not in ids and set(ids) != set(service.object_ids()):
        raise _Differs("the layer changed while it was read", "la capa cambió mientras se leía")


def _put_in_place(part: Path, target: Path) -> None:
    """The folder's pages take the place of those of an earlier run all together."""
    old = target.with_name(f"{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    part.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
