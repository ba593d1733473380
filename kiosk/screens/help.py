"""Help: people first, then what happens to one's data."""

from __future__ import annotations

from kiosk.model import Model
from kiosk.screens.look import Look
from kiosk.screens.paging import pages_of
from kiosk.view.widgets import Box, Icon, column, row


def help_screen(look: Look, model: Model) -> Box:
    """People first, then what happens to one's data."""
    m, words, site = look.metrics, look.words, look.settings.site
    person = _help_card(look, "person", words("help.person"), words.pick(site.help_line, site.help_line_en))
    days = [
        words("help.write.today", who=words.pick(each.who, each.who_en), what=words.pick(each.what, each.what_en))
        for each in model.hub.help_days[:1]
    ]
    write = _help_card(look, "document", words("help.write"), " ".join([*days, words("help.write.text")]))
    private = _help_card(look, "check", words("help.privacy"), words("help.privacy.text"))
    cards = [person, write, private]
    if site.hotline:
        cards.insert(1, _help_card(look, "bell", words("help.hotline"), site.hotline))
    wide, high = look.room
    title = look.lead(words("help.title")) if look.compact else look.headline(words("help.title"))
    gap = m.space * 0.8
    free = high - look.layout.height(title, wide) - gap
    pages = pages_of(look.layout, cards, wide - look.pager_mm, free, gap)
    page = min(model.page, len(pages) - 1)
    body = column(*pages[page], gap=gap, grow=1)
    pager = look.pager(page, len(pages))
    # The one thing on this screen that somebody can do here and now; without a hub nobody would hear it.
    ask = look.button("helper", words("help.call"), icon="bell", main=True) if model.hub.connected else None
    return look.frame(model, column(title, row(body, pager, gap=m.space, grow=1), gap=gap), main=ask)


def _help_card(look: Look, icon: str, title: str, text: str) -> Box:
    m = look.metrics
    return look.card(
        row(
            Icon(icon, m.headline * 1.5, look.primary),
            column(look.lead(title), look.body(text, soft=True), grow=1),
            gap=m.space,
            align="center",
        ),
        pad=(m.space, m.space * (0.35 if look.compact else 0.75)),
    )
