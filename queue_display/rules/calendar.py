"""When the desk works: hours of a day, holidays, make-up days, the next opening. Pure; built once from the settings.

Order of what counts: a make-up day, then a holiday, then the service's own hours of that weekday, then the site's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.settings import Service
from config.settings_hours import WEEKDAYS, Holiday, Hours, Minutes, span_minutes

LOOK_AHEAD_DAYS = 40
"""As far as the next opening is looked for: longer than any holiday."""

ALL_DAY: tuple[Minutes, ...] = ((0, 1440),)


@dataclass(frozen=True)
class Moment:
    """How a moment stands to the hours. `open`: numbers are issued; `last`: not any more in this session;
    `session_end`: end of the session under way; `opens`: when the next one begins; `holiday`: its name."""

    open: bool
    last: bool = False
    opens: datetime | None = None
    holiday: Holiday | None = None


class Calendar:
    """The hours as tables."""

    def __init__(self, hours: Hours, services: Sequence[Service]) -> None:
        self.enforce = hours.enforce
        self._early = hours.early_ticket_min
        self._last = {each.id: _or(each.last_ticket_min, hours.last_ticket_min) for each in services}
        self._last[""] = hours.last_ticket_min
        named = hours.week.named
        site = [hours.week.of(day) if named else None for day in range(7)]
        self._site = [() if named and spans is None else spans for spans in site]
        self._own = {each.id: [each.hours.of(day) for day in range(7)] for each in services if each.hours.named}
        self._holidays = hours.holidays
        self._makeup = {each.day: tuple(sorted(map(span_minutes, each.hours))) for each in hours.makeup}

    def holiday(self, day: date) -> Holiday | None:
        """The holiday of a day that is not worked out of turn."""
        if day in self._makeup:
            return None
        return next((each for each in self._holidays if each.start <= day <= each.end), None)

    def spans(self, day: date, service: str = "") -> tuple[Minutes, ...]:
        """Working hours of a day, in minutes; the whole day where no hours are set."""
        if day in self._makeup:
            return self._makeup[day]
        if self.holiday(day) is not None:
            return ()
        own = self._own.get(service)
        spans = own[day.weekday()] if own is not None else None
        found = spans if spans is not None else self._site[day.weekday()]
        return ALL_DAY if found is None else found

    def at(self, wall: datetime, service: str = "") -> Moment:
        """How a moment stands to the hours of a service (or of the site)."""
        spans = self.spans(wall.date(), service)
        if spans == ALL_DAY:
            return Moment(True)
        minute = wall.hour * 60 + wall.minute
        stop = self._last.get(service, self._last[""])
        for start, end in spans:
            if start - self._early <= minute < end:
                if minute < end - stop:
                    return Moment(True)
                return Moment(False, True, self.next_opening(wall, service))
        opens = self.next_opening(wall, service)
        return Moment(False, False, opens, self.holiday(wall.date()))

    def next_opening(self, wall: datetime, service: str = "") -> datetime | None:
        """When the next session begins, looking `LOOK_AHEAD_DAYS` ahead; None when there is none."""
        for ahead in range(LOOK_AHEAD_DAYS + 1):
            day = wall.date() + timedelta(days=ahead)
            for start, _ in self.spans(day, service):
                moment = datetime.combine(day, time(start // 60, start % 60), wall.tzinfo)
                if moment > wall:
                    return moment
        return None

    def today(self, wall: datetime) -> list[list[str]]:
        """Today's sessions as `["07:30", "11:30"]`; empty on a day off and where no hours are set."""
        spans = self.spans(wall.date())
        return [] if spans == ALL_DAY else [[clock_text(start), clock_text(end)] for start, end in spans]


def _or(value: int | None, other: int) -> int:
    return other if value is None else value


def clock_text(minute: int) -> str:
    """450 → `07:30`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


_DAYS_VI = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
assert len(_DAYS_VI) == len(WEEKDAYS)


def when_vi(moment: datetime, now: datetime) -> str:
    """`13:00 hôm nay`, `7:30 ngày mai`, `7:30 thứ Hai, 23/11`."""
    clock = f"{moment.hour}:{moment.minute:02d}"
    days = (moment.date() - now.date()).days
    if days <= 1:
        return f"{clock} {'ngày mai' if days else 'hôm nay'}"
    return f"{clock} {_DAYS_VI[moment.weekday()]}, {moment.day}/{moment.month}"


def when_en(moment: datetime, now: datetime) -> str:
    """`13:00 today`, `7:30 tomorrow`, `7:30 on Monday 23 November`."""
    clock = f"{moment.hour}:{moment.minute:02d}"
    days = (moment.date() - now.date()).days
    if days <= 1:
        return f"{clock} {'tomorrow' if days else 'today'}"
    return f"{clock} on {_DAYS_EN[moment.weekday()]} {moment.day} {moment:%B}"
