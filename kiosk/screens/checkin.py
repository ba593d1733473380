"""Who comes by appointment: the code, or why it gives no number now."""

from __future__ import annotations

from kiosk.keys.typed import BOOKING_MAX
from kiosk.model import Model
from kiosk.screens import keys
from kiosk.screens.look import Look
from kiosk.screens.moments import when
from kiosk.screens.start import message
from kiosk.tasks.checkin import SHORTEST
from kiosk.view.widgets import Box, Gap, Widget, column

CODE_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
TOLD = ("early", "late", "used", "unknown_appointment")


def checkin(look: Look, model: Model) -> Box:
    """Type the code of the appointment."""
    m, words, booking = look.metrics, look.words, model.booking
    if booking.refused:
        return _refused(look, model)
    wide, high = look.room
    typed = keys.field(look, booking.code, words("checkin.example"))
    live = CODE_LETTERS if len(booking.code) < BOOKING_MAX else frozenset()
    board = keys.code_board(look, live)
    gap = max(2.0, m.space * 0.6)
    head = typed if look.compact else None
    parts: list[Widget] = [Gap(grow=1), board] if head else [typed, Gap(grow=1), board]
    for more in (look.body(words("checkin.text")), look.headline(words("checkin.title"))):
        if sum(look.layout.height(each, wide) for each in (more, *parts)) + (len(parts) + 1) * gap <= high:
            parts.insert(0, more)
    ready = len(booking.code) >= SHORTEST
    main = look.button("checkin", words("checkin.go"), main=True) if ready else None
    return look.frame(model, column(*parts, gap=gap), main=main, head=head)


def _refused(look: Look, model: Model) -> Box:
    """Early, late, used, unknown: what to do instead."""
    words, booking = look.words, model.booking
    moment = when(words, booking.opens_at, model.face)
    code = booking.refused if booking.refused in TOLD else "no"
    if (code == "early" and not moment) or (code == "used" and not booking.number):
        code = "no"
    places = {"when": moment, "number": booking.number, "code": booking.code}
    main = None
    if code == "unknown_appointment":
        main = look.button("retype", words("checkin.retype"), main=True)
    elif code == "late":
        main = look.button("go:service", words("checkin.ordinary"), icon="ticket", main=True)
    title, text = words(f"checkin.{code}", **places), words(f"checkin.{code}.text", **places)
    return message(look, model, "clock", look.primary, title, text, main=main)
