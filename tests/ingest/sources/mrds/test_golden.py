"""Real rows of MRDS, each chosen for a fault of its own, and just what becomes of them.

The rows stay in the files of USGS: they are looked up by their dep_id. What is not named here is None.
"""

import csv
import gzip
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from app.domain.deposit import Harmonised
from ingest.sources import source

MRDS = source("mrds")
Shared = Callable[[str], Path]

# The flat file's own columns, all 46 of them.
FLAT = {
    # Two models run together, on different branches of the tree; the form is in another case than most.
    "10310468": {
        "name": "Mike Deposit",
        "place": ("US", "US-NV", -116.2473, 40.8097),
        "commodities": "1 silver gold; 2 lead zinc copper; 3 antimony bismuth tungsten iron arsenic molybdenum",
        "status": "producer",
        "operation_type": "surface",
        "deposit_form": "tabular",
        "production_size": "no-production",
        "discovered_year": 1989,
        "source_years": "disc_yr: 1989",
    },
    # Two models run together, of which one is a kind of the other.
    "10310559": {
        "name": "New York Canyon/Longshot Ridge Project",
        "place": ("US", "US-NV", -118.09705, 38.50798),
        "commodities": "1 copper; 2 iron tungsten",
        "status": "prospect",
        "operation_type": "surface-underground",
        "deposit_type": "porphyry-copper-gold",
        "production_size": "small",
        "discovered_year": 1875,
        "first_production_year": 1906,
        "last_production_year": 1929,
        "source_years": "disc_yr: 1875; yr_fst_prd: 1906; yr_lst_prd: 1929",
    },
    # Two spaces in its name; a skarn and a vein of gold among its models, so neither; two forms, so neither.
    "10310574": {
        "name": "Danner gold Property",
        "place": ("US", "US-NV", -118.16848, 40.81683),
        "commodities": "1 gold tungsten; 2 zinc; 3 molybdenum",
        "status": "producer",
        "operation_type": "surface-underground",
        "production_size": "small",
        "first_production_year": 1917,
        "last_production_year": 1950,
        "source_years": "yr_fst_prd: 1917; yr_lst_prd: 1950",
    },
    # Its dep_type is a form, "Vein", and names no type.
    "10008590": {
        "name": "Zaca Mine",
        "place": ("US", "US-CA", -119.70099, 38.66658),
        "commodities": "1 tungsten silver gold",
        "status": "occurrence",
        "operation_type": "unknown",
        "deposit_form": "vein",
        "production_size": "no-production",
    },
    # Its model is a vein and its dep_type a skarn: the model was chosen from a list.
    "10008804": {
        "name": "Bloody Run Mine",
        "place": ("US", "US-NV", -117.79014, 41.18211),
        "commodities": "1 tungsten; 2 molybdenum; 3 silver lead gold arsenic antimony",
        "status": "past-producer",
        "operation_type": "unknown",
        "deposit_type": "vein-polymetallic",
        "deposit_form": "irregular-body",
        "production_size": "small",
        "discovered_year": 1916,
        "source_years": "disc_yr: 1916",
    },
    # Found before 1916, and producing the year before that; "VEIN, IRREGULAR" is two forms.
    "10008803": {
        "name": "Mary Clough Mine",
        "place": ("US", "US-NV", -117.6843, 41.36656),
        "commodities": "1 gold silver tungsten",
        "status": "past-producer",
        "operation_type": "unknown",
        "deposit_type": "vein-polymetallic",
        "production_size": "unknown",
        "discovered_year": 1916,
        "first_production_year": 1915,
        "source_years": "disc_yr: <1916; yr_fst_prd: 1915",
    },
    # Model and dep_type agree, the model says it closer.
    "10008817": {
        "name": "True American Mine",
        "place": ("US", "US-NV", -117.47262, 40.43907),
        "commodities": "1 tungsten; 3 molybdenum",
        "status": "producer",
        "operation_type": "unknown",
        "deposit_type": "skarn-tungsten-mo",
        "deposit_form": "lens",
        "production_size": "small",
        "discovered_year": 1940,
        "first_production_year": 1941,
        "last_production_year": 1954,
        "source_years": "disc_yr: 1940; yr_fst_prd: 1941; yr_lst_prd: 1954",
    },
    # Its dep_type, in capitals, names a type and a form; its name has a letter too few, which stays.
    "60000009": {
        "name": "Ubehebe Distict",
        "place": ("US", "US-CA", -117.5009, 36.58327),
        "commodities": "1 tungsten",
        "status": "occurrence",
        "operation_type": "unknown",
        "deposit_type": "skarn",
        "deposit_form": "vein",
        "production_size": "no-production",
    },
    # It produced before 1900.
    "10008818": {
        "name": "Angelo Belli",
        "place": ("US", "US-NV", -116.26759, 40.66658),
        "commodities": "1 tungsten; 3 manganese copper silver gold lead",
        "status": "past-producer",
        "operation_type": "unknown",
        "deposit_form": "tabular",
        "production_size": "small",
        "discovered_year": 1882,
        "first_production_year": 1900,
        "source_years": "disc_yr: 1882; yr_fst_prd: <1900",
    },
    # It produced, and its size Y says no more: not a yes to some size.
    "10008713": {
        "name": "Pine Creek",
        "place": ("US", "US-CA", -118.70428, 37.36161),
        "commodities": "1 tungsten copper molybdenum gold; 2 silver; 3 bismuth",
        "status": "producer",
        "operation_type": "unknown",
        "deposit_form": "irregular-body",
        "production_size": "produced-size-unknown",
        "discovered_year": 1916,
        "first_production_year": 1918,
        "source_years": "disc_yr: 1916; yr_fst_prd: 1918",
    },
    # One of the few whose production was large.
    "10008715": {
        "name": "Tungstar",
        "place": ("US", "US-CA", -118.71762, 37.38327),
        "commodities": "1 tungsten",
        "status": "past-producer",
        "operation_type": "unknown",
        "deposit_form": "irregular-body",
        "production_size": "large",
        "discovered_year": 1936,
        "first_production_year": 1939,
        "source_years": "disc_yr: 1936; yr_fst_prd: 1939",
    },
    # A plant, which is no deposit.
    "10125555": {
        "name": "Battle Mountain",
        "place": ("US", "US-NV", -117.12485, 40.5399),
        "commodities": "1 copper; 2 gold silver; 3 lead molybdenum tungsten zinc",
        "status": "plant",
        "operation_type": "surface",
        "discovered_year": 1961,
        "first_production_year": 1967,
        "source_years": "disc_yr: 1961; yr_fst_prd: 1967",
    },
    # A commodity with a comma in its name.
    "10236091": {
        "name": "Indian Camp",
        "place": ("US", "US-CA", -119.53157, 37.53323),
        "commodities": "1 sand-and-gravel; 3 tungsten",
        "status": "prospect",
        "operation_type": "placer",
    },
}

# Rows of which third parties kept some columns; their commodities come without a rank.
UNION = {
    # Both signs lost: as written, in India.
    "10400172": {
        "name": "Toro Mocho",
        "place": ("PE", None, -76.13372, -11.60044),
        "commodities": "- copper molybdenum silver",
        "rule": "both-signs",
    },
    # The latitude's sign lost: as written, in Egypt.
    "10159092": {
        "name": "Palabora Copper,Palabora",
        "place": ("ZA", None, 31.11809, -23.99128),
        "rule": "latitude-sign",
    },
    # The same in Peru, with a state that is no state of ours.
    "10133580": {
        "name": "La Granja",
        "place": ("PE", None, -78.53308, -7.15123),
        "commodities": "- copper gold molybdenum silver",
        "rule": "latitude-sign",
    },
    # The longitude's sign lost: as written, in Algeria.
    "10183154": {
        "name": "Inki",
        "place": ("MA", None, -7.80166, 30.58273),
        "commodities": "- cobalt copper",
        "rule": "longitude-sign",
    },
    # Of Baja California, it says; it lies in the state south of it.
    "10181769": {
        "name": "Negociacion Minera - Beltran",
        "place": ("MX", "MX-BCN", -111.50065, 24.41708),
        "commodities": "- tungsten",
        "check": "outside-stated-state",
    },
    # Of Chihuahua, it says; it lies in Durango, too near the border to say more.
    "10092849": {
        "name": "Frailes Los",
        "place": ("MX", "MX-CHH", -106.91721, 25.61702),
        "commodities": "- tungsten",
    },
    # Of Tennessee, it says; it lies in North Carolina.
    "60000902": {
        "name": "Ducktown District",
        "place": ("US", "US-TN", -83.036, 35.036),
        "commodities": "- copper iron sulphur lead zinc gold silver nickel cobalt",
        "check": "outside-stated-state",
    },
    # Of France, it says; it lies in the sea off New Caledonia, to half a degree.
    "10158964": {
        "name": "Poun",
        "place": ("FR", None, 165.91524, -19.99697),
        "commodities": "- cobalt nickel",
        "check": "outside-stated-country",
    },
    # Of Serbia, it says; it lies in Kosovo.
    "10231013": {
        "name": "Cikatova Deposit",
        "place": ("RS", None, 20.86856, 42.88202),
        "commodities": "- nickel",
        "check": "outside-stated-country",
    },
    # Puerto Rico is of the United States, and no state of it; the point is off its shore.
    "10039283": {
        "name": "Guanajibo",
        "place": ("US", None, -67.18281, 17.95068),
        "commodities": "- nickel platinum-group",
    },
    # Neither country nor state is stated: they are those it lies in.
    "10008158": {
        "name": "San Antonio Mine",
        "place": ("MX", "MX-CHH", -105.83386, 28.66692),
        "commodities": "- lead zinc copper silver tin vanadium",
    },
    # The same in a strait of Alaska; two spaces in its name.
    "10000280": {
        "name": "Unnamed (near mouth of Port Camden)",
        "place": ("US", "US-AK", -133.9508, 56.80584),
        "commodities": "- thorium uranium",
    },
    # Twelve spaces in its name, and a comma at the end; a code beside the names of its commodities.
    "10140439": {
        "name": "Allen Mine Gemrock",
        "place": ("US", "US-CA", -122.79282, 41.67544),
        "commodities": "- iron manganese silica",
        "status": "past-producer",
    },
    # Codes that say once more what the names say.
    "10008334": {
        "name": "Monarch Mine",
        "place": ("US", "US-CA", -122.91778, 40.96651),
        "commodities": "- molybdenum gold silver",
        "status": "occurrence",
    },
    # Its name is misspelt, and stays so.
    "10039019": {
        "name": "(Facility) Aquascalientes Smelter",
        "place": ("MX", "MX-AGU", -102.30041, 21.85051),
    },
}
WAYS = {
    "flat": "flat/mrds_flat46_us_ca_nv_tungsten_1694.csv.gz",
    "union": "flat/derived_mrds_sites_union_55680.csv.gz",
}


@pytest.fixture(scope="session")
def rows(shared: Shared) -> Callable[[str], Mapping[str, dict[str, str]]]:
    """The rows of a real file by their dep_id, each file read once."""
    read: dict[str, dict[str, dict[str, str]]] = {}

    def of(name: str) -> Mapping[str, dict[str, str]]:
        if name not in read:
            with gzip.open(shared(WAYS[name]), "rt", encoding="utf-8", newline="") as lines:
                read[name] = {row["dep_id"]: row for row in csv.DictReader(lines)}
        return read[name]

    return of


def as_mrds(row: Mapping[str, str]) -> dict[str, str]:
    """A row of the union under the names of MRDS's own columns."""
    kept = ("dep_id", "site_name", "country", "state", "longitude", "latitude", "dev_stat", "code_list", "fips_code")
    said = {name: row[name] for name in kept}
    return said | {"names": row["other_names"], "commod_unranked": row["commodities"].replace("|", ", ")}


def told(meant: Harmonised) -> dict[str, Any]:
    """What is understood, less what is None; the source's words are compared with the row itself."""
    position = meant.position
    by_rank: dict[str, list[str]] = {}
    for one in meant.commodities:
        by_rank.setdefault(str(one.rank or "-"), []).append(one.code)
    words = "; ".join(" ".join((rank, *codes)) for rank, codes in by_rank.items())
    derived = [name for name in Harmonised._fields if not name.startswith("source_") and name != "other_names"]
    found = meant._asdict() | {
        "place": (meant.country, meant.state, position.longitude, position.latitude),
        "commodities": words,
        "rule": position.rule,
        "check": position.check,
    }
    names = ("name", "place", "commodities", "rule", "check", "source_years", *derived)
    return {name: found[name] for name in names if found[name] and name not in ("country", "state", "position")}


@pytest.mark.parametrize("dep_id", FLAT)
def test_a_row_of_the_flat_file_means_just_this(rows: Callable[[str], Mapping[str, Any]], dep_id: str) -> None:
    row = rows("flat")[dep_id]
    meant = MRDS.harmonise(row, MRDS.crosswalks, MRDS.places)
    assert told(meant) == FLAT[dep_id]
    words = {
        "source_name": "site_name",
        "source_country": "country",
        "source_state": "state",
        "source_county": "county",
        "source_status": "dev_stat",
        "source_operation_type": "oper_type",
        "source_production_size": "prod_size",
        "source_deposit_form": "orebody_fm",
        "source_alteration": "alteration",
        "source_url": "url",
        "other_names": "names",
    }
    assert {name: getattr(meant, name) for name in words} == {name: row[own] or None for name, own in words.items()}
    assert (meant.position.accuracy_m, meant.position.transform) == (500.0, "none")


@pytest.mark.parametrize("dep_id", UNION)
def test_a_row_of_the_union_means_just_this(rows: Callable[[str], Mapping[str, Any]], dep_id: str) -> None:
    row = as_mrds(rows("union")[dep_id])
    meant = MRDS.harmonise(row, MRDS.crosswalks, MRDS.places)
    assert told(meant) == UNION[dep_id]
    said = (meant.source_name, meant.source_country, meant.source_state, meant.source_status)
    assert said == tuple(row[name] or None for name in ("site_name", "country", "state", "dev_stat"))


def test_no_real_row_is_lost_and_no_word_of_it_unknown(rows: Callable[[str], Mapping[str, Any]]) -> None:
    read = [*rows("flat").values(), *map(as_mrds, rows("union").values())]
    meanings = [MRDS.harmonise(row, MRDS.crosswalks, MRDS.places) for row in read]
    assert len(meanings) == 57_374
    assert {word for meant in meanings for word in meant.unmapped} == set()
    # What the union's positions need: few rows, all of them looked at.
    rules = [meant.position.rule for meant in meanings if meant.position.rule]
    assert sorted(rules) == ["both-signs"] * 11 + ["latitude-sign"] * 2 + ["longitude-sign"] * 2
    odd = [meant.position.check for meant in meanings if meant.position.check]
    assert sorted(odd) == ["outside-stated-country"] * 27 + ["outside-stated-state"] * 2
