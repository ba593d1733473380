"""A bus with boards sold by others and its one owner thread: pacing, order, back-off, unplug and return of the port.

A changed content goes before a periodic one, boards that answer before those that were silent; silent ones together get
at most half of the time. A question's time is bounded, so a call waits for at most one time-out of somebody else.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from config.settings import Board, Bus
from firmware_bridge.foreign_board import ForeignBoard, Said
from firmware_bridge.line import Line, Outcome
from firmware_bridge.panels.request import Judge, Request
from firmware_bridge.panels.shown import Rows
from firmware_bridge.port import FIRST_PAUSE_S, LONGEST_PAUSE_S, LOST, PortState
from firmware_bridge.profile import Profile

LOOK_S = 1.0
"""How often an idle port is looked at: an unplugged cable says nothing by itself."""
FAREWELL_S = 2.0
ASK_S = 10.0

log = logging.getLogger("boards")


@dataclass
class _Job:
    """A question from outside and where its outcome goes."""

    frame: bytes
    judge: Judge | None
    timeout_s: float
    answer: Future[Outcome] = field(default_factory=Future)


class BoardBus:
    """Owns the port and its boards; `show` and `set_hub` may be called from any thread."""

    def __init__(
        self,
        bus: Bus,
        boards: list[tuple[Board, Profile]],
        on_said: Callable[[str, str, Said], None],
        on_port: Callable[[str, PortState, str], None],
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = bus.id
        self._line = Line(bus.port, bus.baud, bus.format, bus.gap_ms)
        now = time.monotonic()
        self.boards = {board.id: ForeignBoard(board, profile, now) for board, profile in boards}
        self._on_said = on_said
        self._on_port = on_port
        self._beat = beat
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._stopping = False
        self._pause = FIRST_PAUSE_S
        self._turn = 0
        self._told: dict[str, Said] = {}
        self._probe_at = 0.0
        self.opens = 0
        self._thread = threading.Thread(target=self._run, name=f"bus-{bus.id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread; boards that answer are told dashes or nothing first."""
        self._stopping = True
        self._wake.set()
        self._thread.join(FAREWELL_S + 3)

    def show(self, contents: Mapping[str, Rows]) -> None:
        """Board id → its whole content."""
        now = time.monotonic()
        with self._lock:
            for name, rows in contents.items():
                if name in self.boards:
                    self.boards[name].want(rows, now)
        self._wake.set()

    def set_hub(self, alive: bool) -> None:
        """Whether the hub's stream is alive."""
        now = time.monotonic()
        with self._lock:
            for board in self.boards.values():
                board.hub(alive, now)
        self._wake.set()

    def hold(self, unit: int, seconds: float) -> None:
        """Leave the boards of this unit to somebody who tries them."""
        now = time.monotonic()
        with self._lock:
            for board in self.boards.values():
                if board.unit == unit:
                    board.hold(now + seconds, now)
        self._wake.set()

    def exchange(self, frame: bytes, judge: Judge | None, timeout_s: float) -> Outcome:
        """A question of somebody else, asked by the bus thread between its own. Raises OSError without a port."""
        if not self.is_open:
            raise OSError(f"{self._line.path} is not open")
        job = _Job(frame, judge, timeout_s)
        self._jobs.put(job)
        self._wake.set()
        return job.answer.result(timeout_s + ASK_S)

    @property
    def is_open(self) -> bool:
        return self._line.is_open

    def state(self) -> dict[str, Any]:
        with self._lock:
            boards = {name: board.state() for name, board in self.boards.items()}
        return {
            "open": self.is_open,
            "opens": self.opens,
            "stray": self._line.stray,
            "echo": self._line.echo,
            "boards": boards,
        }

    # -- the thread

    def _run(self) -> None:
        while not self._stopping:
            self._beat()
            try:
                if not self._line.is_open:
                    self._open()
                self._step()
            except LOST as error:
                self._lose(error)
        try:
            self._farewell()
        except LOST as error:
            log.info("%s: no farewell: %s", self.name, error)
        self._line.close()

    def _open(self) -> None:
        self._line.open()
        self.opens += 1
        self._pause = FIRST_PAUSE_S
        now = time.monotonic()
        with self._lock:
            for board in self.boards.values():
                board.forget(now)
        self._on_port(self.name, "open", "")

    def _lose(self, error: Exception) -> None:
        self._line.close()
        self._on_port(self.name, "lost", str(error))
        until = time.monotonic() + self._pause
        self._pause = min(LONGEST_PAUSE_S, self._pause * 2)
        while not self._stopping and (left := until - time.monotonic()) > 0:
            self._beat()
            self._wake.wait(min(left, LOOK_S))
            self._wake.clear()

    def _step(self) -> None:
        """One exchange, or a wait until something is due."""
        if not self._jobs.empty():
            self._do(self._jobs.get())
            return
        chosen, wait = self._choose()
        if chosen is None:
            if not self._wake.wait(wait):
                self._line.look()
            self._wake.clear()
            return
        board, request = chosen
        began = time.monotonic()
        outcome = self._exchange(board, request)
        now = time.monotonic()
        with self._lock:
            away = board.away
            board.took(request, outcome, now)
            said = board.said
        if away:
            self._probe_at = now + (now - began)
        if said is not None and self._told.get(board.board.id) != said:
            self._told[board.board.id] = said
            self._on_said(self.name, board.board.id, said)

    def _do(self, job: _Job) -> None:
        try:
            job.answer.set_result(self._line.exchange(job.frame, job.judge, job.timeout_s))
        except LOST as error:
            job.answer.set_exception(OSError(str(error)))
            raise

    def _exchange(self, board: ForeignBoard, request: Request) -> Outcome:
        judge = request.judge if board.profile.answers else None
        return self._line.exchange(request.frame, judge, board.profile.timeout_ms / 1000)

    def _choose(self) -> tuple[tuple[ForeignBoard, Request] | None, float]:
        """The most urgent request, boards of one urgency in turn; else how long to wait."""
        now = time.monotonic()
        with self._lock:
            boards = list(self.boards.values())
            self._turn = (self._turn + 1) % max(1, len(boards))
            in_turn = boards[self._turn :] + boards[: self._turn]
            due = {board.board.id: board.urgency(now) for board in in_turn}
            for urgency in ("new", "again", "probe"):
                if urgency == "probe" and now < self._probe_at:
                    continue
                for board in in_turn:
                    if due[board.board.id] == urgency:
                        return (board, board.next()), 0.0
            wait = min((board.wait_s(now) for board in boards), default=LOOK_S)
        return None, min(max(wait, self._probe_at - now if wait <= 0 else 0.0, 0.001), LOOK_S)

    def _farewell(self) -> None:
        end = time.monotonic() + FAREWELL_S
        for board in self.boards.values():
            for request in board.farewell():
                if time.monotonic() > end or not self._line.is_open:
                    return
                if self._exchange(board, request).kind in ("silent", "garbled"):
                    break
