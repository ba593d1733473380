"""Every sample screen in every language, text size, panel and scheme: drawn as pictures, and checked without one."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pygame

from config.settings import Settings
from kiosk.catalogue import Catalogue
from kiosk.flow import Flow
from kiosk.locale import languages
from kiosk.model import Model
from kiosk.moves import Env
from kiosk.samples import samples, world
from kiosk.screens import SCREENS
from kiosk.stage import STAFF_SIZE, Stage, panel_of, save
from kiosk.view.checks import Problem
from kiosk.view.live import Frame
from kiosk.ways import front_ids, time_out, way_home

PEOPLE = ("1024x600", "1280x800", "1920x1080", "720x1280")
CONTRAST_SIZES = ("1280x800",)
"""Panels on which the high-contrast scheme is drawn, too: colours do not depend on the panel."""
SIZES = (*PEOPLE, STAFF_SIZE)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: a sample and how it is shown."""

    name: str
    size: str
    language: str
    large: bool
    contrast: bool

    @property
    def file(self) -> str:
        """Its file's name without the ending."""
        marks = ("-large" if self.large else "") + ("-contrast" if self.contrast else "")
        return f"{self.name}-{self.size}-{self.language}{marks}"

    def model(self, sample: Model) -> Model:
        """The sample as this picture shows it."""
        modes = replace(sample.modes, contrast=self.contrast or sample.modes.contrast)
        return replace(sample, language=self.language, large=self.large or sample.large, modes=modes)


def staff(name: str) -> bool:
    """Whether a sample is of the staff's screens: those alone are drawn at 800x480, too."""
    return name.startswith("staff")


def shots(
    names: Iterable[str],
    *,
    sizes: Iterable[str] = (),
    tongues: Iterable[str] = (),
    larges: Iterable[bool] = (False, True),
    contrast_sizes: Iterable[str] = CONTRAST_SIZES,
) -> Iterator[Shot]:
    """Every combination, ordered by panel, then language; empty `sizes` and `tongues` mean all there are.
    `contrast_sizes`: panels that are shown in the high-contrast scheme as well."""
    names, tongues = list(names), list(tongues) or list(languages())
    larges, contrast_sizes = list(larges), list(contrast_sizes)
    for size in list(sizes) or SIZES:
        for language in tongues:
            for contrast in (False, True) if size in contrast_sizes else (False,):
                for large in larges:
                    for name in names:
                        if staff(name) and large:
                            continue  # the staff's screens have one size of text
                        if size != STAFF_SIZE or staff(name):
                            yield Shot(name, size, language, large, contrast)


class Studio:
    """Draws and checks shots; one stage a panel, kept from shot to shot."""

    def __init__(self, settings: Settings, catalogue: Catalogue, diagonal: float | None = None) -> None:
        self._settings = world.shown(settings)
        self._catalogue = catalogue
        self._diagonal = diagonal
        self._stages: dict[str, Stage] = {}
        self._models = samples()

    def stage(self, size: str) -> Stage:
        """The stage of a panel. Raises `ValueError` for a size that is none."""
        if size not in self._stages:
            # One at a time: each keeps megabytes of words, and the shots come ordered by panel.
            self._stages = {size: Stage(self._settings, self._catalogue, panel_of(size, self._diagonal))}
        return self._stages[size]

    def draw(self, shot: Shot) -> pygame.Surface:
        """The picture. A place for the camera's picture shows an invented one."""
        stage = self.stage(shot.size)
        stage.feed(sample_frame())
        return stage.picture(shot.model(self._models[shot.name]))

    def problems(self, shot: Shot) -> list[Problem]:
        """What the checks of the tree say about it."""
        return self.stage(shot.size).problems(shot.model(self._models[shot.name]))


def ways(studio: Studio) -> list[Problem]:
    """What is wrong with the ways home and the time-outs, over every sample; a screen without a sample is wrong."""
    flow = Flow(Env(languages=languages()))
    models = samples()
    found = [
        Problem("sample", screen, "no sample of it")
        for screen in SCREENS
        if screen not in {m.screen for m in models.values()}
    ]

    def ids(model: Model) -> list[str]:
        return front_ids(studio.stage("1280x800").place(model))

    for model in models.values():
        found += way_home(flow, model, ids) + time_out(flow, model)
    return found


def sample_frame(width: int = 320, height: int = 240) -> Frame:
    """An invented picture of a receipt with a code on a table: the same bytes every time."""
    rows = []
    for y in range(height):
        row = bytearray(96 + (x * 3 + y * 2) % 24 for x in range(width))
        if height * 0.16 < y < height * 0.86:
            left, right = int(width * 0.28), int(width * 0.72)
            row[left:right] = bytes([232]) * (right - left)
            for x in range(int(width * 0.36), int(width * 0.64)):
                if 0.5 < y / height < 0.66 and math.sin(x * 1.9) + math.sin(x * 0.7) > 0.1:
                    row[x] = 32
                elif y % 14 < 3 and 0.22 < y / height < 0.44:
                    row[x] = 120
        rows.append(bytes(row))
    corners = ((0.34, 0.48), (0.66, 0.48), (0.66, 0.68), (0.34, 0.68))
    return Frame(b"".join(rows), width, height, polygon=tuple((x * width, y * height) for x, y in corners))


def write(studio: Studio, wanted: Iterable[Shot], folder: Path) -> int:
    """Write the pictures; gives how many. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for shot in wanted:
        save(studio.draw(shot), folder / f"{shot.file}.png")
        count += 1
    return count


def write_page(wanted: Iterable[Shot], folder: Path) -> None:
    """Write `index.html` beside the pictures: one page to look at them all. Raises `OSError`."""
    (folder / "index.html").write_text(_page(list(wanted)), encoding="utf-8")


def _page(done: list[Shot]) -> str:
    """A page that shows every picture, screen by screen; it fetches nothing from anywhere."""
    by_name: dict[str, list[Shot]] = {}
    for shot in done:
        by_name.setdefault(shot.name, []).append(shot)
    parts = []
    for name, group in by_name.items():
        cells = []
        for shot in group:
            words = [shot.size, shot.language, "chữ to" if shot.large else "", "tương phản" if shot.contrast else ""]
            said = html.escape(" · ".join(word for word in words if word))
            file = html.escape(f"{shot.file}.png")
            cells.append(
                f'<a href="{file}"><figure><img loading="lazy" src="{file}" alt="{html.escape(shot.name)}, {said}">'
                f"<figcaption>{said}</figcaption></figure></a>"
            )
        parts.append(f'<h2 id="{html.escape(name)}">{html.escape(name)}</h2><div>{"".join(cells)}</div>')
    links = " · ".join(f'<a href="#{html.escape(name)}">{html.escape(name)}</a>' for name in by_name)
    return (
        '<!doctype html><html lang="vi"><meta charset="utf-8"><title>Màn hình kiosk</title><style>'
        "body{font:16px/1.5 'Be Vietnam Pro',sans-serif;color:#16242B;background:#F6F4EE;margin:24px}"
        "div{display:flex;flex-wrap:wrap;gap:16px}figure{margin:0}"
        "img{width:320px;display:block;border:1px solid #7C8A8F}"
        "a{color:#0E4A56}figcaption{font-size:14px}</style>"
        f"<h1>Mọi màn hình kiosk / every kiosk screen</h1><p>{len(done)} ảnh / pictures</p><p>{links}</p>"
        f"{''.join(parts)}</html>\n"
    )
