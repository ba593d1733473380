"""Screens: pure functions `(look, model) -> tree`. `view` picks the one the model names."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.model import Model
from kiosk.screens import attract, dossier, modes, nonumber, procedures, queue, rate, search, start
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
    "fields": procedures.fields,
    "list": procedures.listing,
    "procedure": procedures.detail,
    "search": search.search,
    "scan": dossier.scan,
    "typing": dossier.typing,
    "searching": dossier.searching,
    "status": dossier.status,
    "factor": dossier.factor,
    "details": dossier.details,
    "not_found": dossier.not_found,
    "try_later": dossier.try_later,
    "offline": dossier.offline,
    "rate": rate.rate,
    "thanks": rate.thanks,
    "help": helping.help_screen,
    "helper": nonumber.helper,
    "out_of_service": start.out_of_service,
    "closed": nonumber.closed,
    "failsafe": start.failsafe,
}


def view(look: Look, model: Model) -> Widget:
    """The tree of the model's screen, with the warning over it when the time is nearly up."""
    tree = SCREENS[model.screen](look, model)
    return look.dialogue(tree, model) if model.warn_left is not None else modes.sheet(look, tree, model)
