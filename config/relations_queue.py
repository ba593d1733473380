"""What hours, appointments and helpers' days say that does not fit together."""

from __future__ import annotations

from config.settings import Settings
from config.settings_hours import Week

Found = tuple[str, str, list[str]]


def queue_relations(settings: Settings) -> list[Found]:
    """(place, sentence, known names)."""
    hours = settings.hours
    found: list[Found] = []
    for at, one in enumerate(hours.holidays):
        for other in hours.holidays[:at]:
            if one.start <= other.end and other.start <= one.end:
                text = f"{one.name} ({one.start}) và/and {other.name} ({other.start}) chồng ngày nhau/overlap"
                found.append((f"hours.holidays.{at}.from", text, []))
    days = [each.day for each in hours.makeup]
    for at, day in enumerate(days):
        if day in days[:at]:
            found.append((f"hours.makeup.{at}.day", f"ngày {day} có hai lần/stands twice in makeup", []))
    found += _last_ticket("hours.last_ticket_min", hours.last_ticket_min, hours.week)
    for at, service in enumerate(settings.services):
        if service.last_ticket_min is not None:
            weeks = (hours.week, service.hours)
            found += _last_ticket(f"services.{at}.last_ticket_min", service.last_ticket_min, *weeks)
        numbers = service.last - service.first + 1
        if service.quota > numbers > 0:
            text = f"{service.quota} phiếu nhưng chỉ có {numbers} số/tickets but only {numbers} numbers"
            found.append((f"services.{at}.quota", text, []))
    queue = settings.queue
    if queue.normals_between == 0 and queue.longest_wait_min > 240:
        text = "số thường có thể chờ hơn 4 giờ/with normals_between = 0 ordinary tickets may wait for more than 4 hours"
        found.append(("queue.longest_wait_min", text, []))
    for at, counter in enumerate(settings.counters):
        if counter.transfer_to == counter.id:
            text = f"quầy {counter.id} chuyển cho chính mình/counter {counter.id} transfers to itself"
            found.append((f"counters.{at}.transfer_to", text, []))
    return found


def _last_ticket(where: str, minutes: int, *weeks: Week) -> list[Found]:
    """A session shorter than the stop before its end would never issue a number."""
    for week in weeks:
        for weekday in range(7):
            for start, end in week.of(weekday) or ():
                if minutes >= end - start:
                    text = (
                        f"ngừng trước {minutes} phút nhưng có buổi chỉ dài {end - start} phút"
                        f"/stops {minutes} minutes before the end of a session of {end - start} minutes"
                    )
                    return [(where, text, [])]
    return []
