"""Who sits where: one officer's session at a counter, the stream of the officer's page as its pulse.

Seats live in memory. A session's cookie names the seats it took and each seat's *claim*, the revision at which it was
taken. Revisions never go back, not over a restart either, so after one the cookies themselves bring the seats back, and
where two claim the same counter the later one has it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

KEPT = 512
"""Sessions remembered: far more than a site has officers in a day."""


class Listener(Protocol):
    """A page at the stream."""

    def send(self, text: str) -> None:
        """Hand over one message; never blocks."""
        ...


@dataclass
class Seat:
    """A counter that is taken."""

    counter: int
    sid: str
    staff: str
    role: str
    since: str
    claim: int
    pulse: float


@dataclass(frozen=True)
class Standing:
    """What a session has of what it claimed."""

    held: frozenset[int]
    lost: frozenset[int]


class Seats:
    """The seats of a hub. `monotonic` in seconds; `changed(counter, lost_sid)` tells what everybody is shown.

    `since` is an ISO time in the site's zone.
    """

    def __init__(self, grace_s: float, idle_s: float, monotonic: Callable[[], float]) -> None:
        self.grace_s = grace_s
        self._idle_s = idle_s
        self._now = monotonic
        self._seats: dict[int, Seat] = {}
        self._last_claim: dict[int, int] = {}
        self._pages: dict[str, list[Listener]] = {}
        self._acted: OrderedDict[str, float] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()
        self.changed: Callable[[int], None] = lambda counter: None

    # -- seats -----------------------------------------------------------------------------------------------------

    def at(self, counter: int) -> Seat | None:
        """Who sits there now. A seat without a pulse for the grace is free."""
        seat = self._seats.get(counter)
        if seat is None:
            return None
        if not self._pages.get(seat.sid) and self._now() - seat.pulse > self.grace_s:
            self._free(seat)
            return None
        return seat

    def all(self) -> list[Seat]:
        """Every seat that is taken, by counter."""
        return [seat for counter in sorted(self._seats) if (seat := self.at(counter)) is not None]

    def take(self, counter: int, sid: str, staff: str, role: str, since: str, claim: int) -> str | None:
        """Sit down, whoever sat there. Gives the session that lost the seat by it, if any."""
        before = self.at(counter)
        self._seats[counter] = Seat(counter, sid, staff, role, since, claim, self._now())
        self._last_claim[counter] = claim
        self.changed(counter)
        return before.sid if before is not None and before.sid != sid else None

    def leave(self, counter: int, sid: str) -> None:
        """Stand up. A request of the same page that was under way with the cookie from before does not sit down again:
        this claim is spent (the next one is of a later revision)."""
        seat = self._seats.get(counter)
        if seat is not None and seat.sid == sid:
            self._last_claim[counter] = seat.claim + 1
            self._free(seat)

    def _free(self, seat: Seat) -> None:
        del self._seats[seat.counter]
        self.changed(seat.counter)

    def sweep(self) -> None:
        """Free the seats nobody is heard from."""
        for counter in list(self._seats):
            self.at(counter)

    def standing(self, sid: str, staff: str, role: str, claims: Mapping[int, tuple[int, str]]) -> Standing:
        """Which of its claims `{counter: (claim, since)}` a session has; a free seat that it left last is its again."""
        held: set[int] = set()
        for counter, (claim, since) in claims.items():
            seat = self.at(counter)
            if seat is not None and seat.sid == sid:
                seat.pulse = self._now()
                held.add(counter)
            elif claim >= self._last_claim.get(counter, 0) and (seat is None or seat.claim < claim):
                self._seats[counter] = Seat(counter, sid, staff, role, since, claim, self._now())
                self._last_claim[counter] = claim
                self.changed(counter)
                held.add(counter)
        return Standing(frozenset(held), frozenset(claims) - held)

    # -- sessions --------------------------------------------------------------------------------------------------

    def over(self, sid: str) -> bool:
        """Whether a session has ended: signed out, or nobody acted in it for the idle time."""
        if sid in self._ended:
            return True
        # A session that this run of the hub has not met yet comes from before a restart: its time begins anew.
        acted = self._acted.setdefault(sid, self._now())
        return self._now() - acted > self._idle_s

    def acted(self, sid: str) -> None:
        """Somebody does something in this session: not idle."""
        self._acted[sid] = self._now()
        self._acted.move_to_end(sid)
        while len(self._acted) > KEPT:
            self._acted.popitem(last=False)

    def end(self, sid: str) -> None:
        """The session is over; its seats are free."""
        for seat in [each for each in self._seats.values() if each.sid == sid]:
            self._free(seat)
        self._acted.pop(sid, None)
        self._ended[sid] = None
        while len(self._ended) > KEPT:
            self._ended.popitem(last=False)

    # -- pages -----------------------------------------------------------------------------------------------------

    def joined(self, sid: str, page: Listener) -> None:
        """A page of this session is at the stream: its seats have a pulse."""
        self._pages.setdefault(sid, []).append(page)

    def left(self, sid: str, page: Listener) -> None:
        """It went away; the grace begins when it was the last one."""
        pages = self._pages.get(sid, [])
        if page in pages:
            pages.remove(page)
        if not pages:
            self._pages.pop(sid, None)
            for seat in self._seats.values():
                if seat.sid == sid:
                    seat.pulse = self._now()

    def tell(self, sid: str, text: str) -> None:
        """Send something to the pages of one session alone."""
        for page in list(self._pages.get(sid, ())):
            page.send(text)

    def shown(self, counter: int) -> dict[str, Any]:
        """What everybody may see of a seat: no officer, only that somebody sits there."""
        seat = self._seats.get(counter)
        return {"taken": seat is not None, "since": seat.since if seat else None}
