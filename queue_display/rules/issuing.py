"""Who gets a number, and what is said to who does not: hours, last ticket, holiday, closed day, quota. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.settings import Service
from queue_display.draft import Draft, iso
from queue_display.hall import Hall
from queue_display.model import EngineError, Now, Press, Ticket
from queue_display.rules.calendar import when_en, when_vi

REFUSALS = frozenset({"closed", "last_ticket", "quota", "holiday", "day_closed", "full"})
"""Why there is no number. To a press they are an answer, not an error: the button must stop asking."""

BEYOND_ROLES = frozenset({"reception", "clerk", "supervisor", "technician"})
"""Who may issue past closing or quota; the event says so."""

SLIP_EVERY_S = 60.0


@dataclass(frozen=True)
class Standing:
    """How a service stands to issuing now; `opens_at` where it is known when it will."""

    code: str
    vi: str
    en: str
    opens: datetime | None = None

    @property
    def opens_at(self) -> str | None:
        """ISO, to the minute."""
        return self.opens.isoformat(timespec="minutes") if self.opens is not None else None

    def as_json(self) -> dict[str, Any]:
        """As it stands in the snapshot."""
        return {"code": self.code, "vi": self.vi, "en": self.en, "opens_at": self.opens_at}


OPEN = Standing("open", "Đang phát số.", "Numbers are being issued.")
NO_COUNTER = Standing(
    "no_counter",
    "Chưa có quầy nào mở. Ông/bà vẫn lấy số được, xin vui lòng chờ.",
    "No counter is open yet. You may take a number and wait.",
)


def _back(opens: datetime | None, now: Now, verb_vi: str, verb_en: str) -> tuple[str, str]:
    if opens is None:
        return "Mời ông/bà hỏi người hướng dẫn.", "Please ask the guide."
    return (
        f"Mời ông/bà {verb_vi} {when_vi(opens, now.wall)}.",
        f"Please {verb_en} {when_en(opens, now.wall)}.",
    )


def standing(hall: Hall, service: Service, now: Now) -> Standing:
    """How a service stands now. Hours count only on a clock that is believed (house §4)."""
    believed = now.trust != "untrusted"
    if hall.notes.day_closed:
        opens = _tomorrow(hall, service, now) if believed else None
        vi, en = _back(opens, now, "quay lại lúc", "come back at")
        return Standing("day_closed", f"Hôm nay đã ngừng phát số. {vi}", f"No more numbers today. {en}", opens)
    if believed and hall.calendar.enforce:
        moment = hall.calendar.at(now.wall, service.id)
        if not moment.open:
            if moment.holiday is not None:
                vi, en = _back(moment.opens, now, "quay lại lúc", "come back at")
                name, name_en = moment.holiday.name, moment.holiday.name_en
                return Standing(
                    "holiday", f"Hôm nay nghỉ: {name}. {vi}", f"Closed today: {name_en}. {en}", moment.opens
                )
            if moment.last:
                vi, en = _back(moment.opens, now, "quay lại lúc", "come back at")
                words = f"Đã hết giờ lấy số của buổi này. {vi}", f"The last number of this session is out. {en}"
                return Standing("last_ticket", *words, moment.opens)
            vi, en = _back(moment.opens, now, "lấy số từ", "take one from")
            return Standing("closed", f"Bây giờ ngoài giờ phát số. {vi}", f"No numbers now. {en}", moment.opens)
    if service.quota and hall.taken_of(service.id) >= service.quota and not hall.reserve:
        opens = _tomorrow(hall, service, now) if believed else None
        vi, en = _back(opens, now, "quay lại lúc", "come back at")
        words = (
            f"{service.name}: đã phát đủ {service.quota} số của hôm nay. {vi}",
            f"{service.name_en}: all {service.quota} numbers of today are out. {en}",
        )
        return Standing("quota", *words, opens)
    return OPEN


def status(hall: Hall, service: Service, now: Now) -> Standing:
    """As `standing`, and whether anybody is there to call."""
    found = standing(hall, service, now)
    if found is OPEN and all(hall.posts[each].state == "closed" for each in hall.counters_of(service.id)):
        return NO_COUNTER
    return found


def _tomorrow(hall: Hall, service: Service, now: Now) -> datetime | None:
    night = now.wall.replace(hour=23, minute=59, second=59)
    opens = hall.calendar.next_opening(night, service.id)
    return None if opens is None or (opens.hour, opens.minute) == (0, 0) else opens


def refusal(service: Service, found: Standing) -> EngineError:
    """A standing as what a caller is told (409)."""
    return EngineError(found.code, found.vi, found.en, service.id, {"opens_at": found.opens_at})


def issue(
    draft: Draft,
    service_id: str,
    *,
    priority: bool = False,
    press: Press | None = None,
    source: str = "",
    beyond: bool = False,
    for_counter: int | None = None,
    appointment: bool = False,
    prechecked: bool = False,
) -> Ticket:
    """A new number. Refuses (409) outside the hours, past the quota, on a closed day, and when all numbers are used.

    `beyond` passes hours and quota (staff; the event says so), never a closed day. `for_counter`: that counter alone
    will call it. No number is ever reused; one that somebody kept from yesterday is passed over.
    """
    hall, now = draft.hall, draft.now
    service = draft.service(service_id)
    found = standing(hall, service, now)
    if found is not OPEN and not (beyond and found.code != "day_closed"):
        raise refusal(service, found)
    if for_counter is not None and draft.post(for_counter).state == "closed":
        open_ones = sorted(number for number, post in hall.posts.items() if post.state != "closed")
        raise EngineError(
            "counter_closed",
            f"Quầy {for_counter} đang đóng.",
            f"Counter {for_counter} is closed.",
            for_counter,
            open_ones,
        )
    letter, n, number = _number(draft, service)
    ticket = Ticket(
        id=f"{hall.service_day:%Y%m%d}-{number}",
        number=number,
        letter=letter,
        n=n,
        service=service.id,
        service_day=hall.service_day.isoformat(),
        epoch=hall.epoch,
        order=hall.next_place,
        issued_at=iso(now),
        ahead=hall.waiting(service.id),
        print="queued" if hall.prints else "none",
        priority=priority,
        counter=for_counter,
        clock=now.trust,
        boot=now.boot,
        uptime=now.uptime,
        since=iso(now),
        appointment=appointment,
        prechecked=prechecked,
    )
    draft.change.series[letter] = n
    draft.change.press = press
    if hall.prints:
        draft.job("ticket", ticket.id)
    draft.put(ticket)
    reason = "beyond" if found is not OPEN else None
    draft.tell("ticket.issued", ticket, ahead=ticket.ahead, source=source or None, reason=reason)
    return ticket


def _number(draft: Draft, service: Service) -> tuple[str, int, str]:
    hall = draft.hall
    letter, first, last = service.letter, service.first, service.last
    if hall.reserve:
        letter, first, last = hall.reserve_letter, 1, 999
    n = max(hall.series.get(letter, 0) + 1, first)
    while f"{letter}{n:03d}" in hall.held:
        n += 1
    if n > last:
        opens = _tomorrow(hall, service, draft.now) if draft.now.trust != "untrusted" else None
        raise EngineError(
            "full",
            f"{service.name}: đã phát hết số trong ngày ({letter}{last:03d}). Mời ông/bà gặp người hướng dẫn.",
            f"{service.name_en}: all numbers of the day are used ({letter}{last:03d}). Please see the guide.",
            n,
            {"first": first, "last": last, "opens_at": opens.isoformat(timespec="minutes") if opens else None},
        )
    return letter, n, f"{letter}{n:03d}"


def press_refused(draft: Draft, press: Press, service_id: str, error: EngineError) -> dict[str, Any]:
    """A press that gets no number is committed all the same, so that the button stops asking (house §4.1).

    At most one slip of paper a minute and service says why and when to come back.
    """
    hall, now = draft.hall, draft.now
    opens_at = error.allowed.get("opens_at") if isinstance(error.allowed, dict) else None
    refused = {"code": error.code, "vi": error.vi, "en": error.en, "opens_at": opens_at}
    draft.change.press = press
    draft.change.refused = refused
    last = hall.slips.get(service_id)
    if last is None or not 0 <= now.uptime - last < SLIP_EVERY_S:
        draft.change.slip, draft.change.at_uptime = service_id, now.uptime
        data = {"service": service_id, "code": error.code, "source": "button", "actor": draft.actor}
        draft.change.events.append(("vn.motcua.ticket.refused", data))
        if hall.prints:
            service = draft.service(service_id)
            lines = [error.vi, error.en]
            # A slip is read, not ticked.
            draft.job("list", payload={"title": service.name, "lines": lines, "tick": False})
    return refused
