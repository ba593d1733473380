"""What a technician's commands stand on: words for messages, captures, scan, turns; and shapes that never change."""

from __future__ import annotations

import random
from typing import Any

import pytest

from firmware_bridge import contract
from firmware_bridge.frame import FLAG_FROM_BOARD, FLAG_NO_ACK, FLAG_SHARED, Decoder, Frame
from firmware_bridge.link import ACK, TURN
from firmware_bridge.node import LineState, Mismatch, Node, Twins
from firmware_bridge.turns import ROUND_MS, Turns
from firmware_bridge.wires import tape
from firmware_bridge.wires.decode import WORDS as SENTENCES
from firmware_bridge.wires.decode import Said, decode
from firmware_bridge.wires.replay import to_parser
from firmware_bridge.wires.scan import ROUNDS, Scan, judged
from firmware_bridge.wires.tape import Piece

WORDS = contract.dictionary()
SAMPLE: dict[str, Any] = {
    "u8": 1, "u16": 2, "u32": 3, "uid": "e661deadbeef0042", "digest": "ab" * 32, "text": "A042", "bytes": b"\x07\x3f",
    "rows": (("A042", 3),),
}  # fmt: skip

FOR_EVER = {
    "ack": (0x01, "both", False, ()),
    "nak": (0x02, "both", False, ("u8",)),
    "ping": (0x03, "both", True, ()),
    "turn": (0x04, "both", False, ()),
    "hello_ask": (0x10, "to_board", False, ("u8", "u32")),
    "hello": (
        0x11, "to_host", False,
        ("u8", "u32", "u16", "uid", "u32", "u32", "u32", "u8", "u8", "u8", "u8", "u8", "u8", "u8", "text"),
    ),
    "update_state": (0x19, "to_host", True, ("u8", "u32")),
    "scan_ask": (0x2C, "to_board", False, ("u8", "u8")),
    "name": (0x2D, "to_board", False, ("uid", "u8", "text")),
    "update_begin": (0x30, "to_board", True, ("u32", "digest", "u8", "u16", "u8")),
    "update_chunk": (0x31, "to_board", True, ("u32", "bytes")),
    "update_finish": (0x32, "to_board", True, ()),
    "update_confirm": (0x33, "to_board", True, ()),
    "update_abort": (0x34, "to_board", True, ()),
}  # fmt: skip


def sample(name: str, **values: Any) -> dict[str, Any]:
    message = next(each for each in contract.words()["messages"] if each[1] == name)
    return {field: values.get(field, SAMPLE[kind]) for field, kind in message[4]}


def frame(name: str, node: int = 1, **values: Any) -> bytes:
    direction = FLAG_FROM_BOARD if WORDS.goes(WORDS.id_of(name), "to_host") else 0
    payload = WORDS.encode(name, **sample(name, **values))
    return Frame(WORDS.id_of(name), 1, direction | FLAG_NO_ACK, node, payload).encode()


def hello(uid: str = "e661deadbeef0042", **values: Any) -> bytes:
    known = {"protocol": WORDS.protocol, "dictionary": WORDS.hash, "uid": uid, "boot": 4, "press": 0, "slot": 0}
    return frame("hello", **known | values)


def test_what_must_be_understood_for_ever_has_not_changed() -> None:
    """A board in the field knows these shapes and no others: changing one makes it unreachable."""
    marked = {each["name"] for each in contract.declaration()["message"] if each.get("for_ever")}
    assert marked == set(FOR_EVER)
    for number, name, direction, needs_ack, fields in contract.words()["messages"]:
        if name in FOR_EVER:
            assert (number, direction, needs_ack, tuple(kind for _, kind in fields)) == FOR_EVER[name], name


@pytest.mark.parametrize("name", [message[1] for message in contract.words()["messages"]])
def test_every_message_has_its_sentence(name: str) -> None:
    assert set(SENTENCES) == {message[1] for message in contract.words()["messages"]}
    said = Said(0, "<", 1, name, sample(name))
    for sentence in said.words():
        assert sentence and "{" not in sentence and "unknown" not in sentence, sentence


def test_a_capture_is_read_back_as_it_was_written() -> None:
    head = tape.Head("main", 115200, "direct", "0011aabb")
    pieces = [Piece(0, ">", b"\x00\x01"), Piece(1250, "<", bytes(range(256)))]
    lines = [tape.head_line(head), *(tape.piece_line(piece) for piece in pieces)]
    read, again = tape.read(lines)
    assert read == head and list(again) == pieces


def test_the_tape_runs_only_while_somebody_listens() -> None:
    one = tape.Tape()
    one.put(0, "<", b"before")
    start = one.since(-1, 0)
    one.put(1, "<", b"a")
    one.put(2, ">", b"b")
    told = one.since(start["next"], 3)
    assert [piece.data for piece in tape.pieces_of(told)] == [b"a", b"b"] and told["lost"] == 0
    assert one.since(told["next"], 4)["pieces"] == []
    for _ in range(tape.KEPT + 10):
        one.put(5, "<", b"x")
    assert one.since(told["next"], 6)["lost"] == 10
    one.put(6 + tape.AWAKE_MS + 1, "<", b"nobody")
    assert one.since(one.since(0, 0)["next"], 0)["pieces"] == []


def test_decode_tells_broken_frames_from_whole_ones() -> None:
    harmed = bytearray(frame("press", boot=1, press=1, button=0))
    harmed[4] ^= 0x10
    said = list(decode([Piece(5, "<", b"\x00\x05noise\x00"), Piece(6, "<", bytes(harmed) + frame("heartbeat"))]))
    assert [each.name for each in said] == ["garbage", "garbage", "heartbeat"]
    assert said[0].as_json()["vi"].startswith("khung hỏng")


def test_replay_is_the_same_every_time_and_counts_each_press_once() -> None:
    press = [frame("press", boot=4, press=number, button=0) for number in (1, 1, 2, 1)]
    pieces = [Piece(at * 10, "<", data) for at, data in enumerate([hello(), *press])]
    rows = list(to_parser(pieces))
    assert [row["press"] for row in rows if row["event"] == "Pressed"] == [1, 2]
    byte_by_byte = [Piece(piece.t, "<", bytes((byte,))) for piece in pieces for byte in piece.data]
    assert list(to_parser(byte_by_byte)) == rows


# -- scan


def test_scan_hears_everybody_and_says_what_is_wrong() -> None:
    scan = Scan(WORDS, True, 7, 0)
    asked = [Decoder().feed(data)[0] for now in range(0, 6000, 10) if (data := scan.step(now))]
    assert len(asked) == ROUNDS and scan.over and len({each.payload[0] for each in asked}) == ROUNDS
    assert all(each.node == 0 and each.flags & FLAG_SHARED and each.flags & FLAG_NO_ACK for each in asked)
    scan = Scan(WORDS, False, 7, 0)
    for data in (hello("aa" * 8, title="quay 1"), hello("bb" * 8), hello("cc" * 8, node=5, dictionary=1), b"\x00"):
        for each in Decoder().feed(data):
            scan.heard(each)
    from firmware_bridge.wires.scan import as_json

    problems = judged(as_json(scan.result()), [1, 2])
    text = "\n".join(vi for vi, _ in problems)
    assert "cùng địa chỉ 1" in text and "aaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbb" in text
    assert "địa chỉ 5 không có trong thiết lập" in text and "cccccccccccccccc chạy bản" in text
    assert "Không có bo mạch nào ở địa chỉ 2" in text


# -- shared wires


class Wires:
    """Nodes on shared wires; boards that answer are those in `there`."""

    def __init__(self, count: int, there: set[int]) -> None:
        self.nodes = {address: Node(address, WORDS, 3) for address in range(1, count + 1)}
        self.turns = Turns(self.nodes, 115200)
        self.there = there
        self.asked: list[tuple[int, int]] = []
        self.now = 0
        self.due: tuple[int, int] | None = None
        for node in self.nodes.values():
            node.port_opened(0)

    def run(self, milliseconds: int, answer_ms: int = 5) -> None:
        due = self.due
        for _ in range(milliseconds):
            self.now += 1
            for each in Decoder().feed(self.turns.next(self.now)):
                assert each.flags & FLAG_SHARED
                if each.kind == TURN:
                    self.asked.append((self.now, each.node))
                    assert due is None, "two boards at once"
                    due = (self.now + answer_ms, each.node) if each.node in self.there else None
            if due and self.now >= due[0]:
                node = self.nodes[due[1]]
                if not node.up:
                    for told in Decoder().feed(hello(uid=f"{due[1]:016x}", node=due[1])):
                        node.receive(told, self.now)
                self.turns.heard(due[1], True, self.now)
                due = None
        self.due = due


def test_every_board_gets_its_turn_and_nobody_is_talked_over() -> None:
    wires = Wires(4, {1, 2, 3, 4})
    wires.run(4000)
    wires.asked.clear()
    wires.run(1000)
    for address in wires.nodes:
        turns = [at for at, node in wires.asked if node == address]
        gaps = [b - a for a, b in zip(turns, turns[1:], strict=False)]
        assert len(turns) >= 10 and max(gaps) <= 2 * ROUND_MS + 60, (address, gaps)
    assert wires.turns.missed == 0


def test_boards_that_are_away_cost_little() -> None:
    wires = Wires(6, {2, 5})
    wires.run(6000)
    wires.asked.clear()
    wires.run(2000)
    for address in (2, 5):
        turns = [at for at, node in wires.asked if node == address]
        assert max(b - a for a, b in zip(turns, turns[1:], strict=False)) < 450
    assert all(sum(node == address for _, node in wires.asked) <= 3 for address in (1, 3, 4, 6))


# -- what the bridge makes of boards


def told(node: Node, data: bytes, now: int) -> None:
    for each in Decoder().feed(data):
        node.receive(each, now)


def test_two_uids_that_take_turns_are_twins_and_a_replaced_board_is_none() -> None:
    node = Node(1, WORDS, 3)
    node.port_opened(0)
    told(node, hello("aa" * 8), 0)
    told(node, hello("bb" * 8), 1000)  # replaced: that may be
    assert node.up and not any(isinstance(event, Twins) for event in node.events())
    told(node, hello("aa" * 8), 2000)
    assert not node.up and [event for event in node.events() if isinstance(event, Twins)] == [Twins("aa" * 8, "bb" * 8)]
    for now in range(3000, 9000, 1000):
        told(node, hello(("bb" if now % 2000 else "aa") * 8), now)
    assert not node.up and node.events() == []  # said once
    for now in range(9000, 25000, 1000):
        told(node, hello("bb" * 8), now)  # the other one got an address of its own
    assert node.up


def test_switched_off_inputs_come_as_events() -> None:
    node = Node(1, WORDS, 3)
    node.port_opened(0)
    told(node, hello(), 0)
    node.events()
    told(node, frame("line", what=0, index=2, state=1) + frame("line", what=1, index=5, state=2), 5)
    assert node.events() == [LineState("button", 2, "stuck"), LineState("key", 5, "chattering")]


def test_a_board_with_other_words_is_still_heard_about_its_update() -> None:
    node = Node(1, WORDS, 3)
    node.port_opened(0)
    told(node, hello(dictionary=1), 0)
    assert isinstance(node.events()[0], Mismatch) and not node.up
    told(node, frame("update_state", state=1, at=88), 5)
    assert [type(event).__name__ for event in node.events()] == ["UpdateState"]
    told(node, frame("press", boot=4, press=1, button=0), 6)
    assert node.events() == []


def test_a_firmware_on_trial_is_confirmed_when_it_has_answered_for_a_while() -> None:
    node = Node(1, WORDS, 3)
    node.port_opened(0)
    told(node, hello(slot=0x81), 0)
    decoder = Decoder()
    said = []
    for now in range(0, 3000, 10):
        for each in decoder.feed(node.step(now)):
            said.append((now, WORDS.name_of(each.kind)))
            if not each.flags & FLAG_NO_ACK:
                flags = each.flags & 0xF0 | FLAG_NO_ACK | FLAG_FROM_BOARD
                node.receive(Frame(ACK, each.sequence, flags, 1), now)
    confirmed = [now for now, name in said if name == "update_confirm"]
    assert confirmed and 2000 <= confirmed[0] < 2100
    told(node, frame("update_state", state=4, at=0), 3000)
    assert node.identity is not None and not node.identity.trial


def test_noise_in_a_capture_decodes_to_garbage_and_never_raises() -> None:
    chance = random.Random(26)
    pieces = [Piece(at, chance.choice(("<", ">")), chance.randbytes(chance.randrange(200))) for at in range(300)]  # type: ignore[arg-type]
    assert all(each.line() for each in decode(pieces))
    assert [row for row in to_parser(pieces) if row["event"] in ("Pressed", "KeyPressed")] == []
