"""The whole bridge with boards sold by others: real hub, own firmware on one bus, Modbus and ASCII on two others."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.fixtures.wires import MOTCUA, Room, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with Room("other-boards").start() as room:
        until(lambda: room.hub().get("/v1/health")["ok"])
        until(lambda: room.bridge("state")["hub"])
        until(lambda: all(board["up"] for board in boards(room).values()))
        yield room


def boards(room: Room) -> dict[str, dict[str, object]]:
    return {name: board for bus in room.bridge("state")["boards"].values() for name, board in bus["boards"].items()}


def notices(room: Room) -> dict[str, dict[str, str]]:
    return {each["part"]: each for each in room.hub().snapshot()["notices"]}


def call(room: Room, counter: int) -> str:
    """Press, then call at the counter: the number."""
    service = {1: "reception", 2: "civil-status", 3: "land"}[counter]
    room.hub().post("/v1/tickets", {"service": service}, f"issue-{time.monotonic_ns()}")
    ticket = room.hub().post(f"/v1/counters/{counter}/next", {}, f"call-{time.monotonic_ns()}")["ticket"]
    return str(ticket["number"])


@pytest.mark.parametrize("counter", [1, 2, 3])
def test_a_call_is_on_its_board_and_on_the_panel(room: Room, counter: int) -> None:
    number = call(room, counter)
    until(lambda: room.board(f"counter-{counter}") == number, 10)
    until(lambda: (number, f"{counter}") in room.board("main-panel"), 10)


def test_a_press_on_the_own_bus_is_called_on_the_boards_of_others(room: Room) -> None:
    room.cabinet("press", button="reception")
    until(lambda: room.hub().snapshot()["totals"]["waiting"])
    room.cabinet("key", counter=1, key="next")
    until(lambda: room.board("counter-1").startswith("A"), 10)
    ticket = next(each for each in room.hub().snapshot()["counters"] if each["id"] == 1)["ticket"]
    until(lambda: room.board("counter-1") == str(ticket).rpartition("-")[2], 10)


def test_silent_boards_are_a_sentence_and_their_return_brings_the_number(room: Room) -> None:
    room.cabinet("misbehave", device="other-boards", mode="dead")
    number = call(room, 1)
    notice = until(lambda: notices(room).get("board-counter-1"), 15)
    assert notice["code"] == "board_silent" and "địa chỉ 1" in notice["vi"]
    began = time.monotonic()
    room.cabinet("misbehave", device="other-boards", mode="none")
    until(lambda: room.board("counter-1") == number, 15)
    print(f"boards back: right after {time.monotonic() - began:.1f} s")
    until(lambda: not notices(room), 15)


def test_the_adapters_pulled_and_put_back(room: Room) -> None:
    room.cabinet("misbehave", device="other-boards", mode="unplugged")
    until(lambda: notices(room).get("bus-led", {}).get("code") == "bus_lost", 15)
    number = call(room, 2)
    began = time.monotonic()
    room.cabinet("misbehave", device="other-boards", mode="none")
    until(lambda: room.board("counter-2") == number, 15)
    print(f"adapter back: right after {time.monotonic() - began:.1f} s")
    until(lambda: not notices(room), 15)


def test_a_dead_hub_means_dashes_on_every_board_and_a_stopped_bridge_too(room: Room) -> None:
    number = call(room, 3)
    until(lambda: room.board("counter-3") == number, 10)
    room.kill("hub")
    until(lambda: {room.board(f"counter-{n}") for n in (1, 2, 3)} == {"----"}, 20)
    until(lambda: room.board("main-panel")[0] == ("----", "--"), 10)
    room.start("hub")
    until(lambda: room.board("counter-3") == number, 20)
    bridge = room.processes.pop("bridge")
    bridge.terminate()
    assert bridge.wait(20) == 0
    assert room.board("counter-1") == "----"
    room.start("bridge")
    until(lambda: room.board("counter-3") == number, 30)


def wires_test(room: Room) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MOTCUA, "wires", "test", "--bus", "led", "--config", str(room.config)],
        capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_the_trial_goes_through_the_running_bridge_and_the_number_comes_back(room: Room) -> None:
    number = call(room, 1)
    until(lambda: room.board("counter-1") == number, 10)
    done = wires_test(room)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("read back right") == 3
    until(lambda: room.board("counter-1") == number, 10)
    room.cabinet("misbehave", device="other-boards", mode="read_zero")
    done = wires_test(room)
    room.cabinet("misbehave", device="other-boards", mode="none")
    assert done.returncode == 1
    assert "wrote 0x0041 (65), read 0x0000 (0)" in done.stdout and "led/1/counter-1" in done.stdout


@pytest.mark.parametrize(
    ("mode", "words"), [("silent", "did not answer within 300 ms"), ("unplugged", "The port cannot be used")]
)
def test_the_trial_of_what_is_away_ends_in_sentences(room: Room, mode: str, words: str) -> None:
    room.cabinet("misbehave", device="other-boards", mode=mode)
    if mode == "unplugged":
        until(lambda: notices(room).get("bus-led"), 15)
    done = wires_test(room)
    room.cabinet("misbehave", device="other-boards", mode="none")
    assert done.returncode == 1 and words in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    until(lambda: not notices(room), 15)
