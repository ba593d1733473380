"""A dossier: one sentence that says how it stands; then the way it went, where to go, what to bring and to pay."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from kiosk.model import Dossier, LookupResult, Model
from kiosk.moves import today
from kiosk.screens.look import Look
from kiosk.screens.paging import pages_of
from kiosk.screens.start import message
from kiosk.view.widgets import ACT, DONE, HAIR, INK_SOFT, Box, Fit, Gap, Icon, Rule, Text, Widget, column, row

SIGNS = {"waiting": "clock", "open": "clock", "act": "document", "come": "check", "closed": "check", "refused": "help"}


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
    m = look.metrics
    colour = {"come": DONE, "act": ACT, "refused": ACT}.get(dossier.group, look.primary)
    said = look.headline(standing(look, dossier))
    medal = look.medal(SIGNS[dossier.group], colour)
    whole = replace(said, lines=1)

    def beside(sentence: Text) -> Box:
        return row(medal, column(sentence, *under, gap=0.8, grow=1), gap=m.space, align="start")

    # On one line if it can be, without the sign if it must; the words say the same.
    return Fit((beside(whole), column(whole, *under, gap=0.8), beside(said), column(said, *under, gap=0.8)))


def standing(look: Look, dossier: Dossier) -> str:
    """How it stands, in our own words where the status is of the national list; else in the server's, or the group's.

    With the code alone only the group is known.
    """
    words = look.words
    key = f"status.{dossier.status}"
    if dossier.details and dossier.status and words.known(key):
        return words(key)
    if dossier.details and dossier.status_vi:
        return words.pick(dossier.status_vi, dossier.status_en)
    return words(f"group.{dossier.group}")


def date_text(look: Look, iso: str) -> str:
    """2026-11-20 → Thứ Sáu, 20/11/2026."""
    day = dt.date.fromisoformat(iso[:10])
    weekday = look.words(f"weekday.{day.weekday()}")
    return look.words("due.date", weekday=weekday, day=day.day, month=day.month, year=day.year)


def _plain(iso: str) -> str:
    day = dt.date.fromisoformat(iso[:10])
    return f"{day.day}/{day.month}/{day.year}"


def due_text(look: Look, model: Model, iso: str | None) -> str:
    """The appointment, and how far off it is; without a clock to believe only the date."""
    words, now = look.words, today(model)
    if not iso:
        return words("dossier.noappointment")
    date = date_text(look, iso)
    days = (dt.date.fromisoformat(iso[:10]) - now).days if now else -1
    if days < 0:
        return date
    return words("due.today", date=date) if days == 0 else (
        words("due.tomorrow", date=date) if days == 1 else words("due.in", date=date, n=days)
    )  # fmt: skip


def overdue(model: Model, dossier: Dossier) -> bool:
    """Whether the day we promised has gone by and nobody gave a new one."""
    now = today(model)
    waits = dossier.group in ("waiting", "open") and dossier.appointment is not None and dossier.late_new is None
    return waits and now is not None and dt.date.fromisoformat((dossier.appointment or "")[:10]) < now


def status(look: Look, model: Model) -> Box:
    """What the code alone may show: field, group, appointment."""
    m, words = look.metrics, look.words
    dossier = model.result.dossier if model.result else None
    if dossier is None:
        raise ValueError("the status screen needs a dossier")
    card, small = _status_card(look, model, dossier, True), _status_card(look, model, dossier, False)
    private = look.body(words("dossier.private"), soft=True)
    line = _code_line(look, model, dossier.code)
    gap = m.space * 0.8
    content = Fit(
        (
            column(line, card, private, Gap(grow=1), gap=gap),
            column(line, card, Gap(grow=1), gap=gap),
            column(card, Gap(grow=1), gap=gap),
            column(line, small, Gap(grow=1), gap=gap),
            column(small, Gap(grow=1), gap=gap),
            column(_late_only(look, model, dossier), Gap(grow=1), gap=gap),
        )
    )
    more = look.button("go:factor", words("dossier.details"), icon="person", main=True)
    return look.frame(model, content, main=more)


def _late_only(look: Look, model: Model, dossier: Dossier) -> Box:
    """Sentence and apology, where there is no room for more."""
    late = overdue(model, dossier) and dossier.appointment
    said = look.body(look.words("due.past", date=_plain(dossier.appointment or ""))) if late else None
    pad = (look.metrics.space, look.metrics.space * 0.5)
    return look.card(look.lead(standing(look, dossier)), said, pad=pad)


def _status_card(look: Look, model: Model, dossier: Dossier, next_step: bool) -> Box:
    m, words = look.metrics, look.words
    late = overdue(model, dossier)
    due = due_text(look, model, dossier.appointment)
    field = words.pick(dossier.field, dossier.field_en)

    def fact(name: str, value: str) -> Box:
        return row(
            look.body(words(name), soft=True, lines=1), look.body(value, bold=True, grow=1), gap=m.space * 0.7
        )  # fmt: skip

    facts: list[Widget] = [fact("dossier.field", field)]
    if late and dossier.appointment:
        facts.append(look.body(words("due.past", date=_plain(dossier.appointment)), bold=True))
    else:
        facts.append(fact("dossier.appointment", due))
        if next_step:
            facts.append(look.body(words(f"group.{dossier.group}.next")))
    return look.card(_sentence(look, dossier, []), Rule(HAIR), *facts, gap=m.space * 0.6, pad=(m.space * 1.2, m.space))


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
        name = dossier.applicant.replace(" ", "\u00a0")
        both = words("details.applicant", procedure=dossier.procedure, name=name) if name else dossier.procedure
        under.append(look.body(both, soft=True))
    sentence = _sentence(look, dossier, under)
    late: Widget | None = None
    if dossier.late_new:
        late = look.panel(look.body(words("details.late", date=date_text(look, dossier.late_new))))
    elif overdue(model, dossier) and dossier.appointment:
        late = look.panel(look.body(words("due.past", date=_plain(dossier.appointment))))
    elif dossier.appointment and dossier.group == "open":
        due = due_text(look, model, dossier.appointment)
        late = look.panel(look.body(f"{words('dossier.appointment')}: **{due}**"))
    where = look.panel(look.body(words("details.where"), bold=True), look.body(_counter(look, dossier)))
    bring = _bring(look, dossier)
    pair: list[Widget]
    asked = [each for each in (where if _goes(dossier) else None, bring) if each is not None]
    if m.portrait or m.large:
        pair = list(asked)
    else:
        pair = [row(*[replace(each, grow=1.0) for each in asked], gap=gap)] if asked else []
    line = _code_line(look, model, dossier.code)
    top = look.card(sentence, pad=(m.space, m.space * 0.55))
    steps = _steps(look, dossier, wide - 2 * m.space)
    if steps is not None and m.roomy and not m.portrait:
        blocks: list[Widget | None] = [
            line,
            look.card(sentence, steps, gap=gap, pad=(m.space * 1.2, m.space)),
            late,
            _fee(look, dossier),
            *pair,
        ]
    else:
        blocks = [top, late, _fee(look, dossier), *pair, *_step_blocks(look, steps)]
    shown = [each for each in blocks if each is not None]
    pages = pages_of(look.layout, shown, wide, high, gap)
    if len(pages) > 1:
        pages = pages_of(look.layout, shown, wide - look.pager_mm, high, gap)
    page = min(model.page, len(pages) - 1)
    body = column(*pages[page], gap=gap, grow=1)
    content = row(body, look.pager(page, len(pages)), gap=m.space)
    main: Box | None = None
    extra: tuple[Box, ...] = ()
    if dossier.fee and model.pay and look.settings.payment.offered:
        main = look.button("go:pay", words("details.pay"), main=True)
    if main is None and dossier.group in ("come", "act"):
        extra = (look.button("go:service", words("details.take"), icon="ticket"),)
    elif dossier.status == "10":  # handed over: the moment to ask
        extra = (look.button("go:rate", words("details.rate"), icon="face5"),)
    return look.frame(model, content, extra=extra, main=main)


def _step_blocks(look: Look, steps: Widget | None) -> list[Widget]:
    """The step line as pages take it: across it is one thing, below each other its rows may stand on two pages."""
    if steps is None:
        return []
    if isinstance(steps, Box) and steps.way == "column" and not look.metrics.portrait:
        return list(steps.children)
    return [look.card(steps)]


def _goes(dossier: Dossier) -> bool:
    """Whether there is a reason to go to a counter now."""
    return dossier.group in ("come", "act", "refused")


def _bring(look: Look, dossier: Dossier) -> Box | None:
    """What to bring, or what is to be added. Nothing where nobody needs to come."""
    words = look.words
    if not _goes(dossier):
        return None
    if dossier.supplement and dossier.group == "act":
        things, head = _theirs(look, dossier.supplement, dossier.supplement_en), "details.supplement"
    else:
        things = _theirs(look, dossier.bring, dossier.bring_en) or (words("details.bring.default"),)
        head = "details.bring"
    return look.panel(look.body(words(head), bold=True), *[look.body(each) for each in things])


def _theirs(look: Look, vi: tuple[str, ...], en: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(look.words.pick(each, en[at] if at < len(en) else "") for at, each in enumerate(vi))


def _fee(look: Look, dossier: Dossier) -> Box | None:
    """What is still to be paid. Never beside a name: the server leaves it out (facts, domain §12.2 rule 2)."""
    words, fee = look.words, dossier.fee
    if fee is None:
        return None
    amount = f"{fee.amount:,}".replace(",", ".")
    how = "details.fee.how" if look.settings.payment.offered else "details.fee.counter"
    return look.panel(
        look.body(words("details.fee.text", amount=amount, what=words.pick(fee.what, fee.what_en))),
        look.body(words(how)),
    )


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
    """Too many asked, or the answer took too long; after many wrong factors the details rest."""
    words = look.words
    minutes = max(1, -(-model.retry_s // 60))
    if "factor" in model.trail[-1:] or (model.retry_s > 60 and "status" in model.trail[-1:]):
        title, text = words("later.pause"), words("later.pause.text", n=minutes)
        return message(look, model, "clock", look.primary, title, text)
    text = words("later.retry", n=minutes) if model.retry_s else words("later.text")
    again = look.button("again", words("later.again"), main=True) if model.code else None
    return message(look, model, "clock", look.primary, words("later.title"), text, main=again)


def age_text(look: Look, result: LookupResult) -> tuple[str, str]:
    """When an old answer was right, and how long ago that is: "09:40", "25 phút trước"."""
    words = look.words
    at = words("offline.yesterday", time=result.as_of) if result.yesterday else result.as_of
    minutes, hours = result.age_s // 60, round(result.age_s / 3600)
    if minutes < 1:
        return at, words("age.now")
    if minutes < 60:
        return at, words("age.minute") if minutes == 1 else words("age.minutes", n=minutes)
    return at, words("age.hour") if hours <= 1 else words("age.hours", n=hours)


def offline(look: Look, model: Model) -> Box:
    """No connection; the last known answer with its age, where there is one."""
    m, words = look.metrics, look.words
    dossier = model.result.dossier if model.result else None
    again = look.button("again", words("later.again"), main=True) if model.code else None
    if dossier is None or model.result is None:
        return message(
            look, model, "cloud", look.primary, words("offline.title"), words("offline.unknown"), main=again
        )  # fmt: skip
    at, age = age_text(look, model.result)

    def known(key: str) -> Box:
        said = look.body(words(key, time=at, age=age), grow=1)
        return look.panel(row(Icon("cloud", m.body * 1.8, look.primary), said, gap=m.space * 0.7, align="center"))

    long, short = known("offline.known"), known("offline.known.short")
    gap = m.space * 0.7
    number = Text(dossier.code, m.lead, 700, lines=1)
    line = Fit((row(look.body(words("dossier"), soft=True, lines=1), number, gap=m.space, align="center"), number))
    card, small = _status_card(look, model, dossier, True), _status_card(look, model, dossier, False)
    bare = look.card(_sentence(look, dossier, []))
    tries = ((line, long, card), (line, long, small), (long, small), (line, short, small), (short, small))
    content = Fit(tuple(column(*each, Gap(grow=1), gap=gap) for each in (*tries, (short, bare))))
    return look.frame(model, content, main=again)
