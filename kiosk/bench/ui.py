"""`motcua bench ui`: how fast the screen is, beside bare pygame doing the same work in the same run.

Drawing is measured on SDL's dummy driver (`bench_draw.py`: pixel work alone); what wants a window, a finger or an hour
of screens runs in processes of its own (`bench_child.py`). Figures are told; the exit status does not judge them.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kiosk.bench.draw import Figure, drawing, percentile
from kiosk.moves import Env

SITE = Path("sites") / "six-counters.toml"
WAIT_S = 30.0
"""Longest wait for a process that should say something at once."""


class NotHere(RuntimeError):
    """This cannot be measured on this machine; the text says why."""


def _environment(display: str | None) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MOTCUA_", "SDL_", "WAYLAND_"))}
    kept["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
    kept.pop("DISPLAY", None)
    if display is None:
        return kept | {"SDL_VIDEODRIVER": "dummy"}
    # As the kiosk sets it for itself; bare pygame gets the same, or it would be measured on a software GL.
    return kept | {"SDL_VIDEODRIVER": "x11", "DISPLAY": display, "SDL_FRAMEBUFFER_ACCELERATION": "0"}


def _child(*words: str) -> list[str]:
    return [sys.executable, "-m", "kiosk.bench.child", *words]


@contextlib.contextmanager
def x_server() -> Iterator[str]:
    """An X server of our own; gives its display. Raises `NotHere`."""
    if not shutil.which("Xvfb"):
        raise NotHere("cần Xvfb | Xvfb is not installed")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise NotHere("Xvfb không chạy được | Xvfb did not start")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(WAIT_S)


def touches(display: str, who: str, count: int) -> list[float]:
    """Milliseconds from the injected press to the painted answer. Raises `NotHere`."""
    if not shutil.which("xdotool"):
        raise NotHere("cần xdotool | xdotool is not installed")
    environment = _environment(display)
    chance = random.Random(7)
    found = []
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "text": True, "env": environment}
    with (
        subprocess.Popen(_child("touch", who), stdout=subprocess.PIPE, **pipes) as child,
        subprocess.Popen(["xdotool", "-"], **pipes) as finger,
    ):
        assert child.stdout and child.stdin and finger.stdin

        def say(words: str) -> None:
            assert finger.stdin
            finger.stdin.write(words + "\n")
            finger.stdin.flush()

        try:
            at = child.stdout.readline().split()
            if len(at) != 2:
                raise NotHere("cửa sổ không mở được | the window did not open")
            time.sleep(1.0)
            for _ in range(count):
                say(f"mousemove {at[0]} {at[1]}")
                time.sleep(chance.uniform(0.15, 0.45))
                start = time.monotonic_ns()
                say("mousedown 1")
                found.append((int(child.stdout.readline()) - start) / 1e6)
                time.sleep(0.02)
                say("mousemove 5 790")
                say("mouseup 1")
        finally:
            for each in (child.stdin, finger.stdin):
                with contextlib.suppress(BrokenPipeError):
                    each.close()
            for process in (child, finger):
                process.terminate()
    return found


def told(words: list[str], display: str | None = None) -> list[float]:
    """The figures that a part of `bench_child` prints. Raises `NotHere`."""
    done = subprocess.run(_child(*words), env=_environment(display), capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHere((done.stderr.strip().splitlines() or ["?"])[-1])
    return [float(each) for each in done.stdout.split()]


def restart_s() -> float:
    """Seconds from the start of `motcua kiosk run` until it answers with a drawn screen. Raises `NotHere`."""
    import config

    site = Path(config.__file__).parent / SITE
    with tempfile.TemporaryDirectory(prefix="mcb", dir="/tmp") as name:
        folder = Path(name)
        own = {"MOTCUA_PATHS__RUNTIME": name, "MOTCUA_HUB__SOCKET": f"{name}/none", "MOTCUA_SCANNER__SOURCE": "none"}
        command = [sys.executable, "-m", "config.cli", "kiosk", "run", "--config", str(site), "--virtual", name]
        start = time.monotonic()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, env=_environment(None) | own, stdout=log, stderr=log)
        try:
            while time.monotonic() - start < WAIT_S and process.poll() is None:
                with socket.socket(socket.AF_UNIX) as talk, contextlib.suppress(OSError):
                    talk.settimeout(WAIT_S)
                    talk.connect(str(folder / "control" / "kiosk.sock"))
                    talk.sendall(b'{"id":1,"do":"screen"}\n')
                    if talk.recv(4096):
                        return time.monotonic() - start
                time.sleep(0.01)
            raise NotHere("kiosk không khởi động được | the kiosk did not start")
        finally:
            process.terminate()
            process.wait(WAIT_S)


def raw_start_s() -> float:
    """Seconds from the start of Python until bare pygame has shown a picture."""
    code = "import pygame; s = pygame.display.set_mode((1280, 800)); s.fill('#F6F4EE'); pygame.display.flip()"
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", code], env=_environment(None), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def processes(screens: int, idle_seconds: float, presses: int) -> Iterator[Figure | str]:
    """What needs processes of its own; a sentence where something cannot be measured here."""

    def idle(part: str, name: str, seconds: float, display: str | None = None) -> Figure:
        ours, raw = (told([part, who, str(seconds)], display)[0] / seconds * 100 for who in ("ours", "raw"))
        return Figure(name, "% CPU", ours, raw, 1.0)

    def measured(work: Callable[[], Figure], what: str) -> Figure | str:
        try:
            return work()
        except NotHere as why:
            return f"{what}: {why}"

    def memory() -> Figure:
        early, late = told(["memory", "ours", str(screens)])
        raw = told(["memory", "raw", "100"])[1]
        name = f"bộ nhớ sau {screens} màn hình | memory after {screens} random screens"
        return Figure(name, "MiB", late, raw, 150.0, f"sau/after {screens // 10}: {early:.1f}")

    def restart() -> Figure:
        return Figure("khởi động lại | restart", "s", min(restart_s() for _ in range(2)), raw_start_s(), 3.0)

    two_pages = 2 * Env().attract_turn_s
    yield measured(lambda: idle("idle", "đứng yên, dummy | idle, dummy", idle_seconds), "idle")
    yield measured(lambda: idle("attract", "màn hình chờ | attract", two_pages), "attract")
    yield measured(memory, "memory")
    yield measured(restart, "restart")
    try:
        with x_server() as display:

            def touch() -> Figure:
                ours, raw = touches(display, "ours", presses), touches(display, "raw", presses)
                said = f"trung vị/median {statistics.median(ours):.1f}"
                return Figure("chạm đến sáng, X11, p95 | touch to highlight, X11, p95", "ms", percentile(ours, 0.95),
                              percentile(raw, 0.95), 33.0, said)  # fmt: skip

            yield measured(touch, "chạm đến sáng | touch to highlight")
            yield measured(lambda: idle("idle", "đứng yên, X11 | idle, X11", idle_seconds, display), "idle, X11")
    except NotHere as why:
        yield f"chạm đến sáng và đứng yên trên X11 | touch and idle on X11: {why}"


def run(rounds: int, screens: int, idle_seconds: float, presses: int, as_json: bool, say: Callable[[str], None]) -> int:
    """Measure and `say` line by line; 0 whatever the figures are."""
    found: list[Figure] = []
    missing: list[str] = []

    def take(each: Figure | str) -> None:
        if isinstance(each, str):
            missing.append(each)
        else:
            found.append(each)
        if as_json:
            return
        if isinstance(each, str):
            say(f"không đo được / not measured: {each}")
            return
        raw = f"{each.raw:.3g}" if each.raw is not None else "–"
        mark = "đạt / met" if each.ours <= each.target else "CHƯA ĐẠT / NOT MET"
        tail = f"  ({each.note})" if each.note else ""
        line = f"{each.name}: {each.ours:.3g} {each.unit}; pygame trần / raw pygame {raw}; "
        say(f"{line}mục tiêu / target {each.target:g}: {mark}{tail}")

    for figure in drawing(rounds):
        take(figure)
    for each in processes(screens, idle_seconds, presses):
        take(each)
    if as_json:
        say(json.dumps({"figures": [asdict(each) for each in found], "missing": missing}, ensure_ascii=False))
    return 0
