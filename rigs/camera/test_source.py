"""The kiosk's own source of frames on the shipped picamera2: picture, focus, stall, no camera, a camera in use."""

from __future__ import annotations

import importlib.metadata
import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libcamera
import numpy as np
import pytest
from picamera2 import Picamera2
from scene import FOLDER, desk, hold, lay, plug, say, unplug, until

from kiosk.scanner import picamera
from kiosk.scanner.camera import REOPEN_S, Reopening, open_source
from kiosk.scanner.decode import STAGES, run_stage
from kiosk.scanner.frames import CameraError
from kiosk.scanner.picamera import PiCamera

CODE = "H38.12.25-251117-0007"


@pytest.fixture(autouse=True)
def camera_plugged() -> Iterator[None]:
    for each in ("frozen", "autofocus", "padded"):
        say(each, on=False)
    plug()
    desk()
    yield
    say("frozen", on=False)


def opened(focus_m: float = 0.0) -> PiCamera:
    source = open_source("picamera2", 1280, 720, 5.0, focus_m)
    assert isinstance(source, PiCamera)
    return source


def descriptors() -> list[str]:
    """Where every open descriptor leads."""
    found = []
    for each in Path("/proc/self/fd").iterdir():
        try:
            found.append(os.readlink(each))
        except FileNotFoundError:
            continue  # the listing's own
    return sorted(found)


def test_it_is_the_shipped_picamera2_on_a_libcamera_that_rates_its_frames() -> None:
    assert importlib.metadata.version("picamera2") == "0.3.38"
    version = tuple(int(part) for part in libcamera.CameraManager.singleton().version.lstrip("v").split(".")[:2])
    assert version >= (0, 7)
    assert os.geteuid() != 0


@pytest.mark.parametrize("rows", ["plain", "padded"])
def test_the_grey_plane_comes_whole_whatever_the_rows_length(rows: str) -> None:
    seen = np.tile(np.linspace(0, 255, 1280).astype(np.uint8), (720, 1))
    seen[600:] = 20
    lay(seen)
    say("padded", on=rows == "padded")
    camera = opened()
    try:
        luma = camera.read().luma
        if rows == "padded":
            assert camera._camera.camera_config["lores"]["stride"] > 1280
    finally:
        camera.close()
    assert luma is not None and luma.shape == (720, 1280) and luma.flags.c_contiguous
    # Through JPEG and back, and through the narrower range of video's grey.
    assert np.corrcoef(luma.ravel(), seen.ravel())[0, 1] > 0.999


@pytest.mark.parametrize("kind", ["Code128", "QRCode"])
def test_a_receipt_is_read_from_the_camera(kind: str) -> None:
    hold(CODE, kind)
    camera = opened()
    try:
        luma = camera.read().luma
        assert luma is not None
        codes = {each.reading.code for stage in STAGES for each in run_stage(stage, luma, None, [])}
    finally:
        camera.close()
    assert codes == {CODE}


def asked() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FOLDER / "asked").read_text(encoding="utf-8"))
    return {name: value for name, value in told.items() if name.startswith(("Af", "Lens"))}


def test_focus_is_asked_of_a_lens_that_can_and_of_no_other() -> None:
    opened().close()
    assert asked() == {}
    opened(focus_m=0.15).close()
    assert asked() == {}
    say("autofocus")
    opened().close()
    assert asked() == {"AfMode": "AfModeEnum.Continuous", "AfRange": "AfRangeEnum.Macro", "AfSpeed": "AfSpeedEnum.Fast"}
    opened(focus_m=0.15).close()
    assert asked() == {"AfMode": "AfModeEnum.Manual", "LensPosition": pytest.approx(1 / 0.15)}


def test_fifty_openings_leave_no_descriptor_and_no_thread() -> None:
    for _ in range(3):  # what the libraries keep once for all
        opened().close()
    files, threads = descriptors(), threading.active_count()
    for _ in range(50):
        camera = opened()
        assert camera.read().luma is not None
        camera.close()
    assert threading.active_count() == threads
    assert len(descriptors()) <= len(files), (files, descriptors())


def test_a_stall_ends_in_words_and_the_camera_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    camera = Reopening(opened, lambda code, why: told.append(code))
    frame = camera.read(0.0)
    assert frame is not None and frame.luma is not None
    monkeypatch.setattr(picamera, "WAIT_S", 0.5)
    files = len(descriptors())
    say("frozen")
    now, openings = 100.0, []
    while len(openings) < 6:
        # A frame may have been on its way when it froze.
        if camera.read(now) is None and told[-1] == "camera_stalled":
            openings.append(now)
            step = next(at for at in np.arange(0.5, 30.0, 0.5) if at >= REOPEN_S[min(len(openings) - 1, 3)])
            assert camera.read(now + step - 0.5) is None  # not yet: nothing is opened, nothing is waited for
            now += step
    say("frozen", on=False)
    monkeypatch.undo()
    frame = camera.read(now)
    assert frame is not None and frame.luma is not None and frame.fresh
    assert told == ["camera_ok", "camera_stalled", "camera_ok"]
    camera.close()
    assert len(descriptors()) <= files


def test_the_wait_of_every_capture_is_the_sources_own() -> None:
    camera = opened()
    say("frozen")
    with pytest.raises(CameraError) as error:
        for _ in range(10):
            camera.read()
    assert error.value.code == "camera_stalled" and "3 s" in str(error.value)
    camera.close()


LOOKING = """
from kiosk.scanner.camera import Reopening, open_source
from test_source import descriptors
told = []
camera = Reopening(lambda: open_source("picamera2", 1280, 720, 5.0), lambda code, why: told.append((code, why)))
assert camera.read(0.0) is None
files = len(descriptors())
for number in range(1, 30):
    assert camera.read(number * 20.0) is None
assert len(descriptors()) <= files, descriptors()
print(told)
"""


def test_no_camera_is_said_once_and_looked_for_without_end() -> None:
    # In a process of its own: the virtual camera, once looked for in vain, is never found again in the same process.
    unplug()
    done = subprocess.run([sys.executable, "-c", LOOKING], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[('camera_missing', 'libcamera knows of no camera')]"


def test_a_camera_in_use_is_said_and_taken_when_it_is_free() -> None:
    other = Picamera2()
    told: list[str] = []
    camera = Reopening(opened, lambda code, why: told.append(code))
    assert camera.read(0.0) is None and told == ["camera_busy"]
    files = len(descriptors())
    for number in range(1, 20):
        assert camera.read(number * 20.0) is None
    assert len(descriptors()) <= files
    other.close()
    # On a busy machine the first frame may come too late, which is a stall like any other.
    now = itertools.count(1000, 20)
    until("a frame", lambda: camera.read(float(next(now))))
    assert told[0] == "camera_busy" and told[-1] == "camera_ok"
    camera.close()
