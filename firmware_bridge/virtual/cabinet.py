"""The virtual cabinet: the other end of every cable of the waiting room, each able to misbehave on command.

`motcua bridge cabinet --runtime DIR --config FILE`. The production bridge runs unchanged against it and may be killed
and started again while the cabinet stands. Deeds of the control socket: docs/contracts.md §5.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.settings import Button, Settings
from firmware_bridge import contract
from firmware_bridge.control import ControlError, ControlServer
from firmware_bridge.image import assemble, micropython
from firmware_bridge.virtual.child import RESET_BUTTON, RESET_POWER, FirmwareChild
from firmware_bridge.virtual.contacts import BadContact
from firmware_bridge.virtual.foreign import ForeignWall, boards_on
from firmware_bridge.virtual.printer import VirtualPrinter, printer_for
from firmware_bridge.virtual.pump import Faults, Pump
from firmware_bridge.virtual.shared import SharedPump
from firmware_bridge.virtual.site import port_path, wirings

log = logging.getLogger("cabinet")

HOLD_S = 0.06  # how long a finger stays on a button
ACCEPT_S = 1.0  # the chip debounces in 20 ms; so long it may take on a busy machine
Place = tuple[str, int]


class CabinetError(RuntimeError):
    """The cabinet cannot stand here; the text is for people."""


class Cabinet:
    """Chips, pumps and printer of one site. `start` raises MicroPythonMissing, CabinetError or OSError."""

    def __init__(self, settings: Settings, runtime: Path, driver: str = "max7219", seed: int = 1) -> None:
        self._settings = settings
        self._runtime = runtime
        self._driver = driver
        self._seed = seed
        self._chance = random.Random(seed)
        self._pumps: dict[str, Pump] = {}
        self._walls: dict[str, ForeignWall] = {}
        self._chips: dict[Place, FirmwareChild] = {}
        self._broken: dict[str, str] = {}
        self._off: set[Place] = set()
        self._contacts: dict[str, BadContact] = {}
        self._printer: VirtualPrinter | None = None
        self._stop = threading.Event()
        self._hands = threading.Lock()  # one finger at a time
        self._rearmed: dict[tuple[Any, ...], float] = {}
        self._control = ControlServer(runtime / "control" / "cabinet.sock", self.deeds())

    def deeds(self) -> dict[str, Callable[..., Any]]:
        return {
            "press": self.press,
            "key": self.key,
            "boards": self.boards,
            "lamp": self.lamp,
            "paper": self.paper,
            "misbehave": self.misbehave,
            "state": self.state,
            "call_to_board": self.call_to_board,
        }

    def start(self) -> None:
        interpreter = micropython() if any(bus.protocol == "motcua" for bus in self._settings.buses) else None
        image = self._runtime / "image"
        if interpreter:
            assemble(image, "unix")
        for index, bus in enumerate(self._settings.buses):
            port = port_path(self._runtime, index, bus.id)
            if Path(bus.port) != port:
                raise CabinetError(
                    f"[[buses]] {bus.id}: port là {bus.port}, phòng ảo cần {port}\n"
                    f"[[buses]] {bus.id}: port is {bus.port}, the virtual room needs {port}"
                )
            if bus.protocol != "motcua":
                self._walls[bus.id] = ForeignWall(boards_on(self._settings, bus.id), port, self._seed + index)
                self._walls[bus.id].start()
                continue
            wired = wirings(self._settings, bus.id, self._driver)
            shared = bus.mode == "rs485"
            pump = (
                SharedPump(port, sorted(wired), self._seed + index, bus.baud)
                if shared
                else (Pump(port, sorted(wired), self._seed + index))
            )
            pump.start()
            self._pumps[bus.id] = pump
            for node, wiring in wired.items():
                if interpreter is None:
                    continue
                flash = self._runtime / "flash" / f"{bus.id}-{node}"
                chip = FirmwareChild(interpreter, image, flash, pump.board_tty(node), wiring)
                chip.start()
                self._chips[(bus.id, node)] = chip
        printer = self._settings.printer
        if printer.kind == "network":
            self._printer = printer_for(printer, self._runtime / "paper")
            self._printer.start()
        threading.Thread(target=self._watch, name="chips", daemon=True).start()
        self._control.start()

    def stop(self) -> None:
        self._stop.set()
        self._control.stop()
        for chip in self._chips.values():
            chip.kill()
        for pump in self._pumps.values():
            pump.stop()
        for wall in self._walls.values():
            wall.stop()
        if self._printer:
            self._printer.stop()

    def _watch(self) -> None:
        """A chip that ended by itself is started again, as its watchdog would: and that is worth a line."""
        while not self._stop.wait(0.1):
            for place, chip in self._chips.items():
                status = None if place in self._off or self._stop.is_set() else chip.revive()
                if status == 0:
                    log.info("firmware of %s node %d starts anew", *place)
                elif status is not None:
                    log.error("firmware of %s node %d ended by itself (%d); started again", *place, status)

    # -- fingers

    def press(self, button: str | int) -> dict[str, Any]:
        """Press a ticket button, by id, service or place in the settings. Returns the identity the chip gave it.

        `{"uid", "boot", "press"}`, or `{"folded": true}` when the chip took it as part of one that still waits, or
        `{"reset": true}` when the chip started anew meanwhile and nobody knows.
        """
        found = next(
            (each for at, each in enumerate(self._settings.buttons) if button in (each.id, each.service, at)), None
        )
        if found is None:
            raise ControlError(f"no button {button!r}; known: {', '.join(each.id for each in self._settings.buttons)}")
        chip = self._chip(found.bus, found.node)
        if self._broken.get("button") == "dead":
            return {"dead": True}
        bouncing = self._broken.get("button") == "garbage"
        before, after = self._push(chip, {"do": "button", "index": found.input}, "presses", bouncing)
        if after["boot"] != before["boot"]:
            return {"reset": True}
        if after["presses"] == before["presses"]:
            return {"folded": True, "waiting": after["waiting"]}
        return {"uid": after["uid"], "boot": after["boot"], "press": after["presses"]}

    def key(self, counter: int, key: str) -> dict[str, Any]:
        """Press a key of a counter's pad: next (or call), recall, no-show, transfer."""
        pad = next((each for each in self._settings.keypads if each.counter == counter), None)
        codes = {name: code for code, name in contract.key_names().items()}
        codes["call"] = codes["next"]
        if pad is None or key not in codes:
            known = ", ".join(str(each.counter) for each in self._settings.keypads)
            raise ControlError(f"no key {key!r} at counter {counter!r}; counters: {known}; keys: {', '.join(codes)}")
        chip = self._chip(pad.bus, pad.node)
        if self._broken.get("keypad") == "dead":
            return {"dead": True}
        bouncing = self._broken.get("keypad") == "garbage"
        before, after = self._push(chip, {"do": "key", "pad": pad.address, "key": codes[key]}, "keys", bouncing)
        if after["boot"] != before["boot"]:
            return {"reset": True}
        if after["keys"] == before["keys"]:
            return {"dropped": True, "waiting": after["waiting"]}
        return {"uid": after["uid"], "boot": after["boot"], "key": after["keys"]}

    def _push(
        self, chip: FirmwareChild, pin: dict[str, Any], counts: str, bouncing: bool
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Down, hold until the chip counted it (or a while), up. Returns the chip's counters before and then."""
        do = pin.pop("do")
        which = (chip.wiring.uid, do, *pin.values())
        with self._hands:
            # Sooner would be the same tap to the chip; a test wants to press twice.
            time.sleep(max(0.0, self._rearmed.get(which, 0.0) - time.monotonic()))
            before = chip.ask("read")
            for level in (1, 0) * 4 if bouncing else ():
                chip.ask(do, **pin, level=level)
                time.sleep(0.003)
            chip.ask(do, **pin, level=1)
            down = time.monotonic()
            now = before
            while time.monotonic() - down < ACCEPT_S:
                time.sleep(0.004)
                now = chip.ask(do, **pin, level=1)
                if any(now[each] != before[each] for each in (counts, "folded", "dropped", "boot")):
                    break
            self._rearmed[which] = time.monotonic() + contract.words()["timing"]["rearm_ms"] / 1000
            time.sleep(max(0.0, HOLD_S - (time.monotonic() - down)))
            chip.ask(do, **pin, level=0)
            time.sleep(0.03)  # the release must settle before the next finger
        return before, now

    def _chip(self, bus: str, node: int) -> FirmwareChild:
        chip = self._chips.get((bus, node))
        if chip is None:
            raise ControlError(f"nothing virtual on bus {bus!r} node {node}")
        return chip

    # -- eyes

    def boards(self) -> list[dict[str, Any]]:
        """What the driver chips of each board hold, read back from the firmware. A chip without power is dark."""
        memory: dict[Place, dict[str, Any] | None] = {}
        for place, chip in self._chips.items():
            try:
                memory[place] = chip.ask("read")
            except ControlError:
                memory[place] = None
        out = []
        for board in self._settings.boards:
            if board.bus in self._walls:
                out.append(self._walls[board.bus].shown(board.id))
                continue
            held = memory.get((board.bus, board.node))
            row: dict[str, Any] = {"id": board.id, "kind": board.kind, "power": held is not None}
            if board.kind == "matrix":
                dark = {"rev": None, "position": 0, "frame": "00" * (board.width * board.height // 8)}
                shown = held["matrices"][str(board.address)] if held else dark
                row |= {"width": board.width, "height": board.height}
                row |= {key: shown[key] for key in ("rev", "position", "frame")}
            elif board.kind == "counter":
                shown = held["boards"][str(board.address)] if held else {"text": " " * board.digits, "segments": []}
                row |= {"counter": board.counter, "text": shown["text"], "segments": shown["segments"]}
            else:
                row["rows"] = held["panels"][str(board.address)]["rows"] if held else []
            out.append(row)
        return out

    def lamp(self) -> dict[str, Any]:
        """`{"buttons": {id: lit}, "light": lit}`."""
        memory = {place: chip.ask("read") for place, chip in self._chips.items() if chip.pid}
        buttons = {}
        for button in self._settings.buttons:
            held = memory.get((button.bus, button.node))
            buttons[button.id] = bool(held and held["button_lamps"][button.input])
        return {"buttons": buttons, "light": any(lamp for held in memory.values() for lamp in held["lamps"])}

    def paper(self) -> list[dict[str, Any]]:
        return self._printer.paper() if self._printer else []

    def state(self) -> dict[str, Any]:
        """Pids, command lines, counters of the wires, what is broken."""
        chips = []
        for (bus, node), chip in self._chips.items():
            row: dict[str, Any] = {"bus": bus, "node": node, "uid": chip.wiring.uid, "pid": chip.pid}
            row["command"] = " ".join(chip.command)
            try:
                row |= {key: value for key, value in chip.ask("read").items() if isinstance(value, (int, str))}
            except ControlError as error:
                row["off"] = str(error)
            chips.append(row)
        pumps = {
            name: {"frames": pump.frames, "dropped": pump.dropped, "collisions": pump.collisions}
            for name, pump in self._pumps.items()
        }
        printer = self._printer.state() if self._printer else None
        return {"chips": chips, "buses": pumps, "broken": dict(self._broken), "printer": printer}

    def call_to_board(self, counter: int, key: str = "next", wait_s: float = 3.0) -> dict[str, Any]:
        """Press a key and wait until that counter's board shows something new.

        `ms` is by the chip's own clock, from the moment it took the key as pressed to the moment its display chips held
        the new digits: the whole walk over wire, bridge, hub and back, and nothing of this test rig.
        """
        pad = next((each for each in self._settings.keypads if each.counter == counter), None)
        board = next((each for each in self._settings.boards if each.counter == counter), None)
        if pad is None or board is None or (pad.bus, pad.node) != (board.bus, board.node):
            raise ControlError(f"counter {counter}: needs a key pad and a board on one chip")
        chip = self._chip(pad.bus, pad.node)
        before = chip.ask("read")
        said = self.key(counter, key)
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            held = chip.ask("read")
            text = held["boards"][str(board.address)]["text"]
            if (
                held["changed_at_ms"] != before["changed_at_ms"]
                and text != before["boards"][str(board.address)]["text"]
            ):
                return said | {"ms": held["changed_at_ms"] - held["key_at_ms"], "text": text}
            time.sleep(0.01)
        raise ControlError(f"counter {counter}: the board did not change within {wait_s} s")

    # -- harm

    def misbehave(self, device: str, mode: str, value: float | None = None, node: int | None = None) -> dict[str, Any]:
        """Break or mend (`none`) a device.

        `value`: probability for loss and corrupt, seconds for slow, which button or key pad (place in the settings) for
        stuck and chatter. `node`: only this board.
        """
        deeds: dict[str, Callable[[str, float | None], None]] = {
            "bus": self._harm_bus,
            "board": lambda mode, value: self._harm_board(mode, node),
            "button": self._harm_hand("button"),
            "keypad": self._harm_hand("keypad"),
            "printer": self._harm_printer,
        }
        deeds["other-boards"] = self._harm_walls
        if device not in deeds:
            raise ControlError(f"unknown device {device!r}; known: {', '.join(deeds)}")
        deeds[device](mode, value)
        if mode == "none":
            self._broken.pop(device, None)
        else:
            self._broken[device] = mode
        return {"device": device, "mode": mode}

    def _harm_hand(self, device: str) -> Callable[[str, float | None], None]:
        def harm(mode: str, value: float | None) -> None:
            if mode not in ("none", "dead", "garbage", "unplugged", "stuck", "chatter"):
                raise ControlError(f"{device}: none, dead, garbage (it bounces), stuck or chatter, not {mode!r}")
            bad = self._contacts.pop(device, None)
            if bad:
                bad.mend()
            if mode in ("stuck", "chatter"):
                chip, pin = self._input(device, int(value or 0))
                self._contacts[device] = BadContact(chip, pin, mode, self._chance).begin()

        return harm

    def _input(self, device: str, at: int) -> tuple[FirmwareChild, dict[str, Any]]:
        """The button at this place in the settings, or the first key of the pad there."""
        wired = self._settings.buttons if device == "button" else self._settings.keypads
        if at >= len(wired):
            raise ControlError(f"there are {len(wired)} of {device}")
        each = wired[at]
        if isinstance(each, Button):
            return self._chip(each.bus, each.node), {"do": "button", "index": each.input}
        return self._chip(each.bus, each.node), {"do": "key", "pad": each.address, "key": 1}

    def _harm_printer(self, mode: str, value: float | None) -> None:
        if self._printer is None:
            raise ControlError("this site has no virtual printer (printer.kind = network)")
        self._printer.misbehave(mode, value)

    def _harm_bus(self, mode: str, value: float | None) -> None:
        wires = {
            "none": Faults(),
            "loss": Faults(loss=0.2 if value is None else value),
            "corrupt": Faults(corrupt=0.2 if value is None else value),
            "slow": Faults(delay_s=0.3 if value is None else value),
            "garbage": Faults(garbage=0.5 if value is None else value),
            "dead": Faults(dead=True),
            "dribble": Faults(dribble=True),
            "unplugged": Faults(),
        }
        if mode not in wires:
            raise ControlError(f"bus: {', '.join(wires)}, not {mode!r}")
        for pump in self._pumps.values():
            pump.faults = wires[mode]
            pump.plug(mode != "unplugged")
            if mode == "garbage":
                pump.noise(self._chance.randbytes(400))

    def _harm_walls(self, mode: str, value: float | None) -> None:
        """Boards sold by others, all of them: how they answer, or their adapter."""
        try:
            for wall in self._walls.values():
                of_the_adapter = mode in ("unplugged", "echo")
                wall.harm_bus(mode if of_the_adapter else "none")
                wall.harm("none" if of_the_adapter else mode, value)
        except ValueError as error:
            raise ControlError(str(error)) from error

    def _harm_board(self, mode: str, node: int | None) -> None:
        if mode not in ("none", "reset", "brownout", "dead", "unplugged", "garbage"):
            raise ControlError(f"board: none, reset, brownout, dead, unplugged or garbage, not {mode!r}")
        for place, chip in self._chips.items():
            if node not in (None, place[1]):
                continue
            pump = self._pumps[place[0]]
            pump.cut(place[1], mode == "unplugged")
            if mode in ("reset", "brownout"):
                chip.reset(RESET_BUTTON if mode == "reset" else RESET_POWER)
            elif mode == "dead":
                self._off.add(place)
                chip.kill()
            elif mode == "garbage":
                pump.noise(self._chance.randbytes(2000))
                pump.noise(self._chance.randbytes(2000), to_boards=True)
            elif place in self._off:
                chip.start()
            if mode != "dead":
                self._off.discard(place)
