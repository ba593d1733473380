"""The words of the drawing: a template's rows and a kind of paper, as plain data.

No outside library is imported here, so that the drawing process (drawing.py) stays small: template.py makes rows from a
file, printer_profile.py a paper from a profile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

READABLE = 80
"""Dots of 80 mm paper from which a number is read at 1.5 m (1 cm)."""
FIELD = re.compile(r"\{([^{}]*)\}")

What = Literal["text", "gap", "rule", "dashes", "qr", "logo", "items"]


@dataclass(frozen=True)
class Row:
    """One line of the template. `size` in dots of 80 mm paper, `value` dots of a gap or rule, `logo` a file."""

    line: int
    what: What
    text: str = ""
    size: int = 28
    weight: int = 500
    left: bool = False
    upper: bool = False
    tight: bool = False
    beside: bool = False
    value: int = 0
    logo: str = ""
    needs: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(FIELD.findall(self.text))


@dataclass(frozen=True)
class Template:
    """`ticket` draws tickets and their copies, `papers` lists and slips."""

    ticket: tuple[Row, ...]
    papers: tuple[Row, ...]


@dataclass(frozen=True)
class PaperKind:
    """What the drawing must know of a printer: dots across, how dots are sent, how a piece gets off the roll."""

    width_dots: int = 576
    half: bool = False
    band_rows: int = 64
    native_qr: bool = False
    cut: Literal["partial", "full", "none"] = "partial"
    cut_command: Literal["gs-v-feed", "gs-v", "esc"] = "gs-v-feed"
    feed_dots: int = 0


def as_plain(template: Template, paper: PaperKind) -> dict[str, Any]:
    """Both as JSON can carry them."""
    return {"template": asdict(template), "paper": asdict(paper)}


def from_plain(told: Mapping[str, Any]) -> tuple[Template, PaperKind]:
    """The way back."""

    def rows(section: str) -> tuple[Row, ...]:
        return tuple(
            Row(**{**row, "needs": tuple(row["needs"]), "forbids": tuple(row["forbids"])})
            for row in told["template"][section]
        )

    return Template(rows("ticket"), rows("papers")), PaperKind(**told["paper"])
