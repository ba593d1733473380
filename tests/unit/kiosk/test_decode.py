"""The cascade on pictures made here: reading rates, several codes, hostile symbols."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.scanner.decode import STAGES, Symbol, engines, run_stage
from kiosk.scanner.patches import MAX_AREA, MAX_PATCHES, levelled
from kiosk.scanner.still import Answer, confirmed, read_picture
from tests.fixtures import receipts, scenes

TODAY = dt.date(2026, 11, 21)
SYMBOLS = Path(__file__).parents[2] / "fixtures" / "symbols"
A, B = "H38.12.25-240815-0003", "000.00.15.H38-240815-0001"
URL = f"https://dvc.example.gov.vn/tra-cuu?SGT=001099012345&MHS={A}"
TICKET = "MC1/h38-dong-thanh/20261121/A012"
PAYMENT = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304F4E5"


def held_up(*symbols: Image.Image, turn: float = 0.0, size: tuple[int, int] = (1280, 720)) -> Answer:
    sheet = receipts.paper(*symbols)
    scale = min(0.92 * size[0] / sheet.width, 0.92 * size[1] / sheet.height, 1.0)
    posed = receipts.pose(sheet, size, scale=scale, turn=turn)
    return read_picture(receipts.degrade(posed, np.random.default_rng(1)), TODAY)


def rate(kind: str, tier: receipts.Tier, count: int, size: tuple[int, int] = (1280, 720)) -> float:
    right = 0
    for seed in range(count):
        text = receipts.dossier(random.Random(seed))
        answer = read_picture(receipts.frame(text, kind, tier, seed, size), TODAY)
        assert answer.reading.code in (None, text), "a wrong code is worse than none"
        right += answer.reading.code == text
    return right / count


def test_both_decoders_are_installed() -> None:
    assert engines() == ["zxing", "zbar"]


@pytest.mark.parametrize("kind", ["Code128", "QRCode"])
def test_easy_frames_are_all_read(kind: str) -> None:
    assert rate(kind, "easy", 5) == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("kind", scenes.KINDS)
def test_scenes_not_shaped_on_are_read(kind: scenes.Kind) -> None:
    """A few frames; `motcua bench scan` tells the rates of all tiers, sizes and as many frames as are wished."""
    read = {"easy": 0, "medium": 0}
    for tier in ("easy", "medium"):
        for seed in range(scenes.HELD_OUT, scenes.HELD_OUT + 3):
            luma, text = scenes.tier_frame(kind, tier, seed, (640, 480))  # type: ignore[arg-type]
            answer = read_picture(luma, TODAY)
            assert set(answer.codes) <= {text}, "a wrong code is worse than none"
            read[tier] += any(each.symbol.raw == text for each in answer.found)
            if kind == "cccd":
                assert answer.reading.code is None
    assert read["easy"] == 3 and read["medium"] >= 1


@pytest.mark.parametrize("turn", range(0, 180, 15))
def test_a_code128_is_read_at_any_turn(turn: int) -> None:
    assert held_up(receipts.symbol(A, module=3), turn=turn, size=(1000, 1000)).reading.code == A


def test_what_each_kind_of_symbol_gives() -> None:
    for kind, name in (("Code128", "code128"), ("QRCode", "qr"), ("Code39", "code39")):
        answer = held_up(receipts.symbol(A, kind))
        assert answer.symbol is not None
        assert (answer.reading.kind, answer.reading.code, answer.symbol.symbology) == ("dossier", A, name)
    for text, expected in ((URL, "url_with_dossier"), (TICKET, "ticket"), (receipts.CARD, "card"),
                           (PAYMENT, "payment"), ("https://zalo.example/oa", "unknown")):  # fmt: skip
        assert held_up(receipts.symbol(text, "QRCode")).reading.kind == expected
    assert read_picture(np.full((480, 640), 200, np.uint8), TODAY).reading.kind == "none"


def test_code39_counts_only_as_a_dossier() -> None:
    assert held_up(receipts.symbol("ABC-1234", "Code39")).reading.kind == "none"


def test_the_best_of_several_symbols_wins() -> None:
    bar, card = receipts.symbol(A, module=3), receipts.symbol(receipts.CARD, "QRCode")
    assert held_up(card, bar, turn=35).reading.code == A
    assert held_up(receipts.symbol(PAYMENT, "QRCode"), receipts.symbol(TICKET, "QRCode")).reading.kind == "ticket"
    same = held_up(bar, receipts.symbol(URL, "QRCode"))
    assert (same.reading.kind, same.reading.code) == ("dossier", A)


@pytest.mark.parametrize("turn", [0, 40])
def test_two_receipts_give_no_code(turn: int) -> None:
    answer = held_up(receipts.symbol(A, module=3), receipts.symbol(B, module=3), turn=turn)
    assert (answer.reading.kind, answer.reading.code) == ("dossier", None)


def test_a_second_receipt_turned_away_is_not_overlooked() -> None:
    first = receipts.paper(receipts.symbol(A, module=2))
    second = receipts.paper(receipts.symbol(B, module=2)).rotate(38, expand=True, fillcolor=90)
    desk = Image.new("L", (1400, 1300), 90)
    desk.paste(first, (20, 20))
    desk.paste(second, (300, 330))
    assert read_picture(np.asarray(desk), TODAY).reading.code is None


def test_a_code_without_its_white_margin_is_read() -> None:
    image = receipts.symbol(A, module=3)
    tight = np.asarray(image)[12:-12, 30:-30]
    assert read_picture(np.ascontiguousarray(tight), TODAY).reading.code == A


@pytest.mark.parametrize("part", [1, 2])
def test_part_of_a_structured_append_crashes_nothing(part: int) -> None:
    luma = np.asarray(Image.open(SYMBOLS / f"structured-append-{part}.png").convert("L"))
    assert read_picture(luma, TODAY).reading.kind == "unknown"
    for stage in STAGES:
        assert all(each.reading.code is None for each in run_stage(stage, luma, TODAY))


@pytest.mark.parametrize("text", ["../../etc/passwd", "' OR 1=1 --", "\x1b[2J\x1b]0;x\x07", "A\0B", "é" * 700])
def test_hostile_symbols_are_unknown(text: str) -> None:
    answer = held_up(receipts.symbol(text, "QRCode", module=3), size=(1280, 1280))
    assert answer.reading.kind == "unknown"
    assert answer.reading.code is None


def test_a_symbol_never_prints_its_text() -> None:
    assert "001099" not in f"{Symbol(receipts.CARD, 'qr', 'zxing')!r}"


@pytest.mark.parametrize("shape", [(1, 1), (3, 1000), (1000, 3), (47, 47), (48, 48), (720, 1280)])
def test_odd_shapes_and_noise_are_no_trouble(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)
    assert read_picture(noise, TODAY).reading.code is None


def test_stripes_all_over_stay_within_the_budget() -> None:
    wave = (np.sin(np.arange(1280)[None, :] / 2.2 + np.arange(720)[:, None] / 3.1) * 100 + 128).astype(np.uint8)
    patches = levelled(wave)
    assert len(patches) <= MAX_PATCHES
    assert sum(patch.luma.size for patch in patches) <= MAX_AREA


def strip(bars: np.ndarray, rng: random.Random) -> np.ndarray:  # type: ignore[type-arg]
    """One line of bars as a strip on paper, a little turned, before the camera."""
    image = Image.fromarray(np.repeat(np.repeat(bars[None, :], 3, axis=1), 66, axis=0))
    scale = min(0.8, 1150 / (image.width + 80))
    posed = receipts.pose(receipts.paper(image), (1280, 720), scale=scale, turn=rng.uniform(-25, 25))
    noise = np.random.default_rng(rng.randrange(2**32))
    return receipts.degrade(posed, noise, electrons=1500, defocus=0.6)


def bars_of(text: str) -> np.ndarray:  # type: ignore[type-arg]
    """The modules of a Code 128 with its quiet zones, one pixel each."""
    whole = np.array(receipts.symbol(text, module=1, height=1))
    return whole[whole.shape[0] // 2].copy()


def damaged(rng: random.Random) -> tuple[np.ndarray, set[str]]:  # type: ignore[type-arg]
    """A strip of bars that is no whole code (characters replaced, cut out or smeared, or random widths), and the
    codes it may rightly be read as: those of which a piece was in it, and what the bars, clean and magnified, say (one
    replacement in a hundred meets the check digit and makes another, faultless code; no scanner can know)."""
    text, other = receipts.dossier(rng), receipts.dossier(rng)
    bars = bars_of(text)
    how = rng.choice(["cut", "smear", "random", "swap"])
    at = 10 + 11 * rng.randint(1, (len(bars) - 20) // 11 - 3)
    length = 11 * rng.randint(1, 3)
    if how == "cut":
        bars = np.concatenate([bars[:at], bars[at + length :]])
    elif how == "smear":
        bars[at : at + length] = 255 if rng.random() < 0.5 else 0
    elif how == "swap":
        piece = bars_of(other)[at : at + length]
        bars[at : at + len(piece)] = piece
    else:
        runs = [rng.randint(1, 4) for _ in range(120)]
        bars = np.concatenate([np.full(run, 255 * (i % 2), np.uint8) for i, run in enumerate(runs)])
        bars = np.pad(bars, 12, constant_values=255)
    clean = np.repeat(np.repeat(bars[None, :], 4, axis=1), 80, axis=0)
    return strip(bars, rng), {text, other} | codes_in(np.pad(clean, 40, constant_values=255))


def codes_in(luma: np.ndarray) -> set[str]:  # type: ignore[type-arg]
    """What a still picture says by the stages that read linear codes, each reading with its second opinion."""
    found = [each for stage in ("zxing", "patches", "zbar") for each in run_stage(stage, luma, TODAY)]
    return {code for each in found if (code := confirmed(each, luma, TODAY).reading.code)}


@pytest.mark.slow
def test_damaged_codes_never_become_other_codes() -> None:
    rng = random.Random(2026)
    # The control: the same strips undamaged are read, so it is the damage that silences them.
    whole = [receipts.dossier(rng) for _ in range(12)]
    assert all(codes_in(strip(bars_of(text), rng)) == {text} for text in whole)
    wrong: set[str] = set()
    for _ in range(200):
        luma, parents = damaged(rng)
        wrong |= codes_in(luma) - parents
    assert wrong == set()
