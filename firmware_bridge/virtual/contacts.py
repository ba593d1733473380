"""Contacts that have gone bad: one that something leans on, one that never settles."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from firmware_bridge.control import ControlError
from firmware_bridge.virtual.child import FirmwareChild

LONGEST_S = 0.008  # a level of a chattering contact


@dataclass
class BadContact:
    """`pin`: what the chip is asked with, such as {"do": "button", "index": 0}. `mend` before it is dropped."""

    chip: FirmwareChild
    pin: dict[str, Any]
    mode: str
    chance: random.Random
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> BadContact:
        self._set(1)
        if self.mode == "chatter":
            self._thread = threading.Thread(target=self._chatter, name="contact", daemon=True)
            self._thread.start()
        return self

    def _chatter(self) -> None:
        level = 1
        while not self._stop.wait(self.chance.uniform(0.001, LONGEST_S)):
            level ^= 1
            self._set(level)

    def mend(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join(5)
        self._set(0)

    def _set(self, level: int) -> None:
        pin = dict(self.pin)
        try:
            self.chip.ask(pin.pop("do"), **pin, level=level)
        except ControlError:
            return  # the chip is off: its inputs do not matter, and it learns this level at its start
