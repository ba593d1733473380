"""When no number can be had, or only after a long wait: why, when it opens, and what else there is to do."""

from __future__ import annotations

from kiosk.model import Model, Refusal
from kiosk.screens.look import Look
from kiosk.screens.moments import when
from kiosk.screens.start import message, see_procedures
from kiosk.view.widgets import DONE, Box

TITLED = ("closed", "last_ticket", "quota", "holiday", "day_closed", "full")
"""Words of the hub that have a sentence of their own here; another word is told as `closed`."""


def closed(look: Look, model: Model) -> Box:
    """No number now. What follows: when it opens, the appointment, another service."""
    words = look.words
    refusal = model.refusal or model.hub.refusal()
    service = model.hub.service(refusal.service)
    code = refusal.code if refusal.code in TITLED else "closed"
    title = words(f"closed.{code}")
    if service is not None and code in ("quota", "full"):
        title = words(f"closed.{code}.of", name=words.pick(service.name, service.name_en))
    others = [each for each in model.hub.services if each.open and each.id != refusal.service]
    opens = _opens(look, model, refusal)
    text = f"{opens} {words('closed.appointment')}"
    other = look.button("go:service", words("closed.other"), icon="people", main=True) if others and service else None
    extra = () if other else (see_procedures(look),)
    return message(look, model, "clock", look.primary, title, text, *extra, main=other, short=opens)


def _opens(look: Look, model: Model, refusal: Refusal) -> str:
    moment = when(look.words, refusal.opens_at, model.face)
    if moment:
        return look.words("closed.opens", when=moment)
    return look.words("closed.text", hours=look.settings.site.hours)


def busy(look: Look, model: Model) -> Box:
    """The queue is long: how long, and does one want a number all the same?"""
    words = look.words
    service = model.hub.service(model.wanted)
    span = service.estimate if service else None
    title = words("busy.title", low=span[0], high=span[1]) if span else words("busy.long")
    name = words.pick(service.name, service.name_en) if service else ""
    others = [each for each in model.hub.services if each.open and not each.long_wait and each.id != model.wanted]
    text = words("busy.text", name=name, n=service.waiting) if service else words("busy.ask")
    other = look.button("go:service", words("closed.other"), icon="people") if others else see_procedures(look)
    extra = () if look.metrics.large else (other,)  # the way back leads there too
    return message(
        look,
        model,
        "people",
        look.primary,
        title,
        text,
        *extra,
        main=look.button("anyway", words("busy.take"), main=True),
    )


def helper(look: Look, model: Model) -> Box:
    """Help with writing was asked for."""
    words = look.words
    if model.helper == "called":
        today = model.hub.help_days[:1]
        text = words("helper.called.text")
        for each in today:
            who, what = words.pick(each.who, each.who_en), words.pick(each.what, each.what_en)
            text += " " + words("helper.today", who=who, what=what, start=_hour(each.start), end=_hour(each.end))
        return message(look, model, "check", DONE, words("helper.called"), text)
    if model.helper == "failed":
        return message(look, model, "person", look.primary, words("helper.failed"), words("helper.failed.text"))
    return message(look, model, "person", look.primary, words("helper.asking"), words("issuing.text"))


def _hour(text: str) -> str:
    return text.removeprefix("0")
