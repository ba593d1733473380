"""Three boards on one pair of wires (RS-485, half-duplex): turns, and addresses found, set and judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from firmware_bridge.control import ask
from tests.fixtures.wires import Room, until

pytestmark = [pytest.mark.slow]


def shared(text: str) -> str:
    """The two-counter site with its things on three microcontrollers of one shared bus."""
    text = text.replace("baud = 115200\n", 'baud = 115200\nmode = "rs485"\n')
    for name, node in (("counter-2", 2), ("keypad-2", 2), ("button-civil-status", 2), ("main-panel", 3)):
        assert f'id = "{name}"\n' in text, name
        text = text.replace(f'id = "{name}"\n', f'id = "{name}"\nnode = {node}\n')
    return text.replace('id = "button-land"\n', 'id = "button-land"\nnode = 3\n')


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with Room(edit=shared).start() as room:
        yield room.ready()


def wires(room: Room, do: str, **arguments: Any) -> Any:
    return ask(room.folder / "wires.sock", do, 30, **arguments)


def settle(room: Room) -> None:
    until(lambda: all(chip["waiting"] == 0 for chip in room.cabinet("state")["chips"]))


BUTTONS = ("button-reception", "button-civil-status", "button-land")


@pytest.mark.parametrize(
    ("mode", "value"), [("none", None), ("loss", 0.1), ("corrupt", 0.1), ("slow", 0.02), ("slow", 0.3)]
)
def test_every_press_on_every_board_is_exactly_one_ticket(room: Room, mode: str, value: float | None) -> None:
    settle(room)
    before = room.issued()
    room.cabinet("misbehave", device="bus", mode=mode, value=value)
    pressed = sum("press" in room.cabinet("press", button=button) for _ in range(3) for button in BUTTONS)
    settle(room)
    room.cabinet("misbehave", device="bus", mode="none")
    assert pressed >= 6
    assert room.issued() - before == pressed


def test_all_boards_show_what_they_should_and_hardly_ever_collide(room: Room) -> None:
    for button in BUTTONS:
        room.cabinet("press", button=button)
    settle(room)
    before = room.cabinet("state")["buses"]["main"]
    for counter in (1, 2):
        room.cabinet("key", counter=counter, key="next")
    settle(room)
    until(lambda: room.board("counter-1").strip() and room.board("counter-2").strip())
    shown = {room.board("counter-1"), room.board("counter-2")}
    until(lambda: shown <= {number for number, _ in room.board("main-panel")})
    after = room.cabinet("state")["buses"]["main"]
    frames, collisions = after["frames"] - before["frames"], after["collisions"] - before["collisions"]
    print(f"{frames} frames, {collisions} collisions, {room.links()[0]['missed_turns']} missed turns")
    assert collisions <= frames * 0.2  # a machine under load answers late; the wires must still be mostly quiet


def test_a_board_that_is_away_does_not_hold_the_others_up(room: Room) -> None:
    settle(room)
    room.cabinet("misbehave", device="bus", mode="none")
    before = room.issued()
    chips = room.cabinet("state")["chips"]
    assert {chip["node"] for chip in chips} == {1, 2, 3}
    room.cabinet("misbehave", device="board", mode="reset", node=3)
    pressed = sum("press" in room.cabinet("press", button=button) for button in BUTTONS[:2])
    settle(room)
    assert room.issued() - before == pressed == 2
    until(lambda: room.links()[0]["nodes"]["3"]["up"])


def test_scan_finds_everybody_and_two_with_one_address_are_told_in_words(room: Room) -> None:
    settle(room)
    found = wires(room, "scan", bus="main")
    assert [board["node"] for board in found["found"]] == [1, 2, 3] and not found["problems"]
    uids = {board["node"]: board["uid"] for board in found["found"]}
    # A board from the shelf gets the address of another one.
    assert wires(room, "name", bus="main", uid=uids[3], node=2, title="panel")["taken"]
    try:
        found = wires(room, "scan", bus="main")
        assert sorted(board["uid"] for board in found["found"] if board["node"] == 2) == sorted([uids[2], uids[3]])
        words = " ".join(problem["vi"] + problem["en"] for problem in found["problems"])
        assert "cùng địa chỉ 2" in words and "Two boards have address 2" in words and uids[2] in words
        assert "Nobody at address 3" in words
        until(lambda: any(notice["code"] == "board_twins" for notice in room.hub().snapshot()["notices"]), 20)
        pressed = room.cabinet("press", button="button-reception")  # the third board goes on
        assert "press" in pressed
    finally:
        assert wires(room, "name", bus="main", uid=uids[3], node=3, title="")["taken"]
    until(lambda: all(node["up"] for node in room.links()[0]["nodes"].values()), 40)
    until(lambda: not any(notice["code"].startswith("board_") for notice in room.hub().snapshot()["notices"]))
    settle(room)
