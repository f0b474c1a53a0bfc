"""What the tables of MRDS say of one deposit, in the columns of its flat file, `mrds.csv`.

USGS makes the flat file of the tables, and the rows that are in both show how: lists are joined by a comma and a
space in the order of `line`, a model is its code and its name.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_Rows = Sequence[Mapping[str, str]]

# Where a record is shown to people; the flat file gives this address for each, the tables do not.
_SHOWN_AT = "https://mrdata.usgs.gov/mrds/show-mrds.php?dep_id="

_DEPOSIT = {
    "mrds_id": "mrds_id",
    "mas_id": "mas_id",
    "com_type": "site_commod_type",
    "oper_type": "oper_tp",
    "dep_type": "dep_tp",
    "prod_size": "prod_size",
    "dev_stat": "dev_st",
    "yfp_ba": "yfp_ba",
    "yr_fst_prd": "yr_fst_prd",
    "ylp_ba": "ylp_ba",
    "yr_lst_prd": "yr_lst_prd",
    "dy_ba": "dy_ba",
    "disc_yr": "disc_yr",
    "prod_yrs": "prod_yrs",
    "discr": "discr",
    "deposit_size": "deposit_size",
}
_PLACE = {"region": "region", "country": "country", "state": "state_prov", "county": "county"}
_TEXTS = {
    "orebody_fm": ("Orebody", "form"),
    "work_type": ("Workings", "wrk_tp"),
    "alteration": ("Alteration", "alterat_text"),
    "conc_proc": ("Conc_proc", "conc_proc_text"),
    "ore_ctrl": ("Ore_control", "ore_ctrl_text"),
    "tectonic": ("Tectonic", "tect_set_text"),
}
_RANKS = {"primary": "commod1", "secondary": "commod2", "tertiary": "commod3"}
_MATERIALS = {"ore": "ore", "gangue": "gangue"}


def said_flat(tables: Mapping[str, Any]) -> dict[str, str]:
    """The tables' rows of one deposit in the flat file's columns, empty where they say nothing.

    Beyond those: `datum` (of the position given), `location_precision_m`, `deposit_size`, `commod_unranked`
    (commodities whose importance is none of the flat file's three), `code_list` and `fips_code`. The position is that
    of the first row of Coords, by `line`, that has one: its WGS 84 values when stated, else the original ones.
    """

    def rows(table: str) -> _Rows:
        return _by_line(tables.get(table, ()))

    deposit, short, where = (_first(rows(name)) for name in ("Deposits", "MRDS", "Location"))
    dep_id = next((row["dep_id"] for name in tables for row in rows(name) if row.get("dep_id")), "").strip()
    return {
        "dep_id": dep_id,
        "url": short.get("url") or (_SHOWN_AT + dep_id if dep_id else ""),
        **_names(rows("Names"), short.get("name", "")),
        **_position(rows("Coords"), short),
        **_columns(where, _PLACE),
        **_commodities(rows("Commodity")),
        **_columns(deposit, _DEPOSIT),
        "dev_stat": deposit.get("dev_st") or short.get("dev_stat", ""),
        **_materials(rows("Materials")),
        **{column: _listed(row.get(own, "") for row in rows(table)) for column, (table, own) in _TEXTS.items()},
        "structure": _structure(rows("Structure")),
        "model": _models(rows("Model")),
        "code_list": short.get("code_list", "").strip(),
        "fips_code": _first(rows("Place")).get("fips_code", "").strip(),
    }


def _by_line(rows: Iterable[Mapping[str, Any]]) -> _Rows:
    """A table's rows in the order that they number themselves, under lower-case names."""
    said = [{name.lower(): "" if value is None else str(value) for name, value in row.items()} for row in rows]
    return sorted(said, key=lambda row: _number(row.get("line") or row.get("rec") or ""))


def _number(text: str) -> int:
    """A whole number to sort by; what is none comes last."""
    return int(text) if text.isascii() and text.isdigit() else sys.maxsize


def _first(rows: _Rows) -> Mapping[str, str]:
    return rows[0] if rows else {}


def _columns(row: Mapping[str, str], named: Mapping[str, str]) -> dict[str, str]:
    return {column: row.get(own, "") for column, own in named.items()}


def _listed(values: Iterable[str]) -> str:
    return ", ".join(value for value in map(str.strip, values) if value)


def _names(rows: _Rows, short: str) -> dict[str, str]:
    """The current name, and all others; the first name where none is called current."""
    names = [(row.get("name", ""), row.get("status", "").strip().lower() == "current") for row in rows]
    current = next((place for place, (_, is_current) in enumerate(names) if is_current), 0)
    site_name = names[current][0] if names else short
    others = (name for place, (name, _) in enumerate(names) if place != current)
    return {"site_name": site_name, "names": _listed(others)}


def _position(rows: _Rows, short: Mapping[str, str]) -> dict[str, str]:
    for row in rows:
        for latitude, longitude, datum in (
            ("wgs84_lat", "wgs84_lon", "WGS84"),
            ("lat_dec", "lon_dec", row.get("datum", "")),
        ):
            if row.get(latitude, "").strip() and row.get(longitude, "").strip():
                return _placed(row[latitude], row[longitude], datum, row.get("loc_prec", ""))
    return _placed(short.get("latitude", ""), short.get("longitude", ""), "WGS84" if short else "", "")


def _placed(latitude: str, longitude: str, datum: str, precision: str) -> dict[str, str]:
    """The precision is a text of up to 300 characters in the tables; here it is a number of metres or nothing."""
    number = precision.strip()
    stated = number.isascii() and number.replace(".", "", 1).isdigit()
    return {
        "latitude": latitude,
        "longitude": longitude,
        "datum": datum,
        "location_precision_m": number if stated else "",
    }


def _commodities(rows: _Rows) -> dict[str, str]:
    """The commodities by their importance; the short form calls the columns by their whole names."""
    found: dict[str, list[str]] = {column: [] for column in (*_RANKS.values(), "commod_unranked")}
    for row in rows:
        importance = (row.get("import") or row.get("importance") or "").strip().lower()
        name = row.get("commod") or row.get("commodity") or ""
        found[_RANKS.get(importance, "commod_unranked")].append(name)
    return {column: _listed(names) for column, names in found.items()}


def _materials(rows: _Rows) -> dict[str, str]:
    found: dict[str, list[str]] = {"ore": [], "gangue": [], "other_matl": []}
    for row in rows:
        found[_MATERIALS.get(row.get("ore_gangue", "").strip().lower(), "other_matl")].append(row.get("material", ""))
    return {column: _listed(names) for column, names in found.items()}


def _structure(rows: _Rows) -> str:
    """The regional structures (R) before the local ones (L), as the flat file has them."""
    regional = sorted(rows, key=lambda row: row.get("struct_type", "").strip().upper() != "R")
    return _listed(row.get("struct_text", "") for row in regional)


def _models(rows: _Rows) -> str:
    """A model's code and name; several by their codes, each in braces as the metadata of the flat file has them."""
    models = sorted(
        (_number(row.get("mod_cd", "")), f"{row.get('mod_cd', '')}: {row.get('model_name', '')}") for row in rows
    )
    said = [model for _, model in models]
    return said[0] if len(said) == 1 else "".join(f"{{{model}}}" for model in said)
