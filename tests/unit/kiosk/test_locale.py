"""Words of every language: whole, right, borrowed where one lacks them, and a further language by its file alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

import config
from config.load import load_settings
from kiosk import locale
from kiosk.locale import BadCatalogue, Words, catalogue, gaps, languages, offered, read_po

SETTINGS = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml", {})
PLACE = re.compile(r"{(\w+)}")


@pytest.mark.parametrize("language", languages())
def test_every_language_is_composed_and_has_no_place_that_nobody_fills(language: str) -> None:
    first = locale.first().forms
    for key, texts in catalogue(language).forms.items():
        for text in texts:
            assert set(PLACE.findall(text)) <= set(PLACE.findall(first[key][-1])), key
            assert text.strip() and unicodedata.is_normalized("NFC", text), key
        assert set(PLACE.findall(texts[-1])) == set(PLACE.findall(first[key][-1])), key


@pytest.mark.parametrize("language", languages())
def test_no_language_lacks_a_sentence(language: str) -> None:
    assert gaps(language) == []


def test_every_word_is_used_and_every_used_word_exists() -> None:
    root = locale.FOLDER.parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*.py"))
    keys = set(catalogue("vi").forms)
    used = set(re.findall(r'words\(\s*f?"([^"{]+)"', code))
    assert {key for key in used if "." in key and not key.endswith(".")} <= keys
    families = set(re.findall(r'f"([a-z][\w.]*\.)\{', code))
    said = set(re.findall(r"""["']([a-z][\w.]*)["']""", code))
    unused = {key for key in keys - said if not any(key.startswith(each) for each in families)}
    assert unused == set()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('msgid "a"\nmsgstr "b"\nmsgid a\n', 3),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', 4),
        ('msgid "a"\nmsgstr "b"\nnonsense\n', 3),
    ],
)
def test_a_bad_catalogue_names_its_line(tmp_path: Path, text: str, line: int) -> None:
    bad = tmp_path / "x.po"
    bad.write_text(text, encoding="utf-8")
    with pytest.raises(BadCatalogue, match=f":{line}:"):
        read_po(bad)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A commune's own folder of catalogues."""
    monkeypatch.setattr(locale, "OWN", tmp_path)
    catalogue.cache_clear()
    yield tmp_path
    catalogue.cache_clear()


def test_a_further_language_is_a_file_and_nothing_else(own: Path) -> None:
    header = r'msgid ""' + "\n" + r'msgstr "Language: hmn\nPlural-Forms: nplurals=1; plural=0;\n"' + "\n\n"
    (own / "hmn.po").write_text(header + 'msgid "language.name"\nmsgstr "Hmoob"\n', encoding="utf-8")
    assert "hmn" in languages() and "hmn" in offered(SETTINGS, languages())
    words = Words("hmn")
    assert words("language.name") == "Hmoob"
    assert words("nav.home") == Words("en")("nav.home")  # what it lacks is borrowed
    assert any("nav.home" in line for line in gaps("hmn"))


def test_a_commune_may_change_words_but_not_break_the_screen(own: Path) -> None:
    (own / "vi.po").write_text(
        'msgid "nav.done"\nmsgstr "Xong rồi"\n\nmsgid "home.waiting"\nmsgstr "{people} người"\n', encoding="utf-8"
    )
    words = Words("vi")
    assert words("nav.done") == "Xong rồi" and words("nav.home") == "Trang chủ"
    assert words("home.waiting", n=3) == "Đang chờ 3\u00a0người"  # a place that nobody fills: ours is used
    (own / "en.po").write_text("nonsense\n", encoding="utf-8")
    assert Words("en")("nav.home") == "Home"


def test_numbers_of_things_have_their_forms() -> None:
    words = Words("en")
    assert (
        words("home.waiting", n=1) == "1\u00a0person waiting" and words("home.waiting", n=2) == "2\u00a0people waiting"
    )
    assert Words("vi")("home.waiting", n=1) == "Đang chờ 1\u00a0người"


def test_a_draft_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "x.po").write_text('#, fuzzy\nmsgid "a"\nmsgstr "b"\n\nmsgid "c"\nmsgstr "d"\n', encoding="utf-8")
    assert dict(read_po(tmp_path / "x.po").forms) == {"c": ("d",)}


def test_a_site_may_offer_fewer_languages() -> None:
    fewer = SETTINGS.model_copy(update={"kiosk": SETTINGS.kiosk.model_copy(update={"languages": ["en"]})})
    assert offered(fewer, ("vi", "en", "fr")) == ("en", "vi")  # the first language is always there
    strange = SETTINGS.model_copy(update={"kiosk": SETTINGS.kiosk.model_copy(update={"languages": ["xx"]})})
    assert offered(strange, ("vi", "en", "fr")) == ("vi",)
