"""Procedures: fields → list → detail, and search."""

from __future__ import annotations

from dataclasses import replace

from config.catalogue_model import Procedure
from kiosk.model import Model
from kiosk.screens.look import Look
from kiosk.screens.paging import pages_of
from kiosk.view.widgets import Box, Gap, Icon, Text, Widget, column, row


def _paged(look: Look, model: Model, title: Widget, rows: list[Widget], extra: tuple[Box, ...]) -> Box:
    m = look.metrics
    wide, high = look.room
    gap = max(3.4, m.space * 0.75)
    use = high - look.layout.height(title, wide) - gap
    if use < 2 * m.target + m.space:  # a title that leaves no room for two rows goes
        title, use = Gap(0.1), high - gap
    pages = pages_of(look.layout, rows, wide - look.pager_mm, use, gap)
    page = min(model.page, len(pages) - 1)
    body = column(*pages[page], gap=gap, grow=1)
    pager = look.pager(page, len(pages), use)
    return look.frame(model, column(title, row(body, pager, gap=m.space, grow=1), gap=gap), extra=extra)


def fields(look: Look, model: Model) -> Box:
    """Tiles of the fields; search beside the way home."""
    m, words = look.metrics, look.words
    wide, _high = look.room
    across = (1 if m.portrait else 2) if m.large else (2 if m.portrait else 3)
    gap = max(3.4, m.space * 0.75)
    tiles: list[Box] = []
    for each in look.catalogue.fields:
        count = len(look.catalogue.of_field(each.id))
        name = look.body(words.pick(each.name, each.name_en), bold=True)
        sub = look.body(words("fields.count", n=count), soft=True)
        text: Widget = column(name, sub, gap=0.3) if m.roomy else name
        tiles.append(
            look.card(
                text,
                target=f"field:{each.id}",
                grow=1.0,
                justify="center",
                min_height=m.target,
                pad=(m.space, m.space * 0.4),
            )
        )
    rows = even_rows(look, tiles, across, wide - look.pager_mm, gap)
    extra = look.button("go:search", words("fields.search"), icon="search")
    return _paged(look, model, _title(look, words("fields.title")), rows, (extra,))


def _title(look: Look, text: str) -> Text:
    return look.lead(text) if look.compact else look.headline(text)


def even_rows(look: Look, tiles: list[Box], across: int, wide: float, gap: float) -> list[Widget]:
    """Tiles side by side, those of a row equally high."""
    cell = (wide - gap * (across - 1)) / across
    rows: list[Widget] = []
    for at in range(0, len(tiles), across):
        line = tiles[at : at + across]
        high = max(look.layout.height(tile, cell) for tile in line)
        same: list[Widget] = [replace(tile, min_height=high, grow=1.0) for tile in line]
        rows.append(row(*same, *[Gap(grow=1)] * (across - len(line)), gap=gap))
    return rows


def listing(look: Look, model: Model) -> Box:
    """The procedures of one field."""
    words = look.words
    field = next((each for each in look.catalogue.fields if each.id == model.field), None)
    name = words.pick(field.name, field.name_en) if field else ""
    wide, _high = look.room
    across = 1 if look.metrics.portrait or look.metrics.large else 2
    lines = [line_of(look, each, short=look.compact) for each in look.catalogue.of_field(model.field)]
    rows = even_rows(look, lines, across, wide - look.pager_mm, max(3.4, look.metrics.space * 0.75))
    extra = look.button("go:search", words("fields.search"), icon="search")
    return _paged(look, model, _title(look, name), rows, (extra,))


def line_of(look: Look, each: Procedure, short: bool = False) -> Box:
    """A procedure as something to touch."""
    m, words = look.metrics, look.words
    text = look.body(words.pick(each.short if short else each.name, each.name_en), bold=True)
    return look.card(
        text,
        target=f"procedure:{each.code}",
        justify="center",
        min_height=m.target,
        pad=(m.space, m.space * 0.3),
        grow=1.0 if short else 0.0,
    )


def detail(look: Look, model: Model) -> Box:
    """Time, fee, where; papers as a tick list; how far all of it may be trusted."""
    m, words = look.metrics, look.words
    each = look.catalogue.procedure(model.procedure)
    wide, high = look.room
    gap = max(3.4, m.space * 0.7)
    title = look.headline(words.pick(each.name, each.name_en))
    if look.layout.height(title, wide) > high * 0.34:
        title = look.lead(words.pick(each.name, each.name_en))
    inner = wide - look.pager_mm
    time, fee = each.time, each.fee
    facts = [
        _fact(look, "clock", "procedure.time", words.pick(time.text, time.text_en), time.verified),
        _fact(look, "document", "procedure.fee", words.pick(fee.text, fee.text_en), fee.verified),
        _fact(look, "person", "procedure.where", _where(look, each), True),
    ]
    across = row(*[replace(fact, grow=1.0) for fact in facts], gap=gap)
    half = row(replace(facts[0], grow=1.0), replace(facts[1], grow=1.0), gap=gap)
    blocks: list[Widget]
    if not m.portrait and not m.large and look.layout.height(across, inner) <= high * 0.42:
        blocks = [across]
    elif not m.large:
        blocks = [half, facts[2]]
    else:
        plain = (
            ("clock", "time", words.pick(time.text, time.text_en), time.verified),
            ("document", "fee", words.pick(fee.text, fee.text_en), fee.verified),
            ("person", "where", _where(look, each), True),
        )
        blocks = []
        for icon, name, value, sure in plain:
            label = look.body(words(f"procedure.{name}"), soft=True, grow=1)
            blocks.append(row(Icon(icon, m.body * 1.5, look.primary), label, gap=m.space * 0.4, align="center"))
            blocks.append(look.body(value + ("" if sure else " (*)"), bold=True))
    blocks.append(look.lead(words("procedure.papers")))
    papers = list(each.papers)
    for paper in papers:
        mark = "" if paper.verified else " (*)"
        said = look.body(words.pick(paper.text, paper.text_en) + mark, grow=1)
        blocks.append(row(Icon("box", m.body * 1.5, look.primary), said, gap=m.space * 0.6, align="start"))
    if not papers:
        blocks.append(look.body(words("procedure.nopapers")))
    date = look.catalogue.valid_on
    valid = words("procedure.valid", date=f"{date.day}/{date.month}/{date.year}")
    doubted = not (time.verified and fee.verified and all(paper.verified for paper in papers))
    note = f"{words('procedure.unverified')} {valid}." if doubted else f"{valid}."
    blocks.append(look.body(note, soft=True))
    use = high - look.layout.height(title, wide) - gap
    head: Widget | None = title
    if use < 2 * m.target + m.space:  # a long name on a small panel turns with the pages
        head, use, blocks = None, high, [title, *blocks]
    pages = pages_of(look.layout, _keep_heads(blocks), inner, use, gap * 0.7)
    page = min(model.page, len(pages) - 1)
    pager = look.pager(page, len(pages), use)
    content = column(head, row(column(*pages[page], gap=gap * 0.7, grow=1), pager, gap=m.space, grow=1), gap=gap)
    take = look.button("takefor", words("procedure.take"), icon="ticket", main=True)
    return look.frame(model, content, main=take)


def _keep_heads(blocks: list[Widget]) -> list[Widget]:
    """A heading stays with what follows it."""
    out: list[Widget] = []
    for block in blocks:
        last = out[-1] if out else None
        if isinstance(last, Text) and last.weight == 700:
            out[-1] = column(last, block, gap=1.2)
        else:
            out.append(block)
    return out


def _where(look: Look, each: Procedure) -> str:
    words = look.words
    for counter in look.settings.counters:
        if each.service in counter.services:
            title = words.pick(counter.title, counter.title_en)
            label = counter.label if words.language == "vi" else f"Counter {counter.id}"
            return f"{label} – {title}" if title else label
    return words("procedure.desk")


def _fact(look: Look, icon: str, key: str, text: str, verified: bool) -> Box:
    m = look.metrics
    head = row(
        Icon(icon, m.body * 1.5, look.primary),
        look.body(look.words(key), soft=True, grow=1),
        gap=m.space * 0.4,
        align="center",
    )
    return look.card(
        head, look.body(text + ("" if verified else " (*)"), bold=True), pad=(m.space * 0.8, m.space * 0.5), gap=0.5
    )
