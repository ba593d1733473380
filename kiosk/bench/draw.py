"""The drawing of `motcua bench ui`: whole screens, a pressed card and changes of screen, beside bare pygame."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pygame

from kiosk.bench.child import SEED, make_stage
from kiosk.samples import samples
from kiosk.stage import Stage
from kiosk.view.icons import draw_icon
from kiosk.view.layout import Item, Rect

Draw = Callable[[pygame.Surface], None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing. `ours` and `raw` in `unit`; `raw` None where bare pygame has no such thing."""

    name: str
    unit: str
    ours: float
    raw: float | None
    target: float
    note: str = ""


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0..1) of `values` do not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def timed(work: Callable[[int], object], rounds: int) -> list[float]:
    """Milliseconds of each of `rounds` calls."""
    found = []
    for at in range(rounds):
        start = time.perf_counter()
        work(at)
        found.append((time.perf_counter() - start) * 1000)
    return found


class _Raw:
    """The placed items of a screen as straight calls of pygame: rounded rectangles and pictures of words."""

    def __init__(self, stage: Stage, items: list[Item]) -> None:
        self.calls: list[tuple[Item, Draw]] = []

        def plane(rect: Rect, fill: str | None, edge: str | None, thick: int, radius: int) -> Draw:
            def draw(target: pygame.Surface) -> None:
                if fill:
                    pygame.draw.rect(target, fill, rect, border_radius=radius)
                if edge:
                    pygame.draw.rect(target, edge, rect, thick, border_radius=radius)

            return draw

        def stamp(picture: pygame.Surface, at: tuple[int, int]) -> Draw:
            def draw(target: pygame.Surface) -> None:
                target.blit(picture, at)

            return draw

        for item in items:
            x, y = item.rect[:2]
            visual: Any = item.visual
            if item.kind == "box" and not visual[4]:
                self.calls.append((item, plane(item.rect, *visual[:4])))
            elif item.kind == "icon":
                self.calls.append((item, stamp(draw_icon(*visual), (x, y))))
            elif item.kind == "text":
                block, colour, _align = visual
                for line in block.lines:
                    for run in line:
                        font = stage.book.font(run.weight, block.size, run.fallback)
                        self.calls.append((item, stamp(font.render(run.text, True, colour), (x + run.x, y))))
                    y += block.line

    def draw(self, target: pygame.Surface) -> None:
        """Everything."""
        for _item, call in self.calls:
            call(target)

    def part(self, box: Item, items: list[Item]) -> list[Draw]:
        """The calls of one control and what is in it."""
        at = items.index(box)

        def within(item: Item) -> bool:
            while item is not box and item.parent >= 0:
                if item.parent == at:
                    return True
                item = items[item.parent]
            return item is box

        return [call for item, call in self.calls if within(item)]


def drawing(rounds: int) -> list[Figure]:
    """Full redraw, a pressed card and a change of screen, on the dummy driver."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    pygame.display.init()
    glass = pygame.display.set_mode((1280, 800))
    stage = make_stage()
    models = samples()
    whole = [(0, 0, 1280, 800)]
    flip = pygame.display.update

    # Every screen whole, ours and raw by turns, so that a busy moment of the machine falls on both.
    mine: list[float] = []
    bare: list[float] = []
    again = max(2, rounds // 40)
    for model in models.values():
        stage.show(glass, model)
        raw = _Raw(stage, stage.items)

        def paint(_: int) -> None:
            stage.painter.paint(glass, stage.items, whole)
            flip()

        def paint_raw(_: int, raw: _Raw = raw) -> None:
            raw.draw(glass)
            flip()

        mine += timed(paint, again)[1:]  # the first fills the cache of words
        bare += timed(paint_raw, again)[1:]
    full = Figure("vẽ lại cả màn hình 1280x800, trung vị | full redraw, median", "ms", statistics.median(mine),
                  statistics.median(bare), 4.0, f"p95 {percentile(mine, 0.95):.2f}")  # fmt: skip

    stage.show(glass, models["home"])
    card = next(item for item in stage.items if item.id == "go:rate")
    calls = _Raw(stage, stage.items).part(card, stage.items)

    def raw_press(_: int) -> None:
        for call in calls:
            call(glass)
        flip(card.rect)

    pressed = timed(lambda at: flip(stage.press(glass, "go:rate" if at % 2 == 0 else None)), rounds)
    raw_pressed = timed(raw_press, rounds)
    press = Figure("một ô được chạm, trung vị | a card pressed, median", "ms", statistics.median(pressed),
                   statistics.median(raw_pressed), 0.3, f"p95 {percentile(pressed, 0.95):.3f}")  # fmt: skip

    chance = random.Random(SEED)
    order = [chance.choice(list(models.values())) for _ in range(rounds)]

    def change(at: int) -> None:
        if at % 7 == 0:
            stage.forget()
        flip(stage.show(glass, order[at]))

    changed = timed(change, rounds)
    fresh = []
    for model in order[: max(20, rounds // 4)]:
        items = stage.place(model)

        def show_raw(_: int, items: list[Item] = items) -> None:
            _Raw(stage, items).draw(glass)
            flip()

        fresh += timed(show_raw, 1)
    move = Figure("đổi màn hình, p95 | screen change, p95", "ms", percentile(changed, 0.95),
                  percentile(fresh, 0.95), 50.0, f"trung vị/median {statistics.median(changed):.1f}")  # fmt: skip
    pygame.display.quit()
    return [full, press, move]
