"""The sources: each a folder with the same things in it, none of which knows another."""

from urllib.parse import urlsplit

import pytest

from app.errors import NotThere
from ingest.sources import HERE, all_about, names, source

FOLDERS = sorted(path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("_"))


def test_every_folder_is_a_source() -> None:
    assert list(names()) == FOLDERS
    assert list(all_about()) == FOLDERS


@pytest.mark.parametrize("name", FOLDERS)
def test_a_source_says_who_publishes_it_and_on_what_terms(name: str) -> None:
    about = all_about()[name]
    assert about.id == name
    assert all((about.title_en, about.title_es, about.agency, about.licence))
    assert about.title_en != about.title_es
    assert about.accuracy_m > 0
    assert "{retrieved}" in about.citation
    for address in (about.homepage, about.licence_url):
        assert address is not None
        assert urlsplit(address).scheme == "https"


@pytest.mark.parametrize("name", FOLDERS)
def test_a_source_has_a_page_on_origin_licence_vintage_and_faults_with_a_summary_in_spanish(name: str) -> None:
    page = (HERE / name / "README.md").read_text(encoding="utf-8")
    for heading in ("Origin", "Licence", "Vintage", "Columns", "Key", "Known faults", "Choices", "Not yet harmonised"):
        assert f"\n## {heading}\n" in page
    assert "\n## En español\n" in page


def test_an_unknown_source_is_named_with_those_there_are() -> None:
    with pytest.raises(NotThere, match=r"there is no source 'bgs'; there are: mrds, sgm") as fault:
        source("bgs")
    assert "no existe la fuente 'bgs'" in fault.value.words.es
