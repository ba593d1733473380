"""Screens: pure functions `(look, model) -> tree`. `view` picks the one the model names."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.model import Model
from kiosk.screens import (
    attract,
    checkin,
    dossier,
    dossier_read,
    factor,
    modes,
    nonumber,
    pay,
    place,
    procedure,
    procedures,
    queue,
    rate,
    search,
    staff,
    start,
    takeaway,
)
from kiosk.screens import help as helping
from kiosk.screens.look import Look
from kiosk.view.widgets import Widget

SCREENS: dict[str, Callable[[Look, Model], Widget]] = {
    "home": start.home,
    "attract": attract.attract,
    "service": queue.choose,
    "busy": nonumber.busy,
    "issuing": queue.issuing,
    "ticket": queue.ticket,
    "popular": procedures.popular,
    "fields": procedures.fields,
    "list": procedures.listing,
    "procedure": procedure.detail,
    "sums": takeaway.sums,
    "carry": takeaway.carry,
    "pay": pay.pay,
    "search": search.search,
    "scan": dossier_read.scan,
    "typing": dossier_read.typing,
    "searching": dossier_read.searching,
    "status": dossier.status,
    "factor": factor.factor,
    "details": dossier.details,
    "not_found": dossier.not_found,
    "try_later": dossier.try_later,
    "offline": dossier.offline,
    "my_ticket": place.my_ticket,
    "ticket_number": place.ticket_number,
    "checkin": checkin.checkin,
    "rate": rate.rate,
    "thanks": rate.thanks,
    "help": helping.help_screen,
    "help_hours": helping.hours,
    "help_links": helping.links,
    "help_post": helping.post,
    "privacy": helping.privacy,
    "helper": nonumber.helper,
    "out_of_service": start.out_of_service,
    "closed": nonumber.closed,
    "failsafe": start.failsafe,
    "staff_pin": staff.pin,
    "staff": staff.menu,
    "staff_camera": staff.camera,
    "staff_touch": staff.touch,
    "staff_colours": staff.colours,
    "staff_sound": staff.sound,
    "staff_printer": staff.printer,
    "staff_links": staff.links,
}


def view(look: Look, model: Model) -> Widget:
    """The tree of the model's screen, with the warning over it when the time is nearly up."""
    tree = SCREENS[model.screen](look, model)
    return look.dialogue(tree, model) if model.warn_left is not None else modes.sheet(look, tree, model)
