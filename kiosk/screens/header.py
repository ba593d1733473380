"""The head of every screen: who we are, how a person wants to be served, the clock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.locale import offered
from kiosk.logo import usable
from kiosk.model import Model
from kiosk.view.metrics import KEY_MM
from kiosk.view.widgets import EDGE, WHITE, Box, Fit, Gap, Icon, Picture, Text, Widget, column, row

if TYPE_CHECKING:
    from kiosk.screens.look import Look


def header(look: Look, model: Model, head: Widget | None) -> Widget:
    """One row; `head`: what a typing screen has in the place of the name. On a narrow panel it says less."""
    m, words = look.metrics, look.words
    name, place = words.site(look.settings)
    mark = emblem(look, model)
    modes, modes_flat = _modes(look, model)
    tongue, tongue_flat = _tongue(look, model)
    clock: Widget | None = None
    full_clock: Widget | None = None
    if model.face:
        time = Text(f"{model.face.hour:02}:{model.face.minute:02}", m.lead, 700, lines=1)
        clock = time
        full_clock = column(time, look.body(date_of(look, model), soft=True, lines=1))
    gap = m.space * 0.8
    two = column(look.body(name, bold=True, lines=1), look.body(place, soft=True, lines=1))
    short = look.body(place, bold=True, lines=1)
    grow = Gap(grow=1)
    if head is not None:
        grown = replace(head, grow=1)
        return Fit(
            (
                row(grown, modes_flat, tongue, gap=gap, align="center"),
                row(grown, modes_flat, tongue_flat, gap=gap, align="center"),
            )
        )
    options: list[Widget] = [
        row(mark, two, grow, modes, tongue, full_clock, gap=gap, align="center"),
        row(mark, two, grow, modes, tongue, clock, gap=gap, align="center"),
        row(mark, short, grow, modes, tongue, clock, gap=gap, align="center"),
        row(mark, short, grow, modes_flat, tongue_flat, clock, gap=gap, align="center"),
        row(mark, grow, modes_flat, tongue_flat, clock, gap=gap, align="center"),
        row(grow, modes_flat, tongue_flat, clock, gap=gap, align="center"),
        row(grow, modes_flat, tongue_flat, gap=gap, align="center"),
    ]
    return Fit(tuple(options), grow=1.0)


def emblem(look: Look, model: Model) -> Widget:
    """The commune's logo, or our own mark. On the home screen touching it five times leads to the staff's screen
    (kiosk.tasks.staff): nothing says so there, the handbook does."""
    m = look.metrics
    size = max(KEY_MM + 0.3, m.body * 2.6)
    inner: Widget = Text("1C", m.body, 700, WHITE, "center", lines=1)
    fill = look.primary
    logo = usable(look.settings.site.logo)
    if logo:
        inner, fill = Picture(logo, size - 1.0), WHITE
    made = Box((inner,), "column", fill=fill, radius=m.radius, width=size, height=size, justify="center", target="key")
    if model.screen != "home":
        return made
    return replace(made, id="mark", edge=EDGE if fill == WHITE else None)


def date_of(look: Look, model: Model) -> str:
    """The day as the language writes it; empty while the clock is not believed."""
    face = model.face
    if face is None:
        return ""
    weekday = look.words(f"weekday.{face.weekday}")
    return look.words("date", weekday=weekday, day=face.day, month=face.month, year=face.year)


def _modes(look: Look, model: Model) -> tuple[Box, Box]:
    """The one button to everything that makes the screen easier: with its sign, and without."""
    m = look.metrics
    on = model.large or model.modes.contrast or model.modes.speak
    flat = look.button("modes", look.words("header.modes"), on=on)
    sign = Text("Aa", m.body, 700, WHITE if on else look.primary, "center", lines=1)
    return replace(flat, children=(sign, *flat.children)), flat


def _tongue(look: Look, model: Model) -> tuple[Box | None, Box | None]:
    """Two languages: the name of the other one. More: the word by which those find it who cannot read this screen."""
    m = look.metrics
    every = offered(look.settings)
    if len(every) < 2:
        return None, None
    if len(every) > 2:
        flat = look.button("language", look.words("header.languages"))
        sign = Icon("globe", m.body * 1.5, look.primary)
        return replace(flat, children=(sign, *flat.children)), flat
    other = next((each for each in every if each != model.language), every[0])
    button = look.button("language", look.named(other))
    return button, button
