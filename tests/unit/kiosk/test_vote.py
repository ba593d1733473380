"""When a reading is announced."""

from __future__ import annotations

import pytest

from kiosk.scanner.grammar import Reading
from kiosk.scanner.vote import GONE_FRAMES, PATIENCE, WINDOW, Seen, Vote

A = Reading("dossier", "H38.12.25-240815-0003")
B = Reading("dossier", "H38.12.25-240815-0004")
URL = Reading("url_with_dossier", A.code)


def linear(reading: Reading) -> Seen:
    return Seen(reading, "code128", "zxing-patch")


def qr(reading: Reading) -> Seen:
    return Seen(reading, "qr", "zxing")


def test_a_linear_code_needs_two_agreeing_frames_and_a_qr_one() -> None:
    vote = Vote()
    assert vote.frame([linear(A)]) is None
    assert vote.frame([]) is None
    verdict = vote.frame([linear(A)])
    assert verdict is not None
    assert (verdict.reading, verdict.symbology, verdict.engine) == (A, "code128", "zxing-patch")
    at_once = Vote().frame([qr(URL)])
    assert at_once is not None and at_once.reading == URL


def test_frames_far_apart_do_not_agree() -> None:
    vote = Vote()
    assert vote.frame([linear(A)]) is None
    for _ in range(WINDOW - 1):
        assert vote.frame([]) is None
    assert vote.frame([linear(A)]) is None


def test_misreads_that_differ_from_frame_to_frame_are_never_announced() -> None:
    vote = Vote()
    for n in range(60):
        assert vote.frame([linear(Reading("dossier", f"H38-2408{n % 28 + 1:02}-{n:04}"))]) is None


def test_one_paper_is_announced_once_until_it_has_been_away() -> None:
    vote = Vote()
    said = [vote.frame([linear(A)]) for _ in range(20)]
    assert [verdict is not None for verdict in said] == [False, True] + [False] * 18
    for _ in range(GONE_FRAMES + WINDOW):
        assert vote.frame([]) is None
    assert vote.frame([linear(A)]) is None
    assert vote.frame([linear(A)]) is not None


def test_forgetting_announces_it_again() -> None:
    vote = Vote()
    assert vote.frame([qr(URL)]) is not None
    assert vote.frame([qr(URL)]) is None
    vote.forget()
    assert vote.frame([qr(URL)]) is not None


def test_a_second_receipt_takes_its_turn() -> None:
    vote = Vote()
    vote.frame([linear(A)])
    assert vote.frame([linear(A)]) is not None
    heard = [verdict.reading for _ in range(WINDOW) if (verdict := vote.frame([linear(B)])) is not None]
    assert heard == [B], "swapped papers are not two papers together"


def test_two_receipts_together_are_told_without_a_code() -> None:
    vote = Vote()
    vote.frame([linear(A), linear(B)])
    verdict = vote.frame([linear(A), linear(B)])
    assert verdict is not None and verdict.reading == Reading("dossier", None)


def test_two_receipts_read_in_turns_are_together_too() -> None:
    vote = Vote()
    heard = [verdict.reading for n in range(10) if (verdict := vote.frame([linear(A if n % 2 else B)])) is not None]
    assert heard == [Reading("dossier", None)]


def test_other_qr_on_the_receipt_wait_for_the_code() -> None:
    vote = Vote()
    zalo = Reading("unknown")
    assert vote.frame([qr(zalo)]) is None
    assert vote.frame([qr(zalo), linear(A)]) is None
    verdict = vote.frame([qr(zalo), linear(A)])
    assert verdict is not None and verdict.reading == A
    for _ in range(2 * WINDOW):
        assert vote.frame([qr(zalo), linear(A)]) is None


def test_a_card_alone_is_told_after_a_little_patience() -> None:
    vote = Vote()
    said = [vote.frame([qr(Reading("card"))]) for _ in range(PATIENCE)]
    assert said[:-1] == [None] * (PATIENCE - 1)
    assert said[-1] is not None and said[-1].reading.kind == "card"


def test_the_engine_to_ask_again() -> None:
    vote = Vote()
    assert vote.pending() is None
    vote.frame([linear(A)])
    assert vote.pending() == "zxing-patch"
    vote.frame([linear(A)])
    assert vote.pending() is None


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="need is 5"):
        Vote(need=5, window=3)
