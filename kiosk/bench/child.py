"""The parts of `motcua bench ui` that want a process of their own: `python -m kiosk.bench.child PART ours|raw …`.

Each prints figures on standard output; `kiosk/bench/ui.py` starts them and reads. `raw` is the same work in bare
pygame: a card, a loop that sleeps on the same file descriptors, nothing of this project between.
"""

from __future__ import annotations

import os
import random
import resource
import select
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pygame

import config
from config.clock import make_clock
from config.load import load_settings
from config.process import wipe_freed_memory
from kiosk.app import App
from kiosk.catalogue import load_catalogue
from kiosk.flow import Flow
from kiosk.locale import languages
from kiosk.moves import Env
from kiosk.samples import samples
from kiosk.stage import Stage, panel_of
from kiosk.view.layout import Rect
from kiosk.window import screen_sockets

SIZE = "1280x800"
CARD = (434, 157, 396, 231)
SEED = 20261121
FORGET_EVERY = 7
"""Screens a person looks at before the wipe, in the run of random screens."""


def _tell(*figures: float) -> None:
    sys.stdout.write(" ".join(map(str, figures)) + "\n")
    sys.stdout.flush()


def make_stage(size: str = SIZE) -> Stage:
    """A stage with the sample site."""
    settings = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml", {})
    return Stage(settings, load_catalogue(), panel_of(size))


class _Told(App):
    """The real window; says when the answer to a touch is on the glass."""

    def present(self, rects: list[Rect]) -> None:
        """As always, and then the time."""
        super().present(rects)
        if rects and self._pointer.pressed:
            _tell(time.monotonic_ns())

    def middle(self, target: str) -> tuple[int, int]:
        """The middle of a control."""
        x, y, wide, high = next(each["rect"] for each in self.targets() if each["id"] == target)
        return x + wide // 2, y + high // 2


def _app(attract_s: float = 0.0) -> _Told:
    settings = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml", {})
    clock = make_clock(settings.site.timezone, settings.clock.trust)
    stage = Stage(settings, load_catalogue(), panel_of(SIZE))
    app = _Told(settings, Flow(Env(attract_s=attract_s)), stage, clock, lambda effect: None, virtual=True)
    app.open()
    return app


def _raw_loop(seconds: float, on_down: Callable[[], None]) -> None:
    """Sleeps as the kiosk does."""
    sockets = screen_sockets()
    until = time.monotonic() + seconds
    while (now := time.monotonic()) < until:
        if not (sockets and pygame.event.peek()):
            select.select(sockets, [], [], min(1.0, until - now))
        for event in pygame.event.get():
            if event.type == pygame.MOUSEBUTTONDOWN:
                on_down()


def _until_closed(then: Callable[[], None]) -> None:
    sys.stdin.read()
    then()


def touch(ours: bool) -> None:
    """`x y` of a card first, then a monotonic nanosecond for every touch that was answered; until the pipe closes."""
    if ours:
        app = _app()
        _tell(*app.middle("go:rate"))
        stop = threading.Event()
        threading.Thread(target=_until_closed, args=(stop.set,), daemon=True).start()
        app.run(stop)
        return
    pygame.display.init()
    glass = pygame.display.set_mode((1280, 800))
    _tell(CARD[0] + 20, CARD[1] + 20)

    def answer() -> None:
        pygame.draw.rect(glass, "#C7DADD", CARD, border_radius=20)
        pygame.display.update(CARD)
        _tell(time.monotonic_ns())

    threading.Thread(target=_until_closed, args=(lambda: os._exit(0),), daemon=True).start()
    _raw_loop(600.0, answer)


def idle(ours: bool, seconds: float, *, attract: bool = False) -> None:
    """Seconds of processor time in `seconds` of doing nothing; `attract`: the attract screen, pages turning."""
    if ours:
        app = _app(1.0 if attract else 0.0)
        stop = threading.Event()
        spent = [0.0, 0.0]

        def watch() -> None:
            time.sleep(2.0)
            spent[0] = time.process_time()
            time.sleep(seconds)
            spent[1] = time.process_time()
            stop.set()

        threading.Thread(target=watch, daemon=True).start()
        app.run(stop)
        if attract and app.model.screen != "attract":
            raise SystemExit(f"the screen is {app.model.screen}, not attract")
        _tell(spent[1] - spent[0])
        return
    pygame.display.init()
    pygame.display.set_mode((1280, 800))
    _raw_loop(2.0, lambda: None)
    before = time.process_time()
    _raw_loop(seconds, lambda: None)
    _tell(time.process_time() - before)


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def memory(ours: bool, screens: int) -> None:
    """MiB after a tenth of `screens` random screens, and after all of them."""
    pygame.display.init()
    glass = pygame.display.set_mode((1280, 800))
    chance = random.Random(SEED)
    if not ours:
        pygame.font.init()
        font = pygame.font.Font(None, 40)
        for number in range(screens):
            glass.fill("#F6F4EE")
            glass.blit(font.render(str(number), True, "#16242B"), CARD[:2])
            pygame.display.update()
        _tell(_resident_mib(), _resident_mib())
        return
    stage = make_stage()
    models = list(samples().values())
    tongues = languages()
    early = 0.0
    for number in range(screens):
        model = chance.choice(models)
        modes = replace(model.modes, contrast=chance.random() < 0.2)
        shown = replace(model, language=chance.choice(tongues), large=chance.random() < 0.3, modes=modes)
        pygame.display.update(stage.show(glass, shown))
        ids = [item.id for item in stage.items if item.id]
        if ids:
            pygame.display.update(stage.press(glass, chance.choice(ids)))
        if number % FORGET_EVERY == 0:
            stage.forget()
        if number == screens // 10:
            early = _resident_mib()
    _tell(early, _resident_mib())


def main(words: list[str]) -> None:
    """One part."""
    part, ours = words[0], words[1] == "ours"
    if ours:
        wipe_freed_memory()  # as the kiosk itself runs
    if part == "touch":
        touch(ours)
    elif part in ("idle", "attract"):
        idle(ours, float(words[2]), attract=part == "attract")
    elif part == "memory":
        memory(ours, int(words[2]))
    else:
        raise SystemExit(f"unknown part {part!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
