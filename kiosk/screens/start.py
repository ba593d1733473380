"""Home, and the screens that say what does not work now."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model
from kiosk.screens.look import Look
from kiosk.screens.moments import shortest_wait, when
from kiosk.view.widgets import CALL, INK, WHITE, Box, Fit, Gap, Icon, Text, Widget, column, row


def home(look: Look, model: Model) -> Box:
    """One big tile for a number, four equals beside it."""
    m, words = look.metrics, look.words
    tiles = [
        _tile(look, "go:scan", "scan", "dossier"),
        _tile(look, "go:popular", "document", "procedures"),
        _tile(look, "go:rate", "face5", "rate"),
        _tile(look, "go:help", "help", "help"),
    ]
    gap = m.space
    take = _take(look, model)
    if _one_queue(model):  # the tile is the ticket; who has priority touches the other one
        first = look.button("first", words("service.priority"), icon="people")
        tile = replace(take, grow=1.0)
        take = column(first, tile, gap=gap) if m.portrait else column(tile, first, gap=gap)
    if m.portrait:
        grid = column(
            replace(take, grow=1.25),
            row(*tiles[:2], gap=gap, grow=1),
            row(*tiles[2:], gap=gap, grow=1),
            gap=gap,
            even=True,
        )
    else:
        right = column(
            row(*tiles[:2], gap=gap, grow=1),
            row(*tiles[2:], gap=gap, grow=1),
            gap=gap,
            grow=1.9 if m.roomy else 2.15,
            even=True,
        )
        grid = row(replace(take, grow=1.1 if m.large else 1.0), right, gap=gap)
    greeting = Text(words("home.greeting"), m.lead, 600, INK)
    content: Widget = grid
    if m.roomy or m.portrait:
        content = column(greeting, replace(grid, grow=1), gap=m.space * 0.7)
    told = _said_to_all(look, model)
    if told and not _in_foot(look, told):
        # In large text the foot is too low for two lines: then it stands above the tiles, which say less.
        content = Fit((column(told[-1], replace(content, grow=1), gap=m.space * 0.5), content))
    return look.frame(model, content, foot=_home_foot(look, model))


def _in_foot(look: Look, told: list[Widget]) -> list[Widget]:
    """Those forms of the supervisor's sentence that the foot has room for."""
    wide = look.metrics.width - 2 * look.margin
    return [each for each in told if look.layout.fits(each, wide, look.footer_mm)]


def _one_queue(model: Model) -> bool:
    """Whether one queue serves everything, and takes people now."""
    return len(model.hub.services) == 1 and model.hub.open


def _take(look: Look, model: Model) -> Box:
    m, words = look.metrics, look.words
    lines: list[str] = []
    note: Widget | None = None
    if not model.hub.connected:
        lines = [words("home.pause")]
    elif not model.hub.open:
        lines = [words("home.closed")]
        moment = when(words, model.hub.refusal().opens_at, model.face)
        if moment:
            # Where there is room for one line only, this is the one.
            lines.insert(1 if m.roomy or m.portrait else 0, words("home.opens", when=moment))
    else:
        waiting = sum(service.waiting for service in model.hub.services if service.open)
        lines = [words("home.waiting", n=waiting) if waiting else words("home.nobody")]
        shortest = shortest_wait(model.hub.services)
        if waiting and shortest:
            lines.append(words("home.estimate", low=shortest[0], high=shortest[1]))
        note = (
            None
            if _one_queue(model)
            else Box(
                (look.body(words("home.priority")),),
                "column",
                pad=(m.space * 0.7, m.space * 0.5),
                fill=CALL,
                radius=m.radius * 0.8,
            )
        )
    icon = Icon("ticket", m.headline * 1.7, CALL)
    title = look.headline(words("home.take"), colour=WHITE)
    says = [look.body(line, colour=WHITE) for line in lines]
    gap = m.space * 0.4
    options: list[Widget] = []
    if note is not None:
        options.append(column(icon, Gap(grow=1), title, *says, Gap(m.space * 0.3), note, gap=gap))
    options += [
        column(icon, Gap(grow=1), title, *says, gap=gap),
        column(icon, Gap(grow=1), title, *says[:1], gap=gap),
        column(Gap(grow=1), title, *says[:1], Gap(grow=1), gap=gap),
        column(Gap(grow=1), title, Gap(grow=1)),
    ]
    return Box(
        (Fit(tuple(options), grow=1),),
        "column",
        pad=(m.space * 1.2, m.space),
        fill=look.primary,
        radius=m.radius * 1.2,
        id="go:service",
        pressed=look.pressed(True),
    )


def _tile(look: Look, target: str, icon: str, key: str) -> Box:
    m, words = look.metrics, look.words
    sign = Icon(icon, m.headline * 1.35, look.primary)
    title = look.lead(words(f"home.{key}"))
    sub = look.body(words(f"home.{key}.sub"), soft=True)
    options: tuple[Widget, ...] = (
        column(sign, Gap(grow=1), title, sub, gap=m.space * 0.15),
        column(sign, Gap(grow=1), title, gap=m.space * 0.3),
        column(Gap(grow=1), title, Gap(grow=1)),
    )
    pad = (m.space * (0.5 if m.large else 1.0 if m.roomy else 0.8), m.space * 0.75)
    return look.card(Fit(options, grow=1), target=target, grow=1.0, pad=pad)


def _home_foot(look: Look, model: Model) -> Widget:
    m, words = look.metrics, look.words
    hours = look.body(words("home.hours", hours=look.settings.site.hours), lines=1)
    calls = [words("home.call", number=number, counter=counter) for number, counter in model.hub.calls]
    serving = [look.body(words("home.serving") + "  " + " · ".join(calls[:n]), lines=1) for n in (3, 2, 1) if calls[:n]]
    told = [(vi, en) for _part, vi, en in model.hub.parts[:1] if vi and not model.hub.message]
    notice = [look.body(words.pick(vi, en), lines=1) for vi, en in told]
    gap = m.space
    options: list[Widget] = _in_foot(look, _said_to_all(look, model))
    options += [row(*notice, Gap(grow=1), each, gap=gap, align="center") for each in serving if notice]
    options += [row(each, gap=gap, align="center") for each in notice]
    options += [row(hours, Gap(grow=1), each, gap=gap, align="center") for each in serving]
    options += [row(each, gap=gap, align="center") for each in serving]
    options.append(row(hours, align="center"))
    options.append(row(look.body(look.settings.site.hours), align="center"))
    return Fit(tuple(options))


def _said_to_all(look: Look, model: Model) -> list[Widget]:
    """The supervisor's sentence, the loud thing of the screen. It is not shortened: where one line is too short it
    takes two, then gives up its sign."""
    if not model.hub.message:
        return []
    m = look.metrics
    said = look.words.pick(*model.hub.message)
    sign = Icon("bell", m.body * 1.5, INK)
    words = [look.body(said, bold=True, lines=lines) for lines in (1, 2)]
    inner: list[Widget] = [row(sign, each, gap=m.space * 0.6, align="center") for each in words]
    inner += [look.body(said, bold=True)]
    return [
        Box((each,), "column", pad=(m.space * 0.8, m.space * 0.25), fill=CALL, radius=m.radius, justify="center")
        for each in inner
    ]


def message(
    look: Look,
    model: Model,
    icon: str,
    colour: str,
    title: str,
    text: str,
    *actions: Box,
    main: Box | None = None,
    short: str = "",
) -> Box:
    """One sign, one sentence, one explanation (`short`: what of it must be said at least), and the next step."""
    m = look.metrics
    head, body = look.headline(title), look.body(text)
    medal = look.medal(icon, colour)

    def option(*parts: Widget, sign: bool = True) -> Widget:
        said = column(*parts, gap=m.space * 0.6, grow=1)
        inner = row(medal, said, gap=m.space * 1.2, align="start") if sign else said
        card = look.card(inner, pad=(m.space * 1.2, m.space * (1.2 if sign else 0.7)))
        return column(Gap(grow=1), card, Gap(grow=1.4))

    small = look.lead(title)
    options = [option(head, body), option(head, body, sign=False), option(small, body, sign=False)]
    if short:
        options += [option(small, look.body(short)), option(small, look.body(short), sign=False)]
    content = Fit((*options, option(small)))
    return look.frame(model, content, extra=actions, main=main)


def see_procedures(look: Look) -> Box:
    """The next step where no number can be taken."""
    return look.button("go:popular", look.words("see.procedures"), icon="document")


def out_of_service(look: Look, model: Model) -> Box:
    """The hub cannot be reached; procedures still can."""
    words = look.words
    return message(look, model, "ticket", look.primary, words("out.title"), words("out.text"), see_procedures(look))


def failsafe(look: Look, model: Model) -> Box:
    """Our own code failed; nothing of the person is left."""
    words = look.words
    return message(look, model, "help", look.primary, words("failsafe.title"), words("failsafe.text"))
