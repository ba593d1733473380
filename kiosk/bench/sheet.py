"""What is held up before the camera in the rendered scenes: a receipt or a card, invented and drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from kiosk.scanner.decode import Luma, modules

Kind = Literal["c128", "qr", "cccd"]

MODULE = 6  # px of the sheet a module

_UNITS = ("H38.12.25", "000.00.15.H38", "H56.14", "000.17.22.H56", "G12.18.112.001", "H38.001.002")
_SURNAMES = ("NGUYỄN", "TRẦN", "LÊ", "PHẠM", "HOÀNG", "VŨ", "ĐẶNG", "BÙI", "ĐỖ", "HỒ")
_GIVEN = ("VĂN THỬ", "THỊ MẪU", "ĐỨC ẢO", "NGỌC BỊA", "QUỐC VÍ DỤ", "THỊ THỬ NGHIỆM")


def text_of(kind: Kind, rng: random.Random) -> str:
    """A dossier code (long or short), or the record of an invented identity card."""
    if kind != "cccd":
        day = f"{rng.randint(19, 25)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
        return f"{rng.choice(_UNITS)}-{day}-{rng.randint(1, 9999):04}"
    born = f"{rng.randint(1, 28):02}{rng.randint(1, 12):02}{rng.randint(1950, 2006)}"
    address = f"Thôn {rng.randint(1, 30)}, Xã Ví Dụ {rng.randint(1, 99)}, Huyện Không Có Thật, Tỉnh Mẫu Thử Nghiệm"
    return (
        f"{rng.randint(10**11, 10**12 - 1)}|{rng.randint(10**8, 10**9 - 1)}|"
        f"{rng.choice(_SURNAMES)} {rng.choice(_GIVEN)}|{born}|{rng.choice(('Nam', 'Nữ'))}|"
        f"{address}|0202{rng.randint(2021, 2025)}"
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawn sheet. `box`: left, top, right, bottom of the symbol with its quiet zone, in px of `luma`."""

    luma: Luma
    box: tuple[int, int, int, int]


def draw(text: str, kind: Kind, rng: random.Random) -> Sheet:
    """A receipt (lines of print around the symbol) or a card (plain, with a frame)."""
    bare = modules(text, "code128" if kind == "c128" else "qr")
    if kind == "c128":
        bare = np.repeat(bare[:1], rng.randint(24, 40), axis=0)
        bare = np.pad(bare, ((4, 4), (10, 10)), constant_values=255)
    else:
        bare = np.pad(bare, 4, constant_values=255)
    mark = Image.fromarray(np.kron(bare, np.ones((MODULE, MODULE), np.uint8)))
    margin = 14 * MODULE
    size = (mark.width + 2 * margin, mark.height + 2 * margin)
    sheet = Image.new("L", size, rng.randint(236, 252))
    pen = ImageDraw.Draw(sheet)
    for top in (3 * MODULE, 8 * MODULE, size[1] - 11 * MODULE, size[1] - 6 * MODULE):
        x = 4 * MODULE
        while x < size[0] - 8 * MODULE:
            word = rng.randint(2, 9) * MODULE
            for stroke in range(0, word, MODULE):
                if rng.random() < 0.75:
                    y = top + rng.randint(0, MODULE)
                    pen.rectangle(
                        (x + stroke, y, x + stroke + rng.randint(2, 5), y + 2 * MODULE), fill=rng.randint(25, 70)
                    )
            x += word + 2 * MODULE
    pen.rectangle((MODULE, MODULE, size[0] - MODULE, size[1] - MODULE), outline=90, width=2)
    # The quiet zone keeps the paper's own white: print is dark grey, not black.
    ink = np.asarray(mark, dtype=np.float32) / 255.0
    luma = np.asarray(sheet, dtype=np.float32).copy()
    part = luma[margin : margin + mark.height, margin : margin + mark.width]
    luma[margin : margin + mark.height, margin : margin + mark.width] = 35 + (part.max() - 35) * ink
    return Sheet(luma.astype(np.uint8), (margin, margin, margin + mark.width, margin + mark.height))
