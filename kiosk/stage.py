"""Model → placed items → pixels, for one panel. The window, the pictures and the tests all draw through here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pygame

from config.process import give_back_memory
from config.settings import Settings
from kiosk.catalogue import Catalogue
from kiosk.locale import Words
from kiosk.model import Model
from kiosk.screens import view
from kiosk.screens.look import Look
from kiosk.view import code
from kiosk.view.checks import Problem, check
from kiosk.view.diff import dirty, merged
from kiosk.view.fonts import FontBook
from kiosk.view.layout import Item, Layout, Rect
from kiosk.view.live import Frame
from kiosk.view.metrics import Metrics, Panel
from kiosk.view.paint import Painter
from kiosk.view.scheme import CONTRAST, NORMAL, Scheme

STAFF_SIZE = "800x480"
"""A 7" panel is too small for people's screens; the staff's screens stand on it, too."""
DIAGONAL_IN = {"1024x600": 10.1, "1280x800": 10.1, "1920x1080": 15.6, "720x1280": 15.6, STAFF_SIZE: 7.0}
"""What a size of pixels stands for in pictures and tests; a site sets its own diagonal."""


def panel_of(size: str, diagonal_in: float | None = None) -> Panel:
    """`1280x800` → a panel. Raises `ValueError`."""
    wide, _, high = size.partition("x")
    if not (wide.isdigit() and high.isdigit()):
        raise ValueError(f"{size!r} is not WIDTHxHEIGHT, e.g. 1280x800")
    return Panel(int(wide), int(high), diagonal_in or DIAGONAL_IN.get(size, 10.1))


class Stage:
    """Draws models. Keeps the last frame's items, so that only what changed is painted again."""

    def __init__(self, settings: Settings, catalogue: Catalogue, panel: Panel) -> None:
        self.panel = panel
        self.book = FontBook()
        self.painter = Painter(self.book)
        self._settings = settings
        self._catalogue = catalogue
        self._looks: dict[tuple[str, bool, str], Look] = {}
        self.items: list[Item] = []
        self._base: list[Item] = []  # the same with nothing under a finger
        self._pressed: str | None = None
        self._scheme = NORMAL
        self._tree: tuple[Model, Look, list[Item]] | None = None
        self._fresh_frame = False

    def look(self, language: str, large: bool, scheme: Scheme = NORMAL) -> Look:
        """What to draw with."""
        key = (language, large, scheme.name)
        if key not in self._looks:
            metrics = Metrics(self.panel, large)
            layout = Layout(metrics, self.book, scheme)
            self._looks[key] = Look(Words(language), metrics, layout, self._settings, self._catalogue)
        return self._looks[key]

    def feed(self, frame: Frame | None) -> None:
        """The camera's newest picture; drawn at the next `show` where the screen has a place for it, else dropped."""
        self.painter.frame = frame
        self._fresh_frame = True

    @property
    def wants_frames(self) -> bool:
        """Whether the screen that was last shown has a place for the camera's picture."""
        return any(item.kind == "live" for item in self.items)

    def place(self, model: Model, pressed: str | None = None, scheme: Scheme | None = None) -> list[Item]:
        """The items of a model. Those of the last model are kept: a press changes no word."""
        items = self._placed(model, scheme)
        held = self._looks_like(model, scheme).layout.held(items, pressed)
        if held:
            items = list(items)
            for at, item in held:
                items[at] = item
        return items

    def _looks_like(self, model: Model, scheme: Scheme | None) -> Look:
        return self.look(model.language, model.large, scheme or scheme_of(model))

    def _placed(self, model: Model, scheme: Scheme | None) -> list[Item]:
        look = self._looks_like(model, scheme)
        seen = shown(model)
        if self._tree is None or self._tree[1] is not look or self._tree[0] != seen:
            look.layout.forget()
            self._tree = (seen, look, look.layout.place(view(look, model)))
        return self._tree[2]

    def show(self, target: pygame.Surface, model: Model, pressed: str | None = None) -> list[Rect]:
        """Paint what changed since the last call on `target`; gives the painted rectangles."""
        size = (self.panel.width, self.panel.height)
        scheme = scheme_of(model)
        base = self._placed(model, None)
        # Where the whole look is another, a difference of items would miss the ground between them.
        before = self.items if scheme is self._scheme else []
        if base is self._base and before:
            rects = self._press(pressed)
        else:
            after = self.place(model, pressed)
            rects = dirty(before, after, size)
            self.items, self._base, self._pressed, self._scheme = after, base, pressed, scheme
        rects = self._with_frame(rects)
        self.painter.paint(target, self.items, rects, scheme)
        return rects

    def press(self, target: pygame.Surface, pressed: str | None) -> list[Rect]:
        """Paint only what a finger's coming or going changes on what is shown: the answer to a touch, before anything
        else is thought about. Gives the painted rectangles."""
        rects = self._press(pressed)
        self.painter.paint(target, self.items, rects, self._scheme)
        return rects

    def _press(self, pressed: str | None) -> list[Rect]:
        if pressed == self._pressed or self._tree is None:
            return []
        changed = [at for at, item in enumerate(self._base) if item.id is not None and item.id == self._pressed]
        items = list(self.items)
        for at in changed:
            items[at] = self._base[at]
        held = self._tree[1].layout.held(self._base, pressed)
        for at, item in held:
            items[at] = item
        self.items, self._pressed = items, pressed
        return merged([self._base[at].rect for at in (*changed, *(at for at, _item in held))])

    def _with_frame(self, rects: list[Rect]) -> list[Rect]:
        """The rectangles, and that of the camera's picture where there is a new one."""
        lives = [item.rect for item in self.items if item.kind == "live"]
        if not lives:
            self.painter.frame = None  # what no screen shows is not kept
        elif self._fresh_frame:
            rects = merged([*rects, *lives])
        self._fresh_frame = False
        return rects

    def forget(self) -> None:
        """Drop everything that was drawn for a person: words, wrapped lines, codes, the camera's picture, the items."""
        self.painter.forget()
        self.book.forget()
        code.forget()
        self._tree = None
        self._fresh_frame = True  # what is still on the glass of a camera's picture is painted over
        for look in self._looks.values():
            look.layout.forget()
        give_back_memory()

    def problems(self, model: Model, scheme: Scheme | None = None) -> list[Problem]:
        """What the checks say about a model's screen."""
        look = self._looks_like(model, scheme)
        return check(self.place(model, None, scheme), look.metrics, self.book, look.layout.scheme)

    def picture(self, model: Model, scheme: Scheme | None = None) -> pygame.Surface:
        """The whole screen of a model on a surface of its own."""
        surface = pygame.Surface((self.panel.width, self.panel.height), 0, 32)
        items = self.place(model, None, scheme)
        self.painter.paint(surface, items, [(0, 0, self.panel.width, self.panel.height)], scheme or scheme_of(model))
        return surface


def shown(model: Model) -> Model:
    """The model as far as it is seen: equal ones look the same. Seconds count only where they are written."""
    if model.ticket or model.result:
        return replace(model, now=float(int(model.now - model.touched)), touched=0.0)
    return replace(model, now=0.0, touched=0.0)


def scheme_of(model: Model) -> Scheme:
    """The scheme of colours a model asks for."""
    return CONTRAST if model.modes.contrast else NORMAL


def save(surface: pygame.Surface, path: Path) -> None:
    """Write a picture as PNG, whole or not at all."""
    part = path.with_name(f".{path.stem}.part.png")
    pygame.image.save(surface, str(part))
    part.replace(path)
