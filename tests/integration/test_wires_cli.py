"""`motcua wires` as a technician types it, through the running bridge and without one; refusals; links in doctor."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.wires import MOTCUA, Room, until

pytestmark = [pytest.mark.slow]


def one_social_ticket_a_day(text: str) -> str:
    return text.replace('id = "social"\n', 'id = "social"\nquota = 1\n')


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with Room(edit=one_social_ticket_a_day).start() as room:
        yield room.ready()


def wires(room: Room | None, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    where = ["--config", str(room.config)] if room else []
    return subprocess.run(
        [*MOTCUA, "wires", *words, *where], capture_output=True, text=True, timeout=120, env=os.environ | environment
    )


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def settle(room: Room) -> None:
    until(lambda: all(chip["waiting"] == 0 for chip in room.cabinet("state")["chips"]))


def test_scan_says_who_is_there(room: Room) -> None:
    done = wires(room, "scan")
    uid = room.links()[0]["nodes"]["1"]["uid"]
    assert done.returncode == 0 and uid in done.stdout and "3 bảng/displays" in done.stdout
    (told,) = rows(wires(room, "scan", "--json"))
    assert told["found"][0]["uid"] == uid and told["found"][0]["fits"] and told["problems"] == []


def test_a_name_is_kept_over_a_power_cut(room: Room) -> None:
    uid = room.links()[0]["nodes"]["1"]["uid"]
    assert wires(room, "name", uid, "--node", "1", "--title", "ban tiep nhan").returncode == 0
    room.cabinet("misbehave", device="board", mode="brownout")
    room.cabinet("misbehave", device="board", mode="none")
    until(lambda: room.links()[0]["nodes"]["1"]["up"])
    (told,) = rows(wires(room, "scan", "--json"))
    assert told["found"][0]["title"] == "ban tiep nhan"
    done = wires(room, "name", "00" * 8, "--node", "4")
    assert done.returncode == 1 and "Không bo mạch nào" in done.stdout
    done = wires(room, "name", uid, "--node", "4", "--title", "Bàn tiếp nhận hồ sơ")
    assert done.returncode == 1 and "14" in done.stderr


def test_capture_decode_and_replay_tell_the_same_story(room: Room, tmp_path: Path) -> None:
    settle(room)
    file = tmp_path / "desk.jsonl"
    recording = subprocess.Popen(
        [*MOTCUA, "wires", "capture", str(file), "--seconds", "8", "--config", str(room.config)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    until(lambda: file.exists() and '"d"' in file.read_text(encoding="ascii"))  # it hears the heartbeats
    pressed = room.cabinet("press", button=0)
    shown = room.cabinet("call_to_board", counter=1)["text"]
    assert recording.wait(60) == 0 and recording.stdout is not None
    recording.stdout.close()
    said = rows(wires(None, "decode", str(file), "--json"))
    press = next(each for each in said if each["name"] == "press")
    assert (press["values"]["boot"], press["values"]["press"]) == (pressed["boot"], pressed["press"])
    assert press["vi"].startswith("nút 0 được bấm") and press["d"] == "<"
    assert any(each["name"] == "board" and each["values"]["text"] == shown for each in said)
    assert not any(each["name"] == "garbage" for each in said)
    words = wires(None, "decode", str(file)).stdout
    assert f"“{shown}”" in words and "trung tâm còn chạy" in words
    events = rows(wires(None, "replay", str(file), "--json"))
    assert [each["press"] for each in events if each["event"] == "Pressed"] == [pressed["press"]]
    assert events == rows(wires(None, "replay", str(file), "--json")), "the same capture, the same result"
    board = rows(wires(None, "replay", str(file), "--to", "board", "--json"))
    assert board[-1]["shows"]["board 0"] == shown
    assert board == rows(wires(None, "replay", str(file), "--to", "board", "--json"))


def test_monitor_shows_frames_as_they_go_by(room: Room) -> None:
    said = rows(wires(room, "monitor", "--seconds", "3", "--json"))
    names = {each["name"] for each in said}
    assert {"heartbeat", "ack"} <= names, names


def test_every_board_is_tested_and_shows_its_number_again(room: Room) -> None:
    room.cabinet("press", button=0)
    settle(room)
    shown = room.cabinet("call_to_board", counter=1)["text"]
    found = rows(wires(room, "test", "--json"))
    assert {each["level"] for each in found} == {"ok"}
    assert {"main/1/counter-1", "main/1/counter-2", "main/1/main-panel"} <= {each["where"] for each in found}
    until(lambda: room.board("counter-1").strip() == shown)


def test_without_a_bridge_the_command_opens_the_port_itself(room: Room) -> None:
    bridge = room.processes.pop("bridge")
    bridge.terminate()
    assert bridge.wait(30) == 0
    try:
        assert wires(room, "scan").returncode == 0
        assert {each["level"] for each in rows(wires(room, "test", "--json"))} == {"ok"}
        room.cabinet("misbehave", device="bus", mode="unplugged")
        done = wires(room, "scan")
        assert (
            done.returncode == 1 and "Không mở được cổng nào" in done.stderr and "No port can be opened" in done.stderr
        )
    finally:
        room.cabinet("misbehave", device="bus", mode="none")
        room.start("bridge")
    until(lambda: room.bridge("state")["hub"] and room.links()[0]["nodes"]["1"]["up"])


def test_what_is_typed_wrong_is_said_in_words(room: Room, tmp_path: Path) -> None:
    done = wires(room, "scan", "--bus", "elsewhere")
    assert done.returncode == 2 and "Không có bus 'elsewhere'" in done.stderr and "main" in done.stderr
    file = tmp_path / "no.jsonl"
    for text in ("", "not json\n", '{"motcua_capture": 9}\n', '{"motcua_capture": 1}\n'):
        file.write_text(text, encoding="utf-8")
        done = wires(None, "decode", str(file))
        assert done.returncode == 2 and "is no capture" in done.stderr, text
    good = '{"motcua_capture": 1, "bus": "main", "baud": 9600, "mode": "direct", "dictionary": "0"}\n'
    file.write_text(good + '{"t": 1, "d": "?", "hex": "00"}\n', encoding="utf-8")
    done = wires(None, "replay", str(file))
    assert done.returncode == 2 and "line 2" in done.stderr
    assert wires(None, "decode", str(tmp_path / "nowhere")).returncode == 2


def test_a_refused_press_blinks_beeps_and_is_over(room: Room) -> None:
    """The quota is one: the second press gets no number, and the board says so and stops asking."""
    button = next(at for at, name in enumerate(("reception", "civil-status", "land", "social")) if name == "social")
    settle(room)
    assert "press" in room.cabinet("press", button=button)
    settle(room)
    issued, before = room.issued(), room.cabinet("state")["chips"][0]
    assert "press" in room.cabinet("press", button=button)
    settle(room)

    def counted(what: str, times: int) -> None:
        told: list[int] = []

        def enough() -> bool:
            told.append(room.cabinet("state")["chips"][0][what] - before[what])
            return told[-1] >= times

        try:
            until(enough)
        except AssertionError as error:
            raise AssertionError(f"{what}: {told[-1]} of {times}\n{room.log('bridge')[-2000:]}") from error

    counted("beeps", 2)
    counted("blinks", 3)
    assert room.issued() == issued
    assert "press" in room.cabinet("press", button=0)  # the next one, of another service
    settle(room)
    assert room.issued() == issued + 1


def test_doctor_tells_how_the_link_is(room: Room) -> None:
    done = subprocess.run(
        [*MOTCUA, "doctor", "--config", str(room.config)], capture_output=True, text=True, timeout=120
    )
    line = next(line for line in done.stdout.splitlines() if "khứ hồi" in line or "round trip" in line)
    assert "gửi lại" in line or "resent" in line


def test_a_degraded_part_is_told_again_to_a_hub_that_restarted(room: Room) -> None:
    settle(room)
    room.cabinet("misbehave", device="printer", mode="paper_out")
    room.cabinet("press", button=0)
    until(lambda: any(notice["part"] == "printer" for notice in room.hub().snapshot()["notices"]))
    room.kill("hub")
    room.start("hub")
    until(lambda: room.bridge("state")["hub"])
    until(lambda: any(notice["part"] == "printer" for notice in room.hub().snapshot()["notices"]))
    room.cabinet("misbehave", device="printer", mode="none")
    until(lambda: not any(notice["part"] == "printer" for notice in room.hub().snapshot()["notices"]), 60)
