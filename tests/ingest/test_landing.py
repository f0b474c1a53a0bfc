"""Judged rows on their way into the store: each value under its column, each verdict with its effect."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Row, text

from app.db.tables import MEANING
from app.domain.deposit import DepositCommodity, Harmonised, Position, UnmappedWord
from ingest import landing
from ingest.landing import RECORD, Aside, Judged, Verdict, as_copied, keep_new, meant, settle

PLACE = Position(-110.30066, 30.95015, 500.0, "EPSG:4267", "an operation", "both-signs", "outside-stated-state")
COMMODITIES = (
    DepositCommodity("copper", 1, "Copper"),
    DepositCommodity("gold", 2, "Gold"),
    DepositCommodity("silver", 3, "Silver, native"),
    DepositCommodity("zinc", None, "ZN"),
)
YEARS = {"discovered_year": 1881, "first_production_year": 1899, "last_production_year": 2011}
PLAIN = tuple(name for name in Harmonised._fields if name not in ("commodities", "position", "unmapped", *YEARS))
NOTHING = Harmonised(
    **dict.fromkeys((*PLAIN, *YEARS)),
    commodities=(),
    position=Position(1, 2, 3, "EPSG:4326", "none"),
    unmapped=(),
)
# Every plain column holds its own name, so that no two can be taken for one another.
WHOLE = Harmonised(
    **{name: name for name in PLAIN},
    **YEARS,
    commodities=COMMODITIES,
    position=PLACE,
    unmapped=(UnmappedWord("status", "Exploration", "status.csv"),),
)


def values(key: str, meaning: Harmonised, run: int = 1, digest: str = "d") -> tuple[Any, ...]:
    """A row for `RECORD`."""
    return ("mrds", key, "mrds", b"\n", '{"a": 1}', 1, 1, run, digest, *meant(meaning))


def line(key: str, meaning: Harmonised, run: int = 1, digest: str = "d") -> bytes:
    return as_copied(values(key, meaning, run, digest))


def kept(store: Engine, *rows: Sequence[Any]) -> list[Row[Any]]:
    with store.begin() as connection:
        connection.execute(text("DELETE FROM record"))
        keep_new(connection, map(as_copied, rows))
        return list(connection.execute(text("SELECT * FROM record ORDER BY id")))


def test_a_row_has_a_value_for_each_column() -> None:
    assert len(values("1", WHOLE)) == len(values("2", NOTHING)) == len(RECORD)


def test_each_value_lands_under_its_own_column(empty_store: Engine) -> None:
    (row,) = kept(empty_store, values("1", WHOLE))
    said = row._asdict()
    assert {name: said[name] for name in (*PLAIN, *YEARS)} == {name: name for name in PLAIN} | YEARS
    assert (row.longitude, row.latitude, row.position_accuracy_m) == (-110.30066, 30.95015, 500.0)
    assert (row.source_crs, row.transform) == ("EPSG:4267", "an operation")
    assert (row.position_rule, row.position_check) == ("both-signs", "outside-stated-state")
    assert row.commodities == ["copper", "gold", "silver", "zinc"]
    assert row.commodity_ranks == [1, 2, 3, None]
    assert row.commodity_words == ["Copper", "Gold", "Silver, native", "ZN"]
    assert (row.primary_commodities, row.secondary_commodities, row.tertiary_commodities) == (
        ["copper"],
        ["gold"],
        ["silver"],
    )
    assert row.unmapped == [{"attribute": "status", "word": "Exploration", "crosswalk": "status.csv"}]
    assert (row.source, row.source_id, row.valid_from_run, row.valid_to_run) == ("mrds", "1", 1, None)
    assert bytes(row.row_hash) == b"\x0a"


def test_a_row_that_says_nothing_has_nulls_and_empty_lists(empty_store: Engine) -> None:
    (row,) = kept(empty_store, values("1", NOTHING))
    said = row._asdict()
    lists = [name for name in MEANING if "commodit" in name and name != "source_commodities"]
    assert [said[name] for name in lists] == [[]] * 6
    placed = ("longitude", "latitude", "position_accuracy_m", "source_crs", "transform")
    assert {said[name] for name in MEANING if name not in (*lists, *placed)} == {None}
    assert row.unmapped is None


# What a text column may hold: no NUL and no half a character, which `verbatim` has kept out.
WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4), WORDS)
def test_words_of_any_kind_come_back_as_they_were(empty_store: Engine, words: list[str], name: str) -> None:
    said = tuple(DepositCommodity(f"c{at}", 1, one) for at, one in enumerate(words))
    (row,) = kept(empty_store, values("1", NOTHING._replace(commodities=said, name=name)))
    assert (row.commodity_words, row.name) == (words, name)


@pytest.mark.parametrize("word", ["", "NULL", "null", "\\N", "\\", '"', 'a,"b"', "{a}", "a\tb\nc\rd", "ñ 矿 🪨"])
def test_words_that_mean_something_to_the_database_are_words(empty_store: Engine, word: str) -> None:
    said = NOTHING._replace(commodities=(DepositCommodity("gold", None, word),), source_name=word)
    (row,) = kept(empty_store, values("1", said))
    assert (row.commodity_words, row.source_name, row.commodity_ranks) == ([word], word, [None])


JUDGED = [
    Judged(Verdict.NEW, b"new\t1\n"),
    Judged(Verdict.CHANGED, b'changed\t\xc3\xb1 "\n'),
    Judged(Verdict.UNCHANGED, None),
    Judged(Verdict.REJECTED, b"rejected\n"),
    Judged(Verdict.REREAD, b"reread\t{1,2}\n"),
    Judged(Verdict.CHANGED, b"changed too\n"),
]


@pytest.mark.parametrize("memory", [1, 1 << 20], ids=["on disk", "in memory"])
def test_new_rows_pass_and_the_others_wait_in_their_order(monkeypatch: pytest.MonkeyPatch, memory: int) -> None:
    monkeypatch.setattr(landing, "_MEMORY", memory)
    with Aside() as aside:
        assert list(aside.all_but_new(JUDGED)) == [b"new\t1\n"]

        def kept(verdict: Verdict) -> bytes:
            return b"".join(aside.of(verdict))

        assert kept(Verdict.CHANGED) == b'changed\t\xc3\xb1 "\nchanged too\n'
        assert kept(Verdict.REJECTED) == b"rejected\n"
        assert kept(Verdict.REREAD) == kept(Verdict.REREAD) == b"reread\t{1,2}\n"
        assert kept(Verdict.UNCHANGED) == kept(Verdict.NEW) == b""


def test_what_waits_is_handed_on_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "_PIECE", 5)
    with Aside() as aside:
        list(aside.all_but_new(JUDGED))
        assert list(aside.of(Verdict.REJECTED)) == [b"rejec", b"ted\n"]


@pytest.fixture
def settled(empty_store: Engine) -> Callable[..., dict[str, list[tuple[Any, ...]]]]:
    """Settles judged rows of run 2 over three records of run 1; what each id then has, version by version."""

    def run(*judged: Judged, over: Sequence[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
        with empty_store.begin() as connection, Aside() as aside:
            keep_new(connection, [line(key, NOTHING._replace(name="old")) for key in "abc"])
            keep_new(connection, [as_copied(("sgm", *values("a", NOTHING._replace(name="theirs"))[1:]))])
            keep_new(connection, aside.all_but_new(judged))
            settle(connection, 2, "mrds", aside, list(over))
            found: dict[str, list[tuple[Any, ...]]] = {}
            asked = "SELECT source, source_id, name, crosswalk_digest, valid_from_run, valid_to_run FROM record"
            for source, key, *rest in connection.execute(text(f"{asked} ORDER BY id")):
                found.setdefault(f"{source}-{key}", []).append(tuple(rest))
            return found

    return run


OLD = ("old", "d", 1, None)
THEIRS = {"sgm-a": [("theirs", "d", 1, None)]}
NEWER = NOTHING._replace(name="newer", commodities=COMMODITIES)


def test_a_new_row_is_beside_the_others(settled: Callable[..., Any]) -> None:
    said = settled(Judged(Verdict.NEW, line("d", NEWER, 2, "e")))
    assert said == {"mrds-a": [OLD], "mrds-b": [OLD], "mrds-c": [OLD], "mrds-d": [("newer", "e", 2, None)]} | THEIRS


def test_a_changed_row_ends_the_version_before_it(settled: Callable[..., Any]) -> None:
    said = settled(Judged(Verdict.CHANGED, line("a", NEWER, 2, "e")), over=["a"])
    assert said["mrds-a"] == [("old", "d", 1, 2), ("newer", "e", 2, None)]
    assert {key: versions for key, versions in said.items() if key != "mrds-a"} == {
        "mrds-b": [OLD],
        "mrds-c": [OLD],
    } | THEIRS


def test_a_row_understood_anew_is_the_same_version_with_another_meaning(settled: Callable[..., Any]) -> None:
    said = settled(Judged(Verdict.REREAD, line("a", NEWER, 2, "e")))
    assert said == {"mrds-a": [("newer", "e", 1, None)], "mrds-b": [OLD], "mrds-c": [OLD]} | THEIRS


def test_a_record_that_ended_has_no_version_after(settled: Callable[..., Any]) -> None:
    said = settled(over=["a", "c"])
    assert said == {"mrds-a": [("old", "d", 1, 2)], "mrds-b": [OLD], "mrds-c": [("old", "d", 1, 2)]} | THEIRS


def test_nothing_to_settle_changes_nothing(settled: Callable[..., Any]) -> None:
    assert settled() == {"mrds-a": [OLD], "mrds-b": [OLD], "mrds-c": [OLD]} | THEIRS


def test_all_verdicts_take_effect_at_once(settled: Callable[..., Any]) -> None:
    said = settled(
        Judged(Verdict.REREAD, line("a", NEWER, 2, "e")),
        Judged(Verdict.CHANGED, line("b", NEWER, 2, "e")),
        Judged(Verdict.NEW, line("d", NEWER, 2, "e")),
        Judged(Verdict.UNCHANGED, None),
        over=["b", "c"],
    )
    assert (
        said
        == {
            "mrds-a": [("newer", "e", 1, None)],
            "mrds-b": [("old", "d", 1, 2), ("newer", "e", 2, None)],
            "mrds-c": [("old", "d", 1, 2)],
            "mrds-d": [("newer", "e", 2, None)],
        }
        | THEIRS
    )


# Every control character, each alone and amid words, and whatever COPY or an array might take for its own.
ODD = [
    *(chr(code) for code in (*range(1, 32), 127, *range(128, 160))),
    *("\\.", "\\", "\\\\", "\\N", "\\t", "\\x41", "\\101", "\t", "\n", "\r\n", "\n\\.\n", "\t\\.\t", "\\\t", "\\\n"),
    *(
        "\u2028",
        "\u2029",
        "\ufeff",
        "\ufffe",
        "\uffff",
        "\U0010ffff",
        "e\u0301",
        "\u202e",
        '{"a"}',
        "'",
        "$$",
        "%s",
        ":x",
    ),
]


def test_each_odd_character_comes_back_as_it_was_alone_and_amid_words(empty_store: Engine) -> None:
    words = [said for one in ODD for said in (one, f"a{one}b", f"{one}{one}")]
    rows = [
        values(
            str(number),
            NOTHING._replace(
                name=one,
                source_country=f"{one}\\",
                commodities=(DepositCommodity("gold", 1, one),),
                unmapped=(UnmappedWord("status", one, "status.csv"),),
            ),
        )
        for number, one in enumerate(words)
    ]
    said = [
        (row.name, row.source_country, row.commodity_words, row.unmapped[0]["word"]) for row in kept(empty_store, *rows)
    ]
    assert said == [(one, f"{one}\\", [one], one) for one in words]


@pytest.mark.parametrize("word", ["\0", "\0N", "a\0N", "\0.", "\ud800", "a\udcffb"])
def test_what_no_column_can_hold_is_refused_and_never_taken_for_something_else(word: str) -> None:
    with pytest.raises(ValueError, match=r"NUL|surrogates not allowed"):
        as_copied(values("1", NOTHING._replace(name=word)))
