"""How long a turn takes and how long one waits, as a range: nobody is promised a minute. Pure."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from math import ceil
from statistics import median

from queue_display.model import Ticket

REMEMBERED = 20
SHORTEST_MIN, LONGEST_MIN = 0.3, 120.0


class Turns:
    """The length of the last turns of each service, in minutes."""

    def __init__(self) -> None:
        self._last: dict[str, deque[float]] = {}

    def note(self, ticket: Ticket) -> None:
        """Learn from a served ticket. What a clock jump or a forgotten key made absurd is left out."""
        if ticket.served_at is None or ticket.closed_at is None:
            return
        turn = datetime.fromisoformat(ticket.closed_at) - datetime.fromisoformat(ticket.served_at)
        minutes = turn.total_seconds() / 60
        if SHORTEST_MIN <= minutes <= LONGEST_MIN:
            self._last.setdefault(ticket.service, deque(maxlen=REMEMBERED)).append(minutes)

    def minutes(self, service: str, assumed: float) -> float:
        """Median minutes of a turn; `assumed` until five were measured."""
        seen = self._last.get(service, ())
        return median(seen) if len(seen) >= 5 else assumed


def estimate(ahead: int, minutes: float, counters: int) -> tuple[int, int] | None:
    """The wait as a range of whole five minutes, `(10, 20)`; None when no counter works on it.

    `ahead` people before, `minutes` a turn, shared by `counters` open counters.
    """
    if counters < 1:
        return None
    expected = ahead * minutes / counters
    low = int(0.75 * expected / 5) * 5
    high = max(5, ceil(1.25 * expected / 5) * 5)
    return (low, max(high, low + 5))
