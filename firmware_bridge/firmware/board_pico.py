"""The reference board: Raspberry Pi Pico (RP2040). The only file that knows its pins; board_main.py on the flash.

    GP0 TX, GP1 RX     UART0 at 115200, to a USB-UART cable or the Pi's own UART
    GP2 GP3 GP4 GP5    ticket buttons 0..3, to ground
    GP6 GP7 GP8 GP9    their lamps (through a transistor); with more than four buttons: buttons 4..7, and no lamps
    GP10..GP13         key pad rows: next, recall, no-show, transfer, to ground through the pad's column
    GP14 GP15 GP20 GP21 GP22 GP26    key pad columns, one a counter
    GP16               light over the camera (through a transistor)
    GP18 SCK, GP19 MOSI    to every display chip
    GP17               CS of the counter boards' chain
    GP27               CS of the main panel's chain
    GP28               buzzer (through a transistor)

`wiring.json` on the flash says what is really wired; without it: one counter board, one button, one key pad.
A node address set over the bus (file `name`) goes before the one in it.
    {"node": 1, "boards": [[0, 4]], "panels": [[15, 8]], "buttons": 1, "keypads": 1, "driver": "max7219",
     "baud": 115200, "de": null}            "de": pin that switches an RS-485 transceiver to sending, if it has one
"""

import json
import time

import machine
from machine import SPI, UART, Pin
from wire_words import WORDS

from firmware_bridge.dictionary import Dictionary
from firmware_bridge.firmware.core import KEYS_PER_PAD, Firmware
from firmware_bridge.firmware.displays import CounterBoard, Hc595, MainPanel, Max7219
from firmware_bridge.firmware.slots import Slots
from firmware_bridge.firmware.store import BootCounter, NameStore, PressStore, somewhere

BUTTONS = (2, 3, 4, 5)
BUTTON_LAMPS = (6, 7, 8, 9)
ROWS = (10, 11, 12, 13)
COLUMNS = (14, 15, 20, 21, 22, 26)
LIGHT = 16
COUNTER_CS = 17
PANEL_CS = 27
BUZZER = 28
WATCHDOG_MS = 4000
KIND = 2

DEFAULT = {
    "node": 1,
    "boards": [[0, 4]],
    "panels": [],
    "buttons": 1,
    "keypads": 1,
    "driver": "max7219",
    "baud": 115200,
    "de": None,
}


def reset_cause():
    """Code of serial.toml's reset_causes."""
    cause = machine.reset_cause()
    if cause == machine.PWRON_RESET:
        return 1
    if cause == machine.WDT_RESET:
        return 2
    return 3


def wiring(root):
    try:
        with open(root + "/wiring.json") as file:
            told = json.load(file)
    except (OSError, ValueError):
        return DEFAULT  # a board without its file still says hello, and the host sees how little hangs on it
    merged = dict(DEFAULT)
    merged.update(told)
    return merged


class Board:
    kind = KIND
    matrices = {}  # a line of running text is another board

    def __init__(self, root, slot):
        config = wiring(root)
        self.uid = "".join("%02x" % byte for byte in machine.unique_id())
        self.baud = config["baud"]
        self._de = None if config["de"] is None else Pin(config["de"], Pin.OUT, value=0)
        self.names = NameStore(root + "/name", config["node"])
        self.reset = reset_cause()
        self.boots = BootCounter(root + "/boot", somewhere)
        self.keep = PressStore(root + "/presses")
        self.slots = Slots(root, slot)
        # The chip has no pins for eight buttons and eight lamps: a room of many services gives up the lamps.
        many = config["buttons"] > len(BUTTONS)
        buttons = BUTTONS + BUTTON_LAMPS if many else BUTTONS
        lamps = () if many else BUTTON_LAMPS
        self.buttons = min(config["buttons"], len(buttons))
        self.keypads = min(config["keypads"], len(COLUMNS))
        self._buttons = [Pin(pin, Pin.IN, Pin.PULL_UP) for pin in buttons[: self.buttons]]
        self._lamps = [Pin(pin, Pin.OUT, value=0) for pin in lamps[: self.buttons]]
        self._rows = [Pin(pin, Pin.IN, Pin.PULL_UP) for pin in ROWS]
        # A column that is not being read floats, so that two pads pressed at once do not fight.
        self._columns = [Pin(pin, Pin.IN) for pin in COLUMNS[: self.keypads]]
        # Before the light: a bus without a MISO named takes GP16 for one, and the light would stay dark.
        self._spi = SPI(0, baudrate=1000000, sck=Pin(18), mosi=Pin(19))
        self._light = Pin(LIGHT, Pin.OUT, value=0)
        self._buzzer = Pin(BUZZER, Pin.OUT, value=0)
        self._chains = []
        self.boards = {}
        self.panels = {}
        if config["boards"]:
            count = len(config["boards"])
            wire = self._wire(COUNTER_CS)
            chain = Hc595(wire, count) if config["driver"] == "hc595" else Max7219(wire, count)
            self._chains.append(chain)
            for line, (place, digits) in enumerate(config["boards"]):
                self.boards[place] = CounterBoard(chain, line, digits)
        if config["panels"]:
            chain = Max7219(self._wire(PANEL_CS), sum(rows for _, rows in config["panels"]))
            self._chains.append(chain)
            first = 0
            for place, rows in config["panels"]:
                self.panels[place] = MainPanel(chain, first, rows)
                first += rows

    def _wire(self, pin):
        select = Pin(pin, Pin.OUT, value=1)

        def write(data):
            select(0)
            self._spi.write(data)
            select(1)  # the rising edge latches, in both kinds of chips

        return write

    def refresh(self):
        for chain in self._chains:
            chain.refresh()

    def set_button_lamp(self, button, on):
        if button < len(self._lamps):
            self._lamps[button](1 if on else 0)

    def set_lamp(self, lamp, on):
        if lamp == 0:
            self._light(1 if on else 0)

    def say(self, uart, data):
        if self._de is None:
            uart.write(data)
            return
        self._de(1)
        uart.write(data)
        uart.flush()  # the wires are given back the moment the last bit has left
        self._de(0)

    def set_buzzer(self, on):
        self._buzzer(1 if on else 0)

    def read_inputs(self, firmware, now):
        for index, pin in enumerate(self._buttons):
            firmware.button(index, not pin(), now)
        for pad, column in enumerate(self._columns):
            column.init(Pin.OUT, value=0)
            time.sleep_us(5)  # the row's pull-up has to charge the cable
            for key in range(KEYS_PER_PAD):
                firmware.key(pad, key + 1, not self._rows[key](), now)
            column.init(Pin.IN)


def main(root, slot):
    board = Board(root, slot)
    uart = UART(0, baudrate=board.baud, tx=Pin(0), rx=Pin(1), rxbuf=512, txbuf=512)
    watchdog = machine.WDT(timeout=WATCHDOG_MS)
    total, last = 0, time.ticks_ms()
    firmware = Firmware(Dictionary(WORDS), board, total)
    while not firmware.update.restart:
        watchdog.feed()
        ticks = time.ticks_ms()
        total += time.ticks_diff(ticks, last)
        last = ticks
        waiting = uart.any()
        if waiting:
            firmware.feed(uart.read(waiting), total)
        board.read_inputs(firmware, total)
        out = firmware.step(total)
        if out:
            board.say(uart, out)
        elif not waiting:
            time.sleep_ms(1)
    uart.flush()
    machine.reset()
