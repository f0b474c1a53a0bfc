"""What a mine of SGM means, with the traps of its Spanish."""

import math
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


def unmapped(meant: Harmonised, attribute: str) -> list[tuple[str, str]]:
    return [(one.word, one.crosswalk) for one in meant.unmapped if one.attribute == attribute]


@pytest.mark.parametrize(
    ("place", "x", "y", "state"),
    [
        ("Cananea", -110.3182, 30.9571, "MX-SON"),
        ("Santa Rosalía", -112.2667, 27.3389, "MX-BCS"),
        ("Zacatecas", -102.5729, 22.7709, "MX-ZAC"),
        ("Torreón", -103.4068, 25.5428, "MX-COA"),
        ("an islet off Guaymas", -110.97, 27.86, "MX-SON"),
        ("the sea", -111.5, 23.0, None),
    ],
)
def test_the_state_of_a_mine_is_the_one_it_lies_in(place: str, x: float, y: float, state: str | None) -> None:
    meant = meaning(x, y)
    assert (meant.country, meant.state, meant.source_state) == ("MX", state, None), place


def test_a_mine_far_outside_mexico_is_remarked_on_and_stays_of_mexico() -> None:
    meant = meaning(-112.07, 33.45)
    assert (meant.country, meant.position.check) == ("MX", "outside-stated-country")
    # Its state is one of another country, and so is none of its.
    assert meant.state is None


def test_a_mine_whose_longitude_has_lost_its_sign_is_repaired() -> None:
    meant = meaning(110.3182, 30.9571)
    assert (meant.position.longitude, meant.position.rule, meant.state) == (-110.3182, "longitude-sign", "MX-SON")


@pytest.mark.parametrize(
    ("words", "size", "status"),
    [
        ("MANIFESTACION PEQUEÑA DE MINERAL IN SITU", "small", "occurrence"),
        ("MANIFESTACIÓN GRANDE", "large", "occurrence"),
        ("MINA MEDIANA ACTIVA", "medium", "producer"),
        ("MINA CHICA", "small", "mine-status-unknown"),
        ("MINA ACTIVA", None, "producer"),
        ("MINA GRANDE Y PEQUEÑA", None, "mine-status-unknown"),
        ("SE DESCONOCE", None, None),
        ("", None, None),
    ],
)
def test_the_size_of_a_showing_is_apart_from_its_status_and_no_tonnage(
    words: str, size: str | None, status: str | None
) -> None:
    meant = meaning(**{"Tipo de operación": words})
    assert (meant.operation_size, meant.status, meant.source_status) == (size, status, words or None)
    assert (meant.production_size, meant.deposit_size, meant.operation_type, meant.unmapped) == (None, None, None, ())


def test_a_size_without_a_known_status_is_kept_and_the_rest_is_listed() -> None:
    meant = meaning(**{"Tipo de operación": "NO SE SABE GRANDE"})
    assert (meant.operation_size, meant.status) == ("large", None)
    assert unmapped(meant, "status") == [("no se sabe", "status.csv")]


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("VETA", "vein"),
        ("Vetas", "vein"),
        ("filón", "vein"),
        ("FILON", "vein"),
        ("MANTO", "manto"),
        ("CHIMENEA", "chimney"),
        ("Veta y manto", None),
        ("SE DESCONOCE", None),
        (" ", None),
        (None, None),
    ],
)
def test_a_structure_names_a_form(words: str | None, form: str | None) -> None:
    meant = meaning(Estructura=words)
    assert (meant.deposit_form, meant.unmapped) == (form, ())
    assert meant.source_deposit_form == (words if words and words.strip() else None)


def test_a_structure_that_nobody_mapped_is_listed() -> None:
    assert unmapped(meaning(Estructura="ESPIRAL"), "deposit_form") == [("ESPIRAL", "deposit_form.csv")]


@pytest.mark.parametrize(
    ("mineralisation", "origin", "code"),
    [
        ("Vetas epitermales", None, "epithermal"),
        (None, "EPITERMAL", "epithermal"),
        ("Epitermal de baja sulfuración", "Epitermal", "low-sulfidation-epithermal-gold-silver"),
        ("BAJA SULFURACION", None, "low-sulfidation-epithermal-gold-silver"),
        ("Epitermal de baja sulfuración", "Epitermal de alta sulfuración", None),
        ("SKARN", "EPITERMAL", None),
        ("No aplicable", "SE DESCONOCE", None),
        (None, None, None),
    ],
)
def test_two_columns_name_a_type_the_closer_one_where_they_agree(
    mineralisation: str | None, origin: str | None, code: str | None
) -> None:
    meant = meaning(**{"Tipo de mineralización": mineralisation, "Origen": origin})
    assert (meant.deposit_type, meant.unmapped) == (code, ())


def test_the_words_of_a_type_stay_with_the_columns_they_stand_in() -> None:
    both = meaning(**{"Tipo de mineralización": "Skarn", "Origen": "SE DESCONOCE"})
    assert both.source_deposit_type == "Tipo de mineralización: Skarn; Origen: SE DESCONOCE"
    assert meaning(Origen="Skarn").source_deposit_type == "Origen: Skarn"
    assert meaning(Origen=" ").source_deposit_type is None


def test_a_type_that_nobody_mapped_is_listed_from_either_column() -> None:
    meant = meaning(**{"Tipo de mineralización": "Queso", "Origen": "Luna"})
    assert unmapped(meant, "deposit_type") == [("Queso", "deposit_type.csv"), ("Luna", "deposit_type.csv")]


def test_alteration_is_kept_word_for_word() -> None:
    words = "Hidrotermal: Caolinizacion,  Piritizacion "
    assert meaning(Alteración=words).source_alteration == words
    assert meaning(ALTERACIONES="Silicificación").source_alteration == "Silicificación"
    assert meaning(Alteración=" ").source_alteration is None


def test_what_sgm_does_not_say_is_none() -> None:
    meant = meaning()
    silent = (
        *("other_names", "source_country", "source_county", "source_host_rock", "source_url", "source_years"),
        *("discovered_year", "first_production_year", "last_production_year", "operation_type", "production_size"),
    )
    assert {name: getattr(meant, name) for name in silent} == dict.fromkeys(silent)


@pytest.mark.parametrize(
    ("crs", "x", "y", "operation"),
    [
        ("EPSG:4267", -110.3182, 30.9571, "(EPSG:1187)"),
        ("EPSG:26712", 565_000.0, 3_425_000.0, "(EPSG:1187)"),
        ("EPSG:6372", 1_703_215.8, 2_121_576.7, "(EPSG:6373)"),
        ("EPSG:4326", -110.3182, 30.9571, "none"),
    ],
)
def test_a_mine_in_any_frame_of_mexico_comes_to_wgs84(crs: str, x: float, y: float, operation: str) -> None:
    raw = {"attributes": {"Nombre": "A", "Escala": "Esc:1:50,000"}, "x": x, "y": y, "crs": crs}
    meant = SGM.harmonise(raw, SGM.crosswalks, SGM.places)
    assert operation in meant.position.transform
    off_m = {"(EPSG:1187)": 12.0, "(EPSG:6373)": 1.0, "none": 0.0}[operation]
    assert meant.position.accuracy_m == math.hypot(50.0, off_m)
    assert meant.position.check is None
