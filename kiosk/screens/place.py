"""A ticket of ours: which place in the line it has; and the keys to type its number."""

from __future__ import annotations

import datetime as dt

from kiosk.keys.typed import ticket_keys
from kiosk.model import Model, MyTicket, TicketNow
from kiosk.screens import keys
from kiosk.screens.dossier_read import advice, camera_frame
from kiosk.screens.look import Look
from kiosk.screens.start import message
from kiosk.tasks.place import RATES, may_rate
from kiosk.tasks.rating import has_rated
from kiosk.view.widgets import DONE, Box, Fit, Gap, Widget, column, row

ENDED = ("cancelled", "void")


def my_ticket(look: Look, model: Model) -> Box:
    """How the ticket stands, in one sentence, and what to do."""
    words, mine = look.words, model.mine or MyTicket()
    if mine.state == "asking":
        return message(look, model, "ticket", look.primary, words("place.asking"), words("place.asking.text"))
    take = look.button("go:service", words("place.take"), icon="ticket", main=True)
    if mine.seen is None:
        state = mine.state if mine.state in ("unknown", "unreachable", "other_site") else "unknown"
        title = words(f"place.{state}", number=mine.typed)
        text = words(f"place.{state}.text")
        return message(look, model, "ticket", look.primary, title, text, main=take if state == "other_site" else None)
    return _found(look, model, mine, mine.seen, take)


def _found(look: Look, model: Model, mine: MyTicket, seen: TicketNow, take: Box) -> Box:
    words = look.words
    service = model.hub.service(seen.service)
    name = words.pick(service.name, service.name_en) if service else seen.service
    places = {"number": seen.number, "name": name, "counter": seen.counter or "", "before": seen.before or 0}

    def said(key: str, icon: str = "ticket", colour: str = "", main: Box | None = None, more: str = "") -> Box:
        title, text = words(f"place.{key}", **places), words(f"place.{key}.text", **places)
        whole = f"{text} {more}".strip()
        return message(look, model, icon, colour or look.primary, title, whole, main=main, short=text)

    if model.hub.day and seen.day != model.hub.day:
        day = dt.date.fromisoformat(seen.day)
        places["date"] = f"{day.day}/{day.month}/{day.year}"
        return said("other_day", main=take)
    if seen.state in ENDED:
        return said("ended", main=take)
    if mine.why == "rate" and seen.state not in RATES:
        return said("notyet")
    if has_rated(model, seen.id) and (mine.why == "rate" or seen.state in ("done", "done_on_spot")):
        return said("rated", "check", DONE)
    if seen.state in ("done", "done_on_spot"):
        rate = look.button("ratethis", words("place.rate"), icon="face5", main=True) if may_rate(model) else None
        return said("done", "check", DONE, rate)
    if seen.state == "called":
        return said("called", "bell")
    if seen.state == "waiting":
        places["n"] = (seen.before or 0) + 1
        span = seen.estimate
        more = words("place.estimate", low=span[0], high=span[1]) if span and seen.before else ""
        return said("waiting" if seen.before else "next", "people", more=more)
    return said(seen.state if seen.state in ("serving", "parked", "waiting_papers", "no_show") else "next")


def ticket_number(look: Look, model: Model) -> Box:
    """Type a letter and digits, or hold the ticket up."""
    m, words = look.metrics, look.words
    wide, _high = look.room
    mine = model.mine or MyTicket("place", "typing")
    letters = "".join(dict.fromkeys(each.letter for each in model.hub.services))
    live = ticket_keys(mine.typed, letters)
    gap = max(3.4, m.space * 0.6)
    title = look.headline(words(f"ticket_number.{mine.why}"))
    text = look.body(words("ticket_number.text" if model.camera else "ticket_number.type"))
    told = advice(look, model)
    typed = keys.field(look, mine.typed, words("ticket_number.example"))
    # First the letter, then the digits: one block of keys, at one place.
    board = keys.digit_board(look, live) if mine.typed else _letters(look, letters)
    main = look.button("askticket", words("ticket_number.go"), main=True) if len(mine.typed) > 1 else None
    show = camera_frame(look) if model.camera else None
    if m.portrait:
        parts: list[Widget | None] = [title, typed, text if told is None else told, show or Gap(grow=1), board]
        return look.frame(model, column(*parts, gap=gap), main=main)
    heads: list[Widget] = []
    if show:
        said = told or text
        heads = [
            column(title, typed, said, show, gap=gap),
            column(typed, said, show, gap=gap),
            column(typed, show, gap=gap),
        ]
    heads += [
        column(title, typed, told or text, Gap(grow=1), gap=gap),
        column(typed, told or text, Gap(grow=1), gap=gap),
        column(typed, Gap(grow=1)),
    ]
    right = Box((board,), "column", width=min(wide * 0.42, 110 * m.factor), justify="end")
    content = row(Fit(tuple(heads), grow=1.0), right, gap=m.space * 1.2)
    return look.frame(model, content, main=main)


def _letters(look: Look, letters: str) -> Box:
    """The letters of the services, three a row."""
    rows = [[keys.key(look, each) for each in letters[at : at + 3]] for at in range(0, len(letters), 3)]
    filled: list[list[Widget]] = [[*each, *[Gap(grow=1)] * (3 - len(each))] for each in rows]
    return column(*[row(*each, gap=keys.KEY_GAP) for each in filled], gap=keys.KEY_GAP)
