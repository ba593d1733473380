"""Turned panels, the touch device one sleeps on, and fingers that never leave."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pygame
import pytest

import config
from config.load import load_settings
from kiosk.screen_test import try_screen
from kiosk.touch import AGAIN_S, HELD_S, Contact, Pointer, Wake
from kiosk.view.layout import Item
from kiosk.view.metrics import Panel
from kiosk.view.widgets import Box
from kiosk.window import Window, screen_sockets, turned_rect, upright_point


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_panel_shows_the_picture_turned_and_a_finger_meets_what_it_sees(
    turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    settings = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml", {})
    settings = settings.model_copy(update={"kiosk": settings.kiosk.model_copy(update={"rotate": turn})})
    window = Window(settings, Panel(72, 128, 15.6), virtual=True)
    window.open()
    assert window.surface is not None and window.surface.get_size() == (72, 128)
    glass = pygame.display.get_surface()
    assert glass is not None and glass.get_size() == ((72, 128) if turn in (0, 180) else (128, 72))
    window.surface.fill("#FFFFFF")
    window.show([(0, 0, 72, 128)])
    spot = (10, 20, 6, 4)
    window.surface.fill("#0E4A56", spot)
    window.show([spot])
    whole = pygame.transform.rotate(window.surface, -turn)
    assert pygame.image.tobytes(glass, "RGB") == pygame.image.tobytes(whole, "RGB")
    # A finger in the middle of where the spot is seen lands in the middle of the spot.
    x, y, wide, high = turned_rect(spot, window.size, turn)
    real = glass.get_size()
    touch = pygame.event.Event(pygame.FINGERDOWN, x=(x + wide / 2) / real[0], y=(y + high / 2) / real[1], finger_id=1)
    contact = window.contact(touch)
    assert contact is not None and (round(contact.x), round(contact.y)) == (13, 22)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turning_there_and_back_is_the_same_point(turn: int) -> None:
    x, y, wide, high = turned_rect((30, 40, 2, 2), (720, 1280), turn)
    assert upright_point((x + wide / 2, y + high / 2), (720, 1280), turn) == (31, 41)


def test_a_screen_that_comes_late_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("kiosk.window.DRI", tmp_path / "dri")
    settings = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml", {})
    window = Window(settings, Panel(72, 128, 15.6), virtual=False)
    window.open()
    assert window.driver == "dummy" and window.in_the_dark and not window.screen_came
    (tmp_path / "dri").mkdir()
    assert window.screen_came
    asked = Window(settings, Panel(72, 128, 15.6), virtual=True)
    asked.open()
    assert not asked.in_the_dark and not asked.screen_came


def test_without_a_display_there_is_nothing_to_sleep_on() -> None:
    assert screen_sockets() == []


def test_a_lost_touch_device_is_told_once_and_opened_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "kiosk")
    device = tmp_path / "event7"
    os.mkfifo(device)
    wake = Wake(str(device))
    wake.look(100.0)
    assert wake.fd is not None and wake.fd >= 0
    writer = os.open(device, os.O_WRONLY)
    os.write(writer, b"touch")
    assert wake.drain()
    os.close(writer)
    assert not wake.drain()  # the other end is gone: as of an unplugged device
    assert wake.fd is None
    device.unlink()
    for second in range(1, 30):
        wake.look(100.0 + second)
    lost = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(lost) == 2  # the loss, and why it cannot be opened
    os.mkfifo(device)
    wake.look(131.0 + AGAIN_S)
    assert wake.fd is not None
    wake.close()
    assert caplog.records[-1].getMessage().startswith("touch device")


def test_a_device_is_not_looked_for_more_often_than_said(tmp_path: Path) -> None:
    device = tmp_path / "event1"
    wake = Wake(str(device))
    wake.look(10.0)
    os.mkfifo(device)
    wake.look(10.0 + AGAIN_S / 2)
    assert wake.fd is None
    wake.look(10.0 + AGAIN_S)
    assert wake.fd is not None
    wake.close()


def test_a_finger_that_never_left_does_not_block_the_screen() -> None:
    items = [Item("box", (0, 0, 100, 100), None, "a", widget=Box(id="a"))]
    pointer = Pointer()
    pointer.feed(Contact("down", 10, 10, 1), items, 10.0)
    pointer.feed(Contact("down", 10, 10, 2), items, 11.0)
    assert pointer.feed(Contact("up", 10, 10, 2), items, 11.1) is None  # a second finger is ignored
    late = 10.0 + HELD_S
    pointer.feed(Contact("down", 10, 10, 3), items, late)
    assert pointer.feed(Contact("up", 10, 10, 3), items, late + 0.1) == "a"


def test_the_self_test_opens_a_screen_and_says_why_it_cannot() -> None:
    found = try_screen("dummy", (1280, 800))
    assert found.driver == "dummy" and not found.error and found.displays
    assert "nosuch" in try_screen("nosuch", (1280, 800)).error
