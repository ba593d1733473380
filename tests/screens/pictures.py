"""The golden pictures: which screens there are, how two are compared, and how they are renewed.

Every sample is kept as a picture in Vietnamese at 1280x800; of the other combinations (`wanted`) a digest of their
pixels is kept in `golden/digests.txt`. Never made in a test run. After a wanted change of
the look:  python tests/screens/pictures.py --renew --look DIR  (then look at the sheets in DIR before you commit).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import numpy as np
import pygame
from PIL import Image, ImageDraw

import config
from config.load import load_settings
from kiosk.catalogue import load_catalogue
from kiosk.pictures import Shot, Studio, shots
from kiosk.samples import samples

GOLDEN = Path(__file__).parent / "golden"
DIGESTS = GOLDEN / "digests.txt"
COLOURS = 256
"""Palette of the stored pictures: flat colours and the steps between them."""
STEP = 16
SHARE = 0.0005
"""Another build of the same library may draw 0.05 % of the pixels differently by more than 16 of 255."""


def build() -> str:
    """What draws: only the same build draws the same pixels."""
    sdl = ".".join(map(str, pygame.get_sdl_version()))
    return f"pygame-ce {pygame.version.ver} SDL {sdl} {platform.machine()}"


def wanted() -> list[Shot]:
    """Vietnamese on every panel; every language and text size at 1280x800, there in both schemes of colours. Further
    combinations have nothing of their own to go wrong: `kiosk check` reads the trees of all of them."""
    return [
        shot
        for shot in shots(samples())
        if (shot.language == "vi" and not shot.contrast and not shot.large)
        or (shot.size == "1280x800" and not shot.contrast)
        or (shot.size == "1280x800" and shot.language == "vi" and not shot.large)
    ]


def is_kept(shot: Shot) -> bool:
    """Whether the picture itself is kept, not only its digest."""
    return (shot.size, shot.language, shot.large, shot.contrast) == ("1280x800", "vi", False, False)


def file_of(shot: Shot) -> Path:
    """Where that picture is kept."""
    return GOLDEN / f"{shot.name}.png"


def studio() -> Studio:
    """What draws them, with the sample site."""
    settings = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml", {})
    return Studio(settings, load_catalogue())


def drawn(which: Iterable[Shot]) -> Iterator[tuple[Shot, pygame.Surface]]:
    """Every picture as it is drawn now."""
    on = studio()
    for shot in which:
        yield shot, on.draw(shot)


def picture_of(surface: pygame.Surface) -> Image.Image:
    """The same picture as one of PIL's."""
    return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))


def digest(surface: pygame.Surface) -> str:
    """Of every pixel and the size; 16 hex digits."""
    made = hashlib.sha256(repr(surface.get_size()).encode())
    made.update(surface.get_buffer().raw)
    return made.hexdigest()[:16]


def known() -> tuple[str, dict[str, str]]:
    """The build that made the digests, and the digest of every picture by its name."""
    lines = DIGESTS.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" ", 1) for line in lines[1:])
    return lines[0].removeprefix("# "), {name: value for value, name in pairs}


def kept(shot: Shot) -> Image.Image | None:
    """The kept picture of that screen, whichever way it is shown now; None for a new screen."""
    if not file_of(shot).exists():
        return None
    with Image.open(file_of(shot)) as picture:
        return picture.convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """Share (0..1) of pixels that differ by more than `STEP` in any channel; 1.0 for another size."""
    if one.size != other.size:
        return 1.0
    a = np.asarray(one.convert("RGB"), dtype=np.int16)
    b = np.asarray(other.convert("RGB"), dtype=np.int16)
    return float((np.abs(a - b).max(axis=2) > STEP).mean())


def side_by_side(before: Image.Image | None, now: Image.Image, path: Path) -> None:
    """The picture as it was (left, where it is kept) and as it is (right), to look at."""
    was = (before or Image.new("RGB", now.size, "#C9C3B2")).convert("RGB")
    both = Image.new("RGB", (was.width + now.width + 8, max(was.height, now.height)), "#8F2A1D")
    both.paste(was, (0, 0))
    both.paste(now, (was.width + 8, 0))
    both.save(path)


def renew(look: Path | None) -> int:
    """Write every picture and digest that changed; gives how many. `look`: a folder for sheets of those that did."""
    GOLDEN.mkdir(exist_ok=True)
    made_by, old = known() if DIGESTS.exists() else ("", {})
    digests: dict[str, str] = {}
    changed: list[tuple[str, Image.Image]] = []
    for shot, surface in drawn(wanted()):
        digests[shot.file] = digest(surface)
        path = file_of(shot)
        same = made_by == build() and old.get(shot.file) == digests[shot.file]
        if same and (path.exists() or not is_kept(shot)):
            continue
        now = picture_of(surface)
        small = now.copy()
        small.thumbnail((392, 268))
        changed.append((shot.file, small))
        before = kept(shot) if is_kept(shot) else now
        if before is None or difference(before, now) > 0:
            now.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    lines = [f"# {build()}", *(f"{value} {name}" for name, value in sorted(digests.items()))]
    DIGESTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for path in set(GOLDEN.glob("*.png")) - {file_of(shot) for shot in wanted() if is_kept(shot)}:
        path.unlink()
        print("-", path.name)
    if look:
        sheets(changed, look)
    return len(changed)


def sheets(pictures: list[tuple[str, Image.Image]], folder: Path) -> None:
    """Contact sheets of small pictures, thirty each."""
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(0, len(pictures), 30):
        part = pictures[at : at + 30]
        sheet = Image.new("RGB", (5 * 400, -(-len(part) // 5) * 290), "#C9C3B2")
        for place, (name, picture) in enumerate(part):
            x, y = place % 5 * 400, place // 5 * 290
            ImageDraw.Draw(sheet).text((x + 4, y + 2), name, fill="#16242B")
            sheet.paste(picture, (x + 4, y + 16))
        sheet.save(folder / f"sheet-{at // 30 + 1:03}.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="the golden pictures of the kiosk's screens")
    parser.add_argument("--renew", action="store_true", required=True, help="write those that changed")
    parser.add_argument("--look", type=Path, metavar="DIR", help="also write sheets of those that changed")
    arguments = parser.parse_args(sys.argv[1:])
    print(renew(arguments.look), "pictures changed; look at them before you commit")
