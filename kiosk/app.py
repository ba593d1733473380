"""The window: one thread that waits with `select()`, feeds the flow and paints. It never waits for a disk or a wire."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import select
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pygame

from config.clock import Clock
from config.process import Heart
from config.settings import Settings
from kiosk.flow import Flow, face_of
from kiosk.model import Broken, Effect, Event, Forget, Key, Model, Tap, Tick, Touched
from kiosk.stage import Stage, save
from kiosk.touch import Contact, Pointer, contact, touch_device

log = logging.getLogger("kiosk")

TICK_S = 1.0
LIVELY_S = 5.0
"""So long after input the desktop's events are polled at 100 Hz, then at 20 Hz; a touch device needs no polling."""
FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RuntimeError, OSError)
"""What our own code can fail with on a screen; any of them leads to the failsafe screen, never to a frozen one."""

CONTROL_FINGER = -2

T = TypeVar("T")


class NoDisplay(RuntimeError):
    """No screen can be opened; the text says what was tried and what to do."""


def choose_video(settings: Settings, virtual: bool) -> str:
    """Set SDL's environment before its start; gives the driver's name. A setting beats what is found."""
    chosen = settings.kiosk.video
    if chosen == "auto":
        if os.environ.get("SDL_VIDEODRIVER"):
            chosen = os.environ["SDL_VIDEODRIVER"]  # type: ignore[assignment]
        elif os.environ.get("WAYLAND_DISPLAY"):
            chosen = "wayland"
        elif os.environ.get("DISPLAY"):
            chosen = "x11"
        elif Path("/dev/dri").exists() and not virtual:
            chosen = "kmsdrm"
        else:
            chosen = "dummy"
    os.environ["SDL_VIDEODRIVER"] = chosen
    if chosen == "x11":
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")  # software GL costs 6–17 ms for any update
    if chosen == "kmsdrm":
        os.environ.setdefault("SDL_VIDEO_DOUBLE_BUFFER", "1")
    return chosen


class App:
    """Owns the window, the model and the pointer. Other threads speak to it through `post` and `call`."""

    def __init__(
        self,
        settings: Settings,
        flow: Flow,
        stage: Stage,
        clock: Clock,
        perform: Callable[[Effect], None],
        *,
        virtual: bool = False,
        heart: Heart | None = None,
    ) -> None:
        self._settings = settings
        self._flow = flow
        self._stage = stage
        self._clock = clock
        self._perform = perform
        self._virtual = virtual
        self._heart = heart
        self._events: queue.SimpleQueue[Event | Callable[[], None]] = queue.SimpleQueue()
        self._wake_r, self._wake_w = os.pipe()
        os.set_blocking(self._wake_r, False)
        os.set_blocking(self._wake_w, False)
        self.model: Model = flow.start(clock.monotonic())
        self._pointer = Pointer()
        self._drawn: tuple[Model, str | None, int] | None = None
        self._touch_fd: int | None = None
        self._lively_until = 0.0
        self._driver = ""
        self._surface: pygame.Surface | None = None

    # from other threads ---------------------------------------------------------------------------

    def post(self, event: Event) -> None:
        """Something happened; the loop takes it at once."""
        self._events.put(event)
        self._wake()

    def call(self, work: Callable[[], T], timeout_s: float = 5.0) -> T:
        """Run `work` in the loop's thread and give its result. Raises what it raises, or `TimeoutError`."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(work())
            except FAILURES as error:
                future.set_exception(error)

        self._events.put(run)
        self._wake()
        return future.result(timeout_s)

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # a full pipe wakes as well
            os.write(self._wake_w, b"x")

    # the loop ---------------------------------------------------------------------------------------

    def open(self) -> None:
        """Open the window. Raises `NoDisplay`."""
        self._driver = choose_video(self._settings, self._virtual)
        size = (self._stage.panel.width, self._stage.panel.height)
        try:
            pygame.display.init()
            flags = 0 if self._virtual or self._driver in ("dummy", "offscreen") else pygame.FULLSCREEN
            self._surface = pygame.display.set_mode(size, flags)
        except pygame.error as error:
            raise NoDisplay(f"SDL_VIDEODRIVER={self._driver}: {error}") from error
        pygame.display.set_caption(self._settings.site.name)
        pygame.mouse.set_visible(self._driver in ("x11", "wayland") and self._virtual)
        self._open_touch()
        log.info("screen %dx%d on %s", *size, pygame.display.get_driver())

    def _open_touch(self) -> None:
        if self._driver != "kmsdrm":
            return
        device = touch_device(self._settings.kiosk.touch)
        if device is None:
            log.warning("no touch device was found; polling instead")
            return
        try:
            self._touch_fd = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            log.warning("touch device %s cannot be opened (%s); polling instead", device, error.strerror)

    def run(self, stop: threading.Event) -> None:
        """Loop until `stop` is set or the window is closed."""
        if self._surface is None:
            self.open()
        try:
            self.draw()
            while not stop.is_set():
                self._wait()
                if self.step():
                    return
                if self._heart:
                    self._heart.beat("screen")
        finally:
            if self._touch_fd is not None:
                os.close(self._touch_fd)
            pygame.quit()

    def _wait(self) -> None:
        # Ticks are taken on whole seconds' worth of real time: a scaled clock in a test is looked at often enough.
        timeout = TICK_S if not self._polled() else (0.01 if time.monotonic() < self._lively_until else 0.05)
        fds = [self._wake_r] if self._touch_fd is None else [self._wake_r, self._touch_fd]
        ready, _, _ = select.select(fds, [], [], timeout)
        if self._wake_r in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_r, 4096)
        if self._touch_fd in ready and self._touch_fd is not None:
            try:
                os.read(self._touch_fd, 4096)  # SDL has its own reader; ours only wakes
            except OSError as error:
                log.warning("touch device lost (%s); polling instead", error.strerror)
                os.close(self._touch_fd)
                self._touch_fd = None

    def _polled(self) -> bool:
        return self._driver not in ("dummy", "offscreen") and self._touch_fd is None

    def step(self) -> bool:
        """Take everything that has come, then paint once. True when the window was closed."""
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                return True
            if event.type == pygame.WINDOWEXPOSED:
                self._drawn, self._stage.items = None, []
            touch = contact(event, (self._stage.panel.width, self._stage.panel.height))
            if touch:
                self.touch(touch)
            elif event.type == pygame.KEYDOWN:
                self._typed(event)
        while True:
            try:
                given = self._events.get_nowait()
            except queue.Empty:
                break
            if callable(given):
                given()
            else:
                self.handle(given)
        self.tick()
        self.draw()
        return False

    def tick(self) -> None:
        """Tell the flow the time."""
        face = face_of(self._clock.wall(), self._clock.trust() != "untrusted")
        self.handle(Tick(self._clock.monotonic(), face))

    def touch(self, given: Contact) -> None:
        """A contact of a finger; highlights are painted before anything else is done."""
        self._lively_until = time.monotonic() + LIVELY_S
        tapped = self._pointer.feed(given, self._stage.items, time.monotonic())
        if given.kind == "down":
            self.handle(Touched())
            self.draw()
        if tapped:
            self.handle(Tap(tapped))

    def _typed(self, event: pygame.event.Event) -> None:
        if event.key == pygame.K_BACKSPACE:
            self.handle(Key("backspace"))
        elif event.unicode and event.unicode.isprintable():
            self.handle(Key(event.unicode))

    def handle(self, event: Event) -> None:
        """One event through the flow; its effects go to the workers. A failure of ours leads to the failsafe."""
        before = self.model
        try:
            self.model, effects = self._flow.on(event, before)
        except FAILURES as error:
            self._failed("flow", error)
            return
        for effect in effects:
            if isinstance(effect, Forget):
                self._stage.forget()
            self._perform(effect)
        if isinstance(event, Tick) and self.model.screen != before.screen:
            self._pointer.deaf(time.monotonic())

    def _failed(self, where: str, error: BaseException) -> None:
        # Only where it happened: the text of an exception may quote what a person typed.
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
        log.error("%s failed on screen %s: %s at %s", where, self.model.screen, type(error).__name__, place)
        self.model, effects = self._flow.on(Broken(), self.model)
        self._stage.forget()
        for effect in effects:
            self._perform(effect)

    def draw(self) -> None:
        """Paint what changed, if anything did."""
        if self._surface is None:
            return
        seconds = int(self.model.now) if self.model.ticket or self.model.result else 0
        key = (replace(self.model, now=0.0, touched=0.0), self._pointer.pressed, seconds)
        if key == self._drawn:
            return
        failing = self.model.screen == "failsafe"
        try:
            rects = self._stage.show(self._surface, self.model, self._pointer.pressed)
        except FAILURES as error:
            if failing:
                raise
            self._failed("drawing", error)
            self._pointer.let_go()
            self._stage.items = []
            rects = self._stage.show(self._surface, self.model)
        self._drawn = key
        if rects:
            pygame.display.update(rects)

    # for the control socket -----------------------------------------------------------------------

    @property
    def size(self) -> tuple[int, int]:
        """Pixels of the window."""
        return self._stage.panel.width, self._stage.panel.height

    def picture(self, path: Path) -> None:
        """Write what the window shows as PNG."""
        if self._surface is None:
            raise RuntimeError("the window is not open")
        self.draw()
        save(self._surface, path)

    def targets(self) -> list[dict[str, Any]]:
        """What can be tapped now: id, rectangle in pixels, words."""
        self.draw()
        found = []
        for at, item in enumerate(self._stage.items):
            if item.id is None:
                continue
            words = [
                getattr(each.widget, "text", "")
                for each in self._stage.items
                if each.kind == "text" and self._inside(each.parent, at)
            ]
            found.append({"id": item.id, "rect": list(item.rect), "text": " ".join(words)})
        return found

    def _inside(self, parent: int, box: int) -> bool:
        while parent >= 0:
            if parent == box:
                return True
            parent = self._stage.items[parent].parent
        return False

    def words(self) -> list[str]:
        """Every text on the screen, in painting order."""
        self.draw()
        return [getattr(item.widget, "text", "") for item in self._stage.items if item.kind == "text"]

    def press_at(self, x: float, y: float) -> None:
        """A whole tap at a pixel, through the same path as a finger."""
        self.draw()
        self._pointer = Pointer()  # a program's taps do not bounce
        self.touch(Contact("down", x, y, CONTROL_FINGER))
        self.touch(Contact("up", x, y, CONTROL_FINGER))
        self.draw()
