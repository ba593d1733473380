"""What a board of another maker is to show, before any protocol: rows of states. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from config.settings import Board

State = Literal["number", "blank", "dashes"]


@dataclass(frozen=True)
class Row:
    """One number; a counter board is one row. `called`: this number has just come here."""

    state: State = "blank"
    text: str = ""
    counter: int | None = None
    called: bool = False

    @property
    def key(self) -> tuple[str, int | None]:
        """What makes a call new: this number at this counter."""
        return self.text, self.counter

    @property
    def letter(self) -> str:
        """`A` of A042."""
        return self.text.rstrip("0123456789")

    @property
    def number(self) -> str:
        """`042` of A042."""
        return self.text[len(self.letter) :]


Rows = tuple[Row, ...]


def rows_of(board: Board, shown: Mapping[str, Any]) -> Rows:
    """The hub's content of a board as rows; a main panel always has all its rows."""
    if board.kind == "counter":
        return (_row(str(shown["text"]), board.counter),)
    rows = [_row(str(row["number"]), int(row["counter"])) for row in shown["rows"][: board.rows]]
    return (*rows, *[Row()] * (board.rows - len(rows)))


def _row(text: str, counter: int | None) -> Row:
    plain = "".join(char if 32 <= ord(char) < 127 else "?" for char in text).strip()
    if not plain:
        return Row()
    return Row("dashes", "", None) if set(plain) == {"-"} else Row("number", plain, counter)


def all_in(state: State, count: int) -> Rows:
    return (Row(state),) * count


def newly_called(rows: Rows, before: Rows) -> Rows:
    """The rows, those marked as called whose number did not stand at that counter before."""
    known = {row.key for row in before}
    return tuple(replace(r, called=r.state == "number" and r.key not in known) for r in rows)


def overall(rows: Iterable[Row]) -> Row:
    """The state of a whole panel, for what exists only once on it (mode, blink, colour)."""
    rows = list(rows)
    for state in ("number", "dashes"):
        some = [row for row in rows if row.state == state]
        if some:
            return Row(some[0].state, called=any(row.called for row in some))
    return Row()
