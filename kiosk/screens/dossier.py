"""A dossier: scan or type, wait, and one sentence that says how it stands."""

from __future__ import annotations

from dataclasses import replace

from kiosk.grammar_keys import next_keys
from kiosk.model import Dossier, Model
from kiosk.scanner.grammar import dossier_code
from kiosk.screens import keys
from kiosk.screens.look import Look
from kiosk.screens.paging import pages_of
from kiosk.screens.start import message
from kiosk.view.widgets import (
    ACT,
    DONE,
    HAIR,
    INK_SOFT,
    Box,
    Fit,
    Gap,
    Guide,
    Icon,
    Rule,
    Text,
    Widget,
    column,
    row,
)

CODE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SIGNS = {"waiting": "clock", "open": "clock", "act": "document", "come": "check", "closed": "check", "refused": "help"}


def scan(look: Look, model: Model) -> Box:
    """The frame a receipt is held into; nothing to press."""
    m, words = look.metrics, look.words
    title = look.headline(words("scan.title"))
    text = look.body(words("scan.text"))
    hint: Widget | None = None
    if model.hint:
        hint = look.panel(
            row(
                Icon("scan", m.body * 1.8, look.primary),
                look.body(words(f"scan.hint.{model.hint}"), bold=True, grow=1),
                gap=m.space * 0.7,
                align="center",
            )
        )
    sign = Box((Icon("scan", m.headline * 3.0, look.primary),), "column", align="center", justify="center", grow=1)
    target = Box((Guide(look.primary), sign), "stack", pad=(m.space, m.space))
    frame = Box((replace(target, grow=1.0),), "column", fill="#FFFFFF", edge=HAIR, radius=m.radius, grow=1.0)
    said = (hint,) if hint else (text,)
    both = (title, text, hint) if hint else (title, text)
    left = Fit((column(*both, gap=m.space * 0.7), column(title, *said, gap=m.space * 0.7), column(*said)), grow=1.0)
    if m.portrait:
        content = column(Box((left,), "column", grow=0.9), replace(frame, grow=1.3), gap=m.space)
    else:
        content = row(Box((left,), "column", grow=1.15), frame, gap=m.space * 1.2)
    extra = look.button("go:typing", words("scan.type"), icon="keypad")
    return look.frame(model, content, extra=(extra,))


def typing(look: Look, model: Model) -> Box:
    """Type the code; keys that cannot follow are flat."""
    m, words = look.metrics, look.words
    wide, high = look.room
    board = keys.code_board(look, next_keys(model.code))
    typed = keys.field(look, model.code, words("typing.example"))
    title = look.headline(words("typing.title"))
    if model.hint:
        title = look.lead(words("typing.incomplete"))
    gap = max(2.0, m.space * 0.6)
    head = typed if look.compact else None
    parts: list[Widget] = [Gap(grow=1), board] if head else [typed, Gap(grow=1), board]
    need = sum(look.layout.height(each, wide) for each in (title, *parts)) + len(parts) * gap
    if need <= high:
        parts.insert(0, title)
    ready = dossier_code(model.code, None) is not None
    show = look.button("look", words("typing.look"), main=True) if ready else None
    return look.frame(model, column(*parts, gap=gap), main=show, head=head)


def searching(look: Look, model: Model) -> Box:
    """The worker is asking."""
    words = look.words
    return message(look, model, "search", look.primary, words("searching.title"), words("searching.text"))


def _code_line(look: Look, model: Model, code: str) -> Widget:
    m, words = look.metrics, look.words
    name = look.body(words("dossier"), soft=True, lines=1)
    number = Text(code, m.lead, 700, lines=1)
    as_of = look.body(words("dossier.asof", time=model.result.as_of if model.result else ""), soft=True, lines=1)
    small = replace(number, cap=m.body)
    return Fit(
        (
            row(name, number, Gap(grow=1), as_of, gap=m.space * 0.8, align="center"),
            row(number, Gap(grow=1), as_of, gap=m.space * 0.8, align="center"),
            row(number),
            row(small),
        )
    )


def _sentence(look: Look, dossier: Dossier, under: list[Widget]) -> Widget:
    m, words = look.metrics, look.words
    colour = {"come": DONE, "act": ACT, "refused": ACT}.get(dossier.group, look.primary)
    said = look.headline(words(f"group.{dossier.group}"))
    medal = look.medal(SIGNS[dossier.group], colour)
    whole = replace(said, lines=1)

    def beside(sentence: Text) -> Box:
        return row(medal, column(sentence, *under, gap=0.8, grow=1), gap=m.space, align="start")

    # On one line if it can be, without the sign if it must; the words say the same.
    return Fit((beside(whole), column(whole, *under, gap=0.8), beside(said)))


def date_text(iso: str | None) -> str:
    """2026-11-20 → 20/11/2026."""
    if not iso:
        return ""
    year, month, day = iso[:10].split("-")
    return f"{int(day)}/{int(month)}/{year}"


def status(look: Look, model: Model) -> Box:
    """What the code alone may show: field, group, appointment."""
    m, words = look.metrics, look.words
    dossier = model.result.dossier if model.result else None
    if dossier is None:
        raise ValueError("the status screen needs a dossier")
    card = _status_card(look, dossier)
    private = look.body(words("dossier.private"), soft=True)
    line = _code_line(look, model, dossier.code)
    gap = m.space * 0.8
    content = Fit(
        (
            column(line, card, private, Gap(grow=1), gap=gap),
            column(line, card, Gap(grow=1), gap=gap),
            column(card, Gap(grow=1), gap=gap),
        )
    )
    more = look.button("go:factor", words("dossier.details"), icon="person", main=True)
    return look.frame(model, content, main=more)


def _status_card(look: Look, dossier: Dossier) -> Box:
    m, words = look.metrics, look.words
    due = date_text(dossier.appointment) or words("dossier.noappointment")
    field = words.pick(dossier.field, dossier.field_en)
    facts = [
        row(
            look.body(words("dossier.field"), soft=True, lines=1),
            look.body(field, bold=True, grow=1),
            gap=m.space * 0.7,
        ),
        row(
            look.body(words("dossier.appointment"), soft=True, lines=1),
            look.body(due, bold=True, grow=1),
            gap=m.space * 0.7,
        ),
    ]
    return look.card(_sentence(look, dossier, []), Rule(HAIR), *facts, gap=m.space * 0.6, pad=(m.space * 1.2, m.space))


def factor(look: Look, model: Model) -> Box:
    """Four characters that only the owner of the receipt has."""
    m, words = look.metrics, look.words
    wide, high = look.room
    gap = max(3.4, m.space * 0.7)
    title = look.headline(words("factor.title"))
    kinds = [
        look.button(f"factorkind:{kind}", words(f"factor.{kind}"), on=model.factor_kind == kind)
        for kind in ("id_last4", "lookup_code")
    ]
    switch = Fit((row(*kinds, gap=gap), column(*kinds, gap=gap)))
    cells = []
    for at in range(4):
        last = at == len(model.factor) - 1
        shown = (model.factor[at] if last else "•") if at < len(model.factor) else " "
        cells.append(
            Box(
                (Text(shown, m.headline, 700, align="center", lines=1),),
                "column",
                fill="#FFFFFF",
                edge=look.primary,
                edge_mm=0.5,
                radius=m.radius * 0.6,
                justify="center",
                width=m.headline * 1.9,
                height=m.headline * 2.1,
            )
        )
    boxes = row(*cells, gap=m.space * 0.6)
    key = "factor.wrong" if model.factor_wrong else f"factor.{model.factor_kind}.text"
    text = look.body(words(key), bold=model.factor_wrong)
    ready = len(model.factor) == 4
    show = look.button("unlock", words("factor.unlock"), main=True) if ready else None
    if model.factor_kind == "lookup_code":
        board = keys.code_board(look, frozenset(CODE_LETTERS))
        other = kinds[0]
        if look.compact:
            said = Fit((column(title, text, gap=gap), text, Gap(0.1)), grow=1.0)
            extra = () if model.factor else (other,)
            return look.frame(model, column(said, board, gap=gap), main=show, head=row(boxes), extra=extra)
        chosen = Fit((row(boxes, Gap(grow=1), other, gap=gap, align="center"), column(boxes, other, gap=gap)))
        heads = ((title, text, chosen), (text, chosen), (chosen,))
        content = Fit(tuple(column(*head, Gap(grow=1), board, gap=gap) for head in heads))
        return look.frame(model, content, main=show)
    board = keys.digit_board(look)
    if m.portrait:
        return look.frame(model, column(title, text, switch, boxes, Gap(grow=1), board, gap=gap), main=show)
    left = Fit(
        (
            column(title, text, boxes, Gap(grow=1), switch, gap=gap),
            column(text, boxes, Gap(grow=1), switch, gap=gap),
            column(text, boxes, Gap(grow=1), kinds[1], gap=gap),
            column(text, boxes, gap=gap),
            column(boxes, Gap(grow=1), kinds[1], gap=gap),
        ),
        grow=1.0,
    )
    right = Box((board,), "column", width=min(wide * 0.42, 110 * m.factor), justify="end")
    return look.frame(model, row(Box((left,), "column", grow=1), right, gap=m.space * 1.2), main=show)


def details(look: Look, model: Model) -> Box:
    """The state in one sentence, the way it went, where to go and what to bring."""
    m, words = look.metrics, look.words
    dossier = model.result.dossier if model.result else None
    if dossier is None:
        raise ValueError("the details screen needs a dossier")
    wide, high = look.room
    gap = max(3.0, m.space * 0.7)
    under: list[Widget] = []
    if dossier.procedure:
        under.append(
            look.body(
                words("details.applicant", procedure=dossier.procedure, name=dossier.applicant.replace(" ", "\u00a0")),
                soft=True,
            )
        )
    sentence = _sentence(look, dossier, under)
    late: Widget | None = None
    if dossier.late_new:
        late = look.panel(look.body(words("details.late", date=date_text(dossier.late_new))))
    where = look.panel(look.body(words("details.where"), bold=True), look.body(_counter(look, dossier)))
    if dossier.supplement and dossier.group == "act":
        things, head = dossier.supplement, "details.supplement"
    else:
        things, head = dossier.bring or (words("details.bring.default"),), "details.bring"
    bring = look.panel(look.body(words(head), bold=True), *[look.body(each) for each in things])
    pair: list[Widget]
    if m.portrait or m.large:
        pair = [where, bring]
    else:
        pair = [row(replace(where, grow=1.0), replace(bring, grow=1.0), gap=gap)]
    line = _code_line(look, model, dossier.code)
    top = look.card(sentence, pad=(m.space, m.space * 0.55))
    steps = _steps(look, dossier, wide - 2 * m.space)
    if steps is not None and m.roomy and not m.portrait:
        blocks: list[Widget | None] = [
            line,
            look.card(sentence, steps, gap=gap, pad=(m.space * 1.2, m.space)),
            late,
            *pair,
        ]
    else:
        blocks = [top, late, *pair, *([look.card(steps)] if steps is not None else [])]
    shown = [each for each in blocks if each is not None]
    pages = pages_of(look.layout, shown, wide, high, gap)
    if len(pages) > 1:
        pages = pages_of(look.layout, shown, wide - look.pager_mm, high, gap)
    page = min(model.page, len(pages) - 1)
    body = column(*pages[page], gap=gap, grow=1)
    content = row(body, look.pager(page, len(pages)), gap=m.space)
    extra = (look.button("go:service", words("details.take"), icon="ticket"),)
    return look.frame(model, content, extra=extra if dossier.group in ("come", "act") else ())


def _counter(look: Look, dossier: Dossier) -> str:
    if dossier.counter is None:
        return look.words("details.desk")
    number, name = dossier.counter
    return look.words("details.counter", n=number, name=name) if number is not None else name


def _steps(look: Look, dossier: Dossier, wide: float) -> Widget | None:
    """The step line: across where there is room, else one below the other."""
    m, words = look.metrics, look.words
    if not dossier.steps:
        return None
    across: list[Widget] = []
    down: list[Widget] = []
    for at, step in enumerate(dossier.steps):
        name = words.pick(step.name, step.name_en)
        when = _day(step.at)
        ink = "#16242B" if step.done else INK_SOFT
        if at:
            across.append(Rule(DONE if step.done else HAIR, 1.4, width=max(6.0, m.space * 2)))
        across.append(
            column(
                Text(name, m.body, 600 if step.done else 400, ink, "center", lines=1),
                Text(when or " ", m.body, 400, INK_SOFT, "center", lines=1),
            )
        )
        sign = Icon("check" if step.done else "clock", m.body * 1.4, DONE if step.done else INK_SOFT)
        down.append(
            row(
                sign,
                Text(name, m.body, 600 if step.done else 400, ink, grow=1),
                look.body(when, soft=True, lines=1),
                gap=m.space * 0.6,
                align="center",
            )
        )
    flat = row(*across, gap=m.space * 0.4, align="center", justify="between")
    return flat if look.layout.fits(flat, wide, m.height) else column(*down, gap=0.6)


def _day(at: str | None) -> str:
    if not at or len(at) < 10:
        return at or ""
    _year, month, day = at[:10].split("-")
    clock = at[11:16] if len(at) >= 16 else ""
    return f"{int(day)}/{int(month)}" + (f", {clock}" if clock and clock != "00:00" else "")


def not_found(look: Look, model: Model) -> Box:
    """No blame: compare, or ask."""
    words = look.words
    again = look.button("back", words("notfound.again"), main=True)
    text = words("notfound.text", code=model.code)
    return message(look, model, "search", look.primary, words("notfound.title"), text, main=again)


def try_later(look: Look, model: Model) -> Box:
    """Too many asked, or the answer took too long."""
    words = look.words
    return message(look, model, "clock", look.primary, words("later.title"), words("later.text"))


def offline(look: Look, model: Model) -> Box:
    """No connection; the last known answer with its age, where there is one."""
    m, words = look.metrics, look.words
    dossier = model.result.dossier if model.result else None
    if dossier is None or model.result is None:
        return message(look, model, "cloud", look.primary, words("offline.title"), words("offline.unknown"))
    known = look.panel(
        row(
            Icon("cloud", m.body * 1.8, look.primary),
            look.body(words("offline.known", time=model.result.as_of), grow=1),
            gap=m.space * 0.7,
            align="center",
        )
    )
    gap = m.space * 0.7
    line = _code_line(look, model, dossier.code)
    card = _status_card(look, dossier)
    content = Fit(
        (
            column(line, known, card, Gap(grow=1), gap=gap),
            column(known, card, Gap(grow=1), gap=gap),
            column(known, look.card(_sentence(look, dossier, [])), Gap(grow=1), gap=gap),
            column(known, Gap(grow=1)),
        )
    )
    return look.frame(model, content)
