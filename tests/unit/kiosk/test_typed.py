"""The keypad of a dossier code: only what can follow, dots and dashes by themselves, and what is missing."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from kiosk.keys.code import ALL, filled, is_prefix, missing, next_keys, shortened
from kiosk.model import CameraState, LookUp
from kiosk.scanner.grammar import dossier_code
from tests.unit.kiosk.person import Person

TODAY = dt.date(2026, 11, 23)
CODES = [
    "000.00.15.H38-240815-0001",
    "H38.12.25-261116-0003",
    "G09.20-20260609-0092637",
    "G12.18.112.001-250701-0004",
    "H38.001.002-260125-150007",
    "H38-200131-1234",
    "H38-20191231-12345678",
    "H56.14-261124-0001",
]


@pytest.mark.parametrize("code", CODES)
def test_every_code_can_be_typed_with_or_without_its_separators(code: str) -> None:
    for letters in (code, code.replace("-", "").replace(".", "") if code.startswith("0") else code):
        who = Person()
        who.tap("go:typing")
        who.type(letters)
        assert who.model.code == code
        who.tap("look")
        assert who.last(LookUp).code == code and who.last(LookUp).source == "typed"


def test_with_the_units_own_receipts_ten_digits_are_enough() -> None:
    who = Person(unit="H38.12.25")
    who.tap("go:typing")
    assert who.model.code == "H38.12.25-"
    who.type("2611160003")
    assert who.model.code == "H38.12.25-261116-0003"
    who.tap("home", "go:typing")
    assert who.model.code == "H38.12.25-", "the next person begins anew"
    who.tap("otherunit")
    who.type("G09.20-")
    assert who.model.code == "G09.20-"


def test_the_unit_stands_there_too_when_the_camera_is_away() -> None:
    who = Person(unit="H38.12.25")
    who.tap("go:scan")
    who.feed(CameraState(False))
    assert (who.model.screen, who.model.code) == ("typing", "H38.12.25-")
    who.tap("home", "go:scan")
    assert (who.model.screen, who.model.code) == ("typing", "H38.12.25-")


@pytest.mark.parametrize(
    ("typed", "live"),
    [
        ("H38-26", "01"),  # months
        ("H38-261", "01"),  # October and November; December has not come yet
        ("H38-2611", "012"),  # days up to the 24th
        ("H38-26112", "01234"),
        ("H38-2602", "012"),
        ("H38-260228", "-"),
        ("H38-20", "012"),  # of the year 2020, or of 20YY
        ("H38-201", "01289"),
        ("H38-2027", ""),  # next year
        ("000.00.15.H38", "-"),
        ("H38", ".-"),
        ("", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXY"),
    ],
)
def test_only_keys_that_can_follow_are_live(typed: str, live: str) -> None:
    assert next_keys(typed, TODAY) == frozenset(live)


def test_without_a_clock_to_believe_no_day_is_too_late() -> None:
    assert "9" in next_keys("H38-", None) and "9" not in next_keys("H38-", TODAY)


def test_backspace_takes_a_separator_that_came_by_itself_along() -> None:
    who = Person(unit="H38.12.25")
    who.tap("go:typing")
    who.type("261116")
    assert who.model.code == "H38.12.25-261116-"
    who.tap("key:backspace")
    assert who.model.code == "H38.12.25-26111"
    for _ in range(40):
        who.tap("key:backspace")
    assert who.model.code == ""
    who.tap("key:backspace")


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", ("unit", 0)),
        ("H38.12", ("unit", 0)),
        ("H38-", ("day", 6)),
        ("H38-261", ("day", 3)),
        ("H38-2026", ("day", 4)),
        ("H38-261116-", ("number", 4)),
        ("H38-261116-00", ("number", 2)),
        ("H38-261116-0003", ("", 0)),
        ("H38-261116-00031", ("", 0)),
    ],
)
def test_what_is_missing_is_known(typed: str, part: tuple[str, int]) -> None:
    assert missing(typed) == part


def test_whatever_is_pressed_leads_to_a_code_and_never_beyond_one() -> None:
    dice = random.Random(11)
    for _ in range(150):
        text = ""
        while dossier_code(text, TODAY) is None:
            keys = next_keys(text, TODAY)
            assert keys, f"a dead end: {text}"
            # A unit may be long; a person who types one comes to its end.
            unit = "-" not in text and len(text) > 12 and "-" in keys
            text = filled(text + ("-" if unit else dice.choice(sorted(keys))), TODAY)
            assert is_prefix(text, TODAY) and filled(text, TODAY) == text
        while text:
            shorter = shortened(text, TODAY)
            assert len(shorter) < len(text) and is_prefix(shorter, TODAY)
            text = shorter


def test_letters_from_elsewhere_are_no_keys() -> None:
    for strange in ("h", "é", "٣", "Đ", " ", ""):
        assert strange not in ALL or strange == ""
    who = Person()
    who.tap("go:typing", "key:h", "key:٣", "key:é", "key:38")
    assert who.model.code == "H38"
