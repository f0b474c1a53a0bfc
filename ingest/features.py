"""Deposits as GeoJSON text, made once at publishing: most questions are then answered by passing text on."""

from app.domain.properties import Kind, properties
from app.domain.synthetic import SYNTHETIC_CITATION, SYNTHETIC_LICENCE

TABLE = "deposit_feature"

# 1e-6 degrees is a decimetre; no source of ours is placed to better than metres.
_DECIMALS = 6


def _quoted(said: str) -> str:
    return "'" + said.replace("'", "''") + "'"


_MADE_UP = {
    "licence": f"CASE WHEN deposit.synthetic THEN {_quoted(SYNTHETIC_LICENCE)} ELSE source.licence END",
    "citation": f"""
        CASE WHEN deposit.synthetic THEN replace({_quoted(SYNTHETIC_CITATION)}, '{{agency}}', source.agency)
             ELSE replace(replace(source.citation, '{{agency}}', source.agency),
                          '{{retrieved}}', deposit.retrieved::text) END
    """,
    "release": "release.name",
}


def _value(name: str, kind: Kind) -> str:
    if kind is Kind.CODES:
        return f"nullif(array_to_string(deposit.{name}, ','), '')"
    return _MADE_UP.get(name, f"deposit.{name}")


_PROPERTIES = ", ".join(f"{_value(one.name, one.kind)} AS {one.name}" for one in properties().values())

_POINT = ", ".join(f"trim_scale(round(deposit.{axis}::numeric, {_DECIMALS}))" for axis in ("longitude", "latitude"))

_FEATURE = f"""
    concat('{{"type":"Feature","id":', to_json(deposit.id),
           ',"geometry":{{"type":"Point","coordinates":[', concat_ws(',', {_POINT}),
           ']}},"properties":', row_to_json(properties), '}}')
"""


def filling(release: int) -> str:
    """The statement that fills the release's partition of features from its partition of deposits."""
    return f"""
        INSERT INTO {TABLE}_r{release} (release, id, release_level, body)
        SELECT deposit.release, deposit.id, deposit.release_level, {_FEATURE}
        FROM deposit_r{release} AS deposit
        JOIN source ON source.id = deposit.source
        JOIN release ON release.id = deposit.release
        CROSS JOIN LATERAL (SELECT {_PROPERTIES}) AS properties
        ORDER BY deposit.id
    """
