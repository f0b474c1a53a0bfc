"""SGM's columns under every name they come with."""

import pytest

from ingest.sources.sgm.columns import attributes


@pytest.mark.parametrize(
    ("column", "attribute"),
    [
        ("Nombre", "name"),
        ("NOMBRE", "name"),
        ("NOMBRE_MINA", "name"),
        ("nombre_min", "name"),
        ("Sustancia", "commodities"),
        ("SUSTANCIAS", "commodities"),
        ("SUBSTANCIA", "commodities"),
        ("Tipo de operación", "operation"),
        ("TIPO DE OPERACION", "operation"),
        ("Tipo_de_operacion", "operation"),
        ("TIPO_OPERACION", "operation"),
        ("Tipo de op", "operation"),
        ("Tipo_de_op", "operation"),
        ("TIPO_OPERA", "operation"),
        ("Estructura", "structure"),
        ("ESTRUCTURAS", "structure"),
        ("Tipo de mineralización", "mineralisation"),
        ("TIPO_MINERALIZACION", "mineralisation"),
        ("Tipo de mi", "mineralisation"),
        ("TIPO_MINER", "mineralisation"),
        ("Origen", "origin"),
        ("Alteración", "alteration"),
        ("ALTERACIONES", "alteration"),
        ("Escala", "scale"),
        ("ESCALA", "scale"),
    ],
)
def test_a_column_is_known_by_alias_and_database_name_with_and_without_accents_and_cut(
    column: str, attribute: str
) -> None:
    assert attributes({column: "words"}) == {attribute: "words"}


@pytest.mark.parametrize("column", ["Tipo", "Tipo de", "Origen de", "Estructural", "ObjectId", "Nombre corto"])
def test_other_columns_are_not_taken_for_ours(column: str) -> None:
    assert attributes({column: "words"}) == {}


def test_the_first_spelling_counts() -> None:
    assert attributes({"Nombre": "A", "NOMBRE_MINA": "B"}) == {"name": "A"}
