"""The common body of the GPIO tests on gpiozero's fake. The same on a kernel's gpio-sim: see tests/gpio/body.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gpiozero import DigitalInputDevice
from gpiozero.pins.mock import MockFactory

from firmware_bridge.panels.gpio import Pins, open_pins
from tests.gpio.body import CHECKS, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    pins = open_pins("mock")
    yield Bench(pins, *far_end(pins), tmp_path)
    pins.factory.reset()


def far_end(
    pins: Pins,
) -> tuple[Callable[[int, bool], None], Callable[[int], bool], Callable[[int], Callable[[], None]]]:
    factory: MockFactory = pins.factory

    def drive(pin: int, pressed: bool) -> None:
        line = factory.pin(pin)
        (line.drive_low if pressed else line.drive_high)()

    def read(pin: int) -> bool:
        return bool(factory.pin(pin).state)

    def hold(pin: int) -> Callable[[], None]:
        device = DigitalInputDevice(pin, pull_up=True, pin_factory=factory)
        close: Callable[[], None] = device.close
        return close

    return drive, read, hold


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_on_the_fake(bench: Bench, check: Callable[[Bench], None]) -> None:
    check(bench)
