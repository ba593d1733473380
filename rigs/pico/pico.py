"""A Pico that runs the shipped image: its wire as a serial port, its pins, its display chips, its power."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from littlefs import LittleFS, UserContext

from firmware_bridge import contract
from firmware_bridge.dictionary import Dictionary
from firmware_bridge.firmware.font import text_of
from firmware_bridge.node import Event, Greeted, Node
from firmware_bridge.port import SerialBus, milliseconds

UID = "e6614c311b7e9a2f"
BLOCK, BLOCKS = 4096, 352  # the file system on a Pico's flash, as MicroPython lays it out
WIRING = {"node": 1, "boards": [[0, 4], [1, 3]], "panels": [[15, 4]], "buttons": 2, "keypads": 2, "driver": "max7219"}
LINES = {"counter": 2, "panel": 4}
Answer = TypeVar("Answer")
EventT = TypeVar("EventT", bound=Event)


def until(what: str, ask: Callable[[], Answer | None], seconds: float = 120.0) -> Answer:
    """The first answer that is true. The limit is for something that hangs, not a measure."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)


def files(content: dict[str, str]) -> bytes:
    """A Pico's file system with these files, as `mpremote cp` leaves it."""
    context = UserContext(buffsize=BLOCK * BLOCKS)
    # 2.0 is the form every MicroPython reads.
    flash = LittleFS(context=context, block_size=BLOCK, block_count=BLOCKS, prog_size=256, disk_version=0x00020000)
    for name, text in content.items():
        with flash.open(name, "w") as file:
            file.write(text)
    flash.unmount()
    return bytes(context.buffer)


class Pico:
    """The emulated chip as a process (board.mjs); `port` is its end of the wire as a serial port of this machine."""

    def __init__(self, firmware: Path, emulator: Path, wiring: dict[str, object] = WIRING) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pico-", dir="/tmp"))
        self.port = self.folder / "usb-FTDI_Pico_RIG-if00-port0"
        (self.folder / "files.img").write_bytes(files({"wiring.json": json.dumps(wiring)}))
        command = ["setpriv", "--pdeathsig", "KILL", "node", str(emulator / "board.mjs"), str(self.folder)]
        command += [str(firmware), str(emulator / "bootrom.json"), str(self.folder / "files.img")]
        self._log = (self.folder / "log").open("wb")
        self._chip = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        self._cable: subprocess.Popen[bytes] | None = None
        until("the emulator", (self.folder / "control.sock").exists)
        self._control = socket.socket(socket.AF_UNIX)
        self._control.connect(str(self.folder / "control.sock"))
        self._lines = self._control.makefile("rw")
        self.plug()

    def close(self) -> None:
        self.unplug()
        self._control.close()
        self._chip.kill()
        self._chip.wait(30)
        self._log.close()
        shutil.rmtree(self.folder)

    # -- the cable

    def plug(self) -> None:
        ends = [f"PTY,link={self.port},rawer,echo=0", f"UNIX-CONNECT:{self.folder / 'uart.sock'}"]
        self._cable = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "socat", *ends])
        until("the serial port", self.port.exists)

    def unplug(self) -> None:
        if self._cable is not None:
            self._cable.kill()
            self._cable.wait(30)
            self._cable = None
            self.port.unlink(missing_ok=True)

    def inject(self, data: bytes) -> None:
        """Bytes on the wire that nobody sent: the cable is held by hand for that moment."""
        self.unplug()
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(str(self.folder / "uart.sock"))
            wire.sendall(data)
            time.sleep(0.3)  # 115200 baud of the chip's own time
        self.plug()

    # -- the chip

    def do(self, deed: str, **arguments: object) -> dict[str, Any]:
        self._lines.write(json.dumps({"do": deed, **arguments}) + "\n")
        self._lines.flush()
        answer: dict[str, Any] = json.loads(self._lines.readline())
        assert answer.pop("ok"), answer
        return answer

    def ms(self) -> int:
        """The chip's own time since power on."""
        return int(self.do("state")["ms"])

    def rest(self, milliseconds: int) -> None:
        """Until so much of the chip's time has passed (an emulated chip is slower than its clock when it is busy)."""
        end = self.ms() + milliseconds
        until("the chip's clock", lambda: self.ms() >= end)

    def play(self, *steps: dict[str, int]) -> None:
        """What fingers do, by the chip's clock: {"at": ms from now, "pin" or "pad" and "key", "level"}; and a pause.

        After the pause a further touch is another tap (within 300 ms it would be the same one).
        """
        self.do("play", steps=steps)
        self.rest(max(step["at"] for step in steps) + 400)

    def push(self, button: int) -> None:
        """A finger on a ticket button (to ground)."""
        pin = 2 + button
        self.play({"at": 0, "pin": pin, "level": 0}, {"at": 60, "pin": pin, "level": 1})

    def key(self, pad: int, key: int) -> None:
        finger = {"pad": pad, "key": key}
        self.play({"at": 0, "level": 1, **finger}, {"at": 80, "level": 0, **finger})

    def output(self, pin: int) -> int:
        return int(self.do("outputs", pins=[pin])["levels"][0])

    def shown(self, chain: str) -> list[str]:
        """What a person reads on each line of a chain of MAX7219, from the bytes latched into the chips."""
        registers = [bytearray(16) for _ in range(LINES[chain])]
        for sent in self.do("chain", name=chain)["last"]:
            pairs = bytes.fromhex(sent)
            assert len(pairs) == 2 * len(registers), "a transaction for another number of chips"
            for place, chip in enumerate(reversed(registers)):  # what is shifted in first ends in the farthest chip
                chip[pairs[2 * place] & 15] = pairs[2 * place + 1]
        out = []
        for chip in registers:
            awake = chip[0x0C] & 1 and not chip[0x0F] and chip[0x09] == 0 and chip[0x0B] == 7
            # The chip has segment A in bit 6 down to G in bit 0.
            shapes = [sum(1 << bit for bit in range(7) if chip[1 + digit] & 1 << (6 - bit)) for digit in range(8)]
            out.append(text_of(shapes).rstrip() if awake else "(dark)")
        return out


class Talk:
    """The bridge's own bus and node on the Pico's port; what they report is in `events`."""

    def __init__(self, pico: Pico, dictionary: Dictionary | None = None, hub: bool = True) -> None:
        self.events: list[Event] = []
        self.node = Node(1, dictionary or contract.dictionary(), os.urandom(1)[0] & 15, os.urandom(1)[0])
        self.bus = SerialBus(
            "rig",
            str(pico.port),
            115200,
            {1: self.node},
            lambda _bus, _node, event: self.events.append(event),
            lambda *_: None,
        )
        self.bus.start()
        if hub:
            self.do(lambda: self.node.hub_presses({}))
            self.do(lambda: self.node.set_hub(True, milliseconds()))

    def do(self, deed: Callable[[], object]) -> None:
        self.bus.do(lambda: (deed(), None)[1])

    def all(self, kind: type[EventT]) -> list[EventT]:
        return [each for each in self.events if isinstance(each, kind)]

    def next(self, kind: type[EventT], number: int = 1, seconds: float = 60.0) -> EventT:
        """The so-manieth event of this kind."""
        found = until(f"{kind.__name__} number {number}", lambda: self.all(kind)[number - 1 :], seconds)
        return found[0]

    def greeted(self) -> Greeted:
        return self.next(Greeted)

    def close(self) -> None:
        self.bus.stop()
