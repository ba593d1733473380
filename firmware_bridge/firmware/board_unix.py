"""The board of the virtual cabinet: MicroPython's Unix port, a tty for the bus, chips made of bytes.

    micropython board_unix.py '{"tty": …, "boots": …, "uid": …, "node": 1, "boards": [[0, 4]], "panels": [[0, 8]],
                                "buttons": 2, "keypads": 1, "driver": "max7219" | "hc595", "reset": 1}'

Standard input takes one JSON object a line and standard output answers each with one:
    {"do": "button", "index": 0, "level": 1} · {"do": "key", "pad": 0, "key": 1, "level": 1} · {"do": "read"}
`read` gives what the driver chips hold (not what the firmware meant), lamps, counters. End of input ends the firmware.
"""

import json
import select
import sys
import time

from wire_words import WORDS

from firmware_bridge.dictionary import Dictionary
from firmware_bridge.firmware.core import Firmware
from firmware_bridge.firmware.displays import CounterBoard, Hc595, MainPanel, Max7219
from firmware_bridge.firmware.font import text_of
from firmware_bridge.firmware.store import BootCounter


class MaxChips:
    """A chain of MAX7219 as the bus sees it: registers that only whole, latched transactions change."""

    def __init__(self, count):
        self._registers = [bytearray(16) for _ in range(count)]
        self.changed = False
        # The chip wakes up in shutdown and showing nothing.

    def latch(self, data):
        count = len(self._registers)
        for place in range(count):
            at = (count - 1 - place) * 2
            registers, register = self._registers[place], data[at] & 0x0F
            if registers[register] != data[at + 1]:
                registers[register] = data[at + 1]
                self.changed = True

    def lines(self):
        out = []
        for registers in self._registers:
            shapes = []
            awake = registers[0x0C] & 1 and not registers[0x0F] and registers[0x09] == 0
            for digit in range(8):
                value = registers[digit + 1] if awake and digit <= registers[0x0B] else 0
                shape = 0
                for bit in range(7):
                    if value & 1 << (6 - bit):
                        shape |= 1 << bit
                shapes.append(shape)
            out.append(shapes)
        return out


class ShiftChips:
    """A chain of 74HC595: the last bytes shifted in, first chip first."""

    def __init__(self, lines, width):
        self._width = width
        self._bytes = bytes(lines * width)
        self.changed = False

    def latch(self, data):
        before = self._bytes
        self._bytes = (bytes(data[::-1]) + before)[: len(before)]
        self.changed = self.changed or self._bytes != before

    def lines(self):
        return [list(self._bytes[at : at + self._width]) for at in range(0, len(self._bytes), self._width)]


class Board:
    def __init__(self, config):
        self.uid = config["uid"]
        self.node = config["node"]
        self.reset = config["reset"]
        self.boots = BootCounter(config["boots"])
        self.buttons = config["buttons"]
        self.keypads = config["keypads"]
        self.button_lamps = [False] * self.buttons
        self.lamps = [False]
        digits, rows = config["boards"], config["panels"]  # [[place, digits], …], [[place, rows], …]
        self._chains = []
        self.chips = None
        self.panel_chips = None
        self.boards = {}
        self.panels = {}
        self.changed_at = 0  # when a counter board's chips last took something new
        self.key_at = 0  # when a key was last accepted
        if digits:
            if config["driver"] == "hc595":
                self.chips = ShiftChips(len(digits), 4)
                chain = Hc595(self.chips.latch, len(digits), 4)
            else:
                self.chips = MaxChips(len(digits))
                chain = Max7219(self.chips.latch, len(digits))
            self._chains.append(chain)
            for line, (place, count) in enumerate(digits):
                self.boards[place] = CounterBoard(chain, line, count)
        if rows:
            total = sum(count for _, count in rows)
            self.panel_chips = MaxChips(total)
            chain = Max7219(self.panel_chips.latch, total)
            self._chains.append(chain)
            first = 0
            for place, count in rows:
                self.panels[place] = MainPanel(chain, first, count)
                first += count

    def refresh(self):
        for chain in self._chains:
            chain.refresh()

    def set_button_lamp(self, button, on):
        self.button_lamps[button] = on

    def set_lamp(self, lamp, on):
        if lamp < len(self.lamps):
            self.lamps[lamp] = on

    def read(self):
        boards = {}
        if self.chips:
            lines = self.chips.lines()
            for place, board in self.boards.items():
                shapes = lines[board.line][: board.digits]
                boards[place] = {"text": text_of(shapes), "segments": shapes}
        panels = {}
        if self.panel_chips:
            lines = self.panel_chips.lines()
            for place, panel in self.panels.items():
                rows = []
                for shapes in lines[panel.first : panel.first + panel.rows]:
                    rows.append({"number": text_of(shapes[:4]), "counter": text_of(shapes[5:7]), "segments": shapes})
                panels[place] = {"rows": rows}
        return {"boards": boards, "panels": panels, "button_lamps": self.button_lamps, "lamps": self.lamps}


class Milliseconds:
    """time.ticks_ms() wraps; this does not."""

    def __init__(self):
        self._last = time.ticks_ms()
        self._total = 0

    def now(self):
        ticks = time.ticks_ms()
        self._total += time.ticks_diff(ticks, self._last)
        self._last = ticks
        return self._total


def serve(firmware, board, levels, line, now):
    """Answer one line of the control channel."""
    ask = json.loads(line)
    do = ask["do"]
    if do == "button":
        levels[("button", ask["index"], 0)] = bool(ask["level"])
        result = {}
    elif do == "key":
        levels[("key", ask["pad"], ask["key"])] = bool(ask["level"])
        result = {}
    else:
        result = board.read()
    result["key_at_ms"] = board.key_at
    result["changed_at_ms"] = board.changed_at
    result["boot"] = firmware.boot
    result["uid"] = board.uid
    result["presses"] = firmware.presses.count
    result["keys"] = firmware.keys.count
    result["waiting"] = len(firmware.presses) + len(firmware.keys)
    result["folded"] = firmware.presses.folded
    result["dropped"] = firmware.presses.dropped + firmware.keys.dropped
    print(json.dumps({"id": ask.get("id"), "result": result}))


def main():
    config = json.loads(sys.argv[1])
    clock = Milliseconds()
    board = Board(config)
    firmware = Firmware(Dictionary(WORDS), board, clock.now())
    levels = {}
    # The cabinet has set the line raw with VMIN 0: a read gives what is there and never waits.
    tty = open(config["tty"], "r+b")
    control = open("/dev/stdin", "rb")
    poll = select.poll()
    poll.register(tty, select.POLLIN)
    poll.register(control, select.POLLIN)
    while True:
        for source, event in poll.poll(firmware.wait_ms(clock.now())):
            if source is tty:
                data = tty.read(256)
                if data:
                    firmware.feed(data, clock.now())
                elif event & select.POLLHUP:
                    return
            else:
                line = control.readline()
                if not line:
                    return
                serve(firmware, board, levels, line, clock.now())
        now = clock.now()
        for (kind, index, key), level in levels.items():
            if kind == "button":
                firmware.button(index, level, now)
            else:
                keys = firmware.keys.count
                firmware.key(index, key, level, now)
                if firmware.keys.count != keys:
                    board.key_at = now
        out = firmware.step(now)
        if out:
            tty.write(out)
        if board.chips and board.chips.changed:
            board.chips.changed = False
            board.changed_at = now


main()
