"""The relational release of MRDS: nothing of its tables is lost, whatever the wrapping, the layout and the damage."""

import csv
import gzip
import json
import os
import re
import resource
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import FileFault
from ingest.rows import Fault, Row
from ingest.sources.mrds import record, relational
from ingest.sources.mrds.relational import as_flat, duplicate_pairs, holds_deposits, read
from ingest.sources.mrds.tables import files_of, tables

# Counted in the files of 2019 by their lines.
REAL_ROWS = {
    "Alteration": 16565,
    "Conc_proc": 11259,
    "Dups": 84300,
    "Groupings": 12820,
    "Holdings": 55318,
    "Model": 16908,
    "Ore_control": 24436,
    "Resource_detail": 21072,
    "Resources": 12725,
    "Structure": 33514,
    "Tectonic": 18742,
}
DEPOSITS = "dep_id dev_st prod_size deposit_size"
NAMES = "dep_id line name status insert_date"
COORDS = "dep_id line lat_dec lon_dec datum wgs84_lat wgs84_lon loc_prec"

Table = Callable[..., str]
Release = Callable[..., Path]
Shared = Callable[[str], Path]


def rows_of(*paths: Path) -> dict[str | None, Row]:
    """The rows by their dep_id; none is damaged."""
    rows = list(read(paths))
    assert not [row for row in rows if isinstance(row, Fault)]
    return {row.key: row for row in rows if isinstance(row, Row)}


def faults_of(path: Path) -> list[tuple[str, int, str]]:
    """The table, the line and the code of each damaged row."""
    return [
        (row.raw["table"], row.number, row.reason.code)
        for row in read([path])
        if isinstance(row, Fault) and row.raw["line"]
    ]


def refusal(*paths: Path, what: Callable[..., Any] = read) -> str:
    with pytest.raises(FileFault) as refused:
        list(what(paths))
    words = refused.value.words
    assert words.en != words.es
    return words.en


@pytest.fixture(scope="module")
def real(shared: Shared) -> dict[str, Row]:
    """The 11 tables that are at hand, by dep_id."""
    return {str(key): row for key, row in rows_of(shared("rdbms")).items()}


# --- the real files -------------------------------------------------------------------------------------------------


def test_every_real_row_comes_out_once(real: Mapping[str, Row]) -> None:
    counted = Counter(name for row in real.values() for name, rows in row.raw["tables"].items() for _ in rows)
    assert counted == REAL_ROWS
    assert len(real) == 161_402


def test_real_values_are_verbatim_and_stand_under_their_columns(real: Mapping[str, Row], shared: Shared) -> None:
    with gzip.open(shared("rdbms/Resources.txt.gz"), "rt", encoding="ascii", newline="") as text:
        wanted = Counter(tuple(row.items())[1:] for row in csv.DictReader(text, delimiter="\t"))
    assert wanted == Counter(
        tuple(one.items()) for row in real.values() for one in row.raw["tables"].get("Resources", ())
    )


def test_real_dates_stay_in_their_forms(real: Mapping[str, Row]) -> None:
    forms = {re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", date)) for row in real.values() for date in dates(row)}
    assert forms == {"99-AAA-9999 99:99:99", "99-AAA-99", "9999-99-99", "9999-99-99A99:99:99", ""}


def dates(row: Row) -> list[str]:
    return [one.get("insert_date", "") for rows in row.raw["tables"].values() for one in rows]


def test_the_real_files_at_hand_hold_no_deposit(real: Mapping[str, Row], shared: Shared) -> None:
    assert not holds_deposits([shared("rdbms")])
    assert all(row.raw["without_deposit"] for row in real.values())


def test_real_pairs_come_once_and_in_the_same_order(shared: Shared) -> None:
    pairs = list(duplicate_pairs([shared("rdbms")]))
    assert len(pairs) == len({frozenset(pair[:2]) for pair in pairs}) == 42_636
    assert all(one < other for one, other, _ in pairs)
    assert pairs[:2] == [("10091853", "10227114", None), ("10101603", "10227119", None)]
    assert Counter(note for *_, note in pairs) == {None: 42_625, "added by hand": 11}
    assert list(duplicate_pairs(files_of(shared("rdbms")))) == pairs


def test_what_the_tables_say_is_what_the_flat_file_says(real: Mapping[str, Row], shared: Shared) -> None:
    """USGS made the flat file of the same tables; it puts 10310348 in quotes, and says a repeated structure once."""
    with gzip.open(shared("flat/mrds_flat46_us_ca_nv_tungsten_1694.csv.gz"), "rt", encoding="utf-8") as text:
        flat = [row for row in csv.DictReader(text) if row["dep_id"] in real and row["dep_id"] != "10310348"]
    said = [(row, as_flat(real[row["dep_id"]].raw)) for row in flat]
    differing = Counter(
        column
        for row, mine in said
        for column in ("url", "model", "alteration", "conc_proc", "ore_ctrl", "tectonic", "structure")
        if mine[column] != row[column] and mine[column].replace("}{", "").strip("{}") != row[column]
    )
    assert len(said) > 600
    assert differing == {"structure": 10}


def test_our_columns_are_those_of_the_real_dictionary(shared: Shared) -> None:
    """schema.ini labels the columns, in the same order."""
    with gzip.open(shared("rdbms/Datadxny.txt.gz"), "rt", encoding="ascii", newline="") as text:
        rows = [row for row in csv.DictReader(text, delimiter="\t") if row["number"]]
    rows.sort(key=lambda row: (row["tblname"], int(row["number"])))
    wanted = [(row["tblname"].capitalize(), row["label"].lower(), row["number"]) for row in rows]
    with Path(relational.__file__).with_name("relational_columns.csv").open(encoding="utf-8", newline="") as text_of:
        ours = [tuple(row.values()) for row in csv.DictReader(text_of)]
    assert [row for row in ours if row[0] != "Place"] == wanted
    schema = re.split(r"^\[(.*)\.txt\]$", shared("rdbms/schema.ini").read_text(), flags=re.MULTILINE)[1:]
    labels = {name: re.findall('="(.*)"', said) for name, said in zip(schema[::2], schema[1::2], strict=True)}
    differing = [
        name
        for name in {row[0] for row in wanted}
        if labels[name] != [row["short_desc"] for row in rows if row["tblname"].capitalize() == name]
    ]
    assert differing == []
    assert len(labels["Place"]) == len([row for row in ours if row[0] == "Place"])


@pytest.mark.parametrize("ordinal", [True, False], ids=["with its ordinal", "without"])
@pytest.mark.parametrize("dictionary", [True, False], ids=["by the dictionary", "by our columns"])
def test_a_real_table_without_its_header_reads_the_same(
    shared: Shared, real: Mapping[str, Row], release: Release, *, ordinal: bool, dictionary: bool
) -> None:
    lines = gzip.decompress(shared("rdbms/Model.txt.gz").read_bytes()).splitlines(keepends=True)[1:]
    if not ordinal:
        lines = [line.partition(b"\t")[2] for line in lines]
    folder = release(Model=b"".join(lines))
    if dictionary:
        (folder / "Datadxny.txt.gz").write_bytes(shared("rdbms/Datadxny.txt.gz").read_bytes())
    rows = rows_of(folder)
    wanted = {key: row.raw["tables"]["Model"] for key, row in real.items() if "Model" in row.raw["tables"]}
    assert {key: row.raw["tables"]["Model"] for key, row in rows.items()} == wanted


@pytest.mark.parametrize("dictionary", ['"dups"\t1\t"DEP_ID"\n', "i\ttable\tfield\n"])
def test_a_dictionary_that_says_no_columns_leaves_ours(release: Release, dictionary: str) -> None:
    folder = release(Datadxny=dictionary, Dups='"1"\t"2"\t""\t""\n')
    assert list(rows_of(folder)["1"].raw["tables"]["Dups"][0]) == ["dep_id", "dep_id_dup", "rel_type", "notes"]


def test_a_dictionary_of_the_release_goes_before_ours(table: Table, release: Release) -> None:
    own = table("tblname number label", ("dups", None, ""), ("dups", 2, "DEP_ID"), ("dups", 1, "OTHER"))
    folder = release(Datadxny=own, Dups='"2"\t"1"\n')
    assert rows_of(folder)["1"].raw["tables"]["Dups"] == [{"other": "2", "dep_id": "1"}]


@pytest.mark.parametrize("wrap", ["files", "zip of .gz", "zip of .txt in a folder"])
def test_real_tables_read_the_same_in_every_wrapping(shared: Shared, tmp_path: Path, wrap: str) -> None:
    names = ["Model.txt.gz", "Conc_proc.txt.gz", "Datadxny.txt.gz"]
    paths = [shared(f"rdbms/{name}") for name in names]
    plain = rows_of(*paths)
    assert len({row.file for row in plain.values()}) == 2
    if wrap != "files":
        archive = tmp_path / "rdbms-tab-all.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as into:
            for path in paths:
                data = path.read_bytes()
                if wrap == "zip of .gz":
                    into.writestr(path.name, data)
                else:
                    into.writestr(f"rdbms-tab/{path.stem.upper()}", gzip.decompress(data))
        wrapped = rows_of(archive)
        assert {key: row.raw for key, row in wrapped.items()} == {key: row.raw for key, row in plain.items()}
        assert {row.file for row in wrapped.values()} == {0}


# --- a deposit ------------------------------------------------------------------------------------------------------


def test_all_rows_of_a_deposit_come_out_together_at_its_line_of_deposits(table: Table, release: Release) -> None:
    folder = release(
        Deposits=table(DEPOSITS, ("2", "Producer", "S", ""), ("1", "Occurrence", "", "L")),
        Names=table(NAMES, ("1", 1, 'The "Old" Mine', "Current", "29-OCT-2002 09:07:14")),
        Comments=table("dep_id line cmt_txt", ("1", 1, "first\\nsecond"), ("1", 2, "")),
    )
    one = rows_of(folder)["1"]
    assert (one.file, one.number, one.layer) == (0, 3, "mrds")
    assert one.raw == {
        "form": "relational",
        "tables": {
            "Deposits": [{"dep_id": "1", "dev_st": "Occurrence", "prod_size": "", "deposit_size": "L"}],
            "Comments": [
                {"dep_id": "1", "line": "1", "cmt_txt": "first\\nsecond"},
                {"dep_id": "1", "line": "2", "cmt_txt": ""},
            ],
            "Names": [
                {
                    "dep_id": "1",
                    "line": "1",
                    "name": 'The "Old" Mine',
                    "status": "Current",
                    "insert_date": "29-OCT-2002 09:07:14",
                }
            ],
        },
    }


def test_the_order_of_an_extract_and_its_ordinals_say_nothing(table: Table, release: Release) -> None:
    names = [("1", 1, "A", "Current", ""), ("1", 2, "B", "Previous", ""), ("1", 2, "B", "Previous", "")]
    deposits = table(DEPOSITS, ("1", "Producer", "", ""))
    one = rows_of(release("one", Deposits=deposits, Names=table(NAMES, *names)))
    other = rows_of(release("other", Deposits=deposits, Names=table(NAMES, ("2", 1, "", "", ""), *names[::-1])))
    assert json.dumps(one["1"].raw) == json.dumps(other["1"].raw)
    assert len(one["1"].raw["tables"]["Names"]) == 3


def test_rows_of_an_unknown_deposit_come_out_and_say_so(table: Table, release: Release) -> None:
    folder = release(
        Deposits=table(DEPOSITS, ("1", "Producer", "", "")),
        Coords=table(COORDS, ("9", 1, 30.5, -110.5, "NAD27", None, None, "")),
    )
    rows = rows_of(folder)
    assert "without_deposit" not in rows["1"].raw
    assert rows["9"].raw["without_deposit"]
    assert list(rows["9"].raw["tables"]) == ["Coords"]
    assert holds_deposits([folder])


def test_tables_are_known_by_their_names_in_any_case_and_columns_by_theirs(table: Table, tmp_path: Path) -> None:
    (tmp_path / "DEPOSITS.TXT").write_text(table(DEPOSITS.upper(), ("1", "Plant", "Y", "M")))
    (tmp_path / "coords.txt.GZ").write_bytes(gzip.compress(table(COORDS, ("1", 1, 1, 2, "", 3, 4, "50")).encode()))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "names.Txt").write_text(table(NAMES, ("1", 1, "A", "current", "")))
    (tmp_path / "Readme.txt").write_text("hello")
    row = rows_of(tmp_path)["1"]
    assert list(row.raw["tables"]["Deposits"][0]) == DEPOSITS.upper().split()
    flat = as_flat(row.raw)
    assert [flat[name] for name in ("dev_stat", "prod_size", "deposit_size", "site_name", "latitude")] == [
        "Plant",
        "Y",
        "M",
        "A",
        "3",
    ]
    (look,) = read([tmp_path]).files
    assert look.note
    assert "left aside: Readme.txt" in look.note.en
    assert files_of(tmp_path) == [tmp_path / "DEPOSITS.TXT", tmp_path / "coords.txt.GZ", tmp_path / "sub" / "names.Txt"]


# --- in the words of the flat file ----------------------------------------------------------------------------------


def test_the_tables_say_what_the_record_of_the_service_says(shared: Shared, table: Table, release: Release) -> None:
    """The one real deposit with its Deposits, Coords and Commodity, put into tables."""
    (row,) = record.read([shared("wfs/mrds_sample_full.json")])
    assert isinstance(row, Row)
    said = row.raw["feature"]["properties"]
    texts = {}
    for name, child in (
        ("Deposits", "deposits"),
        ("Names", "name"),
        ("Coords", "geo_coordinates"),
        ("Location", "location"),
        ("Commodity", "commodity"),
    ):
        values = {"dep_id": "10077542"} | said[child]
        texts[name] = table(" ".join(values), tuple(values.values()))
    flat = as_flat(rows_of(release(**texts))["10077542"].raw)
    assert flat | {"score": "D"} == record.as_flat(row.raw)
    assert {name: flat[name] for name in ("latitude", "longitude", "datum", "commod1", "names")} == {
        "latitude": "40.52068",
        "longitude": "-122.40915",
        "datum": "WGS84",
        "commod1": "Gold",
        "names": "",
    }


def coords(*rows: tuple[object, ...]) -> dict[str, Any]:
    names = COORDS.split()[1:]
    return {"tables": {"Coords": [dict(zip(names, map(str, row), strict=True)) for row in rows]}}


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([(1, 30.1, -110.1, "NAD27", 30.2, -110.2, "100")], ("30.2", "-110.2", "WGS84", "100")),
        ([(1, 30.1, -110.1, "NAD27", "", "", "100.5")], ("30.1", "-110.1", "NAD27", "100.5")),
        ([(1, 30.1, -110.1, "", 30.2, " ", "")], ("30.1", "-110.1", "", "")),
        ([(2, 1, 1, "NAD27", 2, 2, ""), (1, 3, 3, "NAD27", "", "", "")], ("3", "3", "NAD27", "")),
        ([(10, 1, 1, "NAD27", 2, 2, ""), (9, 3, 3, "NAD27", 4, 4, "")], ("4", "4", "WGS84", "")),
        ([(1, "", "", "NAD27", "", "", "5"), (2, 3, 3, "NAD83", "", "", "")], ("3", "3", "NAD83", "")),
        ([("", 1, 1, "", "", "", ""), (3, 2, 2, "", "", "", "")], ("2", "2", "", "")),
        ([(1, 1, 1, "", "", "", "within a mile")], ("1", "1", "", "")),
        ([], ("", "", "", "")),
    ],
    ids=[
        "WGS 84 before the original",
        "the original with its datum",
        "half a WGS 84 is none",
        "the first by line",
        "lines are numbers",
        "the first that has one",
        "a line not numbered comes last",
        "words are no precision",
        "none",
    ],
)
def test_the_position_is_the_first_by_line_and_wgs84_when_stated(
    rows: list[tuple[object, ...]], place: tuple[str, ...]
) -> None:
    flat = as_flat(coords(*rows))
    assert (flat["latitude"], flat["longitude"], flat["datum"], flat["location_precision_m"]) == place


def test_commodities_have_the_rank_of_their_importance() -> None:
    said = [
        ("2", "Silver", "Primary"),
        ("1", "Sand and Gravel, Construction", "Primary"),
        ("3", "Lead", "secondary"),
        ("4", "Tin", "Tertiary"),
        ("5", "Zinc", "Major"),
        ("6", "Iron", ""),
    ]
    rows = [dict(zip(("line", "commod", "import"), row, strict=True)) for row in said]
    flat = as_flat({"tables": {"Commodity": rows}})
    assert flat["commod1"] == "Sand and Gravel, Construction, Silver"
    assert (flat["commod2"], flat["commod3"], flat["commod_unranked"]) == ("Lead", "Tin", "Zinc, Iron")


@pytest.mark.parametrize(
    ("names", "site_name", "others"),
    [
        ([("1", "Old", "Previous"), ("2", "New", "Current"), ("3", "Older", "Previous")], "New", "Old, Older"),
        ([("1", "A", "Current"), ("2", "B", "Current")], "A", "B"),
        ([("2", "B", ""), ("1", "A", "Alternate")], "A", "B"),
        ([], "", ""),
    ],
    ids=["by status", "two are current", "none is", "no name"],
)
def test_the_current_name_leads(names: list[tuple[str, str, str]], site_name: str, others: str) -> None:
    rows = [dict(zip(("line", "name", "status"), row, strict=True)) for row in names]
    flat = as_flat({"tables": {"Names": rows}})
    assert (flat["site_name"], flat["names"]) == (site_name, others)


def test_models_materials_and_places_stand_in_the_columns_of_the_flat_file() -> None:
    tables_said = {
        "Deposits": [{"dep_id": "7", "oper_tp": "Surface", "dep_tp": "Vein", "site_commod_type": "M", "sig": "N"}],
        "Location": [{"line": "1", "region": "NA", "country": "Mexico", "state_prov": "Sonora", "county": ""}],
        "Model": [
            {"rec": "1", "mod_cd": "173", "model_name": "Sediment-hosted Au"},
            {"rec": "2", "mod_cd": "59", "model_name": "Skarn Cu"},
        ],
        "Materials": [
            {"rec": "1", "ore_gangue": "Ore", "material": "Galena"},
            {"rec": "2", "ore_gangue": "Gangue", "material": "Quartz"},
            {"rec": "3", "ore_gangue": "Trace", "material": "Gold"},
        ],
        "Place": [{"dep_id": "7", "fips_code": "fMX "}],
    }
    flat = as_flat({"tables": tables_said})
    assert {name: value for name, value in flat.items() if value} == {
        "dep_id": "7",
        "url": "https://mrdata.usgs.gov/mrds/show-mrds.php?dep_id=7",
        "oper_type": "Surface",
        "dep_type": "Vein",
        "com_type": "M",
        "region": "NA",
        "country": "Mexico",
        "state": "Sonora",
        "model": "{59: Skarn Cu}{173: Sediment-hosted Au}",
        "ore": "Galena",
        "gangue": "Quartz",
        "other_matl": "Gold",
        "fips_code": "fMX",
    }


def test_the_short_form_of_the_release_is_read_as_well(table: Table, release: Release) -> None:
    """Its rows as a public copy of rdbms-tab has them."""
    folder = release(
        MRDS=table(
            "dep_id name dev_stat url code_list longitude latitude",
            ("10033726", "Ware Deposit No. 2", "Occurrence", "https://x/10033726", " MN ", -123.52223, 40.21346),
        ),
        Commodity=table("dep_id line code commodity importance", ("10033726", 1, "MN", "Manganese", "Primary")),
        About="i\ttable\tfield\tdescription\n",
    )
    row = rows_of(folder)["10033726"]
    assert holds_deposits([folder])
    assert "without_deposit" not in row.raw
    flat = as_flat(row.raw)
    assert {name: value for name, value in flat.items() if value} == {
        "dep_id": "10033726",
        "url": "https://x/10033726",
        "site_name": "Ware Deposit No. 2",
        "dev_stat": "Occurrence",
        "longitude": "-123.52223",
        "latitude": "40.21346",
        "datum": "WGS84",
        "commod1": "Manganese",
        "code_list": "MN",
    }


def test_pairs_drop_ids_paired_with_themselves_and_keep_a_note_from_either_side(table: Table, release: Release) -> None:
    rows = [("2", "1", "", ""), ("1", "2", "", "by hand"), ("3", "3", "", ""), ("4", "", "", ""), ("5", "4", "", "")]
    folder = release(Dups=table("dep_id dep_id_dup rel_type notes", *rows) + '6\t"6"\t"7\n')
    assert list(duplicate_pairs([folder])) == [("1", "2", "by hand"), ("4", "5", None)]


def test_a_release_without_dups_pairs_nothing(table: Table, release: Release) -> None:
    assert list(duplicate_pairs([release(Deposits=table(DEPOSITS, ("1", "", "", "")))])) == []


# --- damage ---------------------------------------------------------------------------------------------------------


def test_a_damaged_row_is_named_by_its_table_and_line_and_hurts_no_other(table: Table, release: Release) -> None:
    good = table(NAMES, ("1", 1, "A", "Current", ""))
    folder = release(
        Deposits=table(DEPOSITS, ("1", "", "", "")),
        Names=good.encode()
        + b'2\t"1"\t1\t"never closed\t"Current"\t""\n'
        + b'3\t"1"\t1\t"too short"\t"Current"\n'
        + b'4\t"1"\t1\t"nul \0"\t"Current"\t""\n'
        + b'5\t"1"\t1\t"bad \xff byte"\t"Current"\t""\n'
        + '6\t"1"\t1\t"good ñ"\t"Previous"\t""\n'.encode()
        + b'7\t" "\t1\t"of nobody"\t"Current"\t""\n'
        + b"\n"
        + b'8\t"1"\t1\t"cut off',
    )
    assert faults_of(folder) == [
        ("Names", 3, "row-quote"),
        ("Names", 4, "row-ragged"),
        ("Names", 5, "row-nul-byte"),
        ("Names", 6, "row-encoding"),
        ("Names", 8, "id-missing"),
        ("Names", 10, "row-quote"),
    ]
    (row,) = [row for row in read([folder]) if isinstance(row, Row)]
    assert [one["name"] for one in row.raw["tables"]["Names"]] == ["A", "good ñ"]
    first = next(row for row in read([folder]) if isinstance(row, Fault))
    assert first.reason.words.en.startswith("Names.txt, line 3: a quotation mark")
    assert first.reason.words.es.startswith("Names.txt, línea 3: una comilla")
    assert (first.reason.value, first.raw["line"]) == ("Names", '2\t"1"\t1\t"never closed\t"Current"\t""')


def test_a_table_in_windows_1252_is_read_whole_and_said(table: Table, release: Release) -> None:
    folder = release(Names=table(NAMES, ("1", 1, "Peñasco – “A”", "Current", "")).encode("cp1252"))
    assert rows_of(folder)["1"].raw["tables"]["Names"][0]["name"] == "Peñasco – “A”"
    (look,) = read([folder]).files
    assert (look.encoding, look.note is not None) == ("cp1252", True)


def test_a_byte_order_mark_is_no_part_of_the_first_column(table: Table, release: Release) -> None:
    folder = release(Names=table(NAMES, ("1", 1, "A", "Current", ""), ordinal=False).encode("utf-8-sig"))
    assert list(rows_of(folder)["1"].raw["tables"]["Names"][0]) == NAMES.split()


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({}, "release: it holds no table of MRDS, such as Deposits.txt, Coords.txt or Dups.txt; it holds: -"),
        ({"Minas": "a\tb\n"}, "it holds: Minas.txt"),
        ({"Datadxny": "i\ttblname\tnumber\tlabel\n"}, "it holds: Datadxny.txt"),
        ({"Dups": "1\t2\t3\n"}, "Dups.txt: its first line names no column dep_id, nor has it as many fields as Dups"),
        ({"MRDS": "1\t2\t3\n"}, "MRDS.txt: its first line names no column dep_id"),
        ({"Dups": ""}, "Dups.txt: it is empty"),
        ({"Dups": "\ufeffdep_id\n".encode("utf-16-le")}, "Dups.txt: it is UTF-16; save it as UTF-8"),
        ({"Dups": "dep_id\t" + "x" * (16 << 20)}, "Dups.txt: it has a line of more than 16 MiB"),
    ],
    ids=["nothing", "other texts", "a dictionary alone", "narrow", "not in ours", "empty", "UTF-16", "a long line"],
)
def test_what_is_no_release_is_refused_in_a_sentence(
    release: Release, texts: dict[str, str | bytes], sentence: str
) -> None:
    assert sentence in refusal(release(**texts))


def test_a_table_that_is_there_twice_is_refused(table: Table, release: Release) -> None:
    folder = release(Dups=table("dep_id dep_id_dup rel_type notes"))
    (folder / "dups.txt.gz").write_bytes(gzip.compress(b"dep_id\n"))
    assert "the table Dups is also in" in refusal(folder)
    assert "the table Dups is also in" in refusal(folder / "Dups.txt", folder / "dups.txt.gz", what=duplicate_pairs)


@pytest.mark.parametrize("name", ["Minas.csv", "Minas.txt"])
def test_a_file_called_after_no_table_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a,b\n")
    assert f"{name}: it holds no table of MRDS" in refusal(tmp_path / name)


def test_a_zip_cut_short_is_refused(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "tables.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as into:
        into.writestr("Names.txt", table(NAMES, *(("1", n, f"Mine {n * n}", "", "") for n in range(999))))
    data = bytearray(path.read_bytes())
    data[2000] ^= 255
    path.write_bytes(data)
    assert "tables.zip: its compressed content is cut short or damaged" in refusal(path)


# --- room -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def wide(table: Table, release: Release, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release that does not fit into the memory that the temporary database may have."""
    monkeypatch.setattr(relational, "_MEMORY_KIB", 64)
    rows = ((str(n % 2000), n, "words " * 20, "", "") for n in range(20_000))
    return release(Names=table(NAMES, *rows))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are told by /proc")
def test_the_temporary_database_has_no_name_and_ends_with_the_reading(wide: Path) -> None:
    rows = iter(read([wide]))
    next(rows)
    assert temporary_files()
    assert all(name.endswith("(deleted)") for name in temporary_files())
    rows.close()  # type: ignore[attr-defined]
    assert not temporary_files()


def temporary_files() -> list[str]:
    found = []
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208
        try:
            found.append(str(Path(f"/proc/self/fd/{number}").readlink()))
        except OSError:
            continue
    return [name for name in found if "etilqs" in name]


def test_a_full_temporary_folder_is_said_in_a_sentence(wide: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 << 10, hard))
    try:
        said = refusal(wide)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "Names.txt: its tables do not fit into the temporary folder" in said
    assert "name a larger one in TMPDIR" in said


# --- properties -----------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"]), max_size=30)


@given(said=st.lists(st.tuples(TEXT, TEXT), max_size=8))
@settings(deadline=None)
def test_every_text_survives_its_quoting(table: Table, said: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Names.txt"
        path.write_bytes(table("dep_id name status", *((str(n), *pair) for n, pair in enumerate(said))).encode())
        rows = rows_of(path)
    names = {str(key): row.raw["tables"]["Names"] for key, row in rows.items()}
    assert names == {str(n): [{"dep_id": str(n), "name": a, "status": b}] for n, (a, b) in enumerate(said)}


@given(st.lists(st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"").replace(b"\r", b"")), max_size=8))
@settings(deadline=None)
def test_no_line_is_ever_lost(lines: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Names.txt"
        path.write_bytes(b"dep_id\tname\n" + b"".join(line + b"\n" for line in lines))
        rows = list(read([path]))
    read_rows = sum(len(row.raw["tables"]["Names"]) for row in rows if isinstance(row, Row))
    damaged = sum(isinstance(row, Fault) for row in rows)
    assert read_rows + damaged == sum(bool(line) for line in lines)


def test_tables_say_where_they_stand(table: Table, release: Release) -> None:
    (found,) = tables([release(Names=table(NAMES))])
    assert (found.name, found.file, found.text.name) == ("Names", 0, "Names.txt")
