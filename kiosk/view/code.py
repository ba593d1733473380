"""A text as the squares of a QR picture. Drawn here, never sent anywhere: the code is the text and nothing else."""

from __future__ import annotations

from functools import lru_cache

import qrcode
from qrcode.exceptions import DataOverflowError

QUIET = 4
"""White modules around the code (ISO/IEC 18004)."""
LEAST_MODULE_MM = 0.5
"""Smaller squares are not read from an arm's length by a cheap phone."""
LONG = 120
"""Above so many bytes one fixed mask is taken: trying all eight costs 50 ms, and readers do not mind."""


class TooLong(ValueError):
    """The text does not fit into a QR code."""


@lru_cache(maxsize=16)
def squares(text: str) -> tuple[tuple[bool, ...], ...]:
    """Rows of modules, True = black, with the quiet zone; error correction M. Raises `TooLong`, `ValueError`."""
    data = text.encode("utf-8")
    if not data:
        raise ValueError("an empty text has no code")
    code = qrcode.QRCode(
        error_correction=qrcode.ERROR_CORRECT_M, border=QUIET, mask_pattern=3 if len(data) > LONG else None
    )
    code.add_data(data)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:  # either, by the version of the library
        raise TooLong(f"{len(data)} bytes are too many for a QR code") from error
    return tuple(tuple(bool(cell) for cell in row) for row in code.get_matrix())


def forget() -> None:
    """Drop the codes that were drawn: one may belong to a person."""
    squares.cache_clear()
