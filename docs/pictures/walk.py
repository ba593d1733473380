"""Pictures of the walk through every citizen's task: `make pictures` runs it, the test that films is the camera.

A few frames, small, and one contact sheet. The walk runs on the real processes (tests/system/test_kiosk_walk.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
OUT = HERE / "walk"
KEPT = {
    "lấy số: ticket": "ticket",
    "tìm kiếm: search": "search",
    "nộp lệ phí: pay": "pay",
    "hết giờ: hỏi trước": "more-time",
}
"""Title of a frame → name of its picture."""
WIDE, SHEET_WIDE = 640, 1200


def plain(title: str) -> str:
    """A title as it stands in a file's name."""
    return "".join(c if c.isalnum() or c in "-." else "-" for c in title)[:48]


def small(source: Path, target: Path, wide: int) -> None:
    """A picture of that width in few colours."""
    with Image.open(source) as picture:
        shown = picture.convert("RGB").resize((wide, wide * picture.height // picture.width), Image.Resampling.LANCZOS)
    shown.quantize(96).save(target, optimize=True)


def main() -> None:
    """Film the walk and keep the few."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "tests/system/test_kiosk_walk.py"]
        subprocess.run(command, check=True, cwd=HERE.parents[1], env={**os.environ, "MOTCUA_FILM": folder})
        for title, name in KEPT.items():
            frame = next(each for each in sorted(Path(folder).glob("*.png")) if each.stem[4:] == plain(title))
            small(frame, OUT / f"{name}.png", WIDE)
        small(Path(folder) / "contact-sheet.png", OUT / "contact-sheet.png", SHEET_WIDE)


if __name__ == "__main__":
    main()
