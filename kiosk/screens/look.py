"""What every screen is drawn with: words, measures, site, catalogue; and the frame around each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.settings import Settings
from kiosk.catalogue import Catalogue
from kiosk.locale import Words
from kiosk.model import Model
from kiosk.screens.header import header
from kiosk.view.layout import Layout
from kiosk.view.metrics import Metrics
from kiosk.view.widgets import (
    DONE,
    EDGE,
    HAIR,
    INK,
    INK_SOFT,
    PAPER,
    WASH,
    WHITE,
    Box,
    Fit,
    Gap,
    Icon,
    Rule,
    Text,
    Widget,
    column,
    darker,
    row,
)


@dataclass(frozen=True)
class Look:
    """One panel, one language, one text size."""

    words: Words
    metrics: Metrics
    layout: Layout
    settings: Settings
    catalogue: Catalogue

    @property
    def primary(self) -> str:
        """The commune's colour."""
        return self.settings.site.primary

    @property
    def margin(self) -> float:
        """White space at the sides, mm."""
        return self.metrics.space * 1.25

    @property
    def room(self) -> tuple[float, float]:
        """Width and height of the content between header and footer, mm."""
        m = self.metrics
        return m.width - 2 * self.margin, m.height - self.header_mm - self.footer_mm - 2 * self.pad

    @property
    def pad(self) -> float:
        """White space above and below the content, mm."""
        return self.metrics.space * 0.8

    @property
    def header_mm(self) -> float:
        """Height of the header."""
        return self.metrics.target + self.metrics.space * 0.7

    @property
    def footer_mm(self) -> float:
        """Height of the footer: two rows of buttons on a narrow panel."""
        rows = 2 if self.metrics.portrait else 1
        return rows * self.metrics.target + (rows - 0.3) * self.metrics.space

    @property
    def compact(self) -> bool:
        """A panel on which a typing screen has its field in the header."""
        return not self.metrics.portrait and self.metrics.height < 170

    def named(self, language: str) -> str:
        """The name of a language in that language."""
        return Words(language)("language.name")

    # words ------------------------------------------------------------------------------------

    def body(
        self, text: str, *, bold: bool = False, soft: bool = False, colour: str | None = None, **kw: object
    ) -> Text:
        """Plain words."""
        said = Text(text, self.metrics.body, 600 if bold else 400, colour or (INK_SOFT if soft else INK))
        return replace(said, **kw)  # type: ignore[arg-type]

    def lead(self, text: str, *, colour: str = INK, **kw: object) -> Text:
        """A title within a screen."""
        return replace(Text(text, self.metrics.lead, 700, colour), **kw)  # type: ignore[arg-type]

    def headline(self, text: str, *, colour: str = INK, **kw: object) -> Text:
        """The one sentence of the screen."""
        return replace(Text(text, self.metrics.headline, 700, colour), **kw)  # type: ignore[arg-type]

    # things -------------------------------------------------------------------------------------

    def button(
        self,
        target: str,
        text: str,
        *,
        icon: str | None = None,
        main: bool = False,
        on: bool = False,
        key: bool = False,
        **kw: object,
    ) -> Box:
        """Something to press; `main` is the one filled button of a screen, `on` a choice that is made."""
        m = self.metrics
        fill = self.primary if main or on else WHITE
        ink = WHITE if main or on else self.primary
        inner: tuple[Widget, ...] = (Text(text, m.body, 600, ink, "center", lines=1),)
        if icon:
            inner = (Icon(icon, m.body * 1.5, ink), *inner)
        made = Box(
            inner,
            "row",
            m.space * 0.5,
            (m.space * (0.3 if key else 1.15), 0),
            fill,
            self.primary,
            0.42,
            m.radius,
            "center",
            "center",
            min_height=m.target,
            min_width=m.target,
            id=target,
            pressed=self.pressed(main or on),
            target="key" if key else "main",
        )
        return replace(made, **kw)  # type: ignore[arg-type]

    def pressed(self, filled: bool) -> str:
        """Fill of a control under the finger."""
        return darker(self.primary, 0.35) if filled else "#C7DADD"

    def card(self, *children: Widget | None, target: str | None = None, **kw: object) -> Box:
        """A white plane with an edge; with a target something to press."""
        m = self.metrics
        made = column(*children, gap=m.space * 0.5)
        made = replace(
            made,
            pad=(m.space, m.space * 0.75),
            fill=WHITE,
            edge=EDGE if target else HAIR,
            edge_mm=0.42,
            radius=m.radius,
            id=target,
            pressed=self.pressed(False) if target else None,
        )
        return replace(made, **kw)  # type: ignore[arg-type]

    def panel(self, *children: Widget | None, **kw: object) -> Box:
        """A quiet plane."""
        m = self.metrics
        made = replace(column(*children, gap=m.space * 0.25), pad=(m.space, m.space * 0.7), fill=WASH, radius=m.radius)
        return replace(made, **kw)  # type: ignore[arg-type]

    def medal(self, icon: str, colour: str = DONE) -> Box:
        """A filled round sign beside the sentence it belongs to."""
        size = self.metrics.headline * 1.75
        sign = Icon(icon, size * 0.58, WHITE)
        return Box(
            (sign,), "column", fill=colour, radius=size / 2, width=size, height=size, align="center", justify="center"
        )

    # frame --------------------------------------------------------------------------------------

    def frame(
        self,
        model: Model,
        content: Widget,
        *,
        extra: Sequence[Box] = (),
        foot: Widget | None = None,
        main: Box | None = None,
        head: Widget | None = None,
    ) -> Box:
        """Header, content, footer. `extra`: further buttons below; `main`: beside *Xong*; `head`: in the header."""
        top = Box(
            (header(self, model, head),),
            "column",
            pad=(self.margin, 0),
            fill=WHITE,
            justify="center",
            height=self.header_mm,
            align="stretch",
        )
        foot = foot or self._footer(model, tuple(extra), main)
        footer = Box((foot,), "column", pad=(self.margin, 0), fill=WHITE, justify="center", height=self.footer_mm)
        body = Box((replace_grow(content),), "column", pad=(self.margin, self.pad), grow=1)
        return Box((top, Rule(HAIR), body, Rule(HAIR), footer), "column", fill=PAPER)

    def _footer(self, model: Model, extra: tuple[Box, ...], main: Box | None) -> Widget:
        m, words = self.metrics, self.words
        gap = m.space * 0.8
        home = self.button("home", words("nav.home"), icon="home")
        waiting = model.screen == "issuing"  # the number is already on its way
        before = bool(model.trail) and model.trail[-1] != "home"
        back = [self.button("back", words("nav.back"), icon="back")] if before and not waiting else []
        done = self.button("done", words("nav.done"), main=main is None)
        last: list[Widget] = [main, done] if main else [done]
        left = [home, *back, *extra]
        bare = [bare_button(each) for each in left]
        bare_last = [bare_button(each) for each in last if isinstance(each, Box)]
        grow = Gap(grow=1)
        if m.portrait:
            here: list[Box] = left[: len(left) - len(extra)]
            ways: list[list[Box]] = [[*here, done], [bare_button(each) for each in [*here, done]]]
            ways.append([tight(each) for each in ways[1]])
            around = Fit(tuple(row(*way[:-1], grow, way[-1], gap=gap) for way in ways))
            above: list[Widget] = [*extra, grow, *([main] if main else [])]
            thin = [tight(bare_button(each)) if isinstance(each, Box) else each for each in above]
            wanted = Fit((row(*above, gap=gap), row(*thin, gap=gap))) if extra or main else Gap(m.target)
            return column(wanted, around, gap=gap)
        options: list[Widget] = []
        if model.ticket or model.result:
            seconds = max(0, int(self.seconds_left(model)))
            key = "nav.closes" if model.ticket else "nav.wipes"
            note = self.body(words(key, n=seconds), soft=True, lines=1)
            options.append(row(*left, grow, note, *last, gap=gap, align="center"))
        options += [
            row(*left, grow, *last, gap=gap, align="center"),
            row(*bare, grow, *bare_last, gap=gap, align="center"),
            row(
                *(tight(each) for each in bare),
                grow,
                *(tight(each) for each in bare_last),
                gap=gap * 0.95,
                align="center",
            ),
        ]
        return Fit(tuple(options))

    def seconds_left(self, model: Model) -> float:
        """Until the warning; only for the words in the footer."""
        from kiosk.moves import idle_of

        kiosk = self.settings.kiosk
        return model.touched + idle_of(model, kiosk.idle_s) + kiosk.warn_s - model.now

    def dialogue(self, under: Widget, model: Model) -> Widget:
        """The warning before a wipe, over the screen it belongs to."""
        m, words = self.metrics, self.words
        wide = min(m.width - 2 * self.margin, 170 * m.factor)
        inner = (
            self.headline(words("idle.title")),
            self.body(words("idle.text", n=model.warn_left)),
            Gap(m.space * 0.3),
            row(
                self.button("done", words("nav.done")),
                Gap(grow=1),
                self.button("more", words("nav.more"), main=True),
                gap=m.space,
            ),
        )
        card = Box(
            inner, "column", m.space * 0.6, (m.space * 1.6, m.space * 1.3), WHITE, HAIR, 0.4, m.radius, width=wide
        )
        middle = Box((card,), "column", align="center", justify="center", pad=(self.margin, 0))
        return Box((under, Box(scrim=True), middle), "stack")

    def pager(self, page: int, pages: int, high: float = 1000.0) -> Box | None:
        """Up and down at the right; None for a single page. The count is left out where `high` mm are too few."""
        if pages <= 1:
            return None
        m, words = self.metrics, self.words
        side = self._pager_side

        def arrow(name: str, icon: str, live: bool) -> Widget:
            sign = Icon(icon, m.body * 1.7, self.primary if live else EDGE)
            if not live:
                return Box((sign,), "column", align="center", justify="center", grow=1, min_height=m.target, width=side)
            return Box(
                (sign,),
                "column",
                0,
                (0, 0),
                WHITE,
                self.primary,
                0.42,
                m.radius,
                "center",
                "center",
                width=side,
                min_height=m.target,
                grow=1,
                id=f"page:{name}",
                pressed=self.pressed(False),
            )

        count = Text(words("nav.page", page=page + 1, pages=pages), m.body, 600, INK, "center", lines=1)
        shown = 2 * m.target + m.space + m.body * 1.9 <= high
        up, down = arrow("back", "up", page > 0), arrow("next", "down", page + 1 < pages)
        return column(up, count if shown else None, down, gap=m.space * 0.5 if shown else 3.4, width=side)

    @property
    def pager_mm(self) -> float:
        """Room the pager takes beside the content."""
        return self._pager_side + self.metrics.space

    @property
    def _pager_side(self) -> float:
        return self.metrics.target * (1.3 if self.metrics.large else 1.05)


def replace_grow(widget: Widget) -> Widget:
    """The same widget, taking all the room there is."""
    return widget if isinstance(widget, Rule) else replace(widget, grow=1)


def bare_button(box: Box) -> Box:
    """A button without its icon."""
    return replace(box, children=tuple(c for c in box.children if not isinstance(c, Icon)) or box.children)


def tight(box: Box) -> Box:
    """A button with less white space at its sides."""
    return replace(box, pad=(box.pad[0] * 0.4, box.pad[1]))
