"""What TV and matrix boards show between calls: time in, item out. Pure.

Each clock hour has a programme of its own, made from the settings alone, so that a restart, another board or another
Pi comes to the same one. An hour is cut where an item's hours begin or end. `showings` stand as often as asked,
`minutes` as long as asked (an hour that is only partly an item's gives it its part of them), both spread evenly;
items that ask for neither take turns in what is left. Asked for more than there is, showings become shorter, not fewer.

The programme follows the clock: a call covers what stands beneath it, and after the call it goes on where the clock is.
While the clock is not trusted only items without hours, weekdays and dates are shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import Any, Literal

from config.settings import PlaylistItem, Settings
from config.settings_base import minutes_of
from config.settings_hours import WEEKDAYS, Hours
from config.settings_playlist import HOUR_S

Place = Literal["tv", "matrix"]
Working = Callable[[date], bool]
"""Whether the desk works on this day: holidays are not, make-up days are."""

SHORTEST_S = 3.0
"""Nobody reads a text that stands for less: a rest of an hour this short stays empty."""
NOTICE_S = 12
_EPOCH = date(2024, 1, 1)  # a Monday: teams without a first day are counted from here


@dataclass(frozen=True)
class Showing:
    """One item from `start` to `end`, seconds into the day."""

    start: float
    end: float
    item: PlaylistItem


@dataclass(frozen=True)
class Shown:
    """What stands at a moment, and until when (aware, the clock's own zone)."""

    item: PlaylistItem
    vi: str
    en: str
    seconds: float
    until: datetime

    def as_json(self) -> dict[str, Any]:
        """As the snapshot has it."""
        return {**words(self.item, self.vi, self.en), "until": self.until.isoformat(timespec="seconds")}


def words(item: PlaylistItem, vi: str, en: str) -> dict[str, str]:
    """`{id, kind, vi, en}`."""
    return {"id": item.id, "kind": item.kind, "vi": vi, "en": en}


def working_days(hours: Hours) -> Working:
    """Days the desk works after `[hours]`; without a named weekday Monday to Friday."""
    makeup = {each.day for each in hours.makeup}

    def working(day: date) -> bool:
        if day in makeup:
            return True
        if any(each.start <= day <= each.end for each in hours.holidays):
            return False
        return bool(hours.week.of(day.weekday())) if hours.week.named else day.weekday() < 5

    return working


def on_day(item: PlaylistItem, day: date, working: Working) -> bool:
    """Whether an item stands on a day at all."""
    if item.first_day and day < item.first_day or item.last_day and day > item.last_day:
        return False
    if item.weekdays and WEEKDAYS[day.weekday()] not in item.weekdays:
        return False
    return item.days == "any" or working(day) == (item.days == "working")


def team_on(item: PlaylistItem, day: date, working: Working) -> str:
    """The team whose turn it is: one for each day the item stands on, counted from its first day."""
    if not item.teams:
        return ""
    first = item.first_day or _EPOCH
    turns = sum(on_day(item, first + timedelta(days=each), working) for each in range((day - first).days))
    return item.teams[turns % len(item.teams)]


def programme(items: Sequence[PlaylistItem], day: date, working: Working) -> tuple[Showing, ...]:
    """The whole day, in order, without overlaps; what no item takes is left out."""
    today = [each for each in items if on_day(each, day, working)]
    out: list[Showing] = []
    free: list[tuple[float, float, tuple[PlaylistItem, ...]]] = []
    for hour in range(24) if today else ():
        placed, gaps = _hour(today, hour)
        out += placed
        free += gaps
    out += _in_turn(free, items, day)
    return tuple(sorted(out, key=lambda each: each.start))


Gap = tuple[float, float, tuple[PlaylistItem, ...]]
"""Free time from … to …, and the items that may fill it."""


def _hour(today: Sequence[PlaylistItem], hour: int) -> tuple[list[Showing], list[Gap]]:
    windows = {each.id: _window(each, hour) for each in today}
    start = float(hour * HOUR_S)
    edges = {start, start + HOUR_S, *(edge for spans in windows.values() for span in spans for edge in span)}
    parts = list(pairwise(sorted(edges)))
    jobs: dict[tuple[float, float], list[Job]] = {part: [] for part in parts}
    for at, item in enumerate(today):
        own = [part for part in parts if _covers(windows[item.id], part)]
        count, length = _asked(item, sum(end - begin for begin, end in own) / HOUR_S)
        for part, here in zip(own, _spread(count, [end - begin for begin, end in own]), strict=True):
            jobs[part] += [((each + 0.5) / here, at, length, item) for each in range(here)]
    out: list[Showing] = []
    gaps: list[Gap] = []
    for part in parts:
        fillers = tuple(each for each in today if not each.asked_s and _covers(windows[each.id], part))
        placed, free = _lay(part, sorted(jobs[part], key=lambda job: job[:2]), fillers)
        out += placed
        gaps += [(begin, end, fillers) for begin, end in free if fillers]
    return out, gaps


Job = tuple[float, int, float, PlaylistItem]
"""A showing to be placed: its ideal place in its part (0..1), the item's number, seconds, the item."""


def _window(item: PlaylistItem, hour: int) -> list[tuple[float, float]]:
    """Its parts of the hour, seconds of the day."""
    if not item.hours:
        return [(hour * 3600.0, hour * 3600.0 + HOUR_S)]
    spans = []
    for interval in item.hours:
        for begin, end in minutes_of(interval):
            low, high = max(begin, hour * 60), min(end, hour * 60 + 60)
            if low < high:
                spans.append((low * 60.0, high * 60.0))
    return spans


def _covers(spans: Iterable[tuple[float, float]], part: tuple[float, float]) -> bool:
    return any(begin <= part[0] and part[1] <= end for begin, end in spans)


def _asked(item: PlaylistItem, share: float) -> tuple[int, float]:
    """(showings, seconds each) in an hour of which `share` is the item's."""
    if share <= 0 or not item.asked_s:
        return 0, 0.0
    if item.showings:
        return ceil(item.showings * share - 1e-9), float(item.seconds)
    total = item.minutes * 60 * share
    count = max(1, round(total / item.seconds))
    return count, total / count


def _spread(count: int, lengths: Sequence[float]) -> list[int]:
    """`count` showings over parts of an hour by their length; the sum is exact (largest remainders)."""
    whole = sum(lengths)
    ideal = [count * each / whole for each in lengths] if whole else []
    out = [int(each) for each in ideal]
    by_rest = sorted(range(len(out)), key=lambda at: (out[at] - ideal[at], at))
    for at in by_rest[: count - sum(out)]:
        out[at] += 1
    return out


def _lay(
    part: tuple[float, float], jobs: Sequence[Job], fillers: Sequence[PlaylistItem]
) -> tuple[list[Showing], list[tuple[float, float]]]:
    """(showings, free spans) of one part of the hour. Free time stands in as many places as fillers can use."""
    begin, end = part
    asked = sum(job[2] for job in jobs)
    if not jobs:
        return [], [part]
    shrink = min(1.0, (end - begin) / asked)
    slack = max(0.0, end - begin - asked)
    places = len(jobs)
    if fillers:
        places = max(1, min(places, int(slack / max(each.seconds for each in fillers))))
    out: list[Showing] = []
    free: list[tuple[float, float]] = []
    at = begin
    given = 0
    for number, (_, _, length, item) in enumerate(jobs):
        due = (number + 1) * places // len(jobs)
        if due > given and slack > 0:  # free time before this showing
            wide = slack * (due - given) / places
            free.append((at, at + wide))
            at += wide
            given = due
        out.append(Showing(at, min(end, at + length * shrink), item))
        at += length * shrink
    return out, free


def _in_turn(free: Sequence[Gap], items: Sequence[PlaylistItem], day: date) -> list[Showing]:
    """Free time given to fillers in turn. Those that share a time go on the next such day where they stopped."""
    slots: dict[tuple[str, ...], list[tuple[float, float]]] = {}
    by_id = {each.id: each for each in items}
    for begin, end, fillers in free:
        if end - begin < SHORTEST_S:
            continue
        count = max(1, int((end - begin) / max(each.seconds for each in fillers)))
        step = (end - begin) / count
        own = slots.setdefault(tuple(each.id for each in fillers), [])
        own += ((begin + at * step, min(end, begin + (at + 1) * step)) for at in range(count))
    weekday = day.weekday()
    alike = [each for each in range(7) if _fills_on(items, each) == _fills_on(items, weekday)]
    before = (day - _EPOCH).days // 7 * len(alike) + alike.index(weekday)  # days like this one since the epoch
    out = []
    for names, own in slots.items():
        for at, (begin, end) in enumerate(own):
            out.append(Showing(begin, end, by_id[names[(before * len(own) + at) % len(names)]]))
    return out


def _fills_on(items: Sequence[PlaylistItem], weekday: int) -> list[str]:
    return [each.id for each in items if not each.asked_s and (not each.weekdays or WEEKDAYS[weekday] in each.weekdays)]


class Player:
    """The programme of one place (TV, matrix), a day of it remembered."""

    def __init__(self, items: Iterable[PlaylistItem], place: Place, working: Working) -> None:
        self._items = [each for each in items if place in each.where]
        self._timeless = [each for each in self._items if not (each.hours or each.weekdays or _dated(each))]
        self._working = working
        self._day: tuple[date, bool] | None = None
        self._showings: tuple[Showing, ...] = ()
        self._starts: list[float] = []
        self._hour: tuple[int, list[dict[str, str]]] | None = None
        self._words: dict[str, tuple[str, str]] = {}

    def _know(self, now: datetime, trusted: bool) -> float:
        """Make the day's programme if it is another day; seconds into the day."""
        day = now.date()
        if self._day != (day, trusted):
            items = self._items if trusted else self._timeless
            self._showings = programme(items, day, self._working)
            self._starts = [each.start for each in self._showings]
            teams = {each.id: team_on(each, day, self._working) for each in items}
            self._words = {
                each.id: (each.vi.replace("{team}", teams[each.id]), each.en.replace("{team}", teams[each.id]))
                for each in items
            }
            self._day, self._hour = (day, trusted), None
        return now.hour * 3600 + now.minute * 60 + now.second + now.microsecond / 1e6

    def at(self, now: datetime, *, trusted: bool = True) -> Shown | None:
        """What stands at `now`, None for nothing."""
        into = self._know(now, trusted)
        place = bisect_right(self._starts, into) - 1
        if place < 0 or self._showings[place].end <= into:
            return None
        found = self._showings[place]
        vi, en = self._words[found.item.id]
        return Shown(found.item, vi, en, found.end - found.start, now + timedelta(seconds=found.end - into))

    def of_day(self, now: datetime, *, trusted: bool = True) -> tuple[Showing, ...]:
        """The whole day in which `now` lies."""
        self._know(now, trusted)
        return self._showings

    def text(self, item: PlaylistItem) -> str:
        """The Vietnamese words of an item on the day looked at last."""
        return self._words[item.id][0]

    def this_hour(self, now: datetime, *, trusted: bool = True) -> list[dict[str, str]]:
        """Every item of this clock hour once, in the order of the settings."""
        hour = int(self._know(now, trusted)) // HOUR_S
        if self._hour is None or self._hour[0] != hour:
            first, last = bisect_left(self._starts, hour * HOUR_S), bisect_left(self._starts, (hour + 1) * HOUR_S)
            here = {each.item.id for each in self._showings[first:last]}
            found = [words(each, *self._words[each.id]) for each in self._items if each.id in here]
            self._hour = (hour, found)
        return self._hour[1]


def player(settings: Settings, place: Place) -> Player:
    """The player of `[[playlist]]`; without any, the site's notices take turns."""
    items = list(settings.playlist)
    if not items:
        items = [
            PlaylistItem(id=f"notice-{at}", vi=text, seconds=NOTICE_S)
            for at, text in enumerate(settings.site.notices, 1)
            if text.strip()
        ]
    return Player(items, place, working_days(settings.hours))


def _dated(item: PlaylistItem) -> bool:
    return bool(item.first_day or item.last_day or item.teams or item.days != "any")
