"""board_pico.py runs: in MicroPython, against a stand-in for `machine` that has its shape and nothing behind it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from firmware_bridge import contract
from firmware_bridge.frame import FLAG_NO_ACK, FLAG_SHARED, Decoder, Frame
from firmware_bridge.image import assemble, micropython
from firmware_bridge.link import TURN

WORDS = contract.dictionary()

MACHINE = """
import json
PWRON_RESET, WDT_RESET = 1, 3
told = {"pins": {}, "spi": 0, "resets": 0, "uart": [], "hears": [], "rounds": 0}
def unique_id():
    return b"\\xe6\\x61\\x4c\\x31\\x1b\\x7e\\x9a\\x2f"
def reset_cause():
    return PWRON_RESET
def reset():
    told["resets"] += 1
    raise KeyboardInterrupt
class Pin:
    IN, OUT, PULL_UP = 0, 1, 2
    def __init__(self, number, mode=None, pull=None, value=None):
        self.number = number
        if value is not None:
            told["pins"].setdefault(str(number), []).append(value)
    def init(self, mode=None, pull=None, value=None):
        pass
    def __call__(self, value=None):
        if value is None:
            return 0 if self.number == 2 and 40 < told["rounds"] < 160 else 1  # a finger on the first button
        told["pins"].setdefault(str(self.number), []).append(value)
class SPI:
    def __init__(self, *a, **k):
        pass
    def write(self, data):
        told["spi"] += len(data)
class UART:
    def __init__(self, number, baudrate, tx, rx, rxbuf, txbuf):
        told["baud"] = baudrate
    def any(self):
        return len(told["hears"][0]) // 2 if told["hears"] else 0
    def read(self, count):
        text = told["hears"].pop(0)
        return bytes(int(text[i:i + 2], 16) for i in range(0, len(text), 2))
    def write(self, data):
        told["uart"].append("".join("%02x" % byte for byte in data))
    def flush(self):
        pass
class WDT:
    def __init__(self, timeout):
        told["watchdog"] = timeout
    def feed(self):
        told["rounds"] += 1
        if told["rounds"] > 600:
            raise KeyboardInterrupt
"""

RUN = """
import json, sys
import machine
with open("hears.json") as file:
    machine.told["hears"] = json.load(file)
import board_main
try:
    board_main.main(sys.argv[1], "-")
except KeyboardInterrupt:
    pass
print(json.dumps(machine.told))
"""


def play(folder: Path, frames: list[bytes], wiring: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """What the board did with these frames, and what it said."""
    image, flash = folder / "image", folder / "flash"
    assemble(image, "pico")
    flash.mkdir()
    (image / "machine.py").write_text(MACHINE, encoding="ascii")
    (image / "run.py").write_text(RUN, encoding="ascii")
    (image / "hears.json").write_text(json.dumps([frame.hex() for frame in frames]), encoding="ascii")
    (flash / "wiring.json").write_text(json.dumps(wiring), encoding="ascii")
    done = subprocess.run(
        [str(micropython()), "run.py", str(flash)],
        cwd=image,
        env={"MICROPYPATH": f"{image}:.frozen", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    decoder = Decoder()
    said = []
    for piece in told["uart"]:
        for frame in decoder.feed(bytes.fromhex(piece)):
            said.append((WORDS.name_of(frame.kind) or "?", WORDS.decode(frame.kind, frame.payload)[1]))
    return told, said


def frame(name: str, sequence: int, flags: int = 0x50, **values: Any) -> bytes:
    if not WORDS.needs_ack(name):
        flags |= FLAG_NO_ACK
    return Frame(WORDS.id_of(name), sequence, flags, 1, WORDS.encode(name, **values)).encode()


ASK = {"protocol": WORDS.protocol, "dictionary": WORDS.hash}
EVERYTHING = {
    "node": 1, "boards": [[0, 4], [1, 3]], "panels": [[15, 8]], "buttons": 3, "keypads": 2, "driver": "max7219",
}  # fmt: skip


def test_it_says_hello_shows_and_presses(tmp_path: Path) -> None:
    frames = [
        frame("hello_ask", 0, **ASK),
        frame("board", 1, slot=0, rev=1, text="A042"),
        frame("heartbeat", 2),
        frame("test", 3, pattern=4, tenths=20),
    ]
    told, said = play(tmp_path, frames, EVERYTHING)
    hello = next(values for name, values in said if name == "hello")
    assert hello["uid"] == "e6614c311b7e9a2f" and hello["kind"] == 2 and hello["slot"] == 0
    assert (hello["displays"], hello["buttons"], hello["keypads"]) == (3, 3, 2)
    assert [values["button"] for name, values in said if name == "press"][:1] == [0]
    assert told["spi"] > 100 and told["baud"] == 115200 and told["watchdog"] > 1000 and told["resets"] == 0
    assert told["pins"]["28"][:2] == [0, 1], "the buzzer's test"
    kept = {path.name for path in (tmp_path / "flash").iterdir()}
    assert {"boot", "boot2", "presses"} <= kept


def test_on_shared_wires_it_speaks_only_on_its_turn_and_drives_the_transceiver(tmp_path: Path) -> None:
    shared = FLAG_SHARED | 0x50
    ask = frame("hello_ask", 0, shared, **ASK)
    wiring = EVERYTHING | {"de": 22, "baud": 38400, "keypads": 0}
    (tmp_path / "mute").mkdir()
    (tmp_path / "asked").mkdir()
    told, said = play(tmp_path / "mute", [ask], wiring)
    assert said == [] and told["baud"] == 38400 and told["pins"]["22"] == [0]
    turn = Frame(TURN, 1, shared | FLAG_NO_ACK, 1, b"").encode()
    told, said = play(tmp_path / "asked", [ask + turn], wiring)
    assert [name for name, _ in said] == ["hello", "turn"]
    assert told["pins"]["22"] == [0, 1, 0], "sending, and then listening again"


def test_without_a_wiring_file_it_still_says_who_it_is(tmp_path: Path) -> None:
    told, said = play(tmp_path, [frame("hello_ask", 0, **ASK)], {})
    assert said[0][0] == "hello" and said[0][1]["buttons"] == 1
