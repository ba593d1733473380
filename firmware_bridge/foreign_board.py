"""What the bridge wants of one board sold by others, and how far it is: no I/O, `now` in seconds of a monotonic clock.

Such a board is told states, never changes: everything at first contact and after every loss, what changed at a call,
everything again every `refresh_s` (it may have been switched off meanwhile and cannot say so). A board that does not
answer is left alone longer and longer, at most 4 s, so that one pulled and put back shows the right number within 5 s.
When the hub is away for 5 s the board is told dashes or nothing, as its profile says: never yesterday's number.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Literal

from config.settings import Board
from firmware_bridge.line import Outcome
from firmware_bridge.panels.foreign import holes, render
from firmware_bridge.panels.request import Request
from firmware_bridge.panels.shown import Rows, all_in, newly_called
from firmware_bridge.profile import Profile

HUB_LOST_S = 5.0
FIRST_REST_S = 0.25
LONGEST_REST_S = 4.0
TRIES = 2
BUSY_S = 0.2
BUSY_TRIES = 10
BUSY = (5, 6)

Urgency = Literal["new", "again", "probe"]
"""A changed content before the periodic one before a board that was silent last time."""


@dataclass(frozen=True)
class Said:
    """What this board has to be told about, when it changes: `ok`, `silent`, `garbled`, `refused`, `hole`."""

    kind: Literal["ok", "silent", "garbled", "refused", "hole"]
    label: str = ""
    exception: int = 0
    text: str = ""


class ForeignBoard:
    """One board. The bus thread asks `urgency`, takes `next`, and reports every outcome to `took`."""

    def __init__(self, board: Board, profile: Profile, now: float) -> None:
        self.board, self.profile = board, profile
        self.unit = board.unit or 0
        self._count = board.rows if board.kind == "main" else 1
        self._rows: Rows | None = None
        self._called: dict[tuple[str, int | None], float] = {}
        self._hub_gone_at: float | None = now
        self._taken: dict[str, bytes] = {}
        self._queue: deque[Request] = deque()
        self._aim: list[Request] = []
        self._rendered: Rows | None = None
        self._fresh = False  # what is queued is a changed content
        self._refresh_at = now
        self._rest_until = now
        self._tries = 0
        self._busy = 0
        self.away = 0
        """Time-outs in a row beyond the retries; 0 while it answers."""
        self._trouble: Said | None = None
        self._hole: Said | None = None
        self.said: Said | None = None
        self.sent = self.failed = 0
        self._held_until = 0.0

    # -- what the bridge wants

    def want(self, rows: Rows, now: float) -> None:
        """The whole content."""
        before, self._rows = self._rows, rows
        self._called = {key: until for key, until in self._called.items() if until > now}
        if before is not None:  # what stood there before the bridge came is no fresh call
            for row in newly_called(rows, before):
                if row.called:
                    self._called[row.key] = now + self.profile.called_s
        missing = holes(self.profile, rows)
        self._hole = Said("hole", text=missing) if missing else None

    def hub(self, alive: bool, now: float) -> None:
        """The hub's word counts for 5 s after it was last heard."""
        if alive:
            self._hub_gone_at = None
        elif self._hub_gone_at is None:
            self._hub_gone_at = now

    def forget(self, now: float) -> None:
        """The port was away: what the board shows is unknown."""
        self._taken.clear()
        self._queue.clear()
        self._rendered = None
        self._rest_until = self._refresh_at = now
        self._tries = self.away = 0

    def hold(self, until: float, now: float) -> None:
        """Somebody tries the board by hand until then; afterwards it is told everything again."""
        self._held_until = until
        self.forget(now)

    def content(self, now: float) -> Rows | None:
        """What it is to show now; None while nobody knows."""
        if self._hub_gone_at is not None and now >= self._hub_gone_at + HUB_LOST_S:
            return all_in(self.profile.lost, self._count)
        if self._rows is None:
            return None
        return tuple(replace(row, called=now < self._called.get(row.key, 0.0)) for row in self._rows)

    # -- what is due

    def urgency(self, now: float) -> Urgency | None:
        """Whether it has something to be told now, and how urgent it is."""
        if now < self._held_until:
            return None
        self._plan(now)
        if not self._queue or now < self._rest_until:
            return None
        if self.away:
            return "probe"
        return "new" if self._fresh else "again"

    def next(self) -> Request:
        """The request to send. Only after `urgency` said that there is one."""
        return self._queue[0]

    def wait_s(self, now: float) -> float:
        """Seconds until `urgency` may say something else."""
        if now < self._held_until:
            return self._held_until - now
        if self._queue:
            return max(0.0, self._rest_until - now)
        times = [self._refresh_at]
        if self._hub_gone_at is not None and now < self._hub_gone_at + HUB_LOST_S:
            times.append(self._hub_gone_at + HUB_LOST_S)
        times += [until for until in self._called.values() if until > now]
        return max(0.0, min(times) - now)

    def _plan(self, now: float) -> None:
        rows = self.content(now)
        if rows is None:
            return
        if rows != self._rendered:
            self._rendered = rows
            self._aim = render(self.profile, self.unit, self.board.address, rows, self.board.brightness)
            self._queue = deque(self._changed())
            self._fresh = bool(self._queue)
            if not self._taken:
                self._refresh_at = now + self.profile.refresh_s  # this is the whole content
        if not self._queue and now >= self._refresh_at:
            self._queue = deque(request for request in self._aim if not request.once or self._stale(request))
            self._fresh = False
            self._refresh_at = now + self.profile.refresh_s

    def _stale(self, request: Request) -> bool:
        return self._taken.get(request.place) != request.frame

    def _changed(self) -> list[Request]:
        """What must be said for the new content: rows that changed, and everything that is not of a row."""
        stale = {request.row for request in self._aim if self._stale(request)}
        if not stale:
            return []
        return [
            request
            for request in self._aim
            if (request.row in stale if request.row is not None else not request.once or self._stale(request))
        ]

    # -- what came of it

    def took(self, request: Request, outcome: Outcome, now: float) -> None:
        """The outcome of a request."""
        self.sent += 1
        if self.profile.pause_ms:
            self._rest_until = now + self.profile.pause_ms / 1000
        if outcome.kind == "ok":
            self._took(request)
        elif outcome.kind == "refused":
            self._was_refused(request, outcome, now)
        else:
            self._missed(request, outcome, now)

    def _took(self, request: Request) -> None:
        was_away, self.away, self._tries, self._busy = self.away, 0, 0, 0
        self._taken[request.place] = request.frame
        self._drop(request)
        if was_away:
            self._everything(request)
        self._sum_up()

    def _sum_up(self) -> None:
        """Once everything was sent, what there is to say about the board."""
        if not self._queue:
            self.said = self._trouble or self._hole or Said("ok")
            self._trouble = None

    def _everything(self, request: Request) -> None:
        """It is back: it may have been another board, or without current."""
        self._taken = {request.place: request.frame}
        self._queue = deque(each for each in self._aim if each.place != request.place or each.row is None)
        self._fresh = True

    def _drop(self, request: Request) -> None:
        if self._queue and self._queue[0] is request:
            self._queue.popleft()

    def _was_refused(self, request: Request, outcome: Outcome, now: float) -> None:
        self.away = self._tries = 0
        if outcome.exception in BUSY and self._busy < BUSY_TRIES:
            self._busy += 1
            self._rest_until = now + BUSY_S
            return
        self._busy = 0
        self.failed += 1
        self._trouble = self._trouble or Said("refused", request.label, outcome.exception)
        self._taken.pop(request.place, None)
        self._drop(request)
        self._sum_up()

    def _missed(self, request: Request, outcome: Outcome, now: float) -> None:
        self.failed += 1
        self._tries += 1
        if self._tries < TRIES and not self.away:
            return
        self._tries = 0
        said = Said("garbled" if outcome.kind == "garbled" else "silent", request.label)
        if self.profile.unit_step and request.row is not None:
            # Each row is a unit of its own: the others go on, this one is tried again with the next whole content.
            self._trouble = self._trouble or said
            self._taken = {place: frame for place, frame in self._taken.items() if place not in self._places(request)}
            self._queue = deque(each for each in self._queue if each.row != request.row)
            self._sum_up()
            return
        self.away += 1
        self._taken.clear()
        self._queue = deque(self._aim)
        self._rest_until = now + min(LONGEST_REST_S, FIRST_REST_S * 2 ** min(self.away - 1, 8))
        self.said = said

    def _places(self, request: Request) -> set[str]:
        return {each.place for each in self._aim if each.row == request.row}

    def farewell(self) -> list[Request]:
        """The last words of a bridge that is stopped: nobody will keep the number true from now on."""
        if self.away or not self._taken:
            return []
        return render(
            self.profile, self.unit, self.board.address, all_in(self.profile.lost, self._count), self.board.brightness
        )

    def state(self) -> dict[str, object]:
        """For the virtual room and for people."""
        shown = [row.text for row in self._rows or ()]
        return {
            "unit": self.unit,
            "up": not self.away and bool(self._taken),
            "waiting": len(self._queue),
            "wanted": shown,
            "sent": self.sent,
            "failed": self.failed,
        }
