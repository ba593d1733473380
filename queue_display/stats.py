"""How long a turn takes and how long one waits, as a range: nobody is promised a minute. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil
from statistics import median

from queue_display.hall import Hall
from queue_display.model import Now, Ticket

REMEMBERED = 20
MEASURED_FROM = 5
SHORTEST_MIN, LONGEST_MIN = 0.3, 120.0


class Turns:
    """The length of the last turns of each service, in minutes: one a ticket, so that a mended slip counts once."""

    def __init__(self) -> None:
        self._last: dict[str, dict[str, float]] = {}

    def note(self, ticket: Ticket) -> None:
        """Learn from a served ticket (at a start; while the hub runs `add` is told of every turn)."""
        if ticket.served_at is None or ticket.closed_at is None:
            return
        turn = datetime.fromisoformat(ticket.closed_at) - datetime.fromisoformat(ticket.served_at)
        self.add(ticket.service, ticket.id, turn.total_seconds())

    def add(self, service: str, ticket: str, seconds: float) -> None:
        """One turn. What a clock jump or a forgotten key made absurd is left out."""
        if not SHORTEST_MIN <= seconds / 60 <= LONGEST_MIN:
            return
        seen = self._last.setdefault(service, {})
        seen.pop(ticket, None)
        seen[ticket] = seconds / 60
        if len(seen) > REMEMBERED:
            del seen[next(iter(seen))]

    def drop(self, service: str, ticket: str) -> None:
        """A turn that was taken back."""
        self._last.get(service, {}).pop(ticket, None)

    def minutes(self, service: str, assumed: float) -> float:
        """Median minutes of a turn; `assumed` until five were measured."""
        seen = self._last.get(service, {})
        return median(seen.values()) if len(seen) >= MEASURED_FROM else assumed


def estimate(work_min: float, free_in_min: Sequence[float], passed_share: float = 0.0) -> tuple[int, int] | None:
    """The wait as a range of whole five minutes, `(10, 20)`; None when no counter works on it.

    `work_min`: minutes of turns before one; `free_in_min`: when each counter is free or back, minutes from now;
    `passed_share`: how many priority tickets come in between, for one of the queue (widens the upper end).
    """
    if not free_in_min:
        return None
    expected = _filled(work_min, sorted(free_in_min))
    low = int(0.75 * expected / 5) * 5
    high = max(5, ceil(1.25 * (1 + passed_share) * expected / 5) * 5)
    return (low, max(high, low + 5))


def _filled(work: float, starts: Sequence[float]) -> float:
    """When counters that begin at `starts` have done `work` together: the level of water in a basin with steps."""
    level, wide = starts[0], 0
    for at, start in enumerate(starts):
        need = wide * (start - level)
        if need > work:
            break
        work -= need
        level, wide = start, at + 1
    return level + work / wide


def expected_wait(hall: Hall, turns: Turns, service_id: str, ahead: int, now: Now) -> tuple[int, int] | None:
    """The wait of somebody with `ahead` people before, for a service, as things stand.

    Who waits for other services at the same counters is counted by the share that those counters take of them; a
    counter on a pause counts from its expected end; closed ones not at all.
    """
    serving = hall.counters_of(service_id)
    starts = [start for each in serving if (start := _free_in(hall, turns, each, now)) is not None]
    if not starts:
        return None
    own = turns.minutes(service_id, hall.services[service_id].minutes)
    work = ahead * own + _others(hall, turns, service_id, serving)
    return estimate(work, starts, _passed(hall, service_id))


def _free_in(hall: Hall, turns: Turns, counter: int, now: Now) -> float | None:
    post = hall.posts[counter]
    if post.state == "closed":
        return None
    if post.state == "paused" and post.pause_until is not None:
        left = (datetime.fromisoformat(post.pause_until) - now.wall).total_seconds() / 60
        return min(max(0.0, left), LONGEST_MIN)
    current = hall.current(counter)
    if current is None or current.service not in hall.services:
        return 0.0
    turn = turns.minutes(current.service, hall.services[current.service].minutes)
    began = current.served_at or current.last_call_at
    gone = (now.wall - datetime.fromisoformat(began)).total_seconds() / 60 if began else 0.0
    return min(max(0.0, turn - gone), turn) if gone >= 0 else 0.0


def _others(hall: Hall, turns: Turns, service_id: str, serving: Iterable[int]) -> float:
    shared = set(serving)
    work = 0.0
    for other in hall.services.values():
        waiting = 0 if other.id == service_id else hall.waiting(other.id)
        if waiting:
            theirs = hall.counters_of(other.id)
            mine = sum(1 for each in theirs if each in shared)
            work += waiting * turns.minutes(other.id, other.minutes) * mine / max(1, len(theirs))
    return work


def _passed(hall: Hall, service_id: str) -> float:
    """Priority tickets for one of the queue, never more than the rules let pass."""
    waiting, first = hall.waiting(service_id), hall.waiting_first(service_id)
    most = 1 / (hall.queue.normals_between + 1)
    return min(first / waiting if waiting else 0.0, most)
