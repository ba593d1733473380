"""A hall without a hub: run rules on it, commit nothing, apply at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.clock import Trust
from config.settings import Board, Bus, Counter, Printer, Service, Settings
from queue_display.draft import Draft
from queue_display.hall import Hall
from queue_display.model import CLOSED, TICKET_STATES, Change, Now

START = datetime(2026, 11, 23, 7, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def settings(**more: Any) -> Settings:
    """Two services, three counters, a printer."""
    base: dict[str, Any] = {
        "services": [
            Service(id="civil", letter="A", name="Hộ tịch", name_en="Civil status"),
            Service(id="land", letter="B", name="Đất đai", name_en="Land"),
        ],
        "counters": [
            Counter(id=1, services=["civil"], transfer_to=2),
            Counter(id=2, services=["civil", "land"]),
            Counter(id=3, services=["land"]),
        ],
        "printer": Printer(kind="file", device="/dev/usb/lp0"),
        "buses": [Bus(port="/dev/serial/by-id/x")],
        "boards": [
            Board(id="c1", kind="counter", counter=1, address=0),
            Board(id="main", kind="main", address=0, rows=2),
        ],
    }
    return Settings(**{**base, **more})


class Room:
    """The hall with a moment that moves."""

    def __init__(self, **more: Any) -> None:
        self.settings = settings(**more)
        self.hall = Hall.of(self.settings, START.date(), "0123abcd")
        self.moment = Now(START, "trusted", "b00t", 1000.0)
        self.log: list[str] = []

    def move(self, seconds: float = 0, *, days: int = 0, trust: Trust | None = None) -> None:
        """Let time go by."""
        step = timedelta(seconds=seconds, days=days)
        now = self.moment
        self.moment = Now(now.wall + step, trust or now.trust, now.boot, now.uptime + step.total_seconds())

    def do(self, rule: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a rule, apply what it did, check what must always hold."""
        draft = Draft(self.hall, self.moment, "clerk:test")
        result = rule(draft, *args, **kwargs)
        self.apply(draft.change)
        self.moment = Now(self.moment.wall + timedelta(seconds=1), self.moment.trust, "b00t", self.moment.uptime + 1)
        return result

    def apply(self, change: Change) -> None:
        self.hall.apply(change)
        self.log += [name.removeprefix("vn.motcua.") for name, _ in change.events]
        self.check()

    def check(self) -> None:
        """Issued = the sum over all states; lanes hold exactly who waits; one ticket stands at one counter."""
        hall = self.hall
        assert hall.totals["issued"] == sum(hall.totals[state] for state in TICKET_STATES) == len(hall.tickets)
        queued = [each for lane in hall.lanes.values() for _, each in lane]
        assert sorted(queued) == sorted(t.id for t in hall.tickets.values() if t.state == "waiting")
        standing = [post.ticket for post in hall.posts.values() if post.ticket]
        assert len(standing) == len(set(standing))
        at_counter = {t.id for t in hall.tickets.values() if t.state in ("called", "serving")}
        assert at_counter == set(standing)
        for number, post in hall.posts.items():
            if post.ticket:
                assert hall.tickets[post.ticket].counter == number
        assert all((t.closed_at is not None) == (t.state in CLOSED) for t in hall.tickets.values())
