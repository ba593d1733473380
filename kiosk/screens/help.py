"""Help: somebody who comes; hours and helpers; whom to call or write to; results by post; one's own data."""

from __future__ import annotations

from dataclasses import replace

from config.settings_hours import WEEKDAYS, HelpDay
from kiosk.model import Model
from kiosk.screens.look import Look
from kiosk.screens.paging import pages_of
from kiosk.view.widgets import Box, Code, Fit, Gap, Icon, Widget, column, row

QR_MM = 30.0
TILES = (
    ("go:help_hours", "clock", "help.tile.hours"),
    ("go:help_links", "bell", "help.tile.links"),
    ("go:help_post", "home", "help.tile.post"),
    ("go:privacy", "person", "help.tile.privacy"),
)


def help_screen(look: Look, model: Model) -> Box:
    """People first: who can come. Then four things one may want to know."""
    m, words, site = look.metrics, look.words, look.settings.site
    title = look.headline(words("help.title"))
    gap = max(3.4, m.space * 0.8)
    person = look.panel(look.body(words.pick(site.help_line, site.help_line_en), bold=True))
    tiles = [_tile(look, target, icon, words(key)) for target, icon, key in TILES]
    across = 1 if m.portrait else 2
    lines = [row(*tiles[at : at + across], gap=gap, grow=1) for at in range(0, len(tiles), across)]
    grid = column(*lines, gap=gap, grow=1, even=True)
    content = Fit(
        (
            column(title, person, grid, gap=gap),
            column(title, grid, gap=gap),
            column(grid),
        )
    )
    # The one thing on this screen that somebody can do here and now; without a hub nobody would hear it.
    ask = look.button("helper", words("help.call"), icon="bell", main=True) if model.hub.connected else None
    booked = look.button("go:checkin", words("checkin.have"), icon="clock")
    extra = (booked,) if model.hub.connected and not m.large else ()
    return look.frame(model, content, main=ask, extra=extra)


def _tile(look: Look, target: str, icon: str, text: str) -> Box:
    m = look.metrics
    sign = Icon(icon, m.headline * 1.2, look.primary)
    said = look.lead(text, grow=1)
    inner = Fit(
        (
            row(sign, said, gap=m.space * 0.8, align="center"),
            row(sign, look.body(text, bold=True, grow=1), gap=m.space * 0.5, align="center"),
            look.body(text, bold=True),
        )
    )
    return look.card(inner, target=target, grow=1.0, justify="center", min_height=m.target, pad=(m.space * 0.8, 1.0))


def hours(look: Look, model: Model) -> Box:
    """When we are here, and who helps on which days."""
    words, site = look.words, look.settings.site
    today = [
        look.panel(
            look.body(words("helper.today", who=words.pick(d.who, d.who_en), what=words.pick(d.what, d.what_en),
                            start=_hour(d.start), end=_hour(d.end)), bold=True)
        )
        for d in model.hub.help_days
    ]  # fmt: skip
    days = [look.body(_help_day(look, each)) for each in look.settings.help_days]
    helpers = [look.lead(words("help_hours.helpers")), *days, look.body(words("help_hours.always"))]
    return _paged(look, model, words("help_hours.title"), [look.lead(site.hours), *today, look.card(*helpers)])


def _help_day(look: Look, each: HelpDay) -> str:
    words = look.words
    days = [words(f"weekday.{WEEKDAYS.index(day)}") for day in each.weekdays]
    days += [f"{day.day}/{day.month}/{day.year}" for day in sorted(each.days)]
    return words(
        "help_hours.line", days=", ".join(days), start=_hour(each.start), end=_hour(each.end),
        who=words.pick(each.who, each.who_en), what=words.pick(each.what, each.what_en),
    )  # fmt: skip


def _hour(text: str) -> str:
    return text.removeprefix("0")


def links(look: Look, model: Model) -> Box:
    """Hotline, Zalo, feedback, online filing: what the commune has set, for a phone to take along."""
    m, words, settings = look.metrics, look.words, look.settings
    blocks: list[Widget] = []
    if settings.site.hotline:
        sign = Icon("bell", m.headline * 1.2, look.primary)
        name, number = look.lead(words("help_links.hotline")), look.lead(settings.site.hotline, lines=1)
        across_or_down = (
            row(sign, replace(name, lines=1), Gap(grow=1), number, gap=m.space, align="center"),
            column(name, number),
        )
        blocks.append(look.card(Fit(across_or_down)))
    given = settings.kiosk.links
    cards = [
        _link(look, key, address)
        for key, address in (("zalo", given.zalo), ("feedback", given.feedback), ("portal", given.portal))
        if address
    ]
    across = 1 if m.portrait or m.large else 2
    for at in range(0, len(cards), across):
        pair = cards[at : at + across]
        blocks.append(row(*pair, *[Gap(grow=1)] * (across - len(pair)), gap=max(3.4, m.space * 0.8)))
    if cards:
        blocks.insert(0, look.body(words("help_links.text"), soft=True))
    if not blocks:
        blocks = [look.card(look.body(words("help_links.none")))]
    return _paged(look, model, words("help_links.title"), blocks)


def _link(look: Look, key: str, address: str) -> Box:
    m, words = look.metrics, look.words
    code = Code(address, QR_MM * min(m.factor, 1.3))
    return look.card(row(code, look.lead(words(f"help_links.{key}"), grow=1), gap=m.space, align="center"), grow=1.0)


def post(look: Look, model: Model) -> Box:
    """What few people know: the result can come by post."""
    m, words = look.metrics, look.words
    steps: list[Widget] = [
        look.card(
            row(
                look.headline(str(number), colour=look.primary, lines=1),
                look.body(words(f"help_post.{number}"), grow=1),
                gap=m.space,
                align="center",
            )
        )
        for number in (1, 2, 3)
    ]
    return _paged(look, model, words("help_post.title"), steps)


def privacy(look: Look, model: Model) -> Box:
    """Who reads what, why, for how long, and whom to ask."""
    words = look.words
    name, place = words.site(look.settings)
    blocks: list[Widget] = [
        look.body(words("privacy.reads")),
        look.body(words("privacy.keeps")),
        look.body(words("privacy.who", name=name, place=place)),
        look.body(words("privacy.law")),
    ]
    return _paged(look, model, words("privacy.title"), blocks)


def _paged(look: Look, model: Model, title: str, blocks: list[Widget]) -> Box:
    """A title and what belongs below it, on as many pages as it needs."""
    m = look.metrics
    wide, high = look.room
    gap = m.space * 0.7
    head = look.lead(title) if look.compact else look.headline(title)
    free = high - look.layout.height(head, wide) - gap
    pages = pages_of(look.layout, blocks, wide, free, gap)
    if len(pages) > 1:
        pages = pages_of(look.layout, blocks, wide - look.pager_mm, free, gap)
    page = min(model.page, len(pages) - 1)
    body = column(*pages[page], gap=gap, grow=1)
    return look.frame(model, column(head, row(body, look.pager(page, len(pages)), gap=m.space, grow=1), gap=gap))
