"""A 1-bit picture as ESC/POS: `GS v 0` in bands, one cut or one feed to the tear bar at the end. Pure.

White rows go out as a band one byte wide and the right margin of each band is left away: the same dots on paper for
about half the bytes, which a slow serial printer feels (57 kB are 60 s at 9600 baud).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware_bridge.rows import PaperKind

if TYPE_CHECKING:
    from PIL import Image  # the bridge knows commands, not pictures

BAND_ROWS = 64
"""Small printers hold about 4 KiB: 64 rows of 576 dots are 4.6 KB at most and usually half of it."""
INIT = b"\x1b@"


@dataclass(frozen=True)
class NativeQr:
    """A QR code the printer draws by itself: before which dot row of the picture, its text, dots a module."""

    row: int
    text: str
    module: int


def bands(image: Image.Image, rows_each: int = BAND_ROWS, doubled: bool = False) -> Iterator[bytes]:
    """`GS v 0` commands for a picture in mode "1" (0 black); `doubled`: each dot is printed two by two."""
    if image.mode != "1":
        raise ValueError(f"the picture is in mode {image.mode!r}; a printer takes '1'")
    stride = (image.width + 7) // 8
    # Pillow packs white as 1 bits; a printer burns its 1 bits black. Bits past the width must stay white.
    spare = stride * 8 - image.width
    packed = bytes(0xFF ^ byte for byte in image.tobytes())
    rows = [packed[start : start + stride] for start in range(0, len(packed), stride)]
    if spare:
        mask = 0xFF << spare & 0xFF
        rows = [row[:-1] + bytes([row[-1] & mask]) for row in rows]
    at = 0
    while at < len(rows):
        blank = not any(rows[at])
        end = at
        while end < len(rows) and end - at < rows_each and (not any(rows[end])) == blank:
            end += 1
        chunk = rows[at:end]
        wide = 1 if blank else max(len(row.rstrip(b"\0")) for row in chunk)
        yield (
            (b"\x1dv0\x03" if doubled else b"\x1dv0\x00")
            + wide.to_bytes(2, "little")
            + len(chunk).to_bytes(2, "little")
            + b"".join(row[:wide] for row in chunk)
        )
        at = end


def native_qr(text: str, module: int) -> bytes:
    """GS ( k: model 2, module size in dots (1..16), correction M, centred; printed where the paper stands."""
    data = text.encode("utf-8")
    stored = len(data) + 3

    def part(function: int, *rest: int) -> bytes:
        body = bytes((49, function, *rest))
        return b"\x1d(k" + len(body).to_bytes(2, "little") + body

    store = b"\x1d(k" + stored.to_bytes(2, "little") + bytes((49, 80, 48)) + data
    return (
        b"\x1ba\x01"
        + part(65, 50, 0)
        + part(67, max(1, min(16, module)))
        + part(69, 49)
        + store
        + part(81, 48)
        + b"\x1ba\x00"
    )


def feed(dots: int) -> bytes:
    """ESC J as often as it takes."""
    return b"".join(b"\x1bJ" + bytes([min(255, dots - at)]) for at in range(0, dots, 255))


def off_the_roll(paper: PaperKind) -> bytes:
    """What ends a ticket: the feed, and the cut where there is a knife."""
    dots, partial = paper.feed_dots, paper.cut == "partial"
    if paper.cut == "none":
        return feed(dots)
    if paper.cut_command == "gs-v-feed":
        return feed(dots - min(255, dots)) + (b"\x1dVB" if partial else b"\x1dVA") + bytes([min(255, dots)])
    if paper.cut_command == "gs-v":
        return feed(dots) + (b"\x1dV\x01" if partial else b"\x1dV\x00")
    return feed(dots) + (b"\x1bm" if partial else b"\x1bi")


def paper_commands(image: Image.Image, paper: PaperKind | None = None, codes: Sequence[NativeQr] = ()) -> list[bytes]:
    """The whole paper, command by command: initialise, the picture, its end. `paper` None: 80 mm with a cutter."""
    paper = paper or PaperKind()
    out, at = [INIT], 0
    for code in codes:
        if code.row > at:
            out += bands(image.crop((0, at, image.width, code.row)), paper.band_rows, paper.half)
        out.append(native_qr(code.text, code.module))
        at = code.row
    out += bands(image.crop((0, at, image.width, image.height)), paper.band_rows, paper.half)
    return [*out, off_the_roll(paper)]


def rescue_bytes(width: int, rows: int = BAND_ROWS) -> bytes:
    """For a printer that lost its connection inside a picture: enough zero bytes to end an open band (they print
    white, or nothing), and start anew."""
    return bytes(rows * ((width + 7) // 8)) + INIT
