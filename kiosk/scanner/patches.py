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
from PIL import Image

Luma = npt.NDArray[np.uint8]
Grid = npt.NDArray[np.float32]

CELL = 16  # pixels; a cell should hold several bars, and a code of 40 px height two rows of cells
MIN_ENERGY = 60.0  # mean squared step of grey per sample: below it is noise and paper texture
MIN_COHERENCE = 0.55  # 1: all gradients in one direction, 0: in all
MAX_TURN = math.cos(math.radians(2 * 18.0))  # neighbours further apart than 18° belong to different things
MIN_CELLS = 5
MIN_LENGTH = 4.5 * CELL  # along the bars' normal: the shortest dossier code at 1 px a module is twice that
MAX_PATCHES = 5
MAX_AREA = 1_400_000  # px of all levelled patches of a frame: bounds the time on a picture of stripes
SCALE = 2.0
QUIET = 2.2 * CELL  # white that a decoder wants beside the code, and slack for a cell cut by the edge
MAX_HEIGHT = 96  # px of the source across the bars: more adds time, not chances


@dataclass(frozen=True, slots=True)
class Patch:
    """A levelled piece of the frame. `centre` in px of the frame, `angle` in radians of the scan direction."""

    luma: Luma
    centre: tuple[float, float]
    angle: float
    length: float


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
        if box is None:
            continue
        cx, cy, angle, length, depth = box
        if known and any(math.hypot(cx - kx, cy - ky) < radius for kx, ky, radius in known):
            continue
        depth = min(depth, MAX_HEIGHT)
        size = (round((length + 2 * QUIET) * SCALE), max(16, round(depth * SCALE)))
        if area + size[0] * size[1] > MAX_AREA:
            continue
        area += size[0] * size[1]
        if image is None:
            image = Image.fromarray(luma)
        patches.append(Patch(_turn(image, cx, cy, angle, size), (cx, cy), angle, length))
        if len(patches) == MAX_PATCHES:
            break
    return patches


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


def _box(group: list[tuple[int, int]], xx: Grid, yy: Grid, xy: Grid) -> tuple[float, float, float, float, float] | None:
    """(centre x, centre y, angle, length along it, depth across it) of a group, px; None when too short for a code."""
    r = np.array([cell[0] for cell in group])
    c = np.array([cell[1] for cell in group])
    angle = 0.5 * math.atan2(2 * float(xy[r, c].sum()), float((xx[r, c] - yy[r, c]).sum()))
    x, y = (c + 0.5) * CELL, (r + 0.5) * CELL
    along = x * math.cos(angle) + y * math.sin(angle)
    across = -x * math.sin(angle) + y * math.cos(angle)
    a0, a1, b0, b1 = along.min(), along.max(), across.min(), across.max()
    length, depth = float(a1 - a0) + CELL, float(b1 - b0) + CELL
    if length < MIN_LENGTH:
        return None
    # The middle of the cells, not of their corners: a straggling cell must not pull the scan off the bars.
    a, b = float(a0 + a1) / 2, float(np.median(across))
    cx = a * math.cos(angle) - b * math.sin(angle)
    cy = a * math.sin(angle) + b * math.cos(angle)
    return cx, cy, angle, length, depth


def _turn(image: Image.Image, cx: float, cy: float, angle: float, size: tuple[int, int]) -> Luma:
    """Cut out and level: output (0, 0)…size, enlarged by SCALE, its middle at (cx, cy), its x axis along `angle`."""
    cos, sin = math.cos(angle) / SCALE, math.sin(angle) / SCALE
    half_w, half_h = size[0] / 2, size[1] / 2
    matrix = (cos, -sin, cx - cos * half_w + sin * half_h, sin, cos, cy - sin * half_w - cos * half_h)
    turned = image.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=255)
    return np.asarray(turned, dtype=np.uint8)


def smoothed(luma: Luma, rows: int = 8) -> Luma:
    """Rows of a levelled patch averaged in bands: along a bar all show the same, so noise goes and edges stay."""
    usable = luma.shape[0] // rows * rows
    if usable == 0:
        return luma
    bands = luma[:usable].reshape(usable // rows, rows, luma.shape[1]).mean(axis=1)
    return np.repeat(bands.astype(np.uint8), 4, axis=0)
