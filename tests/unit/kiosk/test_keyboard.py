"""The keyboard of the search, key by key: three ways of typing, the page of marks, and what a backspace takes."""

from __future__ import annotations

import re
import unicodedata

import pytest

from kiosk.catalogue import load_catalogue
from kiosk.flow import Flow
from kiosk.keys.keyboard import QUERY_MAX, change_method, press, text
from kiosk.keys.telex import Method
from kiosk.model import Key, Keyboard, Model, Tap
from kiosk.moves import Env
from tests.unit.kiosk.test_telex import keys_of

ENV = Env(find=lambda asked: ("1.001193",) if "khai" in asked or asked == "house" else ())


def typed(keys: str, method: Method = "plain") -> Keyboard:
    board = Keyboard(method=method)
    for each in keys:
        board = press(board, each)
    return board


def names() -> list[str]:
    """Every name of the catalogue, word by word as a Vietnamese keyboard can type it."""
    found: list[str] = []
    for each in load_catalogue().procedures:
        words = re.findall(r"[^\W\d_]+", f"{each.name} {each.short}".lower())
        found.append(" ".join(word for word in words if not set(word) & set("fjwz")))
    return found


@pytest.mark.parametrize("method", ["telex", "vni"])
@pytest.mark.parametrize("late", [False, True])
def test_every_name_of_the_catalogue_can_be_typed_key_by_key(method: Method, late: bool) -> None:
    for name in names():
        for word in name.split():
            assert text(typed(keys_of(word, method, late), method)) == word
    name = names()[0]
    keys = " ".join(keys_of(word, method, late) for word in name.split())
    assert text(typed(keys, method)) == name


def test_every_word_can_be_tapped_on_the_page_of_marks() -> None:
    """Tap a letter, tap a tone: right after the vowel, or when the word is done."""
    for word in {word for name in names() for word in name.split()}:
        parts = unicodedata.normalize("NFD", word)
        tones = [part for part in parts if part in "\u0301\u0300\u0309\u0303\u0323"]
        bare = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
        assert text(typed(bare + "".join(tones))) == word


@pytest.mark.parametrize("method", ["plain", "telex", "vni"])
def test_a_tone_with_no_place_is_nothing(method: Method) -> None:
    assert text(typed("\u0301", method)) == ""
    assert text(typed("xyz \u0301tr\u0323", method)) == "xyz tr"
    assert text(typed("ca\u0301\u0301", method)) == "ca"


def test_a_backspace_takes_one_key() -> None:
    board = typed("ddeer laij", "telex")
    assert text(board) == "để lại"
    read = []
    for _ in range(12):
        board = press(board, "backspace")
        read.append(text(board))
    assert read == ["để lai", "để la", "để l", "để ", "để", "đê", "đe", "đ", "d", "", "", ""]


def test_what_stands_there_survives_another_way_of_typing() -> None:
    board = change_method(typed("khai sinh"))
    assert board.method == "telex" and text(board) == "khai sinh"
    for each in " casc":
        board = press(board, each)
    assert text(board) == "khai sinh các"
    board = change_method(board)
    for each in " me5":
        board = press(board, each)
    assert text(board) == "khai sinh các mẹ"
    for _ in range(4):
        board = press(board, "backspace")
    assert text(press(board, "backspace")) == "khai sinh cá"


def test_no_key_breaks_it() -> None:
    board = Keyboard(method="telex")
    for each in ("\x00", "\x1b[A", "\n", "🙂", "clear", "a" * 300, "´", "ỗ", "\u0301" * 50):
        board = press(board, each)
        assert len(text(board)) <= QUERY_MAX and text(board).isprintable()
    assert text(press(board, "clear")) == ""


def test_the_tone_stands_where_the_site_writes_it() -> None:
    assert text(typed("hoaf giair", "telex")) == "hòa giải"
    modern = Keyboard(method="telex", old_style=False)
    for each in "hoaf giair":
        modern = press(modern, each)
    assert text(modern) == "hoà giải"


def searching(*events: Tap | Key, env: Env = ENV) -> Model:
    flow = Flow(env)
    model = flow.start()
    for event in (Tap("go:search"), *events):
        model, _ = flow.on(event, model)
    return model


def test_the_screen_searches_what_it_shows() -> None:
    model = searching(Tap("key:k"), Tap("key:h"))
    assert model.query == "kh" and not model.hits
    model = searching(Tap("marks"), *[Tap(f"key:{each}") for each in "khai"], Tap("method"))
    assert model.keyboard.marks and model.keyboard.method == "telex"
    assert model.query == "khai" and model.hits == ("1.001193",)
    assert searching(*map(Key, "khai"), Key("backspace"), Key("backspace")).hits == ()


def test_an_english_word_is_found_in_telex_too() -> None:
    env = Env(find=ENV.find, keyboard=Keyboard(method="telex"))
    model = searching(*map(Key, "house"), env=env)
    assert model.query != "house" and model.hits == ("1.001193",)


def test_nothing_typed_outlives_the_person() -> None:
    flow = Flow(Env(find=ENV.find, keyboard=Keyboard(method="vni", old_style=False)))
    model = flow.start()
    for event in (Tap("go:search"), *map(Key, "khai"), Tap("method"), Tap("results"), Tap("done")):
        model, _ = flow.on(event, model)
    assert model.keyboard == Keyboard(method="vni", old_style=False) and model.query == ""


def test_results_can_have_the_whole_screen() -> None:
    model = searching(*map(Key, "khai"), Tap("results"))
    assert model.keyboard.hidden
    assert not searching(*map(Key, "khai"), Tap("results"), Tap("keyboard")).keyboard.hidden
    assert not searching(*map(Key, "khai"), Tap("results"), Key("x")).keyboard.hidden
