"""What the room sees and hears, with the real hub, bridge and cabinet: chips read back, sound from files."""

from __future__ import annotations

import json
import threading
import time
import wave
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.clock import Steering
from firmware_bridge.matrix import Bitmap, bitmap
from firmware_bridge.voice import Voice
from queue_display.phrase import call_phrase
from tests.fixtures.morning import morning_s, now, offset_to
from tests.fixtures.wires import Room, until

pytestmark = pytest.mark.slow

SLOGAN = "Cải cách hành chính góp phần mang lại sự hài lòng của tổ chức, cá nhân"
MORE = """
[[boards]]
id = "line"
kind = "matrix"
address = 4
width = 96
height = 16
least_s = 2.0
call_s = 5.0
[[boards]]
id = "upstairs"
kind = "matrix"
address = 5
width = 192
height = 32
lounge = "tren"
[[lounges]]
id = "tren"
name = "Tầng 2"
[[playlist]]
id = "slogan"
kind = "slogan"
vi = "Cải cách hành chính góp phần mang lại sự hài lòng của tổ chức, cá nhân"
"""


class SpokenRoom(Room):
    """Counter 1 calls in the hall, counter 2 in a waiting room of its own."""

    def __init__(self, clips: Path, speaker: str = "", split: bool = True) -> None:
        self._clips, self._speaker, self._split = clips, speaker, split
        super().__init__("two-counters")

    def _settings(self, site: str) -> str:
        text = super()._settings(site)
        text = text.replace('[speaker]\nbackend = "none"', f'[speaker]\nbackend = "file"\nfolder = "{self.sound}"')
        text = text.replace("[speaker]\n", f"[speaker]\nrepeat = 1\n{self._speaker}\n")
        text = text.replace("[paths]\n", f'[paths]\nvoice = "{self._clips}"\n')
        if self._split:
            text = text.replace("[[counters]]\nid = 2\n", '[[counters]]\nid = 2\nlounge = "tren"\n')
        return text + MORE

    @property
    def sound(self) -> Path:
        return self.folder / "sound"

    def spoken(self, lounge: str = "") -> list[dict[str, Any]]:
        """Everything spoken there so far, oldest first."""
        journal = self.sound / lounge / "spoken.jsonl"
        return [json.loads(line) for line in journal.read_text("utf-8").splitlines()] if journal.exists() else []

    def say_again(self, lounge: str = "", count: int = 1) -> list[dict[str, Any]]:
        """Wait until `count` announcements were spoken there."""
        until(lambda: len(self.spoken(lounge)) >= count)
        return self.spoken(lounge)

    def called(self, service: str, counter: int) -> dict[str, Any]:
        """A new ticket of this service, called to this counter."""
        hub = self.hub()
        hub.issue(service)
        ticket = hub.next(counter)["ticket"]
        assert isinstance(ticket, dict)
        return ticket

    def frame(self, board: str) -> dict[str, Any]:
        return next(each for each in self.cabinet("boards") if each["id"] == board)

    def quiet_down(self) -> None:
        """Nobody is called, and every loudspeaker has finished."""
        for counter in (1, 2):
            post = next(each for each in self.hub().snapshot()["counters"] if each["id"] == counter)
            if post["ticket"]:
                self.hub().act(counter, "done")
        until(lambda: not self.voice()["queue"] and not self.voice()["speaking"])
        until(lambda: not self.voice()["lounges"]["tren"]["speaking"])

    def voice(self) -> dict[str, Any]:
        state: dict[str, Any] = self.bridge("state")["speaker"]
        return state


def shows(row: dict[str, Any], line: Bitmap) -> bool:
    """Whether a matrix' chips hold this line: in the middle, or the part of it that has run to its place."""
    size = row["height"] // 8
    frame = bytes.fromhex(row["frame"])
    if line.columns <= row["width"]:
        left = (row["width"] - line.columns) // 2
        return frame == (bytes(left * size) + line.data).ljust(row["width"] * size, b"\0")
    tape = line.data + bytes(row["width"] // 2 * size)
    at = row["position"] * size
    return frame == (tape + tape)[at : at + row["width"] * size]


def line_of(row: dict[str, Any], text: str, *forms: str) -> Bitmap:
    return bitmap(text, width=row["width"], height=row["height"], speed=40, forms=forms)


def call_line(row: dict[str, Any], ticket: dict[str, Any]) -> Bitmap:
    number, counter = ticket["number"], ticket["counter"]
    return line_of(row, f"Mời số {number} đến Quầy {counter}", f"{number} → Quầy {counter}", f"{number} → {counter}")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice")
    Voice(folder, "north").make()
    return folder


@pytest.fixture(scope="module")
def hall(clips: Path) -> Iterator[SpokenRoom]:
    with SpokenRoom(clips) as made:
        made.start().ready()
        yield made


@pytest.fixture
def room(hall: SpokenRoom) -> Iterator[SpokenRoom]:
    hall.quiet_down()
    yield hall
    hall.bridge("misbehave", device="speaker", mode="none")
    hall.quiet_down()


def test_the_line_holds_exactly_the_dots_that_were_drawn(room: SpokenRoom) -> None:
    until(lambda: shows(room.frame("line"), line_of(room.frame("line"), SLOGAN)))
    row = room.frame("line")
    assert line_of(row, SLOGAN).columns > row["width"], "it runs"
    until(lambda: room.frame("line")["position"] > row["position"] + 5)
    until(lambda: shows(room.frame("line"), line_of(row, SLOGAN)))
    ticket = room.called("reception", 1)
    until(lambda: shows(room.frame("line"), call_line(row, ticket)))
    assert not shows(room.frame("upstairs"), call_line(room.frame("upstairs"), ticket)), "another room"
    assert room.board("counter-1").strip() == ticket["number"]
    # A call interrupts; then the playlist goes on while the counter's board stays.
    until(lambda: shows(room.frame("line"), line_of(row, SLOGAN)))
    assert room.board("counter-1").strip() == ticket["number"]
    upstairs = room.called("land", 2)
    until(lambda: shows(room.frame("upstairs"), call_line(room.frame("upstairs"), upstairs)))


def test_a_silent_hub_leaves_dashes_and_a_new_one_brings_the_line_back(clips: Path) -> None:
    with SpokenRoom(clips) as room:
        room.start().ready()
        until(lambda: shows(room.frame("line"), line_of(room.frame("line"), SLOGAN)))
        room.kill("hub")
        dashes = until(lambda: room.frame("line")["rev"] is None and room.frame("line"))
        columns = [dashes["frame"][at : at + 4] for at in range(0, len(dashes["frame"]), 4)]
        assert set(columns) == {"0000", "0180"}, "dots in the middle rows only"
        room.start("hub")
        until(lambda: shows(room.frame("line"), line_of(room.frame("line"), SLOGAN)))


def test_two_calls_in_one_moment_are_both_shown_and_both_spoken(clips: Path) -> None:
    with SpokenRoom(clips, split=False) as room:
        room.start().ready()
        hub = room.hub()
        for service in ("reception", "land"):
            hub.issue(service)
        gate = threading.Barrier(2)
        called: dict[int, dict[str, Any]] = {}

        def press(counter: int) -> None:
            client = room.hub()
            gate.wait()
            called[counter] = client.next(counter)["ticket"]

        clerks = [threading.Thread(target=press, args=(each,)) for each in (1, 2)]
        for each in clerks:
            each.start()
        seen: list[str] = []
        deadline = time.monotonic() + 20
        while len(seen) < 3 and time.monotonic() < deadline:
            row = room.frame("line")
            for counter, ticket in called.items():
                name = f"{counter}"
                if shows(row, call_line(row, ticket)) and seen[-1:] != [name]:
                    seen.append(name)
            if seen and shows(row, line_of(row, SLOGAN)):
                break
        for each in clerks:
            each.join()
        spoken = room.say_again(count=2)
        in_order = [str(each["counter"]) for each in sorted(spoken, key=lambda each: each["id"])]
        assert [str(each["counter"]) for each in spoken] == in_order
        assert seen[:2] == in_order, "each had the line, in the order of the calls"
        numbers = {counter: ticket["number"] for counter, ticket in called.items()}
        assert sorted(room.board("main-panel")[:2]) == sorted((number, str(c)) for c, number in numbers.items())
        assert room.board("counter-1").strip() == numbers[1]
        assert room.board("counter-2").strip() == numbers[2]
        for each in spoken:
            assert each["text"] == call_phrase(each["number"], each["counter"]).text
            with wave.open(each["file"]) as sound:
                assert sound.getnframes() / sound.getframerate() == pytest.approx(each["seconds"], abs=0.01)
        alone = Voice(clips, "north")
        words = alone.join(call_phrase(numbers[1], 1).tokens).seconds
        mine = next(each for each in spoken if each["counter"] == 1)
        assert mine["seconds"] == pytest.approx(words, abs=0.02), "whole, not cut by the other"


def test_each_waiting_room_hears_its_own_counters(room: SpokenRoom) -> None:
    before = (len(room.spoken()), len(room.spoken("tren")))
    below, above = room.called("reception", 1), room.called("land", 2)
    assert room.say_again("", before[0] + 1)[-1]["number"] == below["number"]
    assert room.say_again("tren", before[1] + 1)[-1]["number"] == above["number"]
    assert (len(room.spoken()), len(room.spoken("tren"))) == (before[0] + 1, before[1] + 1)


def test_a_broadcast_goes_before_calls_and_calls_before_recalls(room: SpokenRoom) -> None:
    before = len(room.spoken())
    room.bridge("misbehave", device="speaker", mode="slow", value=1.5)
    hub = room.hub()
    first = room.called("reception", 1)
    until(lambda: room.voice()["speaking"])
    hub.act(1, "recall")
    hub.act(1, "recall")
    supervisor = room.hub()
    supervisor.post("/v1/broadcast", {"vi": "Máy in đang thay giấy, xin chờ 5 phút", "minutes": 5}, key="broadcast-1")
    spoken = room.say_again(count=before + 4)[before:]
    assert [each.get("priority") for each in spoken] == [0, 2, 1, 1]
    assert spoken[0]["number"] == first["number"]
    assert spoken[1]["text"] == "Mời ông bà xem thông báo trên màn hình."
    assert room.say_again("tren")[-1]["priority"] == 2, "it is for every room"
    row = room.frame("upstairs")
    until(lambda: shows(room.frame("upstairs"), line_of(row, "Máy in đang thay giấy, xin chờ 5 phút")))
    supervisor.post("/v1/broadcast/clear", {}, key="broadcast-clear-1")
    until(lambda: shows(room.frame("upstairs"), line_of(row, SLOGAN)))


def test_who_has_come_is_not_called_any_more(room: SpokenRoom) -> None:
    before = len(room.spoken())
    room.bridge("misbehave", device="speaker", mode="slow", value=2)
    room.called("reception", 1)
    until(lambda: room.voice()["speaking"])
    late = room.called("reception", 1)  # waits behind the first
    room.hub().act(1, "start")
    until(lambda: (room.voice()["last"] or [{}])[-1].get("dropped") == "stale")
    assert room.voice()["last"][-1]["number"] == late["number"]
    assert len(room.spoken()) == before + 1


def test_a_hanging_sound_card_delays_nothing_else(room: SpokenRoom) -> None:
    room.bridge("misbehave", device="speaker", mode="hang")
    ticket = room.called("reception", 1)
    until(lambda: room.voice()["speaking"])
    start = time.monotonic()
    until(lambda: room.board("counter-1").strip() == ticket["number"], 10)
    assert room.bridge("state")["hub"]
    took = time.monotonic() - start
    until(lambda: room.voice()["state"] == "down")
    assert "took nothing" in room.voice()["detail"]
    assert took < 60
    told = until(lambda: next((n for n in room.hub().snapshot()["notices"] if n["part"] == "speaker"), None))
    assert told["public_vi"] == "Loa đang tạm hỏng. Mời ông/bà nhìn bảng số."
    room.bridge("misbehave", device="speaker", mode="none")
    before = len(room.spoken())
    room.hub().act(1, "recall")
    room.say_again(count=before + 1)
    until(lambda: room.voice()["state"] == "ok")
    until(lambda: not [n for n in room.hub().snapshot()["notices"] if n["part"] == "speaker"])


def test_quiet_hours_and_volume_follow_the_rooms_clock(clips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = 'volume_hours = { "16:00-17:00" = 20 }\nquiet = ["11:30-13:00"]'
    with SpokenRoom(clips, speaker, split=False) as room:
        steering = room.folder / "clock.json"
        monkeypatch.setenv("MOTCUA_CLOCK_FILE", str(steering))

        def clock(hour: int, minute: int) -> None:
            wanted = now().replace(hour=hour, minute=minute, second=0) + timedelta(days=1)
            Steering(morning_s() + offset_to(wanted), trust="trusted").write(steering)

        clock(11, 45)
        room.start().ready()
        ticket = room.called("reception", 1)
        until(lambda: (room.voice()["last"] or [{}])[-1].get("dropped") == "quiet")
        until(lambda: room.board("counter-1").strip() == ticket["number"])
        assert not room.spoken()
        room.hub().post("/v1/broadcast", {"vi": "Mất điện, mời ra sảnh", "minutes": 5}, key="broadcast-2")
        assert room.say_again(count=1)[-1]["priority"] == 2
        clock(13, 1)
        room.hub().act(1, "recall")
        loud = room.say_again(count=2)[-1]
        clock(16, 30)
        room.hub().act(1, "recall")
        soft = room.say_again(count=3)[-1]
        assert (loud["volume"], soft["volume"]) == (80, 20)
        assert _peak(soft["file"]) < _peak(loud["file"]) / 3


def _peak(path: str) -> int:
    with wave.open(path) as clip:
        data = clip.readframes(clip.getnframes())
    return max(abs(int.from_bytes(data[at : at + 2], "little", signed=True)) for at in range(0, len(data), 2))
