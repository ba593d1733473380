"""Single things as the snapshot of docs/contracts.md §2 says them: a service, a counter, the hours. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from config.settings import HelpDay
from config.settings_hours import WEEKDAYS
from queue_display.hall import Hall
from queue_display.health import Notice
from queue_display.model import Now
from queue_display.rules.choosing import upcoming
from queue_display.rules.issuing import status
from queue_display.rules.undo import open_undo
from queue_display.stats import Turns, expected_wait

NO_SEAT: Mapping[str, Any] = {"taken": False, "since": None}


def service_view(hall: Hall, turns: Turns, service_id: str, now: Now) -> dict[str, Any]:
    """A service: who waits, how long, whether numbers are issued and why not."""
    service = hall.services[service_id]
    waiting = hall.waiting(service_id)
    wait = expected_wait(hall, turns, service_id, waiting, now)
    return {
        "id": service.id,
        "letter": service.letter,
        "name": service.name,
        "name_en": service.name_en,
        "waiting": waiting,
        "waiting_priority": hall.waiting_first(service_id),
        "estimate": list(wait) if wait else None,
        "long_wait": wait is not None and wait[1] >= hall.queue.long_wait_min,
        "open": any(hall.posts[each].state != "closed" for each in hall.counters_of(service_id)),
        "status": status(hall, service, now).as_json(),
        "left": max(0, service.quota - hall.taken_of(service_id)) if service.quota else None,
        "advice": service.advice,
        "appointments": service.appointments,
    }


def counter_view(hall: Hall, number: int, seat: Mapping[str, Any]) -> dict[str, Any]:
    """A counter as everybody may see it."""
    counter, post = hall.counters[number], hall.posts[number]
    pause = {"reason": post.pause_reason, "until": post.pause_until} if post.state == "paused" else None
    return {
        "id": number,
        "name": counter.label,
        "title": counter.title,
        "services": list(hall.served(number)),
        "state": post.state,
        "pause": pause,
        "ticket": post.ticket,
        "seat": seat,
        "lounge": counter.lounge,
        "kind": counter.kind,
    }


def staff_part(hall: Hall, number: int, now: Now) -> dict[str, Any]:
    """What only staff see of a counter: the next three, whether somebody calls for help, what can be taken back."""
    undo = open_undo(hall.undo.get(number), now)
    return {
        "emergency": hall.posts[number].emergency,
        "undo": {"what": undo.what, "until": undo.until} if undo is not None else None,
        "upcoming": upcoming(hall, number, now),
    }


def room_view(hall: Hall, help_days: Sequence[HelpDay], now: Now) -> dict[str, Any]:
    """What concerns everybody: the hours, a text for all, who helps today, whether the day is closed."""
    believed = now.trust != "untrusted"
    moment = hall.calendar.at(now.wall)
    opens = moment.opens or (None if moment.open else hall.calendar.next_opening(now.wall))
    told = hall.notes.broadcast
    alive = told is not None and datetime.fromisoformat(told.until) > now.wall
    return {
        "hours": {
            "today": hall.calendar.today(now.wall) if believed else [],
            "open_now": not hall.notes.day_closed and (moment.open or not believed or not hall.calendar.enforce),
            "next": opens.isoformat(timespec="minutes") if opens is not None and believed else None,
        },
        "broadcast": {"vi": told.vi, "en": told.en, "until": told.until} if told is not None and alive else None,
        "help_days": [_help_day(each) for each in help_days if believed and _is_today(each, now)],
        "day_closed": hall.notes.day_closed,
    }


def _is_today(each: HelpDay, now: Now) -> bool:
    today = now.wall.date()
    return today in each.days or WEEKDAYS[today.weekday()] in each.weekdays


def _help_day(each: HelpDay) -> dict[str, Any]:
    words = {"who": each.who, "who_en": each.who_en, "what": each.what, "what_en": each.what_en}
    return {"from": each.start, "to": each.end, **words}


def emergencies(hall: Hall, since: Mapping[int, str]) -> list[dict[str, Any]]:
    """Notices for staff alone: counters that call for help, and since when. No word for the public."""
    return [
        Notice(
            "counter_emergency",
            f"counter-{number}",
            "error",
            f"{hall.counters[number].label} cần trợ giúp ngay.",
            f"Counter {number} needs help at once.",
            since=began,
        ).as_json()
        for number, began in since.items()
    ]
