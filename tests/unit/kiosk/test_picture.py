"""Pictures as phones, scanners and designers make them."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.scanner.picture import MAX_SIDE, PictureError, load_luma
from kiosk.scanner.still import read_picture
from tests.fixtures import receipts

TODAY = dt.date(2026, 11, 21)
CODE = "H38.12.25-240815-0003"


def sheet() -> Image.Image:
    return receipts.paper(receipts.symbol(CODE, module=3))


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def code_in(data: bytes) -> str | None:
    return read_picture(load_luma(data), TODAY).reading.code


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "PPM", "JPEG2000"])
def test_formats(form: str) -> None:
    assert code_in(saved(sheet(), form)) == CODE


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr"])
def test_modes(mode: str) -> None:
    assert code_in(saved(sheet().convert(mode), "JPEG" if mode in ("CMYK", "YCbCr") else "PNG")) == CODE


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_note_of_a_turned_phone_is_followed(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    luma = load_luma(saved(sheet(), "JPEG", exif=exif.tobytes()))
    wide = luma.shape[1] > luma.shape[0]
    assert wide == (sheet().width > sheet().height) == (orientation < 5) or orientation >= 5
    if orientation not in (2, 4, 5, 7):  # a mirrored picture is undone too, so what was no mirror becomes one
        assert read_picture(luma, TODAY).reading.code == CODE


def test_deep_and_transparent_pictures() -> None:
    deep = np.asarray(sheet()).astype(np.uint16) * 16  # 12 bits in 16
    assert code_in(saved(Image.fromarray(deep), "PNG")) == CODE
    real = Image.fromarray(np.asarray(sheet()).astype(np.float32) / 255)
    assert code_in(saved(real, "TIFF")) == CODE
    ink = Image.new("RGBA", sheet().size, (0, 0, 0, 0))
    ink.putalpha(sheet().point(lambda v: 255 - v))
    assert code_in(saved(ink, "PNG")) == CODE  # black on nothing: nothing is paper


def test_large_pictures_are_scaled_and_too_large_ones_refused() -> None:
    assert max(load_luma(saved(Image.new("L", (9000, 400), 255), "PNG")).shape) == MAX_SIDE
    with pytest.raises(PictureError, match="pixels"):
        load_luma(saved(Image.new("1", (16000, 9000)), "PNG"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
        b"%PDF-1.7\n",
        b"GIF89a" + b"\xff" * 40,
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError):
        load_luma(data)


def test_a_picture_cut_short_is_refused() -> None:
    whole = saved(sheet(), "PNG")
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(PictureError):
            load_luma(whole[: int(len(whole) * share)])


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_luma(tmp_path / "none.png")
