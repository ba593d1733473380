"""Bars found by their texture and turned level.

Decoders of linear codes look along lines, and between about 10 and 80 degrees of turn no horizontal or vertical line
crosses all bars of a long Code 128: none reads it there, measured. Bars leave a clear mark in the structure tensor of
the picture (gradients all in one direction). So: gather the tensor in cells, join neighbouring cells of strong and
equal direction, turn each such patch level at twice its size, and give that to the decoder. numpy and Pillow only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Luma = npt.NDArray[np.uint8]
Grid = npt.NDArray[np.float32]

CELL = 16  # pixels; a cell should hold several bars, and a code of 40 px height two rows of cells
MIN_ENERGY = 60.0  # mean squared step of grey per sample: below it is noise and paper texture
MIN_COHERENCE = 0.55  # 1: all gradients in one direction, 0: in all
MAX_TURN = math.cos(math.radians(2 * 18.0))  # neighbours further apart than 18° belong to different things
MAX_SLANT = math.cos(math.radians(35.0))  # bars slanted further against their code are two things
MIN_CELLS = 5
MIN_LENGTH = 4.5 * CELL  # along the bars' normal: the shortest dossier code at 1 px a module is twice that
MAX_PATCHES = 5
MAX_AREA = 1_400_000  # px of all levelled patches of a frame: bounds the time on a picture of stripes
SCALE = 2.0
QUIET = 2.2 * CELL  # white that a decoder wants beside the code, and slack for a cell cut by the edge
MAX_HEIGHT = 96  # px of the source across the bars: more adds time, not chances


@dataclass(frozen=True, slots=True)
class Patch:
    """A levelled piece of the frame. `centre`, `length` (along the code) and `corners` in px of the frame."""

    luma: Luma
    centre: tuple[float, float]
    length: float
    corners: tuple[tuple[float, float], ...] = ()


def levelled(luma: Luma, known: list[tuple[float, float, float]] | None = None) -> list[Patch]:
    """The patches of a frame that look like bars, most promising first, within the budgets above.

    `known`: circles (x, y, radius in px) where something was read already and need not be looked at again.
    """
    height, width = luma.shape
    if height < 3 * CELL or width < 3 * CELL:
        return []
    xx, yy, xy = _tensor(luma)
    patches: list[Patch] = []
    area = 0.0
    image: Image.Image | None = None
    for label in _regions(xx, yy, xy):
        box = _box(label, xx, yy, xy)
        if box is None or any(math.hypot(box.x - kx, box.y - ky) < radius for kx, ky, radius in known or ()):
            continue
        size = (round((box.length + 2 * QUIET) * SCALE), max(16, round(min(box.depth, MAX_HEIGHT) * SCALE)))
        if area + size[0] * size[1] > MAX_AREA:
            continue
        area += size[0] * size[1]
        if image is None:
            image = Image.fromarray(luma)
        patches.append(Patch(_turn(image, box, size), (box.x, box.y), box.length, box.corners()))
        if len(patches) == MAX_PATCHES:
            break
    return patches


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something like a code that need not be readable. `corners`, `length` in px of the frame; `normal`: unit vector
    across the bars; `slant`: cosine between it and the code's own line (1: square)."""

    bars: bool
    corners: tuple[tuple[float, float], ...]
    length: float
    normal: tuple[float, float]
    slant: float

    def bounds(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right, bottom, within the frame."""
        xs, ys = [x for x, _ in self.corners], [y for _, y in self.corners]
        left, right = max(0, int(min(xs))), min(width, int(max(xs)) + 1)
        top, bottom = max(0, int(min(ys))), min(height, int(max(ys)) + 1)
        return left, top, max(right, left + 1), max(bottom, top + 1)


BLOCK_ENERGY = 400.0
BLOCK_COHERENCE = 0.6


def candidates(luma: Luma) -> list[Candidate]:
    """What looks like bars (the likeliest first), then what looks like a block of squares (a QR)."""
    if luma.shape[0] < 3 * CELL or luma.shape[1] < 3 * CELL:
        return []
    xx, yy, xy = _tensor(luma)
    found = []
    for label in _regions(xx, yy, xy):
        box = _box(label, xx, yy, xy)
        if box is None or box.depth > 1.2 * box.length:
            continue
        normal = (-box.bars[1], box.bars[0])
        slant = abs(box.along[0] * normal[0] + box.along[1] * normal[1])
        found.append(Candidate(True, box.corners(), box.length, normal, slant))
    return found + _blocks(xx, yy, xy)


def _blocks(xx: Grid, yy: Grid, xy: Grid) -> list[Candidate]:
    """Full, about square groups of cells with strong gradients in all directions."""
    energy = xx + yy
    mixed = np.pad((energy > BLOCK_ENERGY) & (np.hypot(xx - yy, 2 * xy) < BLOCK_COHERENCE * energy), 1)
    # Lines of print are one or two cells high: only what has such neighbours on all sides is the inside of a block.
    mixed = mixed[1:-1, 1:-1] & mixed[:-2, 1:-1] & mixed[2:, 1:-1] & mixed[1:-1, :-2] & mixed[1:-1, 2:]
    todo = set(zip(*(part.tolist() for part in np.nonzero(mixed)), strict=True))
    found = []
    while todo:
        group = [todo.pop()]
        for r, c in group:
            for near in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
                if near in todo:
                    todo.discard(near)
                    group.append(near)
        rows, columns = [r for r, _ in group], [c for _, c in group]
        top, left, bottom, right = min(rows) - 1, min(columns) - 1, max(rows) + 2, max(columns) + 2
        high, wide = bottom - top, right - left
        if max(high, wide) > 1.5 * min(high, wide):
            continue
        x0, y0, x1, y1 = (float(CELL * edge) for edge in (left, top, right, bottom))
        corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        found.append(Candidate(False, corners, float(CELL * max(high, wide)), (1.0, 0.0), 1.0))
    found.sort(key=lambda each: -each.length)
    return found


def _tensor(luma: Luma) -> tuple[Grid, Grid, Grid]:
    """Structure tensor in cells, smoothed over 3×3 of them. A sample is a 2×2 block (Roberts' cross): a quarter of the
    work of a full gradient, and the same direction."""
    rows, columns = luma.shape[0] // CELL, luma.shape[1] // CELL
    part = luma[: rows * CELL, : columns * CELL]
    a, b = part[0::2, 0::2].astype(np.int16), part[0::2, 1::2].astype(np.int16)
    c, d = part[1::2, 0::2].astype(np.int16), part[1::2, 1::2].astype(np.int16)
    falling, rising = d - a, b - c
    gx = (falling + rising).astype(np.float32)
    gy = (falling - rising).astype(np.float32)
    return _cells(gx * gx), _cells(gy * gy), _cells(gx * gy)


def _cells(samples: Grid) -> Grid:
    half = CELL // 2
    down = np.add.reduceat(samples, np.arange(0, samples.shape[0], half), axis=0)
    sums = np.add.reduceat(down, np.arange(0, samples.shape[1], half), axis=1)
    mean = np.pad(sums / (4.0 * half * half), 1)
    rows = mean[:-2] + mean[1:-1] * 2 + mean[2:]
    return np.asarray((rows[:, :-2] + rows[:, 1:-1] * 2 + rows[:, 2:]) / 16.0, dtype=np.float32)


def _regions(xx: Grid, yy: Grid, xy: Grid) -> list[list[tuple[int, int]]]:
    """Groups of neighbouring cells with bars of one direction; the strongest group first."""
    energy = xx + yy
    spread = np.hypot(xx - yy, 2 * xy)
    coherent = (energy > MIN_ENERGY) & (spread > MIN_COHERENCE * energy)
    rows, columns = np.nonzero(coherent)
    if len(rows) == 0:
        return []
    # The doubled angle has no seam at 180°, so directions compare by a dot product.
    safe = np.maximum(spread, 1e-6)
    ux, uy = (xx - yy) / safe, 2 * xy / safe
    todo = set(zip(rows.tolist(), columns.tolist(), strict=True))
    groups: list[tuple[float, list[tuple[int, int]]]] = []
    while todo:
        first = todo.pop()
        group, stack = [first], [first]
        while stack:
            r, c = stack.pop()
            for near in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
                if near in todo and float(ux[r, c] * ux[near] + uy[r, c] * uy[near]) > MAX_TURN:
                    todo.discard(near)
                    group.append(near)
                    stack.append(near)
        if len(group) >= MIN_CELLS:
            weight = float(sum(float(spread[cell]) ** 0.5 for cell in group))
            groups.append((weight, group))
    groups.sort(key=lambda item: -item[0])
    return [group for _, group in groups]


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a group of cells lies: middle, unit vectors along the code and along its bars, size in px along both."""

    x: float
    y: float
    along: tuple[float, float]
    bars: tuple[float, float]
    length: float
    depth: float

    def corners(self) -> tuple[tuple[float, float], ...]:
        """The four corners, in px of the frame, in turn."""
        a = (self.along[0] * self.length / 2, self.along[1] * self.length / 2)
        b = (self.bars[0] * self.depth / 2, self.bars[1] * self.depth / 2)
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        return tuple((self.x + i * a[0] + j * b[0], self.y + i * a[1] + j * b[1]) for i, j in signs)


def _box(group: list[tuple[int, int]], xx: Grid, yy: Grid, xy: Grid) -> _Box | None:
    """The box of a group; None when it is too short for a code.

    On a tilted paper the bars do not stand square on the code's own line. The line is fitted through the cells, the
    bars' direction comes from the tensor: levelling with both keeps each row of the patch inside the code.
    """
    r = np.array([cell[0] for cell in group])
    c = np.array([cell[1] for cell in group])
    normal = 0.5 * math.atan2(2 * float(xy[r, c].sum()), float((xx[r, c] - yy[r, c]).sum()))
    nx, ny = math.cos(normal), math.sin(normal)
    x, y = (c + 0.5) * CELL, (r + 0.5) * CELL
    ux, uy = _line(x, y, np.sqrt(np.hypot(xx[r, c] - yy[r, c], 2 * xy[r, c])), (nx, ny))
    # Coordinates in the slanted frame (u along the code, v along the bars); v is square on the normal.
    slant = ux * nx + uy * ny
    along = (x * nx + y * ny) / slant
    across = (-x * uy + y * ux) / slant
    a0, a1, b0, b1 = np.min(along), np.max(along), np.min(across), np.max(across)
    length, depth = float(a1 - a0) + CELL, float(b1 - b0) + CELL
    if length < MIN_LENGTH:
        return None
    # The middle of the cells, not of their corners: a straggling cell must not pull the scan off the bars.
    a, b = float(a0 + a1) / 2, float(np.median(across))
    return _Box(a * ux - b * ny, a * uy + b * nx, (ux, uy), (-ny, nx), length, depth)


def _line(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], weight: Grid, normal: tuple[float, float]
) -> tuple[float, float]:
    """Unit vector of the line through the cells; the bars' normal where the cells make no clear line."""
    total = float(weight.sum())
    dx, dy = x - float((x * weight).sum()) / total, y - float((y * weight).sum()) / total
    sxx, syy = float((dx * dx * weight).sum()), float((dy * dy * weight).sum())
    sxy = float((dx * dy * weight).sum())
    spread = math.hypot(sxx - syy, 2 * sxy)
    angle = 0.5 * math.atan2(2 * sxy, sxx - syy)
    ux, uy = math.cos(angle), math.sin(angle)
    dot = ux * normal[0] + uy * normal[1]
    if spread < 0.7 * (sxx + syy) or abs(dot) < MAX_SLANT:
        return normal
    return (ux, uy) if dot > 0 else (-ux, -uy)


def _turn(image: Image.Image, box: _Box, size: tuple[int, int]) -> Luma:
    """Cut out and level: enlarged by SCALE, the box's middle in the middle, code along x, bars along y."""
    (ux, uy), (vx, vy) = box.along, box.bars
    ax, bx, ay, by = ux / SCALE, vx / SCALE, uy / SCALE, vy / SCALE
    half_w, half_h = size[0] / 2, size[1] / 2
    matrix = (ax, bx, box.x - ax * half_w - bx * half_h, ay, by, box.y - ay * half_w - by * half_h)
    turned = image.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=255)
    return np.asarray(turned, dtype=np.uint8)


def averaged(luma: Luma, bands: int = 6, *, sharpen: bool = False) -> Luma:
    """A levelled patch as `bands` bands of averaged rows: along a bar all rows show the same, so noise goes and edges
    stay. Only after that can blurred edges be sharpened without making noise into bars."""
    bands = min(bands, luma.shape[0])
    parts = [part.mean(axis=0) for part in np.array_split(luma, bands)]
    image = Image.fromarray(np.repeat(np.array(parts).astype(np.uint8), 12, axis=0))
    if sharpen:
        image = image.filter(ImageFilter.UnsharpMask(radius=3, percent=150, threshold=0))
    return np.asarray(image, dtype=np.uint8)
