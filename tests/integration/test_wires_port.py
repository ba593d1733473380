"""The owner of a port: a stable name that stands for another device, a port that is held, one that comes late."""

from __future__ import annotations

import os
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge import contract
from firmware_bridge.frame import Decoder
from firmware_bridge.node import Node
from firmware_bridge.port import SerialBus
from tests.fixtures.wires import until

WORDS = contract.dictionary()


class Device:
    """A pseudo-terminal; what the host says to it is decoded."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.name = os.ttyname(self.slave)
        self._decoder = Decoder()

    def asked(self) -> bool:
        """Somebody has said hello_ask since the last time."""
        try:
            data = os.read(self.master, 4096)
        except BlockingIOError:
            return False
        return any(WORDS.name_of(frame.kind) == "hello_ask" for frame in self._decoder.feed(data))

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def devices() -> Iterator[list[Device]]:
    made = [Device(), Device()]
    yield made
    for device in made:
        device.close()


def point(link: Path, device: Device) -> None:
    new = link.with_suffix(".new")
    new.symlink_to(device.name)
    new.rename(link)


def bus_on(link: Path, events: list[tuple[str, str]]) -> SerialBus:
    node = Node(1, WORDS, 3)
    return SerialBus("main", str(link), 115200, {1: node}, lambda *_: None, lambda *told: events.append(told[1:]))


def test_the_name_stands_for_another_device_although_the_old_one_makes_no_sign(
    tmp_path: Path, devices: list[Device]
) -> None:
    """udev gave the name to the cable that came back; the dead number neither answers nor hangs up."""
    link = tmp_path / "usb-MotCua-if00"
    told: list[tuple[str, str]] = []
    point(link, devices[0])
    bus = bus_on(link, told)
    bus.start()
    try:
        until(devices[0].asked, 10)
        point(link, devices[1])
        began = time.monotonic()
        until(devices[1].asked, 15)
        print(f"on the new device after {time.monotonic() - began:.1f} s")
        assert [state for state, _ in told] == ["open", "lost", "open"]
        link.unlink()  # udev at work: the name is away for a moment, the device is not
        until(devices[1].asked, 10)
        point(link, devices[1])
        until(devices[1].asked, 10)
        assert [state for state, _ in told] == ["open", "lost", "open"]
    finally:
        bus.stop()


def test_a_port_that_comes_late_and_one_that_is_held(tmp_path: Path, devices: list[Device]) -> None:
    link = tmp_path / "usb-MotCua-if00"
    told: list[tuple[str, str]] = []
    bus = bus_on(link, told)
    bus.start()
    try:
        until(lambda: told, 10)
        assert told[0][0] == "lost"
        point(link, devices[0])
        until(devices[0].asked, 10)
        other_told: list[tuple[str, str]] = []
        other = bus_on(link, other_told)
        other.start()
        try:
            until(lambda: other_told, 10)
            assert other_told[0][0] == "lost" and not other.is_open, "two owners of one port"
        finally:
            other.stop()
        until(devices[0].asked, 10)
    finally:
        bus.stop()
