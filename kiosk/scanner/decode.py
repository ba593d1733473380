"""The decoders behind one function, by stages. Only this file imports pyzbar and zxing-cpp.

Order: zxing-cpp on the frame as it is → patches turned level (zxing-cpp, then libzbar) → zxing-cpp, QR only, on the
frame at twice its size → libzbar on the frame → zxing-cpp, QR only, at twice its size and sharpened. Code 128 is
never read from an enlarged frame: nearly all misreads came from there. Code 39 (older receipts) has no check digit, so
it is read only from the frame as it is, and counts only when the grammar takes it for a dossier code.

What libzbar and zxing-cpp give is bytes held up by a stranger: each call is guarded by the exceptions it is known to
raise, and the caller runs all of this in a process of its own.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from kiosk.scanner.grammar import Reading, classify
from kiosk.scanner.patches import averaged, levelled

if TYPE_CHECKING:
    from types import ModuleType

log = logging.getLogger("kiosk.scanner")

Luma = npt.NDArray[np.uint8]
Symbology = Literal["code128", "qr", "code39"]
Stage = Literal["zxing", "patches", "zxing-x2", "zbar", "zxing-x2-sharp"]

STAGES: tuple[Stage, ...] = ("zxing", "patches", "zxing-x2", "zbar", "zxing-x2-sharp")


def _load_zxing() -> ModuleType | None:
    try:
        import zxingcpp
    except ImportError as error:  # 32-bit ARM has no wheel
        log.warning("zxing-cpp is not installed (%s); libzbar reads alone", error)
        return None
    return zxingcpp


def _load_zbar() -> ModuleType | None:
    try:
        from pyzbar import pyzbar
    except ImportError as error:  # pyzbar is there but libzbar0 is not, or neither
        log.warning("libzbar is not installed (%s); zxing-cpp reads alone", error)
        return None
    return pyzbar  # type: ignore[no-any-return]


_zxing: Any = _load_zxing()
_zbar: Any = _load_zbar()


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol as decoded. `raw` is a stranger's text: it must not be kept, logged or sent.

    `box`: circle (x, y, radius) in px of the frame, where known; `corners` likewise.
    """

    raw: str
    symbology: Symbology
    engine: str
    box: tuple[float, float, float] | None = None
    corners: tuple[tuple[float, float], ...] = ()

    def __repr__(self) -> str:
        # A raw text must not reach a log by way of a careless format string or a traceback.
        return f"Symbol({self.symbology}, {self.engine}, {len(self.raw)} characters)"


@dataclass(frozen=True, slots=True)
class Found:
    """A symbol and what the grammar says of it."""

    symbol: Symbol
    reading: Reading


def engines() -> list[str]:
    """Names of the decoders that are here: zxing, zbar."""
    return [name for name, module in (("zxing", _zxing), ("zbar", _zbar)) if module is not None]


def run_stage(
    stage: Stage, luma: Luma, today: dt.date | None, known: Iterable[Symbol] = (), *, thorough: bool = True
) -> list[Found]:
    """One stage of the cascade on one frame. `known`: symbols read already, whose places patches leave out.

    `thorough`: the first stage also looks for white on black, in a smaller frame, and for Code 39."""
    match stage:
        case "zxing":
            symbols = _read_zxing(luma, "zxing", linear=True, thorough=thorough)
        case "patches":
            return list(_patches(luma, today, known))
        case "zbar":
            symbols = _read_zbar(luma, "zbar", linear=True)
        case "zxing-x2":
            symbols = _halved(_read_zxing(_enlarged(luma, sharp=False), "zxing-x2", linear=False))
        case "zxing-x2-sharp":
            symbols = _halved(_read_zxing(_enlarged(luma, sharp=True), "zxing-x2-sharp", linear=False))
    return _judge(symbols, today)


def unread_qr(luma: Luma) -> list[tuple[tuple[float, float], ...]]:
    """Corners of QR that are seen but cannot be read (finder patterns are there, the rest is not)."""
    if _zxing is None:
        return []
    try:
        formats = _zxing.BarcodeFormats([_zxing.BarcodeFormat.QRCode])
        results = _zxing.read_barcodes(luma, formats=formats, try_rotate=False, try_invert=False, return_errors=True)
    except (ValueError, RuntimeError, UnicodeDecodeError) as error:
        log.warning("zxing-cpp refused a frame: %s", type(error).__name__)
        return []
    return [_corners(result.position) for result in results if not result.valid]


def read_qr(luma: Luma, engine: str, today: dt.date | None) -> list[Found]:
    """QR alone in a picture made ready for it. No linear code: enlarged and sharpened ones are misread."""
    return _judge(_read_zxing(luma, engine, linear=False), today)


def modules(text: str, symbology: Literal["code128", "qr"]) -> Luma:
    """A symbol as its modules, one px each, 0 and 255, without a quiet zone: for the bench and the tests.

    Raises `RuntimeError` without zxing-cpp.
    """
    if _zxing is None:
        raise RuntimeError("zxing-cpp is not installed")
    made = _zxing.create_barcode(
        text, _zxing.BarcodeFormat.QRCode if symbology == "qr" else _zxing.BarcodeFormat.Code128
    )
    return np.array(made.to_image(scale=1, add_quiet_zones=False, add_hrt=False), dtype=np.uint8)


def raw_engine(luma: Luma, engine: Literal["zxing", "zbar"]) -> list[str]:
    """What an engine reads with one call on the frame as it is, our formats only: the bench's yardstick."""
    if engine == "zbar":
        return [each.raw for each in _read_zbar(luma, "zbar", linear=True)]
    return [each.raw for each in _read_zxing(luma, "zxing", linear=True)]


def _halved(symbols: list[Symbol]) -> list[Symbol]:
    """Places in the enlarged frame → places in the frame."""
    halved = []
    for each in symbols:
        corners = tuple((x / 2, y / 2) for x, y in each.corners)
        halved.append(Symbol(each.raw, each.symbology, each.engine, _circle(corners), corners))
    return halved


def _judge(symbols: Iterable[Symbol], today: dt.date | None) -> list[Found]:
    found = []
    for symbol in symbols:
        reading = classify(symbol.raw, today)
        if symbol.symbology == "code39" and reading.kind != "dossier":
            continue
        found.append(Found(symbol, reading))
    return found


def _patches(luma: Luma, today: dt.date | None, known: Iterable[Symbol]) -> Iterator[Found]:
    places = [symbol.box for symbol in known if symbol.box is not None]
    for patch in levelled(luma, places):
        where = (*patch.centre, patch.length / 2)
        for attempt in (_patch_zxing, _patch_zxing_averaged, _patch_zxing_sharpened, _patch_zbar):
            accepted = False
            for each in _judge(attempt(patch.luma), today):
                accepted = accepted or each.reading.code is not None
                symbol = Symbol(each.symbol.raw, each.symbol.symbology, each.symbol.engine, where, patch.corners)
                yield Found(symbol, each.reading)
            if accepted:
                break


def _patch_zxing(luma: Luma) -> list[Symbol]:
    return _read_zxing(luma, "zxing-patch", linear=True, patch=True)


def _patch_zxing_averaged(luma: Luma) -> list[Symbol]:
    return _read_zxing(averaged(luma), "zxing-patch", linear=True, patch=True)


def _patch_zxing_sharpened(luma: Luma) -> list[Symbol]:
    return _read_zxing(averaged(luma, sharpen=True), "zxing-patch", linear=True, patch=True)


def _patch_zbar(luma: Luma) -> list[Symbol]:
    return _read_zbar(luma, "zbar-patch", linear=True, patch=True)


def _read_zxing(luma: Luma, engine: str, *, linear: bool, patch: bool = False, thorough: bool = True) -> list[Symbol]:
    if _zxing is None:
        return []
    formats = _zxing.BarcodeFormats([_zxing.BarcodeFormat.Code128]) if patch else _formats(linear, thorough)
    try:
        results = _zxing.read_barcodes(
            luma,
            formats=formats,
            try_rotate=not patch,
            try_invert=thorough,
            try_downscale=thorough,
            text_mode=_zxing.TextMode.Plain,  # the default writes control characters as words like <ESC>
        )
    except (ValueError, RuntimeError, UnicodeDecodeError) as error:
        # The binding turns every C++ exception into one of these.
        log.warning("zxing-cpp refused a frame: %s", type(error).__name__)
        return []
    symbols = []
    for result in results:
        symbology = _ZXING_NAMES.get(result.format.name)
        if symbology is None or not result.valid or not result.text:
            continue
        corners = _corners(result.position)
        symbols.append(Symbol(result.text, symbology, engine, _circle(corners), corners))
    return symbols


_ZXING_NAMES: dict[str, Symbology] = {
    "Code128": "code128",
    "QRCode": "qr",
    "QRCodeModel1": "qr",
    "QRCodeModel2": "qr",
    "Code39": "code39",
    "Code39Std": "code39",
}
_ZBAR_NAMES: dict[str, Symbology] = {"CODE128": "code128", "QRCODE": "qr", "CODE39": "code39"}


def _formats(linear: bool, thorough: bool) -> Any:
    wanted = [_zxing.BarcodeFormat.QRCode]
    if linear:
        wanted.append(_zxing.BarcodeFormat.Code128)
        if thorough:
            wanted.append(_zxing.BarcodeFormat.Code39)
    return _zxing.BarcodeFormats(wanted)


def _corners(place: Any) -> tuple[tuple[float, float], ...]:
    points = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    return tuple((float(point.x), float(point.y)) for point in points)


def _circle(corners: tuple[tuple[float, float], ...]) -> tuple[float, float, float]:
    x = sum(corner[0] for corner in corners) / 4
    y = sum(corner[1] for corner in corners) / 4
    radius = max(float(np.hypot(corner[0] - x, corner[1] - y)) for corner in corners)
    return x, y, max(radius * 0.8, 16.0)


def _read_zbar(luma: Luma, engine: str, *, linear: bool, patch: bool = False) -> list[Symbol]:
    if _zbar is None:
        return []
    wanted = [_zbar.ZBarSymbol.CODE128]
    if not patch:
        wanted += [_zbar.ZBarSymbol.QRCODE, *([_zbar.ZBarSymbol.CODE39] if linear else [])]
    height, width = luma.shape
    try:
        results = _zbar.decode((luma.tobytes(), width, height), symbols=wanted)
    except (ValueError, _zbar.PyZbarError) as error:
        # ValueError: pyzbar has no name for the orientation of a part of a structured-append QR.
        log.debug("libzbar gave up on a frame: %s", type(error).__name__)
        return []
    symbols = []
    for result in results:
        symbology = _ZBAR_NAMES.get(result.type)
        if symbology is None or not result.data:
            continue
        try:
            raw = result.data.decode("utf-8")
        except UnicodeDecodeError:
            raw = "\0"  # something is there, and it is no text of ours
        left, top, wide, high = result.rect
        symbols.append(Symbol(raw, symbology, engine, (left + wide / 2, top + high / 2, max(wide, high, 32) / 2)))
    return symbols


def _enlarged(luma: Luma, *, sharp: bool) -> Luma:
    image = Image.fromarray(luma)
    image = image.resize((image.width * 2, image.height * 2), Image.Resampling.BICUBIC)
    if sharp:
        image = image.filter(ImageFilter.UnsharpMask(radius=3, percent=180, threshold=0))
    return np.asarray(image, dtype=np.uint8)
