"""The second factor: four characters that only the owner of the receipt has."""

from __future__ import annotations

from kiosk.model import Model
from kiosk.screens import keys
from kiosk.screens.look import Look
from kiosk.view.widgets import Box, Fit, Gap, Text, column, row

CODE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


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
    wrong = "factor.wrong.again" if model.misses > 1 else "factor.wrong"
    key = wrong if model.factor_wrong else f"factor.{model.factor_kind}.text"
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
