"""The waiting room in memory: the state every command is decided on, and how a committed change alters it.

One `Hall` lives in the hub. It is read from the ledger at start and from then on changed only by `apply`, after the
commit. Pure: no file, no time of its own.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from config.settings import Counter, Service, Settings
from queue_display.model import AT_COUNTER, OPEN_JOBS, TICKET_STATES, Change, Job, Post, Ticket

Lane = tuple[str | int, bool]
"""A queue of its own: (service id, or the counter a ticket was transferred to; priority)."""

CALLS_SHOWN = 8


@dataclass
class Hall:
    """Everything the engine decides on. `series`: letter → last number issued this service day."""

    services: dict[str, Service]
    counters: dict[int, Counter]
    service_day: date
    epoch: str
    reserve_letter: str = "P"
    reserve: bool = False
    prints: bool = True
    tickets: dict[str, Ticket] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    series: dict[str, int] = field(default_factory=dict)
    presses: dict[str, tuple[int, int]] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("issued", *TICKET_STATES), 0))
    calls: list[str] = field(default_factory=list)
    lanes: dict[Lane, list[tuple[int, str]]] = field(default_factory=dict)
    order: int = 0
    last_job: int = 0

    @classmethod
    def of(cls, settings: Settings, service_day: date, epoch: str, *, reserve: bool = False) -> Hall:
        """An empty room as the settings describe it."""
        return cls(
            services={each.id: each for each in settings.services},
            counters={each.id: each for each in settings.counters},
            service_day=service_day,
            epoch=epoch,
            reserve_letter=settings.hub.reserve_letter,
            reserve=reserve,
            prints=settings.printer.kind != "none",
            posts={each.id: Post(each.id) for each in settings.counters},
        )

    def load(self, tickets: Iterable[Ticket], posts: Iterable[Post], jobs: Iterable[Job]) -> None:
        """Take what the ledger holds of this service day. Counters the settings no longer know are left out."""
        for ticket in tickets:
            self._count(None, ticket)
            self.tickets[ticket.id] = ticket
            self.order = max(self.order, ticket.order)
        for post in posts:
            if post.id in self.counters:
                # A counter never waits for a ticket that is not of this day: nobody could finish it.
                self.posts[post.id] = post if post.ticket in self.tickets else replace(post, ticket=None)
        self.jobs.update({job.id: job for job in jobs if job.state in OPEN_JOBS})
        called = sorted((t for t in self.tickets.values() if t.last_call_at), key=lambda t: t.last_call_at or "")
        self.calls = [ticket.id for ticket in reversed(called[-CALLS_SHOWN:])]

    def waiting(self, service: str) -> int:
        """People waiting for a service, those sent to one counter included."""
        lane = len(self.lanes.get((service, False), ())) + len(self.lanes.get((service, True), ()))
        sent = sum(
            1
            for (name, _), queue in self.lanes.items()
            if isinstance(name, int)
            for _, each in queue
            if self.tickets[each].service == service
        )
        return lane + sent

    def head(self, lane: Lane) -> Ticket | None:
        """The next one of a lane."""
        queue = self.lanes.get(lane)
        return self.tickets[queue[0][1]] if queue else None

    def _lane(self, ticket: Ticket) -> Lane | None:
        if ticket.state != "waiting":
            return None
        return (ticket.counter if ticket.counter is not None else ticket.service, ticket.priority)

    def _count(self, old: Ticket | None, new: Ticket) -> None:
        if old is None:
            self.totals["issued"] += 1
        else:
            self.totals[old.state] -= 1
        self.totals[new.state] += 1
        before, after = self._lane(old) if old else None, self._lane(new)
        if before == after:
            return
        if before is not None and old is not None:
            queue = self.lanes[before]
            del queue[bisect_left(queue, (old.order, old.id))]
        if after is not None:
            insort(self.lanes.setdefault(after, []), (new.order, new.id))

    def apply(self, change: Change) -> None:
        """Make a committed change visible."""
        for ticket in change.tickets.values():
            self._count(self.tickets.get(ticket.id), ticket)
            self.tickets[ticket.id] = ticket
            self.order = max(self.order, ticket.order)
        if change.day is not None:
            self._begin_day(change)
        self.series.update(change.series)
        self.posts.update(change.posts)
        for job in change.jobs:
            self.last_job = max(self.last_job, job.id)
            if job.state in OPEN_JOBS:
                self.jobs[job.id] = job
            else:
                self.jobs.pop(job.id, None)
        if change.press is not None:
            self.note_press(change.press.board, change.press.boot, change.press.press)
        if change.call is not None:
            ticket_id = change.call[0]
            self.calls = [ticket_id, *(each for each in self.calls if each != ticket_id)][:CALLS_SHOWN]

    def note_press(self, board: str, boot: int, press: int) -> None:
        """Keep the highest committed press of a board."""
        if (boot, press) > self.presses.get(board, (-1, -1)):
            self.presses[board] = (boot, press)

    def _begin_day(self, change: Change) -> None:
        # Only what the new day took over stays in memory; the ledger keeps the rest.
        assert change.day is not None
        self.service_day, self.reserve = change.day.day, change.day.reserve
        day = self.service_day.isoformat()
        kept = [each for each in self.tickets.values() if each.service_day == day]
        self.tickets, self.lanes, self.calls, self.series, self.order = {}, {}, [], {}, 0
        self.totals = dict.fromkeys(self.totals, 0)
        self.load(kept, (), ())

    def current(self, counter: int) -> Ticket | None:
        """Who is called to, or served at, a counter."""
        ticket = self.posts[counter].ticket
        return self.tickets.get(ticket) if ticket else None

    def shown(self, counter: int) -> str:
        """What a counter's board shows: the number called or served there, or nothing."""
        ticket = self.current(counter)
        return ticket.number if ticket is not None and ticket.state in AT_COUNTER else ""
