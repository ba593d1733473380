"""The bridge's side of one board: handshake, whole states, presses once; and noise that must come to nothing."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import contract
from firmware_bridge.frame import FLAG_FROM_BOARD, FLAG_NO_ACK, Decoder, Frame
from firmware_bridge.link import ACK, NAK
from firmware_bridge.node import (
    Event,
    Greeted,
    KeyPressed,
    Mismatch,
    Missing,
    Node,
    Pressed,
    WentSilent,
)
from firmware_bridge.port import SerialBus

WORDS = contract.dictionary()
UID = "e661aa0000000001"


class Desk:
    """A node, a clock and the board's hand."""

    def __init__(self) -> None:
        self.node = Node(1, WORDS, 3, 250)
        self.now = 1000
        self.decoder = Decoder()
        self.sequence = 0
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.answering = True
        self.node.port_opened(self.now)
        self.node.hub_presses({})

    def run(self, milliseconds: int) -> None:
        for _ in range(milliseconds):
            self.now += 1
            for frame in self.decoder.feed(self.node.step(self.now)):
                if frame.kind in (ACK, NAK):
                    continue
                self.told.append(WORDS.decode(frame.kind, frame.payload))
                if self.answering and not frame.flags & FLAG_NO_ACK:
                    flags = frame.flags & 0xF0 | FLAG_NO_ACK | FLAG_FROM_BOARD
                    self.node.receive(Frame(ACK, frame.sequence, flags, 1), self.now)

    def say(self, name: str, **values: Any) -> None:
        self.sequence = self.sequence + 1 & 0xFF
        flags = 0x10 | FLAG_FROM_BOARD | (0 if WORDS.needs_ack(name) else FLAG_NO_ACK)
        frame = Frame(WORDS.id_of(name), self.sequence, flags, 1, WORDS.encode(name, **values))
        self.node.receive(frame, self.now)
        self.run(2)

    def hello(self, boot: int = 4, press: int = 0, **other: Any) -> None:
        values = {
            "protocol": WORDS.protocol,
            "dictionary": WORDS.hash,
            "firmware": 0x0102,
            "uid": UID,
            "boot": boot,
            "press": press,
            "key": 0,
            "reset": 1,
            "displays": 1,
            "buttons": 1,
            "keypads": 1,
            "kind": 1,
            "slot": 0,
            "asks": 0,
            "title": "",
        }
        self.say("hello", **values | other)

    def names(self) -> list[str]:
        return [name for name, _ in self.told]

    def last(self, name: str) -> dict[str, Any]:
        return [values for said, values in self.told if said == name][-1]


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.node.set_hub(True, desk.now)
    return desk


def pressed(events: list[Event]) -> list[Pressed]:
    return [event for event in events if isinstance(event, Pressed)]


def test_it_asks_until_somebody_says_hello(desk: Desk) -> None:
    desk.run(2500)
    assert desk.names() == ["hello_ask"] * 3
    desk.hello()
    (greeted,) = [event for event in desk.node.events() if isinstance(event, Greeted)]
    assert greeted.identity.uid == UID and greeted.identity.firmware == "1.2" and greeted.restarted


def test_nobody_there_is_told_once(desk: Desk) -> None:
    desk.run(20_000)
    assert desk.node.events() == [WentSilent()]


def test_every_hello_brings_everything_and_the_commit_last(desk: Desk) -> None:
    desk.node.want_board(0, 70000, "A042")
    desk.node.want_panel(15, 3, [("A042", 1)])
    desk.hello()
    desk.run(20)
    states = [name for name in desk.names() if name not in ("hello_ask", "heartbeat")]
    assert states == ["board", "panel", "committed"]
    assert desk.last("board") == {"slot": 0, "rev": 70000 & 0xFFFF, "text": "A042"}
    desk.told.clear()
    desk.hello()
    desk.run(20)
    assert "board" in desk.names() and "committed" in desk.names()


def test_the_same_content_is_not_said_twice(desk: Desk) -> None:
    desk.hello()
    desk.run(20)
    desk.told.clear()
    for _ in range(5):
        desk.node.want_board(0, 8, "A043")
        desk.run(5)
    assert desk.names() == ["board"]


def test_no_hub_no_heartbeat(desk: Desk) -> None:
    desk.hello()
    desk.run(3500)
    assert desk.names().count("heartbeat") in (3, 4)
    desk.node.set_hub(False, desk.now)
    desk.told.clear()
    desk.node.want_board(0, 9, "A050")
    desk.run(3000)
    assert set(desk.names()) == {"ping"}
    desk.node.set_hub(True, desk.now)
    desk.run(20)
    assert desk.last("board")["text"] == "A050"


def test_a_press_is_passed_on_once_and_covered_when_answered(desk: Desk) -> None:
    desk.hello()
    desk.run(20)
    for _ in range(4):
        desk.say("press", boot=4, press=1, button=0)
    assert pressed(desk.node.events()) == [Pressed(UID, 4, 1, 0)]
    desk.told.clear()
    desk.run(50)
    assert "committed" not in desk.names()
    desk.node.answered_press(4, 1)
    desk.run(5)
    assert desk.last("committed") == {"boot": 4, "press": 1, "key": 0, "told": 0}
    desk.told.clear()
    desk.say("press", boot=4, press=1, button=0)  # it did not hear
    assert pressed(desk.node.events()) == [] and "committed" in desk.names()


def test_keys_too(desk: Desk) -> None:
    desk.hello()
    desk.say("key", boot=4, key=1, pad=0, what=1)
    desk.say("key", boot=4, key=1, pad=0, what=1)
    assert [event for event in desk.node.events() if isinstance(event, KeyPressed)] == [KeyPressed(UID, 4, 1, 0, 1)]
    desk.node.answered_key(4, 1)
    desk.run(5)
    assert desk.last("committed")["key"] == 1


def test_after_a_restart_of_the_bridge_the_hub_knows(desk: Desk) -> None:
    desk.node.hub_presses({UID: (4, 7)})
    desk.hello(press=8)
    desk.run(5)
    assert desk.last("committed") == {"boot": 4, "press": 7, "key": 0, "told": 0}
    desk.say("press", boot=4, press=8, button=0)
    assert pressed(desk.node.events()) == [Pressed(UID, 4, 8, 0)]


@pytest.mark.parametrize(("boot", "press"), [(2, 0), (4, 3)])
def test_a_flash_that_forgot_is_raised(desk: Desk, boot: int, press: int) -> None:
    desk.node.hub_presses({UID: (4, 7)})
    desk.hello(boot=boot, press=press)
    desk.run(5)
    assert desk.last("boot_floor") == {"boot": 5}
    assert "committed" not in desk.names()


def test_a_press_the_hub_got_from_us_is_no_sign_of_forgetting(desk: Desk) -> None:
    """The hub was away at hello and comes back knowing the press that waited: one press, one ticket."""
    desk.node.set_hub(False, desk.now)
    desk.hello(press=0)
    desk.say("press", boot=4, press=1, button=0)
    desk.node.hub_presses({UID: (4, 1)})
    desk.node.set_hub(True, desk.now)
    desk.run(20)
    assert "boot_floor" not in desk.names()
    assert desk.last("committed")["press"] == 0  # the answer to it is on the way, and says whether there is a ticket
    desk.node.answered_press(4, 1)
    desk.run(20)
    assert desk.last("committed") == {"boot": 4, "press": 1, "key": 0, "told": 0}


def test_a_refusal_reaches_the_board_before_the_commit_also_after_a_loss(desk: Desk) -> None:
    desk.node.set_hub(True, desk.now)
    desk.hello()
    desk.say("press", boot=4, press=1, button=0)
    desk.node.port_lost()  # the cable is out when the hub's answer comes
    desk.node.answered_press(4, 1, refused=True)
    desk.node.port_opened(desk.now)
    desk.told.clear()
    desk.hello(press=1)
    desk.run(50)
    names = [name for name in desk.names() if name in ("refused", "committed")]
    assert names[0] == "refused" and "committed" in names
    assert desk.last("refused") == {"boot": 4, "press": 1}


def test_other_firmware_is_told_and_not_served(desk: Desk) -> None:
    desk.hello(dictionary=1)
    desk.hello(dictionary=1)
    (event,) = [event for event in desk.node.events() if isinstance(event, Mismatch)]
    assert event.identity.firmware == "1.2" and event.dictionary == WORDS.hash
    desk.say("press", boot=4, press=1, button=0)
    assert pressed(desk.node.events()) == []
    desk.hello()
    desk.say("press", boot=4, press=1, button=0)
    assert pressed(desk.node.events())


def test_a_press_of_another_boot_makes_it_ask_again(desk: Desk) -> None:
    desk.hello()
    desk.told.clear()
    desk.say("press", boot=5, press=1, button=0)
    assert pressed(desk.node.events()) == []
    assert "hello_ask" in desk.names()


def test_silence_and_return(desk: Desk) -> None:
    desk.hello()
    desk.node.events()
    desk.answering = False
    desk.run(15_000)
    assert desk.node.events() == [WentSilent()]
    desk.answering = True
    desk.hello()
    assert [type(event) for event in desk.node.events()] == [Greeted]


def test_holes_come_through(desk: Desk) -> None:
    desk.hello()
    desk.say("hole", slot=1, rev=2, text="K")
    assert Missing(1, "K") in desk.node.events()


# -- noise


def _bus(events: list[Event]) -> tuple[SerialBus, Node]:
    node = Node(1, WORDS, 3, 0)
    node.port_opened(0)
    node.hub_presses({})
    bus = SerialBus("main", "/nowhere", 115200, {1: node}, lambda *it: events.append(it[2]), lambda *it: None)
    return bus, node


def _board_frame(name: str, sequence: int, **values: Any) -> bytes:
    flags = 0x10 | FLAG_FROM_BOARD
    return Frame(WORDS.id_of(name), sequence, flags, 1, WORDS.encode(name, **values)).encode()


def _greet(bus: SerialBus, node: Node) -> None:
    values = {"protocol": WORDS.protocol, "dictionary": WORDS.hash, "firmware": 1, "uid": UID, "boot": 4, "press": 0}
    payload = WORDS.encode(
        "hello", **values, key=0, reset=1, displays=1, buttons=1, keypads=1, kind=1, slot=0, asks=0, title=""
    )
    bus.heard(Frame(WORDS.id_of("hello"), 1, FLAG_FROM_BOARD | FLAG_NO_ACK, 1, payload).encode())
    assert node.up


def test_a_hundred_thousand_random_bytes_press_nothing() -> None:
    events: list[Event] = []
    bus, node = _bus(events)
    _greet(bus, node)
    noise = random.Random(2611)
    left = 100_000
    while left > 0:
        piece = noise.randbytes(min(left, noise.randrange(1, 200)))
        left -= len(piece)
        bus.heard(piece)
    assert [event for event in events if not isinstance(event, Greeted)] == []
    assert bus.counters()["bad"] > 300
    bus.heard(b"\x00" + _board_frame("press", 9, boot=4, press=1, button=0))
    assert pressed(events) == [Pressed(UID, 4, 1, 0)], "and the next real press counts"


def test_a_thousand_mutated_frames_press_nothing() -> None:
    events: list[Event] = []
    bus, node = _bus(events)
    _greet(bus, node)
    chance = random.Random(2612)
    for number in range(1000):
        frame = bytearray(_board_frame("press", number & 0xFF, boot=4, press=number + 1, button=0))
        before = bytes(frame)
        how = chance.randrange(4)
        at = chance.randrange(1, len(frame) - 1)
        if how == 0:
            frame[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            del frame[at]
        elif how == 2:
            frame.insert(at, chance.randrange(256))
        else:
            end = min(len(frame) - 1, at + chance.randrange(2, 6))
            frame[at:end] = chance.randbytes(end - at)
        if bytes(frame) != before:
            bus.heard(bytes(frame))
    assert pressed(events) == []
    bus.heard(_board_frame("press", 77, boot=4, press=1, button=0))
    assert pressed(events) == [Pressed(UID, 4, 1, 0)]


def test_whole_frames_with_senseless_contents_press_nothing() -> None:
    events: list[Event] = []
    bus, node = _bus(events)
    _greet(bus, node)
    chance = random.Random(2613)
    for number in range(3000):
        kind = chance.choice([0x12, 0x13, chance.randrange(256)])
        payload = chance.randbytes(chance.choice([0, 1, 8, 9, 10, 11, 31, 48]))
        bus.heard(Frame(kind, number & 0xFF, chance.randrange(256), chance.randrange(3), payload).encode())
        if not node.up:
            _greet(bus, node)
    assert [event for event in events if isinstance(event, (Pressed, KeyPressed))] == []


def test_panels_are_placed_by_the_settings(tmp_path: Path) -> None:
    from config.load import load_settings
    from firmware_bridge.panels import serial as panels

    site = Path(contract.__file__).parents[1] / "config" / "sites" / "six-counters.toml"
    settings = load_settings(site, {})
    assert panels.places(settings) == {"main": [1]}
    boards = [
        {"id": "counter-3", "rev": 8, "text": "Đ042"},
        {"id": settings.boards[-1].id, "rev": 9, "rows": [{"number": "A042", "counter": 3}] * 9},
        {"id": "nobody", "rev": 1, "text": "A001"},
    ]
    shown = panels.contents(settings, boards)
    assert [(each.slot, each.text, len(each.rows)) for each in shown] == [(2, "?042", 0), (15, None, 8)]
    assert panels.pad_counters(settings)[("main", 1, 0)] == 1
    assert set(panels.button_services(settings).values()) <= {each.id for each in settings.services}
