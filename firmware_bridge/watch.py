"""What boards report besides presses: turned into sentences for staff, and link counters for the hub."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from config.settings import Settings
from firmware_bridge import contract, parts
from firmware_bridge.linkstats import LinkReports
from firmware_bridge.node import Node
from firmware_bridge.parts import Health, Parts
from firmware_bridge.port import SerialBus, milliseconds
from firmware_bridge.told import Event, Greeted, LineState, LinkStats, Mismatch, Missing, Twins, WentSilent

log = logging.getLogger("boards")
KEYS_PER_PAD = 4


class BoardWatch:
    """`event` is called in the bus threads: nothing here waits."""

    def __init__(
        self,
        settings: Settings,
        told: Parts,
        buses: Mapping[str, SerialBus],
        report: Callable[[str, dict[str, Any]], None],
    ) -> None:
        self._settings = settings
        self._parts = told
        self._buses = buses
        self._report = report
        self.links = LinkReports()
        self._off: dict[str, set[str]] = defaultdict(set)  # board → parts of its inputs that are switched off

    def event(self, bus: str, address: int, event: Event) -> None:
        """Anything but presses and keys."""
        part = f"board-{bus}-{address}"
        if isinstance(event, Greeted):
            self._greeted(part, event)
        elif isinstance(event, Mismatch):
            self._parts.tell(parts.mismatch(part, event))
        elif isinstance(event, Twins):
            self._parts.tell(parts.twins(part, bus, address, event))
        elif isinstance(event, WentSilent):
            if self._buses[bus].is_open:
                self._parts.tell(parts.silent(part, bus, address))
        elif isinstance(event, Missing):
            self._parts.tell(parts.unshowable(part, event))
        elif isinstance(event, LineState):
            self._line(part, bus, address, event)
        elif isinstance(event, LinkStats):
            self._stats(part, self._buses[bus].nodes[address], event)

    def _greeted(self, part: str, event: Greeted) -> None:
        identity = event.identity
        cause = contract.reset_cause(identity.reset)
        runs = f"{identity.firmware} ({identity.slot}{', on trial' if identity.trial else ''})"
        log.info("%s: board %s firmware %s boot %d (%s)", part, identity.uid, runs, identity.boot, cause)
        self._parts.tell(parts.ok(part))
        for off in sorted(self._off.pop(part, ())):
            self._parts.tell(parts.ok(off))  # those that are still off are told again by the board

    def _line(self, part: str, bus: str, address: int, event: LineState) -> None:
        name = f"input-{bus}-{address}-{event.kind}{event.index}"
        if event.state == "ok":
            self._off[part].discard(name)
            self._parts.tell(parts.ok(name))
        else:
            self._off[part].add(name)
            what = self._input(bus, address, event)
            public = parts.PUBLIC_BUTTON if event.kind == "button" else (None, None)
            words = parts.switched_off(event.state, *what)
            self._parts.tell(Health(name, "degraded", f"input_{event.state}", *words, *public))

    def _input(self, bus: str, address: int, event: LineState) -> tuple[str, str]:
        """The input as staff know it, Vietnamese and English."""
        if event.kind == "button":
            for button in self._settings.buttons:
                if (button.bus, button.node, button.input) == (bus, address, event.index):
                    service = next((each for each in self._settings.services if each.id == button.service), None)
                    if service:
                        return f"Nút lấy số “{service.name}”", f"The ticket button '{service.name_en or service.name}'"
            return f"Nút số {event.index} của bo mạch {address}", f"Button {event.index} of board {address}"
        pad, which = divmod(event.index, KEYS_PER_PAD)
        verb = contract.key_names().get(which + 1, "?")
        for keypad in self._settings.keypads:
            if (keypad.bus, keypad.node, keypad.address) == (bus, address, pad):
                key = KEY_NAMES.get(verb, verb)
                return f"Phím “{key}” ở quầy {keypad.counter}", f"The key '{verb}' at counter {keypad.counter}"
        return f"Phím {verb} của bàn phím {pad}, bo mạch {address}", f"Key {verb} of pad {pad}, board {address}"

    def _stats(self, part: str, node: Node, event: LinkStats) -> None:
        body = self.links.report(part, node, event.values, milliseconds())
        if body is not None:
            self._report(part, body)


KEY_NAMES = {"next": "Gọi", "recall": "Gọi lại", "no-show": "Vắng", "transfer": "Chuyển"}
