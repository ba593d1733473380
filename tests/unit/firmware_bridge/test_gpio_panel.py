"""Buttons on the Pi's own pins, with gpiozero's fake in the product's place for pins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from config.settings import Button
from firmware_bridge.firmware.store import BootCounter
from firmware_bridge.node import Pressed
from firmware_bridge.panels.gpio import GpioPanel, GpioUnavailable, pi_uid

UID = "00000000abcd1234"
BUTTONS = [
    Button(id="a", service="reception", bus="gpio", input=17, lamp=27),
    Button(id="b", service="land", bus="gpio", input=22),
]


@pytest.fixture
def factory() -> Iterator[MockFactory]:
    factory = MockFactory()
    yield factory
    factory.reset()


class Hall:
    def __init__(self, factory: MockFactory, folder: Path) -> None:
        self.factory = factory
        self.pressed: list[Pressed] = []
        self.panel = GpioPanel(BUTTONS, factory, UID, BootCounter(str(folder / "boot")), self.pressed.append)
        self.now = 0

    def run(self, milliseconds: int) -> None:
        for _ in range(0, milliseconds, 5):
            self.now += 5
            self.panel.look(self.now)

    def press(self, pin: int = 17) -> None:
        for bounce in (True, False, True):  # to ground, and a bounce on the way
            line = self.factory.pin(pin)
            line.drive_low() if bounce else line.drive_high()
            self.run(5)
        self.run(60)
        self.factory.pin(pin).drive_high()
        self.run(400)


def test_one_press_each_in_order_and_the_lamp(factory: MockFactory, tmp_path: Path) -> None:
    hall = Hall(factory, tmp_path)
    hall.press()
    hall.press(22)
    assert hall.pressed == [Pressed(UID, 1, 1, 17)]
    assert not factory.pin(27).state
    hall.panel.answered(1, 1)
    hall.run(10)
    assert factory.pin(27).state
    assert hall.pressed[1:] == [Pressed(UID, 1, 2, 22)]
    hall.panel.answered(1, 2)
    hall.run(3100)
    assert not factory.pin(27).state
    assert hall.panel.state() == {"boot": 1, "presses": 2, "waiting": 0}
    hall.panel.close()


def test_the_next_start_is_another_boot(factory: MockFactory, tmp_path: Path) -> None:
    Hall(factory, tmp_path).panel.close()
    hall = Hall(factory, tmp_path)
    hall.press()
    assert hall.pressed == [Pressed(UID, 2, 1, 17)]
    hall.panel.close()


def test_a_pin_that_is_taken_is_a_sentence(factory: MockFactory, tmp_path: Path) -> None:
    hall = Hall(factory, tmp_path)
    with pytest.raises(GpioUnavailable, match="17"):
        Hall(factory, tmp_path)
    hall.panel.close()


def test_uid_of_the_pi(tmp_path: Path) -> None:
    (tmp_path / "serial-number").write_text("10000000ABCD1234\0")
    assert pi_uid(tmp_path) == "10000000abcd1234"
    assert len(pi_uid(tmp_path / "none")) == 16
