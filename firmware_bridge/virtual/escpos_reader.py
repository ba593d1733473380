"""An ESC/POS interpreter: bytes in, pictures of the paper out.

It knows the commands this product sends and what python-escpos sends around them, and raises on anything else: a
byte that a real printer would print as rubbish must fail a test, not vanish.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M

MAX_ROWS = 20_000
"""2.5 m of paper: a printer that has run away."""


_DOUBLED = [
    sum(3 << 2 * bit for bit in range(8) if byte & 1 << bit).to_bytes(2, "big")  # each dot twice
    for byte in range(256)
]


class UnknownBytes(ValueError):
    """Bytes that no command of this printer begins with. `offset` counts from the start of the connection."""

    def __init__(self, offset: int, data: bytes, why: str = "") -> None:
        super().__init__(f"unknown ESC/POS bytes at {offset}: {data[:12].hex(' ')}{' ' + why if why else ''}")
        self.offset = offset
        self.data = data


@dataclass
class Paper:
    """One piece that fell from the printer, in mode "1"; `cuts` is 0 for a piece still hanging in it."""

    image: Image.Image
    cuts: int = 1
    bytes_in: int = 0


@dataclass
class Reader:
    """Feed it bytes as they come; finished pieces go to `on_paper`, answers to the host to `on_answer`.

    `status(n)` gives the byte for DLE EOT n; `fence()` the byte for GS r 1; `asb()` the four bytes of GS a. Width in
    dots. `tear_rows`: a printer without a knife, whose paper a hand tears off after a feed of so many rows (else 0).
    """

    width: int = 576
    on_paper: Callable[[Paper], None] = lambda paper: None
    on_answer: Callable[[bytes], None] = lambda answer: None
    status: Callable[[int], int] = lambda n: 0x12
    fence: Callable[[], int] = lambda: 0x00
    asb: Callable[[], bytes] = lambda: b"\x10\x00\x00\x00"
    on_recover: Callable[[], None] = lambda: None
    tear_rows: int = 0
    _qr_text: bytes = b""
    _qr_module: int = 3
    _qr_level: int = ERROR_CORRECT_L
    _fed: int = 0
    _pending: bytes = b""
    _offset: int = 0
    _piece_bytes: int = 0
    _rows: list[bytes] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Dot rows printed since the last cut."""
        return len(self._rows)

    @property
    def inside_command(self) -> bool:
        """Whether the bytes so far end within a command."""
        return bool(self._pending)

    def feed(self, data: bytes) -> None:
        """Take bytes. Raises `UnknownBytes`; the reader is of no use after that until `reset`."""
        self._pending += data
        while self._pending:
            used = self._command(self._pending)
            if used == 0:
                return
            self._offset += used
            self._piece_bytes += used
            self._pending = self._pending[used:]

    def hang_up(self) -> None:
        """The host is gone in the middle: a torn command is forgotten, an open picture waits for the rest of its dots,
        as the printers do that know nothing of connections."""
        if not (self._pending.startswith(b"\x1dv0") and len(self._pending) >= 8):
            self._pending = b""

    def reset(self) -> None:
        """Power off and on: what was in the buffer is lost, what is on the paper stays."""
        self._pending = b""

    def tear(self) -> Paper | None:
        """What hangs out of the printer uncut, without cutting it; None when nothing is printed."""
        return Paper(self._picture(), 0, self._piece_bytes) if self._rows else None

    def _command(self, data: bytes) -> int:
        """Work off one command at the start of `data`; its length, or 0 when more bytes are needed."""
        first = data[0]
        if first == 0x00:  # a printer in standard mode passes over NUL
            return 1
        if first == 0x0A:
            self._blank(30)
            return 1
        if first not in (0x10, 0x1B, 0x1D):
            raise UnknownBytes(self._offset, data)
        if len(data) < 2:
            return 0
        if first == 0x10:
            return self._realtime(data)
        if first == 0x1B:
            return self._escape(data)
        return self._group(data)

    def _realtime(self, data: bytes) -> int:
        if data[1] == 0x05 and len(data) >= 3 and data[2] == 2:
            self.on_recover()
            return 3
        if data[1] == 0x05 and len(data) < 3:
            return 0
        if data[1] != 0x04:
            raise UnknownBytes(self._offset, data, "(DLE)")
        if len(data) < 3:
            return 0
        if data[2] not in (1, 2, 3, 4):
            raise UnknownBytes(self._offset, data, "(DLE EOT)")
        self.on_answer(bytes([self.status(data[2])]))
        return 3

    def _escape(self, data: bytes) -> int:
        if data[1] == ord("@"):
            return 2
        if data[1] in (ord("i"), ord("m")):
            return self._fall(2)
        if data[1] not in (ord("d"), ord("J"), ord("a")):
            raise UnknownBytes(self._offset, data, "(ESC)")
        if len(data) < 3:
            return 0
        if data[1] == ord("d"):
            self._feed(30 * data[2])
        elif data[1] == ord("J"):
            self._feed(data[2])
        elif data[2] not in (0, 1, 2, 48, 49, 50):
            raise UnknownBytes(self._offset, data, "(ESC a)")
        return 3

    def _group(self, data: bytes) -> int:
        kind = data[1]
        if kind == ord("v"):
            return self._raster(data)
        if kind == ord("V"):
            return self._cut(data)
        if kind == ord("r"):
            if len(data) < 3:
                return 0
            if data[2] not in (1, 49):
                raise UnknownBytes(self._offset, data, "(GS r)")
            self.on_answer(bytes([self.fence()]))
            return 3
        if kind == ord("a"):
            if len(data) < 3:
                return 0
            if data[2]:
                self.on_answer(self.asb())
            return 3
        if kind == ord("("):
            return self._code(data)
        raise UnknownBytes(self._offset, data, "(GS)")

    def _code(self, data: bytes) -> int:
        """GS ( k for QR codes: model 2, module size, correction L or M, store, print."""
        if len(data) < 5:
            return 0
        end = 5 + int.from_bytes(data[3:5], "little")
        if len(data) < end:
            return 0
        body = data[5:end]
        if data[2] != ord("k") or len(body) < 3 or body[0] != 49 or body[1] not in (65, 67, 69, 80, 81):
            raise UnknownBytes(self._offset, data, "(GS ( k: QR codes only)")
        if body[1] == 67:
            self._qr_module = body[2]
        elif body[1] == 69:
            self._qr_level = ERROR_CORRECT_M if body[2] == 49 else ERROR_CORRECT_L
        elif body[1] == 80:
            self._qr_text = body[3:]
        elif body[1] == 81:
            self._draw_qr()
        return end

    def _draw_qr(self) -> None:
        maker = qrcode.QRCode(error_correction=self._qr_level, border=0)
        maker.add_data(self._qr_text, optimize=0)
        maker.make(fit=True)
        side = len(maker.get_matrix()) * self._qr_module
        picture = Image.new("1", (self.width, side), 1)
        left = (self.width - side) // 2
        for y, row in enumerate(maker.get_matrix()):
            for x, dark in enumerate(row):
                if dark:
                    box = (left + x * self._qr_module, y * self._qr_module)
                    picture.paste(0, (*box, box[0] + self._qr_module, box[1] + self._qr_module))
        stride = (self.width + 7) // 8
        dots = bytes(0xFF ^ byte for byte in picture.tobytes())
        for start in range(0, len(dots), stride):
            self._row(dots[start : start + stride])

    def _raster(self, data: bytes) -> int:
        if len(data) < 8:
            return 0
        if data[2] != ord("0") or data[3] not in (0, 3, 48, 51):
            raise UnknownBytes(self._offset, data, "(GS v: only full size and doubled both ways)")
        times = 2 if data[3] in (3, 51) else 1
        wide, tall = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
        if not 1 <= wide * times <= (self.width + 7) // 8 or not 1 <= tall <= 2303:
            raise UnknownBytes(self._offset, data, f"(GS v 0: {wide} bytes x {tall} rows)")
        end = 8 + wide * tall
        if len(data) < end:
            return 0
        stride = (self.width + 7) // 8
        for start in range(8, end, wide):
            row = data[start : start + wide]
            if times == 2:
                row = b"".join(_DOUBLED[byte] for byte in row)
            for _ in range(times):
                self._row(row.ljust(stride, b"\0"))
        return end

    def _cut(self, data: bytes) -> int:
        if len(data) < 3:
            return 0
        used = 3
        if data[2] in (65, 66):
            if len(data) < 4:
                return 0
            used = 4
        elif data[2] not in (0, 1, 48, 49):
            raise UnknownBytes(self._offset, data, "(GS V)")
        if data[2] in (65, 66):
            self._blank(data[3])
        return self._fall(used)

    def _fall(self, used: int) -> int:
        """The piece falls off, cut."""
        self._piece_bytes += used
        self.on_paper(Paper(self._picture(), 1, self._piece_bytes))
        self._rows = []
        self._piece_bytes = -used  # `feed` adds them once more
        return used

    def _feed(self, rows: int) -> None:
        """Blank rows; without a knife a long enough feed is where a hand tears the paper off."""
        self._blank(rows)
        self._fed += rows
        if self.tear_rows and self._fed >= self.tear_rows and len(self._rows) > self._fed:
            self.on_paper(Paper(self._picture(), 0, self._piece_bytes))
            self._rows = []
            self._piece_bytes = 0
            self._fed = 0

    def _blank(self, rows: int) -> None:
        for _ in range(rows):
            self._row(bytes((self.width + 7) // 8))

    def _row(self, row: bytes) -> None:
        if any(row):
            self._fed = 0
        if len(self._rows) >= MAX_ROWS:
            raise UnknownBytes(self._offset, b"", f"(no cut within {MAX_ROWS} rows)")
        self._rows.append(row)

    def _picture(self) -> Image.Image:
        height = max(1, len(self._rows))
        stride = (self.width + 7) // 8
        dots = b"".join(self._rows) or bytes(stride)
        return Image.frombytes("1", (self.width, height), bytes(0xFF ^ byte for byte in dots))
