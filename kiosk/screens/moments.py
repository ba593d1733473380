"""Times and waits as people say them."""

from __future__ import annotations

import datetime as dt

from kiosk.locale import Words
from kiosk.model import Face, ServiceLine


def when(words: Words, iso: str | None, face: Face | None) -> str:
    """A moment: "13:00 hôm nay", "7:30 ngày mai, Thứ Ba". Empty where it is not known."""
    if not iso:
        return ""
    at = dt.datetime.fromisoformat(iso)
    values = {"time": f"{at.hour}:{at.minute:02}", "weekday": words(f"weekday.{at.weekday()}")}
    days = (at.date() - dt.date(face.year, face.month, face.day)).days if face else 2
    if days == 0:
        return words("when.today", **values)
    if days == 1:
        return words("when.tomorrow", **values)
    return words("when.day", **values, day=at.day, month=at.month)


WIDEST = 5
"""A range whose end is more than so many times its beginning tells nobody anything."""


def shortest_wait(services: tuple[ServiceLine, ...]) -> tuple[int, int] | None:
    """Minutes from the shortest to the longest estimate of the queues in which somebody waits; None where there is no
    such queue, or where they are too unlike for one range."""
    spans = [each.estimate for each in services if each.open and each.waiting and each.estimate]
    if not spans:
        return None
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    return (low, high) if high <= WIDEST * max(low, 5) else None
