"""Appointments: a list of codes and times from elsewhere, and the check-in at the desk. Pure. No names anywhere.

Who is on time goes before ordinary tickets, in the order of check-in. Who is early is told when to come; who is late
gets an ordinary number, or is refused, as `[appointments] after_late` says. An untrusted clock judges nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from queue_display.draft import Draft
from queue_display.model import Appointment, EngineError, Ticket
from queue_display.rules.calendar import when_en, when_vi
from queue_display.rules.issuing import issue

MOST_KEPT = 5000


def take_list(draft: Draft, items: Iterable[Appointment], *, replace_all: bool = False) -> dict[str, int]:
    """Take a list; gives how many were added, changed, dropped, kept because they have checked in, or are past.

    `replace_all`: what is not on the list any more, of the days it speaks of, is dropped.
    """
    hall = draft.hall
    counts = {"added": 0, "changed": 0, "dropped": 0, "kept": 0, "past": 0}
    today = hall.service_day.isoformat()
    listed: dict[str, Appointment] = {}
    for each in items:
        service = draft.service(each.service)
        if not service.appointments:
            raise EngineError(
                "no_appointments",
                f"Lĩnh vực “{service.name}” không nhận lịch hẹn.",
                f"{service.name_en} takes no appointments.",
                each.code,
                sorted(one.id for one in hall.services.values() if one.appointments),
                422,
            )
        if each.at[:10] < today:
            counts["past"] += 1
        else:
            listed[each.code] = each
    if len(hall.appointments) + len(listed) > MOST_KEPT:
        raise EngineError(
            "too_many",
            f"Danh sách hẹn quá dài, tối đa {MOST_KEPT}.",
            f"Too many appointments; at most {MOST_KEPT}.",
            len(hall.appointments) + len(listed),
            MOST_KEPT,
            422,
        )
    for code, each in listed.items():
        before = hall.appointments.get(code)
        if before is not None and before.ticket is not None:
            counts["kept"] += 1
        elif before != each:
            counts["added" if before is None else "changed"] += 1
            draft.change.appointments[code] = each
    if replace_all:
        days = {each.at[:10] for each in listed.values()}
        for code, before in hall.appointments.items():
            if before.at[:10] in days and code not in listed and before.ticket is None:
                counts["dropped"] += 1
                draft.change.appointments[code] = replace(before, dropped=True)
    if draft.change.appointments:
        data: dict[str, Any] = {**counts, "actor": draft.actor}
        draft.change.events.append(("vn.motcua.appointments.listed", data))
    return counts


def check_in(
    draft: Draft,
    code: str,
    *,
    service: str | None = None,
    priority: bool = False,
    source: str = "",
    beyond: bool = False,
) -> Ticket:
    """A number for an appointment. Refuses `unknown_appointment` (404), `used`, `early`, `late`, `wrong_service`."""
    booked = draft.hall.appointments.get(code)
    if booked is None:
        raise EngineError(
            "unknown_appointment",
            "Chưa thấy mã hẹn này. Mời ông/bà xem lại giấy hẹn, hoặc hỏi bàn tiếp đón.",
            "This appointment code is not on the list. Please look at it again, or ask at the reception.",
            code,
            status=404,
        )
    if booked.ticket is not None:
        number = booked.ticket.rpartition("-")[2]
        raise EngineError(
            "used",
            f"Mã hẹn này đã lấy số {number}.",
            f"This appointment has its number already: {number}.",
            code,
            {"ticket": booked.ticket},
        )
    if service is not None and service != booked.service:
        name = draft.service(booked.service)
        raise EngineError(
            "wrong_service",
            f"Lịch hẹn này thuộc lĩnh vực “{name.name}”.",
            f"This appointment is for {name.name_en}.",
            service,
            booked.service,
            422,
        )
    on_time = _on_time(draft, booked)
    ticket = issue(
        draft,
        booked.service,
        priority=priority,
        source=source,
        beyond=beyond,
        appointment=on_time,
        prechecked=booked.prechecked,
    )
    draft.change.appointments[code] = replace(booked, ticket=ticket.id)
    return ticket


def check_in_slot(draft: Draft, service: str, at: str, **more: Any) -> Ticket:
    """By slot instead of code: the first one of that service and time that has not checked in. Refuses (404)."""
    draft.service(service)
    moment = datetime.fromisoformat(at)
    free = sorted(
        each.code
        for each in draft.hall.appointments.values()
        if each.service == service and each.ticket is None and datetime.fromisoformat(each.at) == moment
    )
    if not free:
        open_ones = {
            each.at for each in draft.hall.appointments.values() if each.service == service and not each.ticket
        }
        raise EngineError(
            "unknown_appointment",
            "Không còn lịch hẹn nào chưa đến ở giờ này.",
            "No appointment of that time is left.",
            at,
            sorted(open_ones)[:20],
            404,
        )
    return check_in(draft, free[0], **more)


def _on_time(draft: Draft, booked: Appointment) -> bool:
    rules, now = draft.hall.booking, draft.now
    if now.trust == "untrusted":
        return True
    at = datetime.fromisoformat(booked.at)
    from_, to = at - timedelta(minutes=rules.early_min), at + timedelta(minutes=rules.late_min)
    if now.wall < from_:
        raise EngineError(
            "early",
            f"Ông/bà đến sớm. Lịch hẹn lúc {when_vi(at, now.wall)}; mời lấy số từ {when_vi(from_, now.wall)}.",
            f"You are early. The appointment is at {when_en(at, now.wall)}; take the number from "
            f"{when_en(from_, now.wall)}.",
            booked.code,
            {"opens_at": from_.isoformat(timespec="minutes")},
        )
    if now.wall <= to:
        return True
    if rules.after_late == "refuse":
        raise EngineError(
            "late",
            f"Đã quá giờ hẹn {when_vi(at, now.wall)}. Mời ông/bà lấy số thường, hoặc hỏi bàn tiếp đón.",
            f"The appointment was at {when_en(at, now.wall)}. Please take an ordinary number, or ask at the reception.",
            booked.code,
            {"until": to.isoformat(timespec="minutes")},
        )
    return False
