"""Samples: taking a number."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model, Refusal, Ticket
from kiosk.samples.world import HUB, ONE, SERVICES, SHUT, not_now


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""
    ticket = Ticket("20261123-A042", "A042", "civil-status", 6, (15, 25))
    holiday = replace(
        HUB, services=tuple(not_now(each, "holiday", "2027-02-12T07:30+07:00") for each in SERVICES), calls=()
    )
    land = not_now(SERVICES[2], "quota", "2026-11-24T07:30+07:00")
    no_land = replace(HUB, services=tuple(land if each.id == "land" else each for each in SERVICES))
    long = replace(SERVICES[1], waiting=14, estimate=(40, 60), long_wait=True)
    crowd = replace(HUB, services=tuple(long if each.id == long.id else each for each in SERVICES))
    return {
        "service": replace(ONE, screen="service"),
        "service-quota": replace(ONE, screen="service", hub=no_land),
        "busy": replace(ONE, screen="busy", trail=("home", "service"), hub=crowd, wanted=long.id),
        "service-priority": replace(ONE, screen="service", priority=True, hub=replace(HUB, services=SERVICES[1:4])),
        "issuing": replace(ONE, screen="issuing"),
        "ticket": replace(ONE, screen="ticket", ticket=ticket, paper="printed"),
        "ticket-first": replace(ONE, screen="ticket", ticket=replace(ticket, ahead=0), paper="printed"),
        "ticket-no-paper": replace(ONE, screen="ticket", ticket=ticket, paper="broken"),
        "closed": replace(ONE, screen="closed", hub=SHUT, refusal=SHUT.refusal()),
        "closed-last": replace(
            ONE, screen="closed", hub=SHUT, refusal=Refusal("last_ticket", "", "2026-11-23T13:00+07:00")
        ),
        "closed-quota": replace(
            ONE, screen="closed", trail=("home", "service"), hub=no_land, refusal=no_land.refusal("land")
        ),
        "closed-holiday": replace(ONE, screen="closed", hub=holiday, refusal=holiday.refusal()),
    }
