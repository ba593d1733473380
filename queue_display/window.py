"""What subscribers see: the snapshot of docs/contracts.md §2, and after each commit only what changed.

Three audiences: `wires` (bridge, technician) see print jobs, `staff` see tickets, `public` (display, kiosk) see only
who is called or served. Entities are given whole, so that hearing of one twice does no harm.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from config.settings import Settings
from queue_display.board import Boards
from queue_display.hall import Hall
from queue_display.health import Notices
from queue_display.model import AT_COUNTER, Change, Now, Post, Ticket
from queue_display.phrase import broadcast_phrase, call_phrase
from queue_display.stats import Turns, expected_wait
from queue_display.views import NO_SEAT, counter_view, emergencies, room_view, service_view, staff_part

Audience = Literal["wires", "staff", "public"]
AUDIENCES: tuple[Audience, ...] = ("wires", "staff", "public")
_AUDIENCE: dict[str, Audience] = {"bridge": "wires", "technician": "wires", "display": "public", "kiosk": "public"}

CLOSED_SHOWN = 20
SPOKEN_FOR_S = 30.0
CALL, RECALL, FIRST = 0, 1, 2
"""Priorities of announcements; what goes before all is a broadcast."""


def audience_of(role: str) -> Audience:
    """Which audience a role belongs to."""
    return _AUDIENCE.get(role, "staff")


@dataclass
class Touched:
    """What a commit touched, as far as an audience may see it."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    jobs: list[int] = field(default_factory=list)
    calls: bool = False
    day: bool = False
    press: str | None = None
    notices: bool = False
    uplink: bool = False
    boards: bool = False
    room: bool = False
    """Hours, a text for all, calls for help, a closed day; the services with them."""
    gone: list[str] = field(default_factory=list)

    @classmethod
    def by(cls, change: Change) -> Touched:
        """What a change of the ledger touched."""
        return cls(
            tickets=change.tickets,
            posts=change.posts,
            jobs=[job.id for job in change.jobs],
            # A list of calls also changes when somebody on it is finished or sent on.
            calls=change.call is not None or bool(change.posts),
            day=change.day is not None,
            press=change.press.board if change.press else None,
            room=bool(change.notes or change.helps or change.appointments),
        )


class Window:
    """The hall as others see it."""

    def __init__(self, settings: Settings, hall: Hall) -> None:
        self.hall = hall
        self.notices = Notices()
        self.turns = Turns()
        self.uplink: dict[str, Any] = {"connected": False, "depth": 0, "oldest_s": 0}
        self.seats: dict[int, dict[str, Any]] = {}  # filled by the hub's seats: who sits is not the queue's business
        self._settings = settings
        self._boards = Boards(settings)
        self._told = hall.notes.broadcast
        self._site = {
            "id": settings.site.id,
            "name": settings.site.name,
            "place": settings.site.place,
            "name_en": settings.site.name_en,
            "place_en": settings.site.place_en,
            "hours": settings.site.hours,
            "notices": list(settings.site.notices),
        }
        self._emergencies: dict[int, str] = {}
        """Counter → since when its officer calls for help, as far as this hub has seen it."""
        self._spoken: deque[tuple[float, dict[str, Any]]] = deque(maxlen=64)
        self._closed: deque[str] = deque()
        self._published: int = 0
        self._remember_closed()

    def _remember_closed(self) -> None:
        over = [each for each in self.hall.tickets.values() if each.closed]
        over.sort(key=lambda each: each.closed_at or "")
        self._closed = deque(each.id for each in over[-CLOSED_SHOWN:])
        for ticket in over:
            self.turns.note(ticket)

    # -- a commit --------------------------------------------------------------------------------------------------

    def note(self, change: Change, rev: int, now: Now, mono: float) -> tuple[Touched, dict[str, Any] | None]:
        """After `hall.apply`: remember what closed, and make the announcement of a call."""
        touched = Touched.by(change)
        if touched.calls or touched.day or change.notes is not None:
            touched.boards = self.turn_boards(now, rev)
        if touched.day:
            self._remember_closed()
            return touched, None
        for sample in change.unsampled:
            self.turns.drop(sample.service, sample.ticket)
        for sample in change.samples:
            if sample.kind == "service":
                self.turns.add(sample.service, sample.ticket, sample.seconds)
        for ticket in change.tickets.values():
            if ticket.closed and ticket.id not in self._closed:
                self._closed.append(ticket.id)
                if len(self._closed) > CLOSED_SHOWN:
                    touched.gone.append(self._closed.popleft())
            elif not ticket.closed and ticket.id in self._closed:
                self._closed.remove(ticket.id)  # reopened, or taken back
        return touched, self._announce(change, rev, now, mono)

    def _announce(self, change: Change, rev: int, now: Now, mono: float) -> dict[str, Any] | None:
        news = self.hall.notes.broadcast
        told, self._told = self._told, news
        accent = self._settings.speaker.accent
        if change.call is not None:
            ticket_id, counter = change.call
            ticket = self.hall.tickets[ticket_id]
            phrase = call_phrase(ticket.number, counter, accent)
            about: dict[str, Any] = {
                "ticket": ticket_id,
                "number": ticket.number,
                "counter": counter,
                "lounge": self.hall.counters[counter].lounge,
                "priority": RECALL if ticket.recalls else CALL,
            }
        elif news is not None and news != told and self._settings.speaker.say_broadcast:
            phrase = broadcast_phrase(accent)
            about = {"ticket": None, "number": None, "counter": None, "lounge": "", "priority": FIRST}
        else:
            return None
        at = now.wall.isoformat(timespec="milliseconds")
        spoken = {"id": rev, **about, "text": phrase.text, "tokens": list(phrase.tokens), "at": at}
        self._spoken.append((mono, spoken))
        return spoken

    def turn_boards(self, now: Now, rev: int) -> bool:
        """Bring boards and playlist to `now`; what changed carries `rev`. True when anything did."""
        return self._boards.step(self.hall, self.room(now)["broadcast"], now, rev)

    # -- pieces ----------------------------------------------------------------------------------------------------

    def estimate(self, service_id: str, ahead: int, now: Now) -> list[int] | None:
        """The wait of somebody with `ahead` people before, as a range in minutes."""
        found = expected_wait(self.hall, self.turns, service_id, ahead, now)
        return list(found) if found else None

    def room(self, now: Now) -> dict[str, Any]:
        """Hours, a text for all, who helps today, whether the day is closed."""
        return room_view(self.hall, self._settings.help_days, now)

    def by_the_clock(self, now: Now) -> Any:
        """What changes by time alone, to be compared with what it was."""
        standing = [service_view(self.hall, self.turns, each, now)["status"] for each in self.hall.services]
        return self.room(now), standing

    def _service(self, service_id: str, now: Now) -> dict[str, Any]:
        return service_view(self.hall, self.turns, service_id, now)

    def _counter(self, number: int, audience: Audience, now: Now) -> dict[str, Any]:
        out = counter_view(self.hall, number, self.seats.get(number, NO_SEAT))
        return {**out, **staff_part(self.hall, number, now)} if audience == "staff" else out

    def _notices(self, audience: Audience, now: Now) -> list[dict[str, Any]]:
        found = self.notices.as_json()
        if audience == "public":
            return found
        calling = [each for each, post in self.hall.posts.items() if post.emergency]
        began = now.wall.isoformat(timespec="seconds")
        self._emergencies = {each: self._emergencies.get(each, began) for each in calling}
        return emergencies(self.hall, self._emergencies) + found

    def _calls(self) -> list[dict[str, Any]]:
        out = []
        for ticket_id in self.hall.calls:
            ticket = self.hall.tickets.get(ticket_id)
            if ticket is not None and ticket.state not in ("waiting", "cancelled", "void"):
                call = {"ticket": ticket.id, "number": ticket.number, "counter": ticket.counter}
                out.append({**call, "at": ticket.last_call_at, "times": ticket.calls})
        return out

    def _presses(self, boards: Iterable[str]) -> dict[str, Any]:
        found = self.hall.presses
        return {board: {"boot": found[board][0], "press": found[board][1]} for board in boards}

    def announcements(self, mono: float) -> list[dict[str, Any]]:
        """Calls of the last 30 s."""
        return [spoken for at, spoken in self._spoken if mono - at <= SPOKEN_FOR_S]

    # -- whole and in part -----------------------------------------------------------------------------------------

    def _sees(self, ticket: Ticket, audience: Audience) -> bool:
        if audience == "public":
            return ticket.state in AT_COUNTER
        return not ticket.closed or ticket.id in self._closed

    def snapshot(self, audience: Audience, rev: int, now: Now, mono: float) -> dict[str, Any]:
        """Everything an audience may see."""
        hall = self.hall
        if not self._boards.ready:
            self.turn_boards(now, rev)
        out: dict[str, Any] = {
            "rev": rev,
            "epoch": hall.epoch,
            "service_day": hall.service_day.isoformat(),
            "clock": now.trust,
            "now": now.wall.isoformat(timespec="seconds"),
            "site": self._site,
            "services": [self._service(each, now) for each in hall.services],
            "counters": [self._counter(each, audience, now) for each in hall.counters],
            "tickets": [t.as_json() for t in hall.tickets.values() if self._sees(t, audience)],
            "calls": self._calls(),
            "boards": self._boards.contents(),
            "idle": self._boards.idle(),
            "announcements": self.announcements(mono),
            "presses": self._presses(hall.presses),
            "notices": self._notices(audience, now),
            "totals": dict(hall.totals),
            "uplink": self.uplink,
            **self.room(now),
        }
        if audience == "staff":
            out["helps"] = [each.as_json() for each in hall.helps.values()]
        if audience == "wires":
            out["jobs"] = [job.as_json() for job in hall.jobs.values()]
        return out

    def changes(self, touched: Touched, rev: int, now: Now) -> dict[Audience, dict[str, Any]]:
        """What a commit changed, for each audience; empty where it does not concern them (the revision still does)."""
        hall = self.hall
        common: dict[str, Any] = {"now": now.wall.isoformat(timespec="seconds"), "clock": now.trust}
        # Counters share their services' people: what one does changes how long others wait.
        everything = touched.posts or touched.day or touched.room
        concerned = set(hall.services) if everything else self._sharing(touched)
        if concerned:
            common["services"] = [self._service(each, now) for each in hall.services if each in concerned]
        if touched.room:
            common |= self.room(now)
        if touched.tickets:
            common["totals"] = dict(hall.totals)
        if touched.calls:
            common["calls"] = self._calls()
        if touched.boards:
            boards, idle = self._boards.contents(self._published), self._boards.idle(self._published)
            if boards:
                common["boards"] = boards
            if idle:
                common["idle"] = idle
        if touched.press:
            common["presses"] = self._presses([touched.press])
        if touched.uplink:
            common["uplink"] = self.uplink
        self._published = rev
        return {audience: self._for(audience, touched, common, now) for audience in AUDIENCES}

    def _sharing(self, touched: Touched) -> set[str]:
        """The services of the touched tickets, and those that wait at the same counters."""
        own = {each.service for each in touched.tickets.values()}
        served = [self.hall.served(each) for each in self.hall.counters]
        return own.union(*(each for each in served if not own.isdisjoint(each)))

    def _concerned(self, audience: Audience, touched: Touched) -> list[int]:
        """Counters whose view changed: for staff also those who would call somebody else next."""
        if audience != "staff" or not (touched.tickets or touched.room):
            return list(touched.posts)
        services = {each.service for each in touched.tickets.values()}
        return [
            each
            for each in self.hall.counters
            if each in touched.posts
            or touched.room
            or not services.isdisjoint(self.hall.served(each))
            or any(ticket.counter == each for ticket in touched.tickets.values())
        ]

    def _for(self, audience: Audience, touched: Touched, common: dict[str, Any], now: Now) -> dict[str, Any]:
        out = dict(common)
        counters = self._concerned(audience, touched)
        if counters:
            out["counters"] = [self._counter(each, audience, now) for each in counters]
        if touched.notices or touched.posts:
            out["notices"] = self._notices(audience, now)
        if touched.room and audience == "staff":
            out["helps"] = [each.as_json() for each in self.hall.helps.values()]
        seen = [self.hall.tickets[each] for each in touched.tickets if each in self.hall.tickets]
        tickets = [each.as_json() for each in seen if self._sees(each, audience)]
        removed: dict[str, list[Any]] = {}
        if tickets:
            out["tickets"] = tickets
        gone = [each.id for each in seen if not self._sees(each, audience)] + touched.gone
        if gone:
            removed["tickets"] = gone
        if audience == "wires" and touched.jobs:
            alive = [self.hall.jobs[each] for each in touched.jobs if each in self.hall.jobs]
            if alive:
                out["jobs"] = [job.as_json() for job in alive]
            over = [each for each in touched.jobs if each not in self.hall.jobs]
            if over:
                removed["jobs"] = over
        if removed:
            out["removed"] = removed
        return out
