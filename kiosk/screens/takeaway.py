"""What is done with a procedure: its list goes home, its fee is reckoned."""

from __future__ import annotations

from dataclasses import replace

from config.catalogue_model import Procedure
from kiosk.model import Model
from kiosk.screens.look import Look
from kiosk.takeaway import carried, dong, where
from kiosk.view.widgets import DONE, Box, Code, Fit, Gap, Icon, Text, Widget, column, row


def beside_code(look: Look, text: str, under: str, *lines: Widget | None) -> Widget:
    """A code as large as there is room for, with a word under it; what there is to say stands beside or below."""
    m = look.metrics
    wide, high = look.room
    word = look.body(under, bold=True, align="center")
    inside = m.space * 0.5
    side = (
        wide * (0.36 if m.large else 0.42) if not m.portrait else min(wide, high * (0.38 if m.large else 0.5))
    ) - 2 * inside
    tall = high - look.layout.height(word, side) - 3 * inside
    code = Code(text, min(side, tall if not m.portrait else side))

    def plate(*parts: Widget) -> Box:
        made = look.card(*parts, pad=(inside, inside), gap=inside * 0.6, align="center", justify="center")
        wider = max(side, m.mm(look.layout.size(parts[0], m.px(wide))[0]))
        return replace(made, width=wider + 2 * inside)

    said = [line for line in lines if line is not None]
    shorter: list[Widget] = [column(*said[:n], gap=m.space * 0.6) for n in range(len(said), 0, -1)]
    words = Fit(tuple(shorter), grow=1)
    if m.portrait:
        return column(row(Gap(grow=1), plate(code, word), Gap(grow=1)), Gap(m.space * 0.4), words, gap=m.space * 0.6)
    left = Fit((plate(code, word), plate(Code(text, min(side, high - 2 * inside))), plate(Code(text))))
    return row(left, Box((words,), "column", grow=1.0), gap=m.space * 1.2)


def carry(look: Look, model: Model) -> Box:
    """The list for a phone and for paper, without a trace of who wanted it."""
    words = look.words
    each = look.catalogue.procedure(model.procedure)
    text = carried(look.settings, look.catalogue, each, words, where(look.settings, each, words))
    prints = look.settings.printer.kind != "none"
    slip = model.reading.slip if prints else ""
    state = _paper(look, slip)
    title = look.headline(words("carry.title"))
    small = look.lead(words("carry.title"))
    name = look.body(words.pick(each.short, each.name_en), soft=True)
    promise = look.body(words("carry.link" if look.settings.kiosk.carry.kind == "link" else "carry.text"))
    if text is None:
        lines = [state] if state else [look.body(words("carry.paper"))]
        content: Widget = column(Gap(grow=1), title, name, *lines, Gap(grow=1.4), gap=look.metrics.space * 0.6)
    elif state is not None:
        content = beside_code(look, text, words("carry.scan"), state, promise)
    else:
        first = small if look.compact or look.metrics.large else title
        content = beside_code(look, text, words("carry.scan"), first, name, promise)
    again = slip in ("", "failed")
    main = look.button("print", words("carry.print"), icon="printer", main=True) if prints and again else None
    return look.frame(model, content, main=main)


def _paper(look: Look, slip: str) -> Widget | None:
    """What became of the paper, with a sign."""
    if not slip:
        return None
    m, words = look.metrics, look.words
    icon = {"printed": "check", "asking": "printer"}.get(slip, "warn")
    colour = DONE if slip == "printed" else look.primary
    said = look.lead(words(f"carry.{slip}"), grow=1)
    return row(Icon(icon, m.headline * 1.3, colour), said, gap=m.space * 0.6, align="start")


def sums(look: Look, model: Model) -> Box:
    """Pages and copies by − and +, and what it comes to."""
    m, words = look.metrics, look.words
    each = look.catalogue.procedure(model.procedure)
    fee, reading = each.fee, model.reading
    due = fee.due(reading.pages, reading.copies) or 0
    counts: list[Widget] = []
    if fee.steps is not None:
        counts.append(_count(look, "pages", reading.pages))
    counts.append(_count(look, "copies", reading.copies))
    total = Text(dong(due, words), m.headline * (1.0 if look.compact else 1.25), 700, look.primary, lines=1)
    rule = look.body(words.pick(fee.text, fee.text_en), soft=True)
    reckoned = _reckoned(look, each, reading.pages, reading.copies)
    title = look.headline(words("sums.title"))
    name = look.body(words.pick(each.short, each.name_en), soft=True)
    gap = m.space * 0.6
    tight = max(3.4, gap * 0.6)
    middle = Gap(grow=1)
    content = Fit(
        (
            column(title, name, middle, *counts, middle, total, reckoned, rule, gap=gap),
            column(title, middle, *counts, middle, total, reckoned, gap=gap),
            column(*counts, middle, total, reckoned, gap=tight),
            column(*counts, middle, total, gap=tight),
        )
    )
    main = None
    if look.settings.payment.offered and due:
        pay = words("procedure.pay.short" if m.large and not m.portrait else "procedure.pay")
        main = look.button("payfee", pay, icon="scan", main=True)
    return look.frame(model, content, main=main)


def _reckoned(look: Look, each: Procedure, pages: int, copies: int) -> Text:
    """How the sum comes about: "2 × 2.000 + 3 × 1.000 = 7.000 đồng một bản"."""
    words, fee = look.words, each.fee
    one = fee.due(pages, 1) or 0
    if fee.steps is None or fee.amount is None:
        return look.body(words("sums.copies.by", n=copies, one=dong(one, words)))
    first = min(pages, fee.steps.pages)
    parts = [f"{first} × {_bare(fee.amount, look)}"]
    if pages > first:
        parts.append(f"{pages - first} × {_bare(fee.steps.then, look)}")
    if fee.amount * first + fee.steps.then * (pages - first) > fee.steps.cap:
        return look.body(words("sums.cap", one=dong(one, words), n=copies))
    return look.body(words("sums.by", parts=" + ".join(parts), one=dong(one, words), n=copies))


def _bare(amount: int, look: Look) -> str:
    grouped = f"{amount:,}"
    return grouped if look.words.language == "en" else grouped.replace(",", ".")


def _count(look: Look, what: str, value: int) -> Widget:
    m, words = look.metrics, look.words
    live = value > 1

    def key(step: str, icon: str, name: str) -> Box:
        made = look.button(f"{what}:{step}", name, icon=icon)
        only = (Icon(icon, m.body * 1.6, look.primary),) if not name else made.children
        return replace(made, children=only, width=m.target * 1.2)

    less: Widget = key("down", "minus", "") if live else Gap(m.target * 1.2)
    number = Text(str(value), m.headline, 700, look.primary, "center", lines=1)
    middle = Box((number,), "column", width=m.headline * 3.2, justify="center", min_height=m.target)
    label = look.body(words(f"sums.{what}"), bold=True, grow=1)
    buttons: list[Widget] = [less, middle, key("up", "plus", "")]
    ten = replace(look.button(f"{what}:more", "+10"), width=m.target * 1.2, pad=(0, 0))
    keys = max(3.4, m.space * 0.5)
    with_ten = [*buttons, ten] if what == "pages" else [*buttons, Gap(m.target * 1.2)]
    if m.portrait or m.large:
        return Fit(
            (
                row(label, *buttons, gap=keys, align="center"),
                column(replace(label, grow=0.0), row(*buttons, gap=keys, align="center"), gap=1.0),
            )
        )
    return row(label, *with_ten, gap=keys, align="center")
