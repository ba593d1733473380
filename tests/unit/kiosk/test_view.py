"""The widget layer: wrapping, coverage, differences, taps and the words of every language."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pygame
import pytest
from fontTools.ttLib import TTFont

from config.fonts import fallback_file, font_file
from kiosk.touch import BOUNCE_S, Contact, Pointer, contact, touch_device
from kiosk.view.cmap import NotAFont, coverage
from kiosk.view.diff import dirty
from kiosk.view.fonts import FontBook, bold_parts
from kiosk.view.icons import ICONS, draw_icon
from kiosk.view.layout import Item, Layout, hit
from kiosk.view.metrics import Metrics, Panel
from kiosk.view.paint import SurfaceCache
from kiosk.view.scheme import contrast
from kiosk.view.widgets import Box, Fit, Gap, Text, column, row

PANEL = Panel(1280, 800, 10.1)


@pytest.fixture(scope="module")
def book() -> FontBook:
    return FontBook()


@pytest.mark.parametrize("weight", [400, 500, 600, 700])
def test_coverage_agrees_with_fonttools(weight: int) -> None:
    path = font_file(weight)  # type: ignore[arg-type]
    assert coverage(path) == frozenset(TTFont(path).getBestCmap())


def test_coverage_of_the_font_behind_agrees_too() -> None:
    path = fallback_file()
    assert path is not None
    assert coverage(path) == frozenset(TTFont(path).getBestCmap())


def test_a_file_that_is_no_font_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "x.ttf"
    bad.write_bytes(b"\x00\x01\x00\x00\x00\x05" + b"?" * 50)
    with pytest.raises(NotAFont):
        coverage(bad)


def test_every_vietnamese_letter_has_a_glyph(book: FontBook) -> None:
    vowels = "aăâeêioôơuưy"
    tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    letters = {unicodedata.normalize("NFC", v + t) for v in vowels for t in tones} | {"đ"}
    assert book.missing("".join(letters | {each.upper() for each in letters})) == set()
    assert book.missing("\U0001f600") == {"\U0001f600"}


def test_letters_the_main_font_lacks_come_from_the_one_behind(book: FontBook) -> None:
    runs = book.wrap("Gia Rai: ƀ", 40, 400, 4000).lines[0]
    assert [run.fallback for run in runs] == [False, True]


def test_nfd_and_nfc_are_the_same_picture(book: FontBook) -> None:
    text = "Đăng ký kết hôn"
    assert book.wrap(unicodedata.normalize("NFD", text), 40, 400, 4000) == book.wrap(text, 40, 400, 4000)


def test_lines_break_at_spaces_only_and_no_word_is_lost(book: FontBook) -> None:
    text = "Cần giấy tờ gì, bao lâu, **bao nhiêu** tiền: 8.000\u00a0đồng, Quầy\u00a0số\u00a03."
    block = book.wrap(text, 40, 400, 300)
    lines = ["".join(run.text for run in line) for line in block.lines]
    assert len(lines) > 2 and "".join(lines).replace(" ", "") == text.replace("**", "").replace(" ", "")
    assert all(width <= 300 for width in block.widths)
    assert any("Quầy\u00a0số\u00a03." in line for line in lines), lines


def test_what_is_glued_to_a_bold_word_stays_with_it(book: FontBook) -> None:
    for room in range(120, 500, 7):
        for line in book.wrap("Ngày hẹn mới: **27/11/2026**.", 40, 400, room).lines:
            assert "".join(run.text for run in line).strip() != "."


def test_the_stars_of_a_masked_name_are_not_bold() -> None:
    assert bold_parts("người nộp N*** V*** A") == [("người nộp N*** V*** A", False)]
    assert bold_parts("còn **6 người**") == [("còn ", False), ("6 người", True)]


def test_capitals_are_at_least_as_high_as_asked(book: FontBook) -> None:
    metrics = Metrics(PANEL)
    font = book.font(400, book.em(4.8, metrics))
    cap = font.metrics("H")[0][3]
    assert metrics.mm(cap) >= 4.8 - metrics.panel.mm_per_px


def test_millimetres_follow_the_panel() -> None:
    assert round(Panel(1280, 800, 10.1).mm_per_px, 3) == 0.170
    assert round(Panel(1920, 1080, 15.6).mm_per_px, 3) == 0.180
    assert Metrics(Panel(1920, 1080, 21.5)).body > Metrics(PANEL).body >= 4.8
    assert Metrics(PANEL, large=True).body >= 7.3


def test_a_row_shares_what_is_left_and_fit_takes_the_first_that_fits(book: FontBook) -> None:
    layout = Layout(Metrics(PANEL), book)
    tree = row(Box(width=20, id="a"), Gap(grow=1), Box(width=30, id="b"))
    items = layout.place(tree)
    assert items[1].rect[0] == 0 and items[2].rect[0] + items[2].rect[2] == 1280
    wide, narrow = Text("x" * 400, 5, lines=1), Text("x", 5, lines=1)
    placed = layout.place(column(Fit((wide, narrow))))
    assert getattr(placed[1].widget, "text", "") == "x"


def test_only_what_changed_is_dirty(book: FontBook) -> None:
    layout = Layout(Metrics(PANEL), book)
    cards = [Box(id=f"k{n}", fill="#FFFFFF", pressed="#C7DADD", grow=1) for n in range(4)]
    tree = row(*cards, gap=4)
    before, after = layout.place(tree), layout.place(tree, pressed="k2")
    assert dirty(before, before, (1280, 800)) == []
    (rect,) = dirty(before, after, (1280, 800))
    assert rect == next(item.rect for item in after if item.id == "k2")
    assert dirty([], after, (1280, 800)) == [(0, 0, 1280, 800)]


def test_a_dialogue_hides_what_is_behind_it(book: FontBook) -> None:
    layout = Layout(Metrics(PANEL), book)
    behind = Box(id="behind")
    items = layout.place(Box((behind, Box(scrim=True), column(Box(id="front", width=30, height=30))), "stack"))
    assert getattr(hit(items, 5, 5), "id", None) == "front"
    assert hit(items, 1000, 700) is None


def test_the_cache_of_words_is_limited_by_bytes() -> None:
    cache = SurfaceCache(limit=400_000)
    for number in range(50):
        cache.put(number, pygame.Surface((100, 100), pygame.SRCALPHA, 32))
    assert cache.bytes <= 400_000 and cache.get(49) is not None and cache.get(0) is None


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_draws_within_its_square(name: str) -> None:
    picture = draw_icon(name, 64, "#0E4A56")
    box = picture.get_bounding_rect(min_alpha=40)
    assert box.width > 20 and box.height > 3 and box.left >= 0 and box.right <= 64


def test_contrast_of_the_tokens() -> None:
    assert round(contrast("#16242B", "#FFFFFF"), 1) == 15.9
    assert round(contrast("#0E4A56", "#FFFFFF"), 1) == 9.8
    assert contrast("#16242B", "#FFD166") >= 7


def _items() -> list[Item]:
    box = Box(id="a")
    return [
        Item("box", (0, 0, 100, 100), None, "a", widget=box),
        Item("box", (200, 0, 100, 100), None, "b", widget=box),
    ]


def test_a_tap_answers_at_touch_down_and_acts_at_release_inside() -> None:
    pointer = Pointer()
    assert pointer.feed(Contact("down", 10, 10, 1), _items(), 10.0) is None
    assert pointer.pressed == "a"
    pointer.feed(Contact("move", 250, 10, 1), _items(), 10.1)
    assert pointer.pressed is None
    pointer.feed(Contact("move", 20, 10, 1), _items(), 10.2)
    assert pointer.pressed == "a"
    assert pointer.feed(Contact("up", 20, 10, 1), _items(), 10.3) == "a"
    pointer.feed(Contact("down", 10, 10, 1), _items(), 11.0)
    assert pointer.feed(Contact("up", 250, 10, 1), _items(), 11.1) is None


def test_second_finger_bounce_and_a_wiped_screen_are_not_taps() -> None:
    pointer = Pointer()
    pointer.feed(Contact("down", 10, 10, 1), _items(), 10.0)
    pointer.feed(Contact("down", 210, 10, 2), _items(), 10.0)
    assert pointer.feed(Contact("up", 210, 10, 2), _items(), 10.1) is None
    assert pointer.feed(Contact("up", 10, 10, 1), _items(), 10.2) == "a"
    pointer.feed(Contact("down", 10, 10, 1), _items(), 10.2 + BOUNCE_S / 2)
    assert pointer.feed(Contact("up", 10, 10, 1), _items(), 10.25) is None
    pointer.deaf(20.0)
    pointer.feed(Contact("down", 10, 10, 1), _items(), 20.2)
    assert pointer.feed(Contact("up", 10, 10, 1), _items(), 20.3) is None


def test_fingers_and_mouse_are_one_and_emulated_events_are_dropped() -> None:
    size = (1280, 800)
    finger = pygame.event.Event(pygame.FINGERDOWN, x=0.5, y=0.25, finger_id=3)
    assert contact(finger, size) == Contact("down", 640, 200, 3)
    made = {"pos": (5, 6), "button": 1}
    assert contact(pygame.event.Event(pygame.MOUSEBUTTONDOWN, touch=True, **made), size) is None
    mouse = contact(pygame.event.Event(pygame.MOUSEBUTTONUP, touch=False, **made), size)
    assert mouse is not None and mouse.kind == "up"
    right = pygame.event.Event(pygame.MOUSEBUTTONDOWN, touch=False, pos=(5, 6), button=3)
    assert contact(right, size) is None


def test_the_touch_device_is_the_one_that_lies_on_the_screen(tmp_path: Path) -> None:
    listing = tmp_path / "devices"
    listing.write_text(
        'N: Name="Mouse"\nH: Handlers=mouse0 event1\nB: PROP=0\n\n'
        'N: Name="ILITEK"\nH: Handlers=mouse1 event4\nB: PROP=2\n'
    )
    assert touch_device("", listing) == Path("/dev/input/event4")
    assert touch_device("/dev/input/by-id/x", listing) == Path("/dev/input/by-id/x")
    assert touch_device("", tmp_path / "none") is None
