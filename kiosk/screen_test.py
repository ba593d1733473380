"""The screen's self-test: opens it in a process of its own, shows one picture and says what it found.

`python -m kiosk.screen_test VIDEO WIDTHxHEIGHT` prints one line of JSON: driver, displays, flip_ms; or error.
A process of its own, for a driver that hangs or ends the process must not take `motcua doctor` along.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass

LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Found:
    """What the screen is. `displays`: pixels of each; `flip_ms`: one picture; `error`: why it could not be opened."""

    driver: str = ""
    displays: tuple[tuple[int, int], ...] = ()
    flip_ms: float = 0.0
    error: str = ""


def try_screen(video: str, size: tuple[int, int]) -> Found:
    """Run the test and read what it says; never raises."""
    command = [sys.executable, "-m", "kiosk.screen_test", video, f"{size[0]}x{size[1]}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return Found(error=f"no answer within {LIMIT_S:.0f} s")
    except OSError as error:
        return Found(error=str(error))
    try:
        told = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, json.JSONDecodeError):
        return Found(error=f"it ended with {done.returncode}")
    if "error" in told:
        return Found(error=str(told["error"]))
    displays = tuple((int(wide), int(high)) for wide, high in told["displays"])
    return Found(str(told["driver"]), displays, float(told["flip_ms"]))


def _test(video: str, size: tuple[int, int]) -> dict[str, object]:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    import pygame

    from kiosk.window import HEADLESS, pick_video

    driver = pick_video(video, virtual=False)
    try:
        pygame.display.init()
        displays = pygame.display.get_desktop_sizes()
        # On somebody's desktop nothing need be seen; on a bare screen only the whole of it can be opened.
        flags = 0 if driver in HEADLESS else pygame.HIDDEN if driver != "kmsdrm" else pygame.FULLSCREEN
        glass = pygame.display.set_mode(size, flags)
        glass.fill("#0E4A56")
        start = time.perf_counter()
        pygame.display.flip()
        spent = (time.perf_counter() - start) * 1000
        return {"driver": pygame.display.get_driver(), "displays": displays, "flip_ms": round(spent, 1)}
    except pygame.error as error:
        return {"error": f"SDL_VIDEODRIVER={driver}: {error}"}


if __name__ == "__main__":
    wide, _, high = sys.argv[2].partition("x")
    sys.stdout.write(json.dumps(_test(sys.argv[1], (int(wide), int(high)))) + "\n")
