"""Which chips a site's settings ask for, and where the virtual cabinet puts their ports."""

from __future__ import annotations

import hashlib
from pathlib import Path

from config.settings import Settings
from firmware_bridge.virtual.child import Wiring


def port_path(runtime: Path, index: int, bus: str) -> Path:
    """The stable name of the virtual bus: the first as docs/contracts.md §5 says, further ones with their id."""
    suffix = "VIRTUAL" if index == 0 else f"VIRTUAL_{bus}"
    return runtime / "dev" / "serial" / "by-id" / f"usb-MotCua_Pico_{suffix}-if00"


def wirings(settings: Settings, bus: str, driver: str) -> dict[int, Wiring]:
    """Node address → what hangs on that chip, from boards, buttons and key pads of this bus."""
    out: dict[int, Wiring] = {}

    def chip(node: int) -> Wiring:
        if node not in out:
            digest = hashlib.sha256(f"{settings.site.id}/{settings.site.device}/{bus}/{node}".encode()).hexdigest()
            out[node] = Wiring(uid="e661" + digest[:12], node=node, driver=driver)
        return out[node]

    for board in settings.boards:
        if board.bus != bus:
            continue
        if board.kind == "counter":
            chip(board.node).boards.append((board.address, board.digits))
        elif board.kind == "matrix":
            chip(board.node).matrices.append((board.address, board.width, board.height))
        else:
            chip(board.node).panels.append((board.address, board.rows))
    for button in settings.buttons:
        if button.bus == bus:
            wiring = chip(button.node)
            wiring.buttons = max(wiring.buttons, button.input + 1)
    for pad in settings.keypads:
        if pad.bus == bus:
            wiring = chip(pad.node)
            wiring.keypads = max(wiring.keypads, pad.address + 1)
    return out
