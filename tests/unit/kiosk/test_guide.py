"""What is said to a hand that holds a paper wrongly, and the lamp."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import numpy as np
import pytest

from kiosk.lamp import AWAY_S, RENEW_S, Lamp
from kiosk.scanner.frames import Frame
from kiosk.scanner.guide import EVERY_S, PATIENCE_S, Guide, judge
from kiosk.scanner.view import HEIGHT, WIDTH, Reader, Writer, shared
from kiosk.scanner.watcher import Watcher
from tests.fixtures import scenes

SIZE = (1280, 720)


def seen(kind: scenes.Kind, seed: int, **fault: float) -> scenes.Luma:
    rng = random.Random(seed)
    base = scenes.Faults(module={"c128": 2.4, "qr": 4.0, "cccd": 3.0}[kind], turn=rng.uniform(-25, 25))
    return scenes.frame(scenes.text_of(kind, rng), kind, replace(base, **fault), seed, SIZE)


@pytest.mark.parametrize(
    ("kind", "fault", "expected"),
    [
        ("c128", {"module": 1.1}, "closer"),
        ("cccd", {"module": 1.1}, "closer"),
        ("c128", {"module": 3.2, "defocus": 0.9}, "farther"),
    ],
)
def test_an_unread_code_is_told_what_would_help(kind: scenes.Kind, fault: dict[str, float], expected: str) -> None:
    hints = [judge(seen(kind, seed, **fault), None).hint for seed in range(3)]
    assert hints.count(expected) >= 2, hints  # type: ignore[arg-type]


def test_a_moving_paper_is_asked_to_be_held_still_and_its_place_is_known() -> None:
    frame = seen("c128", 1)
    sight = judge(frame, np.roll(frame, 12, axis=1))
    assert sight.hint == "still" and len(sight.corners) == 4


def test_darkness_asks_for_light_and_an_empty_desk_for_nothing() -> None:
    assert judge(np.full((720, 1280), 20, np.uint8), None).hint == "light"
    assert judge(np.full((720, 1280), 150, np.uint8), None).hint == ""
    assert judge(np.zeros((0, 0), np.uint8), None).hint == "light"


def test_hints_wait_stay_and_go_at_once_when_something_is_read() -> None:
    guide = Guide()
    small, dark = seen("c128", 1, module=1.1), np.full((720, 1280), 20, np.uint8)
    assert guide.frame(small, False, 10.0) == ""
    assert guide.frame(small, False, 10.0 + PATIENCE_S + 0.01) == "closer"
    assert guide.frame(dark, False, 10.0 + PATIENCE_S + EVERY_S / 2) == "closer"
    assert guide.frame(dark, False, 10.0 + PATIENCE_S + 2 * EVERY_S) == "light"
    assert guide.frame(small, True, 10.0 + PATIENCE_S + 2 * EVERY_S + 0.01) == ""


def test_the_watcher_says_a_hint_once_and_the_place_of_what_it_read() -> None:
    watcher = Watcher()
    frame = seen("qr", 3)
    messages = [message for _ in range(3) for message in watcher.frame(Frame(frame), None)]
    assert [message["t"] for message in messages] == ["result"]
    assert watcher.overlay.read and len(watcher.overlay.corners) == 4
    watcher.forget()
    assert watcher.overlay.corners == ()


@pytest.mark.parametrize("shape", [(720, 1280), (480, 640), (1080, 1920), (100, 30), (3040, 4056)])
def test_small_pictures_go_through_shared_memory(shape: tuple[int, int]) -> None:
    descriptor = shared()
    writer, reader = Writer(descriptor), Reader(descriptor)
    os.close(descriptor)
    luma = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    message = writer.put(luma, ((0.0, 0.0), (shape[1], 0.0), (shape[1], shape[0])), True)
    view = reader.get(message)
    assert view is not None and view.read and len(view.luma) == view.width * view.height
    assert view.width <= WIDTH and view.height <= HEIGHT
    assert abs(view.width / view.height - shape[1] / shape[0]) < 0.05
    assert abs(float(np.frombuffer(view.luma, np.uint8).mean()) - float(luma.mean())) < 3
    assert "luma" not in repr(view)
    for wrong in ({"slot": 9}, {"w": 0}, {"h": 10**6}, {"at": None}):
        assert reader.get({**message, **wrong}) is None
    reader.close()


def test_the_lamp_is_asked_for_once_kept_while_the_camera_looks_and_then_let_go() -> None:
    lamp = Lamp()
    assert not lamp.renew(0.0)
    assert lamp.wanted(1.0) and not lamp.wanted(2.0)
    asked = [step for step in range(20, 400) if lamp.renew(step / 10)]
    assert [b - a for a, b in zip(asked, asked[1:], strict=False)] == [int(RENEW_S * 10)] * (len(asked) - 1)
    assert not lamp.renew(40 + AWAY_S + 1) and not lamp.renew(40 + AWAY_S + 30)
    assert lamp.wanted(90.0)
