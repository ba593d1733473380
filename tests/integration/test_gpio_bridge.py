"""Buttons on the Pi's own (fake) pins through the real bridge and hub: one press, one ticket, whatever is killed."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.fixtures.wires import Room, until

pytestmark = pytest.mark.slow

PIN = 17


class PiRoom(Room):
    """One site whose buttons and board hang on the Pi's own pins; no bus, no Pico."""

    def _settings(self, site: str) -> str:
        text = super()._settings(site)
        text = re.sub(r"^\[\[(buses|boards|buttons|keypads)\]\]\n(?:(?!\[).*\n?)*", "", text, flags=re.M)
        return (
            text
            + f"""
[gpio]
factory = "mock"
chain = "max7219"
[[boards]]
id = "counter-1"
kind = "counter"
bus = "gpio"
counter = 1
[[buttons]]
id = "pi-1"
service = "civil-status"
bus = "gpio"
input = {PIN}
lamp = 27
[[buttons]]
id = "pi-2"
service = "land"
bus = "gpio"
input = 22
"""
        )

    def tap(self, pin: int = PIN) -> None:
        self.bridge("finger", pin=pin, pressed=True)
        time.sleep(0.07)
        self.bridge("finger", pin=pin, pressed=False)

    def gpio(self) -> dict[str, Any]:
        return dict(self.bridge("state")["gpio"])


def test_a_press_is_a_ticket_a_paper_and_a_lamp() -> None:
    with PiRoom() as room:
        room.start().ready()
        room.tap()
        until(lambda: room.issued() == 1)
        until(lambda: room.gpio()["outputs"]["27"])
        until(lambda: len(room.cabinet("paper")) == 1)
        until(lambda: not room.gpio()["outputs"]["27"])
        assert room.gpio()["waiting"] == 0


def test_presses_outlive_a_killed_bridge_and_a_hub_that_is_away() -> None:
    with PiRoom() as room:
        room.start().ready()
        for number in range(1, 6):
            room.kill("hub")
            room.tap()
            until(lambda: room.gpio()["waiting"] == 1)
            room.kill("bridge")
            room.start("bridge")
            until(lambda: room.gpio()["waiting"] == 1)
            room.start("hub")
            until(lambda n=number: room.issued() == n)  # type: ignore[misc]
            until(lambda: room.gpio()["waiting"] == 0)
        room.tap(22)
        until(lambda: room.issued() == 6)
        time.sleep(1)
        assert room.issued() == 6


def test_kills_of_the_bridge_under_the_finger_never_make_two() -> None:
    with PiRoom() as room:
        room.start().ready()
        for number in range(1, 9):
            before = room.issued()
            room.bridge("finger", pin=PIN, pressed=True)
            time.sleep(0.015 + 0.005 * number)  # before, at, and after the moment the press counts and is sent
            room.kill("bridge")
            room.start("bridge")
            until(lambda: room.bridge("state")["hub"])
            until(lambda: room.gpio()["waiting"] == 0)
            assert room.issued() - before in (0, 1)
            already = room.issued()
            room.tap()
            until(lambda n=already: room.issued() == n + 1)  # type: ignore[misc]
