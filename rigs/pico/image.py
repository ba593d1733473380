"""Two steps of the image: `image.py assemble FOLDER` (our modules as they are frozen), `image.py uf2 BIN UF2`."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from firmware_bridge import image

FLASH = 0x10000000
RP2040_FAMILY = 0xE48BFF56
BLOCK = 256
FIRST, SECOND, LAST, HAS_FAMILY = 0x0A324655, 0x9E5D5157, 0x0AB16F30, 0x2000


def uf2(binary: bytes) -> bytes:
    """The image in the blocks a Pico's boot loader takes from its drive (UF2 specification, 512 bytes each)."""
    parts = [binary[at : at + BLOCK].ljust(BLOCK, b"\0") for at in range(0, len(binary), BLOCK)]
    out = b""
    for number, part in enumerate(parts):
        head = (FIRST, SECOND, HAS_FAMILY, FLASH + number * BLOCK, BLOCK, number, len(parts), RP2040_FAMILY)
        out += struct.pack("<8I", *head) + part.ljust(476, b"\0") + struct.pack("<I", LAST)
    return out


def main() -> None:
    match sys.argv[1:]:
        case ["assemble", folder]:
            image.assemble(Path(folder), "pico")
        case ["uf2", binary, target]:
            Path(target).write_bytes(uf2(Path(binary).read_bytes()))
        case _:
            sys.exit(__doc__)


main()
