"""`motcua wires flash`: which image a board gets, and how it goes, step by step."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from firmware_bridge import contract, image
from firmware_bridge.control import ControlError
from firmware_bridge.wires.check import Ask

LOOK_S = 0.3


def needing(state: Mapping[str, Any], force: bool) -> list[int]:
    """Addresses of the boards that answer and run something else than this product's firmware."""
    version = image.firmware_version()
    mine = f"{version >> 8}.{version & 0xFF}"
    return [
        int(address)
        for address, node in state["nodes"].items()
        if node["uid"] and (force or not node["fits"] or node["firmware"] != mine)
    ]


def image_for(kind: int, path: Path | None) -> image.Image:
    """The image in the file, else this product's own for that kind of board. Raises NoImage, OSError."""
    if path is not None:
        return image.Image.parse(path.read_bytes())
    board = contract.meaning("board_kinds", kind)
    if board not in image.BOARDS:
        raise image.NoImage(f"there is no firmware for boards of kind {kind}")
    return image.pack(board)


def _failed(vi: str, en: str) -> dict[str, Any]:
    return {"phase": "failed", "at": 0, "size": 1, "vi": vi, "en": en}


def flash_one(
    ask: Ask, bus: str, node: int, state: Mapping[str, Any], path: Path | None, force: bool
) -> Iterator[dict[str, Any]]:
    """Load one board; yields {phase, at, size, vi, en}, the last one with phase "done" or "failed"."""
    known = state["nodes"].get(str(node))
    if known is None or not known["uid"]:
        yield _failed(
            f"không có bo mạch nào trả lời ở địa chỉ {node}",
            f"no board answers at address {node}; try motcua wires scan",
        )
        return
    try:
        chosen = image_for(known["kind"], path)
    except (image.NoImage, OSError) as error:
        yield _failed(f"không có bản nạp dùng được: {error}", f"no image that can be used: {error}")
        return
    if known["fits"] and known["firmware"] == chosen.version and not force:
        yield _done(f"đang chạy đúng bản {chosen.version} rồi", f"it runs {chosen.version} already", chosen)
        return
    try:
        step = ask("flash", bus=bus, node=node, image=base64.b64encode(chosen.data).decode("ascii"), force=force)
        while step["phase"] not in ("done", "failed"):
            yield step
            time.sleep(LOOK_S)
            step = ask("flash_state", bus=bus, node=node)
    except ControlError as error:
        yield _failed("cầu nối không nạp được", str(error))
        return
    if step["phase"] == "done":
        yield _done(f"đã chạy bản {chosen.version}", f"it runs {chosen.version} now", chosen)
    else:
        yield step


def _done(vi: str, en: str, chosen: image.Image) -> dict[str, Any]:
    size = len(chosen.data)
    return {"phase": "done", "at": size, "size": size, "vi": vi, "en": en}
