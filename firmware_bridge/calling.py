"""Which announcement is spoken next, whether at all, and how loud. Pure: no thread, no sound, time is an argument.

What goes before all (an emergency, a broadcast) comes first, then calls, then recalls; in each class who came first.
Nothing is cut in the middle: an order is only kept among those that wait. What nobody needs any more is not spoken.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from config.settings import Lounge, Settings, Speaker
from config.settings_base import within

CALL, RECALL, FIRST = 0, 1, 2
"""Priorities as the hub gives them."""
_ORDER = (FIRST, CALL, RECALL)

MAX_QUEUE = 100
"""Ten minutes of calls. More than that is no queue but a fault, and memory has an end."""
REMEMBERED = 256

Still = Callable[[Mapping[str, Any]], bool]
"""Whether an announcement is still wanted."""
Added = Literal["queued", "known", "full"]


def priority_of(announcement: Mapping[str, Any]) -> int:
    """Its priority; anything the hub never says counts as a call."""
    priority = announcement.get("priority", CALL)
    return priority if priority in _ORDER and not isinstance(priority, bool) else CALL


class CallQueue:
    """Announcements that wait for the loudspeaker, each once, in the order they will be spoken."""

    def __init__(self, limit: int = MAX_QUEUE) -> None:
        self._limit = limit
        self._waiting: dict[int, deque[dict[str, Any]]] = {each: deque() for each in _ORDER}
        self._known: OrderedDict[tuple[Any, ...], None] = OrderedDict()

    def __len__(self) -> int:
        return sum(len(each) for each in self._waiting.values())

    def add(self, announcement: dict[str, Any]) -> Added:
        """Queue it. `known`: it waits or was spoken already (same id, time and number). `full`: too many wait; what
        goes before all takes the place of the last recall or call even then."""
        # A new ledger counts its announcements from one again: the time tells them apart.
        key = tuple(announcement.get(each) for each in ("id", "at", "number"))
        if key in self._known:
            return "known"
        priority = priority_of(announcement)
        if len(self) >= self._limit and not self._makes_room(priority):
            return "full"
        self._known[key] = None
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        self._waiting[priority].append(announcement)
        return "queued"

    def _makes_room(self, priority: int) -> bool:
        for each in reversed(_ORDER[_ORDER.index(priority) + 1 :]):
            if self._waiting[each]:
                self._waiting[each].pop()
                return True
        return False

    def next(self) -> dict[str, Any] | None:
        """The one to be spoken now, taken out; None when nobody waits."""
        for each in _ORDER:
            if self._waiting[each]:
                return self._waiting[each].popleft()
        return None

    def clear(self) -> int:
        """Forget who waits; how many they were."""
        count = len(self)
        for each in self._waiting.values():
            each.clear()
        return count


def volume_at(speaker: Speaker, lounge: Lounge | None, wall: datetime, *, trusted: bool) -> int:
    """Per cent at this moment: the hour's own, else the waiting room's, else the common one. Without a trusted clock
    no hour is known."""
    if trusted:
        minute = wall.hour * 60 + wall.minute
        for interval, volume in speaker.volume_hours.items():
            if within([interval], minute):
                return volume
    if lounge is not None and lounge.volume is not None:
        return lounge.volume
    return speaker.volume


def quiet_at(speaker: Speaker, wall: datetime, *, trusted: bool) -> bool:
    """Whether only what goes before all may be spoken now."""
    return trusted and within(speaker.quiet, wall.hour * 60 + wall.minute)


@dataclass(frozen=True)
class Called:
    """Who the hub says is called, at revision `rev`. Made whole from a snapshot, so that two threads may share it."""

    rev: int = -1
    at_counters: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def of(cls, snapshot: Mapping[str, Any]) -> Called:
        """After a snapshot, or one that changes were merged into."""
        called = ((each["id"], each["counter"]) for each in snapshot.get("tickets", ()) if each["state"] == "called")
        return cls(int(snapshot.get("rev", -1)), frozenset(called))

    def still(self, announcement: Mapping[str, Any]) -> bool:
        """Whether the person is still being called to that counter. An announcement newer than what we know is
        believed; so is one that names no ticket."""
        ticket_id, said = announcement.get("ticket"), announcement.get("id")
        if ticket_id is None or (isinstance(said, int) and said > self.rev):
            return True
        return (ticket_id, announcement.get("counter")) in self.at_counters


def rooms(settings: Settings) -> dict[str, Lounge | None]:
    """Loudspeakers by waiting room; "" is the common one of `[speaker]`."""
    return {"": None} | {each.id: each for each in settings.lounges}
