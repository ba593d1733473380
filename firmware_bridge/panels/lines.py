"""One button's line: from edges with their times to presses, and out of service while it is stuck or chatters. Pure.

The rules of a tap are the firmware's (times from config/contracts/serial.toml): a level counts once it has held for
20 ms, a second press within 300 ms is the same tap. Here the driver gives edges with their times, so a press counts
even where the process was late. All times are milliseconds of one clock.
"""

from __future__ import annotations

from collections import deque
from typing import Literal

Trouble = Literal["", "stuck", "chatter"]

STUCK_MS = 30_000
"""Nobody holds a ticket button so long: it is jammed, or its cable has a short."""
SLOT_MS = 50
WINDOW_MS = 1000
CHATTER_SLOTS = 10
"""So many 50 ms slots with an edge in them within one second: five whole taps a second, more than a finger does for
long, and what a loose contact or the mains on a long cable does at once."""
QUIET_MS = 3000
"""Released and without an edge for so long: the line is trusted again."""
JUMP_MS = 30_000
SAME_MS = 60_000
DOUBT_MS = 500
"""So long a level may differ from the last edge before an edge counts as lost. Edges come late on a busy machine, but
with their true times: taking the look's own time for theirs would make a tap too short to count (seen: 1 in 100)."""


class Stamps:
    """A driver's time stamps on our clock, the monotonic one.

    The kernel stamps edges with that very clock, and then they are taken as they are, however late they are handed over
    (measured on a busy machine: seconds). Stamps that count from elsewhere are moved by the smallest delay seen; a
    driver clock that jumps by more than half a minute begins anew.
    """

    def __init__(self) -> None:
        self._delay: int | None = None

    def at(self, ticks: int, now: int) -> int:
        """When the edge happened. `ticks`: the driver's stamp, `now`: our clock when it was handed over."""
        delay = now - ticks
        if abs(delay) < SAME_MS:
            return min(ticks, now)
        if self._delay is None or delay < self._delay or delay > self._delay + JUMP_MS:
            self._delay = delay
        return ticks + self._delay


class Line:
    """One input. `edge` for every change as it happened, `look` for the level as it is now, as often as one likes.

    A line that is on when it is first looked at was pressed before we could know: it counts once it was let go.
    """

    def __init__(self, settle_ms: int, rearm_ms: int) -> None:
        self._settle_ms = settle_ms
        self._rearm_ms = rearm_ms
        self._raw: bool | None = None
        self._changed = 0
        self._doubt: int | None = None
        self._last_press: int | None = None
        self._pressed_since: int | None = None
        self._slots: deque[int] = deque(maxlen=CHATTER_SLOTS)
        self.pressed = False
        """The level that counts now."""
        self.trouble: Trouble = ""

    @property
    def settled(self) -> bool:
        """Whether the level that is there is the level that counts."""
        return self._raw is None or self._raw == self.pressed

    def edge(self, raw: bool, at: int) -> bool:
        """The line changed to `raw` (True: pressed) at `at`. True when a press became certain by then."""
        if self._raw is None:
            self._raw, self.pressed, self._changed = not raw, not raw, at
        counts = self._settle(at)
        self._doubt = None
        if raw != self._raw:
            self._raw, self._changed = raw, at
            slot = at // SLOT_MS
            if not self._slots or self._slots[-1] != slot:
                self._slots.append(slot)
            if len(self._slots) == CHATTER_SLOTS and (slot - self._slots[0]) * SLOT_MS < WINDOW_MS:
                self.trouble = self.trouble or "chatter"
        return counts

    def disturbed(self, now: int) -> None:
        """An edge nobody looks at, while the line is out of service: it is not quiet yet."""
        self._changed = max(self._changed, now)

    def look(self, raw: bool, now: int) -> bool:
        """The level is `raw` at `now`; an edge the driver lost is made up for. True when a press became certain."""
        if self._raw is None:
            self._raw, self.pressed, self._changed = raw, raw, now
            self._pressed_since = now if raw else None
        if raw != self._raw:
            self._doubt = now if self._doubt is None else self._doubt
            return self.edge(raw, self._doubt) if now - self._doubt >= DOUBT_MS else False
        self._doubt = None
        counts = self._settle(now)
        if self.trouble:
            if not raw and now - self._changed >= QUIET_MS:
                self.trouble = ""
                self._slots.clear()
        elif self._pressed_since is not None and now - self._pressed_since >= STUCK_MS:
            self.trouble = "stuck"
        return counts

    def _settle(self, now: int) -> bool:
        """Goes on underneath a trouble, so that the end of it is no press."""
        if self.settled or now - self._changed < self._settle_ms:
            return False
        self.pressed = bool(self._raw)
        self._pressed_since = self._changed if self.pressed else None
        if not self.pressed or self.trouble:
            return False
        # A second press so soon is the same tap by an unsteady finger.
        if self._last_press is not None and self._changed - self._last_press < self._rearm_ms:
            return False
        self._last_press = self._changed
        return True
