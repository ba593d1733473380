"""What each board shows: always the whole content, so that sending it twice or late does no harm.

A counter board shows the number called or served at its counter, else nothing. The main panel shows who is at a
counter now, newest call first. A matrix board shows one line: a call, else a supervisor's broadcast, else the playlist.
Two calls in one moment are both seen: each has a place on a panel and on a matrix for at least `least_s`, and one that
finds no place waits for it. Dashes are not ours: the firmware shows them when the link is silent.

Pure: time and the room come as arguments, in seconds of a clock that never runs backwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from config.settings import Board, Settings
from queue_display.hall import Hall
from queue_display.model import AT_COUNTER, Now, Ticket
from queue_display.playlist import Player, player

Key = tuple[str, int]
"""A call: the ticket, and which of its calls it is. A recall is a call of its own."""

BROADCAST = "broadcast"


class Turnstile:
    """A few places, more who want to stand there: nobody is moved off before `least_s`, then the first come is shown.

    Who was moved off comes back when a place is free.
    """

    def __init__(self, places: int, least_s: float) -> None:
        self._places = places
        self._least = least_s
        self._since: dict[Key, float] = {}
        self._known: set[Key] = set()

    def step(self, calls: Sequence[Key], now: float) -> list[Key]:
        """Who stands there now, newest first; `calls` are all that may, oldest first."""
        self._since = {key: since for key, since in self._since.items() if key in calls}
        self._known &= set(calls)
        for key in (each for each in calls if each not in self._known):
            if len(self._since) >= self._places and not self._make_room(now):
                break
            self._since[key] = now
            self._known.add(key)
        for key in reversed(calls):
            if len(self._since) >= self._places:
                break
            if key in self._known and key not in self._since:
                self._since[key] = now - self._least  # it had its time
        return [key for key in reversed(calls) if key in self._since]

    def _make_room(self, now: float) -> bool:
        longest = min(self._since, key=lambda key: self._since[key])
        if now - self._since[longest] < self._least:
            return False
        del self._since[longest]
        return True


class Rotation:
    """One place: every call stands for `least_s` in the order they came, then they take turns until `call_s` is over.

    A new broadcast goes before all for `call_s`; after that it is no call but what stands between calls.
    """

    def __init__(self, least_s: float, call_s: float) -> None:
        self._least = least_s
        self._call = max(call_s, least_s)
        self._seen: dict[Key, float] = {}
        self._shown: set[Key] = set()
        self._current: Key | None = None
        self._since = 0.0

    def step(self, calls: Sequence[tuple[Key, float]], broadcast: Key | None, now: float) -> Key | None:
        """The call (or `broadcast`) that stands there now, None for neither. `calls`: oldest first, with their age at
        the first time they are seen here."""
        known = set(self._seen)
        self._seen = {key: self._seen.get(key, now - age) for key, age in calls} | self._noted(broadcast, now)
        self._shown &= set(self._seen)
        keys = [key for key, _ in calls]
        # What was called long before we began to look is no news.
        self._shown |= {key for key, age in calls if age >= self._call and key not in known}
        if broadcast is not None and now - self._seen[broadcast] < self._call:
            return self._put(broadcast, now)
        live = [key for key in keys if now - self._seen[key] < self._call or key not in self._shown]
        if self._current in keys and now - self._since < self._least:
            return self._current
        fresh = [key for key in live if key not in self._shown]
        if fresh:
            return self._put(fresh[0], now)
        if not live:
            self._current = None
            return None
        if self._current in live:
            return self._put(live[(live.index(self._current) + 1) % len(live)], now)
        return self._put(live[0], now)

    def _noted(self, broadcast: Key | None, now: float) -> dict[Key, float]:
        return {} if broadcast is None else {broadcast: self._seen.get(broadcast, now)}

    def _put(self, key: Key, now: float) -> Key:
        if key != self._current:
            self._current, self._since = key, now
        elif now - self._since >= self._least:
            self._since = now
        self._shown.add(key)
        return key


class Boards:
    """All boards with the revision at which each last changed, and what stands between calls."""

    def __init__(self, settings: Settings) -> None:
        self._boards = list(settings.boards)
        self._counters = {each.id: each for each in settings.counters}
        self._panels = {b.id: Turnstile(b.rows, b.least_s) for b in settings.boards if b.kind == "main"}
        self._lines = {b.id: Rotation(b.least_s, b.call_s) for b in settings.boards if b.kind == "matrix"}
        self._tv: Player = player(settings, "tv")
        self._matrix: Player = player(settings, "matrix")
        self._shown: dict[str, dict[str, Any]] = {}
        self._revs: dict[str, int] = {}
        self._idle: dict[str, Any] = {}
        self._idle_rev = 0

    def step(self, hall: Hall, broadcast: Mapping[str, Any] | None, now: Now, rev: int) -> bool:
        """Bring everything to `now`. What changed carries `rev`; True when anything did."""
        calls = self._calls(hall, now)
        changed = False
        for board in self._boards:
            content = self._content(hall, board, calls, broadcast, now)
            if self._shown.get(board.id) != content:
                self._shown[board.id], self._revs[board.id] = content, rev
                changed = True
        idle = self._between(broadcast, now)
        if idle != self._idle:
            self._idle, self._idle_rev = idle, rev
            changed = True
        return changed

    @property
    def ready(self) -> bool:
        """Whether there is anything to give yet: false before the first step."""
        return bool(self._idle)

    def contents(self, after: int = -1) -> list[dict[str, Any]]:
        """Whole contents of the boards that changed after this revision."""
        return [{**self._shown[b.id], "rev": self._revs[b.id]} for b in self._boards if self._revs[b.id] > after]

    def idle(self, after: int = -1) -> dict[str, Any] | None:
        """What TVs show between calls, None when it has not changed after this revision."""
        return {**self._idle, "rev": self._idle_rev} if self._idle_rev > after else None

    # -- one board

    def _calls(self, hall: Hall, now: Now) -> list[tuple[Ticket, float]]:
        """Who is at a counter, oldest call first, with the age of the call in seconds."""
        found = [ticket for number in hall.posts if (ticket := hall.current(number)) is not None]
        standing = [each for each in found if each.state in AT_COUNTER]
        standing.sort(key=lambda each: (each.last_call_at or "", each.order))
        return [(each, _age(each, now)) for each in standing]

    def _content(
        self,
        hall: Hall,
        board: Board,
        calls: Sequence[tuple[Ticket, float]],
        broadcast: Mapping[str, Any] | None,
        now: Now,
    ) -> dict[str, Any]:
        if board.kind == "counter":
            text = hall.shown(board.counter) if board.counter in hall.posts else ""
            return {"id": board.id, "kind": "counter", "text": text}
        here = [(each, age) for each, age in calls if self._calls_here(board, each)]
        if board.kind == "main":
            by_key = {(each.id, each.calls): each for each, _ in here}
            rows = [by_key[key] for key in self._panels[board.id].step(list(by_key), now.uptime)]
            shown = [{"number": each.number, "counter": each.counter} for each in rows]
            return {"id": board.id, "kind": "main", "rows": shown}
        # Who is being served has found the way: the line is for who is still called.
        waiting = {(each.id, each.calls): (each, age) for each, age in here if each.state == "called"}
        news: Key | None = (f"{BROADCAST} {broadcast['vi']}", 0) if broadcast else None
        ages = [(key, age) for key, (_, age) in waiting.items()]
        key = self._lines[board.id].step(ages, news, now.uptime)
        return {"id": board.id, "kind": "matrix", **self._line(waiting, key, broadcast, now)}

    def _calls_here(self, board: Board, ticket: Ticket) -> bool:
        counter = self._counters.get(ticket.counter) if ticket.counter is not None else None
        return not board.lounge or counter is None or counter.lounge == board.lounge

    def _line(
        self,
        waiting: Mapping[Key, tuple[Ticket, float]],
        key: Key | None,
        broadcast: Mapping[str, Any] | None,
        now: Now,
    ) -> dict[str, Any]:
        called = waiting.get(key) if key else None
        if called:
            ticket = called[0]
            counter = self._counters.get(ticket.counter or 0)
            label = counter.label if counter else f"Quầy {ticket.counter}"
            forms = [f"{ticket.number} → {label}", f"{ticket.number} → {ticket.counter}"]
            text = f"Mời số {ticket.number} đến {label}"
            return {"mode": "call", "text": text, "forms": forms, "seconds": None}
        if broadcast:
            return {"mode": BROADCAST, "text": broadcast["vi"], "forms": [], "seconds": None}
        shown = self._matrix.at(now.wall, trusted=now.trust != "untrusted")
        seconds = round(shown.seconds, 1) if shown else None
        return {"mode": "idle", "text": shown.vi if shown else "", "forms": [], "seconds": seconds}

    def _between(self, broadcast: Mapping[str, Any] | None, now: Now) -> dict[str, Any]:
        trusted = now.trust != "untrusted"
        items = self._tv.this_hour(now.wall, trusted=trusted)
        if broadcast:
            news = {"id": BROADCAST, "kind": BROADCAST, "vi": broadcast["vi"], "en": broadcast.get("en") or ""}
            return {"item": {**news, "until": broadcast.get("until")}, "items": items}
        shown = self._tv.at(now.wall, trusted=trusted)
        return {"item": shown.as_json() if shown else None, "items": items}


def _age(ticket: Ticket, now: Now) -> float:
    """Seconds since the ticket's last call: at a restart a call of an hour ago is no news."""
    if ticket.last_call_at is None or now.trust == "untrusted":
        return 0.0
    age = (now.wall - datetime.fromisoformat(ticket.last_call_at)).total_seconds()
    return max(0.0, age)
