"""What stops a publish: each gate just under, at and just over its limit, and what it says."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.errors import GateClosed
from ingest.crosswalk import Crosswalks
from ingest.gates import FEWEST, GATES, MOVED_M, Drift, drifts
from ingest.pipeline import ingest
from ingest.publish import publish, rollback
from ingest.report import Teller
from ingest.sources import Source, source

MRDS = source("mrds")
COLUMNS = ",county,commod1"
# A metre on the sphere of PostGIS, in degrees of latitude.
METRE = 360 / (2 * 3.141592653589793 * 6_371_008.771415059)

Store = Callable[..., None]


def row(
    number: int, name: str = "", latitude: float = 30, longitude: float = -110, county: str = "", words: str = "Gold"
) -> str:
    return f"{number},{name or f'Mine {number}'},{latitude!r},{longitude!r},{county},{words}"


def rows(count: int, first: int = 1) -> list[str]:
    return [row(number) for number in range(first, first + count)]


def half_filled(filled: int, count: int) -> list[str]:
    return [row(number, county="Pinal" if number <= filled else "") for number in range(1, count + 1)]


@pytest.fixture
def take(mrds: Callable[..., Path], quiet: Teller) -> Store:
    """Takes rows in as the whole of MRDS, and as real data, unless told otherwise."""

    def ingest_them(store: Engine, lines: Iterable[str], by: Source = MRDS, **how: bool) -> None:
        ingest(by, [mrds(*lines, more=COLUMNS)], store, quiet, **how)

    return ingest_them


@pytest.fixture
def released(take: Store, quiet: Teller) -> Store:
    """Takes rows in and publishes them, whatever is odd."""

    def publish_them(store: Engine, lines: Iterable[str], **how: bool) -> None:
        take(store, lines, **how)
        publish(store, quiet, GATES)

    return publish_them


def odd(store: Engine) -> list[str]:
    """The gates that are closed, each as often as it says something."""
    return [drift.gate for drift in found(store)]


def said(store: Engine) -> list[tuple[str, str]]:
    return [(drift.words.en, drift.words.es) for drift in found(store)]


def found(store: Engine) -> list[Drift]:
    with store.connect() as connection:
        return list(drifts(connection))


@pytest.mark.parametrize(
    ("before", "now", "closed"),
    [
        (100, 100, False),
        (100, 98, False),
        (100, 97, True),
        (100, 102, False),
        (100, 103, True),
        (149, 151, False),
        (149, 152, True),
        (150, 147, False),
        (150, 146, True),
        (FEWEST - 1, 1, False),
        (FEWEST, 1, True),
        (1, 300, False),
    ],
)
def test_rows_more_than_2_percent_apart(
    empty_store: Engine, released: Store, take: Store, before: int, now: int, closed: bool
) -> None:
    released(empty_store, rows(before))
    take(empty_store, rows(now))
    assert odd(empty_store) == ["rows"] * closed


def test_what_is_said_of_rows(empty_store: Engine, released: Store, take: Store) -> None:
    released(empty_store, rows(100))
    take(empty_store, rows(97))
    assert said(empty_store) == [
        (
            "mrds has 97 rows, 100 in the current release: more than 2 % apart",
            "mrds tiene 97 filas, 100 en la edición actual: difieren más del 2 %",
        )
    ]


def test_a_layer_of_which_nothing_is_left_has_no_rows(
    empty_store: Engine, quiet: Teller, answer: Callable[..., Path], mine: Callable[..., dict]
) -> None:
    def take(scale: str, x: float | None) -> None:
        mines = (mine(f"MINA {number}", x=x, Escala=scale) for number in range(100))
        ingest(source("sgm"), [answer(*mines)], empty_store, quiet)

    take("Esc:1:250,000", -110.5)
    take("Esc:1:50,000", -110.5)
    publish(empty_store, quiet)
    take("Esc:1:50,000", None)
    assert said(empty_store) == [
        (
            "sgm 50k has 0 rows, 100 in the current release: more than 2 % apart",
            "sgm 50k tiene 0 filas, 100 en la edición actual: difieren más del 2 %",
        )
    ]


@pytest.mark.parametrize(
    ("before", "now", "closed"),
    [
        ((50, 100), (55, 100), False),
        ((50, 100), (56, 100), True),
        ((50, 100), (45, 100), False),
        ((50, 100), (44, 100), True),
        ((7, 120), (13, 120), False),
        ((1, 120), (7, 120), False),
        ((1, 120), (8, 120), True),
        ((95, 100), (100, 100), False),
        ((94, 100), (100, 100), True),
        ((50, 101), (56, 102), True),
        ((50, 101), (55, 102), False),
        ((50, FEWEST - 1), (0, FEWEST - 1), False),
        ((50, FEWEST - 1), (0, FEWEST), False),
        ((50, FEWEST), (0, FEWEST - 1), False),
    ],
)
def test_a_column_filled_in_more_than_5_points_more_or_fewer_rows(
    empty_store: Engine,
    released: Store,
    take: Store,
    before: tuple[int, int],
    now: tuple[int, int],
    closed: bool,
) -> None:
    released(empty_store, half_filled(*before))
    take(empty_store, half_filled(*now))
    assert odd(empty_store) == ["fill"] * closed


def test_what_is_said_of_a_column(empty_store: Engine, released: Store, take: Store) -> None:
    released(empty_store, half_filled(50, 101))
    take(empty_store, half_filled(56, 102))
    assert said(empty_store) == [
        (
            "source_county is filled in 54.90 % of mrds, and in 49.50 % in the current release: "
            "more than 5 points apart",
            "source_county está lleno en 54.90 % de mrds, y en 49.50 % en la edición actual: difieren más de 5 puntos",
        )
    ]


def test_a_list_that_is_empty_is_not_filled(empty_store: Engine, released: Store, take: Store) -> None:
    released(empty_store, rows(100))
    take(empty_store, [*rows(94), *(row(number, words="") for number in range(95, 101))])
    lists = {"commodities", "commodity_ranks", "commodity_words", "primary_commodities", "source_commodities"}
    assert {en.split()[0] for en, _ in said(empty_store)} == lists
    assert set(odd(empty_store)) == {"fill"}


@pytest.mark.parametrize(
    ("unmapped", "of", "closed"), [(1, 101, False), (1, 100, False), (1, 99, True), (2, 200, False), (3, 299, True)]
)
def test_more_than_1_percent_of_rows_with_unmapped_words(
    empty_store: Engine, take: Store, unmapped: int, of: int, closed: bool
) -> None:
    take(empty_store, [*rows(of - unmapped), *(row(1000 + number, words="Unobtainium") for number in range(unmapped))])
    assert odd(empty_store) == ["unmapped"] * closed


def test_what_is_said_of_unmapped_words(empty_store: Engine, take: Store) -> None:
    take(empty_store, [*rows(98), row(99, words='"Unobtainium, Kryptonite"')])
    assert said(empty_store) == [
        (
            "1 of 99 rows of mrds carry words that no crosswalk explains, more than 1 %; "
            "see `vetalode unmapped`, complete the CSVs and ingest again",
            "1 de 99 filas de mrds llevan palabras que ninguna tabla explica, más del 1 %; "
            "vea `vetalode unmapped`, complete los CSV e ingiera de nuevo",
        )
    ]


@pytest.mark.parametrize(
    ("metres", "closed"), [(0, False), (MOVED_M - 1, False), (MOVED_M + 1, True), (1_000_000, True)]
)
@pytest.mark.parametrize("name", ["", "Another"])
def test_a_deposit_more_than_10_km_from_where_it_was(
    empty_store: Engine, released: Store, take: Store, metres: float, name: str, closed: bool
) -> None:
    """Not at the limit itself, which no two positions in degrees are apart."""
    for latitude in (30 + metres * METRE, 30 - metres * METRE):
        released(empty_store, [row(1), row(2)])
        take(empty_store, [row(1, name=name, latitude=latitude), row(2)])
        assert odd(empty_store) == (["reused"] if name else ["moved"]) * closed


@pytest.mark.parametrize(
    ("before", "after", "closed"),
    [((52, 179.99), (52, -179.99), False), ((89.99, 0), (89.99, 180), False), ((89.9, 0), (89.9, 180), True)],
    ids=["across the 180th meridian", "round the pole", "over the pole"],
)
def test_a_distance_is_that_on_the_globe(
    empty_store: Engine,
    released: Store,
    take: Store,
    before: tuple[float, float],
    after: tuple[float, float],
    closed: bool,
) -> None:
    released(empty_store, [row(1, latitude=before[0], longitude=before[1])])
    take(empty_store, [row(1, latitude=after[0], longitude=after[1])])
    assert odd(empty_store) == ["moved"] * closed


def test_another_name_in_its_old_place_is_a_correction(empty_store: Engine, released: Store, take: Store) -> None:
    released(empty_store, [row(1)])
    take(empty_store, [row(1, name="Another", latitude=30 + 9_000 * METRE)])
    assert odd(empty_store) == []


def test_what_is_said_of_ids_names_one_of_each_kind(empty_store: Engine, released: Store, take: Store) -> None:
    released(empty_store, rows(5))
    far = [row(number, latitude=31) for number in (1, 2)]
    take(empty_store, [*far, row(3, name="Another", latitude=31), *rows(2, first=4)])
    assert said(empty_store) == [
        (
            "ids that have another name and lie more than 10 km off: 1, such as mrds-3",
            "identificadores con otro nombre y a más de 10 km: 1, como mrds-3",
        ),
        (
            "deposits that lie more than 10 km from where they were: 2, such as mrds-1",
            "yacimientos a más de 10 km de donde estaban: 2, como mrds-1",
        ),
    ]


def test_a_deposit_that_an_edited_crosswalk_moves_has_moved(
    empty_store: Engine, mrds: Callable[..., Path], quiet: Teller, tmp_path: Path
) -> None:
    """Its country, once known, has the sign of its longitude repaired; its record is the same."""
    folder = tmp_path / "crosswalk"
    shutil.copytree(MRDS.crosswalks.folder, folder)
    path = mrds("1,a,30.5,105.5,Mejiko", more=",country")
    ingest(replace(MRDS, crosswalks=Crosswalks(folder)), [path], empty_store, quiet)
    publish(empty_store, quiet, ["unmapped"])
    with (folder / "country.csv").open("a", encoding="utf-8") as crosswalk:
        crosswalk.write("Mejiko,MX,\n")
    outcome = ingest(replace(MRDS, crosswalks=Crosswalks(folder)), [path], empty_store, quiet)
    assert (outcome.counts.unchanged, outcome.counts.reread) == (1, 1)
    assert odd(empty_store) == ["moved"]


def test_the_first_release_has_nothing_to_be_compared_with(empty_store: Engine, take: Store) -> None:
    take(empty_store, rows(300))
    assert odd(empty_store) == []


def test_the_first_data_of_another_source_have_neither(
    empty_store: Engine,
    released: Store,
    answer: Callable[..., Path],
    mine: Callable[..., dict],
    quiet: Teller,
) -> None:
    released(empty_store, rows(100))
    mines = (mine(f"MINA {number}") for number in range(150))
    ingest(source("sgm"), [answer(*mines)], empty_store, quiet)
    assert odd(empty_store) == []


def far_off(count: int) -> list[str]:
    return [row(number, latitude=40, words="") for number in range(1, count + 1)]


@pytest.mark.parametrize(("was_made_up", "is_made_up"), [(True, False), (False, True)])
def test_made_up_and_real_data_are_not_compared(
    empty_store: Engine, released: Store, take: Store, was_made_up: bool, is_made_up: bool
) -> None:
    released(empty_store, rows(200), synthetic=was_made_up)
    take(empty_store, far_off(100), synthetic=is_made_up)
    assert odd(empty_store) == []


def test_made_up_data_are_compared_with_made_up_data(empty_store: Engine, released: Store, take: Store) -> None:
    released(empty_store, rows(200), synthetic=True)
    take(empty_store, far_off(100), synthetic=True)
    assert set(odd(empty_store)) == {"rows", "fill", "moved"}


def test_what_is_compared_with_is_the_release_that_is_current(
    empty_store: Engine, released: Store, take: Store
) -> None:
    released(empty_store, rows(100))
    released(empty_store, rows(200))
    take(empty_store, rows(201))
    assert odd(empty_store) == []
    rollback(empty_store)
    assert odd(empty_store) == ["rows"]


@pytest.fixture
def all_odd(empty_store: Engine, released: Store, take: Store) -> Engine:
    """A store in which every gate is closed."""
    released(empty_store, rows(120))
    moved, unknown = row(1, latitude=31), [row(number, words="Unobtainium") for number in range(3, 21)]
    take(empty_store, [moved, row(2, name="Another", latitude=31), *unknown, *rows(90, first=21)])
    assert set(odd(empty_store)) == set(GATES)
    return empty_store


@pytest.mark.parametrize("gate", GATES)
def test_accepting_a_gate_opens_that_one_and_no_other(all_odd: Engine, quiet: Teller, gate: str) -> None:
    others = [one for one in GATES if one != gate]
    expected = [drift for drift in found(all_odd) if drift.gate == gate]
    with pytest.raises(GateClosed) as refusal:
        publish(all_odd, quiet, others)
    assert refusal.value.words.en.splitlines() == [
        *(drift.words.en for drift in expected),
        f"if that is right: vetalode publish --accept {gate}",
    ]
    assert refusal.value.words.es.splitlines() == [
        *(drift.words.es for drift in expected),
        f"si es correcto: vetalode publish --accept {gate}",
    ]
    with pytest.raises(GateClosed) as refusal:
        publish(all_odd, quiet, [gate])
    typed = " ".join(f"--accept {one}" for one in others)
    assert refusal.value.words.en.splitlines()[-1] == f"if that is right: vetalode publish {typed}"


def test_a_refused_publish_leaves_the_release_as_it_is_and_all_accepted_makes_the_next(
    all_odd: Engine, quiet: Teller, all_rows: Callable[[Engine], dict]
) -> None:
    before = all_rows(all_odd)
    with pytest.raises(GateClosed):
        publish(all_odd, quiet)
    after = all_rows(all_odd)
    assert [table for table in before if before[table] != after[table]] == []
    assert publish(all_odd, quiet, GATES).deposits == 110
    assert odd(all_odd) == ["unmapped"]


def test_the_command_line_stops_with_what_to_type(
    all_odd: Engine, vetalode: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, err = vetalode(all_odd, "publish", lang="es")
    typed = "vetalode publish --accept unmapped --accept rows --accept fill --accept reused --accept moved"
    assert (code, out) == (1, "")
    assert " ".join(err.split()).endswith(f"si es correcto: {typed}")
    _, *words = typed.split()
    assert vetalode(all_odd, *words)[0] == 0
