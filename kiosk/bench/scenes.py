"""What a camera sees when somebody holds a receipt or a card up: rendered from a seed, with everything that goes wrong.

One frame is: a sheet (paper with print and a symbol) that may be bent or creased, posed before a pinhole camera, its
light (shade, glare, faded print), a thumb over a part, lens and hand (defocus disc, motion), the sensor (electrons,
read noise) and JPEG. The three tiers mix all faults at once. Each is set as hard as the survey the scanner was designed
from had it, by what bare zxing-cpp reads of it (easy/medium/hard, 40 held-out frames at 1280x720 here, 40 there):
Code 128 92/5/0 here, 88/10/0 there; QR 100/62/18 and 100/62/15; dense QR 100/50/8 and 100/52/2. It stays a scale of
our own: compare engines on the same frames first.

It serves `motcua bench scan` and the tests. Seeds below `HELD_OUT` are for shaping the scanner; figures are told of
seeds from there on.
Not modelled: rolling shutter, moiré, coloured light, the camera's own sharpening.
"""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from kiosk.bench.sheet import MODULE, Kind, Sheet, draw, text_of
from kiosk.scanner.decode import Luma

Grey = npt.NDArray[np.float32]
Tier = Literal["easy", "medium", "hard"]

HELD_OUT = 2_000
KINDS: tuple[Kind, ...] = ("c128", "qr", "cccd")
TIERS: tuple[Tier, ...] = ("easy", "medium", "hard")
SIZES = ((1280, 720), (640, 480))
LEVELS: dict[Kind, tuple[float, float, float]] = {
    "c128": (0.0, 1.0, 2.0),
    "qr": (0.0, 1.2, 1.8),
    "cccd": (0.0, 1.3, 2.0),
}
"""How far a tier goes, 0 to 2. Set so that bare zxing-cpp reads about as much of each as in the survey the scanner was
designed from: the same yardstick on both, so that the scanner's own rates can stand side by side."""
_MODULES: dict[tuple[Kind, bool], tuple[tuple[float, float], ...]] = {
    ("c128", False): ((2.2, 3.0), (1.6, 2.6), (1.2, 2.0)),
    ("c128", True): ((1.6, 2.0), (1.35, 1.9), (1.05, 1.6)),
    ("qr", False): ((3.5, 8.0), (2.4, 4.8), (1.7, 3.2)),
    ("qr", True): ((3.0, 6.0), (2.2, 3.8), (1.5, 2.6)),
    ("cccd", False): ((3.0, 6.0), (2.3, 4.2), (1.6, 2.8)),
    ("cccd", True): ((2.6, 4.5), (2.1, 3.4), (1.5, 2.4)),
}
"""Pixels a module (least, most) at the levels 0, 1 and 2; True: in the small frame."""


@dataclass(frozen=True, slots=True)
class Faults:
    """All that is done to a frame. Lengths in modules of the symbol where not said otherwise.

    `module`: px of the frame a module. `turn`, `tilt`, `tilt_axis`: degrees. `defocus`: radius of the blur disc.
    `electrons`: at white. `contrast`: what is left of the print's. `glare`: width as a share of the symbol's.
    `cover`: share of the symbol under a thumb. `curl`: angle in radians over the sheet. `crease`: height of the folds
    as a share of their distance. `shade`: share of light taken away.
    """

    module: float = 3.0
    turn: float = 0.0
    tilt: float = 0.0
    tilt_axis: float = 0.0
    defocus: float = 0.0
    motion: float = 0.0
    motion_angle: float = 0.0
    electrons: float = 4000.0
    contrast: float = 1.0
    glare: float = 0.0
    cover: float = 0.0
    jpeg: int = 95
    curl: float = 0.0
    crease: float = 0.0
    shade: float = 0.0


def frame(text: str, kind: Kind, faults: Faults, seed: int, size: tuple[int, int]) -> Luma:
    """One frame of a sheet with these faults."""
    rng = random.Random(f"{seed}/{text}")
    noise = np.random.default_rng(rng.randrange(2**32))
    sheet = draw(text, kind, rng)
    light, where = _pose(sheet, faults, size, rng)
    grey = _light(light, where, faults, size, rng)
    grey = _blur(grey, faults)
    electrons = np.clip(grey, 0, 255) / 255 * faults.electrons
    counted = (noise.poisson(electrons) + noise.normal(0, 4, grey.shape)) / faults.electrons * 255
    luma = np.clip(counted + 0.5, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(luma).save(buffer, "JPEG", quality=faults.jpeg)
    return np.asarray(Image.open(io.BytesIO(buffer.getvalue())).convert("L"), dtype=np.uint8)


def _pose(sheet: Sheet, faults: Faults, size: tuple[int, int], rng: random.Random) -> tuple[Grey, tuple[float, ...]]:
    """The sheet as the pinhole sees it, and the symbol's place (x, y, half width, half height in px)."""
    left, top, right, bottom = sheet.box
    cx, cy = (left + right) / 2, (top + bottom) / 2
    scale = faults.module / MODULE
    over = 2 if faults.module < 8 else 1
    width, height = size[0] * over, size[1] * over
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    xx = (xx + 0.5) / over - size[0] / 2
    yy = (yy + 0.5) / over - size[1] / 2
    shift_x, shift_y = _room(sheet, faults, size, rng)
    focal = 1.1 * max(size)
    t, a, tilt = math.radians(faults.turn), math.radians(faults.tilt_axis), math.radians(faults.tilt)
    # The sheet's plane through a point before the camera; a ray meets it where normal·(ray·d - point) = 0.
    u = np.array([math.cos(a), math.sin(a), 0.0])
    v = np.array([-math.sin(a) * math.cos(tilt), math.cos(a) * math.cos(tilt), math.sin(tilt)])
    n = np.cross(u, v)
    point = np.array([shift_x, shift_y, focal])
    denominator = n[0] * xx + n[1] * yy + n[2] * focal
    far = float(n @ point) / denominator
    px, py, pz = far * xx - point[0], far * yy - point[1], far * focal - point[2]
    along, across = px * u[0] + py * u[1] + pz * u[2], px * v[0] + py * v[1] + pz * v[2]
    # From the tilt's axes to the sheet's own, turned in its plane.
    c, s = math.cos(t - a), math.sin(t - a)
    sx, sy = along * c + across * s, -along * s + across * c
    sx, sy = _bent(sx, sy, sheet, faults, scale, rng)
    sx, sy = sx / scale + cx, sy / scale + cy
    source = _shrunk(sheet.luma, scale * over)
    desk = rng.randint(60, 130)
    grey = _sample(source[0], sx / source[1], sy / source[1], desk)
    if faults.crease:
        grey = np.asarray(grey * _fold_light(sx - cx, sheet, faults, rng), dtype=np.float32)
    if over == 2:
        whole = grey[0::2, 0::2] + grey[1::2, 0::2] + grey[0::2, 1::2] + grey[1::2, 1::2]
        grey = np.asarray(whole / 4, dtype=np.float32)
    half = ((right - left) / 2 * scale, (bottom - top) / 2 * scale)
    return grey, (size[0] / 2 + shift_x, size[1] / 2 + shift_y, *half)


def _room(sheet: Sheet, faults: Faults, size: tuple[int, int], rng: random.Random) -> tuple[float, float]:
    """How far off the middle the symbol may lie without leaving the frame."""
    reach_x, reach_y = reach(sheet.box[2] - sheet.box[0], sheet.box[3] - sheet.box[1], faults)
    room_x, room_y = max(0.0, size[0] / 2 - reach_x), max(0.0, size[1] / 2 - reach_y)
    return rng.uniform(-0.6, 0.6) * room_x, rng.uniform(-0.6, 0.6) * room_y


def reach(width: float, height: float, faults: Faults) -> tuple[float, float]:
    """Half the room a symbol of that size (px of the sheet) takes in the frame, with slack for perspective."""
    t, scale = math.radians(faults.turn), faults.module / MODULE
    x = (abs(math.cos(t)) * width + abs(math.sin(t)) * height) / 2 * scale
    y = (abs(math.sin(t)) * width + abs(math.cos(t)) * height) / 2 * scale
    slack = 1.0 + 0.25 * math.sin(math.radians(faults.tilt))
    return x * slack, y * slack


def _bent(sx: Grey, sy: Grey, sheet: Sheet, faults: Faults, scale: float, rng: random.Random) -> tuple[Grey, Grey]:
    """Bent paper: a cylinder's arc is longer than its shadow. Creases: facets, each with its own slope and step."""
    half = (sheet.box[2] - sheet.box[0]) / 2 * scale
    if faults.curl:
        if rng.random() < 0.5:  # bent along the other way
            sy = _arc(sy, half, faults.curl)
        else:
            sx = _arc(sx, half, faults.curl)
    if faults.crease:
        folds = rng.randint(2, 4)
        for _ in range(folds):
            angle = rng.uniform(0, math.pi)
            place = rng.uniform(-0.7, 0.7) * half
            slope = rng.uniform(0.4, 1.0) * faults.crease
            side = sx * math.cos(angle) + sy * math.sin(angle) - place
            push = np.where(side > 0, side, 0) * slope
            step = np.where(side > 0, slope * scale, 0.0)
            sx = np.asarray(sx + push * math.cos(angle), dtype=np.float32)
            sy = np.asarray(sy + push * math.sin(angle) + step, dtype=np.float32)
    return sx, sy


def _arc(x: Grey, half: float, curl: float) -> Grey:
    radius = half / math.sin(min(curl / 2, 1.4)) if curl > 0.01 else half * 200
    return np.asarray(radius * np.arcsin(np.clip(x / radius, -0.98, 0.98)), dtype=np.float32)


def _fold_light(x: Grey, sheet: Sheet, faults: Faults, rng: random.Random) -> Grey:
    """Facets of creased paper are not equally bright, and a fold has a dark or worn line."""
    half = (sheet.box[2] - sheet.box[0]) / 2
    light = np.ones_like(x)
    for _ in range(3):
        place, sign = rng.uniform(-0.8, 0.8) * half, rng.choice((-1, 1))
        light *= 1 + sign * 0.5 * faults.crease * np.tanh((x - place) / (4 * MODULE))
        light += faults.crease * rng.uniform(-0.8, 1.2) * np.exp(-(((x - place) / (0.5 * MODULE)) ** 2))
    return np.asarray(np.clip(light, 0.2, 1.6), dtype=np.float32)


def _shrunk(luma: Luma, scale: float) -> tuple[Grey, float]:
    """The sheet at about the size it is sampled at, so that sampling does not alias: (picture, px of sheet a px)."""
    factor = max(1, math.floor(1 / scale)) if scale < 1 else 1
    if factor == 1:
        return luma.astype(np.float32), 1.0
    rows, columns = luma.shape[0] // factor * factor, luma.shape[1] // factor * factor
    part = luma[:rows, :columns].reshape(rows // factor, factor, columns // factor, factor)
    return np.asarray(part.mean(axis=(1, 3)), dtype=np.float32), float(factor)


def _sample(image: Grey, x: Grey, y: Grey, outside: int) -> Grey:
    x, y = x - 0.5, y - 0.5
    height, width = image.shape
    inside = (x > 0) & (y > 0) & (x < width - 1.001) & (y < height - 1.001)
    out = np.full(x.shape, float(outside), dtype=np.float32)
    fx, fy = x[inside], y[inside]
    ix, iy = fx.astype(np.int32), fy.astype(np.int32)
    fx, fy = fx - ix, fy - iy
    flat = image.ravel()
    at = iy * width + ix
    upper = flat[at] * (1 - fx) + flat[at + 1] * fx
    lower = flat[at + width] * (1 - fx) + flat[at + width + 1] * fx
    out[inside] = upper * (1 - fy) + lower * fy
    return out


def _light(grey: Grey, where: tuple[float, ...], faults: Faults, size: tuple[int, int], rng: random.Random) -> Grey:
    x0, y0, half_w, half_h = where
    yy, xx = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    grey = 235 - (235 - grey) * faults.contrast
    if faults.shade:
        angle, edge = rng.uniform(0, math.tau), rng.uniform(3, 40)
        side = (xx - x0) * math.cos(angle) + (yy - y0) * math.sin(angle) - rng.uniform(-0.5, 0.5) * half_w
        grey = grey * (1 - faults.shade / (1 + np.exp(-np.clip(side / edge, -40, 40))))
    if faults.glare:
        gx, gy = x0 + rng.uniform(-0.6, 0.6) * half_w, y0 + rng.uniform(-0.6, 0.6) * half_h
        sigma = faults.glare * half_w
        grey = grey + 400 * np.exp(-(((xx - gx) ** 2 + (yy - gy) ** 2) / (2 * sigma * sigma)))
    if faults.cover:
        # A thumb from one edge of the symbol: half a disc of the area asked for, skin-grey, darker at its rim.
        t, sign = math.radians(faults.turn), rng.choice((-1, 1))
        wide = math.sqrt(8 * faults.cover * half_w * half_h / math.pi)
        place = rng.uniform(-0.7, 0.7) * half_w
        u = (xx - x0) * math.cos(t) + (yy - y0) * math.sin(t) - place
        v = (-(xx - x0) * math.sin(t) + (yy - y0) * math.cos(t)) * sign + half_h
        thumb = (np.abs(u) < wide) & (v < 0) & (v > -half_w) | (u * u + v * v < wide * wide)
        grey = np.where(thumb, 120 - 25 * (np.abs(u) / wide) ** 3, grey)
    return np.asarray(grey, dtype=np.float32)


def _blur(grey: Grey, faults: Faults) -> Grey:
    """Defocus (a disc) and motion (a line) in one product of spectra."""
    radius, length = faults.defocus * faults.module, faults.motion * faults.module
    if radius < 0.3 and length < 0.6:
        return grey
    pad = math.ceil(radius + length) + 2
    wide = np.pad(np.clip(grey, 0, 600), pad, mode="edge")
    kernel = np.zeros((2 * pad + 1, 2 * pad + 1), dtype=np.float32)
    fine = 4
    span = (np.arange((2 * pad + 1) * fine, dtype=np.float32) + 0.5) / fine - pad - 0.5
    ky, kx = span[:, None], span[None, :]
    steps = max(1, math.ceil(length * 3))
    total = np.zeros((len(span), len(span)), dtype=np.float32)
    soft = max(radius, 0.35)
    for step in range(steps):
        off = ((step + 0.5) / steps - 0.5) * length
        dx, dy = off * math.cos(faults.motion_angle), off * math.sin(faults.motion_angle)
        total += ((kx - dx) ** 2 + (ky - dy) ** 2 <= soft * soft).astype(np.float32)
    kernel += total.reshape(2 * pad + 1, fine, 2 * pad + 1, fine).mean(axis=(1, 3))
    kernel /= kernel.sum()
    spectrum = np.fft.rfft2(wide) * np.fft.rfft2(kernel, wide.shape)
    out = np.fft.irfft2(spectrum, wide.shape)
    return np.asarray(out[2 * pad : 2 * pad + grey.shape[0], 2 * pad : 2 * pad + grey.shape[1]], dtype=np.float32)


def faults_of(kind: Kind, tier: Tier, rng: random.Random, size: tuple[int, int]) -> Faults:
    """The faults of a tier, all at once."""
    level = LEVELS[kind][TIERS.index(tier)]
    turn = rng.uniform(-7, 7) + rng.choice((0, 0, 180)) if level < 0.5 and kind == "c128" else rng.uniform(-180, 180)

    def span(*marks: tuple[float, float]) -> float:
        return rng.uniform(_at(level, *(low for low, _ in marks)), _at(level, *(high for _, high in marks)))

    def up_to(*marks: float) -> float:
        return rng.uniform(0, _at(level, *marks))

    def one_in_four(*marks: float) -> float:
        return rng.choice((0.0, 0.0, 0.0, _at(level, *marks)))

    return Faults(
        module=span(*_MODULES[kind, size[0] < 1000]),
        turn=turn,
        tilt=up_to(12, 30, 45),
        tilt_axis=rng.uniform(0, 180),
        defocus=up_to(0.4, 0.7, 1.1),
        motion=up_to(0.3, 0.7, 1.3),
        motion_angle=rng.uniform(0, math.tau),
        electrons=math.exp(span((7.3, 8.3), (5.7, 7.6), (4.6, 6.2))),
        contrast=span((0.8, 1.0), (0.5, 1.0), (0.3, 1.0)),
        glare=one_in_four(0.0, 0.03, 0.06),
        cover=one_in_four(0.0, 0.02, 0.04),
        jpeg=round(span((75, 95), (40, 85), (20, 60))),
        curl=up_to(0.2, 0.6, 1.0),
        crease=one_in_four(0.0, 0.04, 0.08),
        shade=up_to(0.2, 0.5, 0.7),
    )


def _at(level: float, *marks: float) -> float:
    """The value at `level` on the line through the marks of the levels 0, 1 and 2."""
    below = min(int(level), 1)
    return marks[below] + (marks[below + 1] - marks[below]) * (level - below)


def tier_frame(kind: Kind, tier: Tier, seed: int, size: tuple[int, int]) -> tuple[Luma, str]:
    """One frame of a tier in which the whole symbol fits, and its text."""
    rng = random.Random(f"{kind}/{tier}/{seed}/{size}")
    while True:
        text = text_of(kind, rng)
        faults = faults_of(kind, tier, rng, size)
        sheet = draw(text, kind, random.Random(f"{seed}/{text}"))
        x, y = reach(sheet.box[2] - sheet.box[0], sheet.box[3] - sheet.box[1], faults)
        if x <= size[0] / 2 and y <= size[1] / 2:
            return frame(text, kind, faults, seed, size), text


def single(kind: Kind, seed: int, size: tuple[int, int] = (1280, 720), **fault: Any) -> tuple[Luma, str]:
    """One frame with one fault over the mild base of the survey (module 2.4 / 4 / 3 px), and its text."""
    rng = random.Random(f"{kind}/{seed}/{sorted(fault.items())}")
    text = text_of(kind, rng)
    base = Faults(module={"c128": 2.4, "qr": 4.0, "cccd": 3.0}[kind], turn=rng.uniform(-6, 6))
    return frame(text, kind, replace(base, **fault), seed, size), text


def desk(seed: int, size: tuple[int, int] = (1280, 720), *, busy: bool = False, grain: int = 0) -> Luma:
    """A frame with no code in sight: an empty desk, or one full of print and rules. `grain`: seed of the noise."""
    rng = random.Random(f"desk/{seed}")
    noise = np.random.default_rng(rng.randrange(2**32) + grain)
    sheet = Image.new("L", size, rng.randint(70, 150))
    pen = ImageDraw.Draw(sheet)
    if busy:
        left, top = rng.randint(0, size[0] // 6), rng.randint(0, size[1] // 6)
        pen.rectangle((left, top, left + size[0] * 3 // 4, top + size[1] * 4 // 5), fill=238)
        for line in range(rng.randint(12, 22)):
            x, y = left + 30, top + 25 + line * 24
            while x < left + size[0] * 2 // 3:
                word = rng.randint(8, 60)
                for stroke in range(0, word, 5):
                    pen.line((x + stroke, y + rng.randint(0, 4), x + stroke, y + rng.randint(8, 13)), fill=50, width=2)
                x += word + 10
        for n in range(rng.randint(3, 9)):
            pen.line((left, top + n * 70, left + size[0] // 2, top + n * 70), fill=60, width=2)
    grey = np.asarray(sheet.rotate(rng.uniform(-20, 20), fillcolor=100) if busy else sheet, dtype=np.float32)
    yy, xx = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    grey = grey * (1 - 0.3 * np.hypot(xx / size[0] - rng.random(), yy / size[1] - rng.random()))
    seen = (noise.poisson(np.clip(grey, 0, 255) / 255 * 1500) + noise.normal(0, 4, grey.shape)) / 1500 * 255
    return np.asarray(np.clip(seen, 0, 255), dtype=np.uint8)
