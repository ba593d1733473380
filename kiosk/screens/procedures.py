"""Procedures: the most asked, the fields, the lists. One of them stands in `procedure.py`."""

from __future__ import annotations

from dataclasses import replace

from config.catalogue_model import Procedure
from kiosk.model import Model
from kiosk.screens.look import Look
from kiosk.screens.paging import pages_of
from kiosk.tasks.procedures import OF_SERVICE
from kiosk.view.widgets import Box, Gap, Text, Widget, column, row


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


def popular(look: Look, model: Model) -> Box:
    """What is asked for most, to be touched without typing a letter; the fields and the search beside the way home."""
    m, words = look.metrics, look.words
    gap = max(3.4, m.space * 0.75)
    wide, high = look.room
    title = _title(look, words("popular.title"))
    tiles = [line_of(look, each, short=True) for each in look.catalogue.most_asked()]
    by_field = look.button("go:fields", words("popular.fields"), icon="document")
    find = look.button("go:search", words("fields.search"), icon="search")
    extra: tuple[Box, ...] = (by_field, find)
    if m.large and not m.portrait:  # three long words do not fit below
        tiles.append(replace(by_field, grow=1.0))
        extra = (find,)
    inner = wide - look.pager_mm
    use = high - look.layout.height(title, wide) - gap
    for across in (1,) if m.large and m.portrait else (2, 1) if m.large or m.portrait else (3, 2, 1):
        rows = even_rows(look, tiles, across, inner, gap)
        if all(look.layout.height(each, inner) <= use for each in rows):
            break
    return _paged(look, model, title, rows, extra)


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
    name, found = _named(look, model)
    wide, _high = look.room
    across = 1 if look.metrics.portrait or look.metrics.large else 2
    lines = [line_of(look, each, short=look.compact) for each in found]
    rows = even_rows(look, lines, across, wide - look.pager_mm, max(3.4, look.metrics.space * 0.75))
    extra = look.button("go:search", words("fields.search"), icon="search")
    return _paged(look, model, _title(look, name), rows, (extra,))


def _named(look: Look, model: Model) -> tuple[str, tuple[Procedure, ...]]:
    """What the list is of, and its procedures: a field's, or all that one queue serves, most asked first."""
    words, catalogue = look.words, look.catalogue
    if model.field.startswith(OF_SERVICE):
        service = model.hub.service(model.field.removeprefix(OF_SERVICE))
        name = words.pick(service.name, service.name_en) if service else ""
        return words("list.service", name=name), catalogue.of_service(model.field.removeprefix(OF_SERVICE))
    field = next((each for each in catalogue.fields if each.id == model.field), None)
    return (words.pick(field.name, field.name_en) if field else ""), catalogue.of_field(model.field)


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
