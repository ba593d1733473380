"""What a printer answers when asked how it is, read bit by bit. Pure.

Two ways of asking: DLE EOT 1..4 (real time, one byte each) and GS a (the printer sends four bytes by itself, and at
once when it is switched on). Both say the same; Epson's command reference is the source, and the clones' manuals agree
on the bits used here. A clone's undefined bits are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PaperState = Literal["ok", "near_end", "out", "unknown"]
Trouble = Literal["", "no_paper", "cover_open", "cutter", "error", "offline", "silent"]
"""`silent`: no answer, or a senseless one; `offline`: it answers, and says no more than that."""

FENCE = b"\x1dr\x01"
"""GS r 1: the printer answers only when everything before it has been worked off."""
ASB_ON, ASB_OFF = b"\x1da\xff", b"\x1da\x00"
RECOVER = b"\x10\x05\x02"
"""DLE ENQ 2: forget the buffers, try again after a mended jam."""


@dataclass(frozen=True)
class PrinterStatus:
    """What the printer says of itself. `online`: it would print now. `detail`: one English sentence."""

    online: bool
    paper: PaperState
    detail: str
    trouble: Trouble = ""


def question(n: int) -> bytes:
    """DLE EOT n: 1 printer, 2 offline cause, 3 error cause, 4 paper."""
    return bytes((0x10, 0x04, n))


SILENT = PrinterStatus(False, "unknown", "the printer does not answer, or answers without sense", "silent")


def judge(offline: bool, cover: bool, cutter: bool, error: bool, out: bool, near: bool) -> PrinterStatus:
    """One status from what the bits say; the first thing a person must do comes first."""
    paper: PaperState = "out" if out else "near_end" if near else "ok"
    if cover:
        return PrinterStatus(False, paper, "the printer is offline: its cover is open", "cover_open")
    if out:
        return PrinterStatus(False, "out", "the printer is out of paper", "no_paper")
    if cutter:
        return PrinterStatus(False, paper, "the printer is offline: its cutter is jammed", "cutter")
    if error:
        return PrinterStatus(False, paper, "the printer is offline: it reports an error", "error")
    if offline:
        return PrinterStatus(False, paper, "the printer is offline", "offline")
    return PrinterStatus(True, paper, "the roll is nearly at its end" if near else "ready")


def from_dle_eot(answers: Mapping[int, int]) -> PrinterStatus:
    """Status from the answered questions (n → byte)."""
    printer, cause, error, paper = (answers.get(n, 0) for n in (1, 2, 3, 4))
    offline = bool(printer & 0x08)
    return judge(
        offline=offline,
        # An open cover that does not stop the printer is no trouble.
        cover=bool(cause & 0x04) and (offline or 1 not in answers),
        cutter=bool(error & 0x08),
        error=bool(error & 0x24) or (offline and bool(cause & 0x40)),
        out=bool(paper & 0x60 or cause & 0x20),
        near=bool(paper & 0x0C),
    )


def from_asb(block: bytes) -> PrinterStatus:
    """Status from the four bytes of GS a."""
    first, second, third = block[0], block[1], block[2]
    return judge(
        offline=bool(first & 0x08),
        cover=bool(first & 0x20),
        cutter=bool(second & 0x08),
        error=bool(second & 0x64),
        out=bool(third & 0x0C),
        near=bool(third & 0x03),
    )


def is_asb(block: bytes) -> bool:
    """Whether four bytes can be a status block: the fixed bits of each are as they must be."""
    return len(block) == 4 and block[0] & 0x93 == 0x10 and not any(byte & 0x90 for byte in block[1:])
