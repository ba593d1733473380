"""The board of the virtual cabinet: MicroPython's Unix port, a tty for the bus, chips made of bytes.

Started by main.py with one JSON argument:
    {"flash": folder, "tty": …, "uid": …, "node": 1, "boards": [[0, 4]], "panels": [[0, 8]], "matrices": [[0, 96, 16]],
     "buttons": 2, "keypads": 1, "driver": "max7219" | "hc595", "reset": 1, "held": [["button", 0, 0]]}

Standard input takes one JSON object a line and standard output answers each with one:
    {"do": "button", "index": 0, "level": 1} · {"do": "key", "pad": 0, "key": 1, "level": 1} · {"do": "read"}
`read` gives what the driver chips hold (not what the firmware meant), lamps, counters. End of input ends the firmware.
"""

import json
import select
import time

from wire_words import WORDS

from firmware_bridge.dictionary import Dictionary
from firmware_bridge.firmware.chips import MatrixChips, MaxChips, ShiftChips
from firmware_bridge.firmware.core import KEYS_PER_PAD, Firmware
from firmware_bridge.firmware.displays import CounterBoard, Hc595, MainPanel, MatrixLine, Max7219
from firmware_bridge.firmware.font import text_of
from firmware_bridge.firmware.slots import Slots
from firmware_bridge.firmware.store import BootCounter, NameStore, PressStore, somewhere

KIND = 1


class Board:
    kind = KIND

    def __init__(self, config, root, slot):
        self.uid = config["uid"]
        self.names = NameStore(root + "/name", config["node"])
        self.reset = config["reset"]
        self.boots = BootCounter(root + "/boot", somewhere)
        self.keep = PressStore(root + "/presses")
        self.slots = Slots(root, slot)
        self.buttons = config["buttons"]
        self.keypads = config["keypads"]
        self.button_lamps = [False] * self.buttons
        self.lamps = [False]
        self.buzzer = False
        self.beeps = 0
        self.blinks = 0  # how often a button's lamp was switched on
        digits, rows = config["boards"], config["panels"]  # [[place, digits], …], [[place, rows], …]
        self._chains = []
        self.chips = None
        self.panel_chips = None
        self.boards = {}
        self.panels = {}
        self.matrices = {}
        self.dots = {}
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
        for place, width, height in config.get("matrices", ()):
            self.dots[place] = MatrixChips(width * height // 8)
            self.matrices[place] = MatrixLine(self.dots[place].latch, width, height)

    def refresh(self):
        for chain in self._chains:
            chain.refresh()
        for matrix in self.matrices.values():
            matrix.refresh()

    def set_button_lamp(self, button, on):
        if on and not self.button_lamps[button]:
            self.blinks += 1
        self.button_lamps[button] = on

    def set_buzzer(self, on):
        if on:
            self.beeps += 1
        self.buzzer = on

    def set_lamp(self, lamp, on):
        if lamp < len(self.lamps):
            self.lamps[lamp] = on

    def read(self, shown):
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
        matrices = {}
        for place, matrix in self.matrices.items():
            matrices[place] = {
                "width": matrix.width,
                "height": matrix.column * 8,
                "rev": shown.revision(place),
                "position": matrix.position,
                "frame": "".join(["%02x" % byte for byte in self.dots[place].frame]),
            }
        return {
            "boards": boards,
            "panels": panels,
            "matrices": matrices,
            "button_lamps": self.button_lamps,
            "lamps": self.lamps,
            "buzzer": self.buzzer,
            "beeps": self.beeps,
            "blinks": self.blinks,
        }


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
        result = board.read(firmware.shown)
        result["node"] = board.names.node
        result["title"] = board.names.title
        result["slot"] = board.slots.number()
        result["off"] = [index for index, line in enumerate(firmware.lines()) if line.state]
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


def first_levels(config):
    """Every input, up; those a finger stays on (over a reset) down."""
    levels = {}
    for index in range(config["buttons"]):
        levels[("button", index, 0)] = False
    for pad in range(config["keypads"]):
        for key in range(1, KEYS_PER_PAD + 1):
            levels[("key", pad, key)] = False
    for kind, index, key in config.get("held", ()):
        if (kind, index, key) in levels:
            levels[(kind, index, key)] = True
    return levels


def main(root, slot, config):
    clock = Milliseconds()
    board = Board(config, root, slot)
    firmware = Firmware(Dictionary(WORDS), board, clock.now())
    levels = first_levels(config)
    # The cabinet has set the line raw with VMIN 0: a read gives what is there and never waits.
    tty = open(config["tty"], "r+b")
    control = open("/dev/stdin", "rb")
    poll = select.poll()
    poll.register(tty, select.POLLIN)
    poll.register(control, select.POLLIN)
    while not firmware.update.restart:
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
