"""Frame sources without a camera: padded rows, folders, faults and coming back; a stand-in for picamera2."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kiosk.bench.scenes import HELD_OUT, desk
from kiosk.scanner.camera import REOPEN_S, STALE_S, Folder, Reopening, Stale, grey_of, open_source
from kiosk.scanner.decode import STAGES
from kiosk.scanner.frames import CameraError, Frame, Source, luma_plane
from kiosk.scanner.picamera import PiCamera
from kiosk.scanner.watcher import CALM, STEP, Pace, Scene, plan


def test_padded_rows_are_cut_and_copied() -> None:
    buffer = np.zeros((12, 64), np.uint8)
    buffer[:8, :50] = 7
    luma = luma_plane(buffer, 50, 8)
    assert luma.shape == (8, 50) and (luma == 7).all()
    buffer[:] = 0
    assert (luma == 7).all()


def picture(path: Path, grey: int, when: int) -> None:
    Image.new("L", (100, 80), grey).save(path)
    os.utime(path, ns=(when, when))


def test_a_folder_shows_its_newest_picture(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.read() == Frame(None)
    picture(tmp_path / "b.png", 10, 1_000)
    first = folder.read()
    assert first.fresh and first.luma is not None and first.luma[0, 0] == 10
    assert folder.read().same
    picture(tmp_path / "a.jpg", 200, 2_000)
    (tmp_path / "note.txt").write_text("not a picture", encoding="utf-8")
    newer = folder.read()
    assert newer.fresh and newer.luma is not None and newer.luma[0, 0] == 200
    (tmp_path / "c.png").write_bytes(b"\x89PNG half")
    assert folder.read().luma is None
    for name in ("a.jpg", "b.png", "c.png"):
        (tmp_path / name).unlink()
    assert folder.read().luma is None


@pytest.mark.parametrize("spec", ["folder:/no/such/folder", "v4l2:/dev/video-none", "video:/no/such/film.mp4"])
def test_what_is_not_there_is_a_missing_camera(spec: str) -> None:
    with pytest.raises(CameraError) as error:
        open_source(spec, 1280, 720, 5.0).read()
    assert error.value.code == "camera_missing"


def test_a_file_that_is_no_film_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"nothing")
    with pytest.raises(CameraError):
        open_source(f"video:{tmp_path / 'x.mp4'}", 1280, 720, 5.0)
    with pytest.raises(ValueError, match="allowed"):
        open_source("webcam", 1280, 720, 5.0)


class Flaky:
    """A source that gives what it is told to."""

    def __init__(self, answers: list[Frame | CameraError]) -> None:
        self.answers = answers
        self.closed = 0

    def read(self) -> Frame:
        answer = self.answers.pop(0)
        if isinstance(answer, CameraError):
            raise answer
        return answer

    def close(self) -> None:
        self.closed += 1


def test_a_lost_camera_is_opened_again_with_growing_waits_and_told_once() -> None:
    frame = Frame(np.zeros((4, 4), np.uint8))
    source = Flaky([frame, CameraError("camera_stalled", "no frame")])
    opened: list[Source | CameraError] = [source, *[CameraError("camera_missing", "gone")] * 5, Flaky([frame, frame])]
    told: list[str] = []

    def opener() -> Source:
        answer = opened.pop(0)
        if isinstance(answer, CameraError):
            raise answer
        return answer

    camera = Reopening(opener, lambda code, why: told.append(code))
    now = 100.0
    first = camera.read(now)
    assert first is not None and first.fresh
    assert camera.read(now) is None and source.closed == 1
    waits = []
    while opened:
        before, left = now, len(opened)
        while len(opened) == left:
            now += 0.5
            camera.read(now)
        waits.append(now - before)
    assert waits == [1.0, 2.0, 5.0, 10.0, 10.0, 10.0]
    assert waits[: len(REOPEN_S)] == list(REOPEN_S)
    assert told == ["camera_ok", "camera_stalled", "camera_missing", "camera_ok"]


def test_every_stage_gets_its_turn_and_the_first_every_frame() -> None:
    turns = [plan(number * STEP["full"], None) for number in range(24)]
    assert all(stages[0] == "zxing" for stages in turns)
    assert sum("patches" in stages for stages in turns) == 12
    for slow in STAGES[2:]:
        assert sum(slow in stages for stages in turns) == 2
    assert all(len(stages) <= 2 for stages in turns)
    assert "patches" in plan(0, "zbar-patch") and "zxing-x2" in plan(6, "zxing-x2")


@given(st.lists(st.sampled_from(sorted(STEP)), min_size=1, max_size=200))
def test_a_scene_that_moves_now_and_then_leaves_no_stage_out(paces: list[Pace]) -> None:
    turn, asked = 0, []
    for pace in paces:
        asked += plan(turn, None, pace)
        turn += STEP[pace]
    assert asked.count("zxing") == len(paces)
    assert asked.count("patches") == (turn + 5) // 12
    assert sum(asked.count(slow) for slow in STAGES[2:]) == (turn + 11) // 24


def test_what_goes_by_fast_gets_the_slow_stages_half_as_often() -> None:
    page = desk(HELD_OUT, (1280, 720), busy=True)
    scene = Scene()
    assert [scene.frame(np.roll(page, by, axis=1))[0] for by in (0, 2, 0, 2)] == ["full"] * 4, "a hand trembles"
    assert [scene.frame(np.roll(page, by, axis=1))[0] for by in (24, 0, 24)] == ["half"] * 3
    assert {scene.frame(page)[0] for _ in range(CALM)} <= {"half", "full"}
    assert scene.frame(page)[0] == "third"


class StandIn:
    """As much of picamera2 as the kiosk touches, with the behaviour its notes measured."""

    advertised: tuple[str, ...] = ()
    there = True
    stalled = False
    calls: list[str] = []

    @classmethod
    def global_camera_info(cls) -> list[dict[str, Any]]:
        return [{"Num": 0}] if cls.there else []

    def __init__(self) -> None:
        self.camera_controls = dict.fromkeys(self.advertised, (0, 1, 0))

    def create_video_configuration(self, **config: Any) -> dict[str, Any]:
        return config

    def configure(self, config: dict[str, Any]) -> None:
        unknown = set(config["controls"]) - set(self.camera_controls)
        if unknown:
            raise RuntimeError(f"Control {unknown} is not advertised by libcamera")
        self.config = config

    def stream_configuration(self, name: str) -> dict[str, Any]:
        return {"size": (640, 360)}  # adjusted, as libcamera does without a word

    def start(self) -> None:
        self.calls.append("start")

    def capture_request(self, wait: float) -> Any:
        if self.stalled:
            raise TimeoutError
        return types.SimpleNamespace(release=lambda: self.calls.append("release"))

    def cancel_all_and_flush(self) -> None:
        self.calls.append("flush")

    def close(self) -> None:
        self.calls.append("close")


class Mapped:
    def __init__(self, request: Any, stream: str, write: bool) -> None:
        assert (stream, write) == ("lores", False)
        self.array = np.full((540, 704), 9, np.uint8)  # padded rows

    def __enter__(self) -> Mapped:
        return self

    def __exit__(self, *error: object) -> None:
        return None


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> type[StandIn]:
    class Fresh(StandIn):
        calls: list[str] = []
        _cm = types.SimpleNamespace(reset=lambda: Fresh.calls.append("looked again"))

    kinds = types.SimpleNamespace(Manual=0, Continuous=2, Macro=1, Fast=1)
    controls = types.SimpleNamespace(AfModeEnum=kinds, AfRangeEnum=kinds, AfSpeedEnum=kinds)
    monkeypatch.setitem(sys.modules, "libcamera", types.SimpleNamespace(controls=controls))
    monkeypatch.setitem(sys.modules, "picamera2", types.SimpleNamespace(Picamera2=Fresh, MappedArray=Mapped))
    return Fresh


@pytest.mark.parametrize("advertised", [(), ("AfMode", "AfRange", "AfSpeed")])
def test_focus_is_asked_for_only_where_there_is_one(stand_in: type[StandIn], advertised: tuple[str, ...]) -> None:
    stand_in.advertised = advertised
    camera = PiCamera(1280, 720)
    assert set(camera._camera.config["controls"]) == set(advertised)
    frame = camera.read()
    assert frame.luma is not None and frame.luma.shape == (360, 640)
    assert stand_in.calls == ["start", "release"]


def test_on_a_fixed_stand_the_lens_is_set_to_the_papers_distance(stand_in: type[StandIn]) -> None:
    stand_in.advertised = ("AfMode", "AfRange", "AfSpeed", "LensPosition")
    assert PiCamera(1280, 720, 0.15)._camera.config["controls"] == {
        "AfMode": 0,
        "LensPosition": pytest.approx(6.667, abs=1e-3),
    }
    stand_in.advertised = ()
    assert PiCamera(1280, 720, 0.15)._camera.config["controls"] == {}


def test_no_camera_is_looked_for_anew_each_time(stand_in: type[StandIn]) -> None:
    stand_in.there = False
    for _ in range(2):
        with pytest.raises(CameraError) as error:
            PiCamera(1280, 720)
        assert error.value.code == "camera_missing"
    assert stand_in.calls == ["looked again"] * 2


def test_a_stalled_camera_is_flushed_before_it_is_closed(stand_in: type[StandIn]) -> None:
    camera = PiCamera(1280, 720)
    stand_in.stalled = True
    with pytest.raises(CameraError) as error:
        camera.read()
    assert error.value.code == "camera_stalled"
    camera.close()
    assert stand_in.calls == ["start", "flush", "close"]


def test_without_picamera2_the_camera_is_missing() -> None:
    with pytest.raises(CameraError, match="picamera2 is not installed"):
        PiCamera(1280, 720)


@pytest.mark.parametrize("form", ["gray", "yuv420p", "yuvj422p", "nv12", "yuyv422", "gray16le", "yuv420p10le", "rgb24"])
def test_whatever_a_usb_camera_sends_becomes_grey(form: str) -> None:
    # 46 wide: rows are padded in memory.
    grey = np.tile(np.linspace(20, 230, 46).astype(np.uint8), (30, 1))
    frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format=form, dst_color_range="JPEG")
    luma = grey_of(frame)
    assert luma.shape == (30, 46) and luma.dtype == np.uint8
    assert np.abs(luma.astype(int) - grey).max() < 24  # limited range squeezes a little


def test_the_same_picture_to_the_bit_for_long_is_a_dead_camera() -> None:
    stale, noise = Stale(), np.random.default_rng(1)
    frame = noise.integers(0, 256, (72, 128), dtype=np.uint8)
    assert not any(stale.frame(frame, second) for second in range(10))
    assert stale.frame(frame, STALE_S + 0.1)
    assert not stale.frame(noise.integers(0, 256, (72, 128), dtype=np.uint8), STALE_S + 0.2)


def test_a_usb_camera_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="not there"):
        open_source(f"v4l2:{tmp_path}/video9", 1280, 720, 5.0)
