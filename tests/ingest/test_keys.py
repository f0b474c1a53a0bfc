"""Keys for a source that publishes none."""

from ingest.keys import Identity, keep_keys
from ingest.rows import Row

CANANEA = Identity("250k", "cananea", -110.3, 30.95)


def _row(key: str, number: int = 1) -> Row:
    return Row(0, number, key, "250k", {})


def _keys(rows: list[tuple[str, Identity]], known: dict[str, Identity]) -> list[str | None]:
    told = [(_row(key, number), identity) for number, (key, identity) in enumerate(rows, 1)]
    return [row.key for row in keep_keys(told, known) if isinstance(row, Row)]


def test_a_known_key_stays_and_an_unknown_mine_gets_its_own() -> None:
    far = Identity("250k", "naica", -105.5, 27.85)
    assert _keys([("a", CANANEA), ("b", far)], {"a": CANANEA}) == ["a", "b"]


def test_a_mine_that_moved_a_little_keeps_its_key() -> None:
    moved = Identity("250k", "cananea", -110.31, 30.95)  # 954 m
    assert _keys([("new", moved)], {"a": CANANEA}) == ["a"]


def test_a_namesake_beyond_two_kilometres_is_another_mine() -> None:
    away = Identity("250k", "cananea", -110.33, 30.95)  # 2.9 km
    assert _keys([("new", away)], {"a": CANANEA}) == ["new"]


def test_a_corrected_name_on_the_same_spot_keeps_its_key_and_another_name_does_not() -> None:
    assert _keys([("new", Identity("250k", "cananea (buenavista)", -110.3, 30.95))], {"a": CANANEA}) == ["a"]
    assert _keys([("new", Identity("250k", "la verde", -110.3, 30.95))], {"a": CANANEA}) == ["new"]


def test_a_mine_of_another_layer_keeps_apart() -> None:
    assert _keys([("new", Identity("50k", "cananea", -110.3, 30.95))], {"a": CANANEA}) == ["new"]


def test_a_record_that_is_still_in_the_file_gives_its_key_to_nobody() -> None:
    twin = Identity("250k", "cananea", -110.301, 30.95)
    assert _keys([("a", CANANEA), ("new", twin)], {"a": CANANEA}) == ["a", "new"]


def test_the_nearest_pair_goes_first_and_each_key_goes_once_in_any_order() -> None:
    near, farther = Identity("250k", "cananea", -110.301, 30.95), Identity("250k", "cananea", -110.315, 30.95)
    assert _keys([("p", near), ("q", farther)], {"a": CANANEA}) == ["a", "q"]
    assert _keys([("q", farther), ("p", near)], {"a": CANANEA}) == ["q", "a"]
