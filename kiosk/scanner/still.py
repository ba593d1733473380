"""All that a still picture can tell. Time is cheap here: nobody waits before a camera, and no second frame comes.

First every stage of the cascade on the picture as it is. Where no code came of that, the picture in other sizes and
with a white margin, then QR alone on the picture enlarged, smoothed and sharpened in the ways that on the scenes of
`tests/fixtures/scenes.py` gained most over each other. What makes up for the missing second frame is `confirmed`: a
linear code has to be read once more from the picture at another size.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from kiosk.scanner.decode import STAGES, Found, Stage, Symbol, read_qr, run_stage
from kiosk.scanner.grammar import NONE, PRIORITY, UNKNOWN, Reading, best

Luma = npt.NDArray[np.uint8]

MAX_ENLARGED = 2_400_000
"""Pixels of a picture that the enlarged passes take on; a larger one needs no enlarging."""
MAX_TREBLED = 1_100_000
FLAT = 6.0
"""Spread of grey (standard deviation) below which a picture shows nothing at all."""
_OTHER_SIZES = (0.91, 1.13, 0.83)

# (enlarged so often, smoothed before by so many px, sharpened by radius and percent), best first. Measured on the
# shaping seeds: the first reads 92 of 109 readable medium and hard frames, the five together 106.
_QR_PASSES: tuple[tuple[int, float, float, int], ...] = (
    (3, 0.8, 3.0, 400),
    (3, 0.0, 3.0, 350),
    (3, 0.6, 0.0, 0),
    (2, 0.0, 4.5, 350),
    (2, 0.8, 3.0, 400),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one picture says: the best reading, where it came from, all readings, and how long it took.

    `codes`: every code that is sure, the best kind first. Two different ones of the best kind leave `reading` without
    a code: which is meant is not ours to guess.
    """

    reading: Reading
    symbol: Symbol | None
    ms: float
    found: tuple[Found, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that is sure, once, in the order of kinds."""
        ranked = sorted((each.reading for each in self.found if each.reading.code), key=_rank)
        return tuple(dict.fromkeys(reading.code for reading in ranked if reading.code))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind that is in the picture, once, in their order."""
        return tuple(dict.fromkeys(reading.kind for reading in sorted((f.reading for f in self.found), key=_rank)))


def read_picture(luma: Luma, today: dt.date | None, *, hard: bool = True) -> Answer:
    """All a still picture can tell. `today` bounds dossier dates (None: clock not trusted). Without `hard` the passes
    of seconds are left out."""
    began = time.perf_counter()
    found: list[Found] = []
    for look in _looks(luma):
        found += _stages(look, today, known=found if look is luma else [])
        if any(each.reading.code for each in found):
            break
        if not hard:
            break
    else:
        found += _hard_qr(luma, today)
    return _answer(found, (time.perf_counter() - began) * 1000)


def together(answers: Iterable[Answer]) -> Answer:
    """The answer of several pages of one file."""
    parts = list(answers)
    return _answer((each for part in parts for each in part.found), sum(part.ms for part in parts))


def _answer(found: Iterable[Found], ms: float) -> Answer:
    kept = _once(found)
    reading = best(each.reading for each in kept)
    source = next((each.symbol for each in kept if each.reading.kind == reading.kind), None)
    return Answer(reading, source if reading is not NONE else None, ms, tuple(kept))


def confirmed(found: Found, luma: Luma, today: dt.date | None) -> Found:
    """A still picture's second opinion, in the place of the second frame that the camera has.

    A linear code has a weak check digit, and noise on a damaged one can make a well-formed other code of it, seen about
    once in 200 of them. So it must be read again from the picture at another size; else it is only something unknown.
    """
    if found.reading.code is None or found.symbol.symbology == "qr":
        return found
    stages: tuple[Stage, ...] = ("zxing", "patches", "zbar")
    image = Image.fromarray(luma)
    for factor in _OTHER_SIZES:
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        other = np.asarray(image.resize(size, Image.Resampling.BICUBIC), dtype=np.uint8)
        if any(each.reading == found.reading for stage in stages for each in run_stage(stage, other, today)):
            return found
    return Found(found.symbol, UNKNOWN)


def _stages(look: Luma, today: dt.date | None, known: list[Found]) -> list[Found]:
    """Every stage: a second receipt in the picture must not go unseen because the first was read at once."""
    found: list[Found] = []
    for stage in STAGES:
        if stage.startswith("zxing-x2") and look.size > MAX_ENLARGED:
            continue
        seen = [each.symbol for each in (*known, *found)]
        sure = {each.reading for each in found}
        for each in run_stage(stage, look, today, seen):
            # What one stage has confirmed needs no second opinion when another reads it again.
            found.append(each if each.reading in sure else confirmed(each, look, today))
    return found


def _looks(luma: Luma) -> Iterator[Luma]:
    """The picture as it is, then in other sizes: large photographs at half size (a blurred code of 12 megapixels has
    nothing to lose), and all with a white margin (cut-out codes have lost their quiet zone)."""
    yield luma
    if luma.size == 0 or float(luma[::4, ::4].std()) < FLAT:
        return
    height, width = luma.shape
    if luma.size > 2_000_000:
        small = Image.fromarray(luma).resize((width // 2, height // 2), Image.Resampling.BOX)
        yield np.asarray(small, dtype=np.uint8)
    if luma.size <= MAX_ENLARGED:
        margin = max(24, min(height, width) // 8)
        yield np.pad(luma, margin, constant_values=255)


def _hard_qr(luma: Luma, today: dt.date | None) -> list[Found]:
    """QR that is small, dim or blurred. It corrects its errors and never gave a false text, so passes may be many."""
    if luma.size > MAX_ENLARGED or luma.size == 0 or float(luma[::4, ::4].std()) < FLAT:
        return []
    found: list[Found] = []
    for factor, smooth, radius, percent in _QR_PASSES:
        times = factor if luma.size <= MAX_TREBLED else 2
        image = Image.fromarray(luma)
        if smooth:
            image = image.filter(ImageFilter.GaussianBlur(smooth))
        image = image.resize((image.width * times, image.height * times), Image.Resampling.BICUBIC)
        if percent:
            image = image.filter(ImageFilter.UnsharpMask(radius=radius, percent=percent, threshold=0))
        found += read_qr(np.asarray(image, dtype=np.uint8), f"zxing-x{times}-hard", today)
        if any(each.reading.code for each in found):
            break
    return found


def _once(found: Iterable[Found]) -> list[Found]:
    """The same text read by several stages is one symbol; of those the first, and the judged before the unknown."""
    kept: dict[tuple[str, str], Found] = {}
    for each in found:
        key = (each.symbol.symbology, each.symbol.raw)
        if key not in kept or _rank(each.reading) < _rank(kept[key].reading):
            kept[key] = each
    return list(kept.values())


def _rank(reading: Reading) -> int:
    return PRIORITY.index(reading.kind)
