"""A picture file of any kind → one grey frame, upright, eight bits.

Phones store turned pictures with an EXIF note, scanners 16 bits, designers transparency: a decoder that gets the
bytes as they lie sees a black page. Pillow does the reading; nothing is written anywhere.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

Luma = npt.NDArray[np.uint8]

MAX_PIXELS = 120_000_000
"""More than any scanner of a desk makes; above this a small file can fill the memory of a Pi."""
MAX_BYTES = 160 * 2**20
"""More than the largest picture allowed takes uncompressed in grey."""
MAX_SIDE = 4200
"""Longer pictures are scaled down: a code on A4 at 300 dpi has modules of 3 px and more at this size."""


MAX_PAGES = 12
"""Pages of a scanned TIFF, pictures of an animation: the first so many are looked at."""
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "DIB", "TIFF", "GIF", "PPM", "JPEG2000", "AVIF")
"""What is opened. Pillow knows more, among them some that start other programs (EPS)."""


class PictureError(ValueError):
    """The file is no picture that can be read. `vi` and `en` say why, without the file's name."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


def load_luma(source: Path | bytes, max_side: int = MAX_SIDE) -> Luma:
    """Read a picture as grey, turned as its EXIF note says, transparency on white, longest side ≤ `max_side` px.

    Of an animation the first picture, of many pages the first page. Raises `PictureError` for what is no picture, is
    broken, or is too large; `OSError` (with its errno) for a file that cannot be opened.
    """
    return next(load_pages(source, max_side))


def load_pages(source: Path | bytes, max_side: int = MAX_SIDE) -> Iterator[Luma]:
    """As `load_luma`, page by page or picture by picture, at most `MAX_PAGES` of them. The first always comes; a later
    one that is broken ends it."""
    data = source if isinstance(source, bytes) else _bytes(source)
    try:
        with warnings.catch_warnings():
            # Pillow warns above 89 megapixels and refuses above 179; our own limit below stands between.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            # Broken notes beside a whole picture (EXIF, ICC, TIFF tags) are worth a warning to Pillow, none to us.
            warnings.simplefilter("ignore", UserWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                yield from _pages(image, max_side)
    except UnidentifiedImageError as error:
        if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheif"):
            raise PictureError("ảnh HEIC; hãy lưu thành JPEG", "a HEIC picture; save it as JPEG") from error
        raise PictureError("không phải ảnh, hoặc định dạng lạ", "not a picture in a known format") from error
    except Image.DecompressionBombError as error:
        raise PictureError("ảnh quá nhiều điểm", "too many pixels") from error
    except MemoryError as error:
        raise PictureError("không đủ bộ nhớ cho ảnh này", "not enough memory for this picture") from error
    except _BROKEN as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError("ảnh hỏng hoặc thiếu dữ liệu", f"broken picture ({type(error).__name__})") from error


# What Pillow's readers raise on broken files, by their documentation and by trial.
_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, AttributeError,
    ZeroDivisionError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip


def _pages(image: Image.Image, max_side: int) -> Iterator[Luma]:
    if image.width * image.height > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        size = f"{image.width}×{image.height}"
        raise PictureError(f"ảnh {size} điểm, nhiều nhất {limit} triệu", f"{size} pixels; at most {limit} million")
    if image.format == "JPEG":
        image.draft("L", (max_side, max_side))
    yield _grey(image, max_side)
    # A phone's JPEG may hold a second, smaller picture of the same (MPO): that is no page.
    if image.format not in ("GIF", "TIFF", "WEBP", "PNG"):
        return
    for page in range(1, MAX_PAGES):
        try:
            image.seek(page)
            if image.width * image.height > MAX_PIXELS:
                return
            grey = _grey(image, max_side)
        except _BROKEN:  # EOFError: there are no more
            return
        yield grey


def _bytes(path: Path) -> bytes:
    """A file's bytes. What is no file (a pipe, a device, a folder) is not waited for, a film not read to its end."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise PictureError("không phải tệp (thiết bị hoặc đường ống)", "not a file (a device or a pipe)")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise PictureError("tệp quá lớn", f"larger than {MAX_BYTES // 2**20} MiB")
    if not data:
        raise PictureError("tệp trống", "an empty file")
    return data


def _grey(image: Image.Image, max_side: int) -> Luma:
    orientation = image.getexif().get(0x0112, 1)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        grey = Image.fromarray(_eight_bits(np.asarray(image)))
    elif image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        coloured = image.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        grey = Image.alpha_composite(paper, coloured).convert("L")
    else:
        grey = image.convert("L")
    if orientation != 1:
        grey.getexif()[0x0112] = orientation
        grey = ImageOps.exif_transpose(grey)
    longest = max(grey.size)
    if longest > max_side:
        factor = max_side / longest
        size = (max(1, round(grey.width * factor)), max(1, round(grey.height * factor)))
        grey = grey.resize(size, Image.Resampling.BOX if factor < 0.5 else Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(grey, dtype=np.uint8))


def _eight_bits(deep: npt.NDArray[np.generic]) -> Luma:
    """Deep samples → 8 bits over the range that is used: many 16-bit scanners fill only 12 of them."""
    values = deep.astype(np.float32)
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return np.zeros(deep.shape, np.uint8)
    low, high = np.percentile(finite, (0.1, 99.9))
    if high <= low:
        return np.full(deep.shape, 128, np.uint8)
    scaled = np.nan_to_num((values - low) * (255.0 / (high - low)), nan=0.0, posinf=255.0, neginf=0.0)
    return np.asarray(np.clip(scaled, 0, 255), dtype=np.uint8)
