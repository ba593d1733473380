"""One procedure: how long, how much, where; its papers as a tick list; what it rests on; how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from config.catalogue_model import LinkedStep, Procedure
from kiosk.model import Model
from kiosk.screens.look import Look
from kiosk.screens.paging import pages_of
from kiosk.takeaway import days, doubted, paper_line, papers_by_case, valid_on, where
from kiosk.view.widgets import WASH, Box, Gap, Icon, Text, Widget, column, row


def detail(look: Look, model: Model) -> Box:
    """Facts first, then what can be done with it, then the papers; pages turned by a button."""
    m, words = look.metrics, look.words
    each = look.catalogue.procedure(model.procedure)
    wide, high = look.room
    gap = max(3.4, m.space * 0.7)
    name = words.pick(each.name, each.name_en)
    title = look.headline(name)
    if look.layout.height(title, wide) > high * 0.3:
        title = look.lead(name)
    inner = wide - look.pager_mm
    carry = look.button("go:carry", words("procedure.carry"), icon="printer")
    foot = (carry,) if not m.large or m.portrait else ()
    deeds = _deeds(look, each) if foot else [carry, *_deeds(look, each)]
    blocks: list[Widget] = [*_facts(look, each, inner, high, gap)]
    side_by_side = 1 if m.large else 2
    blocks += [row(*deeds[at : at + side_by_side], gap=gap) for at in range(0, len(deeds), side_by_side)]
    for section in (_papers(look, each), _linked(look, each, inner), _exempt(look, each), _legal(look, each)):
        blocks += _kept_together(list(section))
    blocks.append(look.body(_trust(look, each), soft=True))
    use = high - look.layout.height(title, wide) - gap
    head: Widget | None = title
    if use < 2 * m.target + m.space:  # a long name on a small panel turns with the pages
        head, use, blocks = None, high, [title, *blocks]
    pages = pages_of(look.layout, blocks, inner, use, gap * 0.7)
    page = min(model.page, len(pages) - 1)
    pager = look.pager(page, len(pages), use)
    content = column(head, row(column(*pages[page], gap=gap * 0.7, grow=1), pager, gap=m.space, grow=1), gap=gap)
    mine = model.ticket is not None and model.ticket.service == each.service
    take = None if mine else look.button("takefor", words("procedure.take"), icon="ticket", main=True)
    return look.frame(model, content, extra=foot, main=take)


def _facts(look: Look, each: Procedure, inner: float, high: float, gap: float) -> list[Widget]:
    m, words = look.metrics, look.words
    time, fee = each.time, each.fee
    plain = (
        ("clock", "time", words.pick(time.text, time.text_en), time.verified),
        ("document", "fee", words.pick(fee.text, fee.text_en), fee.verified),
        ("person", "where", where(look.settings, each, words), True),
    )
    if m.large:
        blocks: list[Widget] = []
        for icon, name, value, sure in plain:
            label = look.body(words(f"procedure.{name}"), soft=True, grow=1)
            head = row(Icon(icon, m.body * 1.5, look.primary), label, gap=m.space * 0.4, align="center")
            blocks += _kept_together([head, look.body(value + ("" if sure else " (*)"), bold=True)])
        return blocks
    facts = [_fact(look, icon, f"procedure.{name}", value, sure) for icon, name, value, sure in plain]
    across = row(*[replace(fact, grow=1.0) for fact in facts], gap=gap)
    if not m.portrait and look.layout.height(across, inner) <= high * 0.45:
        return [across]
    icon, name, value, _sure = plain[2]
    place = look.body(f"{words(f'procedure.{name}')}: **{value}**", grow=1)
    third = row(Icon(icon, m.body * 1.5, look.primary), place, gap=m.space * 0.4, align="start")
    return [row(replace(facts[0], grow=1.0), replace(facts[1], grow=1.0), gap=gap), third]


def _fact(look: Look, icon: str, key: str, text: str, verified: bool) -> Box:
    m = look.metrics
    sign = Icon(icon, m.body * 1.5, look.primary)
    head = row(sign, look.body(look.words(key), soft=True, grow=1), gap=m.space * 0.4, align="center")
    said = look.body(text + ("" if verified else " (*)"), bold=True)
    return look.card(head, said, pad=(m.space * 0.8, m.space * 0.5), gap=0.5)


def _deeds(look: Look, each: Procedure) -> list[Box]:
    """What can be done about the fee here: count it, or pay it by one's own bank."""
    words = look.words
    if each.fee.counted:
        return [look.button("go:sums", words("procedure.sums"), icon="keypad")]
    if look.settings.payment.offered and each.fee.due():
        return [look.button("payfee", words("procedure.pay"), icon="scan")]
    return []


def _kept_together(section: list[Widget]) -> list[Widget]:
    """A heading stays with the line that follows it."""
    return section if len(section) < 2 else [column(section[0], section[1], gap=1.2), *section[2:]]


def _papers(look: Look, each: Procedure) -> Iterator[Widget]:
    m, words = look.metrics, look.words
    yield look.lead(words("procedure.papers"))
    if not each.papers:
        yield look.body(words("procedure.nopapers"))
    for case, papers in papers_by_case(each):
        for at, paper in enumerate(papers):
            said = look.body(paper_line(paper, words), grow=1)
            line: Widget = row(Icon("box", m.body * 1.5, look.primary), said, gap=m.space * 0.6, align="start")
            if case is not None and at == 0:
                name = words.pick(case, paper.case_en or "")
                line = column(look.body(words("procedure.case", name=name), bold=True), line, gap=1.2)
            yield line


def _linked(look: Look, each: Procedure, inner: float) -> Iterator[Widget]:
    """The offices one after the other, each with its half days, and the sum as people reckon it."""
    words = look.words
    steps = each.linked or ()
    if not steps:
        return
    known = [step.half_days for step in steps if step.half_days]
    title = words("procedure.linked")
    if len(known) == len(steps):
        parts = " + ".join(days(n, words) for n in known)
        title = words("procedure.sum", parts=parts, total=days(sum(known), words))
    yield look.lead(title)
    line = _step_line(look, steps)
    if line is not None and look.layout.height(line, inner) < look.room[1] * 0.5:
        yield line
    else:
        yield from (_step_row(look, at, step) for at, step in enumerate(steps, 1))
    yield look.body(words("procedure.side"), soft=True)


def _days(look: Look, step: LinkedStep) -> str:
    words = look.words
    if step.half_days is None:
        return words("procedure.days.unknown")
    return words("procedure.days", n=days(step.half_days, words))


def _step_line(look: Look, steps: tuple[LinkedStep, ...]) -> Widget | None:
    m, words = look.metrics, look.words
    if m.large or m.portrait or len(steps) > 5:
        return None
    parts: list[Widget] = []
    for at, step in enumerate(steps):
        if at:
            parts.append(Icon("next", m.body, look.primary))
        name = look.body(words.pick(step.name, step.name_en), align="center")
        long = look.body(_days(look, step), bold=True, align="center")
        parts.append(look.card(name, Gap(grow=1), long, grow=1.0, gap=0.2, pad=(m.space * 0.2, m.space * 0.3)))
    cards = [part for part in parts if isinstance(part, Box)]
    wide = (look.room[0] - look.pager_mm - (len(steps) - 1) * (m.body + m.space * 0.6)) / len(steps)
    high = max(look.layout.height(card, wide) for card in cards)
    same = [replace(part, min_height=high) if isinstance(part, Box) else part for part in parts]
    return replace(row(*same, gap=m.space * 0.3, align="center"), even=True)


def _step_row(look: Look, at: int, step: LinkedStep) -> Widget:
    m, words = look.metrics, look.words
    side = m.body * 2.2
    sign = Text(str(at), m.body, 700, look.primary, "center", lines=1)
    medal = Box((sign,), "column", fill=WASH, radius=side / 2, width=side, height=side, justify="center")
    name = look.body(words.pick(step.name, step.name_en), grow=1)
    return row(medal, name, look.body(_days(look, step), bold=True, lines=1), gap=m.space * 0.6, align="center")


def _exempt(look: Look, each: Procedure) -> Iterator[Widget]:
    words = look.words
    if not each.fee.exempt:
        return
    yield look.lead(words("procedure.exempt"))
    for one in each.fee.exempt:
        yield look.body("• " + words.pick(one.text, one.text_en))


def _legal(look: Look, each: Procedure) -> Iterator[Widget]:
    if not each.legal:
        return
    yield look.lead(look.words("procedure.legal"))
    for one in each.legal:
        yield look.body(one)


def _trust(look: Look, each: Procedure) -> str:
    words = look.words
    valid = valid_on(look.catalogue, words) + "."
    return f"{words('procedure.unverified')} {valid}" if doubted(each) else valid
