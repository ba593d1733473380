"""Ticket buttons, lamps, buzzer and a chain of number boards straight on the Pi's pins. The only file that imports
`gpiozero`.

The pin factory is named in the settings, never guessed: gpiozero would go on to the next driver with a mere warning.
Debounce is ours (the drivers disagree about what a bounce time means, and the fake has none): `lines.py`, with the
firmware's rules. The identity of a press and what survives a kill: `presses.py`.
"""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpiozero import DigitalInputDevice, GPIOZeroError, OutputDevice
from gpiozero.pins import Factory

from config.settings import Board, Button, Gpio
from firmware_bridge.node import Pressed
from firmware_bridge.panels.lines import Line, Stamps
from firmware_bridge.panels.presses import PressBook
from firmware_bridge.panels.segments import Segments, bit_banged
from firmware_bridge.panels.serial import Content
from firmware_bridge.panels.troubles import LineState, hole_health, line_health, pins_health
from firmware_bridge.parts import Health

log = logging.getLogger("gpio")

BUSY_LOOK_S = 0.005
IDLE_LOOK_S = 0.05
"""Edges wake the panel; in between it looks so often, for the one that got lost."""
REOPEN_MS = 5000
LAMP_MS = 3000
PAUSE_MS = 120
"""Between the two beeps of a press that got no ticket."""

_FACTORIES = {
    "lgpio": "gpiozero.pins.lgpio:LGPIOFactory",
    "rpigpio": "gpiozero.pins.rpigpio:RPiGPIOFactory",
    "native": "gpiozero.pins.native:NativeFactory",
    "mock": "gpiozero.pins.mock:MockFactory",
}


class GpioUnavailable(RuntimeError):
    """No pins here; the text says which driver and why."""


@dataclass(frozen=True)
class Pins:
    """A pin factory and the errors its driver raises for a pin that cannot be had or was lost."""

    factory: Factory
    errors: tuple[type[Exception], ...]


def open_pins(name: str) -> Pins:
    """The factory of that name and no other. Raises GpioUnavailable (not installed, no Pi, no rights)."""
    module, _, factory = _FACTORIES[name].partition(":")
    try:
        driver = getattr(importlib.import_module(name), "error", OSError) if name == "lgpio" else OSError
        maker = getattr(importlib.import_module(module), factory)
    except (ImportError, OSError, RuntimeError) as error:  # RPi.GPIO raises RuntimeError where there is no Pi
        raise GpioUnavailable(f"gpio.factory = {name!r}: {error}") from error
    errors = (GPIOZeroError, OSError, RuntimeError, driver)
    try:
        return Pins(maker(), errors)
    except errors as error:
        raise GpioUnavailable(f"gpio.factory = {name!r}: {error}") from error


def pi_uid(folder: Path = Path("/proc/device-tree")) -> str:
    """16 hex digits of this Pi: its serial number, else the machine id."""
    serial = folder / "serial-number"
    text = serial.read_text(encoding="ascii").strip("\0\n ") if serial.is_file() else ""
    if not text:
        text = Path("/etc/machine-id").read_text(encoding="ascii").strip()
    return text.lower().rjust(16, "0")[-16:]


class _Input:
    """One button's pin while it is open: its edges with their times, in order."""

    def __init__(self, button: Button, pins: Pins, timing: Mapping[str, int], wake: threading.Event) -> None:
        self.button = button
        self.line = Line(timing["debounce_ms"], timing["rearm_ms"])
        self._wake = wake
        self._stamps = Stamps()
        self._edges: deque[tuple[bool, int]] = deque(maxlen=256)
        self._errors = pins.errors
        self._device = DigitalInputDevice(button.input, pull_up=True, pin_factory=pins.factory)
        # The device's own handler knows presses, but not when they were.
        self._device.pin.when_changed = self._changed

    def _changed(self, ticks: float, state: Any) -> None:
        """In the driver's thread. The pin is pulled up: low is pressed."""
        now = time.monotonic_ns() // 1_000_000
        if self.line.trouble == "chatter":
            self.line.disturbed(now)  # nobody wants its edges, only that they end
            return
        self._edges.append((not state, self._stamps.at(int(ticks * 1000), now)))
        self._wake.set()

    def look(self, now: int) -> int:
        """How many presses became certain: after a stall there may be several."""
        pressed = 0
        while self._edges:
            pressed += self.line.edge(*self._edges.popleft())
        return pressed + self.line.look(bool(self._device.is_active), now)

    @property
    def quiet(self) -> bool:
        return not self._edges and self.line.settled

    def close(self) -> None:
        try:
            self._device.close()
        except self._errors as error:  # lgpio takes the line anew to let it go, and somebody may be quicker
            log.warning("pin %d: %s", self.button.input, error)


class GpioPanel:
    """What hangs on the Pi's pins. `start` runs it in a thread; a test calls `look(now)` itself instead.

    `on_press(Pressed)`: each press once, in order, the next only after the one before was `answered`; nothing is told
    before the hub has said which presses it knows (`hub_presses`). `on_health`: what staff must know, when it changes.
    Pins that cannot be had are told and tried again every 5 s; the rest works meanwhile.
    """

    def __init__(
        self,
        gpio: Gpio,
        buttons: Sequence[Button],
        boards: Sequence[Board],
        pins: Pins,
        book: PressBook,
        timing: Mapping[str, int],
        on_press: Callable[[Pressed], None],
        on_health: Callable[[Health], None] = lambda health: None,
    ) -> None:
        self._gpio = gpio
        self._buttons = buttons
        self._boards = boards
        self._pins = pins
        self._book = book
        self._timing = timing
        self._on_press = on_press
        self._on_health = on_health
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._stopping = False
        self._hub_known = False
        self._inputs: dict[int, _Input] = {}
        self._outputs: dict[int, OutputDevice] = {}
        self._switch: list[tuple[int, int, bool]] = []  # at, pin, on
        self._states: dict[str, Health] = {}
        self._next_open = 0
        self._segments: Segments | None = None
        self._thread = threading.Thread(target=self._run, name="gpio", daemon=True)
        self.look(time.monotonic_ns() // 1_000_000)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Lamps off, boards to dashes, pins given back."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(5)
        with self._lock:
            try:
                if self._segments:
                    self._segments.dashes()
                for output in self._outputs.values():
                    output.off()
            except self._pins.errors as error:
                log.warning("a pin was lost while closing: %s", error)
            for device in (*self._inputs.values(), *self._outputs.values()):
                device.close()

    # -- from the bridge

    def answered(self, boot: int, press: int, ticket: bool = True) -> None:
        """The hub has answered this press: lamp and one beep; two beeps and no lamp where there is no ticket now."""
        now = _now()
        with self._lock:
            pin = self._book.answered(boot, press)
            if pin is not None:
                self._beep(now, 1 if ticket else 2)
                if ticket:
                    self._light(pin, now)
        self._wake.set()

    def hub_presses(self, presses: Mapping[str, tuple[int, int]]) -> None:
        """The hub's highest committed (boot, press) of each uid. Before the first call no press is told."""
        with self._lock:
            self._book.hub_knows(*presses.get(self._book.uid, (0, 0)))
            self._hub_known = True
        self._wake.set()

    def set_hub(self, alive: bool) -> None:
        """Whether the hub's stream is alive: the boards must not show an old number for long."""
        if self._segments:
            self._segments.set_hub(alive, _now())

    def show(self, contents: Sequence[Content]) -> None:
        """Whole contents of boards; those on other buses are passed over."""
        if self._segments:
            self._segments.show(contents, _now())
            self._wake.set()

    def finger(self, pin: int, pressed: bool) -> None:
        """Press or let go where the pins are the fake ones. ValueError where they are real."""
        line = self._pins.factory.pin(pin) if self._gpio.factory == "mock" and pin in self._inputs else None
        if line is None:
            raise ValueError(f"no button on a fake pin {pin}")
        (line.drive_low if pressed else line.drive_high)()

    def state(self) -> dict[str, Any]:
        with self._lock:
            return {
                "boot": self._book.boot,
                "presses": self._book.count,
                "waiting": len(self._book),
                "outputs": {str(pin): bool(each.value) for pin, each in sorted(self._outputs.items())},
                "lines": {str(pin): each.line.trouble or "ok" for pin, each in sorted(self._inputs.items())},
            }

    # -- the thread

    def _run(self) -> None:
        while not self._stopping:
            busy = not all(each.quiet for each in list(self._inputs.values()))
            self._wake.wait(BUSY_LOOK_S if busy or self._switch else IDLE_LOOK_S)
            self._wake.clear()
            self.look(_now())

    def look(self, now: int) -> None:
        """Read every pin once, do what is due; `now` in ms of the monotonic clock."""
        told: list[Health] = []
        with self._lock:
            if now >= self._next_open:
                self._next_open = now + REOPEN_MS
                self._open(told)
            for pin, each in list(self._inputs.items()):
                self._read(pin, each, now, told)
            self._do_switches(now)
            said = self._book.say() if self._hub_known else None
        told += self._beat_segments(now)
        for health in told:
            if self._states.get(health.part) != health:
                known = self._states.get(health.part)
                self._states[health.part] = health
                if known is not None or health.state != "ok":
                    self._on_health(health)
        if said:
            self._on_press(said)

    def _read(self, pin: int, each: _Input, now: int, told: list[Health]) -> None:
        state: LineState = "ok"
        try:
            for _ in range(each.look(now)):
                self._book.add(pin, now)
            state = each.line.trouble or "ok"
            why = ""
        except self._pins.errors as error:
            state, why = "busy", str(error)
            del self._inputs[pin]
            each.close()
        told.append(line_health(each.button, state, why))

    def _open(self, told: list[Health]) -> None:
        for button in self._buttons:
            if button.input not in self._inputs:
                try:
                    self._inputs[button.input] = _Input(button, self._pins, self._timing, self._wake)
                except self._pins.errors as error:
                    told.append(line_health(button, "busy", str(error)))
            if button.lamp is not None:
                told.append(pins_health("lamp", button.id, self._output(button.lamp)))
        if self._gpio.buzzer is not None:
            told.append(pins_health("buzzer", "", self._output(self._gpio.buzzer)))
        if self._boards and self._segments is None:
            wires = (self._gpio.data, self._gpio.clock, self._gpio.latch)
            why = "; ".join(filter(None, (self._output(pin) for pin in wires)))
            told.append(pins_health("chain", "", why))
            if not why:
                data, clock, latch = (self._outputs[pin] for pin in wires)
                self._segments = Segments(
                    self._boards,
                    self._gpio.chain,
                    bit_banged(data, clock, latch),
                    self._timing["silence_ms"],
                    self._gpio.common_anode,
                )

    def _output(self, pin: int) -> str:
        """Open an output; the reason where it cannot be had."""
        if pin not in self._outputs:
            try:
                self._outputs[pin] = OutputDevice(pin, pin_factory=self._pins.factory)
            except self._pins.errors as error:
                return str(error)
        return ""

    def _light(self, pin: int, now: int) -> None:
        lamp = next((each.lamp for each in self._buttons if each.input == pin), None)
        if lamp is not None and lamp in self._outputs:
            self._switch = [each for each in self._switch if each[1] != lamp]
            self._switch += [(now, lamp, True), (now + LAMP_MS, lamp, False)]

    def _beep(self, now: int, times: int) -> None:
        pin = self._gpio.buzzer
        if pin is None or pin not in self._outputs:
            return
        self._switch = [each for each in self._switch if each[1] != pin]
        for n in range(times):
            at = now + n * (self._gpio.beep_ms + PAUSE_MS)
            self._switch += [(at, pin, True), (at + self._gpio.beep_ms, pin, False)]

    def _do_switches(self, now: int) -> None:
        for at, pin, on in sorted(self._switch):
            if at > now:
                break
            self._switch.remove((at, pin, on))
            (self._outputs[pin].on if on else self._outputs[pin].off)()

    def _beat_segments(self, now: int) -> list[Health]:
        segments = self._segments
        if segments is None:
            return []
        try:
            return [hole_health(missing) for missing in segments.beat(now)]
        except self._pins.errors as error:
            with self._lock:
                self._segments = None
                for pin in (self._gpio.data, self._gpio.clock, self._gpio.latch):
                    self._outputs.pop(pin).close()
            return [pins_health("chain", "", str(error))]


def _now() -> int:
    return time.monotonic_ns() // 1_000_000
