"""Ticket buttons and their lamps straight on the Pi's pins. The only file that imports `gpiozero`.

The pin factory is named, never guessed: gpiozero would go on to the next driver with a mere warning. Debounce is ours
(the drivers disagree about what a bounce time means, and the fake has none): the same code as in the firmware, so a
press has the same kind of identity, (uid of this Pi, boot counter of this panel, press counter).
"""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from gpiozero import LED, DigitalInputDevice, GPIOZeroError
from gpiozero.pins import Factory

from config.settings import Button
from firmware_bridge import contract
from firmware_bridge.firmware.inputs import Debounce, Pending
from firmware_bridge.firmware.store import BootCounter
from firmware_bridge.node import Pressed

log = logging.getLogger("gpio")

LOOK_S = 0.005
LAMP_MS = 3000


class GpioUnavailable(RuntimeError):
    """No pins here; the text says which driver and why."""


def lgpio_factory() -> Factory:
    """The driver of every Pi OS since 2023. Raises GpioUnavailable (no Pi, no rights, line taken)."""
    try:
        from gpiozero.pins.lgpio import LGPIOFactory

        driver_error: type[Exception] = importlib.import_module("lgpio").error
    except (ImportError, OSError) as error:
        raise GpioUnavailable(f"lgpio: {error}") from error
    try:
        return LGPIOFactory()
    except (driver_error, GPIOZeroError, OSError) as error:
        raise GpioUnavailable(f"lgpio: {error}") from error


def pi_uid(folder: Path = Path("/proc/device-tree")) -> str:
    """16 hex digits of this Pi: its serial number, else the machine id."""
    serial = folder / "serial-number"
    text = serial.read_text(encoding="ascii").strip("\0\n ") if serial.is_file() else ""
    if not text:
        text = Path("/etc/machine-id").read_text(encoding="ascii").strip()
    return text.lower().rjust(16, "0")[-16:]


class GpioPanel:
    """Buttons (to ground, pulled up) and lamps of the settings' `[[buttons]] bus = "gpio"`.

    `on_press(Pressed)` is called in the panel's thread; each press once, in order, the next only after the one before
    was `answered`. Raises GpioUnavailable when a pin cannot be had.
    """

    def __init__(
        self,
        buttons: list[Button],
        factory: Factory,
        uid: str,
        boots: BootCounter,
        on_press: Callable[[Pressed], None],
    ) -> None:
        timing = contract.dictionary().timing
        self._uid = uid
        self._boot = int(boots.next())
        self._on_press = on_press
        self._pending = Pending(timing["press_repeat_ms"], timing["fold_ms"])
        self._debounce = {each.input: Debounce(timing["debounce_ms"], timing["rearm_ms"]) for each in buttons}
        self._passed_on = 0
        self._answered = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._dark_at: dict[int, int] = {}
        self._pins: dict[int, DigitalInputDevice] = {}
        self._lamps: dict[int, LED] = {}
        try:
            for each in buttons:
                self._pins[each.input] = DigitalInputDevice(each.input, pull_up=True, pin_factory=factory)
                if each.lamp is not None:
                    self._lamps[each.input] = LED(each.lamp, pin_factory=factory)
        except GPIOZeroError as error:
            self.close()
            raise GpioUnavailable(str(error)) from error
        self._thread = threading.Thread(target=self._run, name="gpio", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        for device in (*self._pins.values(), *self._lamps.values()):
            device.close()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            self.look(time.monotonic_ns() // 1_000_000)

    def look(self, now: int) -> None:
        """Read every pin once; `now` in ms. The thread does this 200 times a second."""
        with self._lock:
            for pin, device in self._pins.items():
                if self._debounce[pin].update(device.is_active, now):
                    self._pending.add(pin, now, True)
            for _number, pin, _since in self._pending.committed(self._answered, now):
                if pin in self._lamps:
                    self._lamps[pin].on()
                    self._dark_at[pin] = now + LAMP_MS
            for pin, at in list(self._dark_at.items()):
                if now >= at:
                    del self._dark_at[pin]
                    self._lamps[pin].off()
            said = self._pending.say(now)
        # The bridge tries a press until the hub answers, so passing it on once is enough.
        if said and said[0] > self._passed_on:
            self._passed_on = said[0]
            self._on_press(Pressed(self._uid, self._boot, said[0], said[1]))

    def answered(self, boot: int, press: int) -> None:
        """The hub has answered this press: light the lamp, go on with the next."""
        with self._lock:
            if boot == self._boot:
                self._answered = max(self._answered, press)

    def state(self) -> Mapping[str, int]:
        with self._lock:
            return {"boot": self._boot, "presses": int(self._pending.count), "waiting": len(self._pending)}
