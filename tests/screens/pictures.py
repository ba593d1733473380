"""The golden pictures: which screens, and how two pictures are compared.

Never made in a test run. After a wanted change of the look:  python tests/screens/pictures.py --renew  (then look at
every picture that changed before it is committed).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import numpy as np
import pygame
from PIL import Image

import config
from config.load import load_settings
from kiosk.catalogue import load_catalogue
from kiosk.samples import samples
from kiosk.stage import Stage, panel_of

GOLDEN = Path(__file__).parent / "golden"
COLOURS = 256
"""Palette of the stored pictures: flat colours and the steps between them."""
STEP = 16
SHARE = 0.0005
"""Another build of the same library may draw 0.05 % of the pixels differently by more than 16 of 255."""
ENGLISH = ("home", "service", "ticket", "fields", "procedure", "search-hits", "scan", "typing-part", "status", "factor",
           "details", "rate", "help", "helper", "busy", "closed", "closed-quota", "ticket-no-paper",
           "warning")  # fmt: skip
LARGE = (
    "home",
    "service",
    "ticket",
    "list",
    "procedure",
    "search-hits",
    "status",
    "details-late",
    "rate",
    "busy",
    "closed-quota",
    "ticket-no-paper",
    "warning",
)


def wanted() -> list[tuple[str, str, str, bool]]:
    """(name, size, language, large) of every golden picture."""
    names = list(samples())
    return [
        *((name, "1280x800", "vi", False) for name in names),
        *((name, "1024x600", "vi", False) for name in names),
        *((name, "1280x800", "en", False) for name in ENGLISH),
        *((name, "1280x800", "vi", True) for name in LARGE),
    ]


def file_of(name: str, size: str, language: str, large: bool) -> Path:
    """Where that picture is kept."""
    return GOLDEN / f"{name}-{size}-{language}{'-large' if large else ''}.png"


def drawn(which: list[tuple[str, str, str, bool]]) -> Iterator[tuple[Path, Image.Image]]:
    """Every picture as it is drawn now, with the file it belongs to."""
    settings = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml", {})
    catalogue = load_catalogue()
    stages: dict[str, Stage] = {}
    models = samples()
    for name, size, language, large in which:
        if size not in stages:
            stages[size] = Stage(settings, catalogue, panel_of(size))
        surface = stages[size].picture(replace(models[name], language=language, large=large))
        data = pygame.image.tobytes(surface, "RGB")
        yield file_of(name, size, language, large), Image.frombytes("RGB", surface.get_size(), data)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Share (0..1) of pixels that differ by more than `STEP` in any channel; 1.0 for another size."""
    if one.size != other.size:
        return 1.0
    a = np.asarray(one.convert("RGB"), dtype=np.int16)
    b = np.asarray(other.convert("RGB"), dtype=np.int16)
    return float((np.abs(a - b).max(axis=2) > STEP).mean())


def renew() -> int:
    """Write every picture that changed; gives how many."""
    GOLDEN.mkdir(exist_ok=True)
    count = 0
    kept = set()
    for path, picture in drawn(wanted()):
        kept.add(path)
        if path.exists() and difference(Image.open(path), picture) == 0:
            continue
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        print(path.name)
        count += 1
    for path in set(GOLDEN.glob("*.png")) - kept:
        path.unlink()
        print("-", path.name)
    return count


if __name__ == "__main__":
    if sys.argv[1:] != ["--renew"]:
        raise SystemExit("python tests/screens/pictures.py --renew")
    print(renew(), "pictures written; look at them before you commit")
