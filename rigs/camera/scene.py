"""What lies before the virtual camera: receipts as JPEGs, in the folder the camera plays."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.fixtures import receipts

FOLDER = Path(os.environ["MOTCUA_RIG_CAMERA"])
CAMERA = FOLDER / "virtual.yaml"
FRAMES = FOLDER / "frames"
SIZE = (1280, 720)
Answer = TypeVar("Answer")

DESCRIPTION = """%YAML 1.1
---
"Virtual0":
  supported_formats:
  - {width: 1280, height: 720, frame_rates: [30, 30]}
  - {width: 640, height: 360, frame_rates: [30, 30]}
  frames:
    path: "/run/rig/frames/"
  location: "CameraLocationBack"
  model: "imx708"
...
"""


def until(what: str, ask: Callable[[], Answer | None], seconds: float = 60.0) -> Answer:
    """The first answer that is true. The limit is for something that hangs, not a measure."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.02)


def plug() -> None:
    """There is a camera."""
    CAMERA.write_text(DESCRIPTION, encoding="utf-8")


def unplug() -> None:
    """There is none, for whoever looks from now on."""
    CAMERA.unlink(missing_ok=True)


def say(what: str, on: bool = True) -> None:
    """`frozen`, `autofocus` or `padded`."""
    if on:
        (FOLDER / what).touch()
    else:
        (FOLDER / what).unlink(missing_ok=True)


def lay(*pictures: receipts.Luma) -> None:
    """What the camera sees from its next opening on, one picture after the other."""
    aside = FOLDER / "aside"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for number, picture in enumerate(pictures):
        receipts.Image.fromarray(picture).save(aside / f"{number}.jpg", quality=90)
    shutil.rmtree(FRAMES, ignore_errors=True)
    aside.rename(FRAMES)


def desk() -> None:
    """Nothing but the desk."""
    lay(receipts.np.full((SIZE[1], SIZE[0]), 96, receipts.np.uint8))


def hold(text: str, kind: str = "Code128") -> None:
    """A receipt in a hand that is not quite still: six looks at it."""
    sheet = receipts.paper(receipts.symbol(text, kind, module=3))
    scale = min(0.9, 0.86 * SIZE[0] / sheet.width, 0.8 * SIZE[1] / sheet.height)
    noise = receipts.np.random.default_rng(7)
    looks = []
    for number in range(6):
        posed = receipts.pose(sheet, SIZE, scale=scale, turn=6 + number, tilt=8, shift=(3.0 * number, -2.0 * number))
        looks.append(receipts.degrade(posed, noise, defocus=0.6, electrons=2500, shadow=0.2))
    lay(*looks)
