"""Dots to bytes and back: exactly one cut, within the budget, and nothing unknown passes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from firmware_bridge.raster import BAND_ROWS, INIT, bands, off_the_roll, paper_commands, rescue_bytes
from firmware_bridge.rows import PaperKind
from firmware_bridge.virtual.escpos_reader import Paper, Reader, UnknownBytes
from tests.fixtures.paper import draw_job

JOB = {
    "kind": "ticket",
    "ticket": {"number": "A042"},
    "site": {"name": "Trung tâm Phục vụ hành chính công", "place": "Xã Đông Thạnh"},
    "service": {"name": "Tư pháp – Hộ tịch", "name_en": "Civil status"},
    "ahead": 6,
    "estimate": [15, 25],
    "at": "2026-11-23T08:42:10+07:00",
    "qr": "MC1/h38-dong-thanh/20261123/A042",
}


def read(data: bytes, width: int = 576, step: int = 0) -> list[Paper]:
    papers: list[Paper] = []
    reader = Reader(width, on_paper=papers.append)
    for start in range(0, len(data), step or len(data)):
        reader.feed(data[start : start + (step or len(data))])
    return papers


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("step", [0, 1, 7, 4096])
def test_the_paper_is_the_picture_with_exactly_one_cut(width: int, step: int) -> None:
    drawn = draw_job(JOB, width)
    papers = read(b"".join(paper_commands(drawn)), width, step)
    assert len(papers) == 1
    assert papers[0].cuts == 1
    assert papers[0].image.size == drawn.size
    assert papers[0].image.tobytes() == drawn.tobytes()


def test_byte_budget() -> None:
    """40 kB are 3.5 s at 115200 baud, what a person at the machine waits without wondering."""
    drawn = draw_job(JOB)
    size = len(b"".join(paper_commands(drawn)))
    assert size <= 40_000
    assert size <= 0.65 * drawn.height * drawn.width / 8


def test_no_band_is_larger_than_a_small_printer_holds() -> None:
    assert max(len(band) for band in bands(draw_job(JOB))) <= 8 + BAND_ROWS * 72


@given(st.integers(1, 90), st.integers(1, 150), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_any_picture_survives(width: int, height: int, random: object) -> None:
    image = Image.frombytes("L", (width, height), random.randbytes(width * height)).point(  # type: ignore[attr-defined]
        lambda v: 255 if v > 90 else 0, mode="1"
    )
    papers = read(b"".join(paper_commands(image)), width)
    assert [list(paper.image.convert("L").tobytes()) for paper in papers] == [list(image.convert("L").tobytes())]


def test_a_torn_picture_is_freed_and_the_next_is_whole() -> None:
    drawn = draw_job(JOB)
    data = b"".join(paper_commands(drawn))
    for torn in (1, 3, 9, 500, 9000, 20_000, len(data) - 1):
        papers: list[Paper] = []
        reader = Reader(on_paper=papers.append)
        reader.feed(data[:torn])
        reader.hang_up()
        reader.feed(rescue_bytes(576) + off_the_roll(PaperKind()) + data)
        assert len(papers) == 2
        assert papers[1].image.tobytes() == drawn.tobytes(), torn


@pytest.mark.parametrize(
    "data",
    [
        b"Hello",
        "Số".encode(),
        b"\x1b\x74\x12",
        b"\x1dk\x04",
        b"\x10\x14\x01\x00\x01",
        b"\x1dv0\x01\x01\x00\x01\x00\xff",
        b"\x1dv0\x00\xff\x00\x01\x00",
        b"\x1dV\x07",
        b"\x1b@\xff",
        b"\x10\x04\x09",
        b"\x1dr\x05",
    ],
)
def test_unknown_bytes_raise(data: bytes) -> None:
    with pytest.raises(UnknownBytes):
        read(data)


def test_unknown_bytes_are_named_with_their_place() -> None:
    with pytest.raises(UnknownBytes, match="at 2: 58 59"):
        read(INIT + b"XY")


def test_a_printer_that_never_cuts_is_noticed() -> None:
    with pytest.raises(UnknownBytes, match="no cut"):
        read(b"\x1bd\xff" * 100)


def test_questions_are_answered_in_order() -> None:
    answers: list[bytes] = []
    reader = Reader(on_answer=answers.append, status=lambda n: 0x10 + n, fence=lambda: 3)
    reader.feed(b"\x10\x04\x01\x10\x04\x02\x10\x04\x04\x1dr\x01")
    assert answers == [b"\x11", b"\x12", b"\x14", b"\x03"]
