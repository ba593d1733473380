"""What each LED board shows: always the whole content, so that sending it twice or late does no harm. Pure.

A counter board shows the number called or served at its counter, else nothing. The main panel shows who is at a
counter now, newest call first. Dashes are not ours: the firmware shows them when the link is silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.settings import Board
from queue_display.hall import Hall
from queue_display.model import AT_COUNTER


def content(hall: Hall, board: Board) -> dict[str, Any]:
    """`{id, kind, text}` of a counter board or `{id, kind, rows: [{number, counter}]}` of the main panel."""
    if board.kind == "counter":
        text = hall.shown(board.counter) if board.counter in hall.posts else ""
        return {"id": board.id, "kind": "counter", "text": text}
    return {"id": board.id, "kind": "main", "rows": _rows(hall, board.rows)}


def _rows(hall: Hall, most: int) -> list[dict[str, Any]]:
    standing = [ticket for number in hall.posts if (ticket := hall.current(number)) is not None]
    standing = [each for each in standing if each.state in AT_COUNTER]
    standing.sort(key=lambda each: each.last_call_at or "", reverse=True)
    return [{"number": each.number, "counter": each.counter} for each in standing[:most]]


class Boards:
    """The boards with the revision at which each last changed."""

    def __init__(self, boards: Sequence[Board]) -> None:
        self._boards = list(boards)
        self._shown: dict[str, dict[str, Any]] = {}
        self._revs: dict[str, int] = {}

    def refresh(self, hall: Hall, rev: int) -> list[dict[str, Any]]:
        """Every board's whole content; one that changed since the last call carries `rev`."""
        out = []
        for board in self._boards:
            now = content(hall, board)
            if self._shown.get(board.id) != now:
                self._shown[board.id] = now
                self._revs[board.id] = rev
            out.append({**now, "rev": self._revs[board.id]})
        return out
