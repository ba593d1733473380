"""The line of a matrix board: every Vietnamese letter its own picture, marks apart from each other, nothing cut off."""

from __future__ import annotations

import unicodedata
from itertools import combinations

import pytest

from firmware_bridge import matrix
from firmware_bridge.matrix import Bitmap, bitmap, line, packed, picture

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
SMALL = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["đ", *"bcdghklmnpqrstvx"]
LETTERS = SMALL + [each.upper() for each in SMALL]
HEIGHTS = (16, 24, 32)


def rows(dots: tuple[int, ...], height: int) -> list[str]:
    """The dots as text, one string a row."""
    return ["".join("#" if column >> y & 1 else "." for column in dots) for y in range(height)]


def test_there_are_as_many_letters_as_vietnamese_has() -> None:
    assert len(SMALL) == 72 + 1 + 16
    assert len(set(LETTERS)) == len(LETTERS)


def test_two_marks_over_a_capital_stand_apart() -> None:
    letter = ["####", "#...", "#...", "####", "#...", "#...", "####"]
    tilde, hat, dark = [".#.#", "#.#."], [".##.", "#..#"], ["...."]
    assert rows(line("Ễ", 16), 16) == [*tilde, *dark, *hat, *dark, *letter, *dark * 3]


@pytest.mark.parametrize("height", HEIGHTS)
def test_no_two_letters_look_alike(height: int) -> None:
    pictures = {each: line(each, height) for each in LETTERS}
    for one, other in combinations(LETTERS, 2):
        same = pictures[one] == pictures[other]
        assert not same, f"{one} and {other} on {height} rows"


@pytest.mark.parametrize("height", HEIGHTS)
def test_every_mark_is_whole_and_apart_from_its_letter(height: int) -> None:
    for letter in LETTERS:
        marks = [each for each in unicodedata.normalize("NFD", letter)[1:] if each in matrix.ABOVE]
        if not marks:
            continue
        lit = [row.strip(".") != "" for row in rows(line(letter, height), height)]
        first = lit.index(True)
        last = height - 1 - lit[::-1].index(True)
        bands = sum(lit[y] and not lit[y - 1] for y in range(first + 1, last + 1)) + 1
        below = "\u0323" in unicodedata.normalize("NFD", letter)
        if "\u031b" not in unicodedata.normalize("NFD", letter):  # a horn stands beside the mark
            assert bands == 1 + len(marks) + below, f"{letter} on {height} rows: {bands} bands"


@pytest.mark.parametrize("height", HEIGHTS)
def test_nothing_is_cut_off(height: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No dot of any letter or mark falls outside the rows of the board."""
    outside: list[str] = []
    keep = matrix._columns

    def watch(dots: matrix.Picture, rows: int) -> matrix.Dots:
        if any(not 0 <= y < rows for _, y in dots):
            outside.append(letter)
        return keep(dots, rows)

    monkeypatch.setattr(matrix, "_columns", watch)
    matrix._glyph.cache_clear()
    for letter in [*LETTERS, *"0123456789→–“”.,:;/()!?·-"]:
        line(letter, height)
    assert outside == []


@pytest.mark.parametrize("height", HEIGHTS)
def test_composed_and_decomposed_text_are_one(height: int) -> None:
    text = "Mời số A042 đến Quầy 3"
    assert line(unicodedata.normalize("NFD", text), height) == line(text, height)
    assert line("  Quầy \t 3 ", height) == line("Quầy 3", height)
    assert line("", height) == ()


def test_digits_on_few_rows_have_one_width() -> None:
    assert {len(line(digit, 16)) for digit in "023456789"} == {5}


def test_packed_columns_have_the_topmost_dot_in_bit_seven() -> None:
    assert packed((0b1,), 16) == b"\x80\x00"
    assert packed((1 << 15, 1 << 8), 16) == b"\x00\x01\x00\x80"
    assert packed((1 << 31,), 32) == b"\x00\x00\x00\x01"
    made = bitmap("Ễ", width=96, height=16, speed=40)
    assert (made.columns * 2, made.speed) == (len(made.data), 0)
    assert picture(made.data, 16, dot=4).size == (made.columns * 4, 64)


def test_the_longest_form_that_fits_stands_still_else_it_runs() -> None:
    forms = ("A042 → Quầy 3", "A042 → 3")

    def of(width: int, height: int = 16) -> Bitmap:
        return bitmap("Mời số A042 đến Quầy 3", forms=forms, width=width, height=height, speed=40)

    assert (of(192).text, of(192).speed) == ("Mời số A042 đến Quầy 3", 0)
    assert (of(96).text, of(96).speed) == ("A042 → Quầy 3", 0)
    assert (of(64).text, of(64).speed) == ("A042 → 3", 0)
    assert (of(32).text, of(32).speed, of(32).hold) == ("Mời số A042 đến Quầy 3", 40, 15)
    assert of(256, 32).text == "A042 → Quầy 3"


def test_a_text_that_has_little_time_runs_faster_but_not_too_fast() -> None:
    slogan = "Cải cách hành chính góp phần mang lại sự hài lòng của tổ chức, cá nhân"
    slow = bitmap(slogan, width=96, height=16, speed=40, seconds=60)
    assert slow.speed == 40
    in_time = bitmap(slogan, width=96, height=16, speed=40, seconds=8)
    assert 40 < in_time.speed <= 80
    assert in_time.columns / in_time.speed <= 8
    assert bitmap(slogan, width=96, height=16, speed=40, seconds=3).speed == 80


def test_a_text_too_long_for_the_board_ends_at_a_word() -> None:
    made = bitmap("Thủ tục hành chính " * 200, width=96, height=32, speed=40)
    assert len(made.data) <= matrix.MAX_BYTES
    assert made.text.endswith(("tục…", "Thủ…", "hành…", "chính…"))
