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
from pathlib import Path
from typing import Any, TypeVar

import pygame

from config.clock import Clock
from config.process import Heart
from config.settings import Settings
from kiosk.flow import Flow, face_of
from kiosk.model import Broken, Effect, Event, Finger, Forget, Key, Model, Tap, Tick, Touched
from kiosk.speech.narrator import Narrator
from kiosk.stage import Stage, save, shown
from kiosk.touch import Contact, Pointer, Wake
from kiosk.view.layout import Rect
from kiosk.view.live import Frame
from kiosk.window import DRI, HEADLESS, Window, screen_sockets
from kiosk.window import NoDisplay as NoDisplay

log = logging.getLogger("kiosk")

TICK_S = 1.0
LIVELY_S = 5.0
"""With nothing to sleep on, events are polled at 100 Hz for so long after input, then at 20 Hz."""
FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RuntimeError, OSError)
"""What our own code can fail with on a screen; any of them leads to the failsafe screen, never to a frozen one."""

CONTROL_FINGER = -2

T = TypeVar("T")


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
        narrator: Narrator | None = None,
    ) -> None:
        self._settings = settings
        self._flow = flow
        self._stage = stage
        self._clock = clock
        self._perform = perform
        self._window = Window(settings, stage.panel, virtual)
        self._heart = heart
        self._narrator = narrator
        self._events: queue.SimpleQueue[Event | Callable[[], None]] = queue.SimpleQueue()
        self._wake_r, self._wake_w = os.pipe()
        os.set_blocking(self._wake_r, False)
        os.set_blocking(self._wake_w, False)
        self.model: Model = flow.start(clock.monotonic())
        self._pointer = Pointer()
        self._drawn: tuple[Model, str | None] | None = None
        self._touch = Wake(settings.kiosk.touch)
        self._sockets: list[int] = []
        self._lively_until = 0.0
        self._frame: Frame | None = None

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

    def frame(self, frame: Frame) -> None:
        """The camera's newest picture; one that was not shown yet is dropped for it."""
        self._frame = frame
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # a full pipe wakes as well
            os.write(self._wake_w, b"x")

    # the loop ---------------------------------------------------------------------------------------

    def open(self) -> None:
        """Open the window. Raises `NoDisplay`."""
        self._window.open()
        if self._window.driver == "kmsdrm":
            self._touch.look(time.monotonic())
        elif self._window.driver not in HEADLESS:
            self._sockets = screen_sockets()
        log.info("screen %dx%d on %s", *self._window.size, pygame.display.get_driver())
        if self._window.in_the_dark:
            log.warning("no screen is there (no DISPLAY, no %s): nothing is shown until one comes", DRI)

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
                if self._window.screen_came:
                    log.warning("a screen has come: ending, to be started again on it")
                    return
                if self._heart:
                    self._heart.beat("screen")
        finally:
            self._touch.close()
            pygame.quit()

    @property
    def _surface(self) -> pygame.Surface | None:
        return self._window.surface

    def _wait(self) -> None:
        # What SDL has read already (with the answer to a drawing) would not make its connection readable again.
        if self._sockets and pygame.event.peek():
            return
        now = time.monotonic()
        # Ticks are taken on whole seconds' worth of real time: a scaled clock in a test is looked at often enough.
        timeout = TICK_S
        if self._window.driver == "kmsdrm":
            self._touch.look(now)
        if self._polled():
            timeout = 0.01 if now < self._lively_until else 0.05
        fds = [self._wake_r, *self._sockets, *([self._touch.fd] if self._touch.fd is not None else [])]
        ready, _, _ = select.select(fds, [], [], timeout)
        if self._wake_r in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_r, 4096)
        if self._touch.fd in ready and not self._touch.drain():
            self._pointer.let_go()

    def _polled(self) -> bool:
        return self._window.driver not in HEADLESS and self._touch.fd is None and not self._sockets

    def step(self) -> bool:
        """Take everything that has come, then paint once. True when the window was closed."""
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                return True
            if event.type == pygame.WINDOWEXPOSED:
                self._drawn, self._stage.items = None, []
            touch = self._window.contact(event)
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
        frame, self._frame = self._frame, None
        if frame is not None and self._stage.wants_frames:
            self._stage.feed(frame)
            self._drawn = None
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
        if tapped is None:
            self._highlight()
        if given.kind == "down" and self._narrator:
            try:
                self._narrator.pressed(self.model, self._stage.items, self._pointer.pressed)
            except FAILURES as error:
                self._failed("speaking", error)
        if given.kind == "down":
            self.handle(Touched())
        if self.model.screen == "staff_touch":
            wide, high = self._window.size
            self.handle(Finger(given.x / wide, given.y / high))
        if tapped:
            self.handle(Tap(tapped))

    def _highlight(self) -> None:
        """Show at once what is under the finger; everything else of a touch can wait a millisecond."""
        if self._surface is None or self._drawn is None:
            return
        try:
            rects = self._stage.press(self._surface, self._pointer.pressed)
        except FAILURES as error:
            self._failed("drawing", error)
            return
        self._drawn = (self._drawn[0], self._pointer.pressed)
        self.present(rects)

    def present(self, rects: list[Rect]) -> None:
        """Bring what was painted to the glass."""
        self._window.show(rects)

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
                self._frame = None
                self._stage.forget()
                if self._narrator:
                    self._narrator.forget()
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
        if self._narrator:
            self._narrator.forget()
        for effect in effects:
            self._perform(effect)

    def draw(self) -> None:
        """Paint what changed, if anything did."""
        if self._surface is None:
            return
        key = (shown(self.model), self._pointer.pressed)
        if key == self._drawn:
            return
        failing = self.model.screen == "failsafe"
        try:
            rects = self._stage.show(self._surface, self.model, self._pointer.pressed)
            if self._narrator:
                self._narrator.shown(self.model, self._stage.items)
        except FAILURES as error:
            if failing:
                raise
            self._failed("drawing", error)
            self._pointer.let_go()
            self._stage.items = []
            rects = self._stage.show(self._surface, self.model)
        self._drawn = key
        self.present(rects)

    # for the control socket -----------------------------------------------------------------------

    @property
    def size(self) -> tuple[int, int]:
        """Pixels of the window."""
        return self._window.size

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
