"""Typing Vietnamese: the keys of every syllable of the catalogue, in both orders of the tone."""

from __future__ import annotations

import re
import unicodedata

import pytest

from kiosk.catalogue import load_catalogue
from kiosk.keys.telex import Composer, Method, compose

TONES = {"\u0301": "s1", "\u0300": "f2", "\u0309": "r3", "\u0303": "x4", "\u0323": "j5"}
MARKS = {"â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw", "đ": "dd"}
MARKS_VNI = {"â": "a6", "ê": "e6", "ô": "o6", "ă": "a8", "ơ": "o7", "ư": "u7", "đ": "d9"}


def keys_of(word: str, method: Method, late: bool) -> str:
    out, tone = "", ""
    for letter in word:
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        out += (MARKS if method == "telex" else MARKS_VNI).get(base, base)
        for part in parts:
            if part in TONES:
                tone = TONES[part][method == "vni"]
                out += "" if late else tone
    return out + (tone if late else "")


@pytest.mark.parametrize("method", ["telex", "vni"])
@pytest.mark.parametrize("late", [False, True])
def test_every_syllable_of_the_catalogue_can_be_typed(method: Method, late: bool) -> None:
    texts = " ".join(f"{each.name} {each.short}" for each in load_catalogue().procedures).lower()
    syllables = {word for word in re.findall(r"[^\W\d_]+", texts) if not set(word) & set("fjwz")}
    assert len(syllables) > 190
    wrong = {word: got for word in syllables if (got := compose(keys_of(word, method, late), method)) != word}
    assert not wrong


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("dangs", "dáng"), ("ddangs", "đáng"), ("dangds", "đáng"), ("ass", "as"), ("ddd", "dd"), ("aaa", "aa"),
        ("hoaf", "hòa"), ("thuys", "thúy"), ("quys", "quý"), ("gias", "giá"), ("tw", "tư"), ("nguowif", "người"),
        ("HOAF", "HÒA"), ("DDieenj", "Điện"), ("www", "ww"), ("toansz", "toan"), ("str", "str"), ("", ""),
    ],
)  # fmt: skip
def test_telex(keys: str, text: str) -> None:
    assert compose(keys) == text


def test_tone_style_is_a_setting() -> None:
    assert compose("hoaf", old_style=False) == "hoà"
    assert compose("thuys", old_style=False) == "thuý"
    assert compose("cuar", old_style=False) == compose("cuar") == "của"
    assert compose("hoanf", old_style=False) == "hoàn"


def test_backspace_takes_one_key_back() -> None:
    composer = Composer()
    for key in "ddangs":
        composer.press(key)
    assert composer.text == "đáng"
    assert [composer.backspace() for _ in range(7)] == ["đang", "đan", "đa", "đ", "d", "", ""]


def test_plain_keys_are_left_alone() -> None:
    assert compose("ddangs", "plain") == "ddangs"
    assert compose("a6", "vni") == "â"
    assert compose("2026", "vni") == "2026"
