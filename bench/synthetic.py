"""SYNTHETIC files of full size: rows drawn from the real value distributions, always the same ones."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from random import Random

from ingest.sources import HERE as SOURCES

MRDS_ROWS = 304_632
SGM_250K_ROWS, SGM_50K_ROWS = 9_465, 46_000

# Share of filled rows and most frequent values: from USGS's metadata of 2016 where it states them for all of MRDS,
# else from 1,694 rows of California and Nevada.
_DEV_STAT = {"Occurrence": 40, "Past Producer": 30, "Prospect": 13, "Unknown": 10, "Producer": 6, "Plant": 1}
_OPER_TYPE = {"Unknown": 60, "Underground": 15, "Surface": 14, "Surface-Underground": 9, "Placer": 1, "Well": 1}
_PROD_SIZE = {"S": 49, "N": 41, "M": 4, "Y": 3, "L": 2, "U": 1}
_SCORE = {"D": 62, "C": 19, "B": 11, "E": 7, "A": 1}
_COM_TYPE = {"M": 70, "N": 25, "B": 5}
_FORM = {"IRREGULAR": 40, "TABULAR": 35, "LENTICULAR": 15, "PIPELIKE": 10}
_MODEL = {"42: W skarn": 30, "85: Polymetallic veins": 40, "119: Placer Au-PGE": 30}
_DEP_TYPE = {"Vein": 40, "Placer": 20, "Sedimentary": 15, "Replacement": 10, "SKARN": 5, "vein": 5, "Stratabound": 5}
_WORDS = [
    "quartz",
    "limestone",
    "granite",
    "fault",
    "vein",
    "mine",
    "creek",
    "gold",
    "silver",
    "canyon",
    "ridge",
    "claim",
    "shaft",
    "adit",
    "lode",
    "prospect",
    "ore",
    "body",
    "contact",
    "skarn",
    "dike",
    "porphyry",
    "breccia",
    "mountain",
    "valley",
    "district",
    "report",
    "bulletin",
    "survey",
    "survey",
    "county",
    "geology",
    "bureau",
    "replacement",
    "oxide",
    "sulfide",
    "zone",
    "level",
    "drift",
    "tunnel",
    "gulch",
    "placer",
    "lead",
    "zinc",
    "copper",
    "tungsten",
    "hill",
    "north",
    "south",
    "lower",
]
# Where rows lie: longitude, latitude, spread in degrees, and the country and state that most of them then lie in.
_CENTRES = (
    (-117.0, 39.3, 0.9, "United States", "Nevada"),
    (-111.7, 34.3, 0.9, "United States", "Arizona"),
    (-120.5, 38.5, 0.8, "United States", "California"),
    (-105.6, 39.0, 0.9, "United States", "Colorado"),
    (-109.6, 47.0, 0.9, "United States", "Montana"),
    (-99.5, 31.5, 1.0, "United States", "Texas"),
    (-110.3, 29.6, 0.5, "Mexico", "Sonora"),
)

_HEADER = [
    "dep_id",
    "url",
    "mrds_id",
    "mas_id",
    "site_name",
    "latitude",
    "longitude",
    "region",
    "country",
    "state",
    "county",
    "com_type",
    "commod1",
    "commod2",
    "commod3",
    "oper_type",
    "dep_type",
    "prod_size",
    "dev_stat",
    "ore",
    "gangue",
    "other_matl",
    "orebody_fm",
    "work_type",
    "model",
    "alteration",
    "conc_proc",
    "names",
    "ore_ctrl",
    "reporter",
    "hrock_unit",
    "hrock_type",
    "arock_unit",
    "arock_type",
    "structure",
    "tectonic",
    "ref",
    "yfp_ba",
    "yr_fst_prd",
    "ylp_ba",
    "yr_lst_prd",
    "dy_ba",
    "disc_yr",
    "prod_yrs",
    "discr",
    "score",
]


class _Draw:
    """Draws values from one seeded source."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._commodities = self._cumulated(_commodity_counts())

    @staticmethod
    def _cumulated(counts: dict[str, int]) -> tuple[Sequence[str], Sequence[int]]:
        return list(counts), list(accumulate(counts.values()))

    def pick(self, counts: dict[str, int]) -> Callable[[], str]:
        values, weights = self._cumulated(counts)
        return lambda: self._random.choices(values, cum_weights=weights)[0]

    def filled(self, share: float, value: Callable[[], str]) -> Callable[[], str]:
        return lambda: value() if self._random.random() < share else ""

    def text(self, mean_words: int) -> Callable[[], str]:
        def make() -> str:
            count = 1 + int(self._random.expovariate(1 / mean_words))
            return " ".join(self._random.choices(_WORDS, k=count)).title()

        return make

    def year(self) -> str:
        return str(self._random.randint(1850, 2005))

    def place(self) -> tuple[str, str, str, str]:
        """Longitude, latitude, country and state."""
        longitude, latitude, spread, country, state = self._random.choice(_CENTRES)
        point = self._random.gauss(longitude, spread), self._random.gauss(latitude, spread / 2)
        return f"{point[0]:.5f}", f"{point[1]:.5f}", country, state

    def commodities(self, mean: float) -> Callable[[], str]:
        names, weights = self._commodities

        def make() -> str:
            count = 1 + min(int(self._random.expovariate(1 / mean)), 6)
            return ", ".join(dict.fromkeys(self._random.choices(names, cum_weights=weights, k=count)))

        return make

    def chance(self, share: float) -> bool:
        return self._random.random() < share


def _commodity_counts() -> dict[str, int]:
    """MRDS's names with weights that fall as their counts in MRDS do: by about a tenth from rank to rank."""
    with (SOURCES / "mrds" / "crosswalk" / "commodity.csv").open(encoding="utf-8", newline="") as lines:
        names = [row["word"] for row in csv.DictReader(lines)]
    return {name: max(int(55_763 * 0.9**rank), 1) for rank, name in enumerate(names)}


def mrds(path: Path, rows: int = MRDS_ROWS, changed: float = 0.0) -> Path:
    """Writes a synthetic `mrds.csv`; a share `changed` of its rows differs in `ore` from the one with none."""
    draw, edit = _Draw(1), _Draw(2)
    columns = _mrds_columns(draw)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(_HEADER)
        for number in range(rows):
            row = _mrds_row(draw, columns, number)
            if edit.chance(changed):
                row["ore"] = "Scheelite, Edited"
            writer.writerow([row[name] for name in _HEADER])
    return path


def _mrds_row(draw: _Draw, columns: dict[str, Callable[[], str]], number: int) -> dict[str, str]:
    key = str(10_000_000 + number)
    row = {name: make() for name, make in columns.items()}
    longitude, latitude, country, state = draw.place()
    if not draw.chance(0.013):
        row |= {"longitude": longitude, "latitude": latitude}
    if draw.chance(0.81):
        row |= {"country": country, "state": state}
    return row | {"dep_id": key, "url": f"https://mrdata.usgs.gov/mrds/show-mrds.php?dep_id={key}"}


def _mrds_columns(draw: _Draw) -> dict[str, Callable[[], str]]:
    filled, pick, text = draw.filled, draw.pick, draw.text
    return {
        "mrds_id": filled(0.51, lambda: f"W{draw.year()}99"),
        "mas_id": filled(0.64, lambda: f"032015{draw.year()}"),
        "site_name": text(2),
        "region": filled(0.81, lambda: "NA"),
        "latitude": str,
        "longitude": str,
        "country": str,
        "state": str,
        "county": filled(0.79, text(1)),
        "com_type": pick(_COM_TYPE),
        "commod1": filled(0.93, draw.commodities(0.6)),
        "commod2": filled(0.06, draw.commodities(1.0)),
        "commod3": filled(0.21, draw.commodities(1.5)),
        "oper_type": pick(_OPER_TYPE),
        "dep_type": filled(0.11, pick(_DEP_TYPE)),
        "prod_size": filled(0.36, pick(_PROD_SIZE)),
        "dev_stat": pick(_DEV_STAT),
        "ore": filled(0.22, text(3)),
        "gangue": filled(0.15, text(3)),
        "other_matl": filled(0.04, text(5)),
        "orebody_fm": filled(0.12, pick(_FORM)),
        "work_type": filled(0.07, text(1)),
        "model": filled(0.04, pick(_MODEL)),
        "alteration": filled(0.08, text(10)),
        "conc_proc": filled(0.05, text(4)),
        "names": filled(0.21, text(5)),
        "ore_ctrl": filled(0.12, text(7)),
        "reporter": filled(0.9, text(4)),
        "hrock_unit": filled(0.12, text(2)),
        "hrock_type": filled(0.3, text(1)),
        "arock_unit": filled(0.05, text(2)),
        "arock_type": filled(0.2, text(1)),
        "structure": filled(0.08, text(12)),
        "tectonic": filled(0.03, text(3)),
        "ref": filled(0.92, text(24)),
        "yfp_ba": filled(0.005, lambda: "<"),
        "yr_fst_prd": filled(0.08, draw.year),
        "ylp_ba": filled(0.002, lambda: ">"),
        "yr_lst_prd": filled(0.03, draw.year),
        "dy_ba": filled(0.02, lambda: "<"),
        "disc_yr": filled(0.12, draw.year),
        "prod_yrs": filled(0.06, draw.year),
        "discr": filled(0.05, text(3)),
        "score": pick(_SCORE),
    }


_SGM_STATUS = {
    "MANIFESTACION PEQUEÑA DE MINERAL IN SITU": 60,
    "MINA ABANDONADA": 25,
    "PROSPECTO": 10,
    "SE DESCONOCE": 5,
}
_SGM_SYMBOLS = {
    "Au": 30,
    "Ag": 30,
    "Cu": 20,
    "Pb": 20,
    "Zn": 20,
    "Fe": 10,
    "Mn": 5,
    "Sb": 3,
    "Hg": 3,
    "Ba": 3,
    "caliza": 5,
}


def sgm(path: Path, rows: int, scale: str, seed: int) -> Path:
    """Writes synthetic mines as the service answers them with f=json, in one page."""
    with path.open("w", encoding="utf-8") as out:
        out.write('{"geometryType":"esriGeometryPoint","spatialReference":{"wkid":4326},"features":[\n')
        out.write(",\n".join(_sgm_features(_Draw(seed), rows, scale)))
        out.write("\n]}\n")
    return path


def _sgm_features(draw: _Draw, rows: int, scale: str) -> Iterator[str]:
    name, status, symbol = draw.text(2), draw.pick(_SGM_STATUS), draw.pick(_SGM_SYMBOLS)
    for number in range(rows):
        longitude, latitude, _, _ = draw.place()
        attributes = {
            "ObjectId": number + 1,
            "Nombre": name().upper(),
            "Sustancia": ", ".join(dict.fromkeys((symbol(), symbol()))),
            "Tipo de operación": status(),
            "Tipo": "MINAS",
            "Origen": "SE DESCONOCE",
            "Estructura": "VETA",
            "Tipo de mineralización": "SE DESCONOCE",
            "Alteración": "Se Desconoce",
            "Escala": f"Esc:{scale}",
        }
        point = {"x": float(longitude), "y": float(latitude)}
        yield json.dumps({"attributes": attributes, "geometry": point}, ensure_ascii=False)
