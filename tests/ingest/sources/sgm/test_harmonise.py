"""What a mine of SGM means, with the traps of its Spanish."""

from typing import Any

import pytest

from app.domain.deposit import Harmonised
from ingest.rows import RowRejected
from ingest.sources import source

SGM = source("sgm")


def meaning(x: object = -110.5, y: object = 30.5, **said: Any) -> Harmonised:
    attributes = {"Nombre": "ALAMBRADA"} | said
    raw = {"attributes": attributes, "x": x, "y": y, "crs": "EPSG:4326"}
    return SGM.harmonise(raw, SGM.crosswalks, SGM.places)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("Au, Fe", ["gold", "iron"]),
        ("Cu, Pb, Zn", ["copper", "lead", "zinc"]),
        ("Au,Ag;Cu", ["gold", "silver", "copper"]),
        ("fierro", ["iron"]),
        ("FIERRO", ["iron"]),
        ("ónix", ["onyx-marble"]),
        ("ONIX", ["onyx-marble"]),
        ("cal", ["lime"]),
        ("oro y plata", ["gold", "silver"]),
        ("Oro, plata y cobre", ["gold", "silver", "copper"]),
        ("Y", ["yttrium"]),
        ("Pb, Y, Cu", ["lead", "yttrium", "copper"]),
        ("Au-Ag", ["gold", "silver"]),
        ("Au/Ag", ["gold", "silver"]),
        ("magnetita-hematita", ["iron-ore"]),
        ("arena y grava", ["sand-and-gravel"]),
        ("Au, oro, AU", ["gold"]),
    ],
)
def test_symbols_and_spanish_names_become_codes_without_a_rank(words: str, codes: list[str]) -> None:
    meant = meaning(Sustancia=words)
    assert [one.code for one in meant.commodities] == codes
    assert {one.rank for one in meant.commodities} == {None}
    assert (meant.source_commodities, meant.unmapped) == (words, ())


def test_an_unknown_commodity_is_never_guessed_and_costs_the_others_nothing() -> None:
    meant = meaning(Sustancia="Au, Unobtainium, Au Ag")
    assert [one.code for one in meant.commodities] == ["gold"]
    assert [(one.word, one.crosswalk) for one in meant.unmapped] == [
        ("Unobtainium", "commodity.csv"),
        ("Au Ag", "commodity.csv"),
    ]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("MANIFESTACION PEQUEÑA DE MINERAL IN SITU", "occurrence"),
        ("Manifestación pequeña de mineral in situ", "occurrence"),
        ("MINA EN EXPLOTACION", "producer"),
        ("ACTIVA", "producer"),
        ("INACTIVA", "past-producer"),
        ("MINA INACTIVA", "past-producer"),
        ("MINA", "mine-status-unknown"),
        ("PRESA DE JALES", "waste"),
    ],
)
def test_the_operation_names_a_status(words: str, status: str) -> None:
    meant = meaning(**{"Tipo de operación": words})
    assert (meant.status, meant.source_status, meant.unmapped) == (status, words, ())


@pytest.mark.parametrize("words", ["NO ACTIVA", "ACTIVA, INACTIVA", "REACTIVADA", "GRANDE", "PROSPECTO ABANDONADA"])
def test_an_operation_that_is_unclear_gives_no_status_and_is_listed(words: str) -> None:
    meant = meaning(**{"Tipo de operación": words})
    assert (meant.status, meant.source_status) == (None, words)
    assert [(one.attribute, one.crosswalk) for one in meant.unmapped] == [("status", "status.csv")]


@pytest.mark.parametrize(
    "words",
    [
        "SE DESCONOCE",
        "Se Desconoce",
        "Indeterminado",
        "No aplicable",
        "null",
        "<null>",
        "<Null>",
        "None",
        " ",
        "",
        None,
    ],
)
def test_every_null_word_says_nothing(words: str | None) -> None:
    meant = meaning(Nombre=words, Sustancia=words, **{"Tipo de operación": words})
    assert (meant.name, meant.commodities, meant.status, meant.unmapped) == (None, (), None, ())
    assert meant.source_status == (words if words and words.strip() else None)


@pytest.mark.parametrize(
    ("scale", "accuracy_m"),
    [
        ("Esc:1:250,000", 250),
        ("Esc:1:50,000", 50),
        ("1:50 000", 50),
        ("1:50.000", 50),
        (50000, 50),
        (None, 250),
        ("?", 250),
    ],
)
def test_the_accuracy_is_a_millimetre_at_the_scale_and_the_coarser_where_none_is_stated(
    scale: object, accuracy_m: float
) -> None:
    assert meaning(Escala=scale).position.accuracy_m == accuracy_m


def test_a_mine_is_in_mexico_and_states_no_state() -> None:
    meant = meaning()
    assert (meant.country, meant.source_country, meant.source_state) == ("MX", None, None)


@pytest.mark.parametrize(("x", "y", "code"), [(None, 1, "position-missing"), ("NaN", 1, "position-not-a-number")])
def test_a_mine_without_a_usable_position_is_rejected(x: object, y: object, code: str) -> None:
    with pytest.raises(RowRejected) as rejection:
        meaning(x, y)
    assert rejection.value.reason.code == code
