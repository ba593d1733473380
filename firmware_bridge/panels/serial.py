"""From the hub's board contents to what each microcontroller is to show. Pure; the bus sends it (node.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config.settings import Settings

if TYPE_CHECKING:
    from firmware_bridge.matrix import Bitmap

Place = tuple[str, int]
"""(bus, node address)."""


@dataclass(frozen=True)
class Content:
    """The whole content of one display: `text` of a counter board, `rows` of a main panel, or a `matrix` line."""

    place: Place
    slot: int
    rev: int
    text: str | None
    rows: tuple[tuple[str, int], ...] = ()
    matrix: Bitmap | None = None


def places(settings: Settings) -> dict[str, list[int]]:
    """Bus → the node addresses that the settings put on it."""
    out: dict[str, set[int]] = {bus.id: set() for bus in settings.buses}
    wired = [(each.bus, each.node) for each in settings.boards]
    wired += [(each.bus, each.node) for each in settings.buttons]
    wired += [(each.bus, each.node) for each in settings.keypads]
    for bus, node in wired:
        if bus in out:
            out[bus].add(node)
    return {bus: sorted(nodes) for bus, nodes in out.items()}


def contents(settings: Settings, boards: Iterable[Mapping[str, Any]]) -> list[Content]:
    """What the displays on serial buses show for the snapshot's `boards`. Boards nobody wired are left out."""
    wired = {board.id: board for board in settings.boards}
    out = []
    for shown in boards:
        board = wired.get(shown["id"])
        if board is None:
            continue
        place = (board.bus, board.node)
        if board.kind == "counter":
            out.append(Content(place, board.address, shown["rev"], plain(shown["text"])))
        elif board.kind == "matrix":
            from firmware_bridge.matrix import bitmap  # Pillow, 3 MiB: only where a matrix board hangs

            matrix = bitmap(
                shown["text"],
                width=board.width,
                height=board.height,
                speed=board.speed,
                forms=tuple(shown.get("forms", ())),
                seconds=shown.get("seconds"),
            )
            out.append(Content(place, board.address, shown["rev"], None, matrix=matrix))
        else:
            rows = tuple((plain(row["number"])[-4:], int(row["counter"])) for row in shown["rows"][: board.rows])
            out.append(Content(place, board.address, shown["rev"], None, rows))
    return sorted(out, key=lambda each: each.matrix is not None)  # numbers first


def plain(text: str) -> str:
    """Printable ASCII only; anything else becomes `?`, which the display reports as a hole rather than lose it."""
    return "".join(char if 32 <= ord(char) < 127 else "?" for char in text)


def button_services(settings: Settings) -> dict[tuple[str, int, int], str]:
    """(bus, node, input) → service."""
    return {(each.bus, each.node, each.input): each.service for each in settings.buttons}


def pad_counters(settings: Settings) -> dict[tuple[str, int, int], int]:
    """(bus, node, address) → counter."""
    return {(each.bus, each.node, each.address): each.counter for each in settings.keypads}
