"""What stands on the screen while nobody is there: calm, dark, page by page. A touch leads home and presses nothing.

Every page stands a little elsewhere than the one before, so that nothing burns in.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from config.settings import Settings
from config.settings_hours import WEEKDAYS, HelpDay
from kiosk.locale import Words, offered
from kiosk.logo import usable
from kiosk.model import Face, Model
from kiosk.screens.header import date_of
from kiosk.screens.look import Look
from kiosk.screens.moments import shortest_wait, when
from kiosk.view.widgets import CALL, INK, WHITE, Box, Fit, Gap, Icon, Picture, Text, Widget, column, row

NIGHT = "#0A1E26"
SHIFT_MM = 1.6
_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))
HELP_DAYS_AHEAD = 14


def attract(look: Look, model: Model) -> Box:
    """One page of what people who wait may like to know, and how to begin."""
    m = look.metrics
    shut = not (model.hub.connected and model.hub.open)
    ground = NIGHT if shut else look.primary
    pages = _pages(look, model)
    icon, title, lines = pages[model.page % len(pages)]
    sign = Icon(icon, m.headline * 1.9, CALL)
    far = Text(title, m.headline * 1.6, 700, WHITE)  # read from the chairs, where there is room
    head = Text(title, m.headline * 1.15, 700, WHITE)
    small = Text(title, m.headline, 700, WHITE)
    smaller = Text(title, m.lead, 700, WHITE)
    said = [look.lead(line, colour=WHITE, weight=500) for line in lines]
    gap = m.space * 0.6
    body = Fit(
        (
            column(Gap(grow=1), sign, far, *said, Gap(grow=1.3), gap=gap),
            column(Gap(grow=1), sign, head, *said, Gap(grow=1.3), gap=gap),
            column(Gap(grow=1), head, *said, Gap(grow=1), gap=gap),
            column(Gap(grow=1), small, *said, Gap(grow=1), gap=gap),
            column(Gap(grow=1), small, *said[:2], Gap(grow=1), gap=gap),
            column(Gap(grow=1), small, *said[:1], Gap(grow=1), gap=gap),
            column(Gap(grow=1), smaller, *said[:1], Gap(grow=1), gap=gap),
            column(Gap(grow=1), smaller, Gap(grow=1), gap=gap),
            column(Gap(grow=1)),  # the broadcast says enough
        ),
        grow=1,
    )
    parts: list[Widget] = [_head(look, model, ground)]
    if model.hub.message:
        parts.append(_broadcast(look, model))
    parts += [body, _touch(look, shut)]
    dx, dy = _CORNERS[model.page % len(_CORNERS)]
    inner = column(*parts, gap=m.space, grow=1)
    across = row(Gap(SHIFT_MM * dx), column(inner, grow=1), Gap(SHIFT_MM * (1 - dx)), grow=1)
    return Box(
        (Gap(SHIFT_MM * dy), across, Gap(SHIFT_MM * (1 - dy))),
        "column",
        pad=(look.margin, m.space),
        fill=ground,
    )


def _head(look: Look, model: Model, ground: str) -> Widget:
    m = look.metrics
    name, place = look.words.site(look.settings)
    size = m.body * 2.6
    logo = usable(look.settings.site.logo)
    inner: Widget = Picture(logo, size * 0.86) if logo else Text("1C", m.body, 700, look.primary, "center", lines=1)
    mark = Box(
        (inner,), "column", fill=WHITE, radius=m.radius, width=size, height=size, justify="center", align="center"
    )
    two = column(
        look.body(name, bold=True, colour=WHITE, lines=1), look.body(place, colour=WHITE, lines=1), gap=m.space * 0.1
    )
    short = look.body(place, bold=True, colour=WHITE, lines=1)
    clock: list[Widget] = []
    full: list[Widget] = []
    if model.face:
        time = Text(f"{model.face.hour:02}:{model.face.minute:02}", m.headline * 1.2, 700, WHITE, "right", lines=1)
        clock = [time]
        full = [column(time, look.body(date_of(look, model), colour=WHITE, align="right", lines=1))]
    gap = m.space * 0.8
    options = (
        row(mark, two, Gap(grow=1), *full, gap=gap, align="center"),
        row(mark, short, Gap(grow=1), *full, gap=gap, align="center"),
        row(mark, short, Gap(grow=1), *clock, gap=gap, align="center"),
        row(mark, Gap(grow=1), *clock, gap=gap, align="center"),
    )
    return Fit(options)


def _broadcast(look: Look, model: Model) -> Widget:
    """What the supervisor has to say to everybody: the loud thing here."""
    m = look.metrics
    said = look.words.pick(*model.hub.message) if model.hub.message else ""
    sign = Icon("bell", m.headline * 1.3, INK)
    wide = row(sign, look.lead(said, grow=1.0), gap=m.space, align="center")
    plain = look.body(said, bold=True)
    return Box((Fit((wide, plain)),), "column", pad=(m.space, m.space * 0.7), fill=CALL, radius=m.radius)


def _touch(look: Look, dark: bool) -> Widget:
    """How to begin, in every language there is: nobody has chosen one yet."""
    m = look.metrics
    every = [Words(each)("attract.touch") for each in offered(look.settings)]
    ink = WHITE if dark else look.primary
    main = look.lead(every[0], colour=ink, align="center")
    others = look.body(" · ".join(every[1:]), colour=ink, align="center", lines=1) if every[1:] else None
    few = look.body(every[1], colour=ink, align="center", lines=1) if len(every) > 2 else others

    def plane(other: Text | None) -> Widget:
        made = Box((column(main, other, gap=m.space * 0.1),), "column", pad=(m.space, m.space * 0.6), radius=m.radius)
        return replace(made, edge=WHITE) if dark else replace(made, fill=WHITE)

    return Fit(tuple(plane(other) for other in (others, few, None)))


Page = tuple[str, str, tuple[str, ...]]


def _pages(look: Look, model: Model) -> list[Page]:
    """(icon, headline, lines) of every page: first how things stand, then what there is to know."""
    words, site, hub = look.words, look.settings.site, model.hub
    hours = words("home.hours", hours=site.hours)
    calls = [words("home.call", number=n, counter=counter).replace(" ", "\u00a0") for n, counter in hub.calls]
    now: tuple[str, ...]
    if not hub.connected:
        pages: list[Page] = [("ticket", words("attract.welcome"), (words("home.pause"), hours))]
    elif not hub.open:
        moment = when(words, hub.refusal().opens_at, model.face)
        opens = words("attract.opens", when=moment) if moment else hours
        pages = [("clock", words("attract.closed"), (opens, hours) if moment else (hours,))]
    else:
        waiting = sum(service.waiting for service in hub.services if service.open)
        span = shortest_wait(hub.services)
        now = (words("home.waiting", n=waiting) if waiting else words("home.nobody"),)
        if waiting and span:
            now = (*now, words("home.estimate", low=span[0], high=span[1]))
        if calls:
            now = (*now, words("home.serving") + "  " + " · ".join(calls[:3]))
        pages = [("ticket", words("attract.welcome"), now), ("clock", hours, now[:1])]
    pages += [("bell", words.pick(vi, en), ()) for _part, vi, en in hub.parts if vi]
    said = [words.pick(vi, en) for vi, en in hub.idle] or list(site.notices)
    pages += [("bell", each, ()) for each in dict.fromkeys(said)]
    coming = next_help(look.settings, model.face)
    if coming:
        day, each = coming
        who, what = words.pick(each.who, each.who_en), words.pick(each.what, each.what_en)
        date = words("attract.day", weekday=words(f"weekday.{day.weekday()}"), day=day.day, month=day.month)
        told = words("attract.help.text", date=date, start=clock(each.start), end=clock(each.end))
        pages.append(("people", words("attract.help", who=who, what=what), (told,)))
    return pages


def clock(time: str) -> str:
    """`07:30` → 7:30, as people write it."""
    return time.removeprefix("0")


def next_help(settings: Settings, face: Face | None) -> tuple[dt.date, HelpDay] | None:
    """The next day, today too, on which somebody helps, holidays left out; None while the date is not known."""
    if face is None:
        return None
    today = dt.date(face.year, face.month, face.day)
    over = f"{face.hour:02}:{face.minute:02}"
    for ahead in range(HELP_DAYS_AHEAD):
        day = today + dt.timedelta(days=ahead)
        if any(each.start <= day <= each.end for each in settings.hours.holidays):
            continue
        for each in settings.help_days:
            if (day in each.days or WEEKDAYS[day.weekday()] in each.weekdays) and (ahead or each.end > over):
                return day, each
    return None
