"""Model → placed items → pixels, for one panel. The window, the pictures and the tests all draw through here."""

from __future__ import annotations

from pathlib import Path

import pygame

from config.settings import Settings
from kiosk.catalogue import Catalogue
from kiosk.locale import Words
from kiosk.model import Model
from kiosk.screens import view
from kiosk.screens.look import Look
from kiosk.view.checks import Problem, check
from kiosk.view.diff import dirty
from kiosk.view.fonts import FontBook
from kiosk.view.layout import Item, Layout, Rect
from kiosk.view.metrics import Metrics, Panel
from kiosk.view.paint import Painter
from kiosk.view.widgets import Widget

DIAGONAL_IN = {"1024x600": 10.1, "1280x800": 10.1, "1920x1080": 15.6, "720x1280": 15.6}
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
        self._looks: dict[tuple[str, bool], Look] = {}
        self.items: list[Item] = []
        self._tree: tuple[Model, Widget] | None = None

    def look(self, language: str, large: bool) -> Look:
        """What to draw with."""
        key = (language, large)
        if key not in self._looks:
            metrics = Metrics(self.panel, large)
            words = Words(language)
            self._looks[key] = Look(words, metrics, Layout(metrics, self.book), self._settings, self._catalogue)
        return self._looks[key]

    def place(self, model: Model, pressed: str | None = None) -> list[Item]:
        """The items of a model. The tree of the last model is kept: a press changes no word."""
        look = self.look(model.language, model.large)
        if self._tree is None or self._tree[0] != model:
            look.layout.forget()
            self._tree = (model, view(look, model))
        return look.layout.place(self._tree[1], pressed)

    def show(self, target: pygame.Surface, model: Model, pressed: str | None = None) -> list[Rect]:
        """Paint what changed since the last call on `target`; gives the painted rectangles."""
        after = self.place(model, pressed)
        rects = dirty(self.items, after, (self.panel.width, self.panel.height))
        self.items = after
        self.painter.paint(target, after, rects)
        return rects

    def forget(self) -> None:
        """Drop everything that was drawn for a person: cached words, wrapped lines, the last frame's items."""
        self.painter.cache.clear()
        self.book.forget()
        self._tree = None
        for look in self._looks.values():
            look.layout.forget()

    def problems(self, model: Model) -> list[Problem]:
        """What the checks say about a model's screen."""
        look = self.look(model.language, model.large)
        return check(self.place(model), look.metrics, self.book)

    def picture(self, model: Model) -> pygame.Surface:
        """The whole screen of a model on a surface of its own."""
        surface = pygame.Surface((self.panel.width, self.panel.height), 0, 32)
        items = self.place(model)
        self.painter.paint(surface, items, [(0, 0, self.panel.width, self.panel.height)])
        return surface


def save(surface: pygame.Surface, path: Path) -> None:
    """Write a picture as PNG, whole or not at all."""
    part = path.with_name(f".{path.stem}.part.png")
    pygame.image.save(surface, str(part))
    part.replace(path)
