"""The vocabularies and crosswalks agree with each other, and the page about them is up to date."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.vocabcheck import PAGE, ROOT, document, problems

TERMS = "app/domain/terms"
MRDS = "ingest/sources/mrds/crosswalk"

Edit = Callable[[str, str, str], list[str]]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of every CSV, to be spoilt."""
    for folder in (TERMS, MRDS, "ingest/sources/sgm/crosswalk"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture
def spoil(copy: Path) -> Edit:
    """Changes one place of one file, and tells the problems that are then found in it."""

    def edit(file: str, old: str, new: str) -> list[str]:
        path = copy / file
        text = path.read_bytes().decode()
        assert old in text
        path.write_bytes(text.replace(old, new, 1).encode())
        return found(copy, file)

    return edit


def found(root: Path, file: str) -> list[str]:
    return [problem.en for problem in problems(root) if problem.en.startswith(f"{file}: ")]


def rows(file: str) -> list[dict[str, str]]:
    with (ROOT / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_vocabularies_and_crosswalks_have_no_problem() -> None:
    assert [str(problem) for problem in problems()] == []


def test_a_copy_of_them_has_none_either(copy: Path) -> None:
    assert problems(copy) == []


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == document(), "write it anew: vetalode vocab write"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("size", "small,Small", "large,Small", "'large' stands twice in code"),
        ("size", "small,Small", "Small size,Small", "'Small size' is no code"),
        ("size", "Small,Pequeño", "Large,Pequeño", "'Large' stands twice in label_en"),
        ("size", "Small,Pequeño", "Small,", "small lacks a label"),
        ("size", "Muy grande", "Muy  grande", "'Muy  grande' has spaces too many"),
        ("size", "Muy grande", "Muy grande ", "'Muy grande ' has spaces too many"),
        ("size", "Pequeño", "PequeÃ±o", "'PequeÃ±o' is garbled"),
        ("size", "Pequeño", "Pequen=o", "'Pequen=o' is garbled"),
        ("size", "Muy grande\n", "Muy grande\r\n", "size is not plain UTF-8 with LF between lines"),
        ("size", "code,", "\ufeffcode,", "size is not plain UTF-8 with LF between lines"),
        ("size", "label_es", "etiqueta", "line 1: the column label_es is missing"),
        ("size", "Pequeño", "Pequeño,chico", "line 5: it has 4 cells"),
        ("size", "Small,Pequeño", "Small", "line 5: it has 2 cells"),
        ("size", "Small,Pequeño", '"Small,Pequeño', "line 5: a quotation mark is left open"),
        ("size", "Small,Pequeño", "Small," + 200_000 * "x", "line 5: it is 200012 characters long"),
        ("country", "MX,", "mx,", "'mx' is no code"),
        ("deposit_type", "http://resource", "resource", "is no address"),
        ("deposit_form", "/discordant,", "/dis cordant,", "is no address"),
        ("mine_status", ",not-operating", ",nowhere", "closed has no way up to a root"),
        ("mine_status", "not-operating,\n", "not-operating,closed\n", "closed has no way up to a root"),
        ("deposit_type", "11.07.,group,magmatic-hydrothermal", "11.07.,group,skarn-copper", "skarn has no way up"),
        ("deposit_type", "01.01.01,type,placer", "01.01.01,type,laterite", "residual-placer-tin is not at its level"),
        ("deposit_type", "01.01.01,type,", "01.01.01,group,", "residual-placer-tin is not at its level or notation"),
        ("deposit_type", "01.01.01,type,", "01.01.01,class,", "residual-placer-tin is not at its level or notation"),
        ("status_axes", "closed,occurrence,deposit,closed\n", "", "closed is missing, unknown or there twice"),
        ("status_axes", "closed,occurrence,", "shut,occurrence,", "shut is missing, unknown or there twice"),
        ("status_axes", "closed,occurrence,", "abandoned,occurrence,", "abandoned is missing, unknown or there twice"),
        ("status_axes", "deposit,closed", "prospect,closed", "closed has another occurrence_type in status.csv"),
        ("status_axes", "deposit,closed", "deposit,abandoned", "closed has another mine_status in status.csv"),
        ("status_axes", "deposit,closed", "deposit,", "closed has another mine_status in status.csv"),
        ("status_axes", "deposit,closed", "deposit,shut", "closed has another mine_status in status.csv"),
        ("status_axes", "plant,plant,,", "plant,plant,deposit,", "plant is of another kind of feature"),
        ("status_axes", "plant,plant,,", "plant,smelter,,", "plant is of another kind of feature"),
        ("commodity_kin", "chromite,", "chrome,", "chrome of chromium is there twice or unknown"),
        ("commodity_kin", "rutile,", "ilmenite,", "ilmenite of titanium is there twice or unknown"),
        ("commodity_kin", "chromite,form-of", "chromite,ore-of", "chromite of chromium has no known relation"),
        ("commodity_kin", "chromium,yes", "chromium,maybe", "chromite of chromium has no known relation or certainty"),
        ("commodity_kin", "zircon,form-of,zirconium", "zirconium,form-of,zirconium", "zirconium is its own kin"),
        ("commodity_kin", "zircon,form-of,zirconium", "titanium,form-of,rutile", "titanium is its own kin"),
        ("map/ground", "#d0dee4", "blue", "'blue' is not a colour like #0b55ae"),
        ("map/ground", "#d0dee4", "#D0DEE4", "'#D0DEE4' is not a colour like #0b55ae"),
        ("map/ground", "code,light", "code,day", "line 1: the column light is missing"),
        ("map/status", ",saltire,", ",cross,", "'cross' is not in shape.csv"),
        ("map/status", ",saltire,", ",ring,", "'ring' is the shape of two"),
        ("map/status", "prospect,", "prospects,", "prospect is missing, unknown or there twice"),
        ("map/status", "prospect,", "producer,", "producer is missing, unknown or there twice"),
        ("map/source", "sgm,", "ingemmet,", "ingemmet is missing, unknown or there twice"),
        ("map/source", "diamond", "disc", "'disc' is the shape of two"),
        ("map/commodity_group", "base-metal", "base", "base-metal is missing, unknown or there twice"),
        ("map/commodity_group", "base-metal", "base-metal|pgm", "pgm is missing, unknown or there twice"),
        ("map/commodity_group", "Metales base", "", "base lacks a label"),
        ("map/critical", "MX,US", "MX;US", "'MX;US' is no code"),
        ("critical/index", "2025-11-07,", "7/11/2025,", "'7/11/2025' is not a day like 2025-11-07"),
        ("critical/index", "2025-11-07,", "20251107,", "'20251107' is not a day like 2025-11-07"),
        ("critical/index", "US,2025", "USA,2025", "us-critical-2025 has no known country or status"),
        ("critical/index", "official", "rumoured", "us-critical-2022 has no known country or status"),
        ("critical/index", "87 FR 10381 (2022-04027)", "", "us-critical-2022 lacks a source or a note"),
        ("critical/index", "us-critical-2022,", "us-critical-2018,", "us-critical-2018 has no line here, or no file"),
        ("critical/us-critical-2025", "silver,", "argent,", "'argent' is unknown or there twice"),
        ("critical/us-critical-2025", "silver,", "copper,", "'copper' is unknown or there twice"),
        ("critical/us-critical-2025", "silver,yes", "silver,si", "silver is certain neither yes nor no"),
    ],
)
def test_a_fault_of_a_vocabulary_is_found(spoil: Edit, file: str, old: str, new: str, said: str) -> None:
    path = f"{TERMS}/{file}.csv"
    assert [problem for problem in spoil(path, old, new) if said in problem] != []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("deposit_model", "W skarn,skarn-tungsten-mo", "W skarn,skarns", "'W skarn' has 'skarns', not of deposit_type"),
        ("deposit_size", "L,large", "L,huge", "'L' has 'huge', not of size"),
        ("deposit_form", "VEIN,vein", '" ",vein', "not of deposit_form"),
        ("status", "Prospect,prospect", "PRODUCER,prospect", "'Producer' has two codes"),
        ("status", "word,code", "term,code", "line 1: the column word is missing"),
    ],
)
def test_a_fault_of_a_crosswalk_is_found(spoil: Edit, file: str, old: str, new: str, said: str) -> None:
    path = f"{MRDS}/{file}.csv"
    assert [problem for problem in spoil(path, old, new) if said in problem] != []


def test_a_word_with_accents_and_one_without_are_the_same_word(spoil: Edit) -> None:
    said = spoil("ingest/sources/sgm/crosswalk/deposit_form.csv", "MANTO,manto", "Filón,manto")
    assert [problem for problem in said if "has two codes" in problem] != []


def test_a_missing_vocabulary_and_a_crosswalk_into_none_are_found(copy: Path) -> None:
    (copy / TERMS / "size.csv").unlink()
    (copy / MRDS / "colour.csv").write_text("word,code,note\nred,red,\n", encoding="utf-8")
    assert found(copy, f"{TERMS}/size.csv") == [f"{TERMS}/size.csv: size is missing"]
    assert found(copy, f"{MRDS}/size.csv") != []
    assert found(copy, f"{MRDS}/colour.csv") == [f"{MRDS}/colour.csv: 'red' has 'red', not of colour"]


def test_a_list_without_a_line_in_the_index_is_found(copy: Path) -> None:
    (copy / TERMS / "critical" / "ca-critical.csv").write_text("commodity,certain,note\ngold,yes,\n", encoding="utf-8")
    index = f"{TERMS}/critical/index.csv"
    assert found(copy, index) == [f"{index}: ca-critical has no line here, or no file"]


def test_a_file_in_another_encoding_is_found_and_still_read(copy: Path) -> None:
    path = copy / TERMS / "size.csv"
    path.write_bytes(path.read_bytes().decode().encode("latin-1"))
    said = found(copy, f"{TERMS}/size.csv")
    assert f"{TERMS}/size.csv: size is not plain UTF-8 with LF between lines" in said
    assert [problem for problem in said if "is garbled" in problem] != []


def test_a_problem_is_said_in_spanish_too(copy: Path) -> None:
    (copy / TERMS / "size.csv").unlink()
    assert f"{TERMS}/size.csv: size falta" in [problem.es for problem in problems(copy)]


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("us-critical-2022", 50),
        ("us-critical-2025", 60),
        ("mx-strategic-law", 1),
        ("mx-scarce-2026", 13),
        ("mx-held-2026", 10),
    ],
)
def test_a_list_has_as_many_members_as_were_published(code: str, count: int) -> None:
    assert len(rows(f"{TERMS}/critical/{code}.csv")) == count


def test_the_list_of_2025_keeps_that_of_2022_and_adds_ten() -> None:
    older, newer = (
        {row["commodity"] for row in rows(f"{TERMS}/critical/us-critical-{year}.csv")} for year in (2022, 2025)
    )
    added = "boron copper lead metallurgical-coal phosphate-rock potash rhenium silicon silver uranium"
    assert older < newer
    assert sorted(newer - older) == added.split()


def test_the_page_shows_a_term_a_list_and_the_credit() -> None:
    page = document()
    assert "    - Fluvial placer gold · Placer fluvial de oro `fluvial-placer-gold`" in page
    assert "| Manganese · Manganeso `manganese` | yes | yes |  |  | ? |" in page
    assert "IUGS CGI Geoscience Terminology Working Group" in page
    assert "12 environments, 54 groups, 188 types" in page


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("country", "PR,Puerto Rico,Puerto Rico,US", "PR,Puerto Rico,Puerto Rico,XX", "PR is of no sovereign country"),
        ("country", "PR,Puerto Rico,Puerto Rico,US", "PR,Puerto Rico,Puerto Rico,GU", "PR is of no sovereign country"),
        ("country", "MX,Mexico,México,", "MX,Mexico,México,MX", "MX is of no sovereign country"),
        ("country", "code,label_en,label_es,of", "code,label_en,label_es,off", "line 1: the column of is missing"),
        ("state", "MX-SON,Sonora,Sonora,MX", "MX-SON,Sonora,Sonora,US", "MX-SON is of another country"),
        ("state", "MX-SON,Sonora,Sonora,MX", "MX-SON,Sonora,Sonora,XX", "MX-SON is of another country"),
        (
            "state",
            "US-AZ,Arizona,Arizona,US,US-AZ",
            "US-AZ,Arizona,Arizona,US,US-NM",
            "'US-NM' stands twice in natural_",
        ),
    ],
)
def test_a_country_of_no_country_and_a_state_of_another_are_found(
    spoil: Edit, file: str, old: str, new: str, said: str
) -> None:
    assert [problem for problem in spoil(f"{TERMS}/{file}.csv", old, new) if said in problem] != []


def test_every_crosswalk_is_checked_against_the_vocabulary_that_the_reading_uses(spoil: Edit) -> None:
    for name, old, of in (("commodity_code", "AU,gold", "commodity"), ("fips_country", "\nMX,MX", "country")):
        word, _, code = old.strip().partition(",")
        said = spoil(f"{MRDS}/{name}.csv", old, f"{old}x")
        assert f"{MRDS}/{name}.csv: {word!r} has {code + 'x'!r}, not of {of}" in said
