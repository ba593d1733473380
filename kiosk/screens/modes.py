"""The sheets over a screen: how to be served, and in which language. Closing one shows the same place again."""

from __future__ import annotations

from dataclasses import replace

from kiosk.locale import offered
from kiosk.model import Model
from kiosk.screens.look import Look
from kiosk.view.widgets import HAIR, WHITE, Box, Fit, Gap, Icon, Text, Widget, column, row


def sheet(look: Look, under: Widget, model: Model) -> Widget:
    """The sheet the model asks for, over its screen; the screen alone without one."""
    if not model.modes.sheet:
        return under
    m = look.metrics
    wide = min(m.width - 2 * look.margin, 200 * m.factor)
    options = _languages(look, model) if model.modes.sheet == "language" else _choices(look, model)
    room = wide - 2.4 * m.space, m.height - 2.4 * m.space
    inner = next((each for each in options if look.layout.fits(each, *room)), options[-1])
    card = Box((inner,), "column", 0, (m.space * 1.2, m.space), WHITE, HAIR, 0.4, m.radius, width=wide)
    middle = Box((card,), "column", align="center", justify="center", pad=(look.margin, 0))
    return Box((under, Box(scrim=True), middle), "stack")


def _choices(look: Look, model: Model) -> list[Box]:
    m, words = look.metrics, look.words
    gap = max(3.4, m.space * 0.8)
    switches = [
        _switch(look, "large", "", words("modes.large"), model.large),
        _switch(look, "contrast", "contrast", words("modes.contrast"), model.modes.contrast),
    ]
    voice = bool(look.settings.kiosk.speaker) and words.has("language.voice")
    if voice:
        switches.append(_switch(look, "speak", "sound", words("modes.speak"), model.modes.speak))
        switches.append(_volume(look, model))
    lines: list[Widget]
    if m.portrait:
        lines = list(switches)
    else:
        lines = [row(*switches[at : at + 2], gap=gap, even=True) for at in range(0, len(switches), 2)]
    close = _foot(look, gap)
    notes: list[Widget] = []
    if voice:
        key = "modes.silent" if model.modes.silent else "modes.private" if look.settings.kiosk.headphones else ""
        notes = [look.body(words(key or "modes.aloud"))]
    title, small = look.headline(words("modes.title")), look.lead(words("modes.title"))
    return [
        column(title, *lines, *notes, close, gap=gap),
        column(small, *lines, *notes, close, gap=gap),
        column(small, *lines, close, gap=gap),
        column(*lines, close, gap=gap),
    ]


def _foot(look: Look, gap: float) -> Box:
    """The way home is on a sheet, too; *Xong* is not: it would be taken for "done with the sheet", and wipe."""
    home = look.button("home", look.words("nav.home"))
    return row(home, Gap(grow=1), look.button("modes:close", look.words("modes.close"), main=True), gap=gap)


def _switch(look: Look, target: str, icon: str, text: str, on: bool) -> Box:
    """Something that is on or off: filled and ticked, or empty."""
    m = look.metrics
    ink = WHITE if on else look.primary
    made = look.button(target, text, on=on, grow=1.0)
    word = Text(text, m.body, 600, ink, lines=1)
    size = m.body * 1.5
    sign: Widget = Icon(icon, size, ink) if icon else Text("Aa", m.body, 700, ink, lines=1)
    state = Icon("check" if on else "box", size, ink)
    inner = Fit(
        (
            row(sign, word, Gap(grow=1), state, gap=m.space * 0.6, align="center"),
            row(word, Gap(grow=1), state, gap=m.space * 0.4, align="center"),
        ),
        grow=1,
    )
    return replace(made, children=(inner,), pad=(m.space * 0.8, 0), justify="start")


def _volume(look: Look, model: Model) -> Box:
    m, words = look.metrics, look.words
    level = look.settings.kiosk.volume if model.modes.volume is None else model.modes.volume
    word = look.body(words("modes.volume", n=level), align="center", lines=1)
    short = look.body(f"{level}%", align="center", lines=1)
    less = look.button("volume:down", "", grow=0.0)
    more = look.button("volume:up", "", grow=0.0)
    less = replace(less, children=(Icon("minus", m.body * 1.5, look.primary),), pad=(0, 0), width=m.target * 1.1)
    more = replace(more, children=(Icon("plus", m.body * 1.5, look.primary),), pad=(0, 0), width=m.target * 1.1)
    middle = Fit(tuple(column(Gap(grow=1), each, Gap(grow=1)) for each in (word, short)), grow=1)
    return row(less, middle, more, gap=max(3.4, m.space * 0.6), align="center", grow=1.0)


def _languages(look: Look, model: Model) -> list[Box]:
    m, words = look.metrics, look.words
    gap = max(3.4, m.space * 0.8)
    every = offered(look.settings)
    buttons = [
        look.button(f"language:{each}", look.named(each), on=each == model.language, grow=1.0, pad=(m.space * 0.6, 0))
        for each in every
    ]
    close = _foot(look, gap)
    title = look.lead(words("modes.languages"))

    def grid(across: int) -> Box:
        full: list[Widget] = [*buttons, *[Gap(grow=1)] * (-len(buttons) % across)]
        lines = [row(*full[at : at + across], gap=gap, even=True) for at in range(0, len(full), across)]
        return column(title, *lines, close, gap=gap)

    first = 1 if m.portrait and len(every) <= 5 else 2 if len(every) <= 6 else 3
    return [grid(across) for across in dict.fromkeys((first, 2, 3))]
