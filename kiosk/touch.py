"""Fingers and mouse as one tap: answers at touch-down, acts at release inside; and the device one sleeps on."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pygame

from kiosk.view.layout import Item, hit

log = logging.getLogger("kiosk")

MOUSE = -1
BOUNCE_S = 0.04
"""Resistive panels send a second down within a few milliseconds of a release."""
HELD_S = 10.0
"""A finger that was not seen to leave for so long is gone (a device unplugged under it): the next one counts."""
AGAIN_S = 2.0
"""Seconds between two looks for a touch device that went away."""
SWALLOW_S = 0.5
"""A finger that comes down just after the screen wiped itself meant what is no longer there."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A finger (or the mouse) at a pixel."""

    kind: Literal["down", "move", "up"]
    x: float
    y: float
    finger: int


def contact(event: pygame.event.Event, size: tuple[int, int]) -> Contact | None:
    """FINGER* and MOUSE* → one contact; None for other events and for mouse events that SDL made from touches."""
    kinds: dict[int, Literal["down", "move", "up"]] = {
        pygame.FINGERDOWN: "down",
        pygame.FINGERMOTION: "move",
        pygame.FINGERUP: "up",
        pygame.MOUSEBUTTONDOWN: "down",
        pygame.MOUSEMOTION: "move",
        pygame.MOUSEBUTTONUP: "up",
    }
    kind = kinds.get(event.type)
    if kind is None:
        return None
    if event.type in (pygame.FINGERDOWN, pygame.FINGERMOTION, pygame.FINGERUP):
        return Contact(kind, event.x * size[0], event.y * size[1], int(event.finger_id))
    if getattr(event, "touch", False):
        return None
    if event.type == pygame.MOUSEMOTION:
        return Contact("move", event.pos[0], event.pos[1], MOUSE) if event.buttons[0] else None
    return Contact(kind, event.pos[0], event.pos[1], MOUSE) if event.button == 1 else None


class Pointer:
    """Which control is held, and what was tapped. One finger at a time; a second one is ignored."""

    def __init__(self) -> None:
        self.pressed: str | None = None
        self._down: str | None = None
        self._finger: int | None = None
        self._since = float("-inf")
        self._released = float("-inf")
        self._deaf_until = float("-inf")

    def deaf(self, now: float) -> None:
        """The screen changed under the finger by itself: what is coming down now is not meant."""
        self._deaf_until = now + SWALLOW_S
        self.let_go()

    def let_go(self) -> None:
        """Forget a held control."""
        self.pressed = self._down = self._finger = None

    def feed(self, touch: Contact, items: list[Item], now: float) -> str | None:
        """Take one contact; gives the id that was tapped. `now`: monotonic seconds."""
        over = hit(items, touch.x, touch.y)
        name = over.id if over else None
        if touch.kind == "down":
            other = self._finger is not None and self._finger != touch.finger and now - self._since < HELD_S
            if other or now - self._released < BOUNCE_S or now < self._deaf_until:
                return None
            self._finger, self._down, self.pressed, self._since = touch.finger, name, name, now
            return None
        if touch.finger != self._finger:
            return None
        if touch.kind == "move":
            self.pressed = self._down if name == self._down else None
            return None
        tapped = name if name is not None and name == self._down else None
        self._released = now
        self.let_go()
        return tapped


class Wake:
    """The touch device, opened only to sleep on it: SDL has its own reader. A lost device is looked for again."""

    def __init__(self, chosen: str = "", listing: Path = Path("/proc/bus/input/devices")) -> None:
        self._chosen = chosen
        self._listing = listing
        self._next = float("-inf")
        self._told: str | None = None
        self.fd: int | None = None

    def look(self, now: float) -> None:
        """Open the device if it is not open; at most every `AGAIN_S`. A loss and a return are each told once."""
        if self.fd is not None or now < self._next:
            return
        self._next = now + AGAIN_S
        device = touch_device(self._chosen, self._listing)
        if device is None:
            self._say("no touch device was found; polling instead")
            return
        try:
            self.fd = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            self._say(f"touch device {device} cannot be opened ({error.strerror}); polling instead")
            return
        log.info("touch device %s", device)
        self._told = None

    def drain(self) -> bool:
        """Read what woke us and forget it. False when the device is gone: a finger on it is never seen to leave."""
        if self.fd is None:
            return True
        try:
            if os.read(self.fd, 4096):
                return True
            why = "it ended"
        except BlockingIOError:
            return True
        except OSError as error:
            why = error.strerror or "it cannot be read"
        self._say(f"touch device lost ({why}); polling until it comes back")
        self.close()
        return False

    def close(self) -> None:
        """Give the device back."""
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None

    def _say(self, what: str) -> None:
        if what != self._told:
            log.warning("%s", what)
            self._told = what


def touch_device(chosen: str = "", listing: Path = Path("/proc/bus/input/devices")) -> Path | None:
    """The event device of the touchscreen: the one set, else the first that says it lies on the screen (PROP bit 1)."""
    if chosen:
        return Path(chosen)
    try:
        text = listing.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    for block in text.split("\n\n"):
        direct = False
        handler = ""
        for line in block.splitlines():
            if line.startswith("B: PROP="):
                direct = bool(int(line.split("=", 1)[1] or "0", 16) & 2)
            elif line.startswith("H: Handlers="):
                handler = next((word for word in line.split("=", 1)[1].split() if word.startswith("event")), "")
        if direct and handler:
            return Path("/dev/input") / handler
    return None
