"""One body of tests for buttons, lamps and buzzer on the Pi's pins, run on gpiozero's fake and on a real kernel chip.

On the fake: tests/integration/test_gpio_body.py. On a kernel's gpio-sim, inside the emulated machine:

    python -m tests.gpio.body --sim /sys/devices/platform/gpio-sim.0/gpiochip0 [--chip-factory lgpio] [--folder DIR]

from the checkout, with a bank of at least 28 lines live as /dev/gpiochip0, and a cpuinfo with a Pi's revision
(LGPIOFactory asks for it). lgpio writes into the current folder, so the program goes to --folder. It prints a line for
each check and ends with 0 when all held, else 1; `--only NAME` runs some. Lines used: buttons 17, 22, 23, 24; lamps
27, 5, 6, 13; buzzer 12; chain 10, 11, 8. About 40 s on the fake. To call it from other code: make a `Bench` and run
every function of `CHECKS` with it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from config.settings import Board, Button, Gpio
from firmware_bridge import contract
from firmware_bridge.node import Pressed
from firmware_bridge.panels import lines
from firmware_bridge.panels.gpio import GpioPanel, Pins, open_pins
from firmware_bridge.panels.presses import PressBook
from firmware_bridge.panels.serial import Content
from firmware_bridge.parts import Health

UID = "00000000abcd1234"
BUTTONS = [
    Button(id=f"nut-{pin}", service="reception", bus="gpio", input=pin, lamp=lamp)
    for pin, lamp in ((17, 27), (22, 5), (23, 6), (24, 13))
]
PINS = [each.input for each in BUTTONS]
BUZZER = 12
GPIO = Gpio(factory="mock", buzzer=BUZZER, beep_ms=80)
HOLD_S = 0.07
"""A short but honest tap."""


class Bench:
    """The far end of the header. `drive(pin, pressed)`: a finger; `read(pin)`: the level of an output; `hold(pin)`
    takes a pin as another program does and gives a function that lets it go."""

    def __init__(
        self,
        pins: Pins,
        drive: Callable[[int, bool], None],
        read: Callable[[int], bool],
        hold: Callable[[int], Callable[[], None]],
        folder: Path,
    ) -> None:
        self.pins = pins
        self.drive = drive
        self.read = read
        self.hold = hold
        self.folder = folder
        self._panels = 0

    def panel(
        self, answers: bool = True, ticket: bool = True, folder: Path | None = None, boards: list[Board] | None = None
    ) -> Hall:
        for pin in PINS:
            self.drive(pin, False)
        self._panels += 1
        folder = folder or self.folder / f"panel-{self._panels}"
        folder.mkdir(exist_ok=True)
        return Hall(self, folder, answers, ticket, boards or [])

    def tap(self, pin: int, hold_s: float = HOLD_S) -> None:
        self.drive(pin, True)
        time.sleep(hold_s)
        self.drive(pin, False)


class Hall:
    """A panel at work and a hub that answers each press (or keeps silent)."""

    def __init__(self, bench: Bench, folder: Path, answers: bool, ticket: bool, boards: list[Board]) -> None:
        self.bench = bench
        self.folder = folder
        self.answers = answers
        self.ticket = ticket
        self.pressed: list[Pressed] = []
        self.health: dict[str, Health] = {}
        self._lock = threading.Lock()
        timing = contract.dictionary().timing
        book = PressBook(folder, UID, timing["fold_ms"], time.monotonic_ns() // 1_000_000)
        gpio = GPIO.model_copy(update={"chain": "max7219" if boards else "none"})
        self.panel = GpioPanel(gpio, BUTTONS, boards, bench.pins, book, timing, self._press, self._tell)
        self.panel.hub_presses({})
        self.panel.start()

    def _press(self, press: Pressed) -> None:
        with self._lock:
            self.pressed.append(press)
        if self.answers:
            self.panel.answered(press.boot, press.press, self.ticket)

    def _tell(self, health: Health) -> None:
        self.health[health.part] = health

    def code(self, pin: int) -> str:
        """What staff read of a button's line."""
        told = self.health.get(f"button-nut-{pin}")
        return told.code if told else "ok"

    def settle(self, seconds: float = 0.35) -> None:
        """Long enough for everything a finger did to count, and for the next tap to be another one."""
        time.sleep(seconds)

    def __enter__(self) -> Hall:
        return self

    def __exit__(self, *_: object) -> None:
        self.panel.close()
        for pin in PINS:
            self.bench.drive(pin, False)


def until(true: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def hundred_taps_are_hundred_presses(bench: Bench) -> None:
    with bench.panel() as hall:
        for _ in range(25):
            for pin in PINS:
                bench.tap(pin)
            hall.settle(0.1)  # with four taps of 70 ms: each button rests longer than one tap's folding time
        until(lambda: len(hall.pressed) >= 100, f"100 presses, {len(hall.pressed)} so far")
        hall.settle()
        assert [each.press for each in hall.pressed] == list(range(1, 101))
        assert [each.button for each in hall.pressed] == PINS * 25
        assert {each.uid for each in hall.pressed} == {UID}


def bounce_and_double_tap_are_one_press(bench: Bench) -> None:
    with bench.panel() as hall:
        for _ in range(20):  # a machine that stalls in the middle has made two taps of it: again
            before = len(hall.pressed)
            started = time.monotonic()
            for level in (True, False, True, False, True):
                bench.drive(17, level)
                time.sleep(0.004)
            time.sleep(0.04)
            bench.drive(17, False)
            time.sleep(0.05)
            bench.tap(17, 0.04)
            quick = time.monotonic() - started < 0.28
            hall.settle(0.6)
            if quick:
                assert len(hall.pressed) == before + 1
                break
        else:
            raise AssertionError("this machine is too slow to tap twice within 300 ms")
        bench.tap(17)
        until(lambda: len(hall.pressed) == before + 2, "a tap after 300 ms counts")


def spike_is_no_press(bench: Bench) -> None:
    with bench.panel() as hall:
        for _ in range(5):
            started = time.monotonic()
            bench.drive(22, True)
            bench.drive(22, False)
            if time.monotonic() - started < 0.018:
                hall.settle()
                assert hall.pressed == []
                return
            hall.settle()
            hall.pressed.clear()


def lamp_and_beep_follow_the_ticket(bench: Bench) -> None:
    with bench.panel(answers=False) as hall:
        assert not bench.read(27)
        bench.tap(17)
        until(lambda: len(hall.pressed) == 1, "the press")
        hall.settle()
        assert not bench.read(27), "the lamp was lit before the number was committed"
        hall.panel.answered(1, 1)
        until(lambda: bench.read(27), "the lamp after the commit")
        until(lambda: not bench.read(BUZZER), "the end of the beep")
        until(lambda: not bench.read(27), "the lamp goes out again")


def refusal_lights_nothing(bench: Bench) -> None:
    with bench.panel(ticket=False) as hall:
        bench.tap(17)
        until(lambda: len(hall.pressed) == 1, "the press")
        hall.settle()
        assert not bench.read(27)
        assert hall.panel.state()["waiting"] == 0


def presses_wait_in_order_for_a_hub_that_is_away(bench: Bench) -> None:
    with bench.panel(answers=False) as hall:
        for pin in (17, 22, 23):
            bench.tap(pin)
        hall.settle()
        assert [(each.press, each.button) for each in hall.pressed] == [(1, 17)], "one at a time, in order"
        for number in (1, 2, 3):
            until(lambda n=number: len(hall.pressed) == n, f"press {number}")  # type: ignore[misc]
            hall.panel.answered(1, number)
        assert [each.button for each in hall.pressed] == [17, 22, 23]


def chattering_line_is_left_out_and_comes_back(bench: Bench) -> None:
    with bench.panel() as hall:
        until(lambda: _chatter(bench, hall), "the sentence for a chattering line")
        assert "nut-23" in hall.health["button-nut-23"].vi
        already = len(hall.pressed)
        bench.tap(17)
        until(lambda: any(each.button == 17 for each in hall.pressed), "the other buttons work on")
        until(lambda: hall.code(23) == "ok", "quiet again")
        assert sum(each.button == 23 for each in hall.pressed) <= already
        bench.tap(23)
        until(lambda: hall.pressed[-1].button == 23, "the button works again")


def _chatter(bench: Bench, hall: Hall) -> bool:
    for _ in range(40):
        bench.drive(23, True)
        time.sleep(0.006)
        bench.drive(23, False)
        time.sleep(0.006)
    hall.settle(0.1)
    return hall.code(23) == "button_chatter"


def stuck_line_is_left_out_and_comes_back(bench: Bench) -> None:
    before, lines.STUCK_MS = lines.STUCK_MS, 1500  # half a minute is long for a test
    try:
        with bench.panel() as hall:
            bench.drive(24, True)
            until(lambda: hall.code(24) == "button_stuck", "the sentence for a stuck line")
            assert len(hall.pressed) == 1
            bench.drive(24, False)
            until(lambda: hall.code(24) == "ok", "released")
            bench.tap(24)
            until(lambda: len(hall.pressed) == 2, "the button works again")
    finally:
        lines.STUCK_MS = before


def pin_of_another_program_is_a_sentence_and_comes_back(bench: Bench) -> None:
    let_go = bench.hold(22)
    try:
        with bench.panel() as hall:
            assert hall.code(22) == "button_pin_taken"
            bench.tap(17)
            until(lambda: len(hall.pressed) == 1, "the other buttons work")
            let_go()
            until(lambda: hall.code(22) == "ok", "the pin is taken as soon as it is free")
            bench.tap(22)
            until(lambda: len(hall.pressed) == 2, "the button works")
    finally:
        let_go()


def press_outlives_its_process(bench: Bench) -> None:
    folder = bench.folder / "kept"
    with bench.panel(answers=False, folder=folder) as hall:
        bench.tap(17)
        until(lambda: len(hall.pressed) == 1, "the press")
        first = hall.pressed[0]
    with bench.panel(answers=False, folder=folder) as hall:
        until(lambda: len(hall.pressed) == 1, "the press again")
        assert hall.pressed == [first], "the same identity, so the hub gives the same ticket"
        bench.tap(22)
        hall.panel.answered(first.boot, first.press)
        until(lambda: len(hall.pressed) == 2, "the next press")
        assert (hall.pressed[1].boot, hall.pressed[1].press, hall.pressed[1].button) == (first.boot + 1, 1, 22)
        hall.panel.answered(first.boot + 1, 1)
    with bench.panel(answers=False, folder=folder) as hall:
        hall.settle()
        assert hall.pressed == []


def chain_of_boards_is_written(bench: Bench) -> None:
    """What the lines carry is read in tests/unit/firmware_bridge/test_segments.py; here: real pins take it."""
    boards = [Board(id="counter-1", kind="counter", bus="gpio", address=0, counter=1)]
    with bench.panel(boards=boards) as hall:
        hall.panel.show([Content(("gpio", 1), 0, 1, "A042")])
        hall.settle(0.3)
        assert "gpio-chain" not in hall.health
        assert bench.read(8), "the latch is up between two writes"
        assert not bench.read(11), "the clock rests low"


CHECKS: tuple[Callable[[Bench], None], ...] = (
    hundred_taps_are_hundred_presses,
    bounce_and_double_tap_are_one_press,
    spike_is_no_press,
    lamp_and_beep_follow_the_ticket,
    refusal_lights_nothing,
    presses_wait_in_order_for_a_hub_that_is_away,
    chattering_line_is_left_out_and_comes_back,
    stuck_line_is_left_out_and_comes_back,
    press_outlives_its_process,
    chain_of_boards_is_written,
    pin_of_another_program_is_a_sentence_and_comes_back,
)


# -- on a kernel's gpio-sim


def sim_bench(sim: Path, name: str, folder: Path) -> Bench:
    """The bench of a gpio-sim bank: `sim` is its folder in sysfs, with sim_gpioN/{pull,value}."""
    holder = (
        "import sys, lgpio\n"
        "h = lgpio.gpiochip_open(0)\n"
        "lgpio.gpio_claim_input(h, int(sys.argv[1]))\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )

    def drive(pin: int, pressed: bool) -> None:
        (sim / f"sim_gpio{pin}" / "pull").write_text("pull-down" if pressed else "pull-up", encoding="ascii")

    def read(pin: int) -> bool:
        return (sim / f"sim_gpio{pin}" / "value").read_text(encoding="ascii").strip() == "1"

    def hold(pin: int) -> Callable[[], None]:
        process = subprocess.Popen(
            [sys.executable, "-c", holder, str(pin)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        assert process.stdout and process.stdout.readline() == b"held\n"

        def let_go() -> None:
            if process.stdin and not process.stdin.closed:
                process.stdin.close()
            process.wait(30)

        return let_go

    return Bench(open_pins(name), drive, read, hold, folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sim", type=Path, required=True)
    parser.add_argument("--chip-factory", default="lgpio")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="gpio"))
    bad = 0
    # A pin once opened stays with this process, so the one that needs another owner first comes first.
    ordered = (pin_of_another_program_is_a_sentence_and_comes_back, *CHECKS[:-1])
    os.chdir(folder)  # lgpio keeps a pipe where it stands
    bench = sim_bench(arguments.sim, arguments.chip_factory, folder)
    for check in ordered:
        if arguments.only and check.__name__ not in arguments.only:
            continue
        started = time.monotonic()
        try:
            check(bench)
            word = "ok"
        except AssertionError as error:
            bad, word = bad + 1, f"FAILED: {error}"
        print(f"gpio {check.__name__}: {word} ({time.monotonic() - started:.1f} s)", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
