"""The firmware's behaviour without a board, under CPython: debounce, identities, dashes, displays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import contract
from firmware_bridge.firmware import font
from firmware_bridge.firmware.core import Firmware
from firmware_bridge.firmware.displays import CounterBoard, Hc595, MainPanel, Max7219
from firmware_bridge.firmware.inputs import Debounce
from firmware_bridge.firmware.store import BootCounter, NameStore, PressStore
from firmware_bridge.frame import FLAG_NO_ACK, Decoder, Frame
from firmware_bridge.link import ACK, NAK

WORDS = contract.dictionary()
TIMING = WORDS.timing
UID = "e661aa0000000001"


class Bench:
    """A board of lists, a host of hands."""

    def __init__(self, folder: Path) -> None:
        self.uid = UID
        self.kind = 1
        self.names = NameStore(str(folder / "name"), 1)
        self.reset = 1
        self.boots = BootCounter(str(folder / "boot"))
        self.keep = PressStore(str(folder / "presses"))
        self.slots = None
        self.matrices: dict[int, Any] = {}
        self.buttons = 2
        self.keypads = 1
        self.lamps: dict[Any, bool] = {}
        self.written: list[bytes] = []
        chain = Max7219(self.written.append, 2)
        panel = Max7219(lambda data: None, 8)
        self.chain, self.panel_chain = chain, panel
        self.boards = {0: CounterBoard(chain, 0), 3: CounterBoard(chain, 1, 3)}
        self.panels = {15: MainPanel(panel, 0)}
        self.now = 0
        self.firmware = Firmware(WORDS, self, 0)
        self.decoder = Decoder()
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.sequence = 0
        self.levels = dict.fromkeys(
            [("button", each) for each in range(2)] + [("key", each) for each in range(1, 5)], False
        )

    def refresh(self) -> None:
        self.chain.refresh()

    def set_button_lamp(self, button: int, on: bool) -> None:
        self.lamps[button] = on

    def set_buzzer(self, on: bool) -> None:
        self.lamps[("buzzer", 0)] = on

    def set_lamp(self, lamp: int, on: bool) -> None:
        self.lamps[("light", lamp)] = on

    def run(self, milliseconds: int, answer: bool = True) -> None:
        """Let time go by; the host's link acknowledges unless told otherwise."""
        for _ in range(milliseconds):
            self.now += 1
            for (kind, index), level in self.levels.items():
                if kind == "button":
                    self.firmware.button(index, level, self.now)
                else:
                    self.firmware.key(0, index, level, self.now)
            for frame in self.decoder.feed(self.firmware.step(self.now)):
                if frame.kind in (ACK, NAK):
                    continue
                self.said.append(WORDS.decode(frame.kind, frame.payload))
                if answer and not frame.flags & FLAG_NO_ACK:
                    echo = frame.flags & 0xF0 | FLAG_NO_ACK
                    self.firmware.feed(Frame(ACK, frame.sequence, echo, 1).encode(), self.now)

    def tell(self, name: str, **values: Any) -> None:
        if name == "committed":
            values.setdefault("told", self.firmware._asks)
        self.sequence = self.sequence + 1 & 0xFF
        flags = 0x50 | (0 if WORDS.needs_ack(name) else FLAG_NO_ACK)
        frame = Frame(WORDS.id_of(name), self.sequence, flags, 1, WORDS.encode(name, **values))
        self.firmware.feed(frame.encode(), self.now)
        self.run(1)

    def greet(self) -> None:
        self.tell("heartbeat")
        self.tell("committed", boot=self.firmware.boot, press=0, key=0)
        self.said.clear()

    def press(self, button: int = 0, hold: int = 60) -> None:
        self.levels[("button", button)] = True
        self.run(hold)
        self.levels[("button", button)] = False
        self.run(400)

    def heard(self, name: str) -> list[dict[str, Any]]:
        return [values for said, values in self.said if said == name]

    def text(self, line: int = 0) -> str:
        return font.text_of(self.chain.lines[line])


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_bounce_makes_one_press() -> None:
    button = Debounce(20, 300)
    presses, now = 0, 0
    for level, length in ((1, 3), (0, 2), (1, 4), (0, 1), (1, 60), (0, 3), (1, 2), (0, 80)):
        for _ in range(length):
            now += 1
            presses += button.update(level, now)
    assert presses == 1


def test_a_spark_is_no_press() -> None:
    button = Debounce(20)
    assert not any(button.update(now % 30 < 15, now) for now in range(3000))


def test_a_second_tap_at_once_is_the_same_tap(bench: Bench) -> None:
    bench.greet()
    for _ in range(2):
        bench.levels[("button", 0)] = True
        bench.run(50)
        bench.levels[("button", 0)] = False
        bench.run(50)
    assert bench.firmware.presses.count == 1


def test_an_answer_to_an_earlier_hello_does_not_stand_for_what_was_forgotten_since(bench: Bench) -> None:
    bench.greet()
    bench.run(TIMING["silence_ms"] + 10)  # it has forgotten everything, and says hello
    earlier = bench.firmware._asks - 1
    bench.tell("heartbeat")
    bench.tell("committed", boot=bench.firmware.boot, press=0, key=0, told=earlier)  # for another board's press, say
    bench.said.clear()
    bench.run(2100)
    assert len(bench.heard("hello")) == 2
    bench.greet()
    bench.run(2100)
    assert bench.heard("hello") == []


def test_a_press_is_said_until_it_is_committed(bench: Bench) -> None:
    bench.greet()
    bench.press()
    bench.run(1500)
    said = bench.heard("press")
    assert len(said) >= 4  # the link acknowledged each; that is not enough
    assert all(values == {"boot": 1, "press": 1, "button": 0} for values in said)
    assert not bench.lamps.get(0)
    bench.tell("committed", boot=1, press=1, key=0)
    assert bench.lamps[0]
    bench.said.clear()
    bench.run(1000)
    assert bench.heard("press") == []
    bench.tell("heartbeat")
    bench.run(3000)
    assert bench.lamps[0] is False


def test_another_boots_commit_stops_nothing(bench: Bench) -> None:
    bench.greet()
    bench.press()
    bench.tell("committed", boot=99, press=7, key=7)
    bench.said.clear()
    bench.run(1000)
    assert bench.heard("press")


def test_presses_are_said_in_order_one_at_a_time(bench: Bench) -> None:
    bench.greet()
    bench.press(0)
    bench.press(1)
    bench.run(500)
    assert {values["press"] for values in bench.heard("press")} == {1}
    bench.tell("committed", boot=1, press=1, key=0)
    bench.run(10)
    assert bench.heard("press")[-1] == {"boot": 1, "press": 2, "button": 1}


def test_impatience_while_nothing_answers_is_one_wish(bench: Bench) -> None:
    bench.greet()
    bench.press()
    bench.run(TIMING["fold_ms"])
    for _ in range(5):
        bench.press()
    assert bench.firmware.presses.count == 1
    assert bench.firmware.presses.folded == 5


def test_keys_have_identities_of_their_own(bench: Bench) -> None:
    bench.greet()
    bench.levels[("key", 4)] = True
    bench.run(60)
    bench.levels[("key", 4)] = False
    bench.run(60)
    assert bench.heard("key")[0] == {"boot": 1, "key": 1, "pad": 0, "what": 4}
    assert contract.key_names()[4] == "transfer"
    bench.tell("committed", boot=1, press=0, key=1)
    bench.said.clear()
    bench.run(1000)
    assert bench.heard("key") == [] and bench.firmware.presses.count == 0


def test_dashes_until_told_and_after_five_seconds_of_silence(bench: Bench) -> None:
    assert bench.text() == "----    " and bench.text(1) == "---     "
    bench.tell("board", slot=0, rev=1, text="A042")
    assert bench.text() == "----    "  # no heartbeat yet: the hub may be dead
    bench.tell("heartbeat")
    assert bench.text() == "A042    "
    bench.run(TIMING["silence_ms"] - 10)
    assert bench.text() == "A042    "
    bench.run(20)
    assert bench.text() == "----    "
    bench.tell("heartbeat")
    assert bench.text() == "----    ", "never yesterday's number: it must be told again"
    bench.tell("board", slot=0, rev=2, text="A043")
    assert bench.text() == "A043    "


def test_after_silence_it_asks_for_everything(bench: Bench) -> None:
    bench.greet()
    bench.run(TIMING["silence_ms"] + 1500)
    assert len(bench.heard("hello")) >= 2
    bench.greet()
    bench.run(3000)
    assert bench.heard("hello") == []


def test_the_newest_content_is_the_whole_content(bench: Bench) -> None:
    bench.greet()
    bench.tell("board", slot=3, rev=9, text="B107")
    assert bench.text(1) == "107     "  # three digits leave the letter away
    bench.tell("board", slot=3, rev=10, text="")
    assert bench.text(1) == "        "
    bench.tell("panel", slot=15, rev=1, rows=[("A042", 3), ("B107", 12)])
    assert font.text_of(bench.panel_chain.lines[0]) == "A042  3 "
    assert font.text_of(bench.panel_chain.lines[1]) == "B107 12 "
    bench.tell("panel", slot=15, rev=2, rows=[("B107", 12)])
    assert font.text_of(bench.panel_chain.lines[1]) == "        "
    bench.tell("board", slot=9, rev=1, text="A1")  # a place nobody wired


def test_what_cannot_be_shown_is_reported(bench: Bench) -> None:
    bench.greet()
    bench.tell("board", slot=0, rev=5, text="K001")
    bench.run(5)
    assert bench.heard("hole") == [{"slot": 0, "rev": 5, "text": "K"}]
    assert bench.chain.lines[0][0] == font.HOLE


def test_the_light_goes_out_by_itself(bench: Bench) -> None:
    bench.tell("lamp", lamp=0, tenths=20)
    bench.run(1900)
    assert bench.lamps[("light", 0)]
    bench.run(200)
    assert not bench.lamps[("light", 0)]


def test_boot_counter_survives_and_counts(tmp_path: Path) -> None:
    assert [Bench(tmp_path).firmware.boot for _ in range(3)] == [1, 2, 3]
    (tmp_path / "boot").write_text("torn")
    assert Bench(tmp_path).firmware.boot == 4, "the second copy stands in"
    (tmp_path / "boot").write_text("9 9")
    (tmp_path / "boot2").unlink()
    assert Bench(tmp_path).firmware.boot == 1


def test_a_board_that_forgot_is_raised_and_keeps_the_waiting_press(bench: Bench) -> None:
    bench.greet()
    bench.press()
    bench.tell("boot_floor", boot=8)
    bench.said.clear()
    bench.run(1200)
    assert bench.heard("hello")[0]["boot"] == 8
    assert bench.heard("press")[0] == {"boot": 8, "press": 1, "button": 0}
    assert bench.boots.boot == 8


def test_strange_frames_are_refused_not_obeyed(bench: Bench) -> None:
    bench.greet()
    for frame in (
        Frame(0xEE, 100, 0x50, 1, b""),
        Frame(WORDS.id_of("board"), 101, 0x50, 1, b"\x00"),
        Frame(WORDS.id_of("press"), 102, 0x50, 1, WORDS.encode("press", boot=1, press=1, button=0)),
    ):
        bench.firmware.feed(frame.encode(), bench.now)
        bench.run(2)
    assert bench.firmware.link.naks_out == 3
    bench.firmware.feed(Frame(WORDS.id_of("heartbeat"), 103, 0x50, 2).encode(), bench.now)  # another board's
    bench.firmware.feed(Frame(WORDS.id_of("heartbeat"), 103, 0x52, 1).encode(), bench.now)  # not from the host
    assert bench.firmware.link.naks_out == 3


def test_no_two_characters_look_alike() -> None:
    shapes = list(font._SHAPES.values())
    assert len(set(shapes)) == len(shapes)
    assert font.HOLE not in shapes
    for char in "KMVWXSZIOQ":
        assert font.segments(char) == ([font.HOLE], char)
    for text in ("A042", "H108", "----"):
        assert font.text_of(font.segments(text)[0]) == text


def test_shift_registers_take_the_same_picture() -> None:
    sent: list[bytes] = []
    chain = Hc595(sent.append, 2)
    CounterBoard(chain, 0).show("A042")
    CounterBoard(chain, 1).show("7")
    # What is shifted in first ends in the last chip: the last digit of the last board.
    first_chips_first = sent[-1][::-1]
    assert font.text_of(first_chips_first) == "A042   7"
    inverted = Hc595(sent.append, 1, inverted=True)
    CounterBoard(inverted, 0).show("8")
    assert sent[-1][0] == 0x7F ^ 0xFF


def test_every_letter_of_the_ready_sites_can_be_shown() -> None:
    from config.load import load_settings

    for site in (Path(contract.__file__).parents[1] / "config" / "sites").glob("*.toml"):
        for service in load_settings(site, {}).services:
            assert font.segments(service.letter)[1] == "", f"{site.name}: {service.letter}"
