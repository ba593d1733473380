"""A 1-bit picture as ESC/POS: `GS v 0` in bands, one cut at the end. Pure.

White rows go out as a band one byte wide and the right margin of each band is left away: the same dots on paper for
about half the bytes, which a slow serial printer feels (57 kB are 60 s at 9600 baud).
"""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

BAND_ROWS = 64
"""Small printers hold about 4 KiB: 64 rows of 576 dots are 4.6 KB at most and usually half of it."""
INIT = b"\x1b@"
CUT = b"\x1dVB\x00"
"""GS V 66 0: feed to the knife, partial cut."""
FENCE = b"\x1dr\x01"
"""GS r 1: the printer answers only when everything before it has been worked off."""
STATUS = (b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04")
"""DLE EOT 1 printer, 2 offline cause, 4 paper: answered at once, whatever is waiting in the buffer."""


def bands(image: Image.Image) -> Iterator[bytes]:
    """`GS v 0` commands for a picture in mode "1" (0 black)."""
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
        while end < len(rows) and end - at < BAND_ROWS and (not any(rows[end])) == blank:
            end += 1
        chunk = rows[at:end]
        wide = 1 if blank else max(len(row.rstrip(b"\0")) for row in chunk)
        yield (
            b"\x1dv0\x00"
            + wide.to_bytes(2, "little")
            + len(chunk).to_bytes(2, "little")
            + b"".join(row[:wide] for row in chunk)
        )
        at = end


def paper_commands(image: Image.Image) -> list[bytes]:
    """The whole paper, command by command: initialise, the picture, one cut."""
    return [INIT, *bands(image), CUT]


def rescue_bytes(width: int) -> bytes:
    """For a printer that lost its connection inside a picture: enough zero bytes to end an open band (they print
    white, or nothing), and start anew."""
    return bytes(BAND_ROWS * ((width + 7) // 8)) + INIT
