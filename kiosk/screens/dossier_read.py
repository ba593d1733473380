"""My dossier, the way in: the camera, the keypad, the wait."""

from __future__ import annotations

from dataclasses import replace

from kiosk.keys.code import missing, next_keys
from kiosk.model import Model
from kiosk.moves import today
from kiosk.scanner.grammar import dossier_code
from kiosk.screens import keys
from kiosk.screens.look import Look
from kiosk.screens.start import message
from kiosk.view.widgets import DONE, HAIR, Box, Fit, Gap, Icon, Live, Widget, column, row


def camera_frame(look: Look) -> Box:
    """What the camera sees, with the frame a paper is held into."""
    inner = Live(look.primary, DONE, grow=1.0)
    return Box((inner,), "column", fill="#FFFFFF", edge=HAIR, radius=look.metrics.radius, grow=1.0)


def advice(look: Look, model: Model) -> Box | None:
    """What the paper is, or what would help the camera; None where there is nothing to say."""
    m, words = look.metrics, look.words
    if model.hint:
        said, icon = words(f"scan.hint.{model.hint}"), "scan"
    elif model.guidance:
        said, icon = words(f"scan.guide.{model.guidance}"), "scan"
    else:
        return None
    sign = Icon(icon, m.body * 1.8, look.primary)
    text = look.body(said, bold=True)
    options = (row(sign, replace(text, grow=1), gap=m.space * 0.7, align="center"), text)
    return look.panel(Fit(options if not m.large else options[1:]))


def scan(look: Look, model: Model) -> Box:
    """The frame a receipt is held into; nothing to press."""
    m, words = look.metrics, look.words
    title = look.headline(words("scan.title"))
    text = look.body(words("scan.text"))
    hint = advice(look, model)
    said = hint or text
    options: list[Widget] = [column(title, text, hint, gap=m.space * 0.7)] if hint else []
    options += [column(title, said, gap=m.space * 0.7), column(look.lead(words("scan.title")), said, gap=m.space * 0.5)]
    options.append(column(said))
    left = Fit(tuple(options), grow=1.0)
    frame = camera_frame(look)
    if m.portrait:
        content = column(Box((left,), "column", grow=0.9), replace(frame, grow=1.3), gap=m.space)
    else:
        content = row(Box((left,), "column", grow=1.3 if m.large else 1.0), replace(frame, grow=1.0), gap=m.space * 1.2)
    extra = look.button("go:typing", words("scan.type"), icon="keypad")
    return look.frame(model, content, extra=(extra,))


def typing(look: Look, model: Model) -> Box:
    """Type the code: only keys that can follow are live, and a sentence says what is still missing."""
    m, words = look.metrics, look.words
    wide, high = look.room
    day = today(model)
    part, lacking = missing(model.code)
    ready = dossier_code(model.code, day) is not None
    say = words("typing.need.ready") if ready else words(f"typing.need.{part or 'number'}", n=lacking)
    need = look.body(say, bold=ready)
    live = next_keys(model.code, day)
    typed = keys.field(look, model.code, words("typing.example"))
    title = look.headline(words("typing.title"))
    gap = max(2.0, m.space * 0.6)
    show = look.button("look", words("typing.look"), main=True) if ready else None
    other = look.button("otherunit", words("typing.other"))
    # Where there is no room for it the unit is taken back key by key.
    extra = (other,) if not ready and (m.portrait or not m.large) else ()
    if part == "unit":
        board = keys.code_board(look, live)
        head = typed if look.compact else None
        parts: list[Widget] = [Gap(grow=1), board] if head else [typed, Gap(grow=1), board]
        for more in (need, title):
            if sum(look.layout.height(each, wide) for each in (more, *parts)) + (len(parts) + 1) * gap <= high:
                parts.insert(0, more)
        return look.frame(model, column(*parts, gap=gap), main=show, head=head)
    # The office is known: what is left are digits, and a telephone's keys are larger than a typewriter's.
    board = keys.digit_board(look, live)
    if m.portrait:
        return look.frame(
            model, column(title, typed, need, Gap(grow=1), board, gap=gap), main=show, extra=extra
        )  # fmt: skip
    left = Fit(
        (
            column(title, typed, need, Gap(grow=1), gap=m.space * 0.8),
            column(typed, need, Gap(grow=1), gap=m.space * 0.6),
            column(typed, Gap(grow=1)),
        ),
        grow=1.0,
    )
    right = Box((board,), "column", width=min(wide * 0.4, 110 * m.factor), justify="end")
    content = row(Box((left,), "column", grow=1), right, gap=m.space * 1.2)
    return look.frame(model, content, main=show, extra=extra)


def searching(look: Look, model: Model) -> Box:
    """The worker is asking."""
    words = look.words
    return message(look, model, "search", look.primary, words("searching.title"), words("searching.text"))
