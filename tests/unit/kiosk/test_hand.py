"""Hand scanners: keys by their codes, texts by their ends."""

from __future__ import annotations

import pytest

from kiosk.scanner.hand import MAX_TEXT, PAUSE_S, Keys, Texts
from tests.fixtures.hands import tapped, taps

CODE = "H38.12.25-240815-0003"


def typed(events: list[tuple[int, int]]) -> str:
    keys = Keys()
    return "".join(keys.put(code, value) for code, value in events)


@pytest.mark.parametrize("way", ["us", "pad", "altgr", "alt", "caps"])
def test_every_way_of_typing_gives_the_same_text(way: str) -> None:
    assert typed(taps(CODE + "\n", way)) == CODE + "\n"


def test_an_address_and_a_card_come_through() -> None:
    for text in (f"https://dvc.example.gov.vn/?SGT=001&MHS={CODE}", "001099012345||NGUYEN|01011990|Nam|x|02012022"):
        assert typed(taps(text, "us")) == text


def test_repeats_and_unknown_keys_type_nothing() -> None:
    assert typed([(30, 1), (30, 2), (30, 2), (30, 0), (190, 1), (190, 0), (1, 1)]) == "a"


def put(texts: Texts, characters: str, start: float = 0.0, step: float = 0.01) -> list[str]:
    done: list[str] = []
    for n, character in enumerate(characters):
        done += texts.put(character, start + n * step)
    return done


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\t"])
def test_an_end_completes_a_text_once(end: str) -> None:
    assert put(Texts(), f"]C1{CODE}{end}{CODE}{end}") == [CODE, CODE]


def test_a_text_without_its_end_is_dropped_for_its_beginning_can_be_another_code() -> None:
    texts = Texts()
    assert put(texts, "G09.20-20260609-0092") == []
    assert list(texts.pause(5.0)) == []
    assert put(texts, f"{CODE}\n", start=6.0) == [CODE]
    assert put(texts, "H38.12.25-", start=7.0) + put(texts, "240815-0003\n", start=7.2 + PAUSE_S) == ["240815-0003"]


def test_where_the_scanner_sends_no_end_a_pause_is_one() -> None:
    texts = Texts("pause")
    assert put(texts, CODE) == []
    assert list(texts.pause(0.25)) == [] and list(texts.pause(0.3 + PAUSE_S)) == [CODE]


def test_what_never_ends_is_no_text() -> None:
    texts = Texts()
    assert put(texts, "7" * (MAX_TEXT + 9) + "\n", step=0.0001) == []
    assert put(texts, CODE + "\n", start=9.0) == [CODE]


def test_events_are_bytes_of_the_kernels_shape() -> None:
    assert len(tapped("A\n", "us")) % 24 == 0
