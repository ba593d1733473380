"""The catalogue that ships, and what an importer gets wrong."""

from __future__ import annotations

import copy
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from config.load import load_settings
from kiosk.catalogue import SAMPLE, CatalogueError, load_catalogue

RAW: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))


def written(tmp_path: Path, change: Any) -> Path:
    document = copy.deepcopy(RAW)
    change(document)
    file = tmp_path / "catalogue.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_the_sample_is_large_dated_and_whole() -> None:
    catalogue = load_catalogue()
    assert len(catalogue.procedures) >= 90
    assert catalogue.valid_on.year == 2026
    assert len({each.code for each in catalogue.procedures}) == len(catalogue.procedures)
    for each in catalogue.procedures:
        assert each.papers and each.name_en and len(each.short) <= 60
        assert catalogue.aliases[each.code], f"{each.code} has no everyday words"
    assert len(catalogue.most_asked()) == 12
    assert {each.field for each in catalogue.procedures} == {each.id for each in catalogue.fields}


def test_the_sample_is_in_composed_unicode() -> None:
    text = SAMPLE.read_text(encoding="utf-8") + SAMPLE.with_name("aliases.toml").read_text(encoding="utf-8")
    assert text == unicodedata.normalize("NFC", text)


def test_figures_that_nobody_verified_are_marked() -> None:
    catalogue = load_catalogue()
    by_code = {each.code: each for each in catalogue.procedures}
    assert not by_code["1.001193"].time.verified  # the portal's bare "1"
    assert by_code["1.001193"].fee.verified
    assert by_code["1.004222"].fee.amount == 20_000 and by_code["1.004222"].fee.online == 10_000
    assert by_code["1.004873"].fee.kind == "council" and not by_code["1.004873"].fee.verified
    assert "Hội đồng nhân dân" in by_code["1.004873"].fee.text
    assert "không có thông tin" in by_code["2.000815"].time.text
    steps = by_code["2.000986"].linked
    assert steps is not None and [step.half_days for step in steps] == [3, 3, 12, 2]


def test_every_field_belongs_to_a_queue_of_the_six_counter_site() -> None:
    import config

    settings = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml")
    services = {each.id for each in settings.services}
    assert {each.service for each in load_catalogue().fields} <= services


def one(document: dict[str, Any]) -> dict[str, Any]:
    return document["procedures"][3]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: one(d).update(code="1.001193"), "the same code as row 1"),
        (lambda d: one(d).update(code="1001193"), "code"),
        (lambda d: one(d).update(field="no-such"), "field 'no-such' is not among"),
        (lambda d: one(d).update(colour="red"), "colour"),
        (lambda d: one(d)["time"].update(text="1"), "bare number"),
        (lambda d: one(d)["fee"].update(kind="fixed", amount=8), "comma"),
        (lambda d: one(d)["fee"].update(kind="fixed", amount=None), "needs an amount"),
        (lambda d: one(d)["fee"].update(kind="pair", amount=15000, online=None), "online"),
        (lambda d: one(d)["fee"].update(kind="free", amount=8000), "free"),
        (lambda d: one(d)["fee"].update(amount=-1), "amount"),
        (lambda d: one(d)["time"].pop("verified"), "verified"),
        (lambda d: one(d).update(short="x" * 61), "short"),
    ],
)
def test_an_error_names_file_and_row(tmp_path: Path, change: Any, expected: str) -> None:
    file = written(tmp_path, change)
    with pytest.raises(CatalogueError) as error:
        load_catalogue(file)
    assert len(error.value.problems) == 1
    problem = error.value.problems[0]
    assert str(file) in problem and expected in problem and "row 4" in problem


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["procedures"][0]["time"]["text"] = "2"
        document["procedures"][1]["fee"]["kind"] = "cheap"

    with pytest.raises(CatalogueError) as error:
        load_catalogue(written(tmp_path, change))
    assert len(error.value.problems) == 2


def test_a_long_document_and_decomposed_text_are_taken(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["procedures"][0]["papers"][0]["text"] = "Bản vẽ " * 7000
        document["procedures"][0]["name"] = unicodedata.normalize("NFD", "Đăng  ký\u00a0khai\nsinh ")

    procedure = load_catalogue(written(tmp_path, change)).procedures[0]
    assert procedure.name == "Đăng ký khai sinh"


@pytest.mark.parametrize(
    ("content", "expected"), [(b"{", ":1:2: not JSON"), (b"\xff\xfe", "UTF-8"), (b"[]", "the file")]
)
def test_a_broken_file_says_where(tmp_path: Path, content: bytes, expected: str) -> None:
    file = tmp_path / "broken.json"
    file.write_bytes(content)
    with pytest.raises(CatalogueError, match="broken.json") as error:
        load_catalogue(file)
    assert expected in str(error.value)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"none\.json: cannot be read"):
        load_catalogue(tmp_path / "none.json")


def test_a_commune_can_bring_words_of_its_own(tmp_path: Path) -> None:
    file = written(tmp_path, lambda d: one(d).update(code="1.004873.H38"))
    (tmp_path / "aliases.toml").write_text('[everyday]\n"1.004873.H38" = ["giấy ế vợ"]\n', encoding="utf-8")
    aliases = load_catalogue(file).aliases["1.004873.H38"]
    assert "giấy ế vợ" in aliases and "độc thân" in aliases
    (tmp_path / "aliases.toml").write_text('[everyday]\n"9.999999" = ["x"]\n', encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"aliases.toml:2: .* 9\.999999 / no such procedure"):
        load_catalogue(file)
