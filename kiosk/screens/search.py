"""Search among the procedures: what is typed, live results, the keyboard."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model
from kiosk.screens import keys
from kiosk.screens.look import Look
from kiosk.screens.paging import pages_of
from kiosk.screens.procedures import even_rows, line_of
from kiosk.view.widgets import Box, Fit, Gap, Widget, column, row


def search(look: Look, model: Model) -> Box:
    """A keyboard, live results above it."""
    if model.keyboard.hidden and model.hits:
        return _all(look, model)
    m, words = look.metrics, look.words
    wide, high = look.room
    gap = max(3.4, m.space * 0.7)
    board = keys.letters(look, model.keyboard)
    typed = keys.field(look, model.query, words("search.hint"))
    head = typed if look.compact else None
    use = high - look.layout.height(board, wide) - gap
    if head is None:
        use -= look.layout.height(typed, wide) + gap
    across = (1 if m.portrait else 2) if m.large or m.portrait else (3 if look.compact else 2)
    hits = [look.catalogue.procedure(code) for code in model.hits]
    rows = even_rows(look, [line_of(look, each, short=True) for each in hits], across, wide, gap)
    shown = pages_of(look.layout, rows, wide, use, gap)[0] if rows else []
    seen = len(shown) * across
    if shown and look.layout.height(shown[0], wide) > use + 0.5:
        # Nothing may be cut: fewer and wider tiles, then none.
        rows = even_rows(look, [line_of(look, each, short=True) for each in hits[:1]], 1, wide, gap)
        shown = rows if rows and look.layout.height(rows[0], wide) <= use + 0.5 else []
        seen = len(shown)
    results: Widget = column(*shown, gap=gap)
    if not rows:
        none = len(model.query.strip()) >= 2
        text = words("search.none") if none else (words("search.hint") if head else "")
        results = Fit((look.body(text, soft=True) if text else Gap(0.1), Gap(0.1)))
    parts: list[Widget] = [replace(results, grow=1.0), board]
    content = column(*(parts if head else [typed, *parts]), gap=gap)
    every = look.button("results", words("search.results", n=len(hits)), main=True) if seen < len(hits) else None
    return look.frame(model, content, head=head, main=every)


def _all(look: Look, model: Model) -> Box:
    """Every result, the keyboard put away."""
    m = look.metrics
    wide, high = look.room
    gap = max(3.4, m.space * 0.75)
    across = 1 if m.portrait or m.large else 2
    lines = [line_of(look, look.catalogue.procedure(code), short=look.compact) for code in model.hits]
    rows = even_rows(look, lines, across, wide - look.pager_mm, gap)
    typed = keys.field(look, model.query, "")
    head = typed if look.compact else None
    use = high if head else high - look.layout.height(typed, wide) - gap
    pages = pages_of(look.layout, rows, wide - look.pager_mm, use, gap)
    page = min(model.page, len(pages) - 1)
    body = row(column(*pages[page], gap=gap, grow=1), look.pager(page, len(pages), use), gap=m.space, grow=1)
    board = look.button("keyboard", look.words("search.keyboard"), main=True)
    return look.frame(model, body if head else column(typed, body, gap=gap), head=head, main=board)
