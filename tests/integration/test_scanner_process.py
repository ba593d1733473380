"""The scanner's child process with real pictures: read, swap, watch, kill, hang, give up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

import config
from config.clock import FakeClock
from config.load import load_settings
from config.settings import Settings
from kiosk.bench.scenes import HELD_OUT, desk
from kiosk.scanner import ScannerProcess, ScannerState, ScanResult, View, process
from tests.fixtures import receipts

A, B = "H38.12.25-240815-0003", "H38.12.25-240815-0004"
SITE = Path(config.__file__).parent / "sites" / "one-pi.toml"


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing came in time"
        time.sleep(0.02)


def hold(folder: Path, name: str, text: str, kind: str = "Code128", turn: float = 20.0) -> None:
    """Put a receipt before the camera: written aside first, so that no half picture is seen."""
    posed = receipts.pose(receipts.paper(receipts.symbol(text, kind, module=3)), (1280, 720), scale=0.9, turn=turn)
    posed.save(folder / f".{name}.png")
    (folder / f".{name}.png").rename(folder / f"{name}.png")


class Heard:
    """What the scanner told."""

    def __init__(self, source: str, stall_s: float = 5.0, command: list[str] | None = None) -> None:
        loaded = load_settings(SITE)
        scanner = loaded.scanner.model_copy(update={"source": source, "fps": 10.0, "stall_s": stall_s})
        self.settings: Settings = loaded.model_copy(update={"scanner": scanner})
        self.results: list[ScanResult] = []
        self.states: list[ScannerState] = []
        self.hints: list[str] = []
        self.views: list[View] = []
        self.scanner = ScannerProcess(self.settings, FakeClock(), command=command)

    def start(self) -> None:
        self.scanner.start(self.results.append, self.states.append, self.hints.append, self.views.append)

    def codes(self) -> list[str]:
        return [state.code for state in self.states]


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    each = Heard(f"folder:{tmp_path}")
    each.start()
    yield each
    each.scanner.stop()
    assert each.scanner.pid() is None


def test_told_to_stop_in_the_middle_of_a_frame_it_ends_in_peace(tmp_path: Path) -> None:
    for turn in range(12):
        Image.fromarray(desk(HELD_OUT + turn, (1280, 720), busy=True)).save(tmp_path / "desk.png")
        command = [sys.executable, "-m", "kiosk.scanner.child"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert child.stdin is not None and child.stdout is not None
        camera = {"source": f"folder:{tmp_path}", "width": 1280, "height": 720, "fps": 30, "focus_m": 0.2, "stall_s": 5}
        child.stdin.write(json.dumps({"do": "start", "settings": camera}).encode() + b"\n")
        child.stdin.flush()
        frames = (line for line in child.stdout if json.loads(line)["t"] == "frame")
        for _ in range(2 + turn % 8):  # each stage is at work at another frame
            next(frames)
        _, said = child.communicate(b'{"do": "stop"}\n', timeout=20)
        assert (child.returncode, b"terminate" in said) == (0, False), said


def test_receipts_are_read_one_after_the_other(heard: Heard, tmp_path: Path) -> None:
    wait_for(lambda: heard.codes() == ["camera_ok"])
    hold(tmp_path, "1", A)
    wait_for(lambda: len(heard.results) == 1)
    assert (heard.results[0].kind, heard.results[0].code, heard.results[0].symbology) == ("dossier", A, "code128")
    hold(tmp_path, "2", f"https://dvc.example.gov.vn/?SGT=001099012345&MHS={B}", "QRCode")
    wait_for(lambda: len(heard.results) == 2)
    assert (heard.results[1].kind, heard.results[1].code) == ("url_with_dossier", B)
    hold(tmp_path, "3", receipts.CARD, "QRCode")
    wait_for(lambda: len(heard.results) == 3)
    assert (heard.results[2].kind, heard.results[2].code) == ("card", None)


def test_the_same_receipt_is_announced_again_for_the_next_person(heard: Heard, tmp_path: Path) -> None:
    hold(tmp_path, "1", A)
    wait_for(lambda: len(heard.results) == 1)
    heard.scanner.watch(False)
    heard.scanner.watch(True)
    wait_for(lambda: len(heard.results) == 2)
    assert heard.results[1].code == A


def test_a_small_paper_is_called_closer_and_the_screen_sees_it(heard: Heard, tmp_path: Path) -> None:
    wait_for(lambda: heard.codes() == ["camera_ok"])
    far = receipts.pose(receipts.paper(receipts.symbol(A, module=3)), (1280, 720), scale=0.3, turn=20)
    far.save(tmp_path / ".far.png")
    (tmp_path / ".far.png").rename(tmp_path / "far.png")
    wait_for(lambda: "closer" in heard.hints)
    wait_for(lambda: bool(heard.views) and not heard.views[-1].read and len(heard.views[-1].polygon) == 4)
    hold(tmp_path, "near", A)
    wait_for(lambda: bool(heard.results) and heard.hints[-1] == "" and heard.views[-1].read)
    assert {view.width for view in heard.views} == {1280 // 3 + 1}


def test_a_picture_still_being_written_is_waited_for(heard: Heard, tmp_path: Path) -> None:
    wait_for(lambda: heard.codes() == ["camera_ok"])
    hold(tmp_path, "x", A)
    whole = (tmp_path / "x.png").read_bytes()
    (tmp_path / "x.png").unlink()
    heard.scanner.watch(True)
    heard.results.clear()
    (tmp_path / "y.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "y.png").write_bytes(whole)
    wait_for(lambda: any(result.code == A for result in heard.results))


def test_a_killed_child_comes_back_and_reads(heard: Heard, tmp_path: Path) -> None:
    wait_for(lambda: heard.codes() == ["camera_ok"])
    first = heard.scanner.pid()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: heard.codes() == ["camera_ok", "scanner_restarting", "camera_ok"])
    assert heard.scanner.alive() and heard.scanner.pid() not in (None, first)
    hold(tmp_path, "1", A)
    wait_for(lambda: [result.code for result in heard.results] == [A])


def test_a_child_that_hangs_is_killed_and_started_again(tmp_path: Path) -> None:
    heard = Heard(f"folder:{tmp_path}", stall_s=1.0)
    heard.start()
    try:
        wait_for(lambda: heard.codes() == ["camera_ok"])
        first = heard.scanner.pid()
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        wait_for(lambda: heard.codes()[-2:] == ["scanner_restarting", "camera_ok"])
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
    finally:
        heard.scanner.stop()


@pytest.mark.parametrize(
    "body",
    [
        "import sys; sys.exit(3)",
        "print('hello', flush=True); import time; time.sleep(60)",
        "print('x' * 9000, end='', flush=True)",
    ],
)
def test_five_failures_in_a_row_end_it_and_say_so(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "BACKOFF_S", (0.01,))
    heard = Heard("folder:/nowhere", command=[sys.executable, "-c", body])
    heard.start()
    wait_for(lambda: "scanner_gave_up" in heard.codes())
    assert not heard.scanner.alive()
    assert heard.states[-1].state == "down" and "bàn phím" in heard.states[-1].public_vi
    heard.scanner.stop()
    heard.start()  # a technician may try again
    wait_for(lambda: heard.codes().count("scanner_gave_up") == 2)
    heard.scanner.stop()


def test_a_missing_folder_is_a_missing_camera_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    heard = Heard(f"folder:{folder}")
    heard.start()
    try:
        wait_for(lambda: heard.codes() == ["camera_missing"])
        assert heard.scanner.alive()
        folder.mkdir()
        wait_for(lambda: heard.codes() == ["camera_missing", "camera_ok"])
    finally:
        heard.scanner.stop()


def test_without_a_source_there_is_no_child() -> None:
    heard = Heard("none")
    heard.start()
    wait_for(lambda: heard.codes() == ["camera_off"])
    assert not heard.scanner.alive()
    heard.scanner.stop()


def test_the_child_ends_with_its_parent_and_leaves_no_core(tmp_path: Path) -> None:
    heard = Heard(f"folder:{tmp_path}")
    heard.start()
    try:
        wait_for(lambda: heard.codes() == ["camera_ok"])
        pid = heard.scanner.pid()
        limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
        line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert line.split()[4:6] == ["0", "0"]
    finally:
        heard.scanner.stop()
    wait_for(lambda: not Path(f"/proc/{pid}").exists())


def test_a_film_of_a_receipt_is_read(tmp_path: Path) -> None:
    import av

    film = tmp_path / "film.mp4"
    with av.open(str(film), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 1280, 720, "yuv420p", 8_000_000
        for n in range(40):
            image = Image.new("L", (1280, 720), 90)
            if n > 8:
                sheet = receipts.paper(receipts.symbol(A, module=3))
                image = receipts.pose(sheet, (1280, 720), scale=0.95, turn=20 + n / 4)
            frame = av.VideoFrame.from_image(image.convert("RGB"))
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    heard = Heard(f"video:{film}")
    heard.start()
    try:
        wait_for(lambda: bool(heard.results))
        assert heard.results[0].code == A
    finally:
        heard.scanner.stop()
