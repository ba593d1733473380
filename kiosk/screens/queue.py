"""Taking a number."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model, ServiceLine, Ticket
from kiosk.screens.look import Look
from kiosk.screens.paging import pages_of
from kiosk.screens.start import message
from kiosk.view.widgets import ACT, CALL, EDGE, INK, PAPER, Box, Fit, Gap, Icon, Text, Widget, column, row

LETTER = 1.3
"""Room of a queue's letter, in cap heights of a headline."""


def choose(look: Look, model: Model) -> Box:
    """Which queue; priority as one big switch, self-declared, no reason asked."""
    m, words = look.metrics, look.words
    wide, high = look.room
    gap = max(3.4, m.space * 0.8)
    title = look.headline(words("service.title")) if not look.compact else look.lead(words("service.title"))
    priority = _priority(look, model)
    head: Widget = title
    use = high - look.layout.height(title, wide) - gap
    hint: Widget | None = None
    if m.roomy or m.portrait:
        hint = look.body(words("service.priority") + ": " + words("service.priority.sub"), soft=True)
        use -= look.layout.height(hint, wide) + gap
    across = 1 if m.large and not m.roomy else 2
    inner = wide - look.pager_mm
    tile_wide = (inner - gap * (across - 1)) / across
    tiles = [_service(look, service, tile_wide) for service in model.hub.services]
    rows: list[Widget] = []
    for at in range(0, len(tiles), across):
        pair = tiles[at : at + across]
        rows.append(row(*pair, *[Gap(grow=1)] * (across - len(pair)), gap=gap))
    booked = look.button("go:checkin", words("checkin.have"), icon="clock")
    if m.large:  # the footer has room for one of them: the other is the last of the list
        rows.append(replace(booked, grow=0.0))
    pages = pages_of(look.layout, rows, inner, use, gap)
    page = min(model.page, len(pages) - 1)
    body = column(*pages[page], gap=gap, grow=1)
    pager = look.pager(page, len(pages))
    content = column(head, row(body, pager, gap=m.space, grow=1), hint, gap=gap)
    return look.frame(model, content, extra=(priority,) if m.large else (priority, booked))


def _priority(look: Look, model: Model) -> Box:
    words = look.words
    text = words("service.priority.on") if model.priority else words("service.priority")
    button = look.button("priority", text, icon="check" if model.priority else "people")
    if model.priority:
        kids = tuple(replace(c, colour=INK) for c in button.children if isinstance(c, (Text, Icon)))
        return replace(button, fill=CALL, children=kids, pressed="#E0B24E")
    return button


def _service(look: Look, service: ServiceLine, wide: float) -> Box:
    m, words = look.metrics, look.words
    name = look.body(words.pick(service.name, service.name_en), bold=True)
    if not service.open:
        why = service.status if service.status in ("quota", "full", "holiday") else "closed"
        note = look.body(words(f"service.{why}"), soft=True)
    elif service.waiting:
        note = _waiting(look, service, wide)
    else:
        note = look.body(words("service.none"), soft=True)
    text = column(name, note, grow=1, gap=0.3)
    letter = Text(service.letter, m.headline, 700, look.primary, "center", lines=1)
    inner = row(Box((letter,), width=m.headline * LETTER), text, gap=m.space * 0.4, align="center")
    target = f"take:{service.id}" if service.open else f"why:{service.id}"
    card = look.card(inner, target=target, grow=1.0, justify="center")
    card = replace(
        card, min_height=m.target + m.space * 0.5, pad=(m.space * 0.8, m.space * (0.1 if look.compact else 0.45))
    )
    return card if service.open else replace(card, fill=PAPER, edge=EDGE)


def _waiting(look: Look, service: ServiceLine, wide: float) -> Text:
    """How many, and how long where there is room for it on one line."""
    m, words = look.metrics, look.words
    short = look.body(words("service.waiting", n=service.waiting), soft=True)
    if service.estimate is None:
        return short
    low, high = service.estimate
    room = wide - m.headline * LETTER - m.space * 2.0
    for key in ("service.wait", "service.wait.short"):
        long = look.body(words(key, n=service.waiting, low=low, high=high), soft=True, lines=1)
        if m.mm(look.layout.size(long, m.px(room))[0]) <= room - 0.5:
            return long
    return short


def issuing(look: Look, model: Model) -> Box:
    """The press is on its way to the ledger."""
    words = look.words
    return message(look, model, "ticket", look.primary, words("issuing.title"), words("issuing.text"))


def ticket(look: Look, model: Model) -> Box:
    """The number, large; then the paper, or what to do without it."""
    m, words = look.metrics, look.words
    given = model.ticket
    if given is None:
        raise ValueError("the ticket screen needs a ticket")
    if model.paper == "broken":
        return _number_alone(look, model, given)
    service = next((s for s in model.hub.services if s.id == given.service), None)
    name = words.pick(service.name, service.name_en) if service else ""
    number = Text(given.number, 22.5 * (1 + (m.factor - 1) * 1.3), 700, look.primary, "center", lines=1)
    ahead = words("ticket.ahead", n=given.ahead) if given.ahead else words("ticket.first")
    lines: list[Widget] = [look.body(ahead, align="center")]
    if given.ahead and given.estimate:
        lines.append(look.body(words("ticket.estimate", low=given.estimate[0], high=given.estimate[1]), align="center"))
    yours = look.body(words("ticket.yours"), bold=True, align="center")
    named = look.body(name, bold=True, align="center")
    wait = Box(tuple(lines), "column", pad=(m.space * 0.6, m.space * 0.5), fill=PAPER, radius=m.radius * 0.8)
    left = Fit(
        (
            column(Gap(grow=1), yours, number, named, Gap(m.space * 0.4), wait, Gap(grow=1)),
            column(Gap(grow=1), yours, number, named, wait, Gap(grow=1)),
            column(Gap(grow=1), yours, number, wait, Gap(grow=1)),
            column(Gap(grow=1), number, wait, Gap(grow=1)),
            column(Gap(grow=1), number, lines[0], Gap(grow=1)),
        ),
        grow=1,
    )
    title = look.headline(words("ticket.paper"))
    text = look.body(words("ticket.paper.text"))
    more = look.body(words("ticket.wait"), soft=True)
    right = Fit(
        (column(title, text, more, gap=m.space * 0.6), column(title, text, gap=m.space * 0.5), column(title)), grow=1
    )
    plate = look.card(left, grow=1.0, pad=(m.space * 0.8, m.space * 0.6))
    if m.portrait:
        content = column(replace(plate, grow=1.2), replace(Box((right,), grow=1.0)), gap=m.space)
    else:
        content = row(plate, Box((right,), "column", grow=1.0), gap=m.space * 1.3)
    extra = look.button("prepare", words("ticket.prepare"), icon="document")
    return look.frame(model, content, extra=(extra,))


def _number_alone(look: Look, model: Model, given: Ticket) -> Box:
    """No paper comes: the number is as large as the panel allows, to be written down or photographed."""
    m, words = look.metrics, look.words
    service = next((s for s in model.hub.services if s.id == given.service), None)
    name = words.pick(service.name, service.name_en) if service else ""
    wide, high = look.room
    ahead = words("ticket.ahead", n=given.ahead) if given.ahead else words("ticket.first")
    says = words("ticket.broken")
    titles = [make(says, colour=ACT, align="center") for make in (look.headline, look.lead)]
    titles.append(look.body(says, bold=True, colour=ACT, align="center"))
    below = look.body(words("ticket.broken.text"), align="center")
    queue = look.body(f"{name} · {ahead}" if name else ahead, align="center")

    def option(title: Widget, cap: float, *lines: Widget) -> Widget:
        number = Text(given.number, cap, 700, look.primary, "center", lines=1)
        return column(Gap(grow=1), title, number, *lines, Gap(grow=1), gap=m.space * 0.5)

    # Four signs of this weight are some three and a half times as wide as their capitals are high.
    largest = min(wide / 3.9, high * 0.62)
    caps = [largest * share for share in (1.0, 0.85, 0.72, 0.6, 0.5) if largest * share > 22.5] + [22.5]
    worded = [cap for cap in caps if cap > 28]  # words only where the number stays very large
    options = [option(titles[0], cap, *lines) for lines in ((queue, below), (below,), (queue,)) for cap in worded]
    options += [option(titles[0], cap) for cap in caps]
    options += [option(title, caps[-1]) for title in titles[1:]]
    return look.frame(model, look.card(Fit(tuple(options), grow=1), pad=(m.space * 0.8, m.space * 0.5)))
