"""Letters of minority languages: each run in a face that has them, shaped by its own script."""

from __future__ import annotations

import pygame
import pytest

from kiosk.view.fonts import FIRST_SCRIPT, OWN, SANS, FontBook
from kiosk.view.metrics import Metrics, Panel
from kiosk.view.scripts import SCRIPTS, script_of

BOOK = FontBook()
KHMER = FIRST_SCRIPT + [script.tag for script in SCRIPTS].index("Khmr")


def faces(text: str) -> list[tuple[str, int]]:
    return [(run.text, run.fallback) for line in BOOK.wrap(text, 40, 400, 4000).lines for run in line]


@pytest.mark.parametrize(
    "word",
    [
        "ភាសាខ្មែរ",  # Khmer language
        "ស្រុកស្រែ",  # district, rice field
        "ꨌꩌ",  # Cham
        "ꪼꪕ",  # Tai
        "Dŏ ƀuôn Ê Đê",
        "Hmoob",
    ],
)
def test_no_letter_of_our_neighbours_is_a_box(word: str) -> None:
    assert BOOK.missing(word) == set()


def test_each_script_is_a_run_of_its_own_face() -> None:
    assert faces("Xin chào ភាសាខ្មែរ") == [("Xin chào ", OWN), ("ភាសាខ្មែរ", KHMER)]
    assert ("ƀ", SANS) in faces("ƀuôn")
    assert faces("សួស្តី\u200bបង") == [("សួស្តី\u200bបង", KHMER)]  # what is between belongs to the word


@pytest.mark.parametrize("word", ["ខ្មែរ", "ស្រុក", "ស្រែ"])
def test_khmer_is_shaped_and_not_letter_by_letter(word: str) -> None:
    right = BOOK.font(400, 60, KHMER)
    plain = pygame.font.Font(str(SCRIPTS[KHMER - FIRST_SCRIPT].file()), 60)
    alone = sum(right.size(letter)[0] for letter in word)
    assert right.size(word)[0] < alone * 0.95  # the second consonant stands under the first
    shaped, unshaped = (pygame.image.tobytes(font.render(word, True, "#000000"), "RGBA") for font in (right, plain))
    assert shaped != unshaped  # HarfBuzz must be told the script


def test_a_script_without_a_face_is_a_failed_check_and_no_crash() -> None:
    assert BOOK.missing("漢") == {"漢"} and script_of(ord("漢")) is None and script_of(ord("ế")) is None
    assert faces("漢") == [("漢", OWN)]


def test_bold_and_large_khmer_fit_their_block() -> None:
    metrics = Metrics(Panel(1280, 800, 10.1), large=True)
    size = BOOK.em(metrics.body, metrics)
    block = BOOK.wrap("ភាសាខ្មែរ", size, 700, 4000)
    assert block.width == BOOK.font(700, size, KHMER).size("ភាសាខ្មែរ")[0] and len(block.lines) == 1
