"""The rating: one question with faces, at most two reasons, thanks."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Model
from kiosk.screens.look import Look
from kiosk.screens.start import message
from kiosk.tasks.rating import REASONS
from kiosk.view.widgets import ACT, DONE, Box, Fit, Gap, Icon, Widget, column, row


def rate(look: Look, model: Model) -> Box:
    """One question; then at most two reasons, which may be skipped."""
    m, words = look.metrics, look.words
    scores = (5, 4, 3, 2, 1) if look.settings.kiosk.faces == 5 else (5, 3, 1)
    shown = {5: 5, 3: 3, 1: 1} if len(scores) == 3 else {n: n for n in scores}
    title = look.headline(words("rate.title"))
    wide, _high = look.room
    whose = _whose(look, model)
    if model.score:
        chosen = row(
            Icon(f"face{shown[_face(model.score, len(scores))]}", m.headline * 1.6, look.primary),
            look.lead(words(f"rate.{_face(model.score, len(scores))}"), grow=1),
            gap=m.space,
            align="center",
        )
        chips = [
            look.button(f"reason:{reason}", words(f"reason.{reason}"), on=reason in model.reasons) for reason in REASONS
        ]
        ask = look.body(words("rate.why"))
        lines = _chip_rows(look, chips, wide)
        gap = m.space * 0.8
        parts: tuple[Widget, ...] = (*whose, chosen, ask, *lines)
        content: Widget = Fit(tuple(column(*parts[at:], gap=gap) for at in range(len(parts) - len(lines) + 1)))
        other = look.button("otherface", words("rate.other"), icon="back")
        return look.frame(model, content, main=look.button("send", words("rate.send"), main=True), extra=(other,))
    gap = max(3.4, m.space * 0.8)

    def tile(score: int, across: bool) -> Box:
        colour = {1: ACT, 2: ACT}.get(score, look.primary)
        sign = Icon(f"face{score}", m.headline * (2.2 if not across else 1.7), colour)
        word = look.body(words(f"rate.{score}"), bold=True, align="left" if across else "center")
        value = score if len(scores) == 5 else (score + 1) // 2
        if across:
            return look.card(
                row(sign, replace(word, grow=1), gap=m.space, align="center"),
                target=f"face:{value}",
                min_height=m.target,
                pad=(m.space, 0.5),
                justify="center",
                grow=1.0,
            )
        return look.card(
            Gap(grow=1),
            sign,
            word,
            Gap(grow=1),
            target=f"face:{value}",
            align="center",
            grow=1.0,
            pad=(m.space * 0.4, m.space * 0.6),
        )

    # A ticket tells the counter; without one the answer counts all the same.
    known = model.rating.ticket or not model.hub.connected or look.settings.kiosk.counter
    mine = () if known else (look.button("go:ticket_number", words("rate.ticket"), icon="ticket"),)
    down = m.large or m.portrait
    if not down:
        faces = row(*[tile(s, False) for s in scores], gap=gap, grow=1)
        tall = column(title, *whose, faces, gap=m.space)
        return look.frame(model, Fit((tall, column(title, faces, gap=m.space))), extra=mine)
    tiles = [tile(s, True) for s in scores]
    if m.portrait:
        return look.frame(model, column(title, *whose, *tiles, gap=gap), extra=mine)
    rows = [row(*tiles[at : at + 2], gap=gap, grow=1) for at in range(0, len(tiles), 2)]
    content = column(*rows, gap=gap)
    tall = column(title, replace(content, grow=1), gap=m.space * 0.5)
    return look.frame(model, Fit((tall, content)), extra=mine)


def _whose(look: Look, model: Model) -> tuple[Widget, ...]:
    """The counter and the ticket the answer is about, where they are known."""
    rating, words = model.rating, look.words
    if not rating.ticket or rating.counter is None:
        return ()
    number = rating.ticket.rpartition("-")[2]
    return (look.body(words("rate.for", counter=rating.counter, number=number), soft=True),)


def _face(score: int, faces: int) -> int:
    return score if faces == 5 else 2 * score - 1


def _chip_rows(look: Look, chips: list[Box], wide: float) -> list[Box]:
    m = look.metrics
    gap = max(3.4, m.space * 0.8)
    rows: list[list[Widget]] = [[]]
    for chip in chips:
        if rows[-1] and not look.layout.fits(row(*rows[-1], chip, gap=gap), wide, m.height):
            rows.append([])
        rows[-1].append(chip)
    return [row(*each, Gap(grow=1), gap=gap) for each in rows]


def thanks(look: Look, model: Model) -> Box:
    """After a rating."""
    words = look.words
    return message(look, model, "check", DONE, words("thanks.title"), words("thanks.text"))
