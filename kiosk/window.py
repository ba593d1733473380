"""The glass: opens SDL's window, turns the picture where the panel hangs turned, and says what to sleep on."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pygame

from config.settings import Settings
from kiosk.touch import Contact, contact
from kiosk.view.layout import Rect
from kiosk.view.metrics import Panel

HEADLESS = ("dummy", "offscreen")
DRI = Path("/dev/dri")
"""Where the kernel shows its screens, once the display's driver is loaded."""


class NoDisplay(RuntimeError):
    """No screen can be opened; the text says what was tried and what to do."""


def pick_video(chosen: str, virtual: bool) -> str:
    """Set SDL's environment before its start; gives the driver's name. `chosen` is the setting: it beats the rest."""
    if chosen == "auto":
        if os.environ.get("SDL_VIDEODRIVER"):
            chosen = os.environ["SDL_VIDEODRIVER"]
        elif os.environ.get("WAYLAND_DISPLAY"):
            chosen = "wayland"
        elif os.environ.get("DISPLAY"):
            chosen = "x11"
        elif DRI.exists() and not virtual:
            chosen = "kmsdrm"
        else:
            chosen = "dummy"
    os.environ["SDL_VIDEODRIVER"] = chosen
    if chosen == "x11":
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")  # software GL costs 6–17 ms for any update
    if chosen == "kmsdrm":
        os.environ.setdefault("SDL_VIDEO_DOUBLE_BUFFER", "1")
    return chosen


class Window:
    """A panel on a screen. `surface` is what is painted on, upright whichever way the panel hangs."""

    def __init__(self, settings: Settings, panel: Panel, virtual: bool) -> None:
        self._settings = settings
        self._virtual = virtual
        self._turn: int = settings.kiosk.rotate
        self.size = (panel.width, panel.height)
        self._real = self.size if self._turn in (0, 180) else (panel.height, panel.width)
        self._glass: pygame.Surface | None = None
        self._told = False
        self.driver = ""
        self.surface: pygame.Surface | None = None

    def open(self) -> None:
        """Open it. Raises `NoDisplay`."""
        self._told = "SDL_VIDEODRIVER" in os.environ  # somebody wants it so
        self.driver = pick_video(self._settings.kiosk.video, self._virtual)
        if self.driver == "kmsdrm" and not getattr(pygame, "IS_CE", False):
            # The wheel of pygame itself has no such driver; SDL's own words for that help nobody.
            raise NoDisplay("kmsdrm needs pygame-ce, and pygame is installed instead: reinstall this package")
        try:
            pygame.display.init()
            flags = 0 if self._virtual or self.driver in HEADLESS else pygame.FULLSCREEN
            self._glass = pygame.display.set_mode(self._real, flags)
        except pygame.error as error:
            raise NoDisplay(f"SDL_VIDEODRIVER={self.driver}: {error}") from error
        self.surface = self._glass if not self._turn else pygame.Surface(self.size, 0, 32)
        pygame.display.set_caption(self._settings.site.name)
        pygame.mouse.set_visible(self.driver in ("x11", "wayland") and self._virtual)

    @property
    def in_the_dark(self) -> bool:
        """Whether nothing is shown only because no screen was there at the start: the display's driver may be late."""
        return self.driver == "dummy" and self._settings.kiosk.video == "auto" and not self._virtual and not self._told

    @property
    def screen_came(self) -> bool:
        """Whether a screen has come since."""
        return self.in_the_dark and DRI.exists()

    def show(self, rects: list[Rect]) -> None:
        """Bring what was painted within `rects` to the glass."""
        if not rects or self._glass is None or self.surface is None:
            return
        if self._turn:
            turned = []
            for rect in rects:
                part = pygame.Rect(rect).clip(self.surface.get_rect())
                if part.w == 0 or part.h == 0:
                    continue
                where = turned_rect((part.x, part.y, part.w, part.h), self.size, self._turn)
                self._glass.blit(pygame.transform.rotate(self.surface.subsurface(part), -self._turn), where[:2])
                turned.append(where)
            rects = turned
        pygame.display.update(rects)

    def contact(self, event: pygame.event.Event) -> Contact | None:
        """A finger or the mouse, in pixels of `surface`; None for any other event."""
        found = contact(event, self._real)
        if found is None or not self._turn:
            return found
        x, y = upright_point((found.x, found.y), self.size, self._turn)
        return Contact(found.kind, x, y, found.finger)


def turned_rect(rect: Rect, size: tuple[int, int], turn: int) -> Rect:
    """Where `rect` of an upright picture of `size` lies on glass that shows it `turn` degrees clockwise."""
    x, y, wide, high = rect
    if turn == 90:
        return size[1] - y - high, x, high, wide
    if turn == 180:
        return size[0] - x - wide, size[1] - y - high, wide, high
    if turn == 270:
        return y, size[0] - x - wide, high, wide
    return rect


def upright_point(point: tuple[float, float], size: tuple[int, int], turn: int) -> tuple[float, float]:
    """The pixel of the upright picture that is seen at `point` of the glass."""
    x, y = point
    if turn == 90:
        return y, size[1] - x
    if turn == 180:
        return size[0] - x, size[1] - y
    if turn == 270:
        return size[0] - y, x
    return point


def screen_sockets() -> list[int]:
    """Our connections to an X server or a Wayland compositor: input makes them readable, so the loop can sleep on them
    instead of asking many times a second."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        number = int(name)
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
            with socket.socket(fileno=os.dup(number)) as each:
                if each.family != socket.AF_UNIX:
                    continue
                peer = each.getpeername()
        except OSError:  # gone between two looks, or not connected
            continue
        path = os.fsdecode(peer) if isinstance(peer, bytes) else str(peer)
        if "/.X11-unix/X" in path or "/wayland-" in path:
            found.append(number)
    return found
