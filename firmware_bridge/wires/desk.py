"""What a technician may ask of a running bridge: the deeds of `wires.sock` (docs/contracts.md §5).

The bridge owns the ports, so the commands go through it. The socket lies in the runtime folder with mode 0600: root and
the bridge's own user. Deeds run in the socket's threads; everything that touches a node or a port goes through `do`.
"""

from __future__ import annotations

import base64
import logging
import os
import queue
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from config.settings import Settings
from firmware_bridge import contract
from firmware_bridge.control import ControlError, ControlServer
from firmware_bridge.dictionary import BadFields
from firmware_bridge.image import Image, NoImage
from firmware_bridge.loading import Loading
from firmware_bridge.node import Node
from firmware_bridge.panels.serial import places
from firmware_bridge.port import SerialBus, milliseconds
from firmware_bridge.told import Event, Shows
from firmware_bridge.wires.scan import Scan, as_json, judged, rename

log = logging.getLogger("wires")
T = TypeVar("T")
SOCKET = "wires.sock"
IN_THREAD_S = 5.0
SCAN_S = 15.0
SHOWS_S = 1.5  # a board has said all its displays when it is quiet for so long
SHOWS_QUIET_S = 0.4


def socket_path(settings: Settings) -> Path:
    """Where the bridge of these settings listens: its own runtime folder under systemd, else the site's."""
    runtime = Path(settings.paths.runtime)
    own = os.environ.get("RUNTIME_DIRECTORY")
    if own:
        return Path(own.split(":")[0]) / SOCKET
    beside = runtime.with_name(runtime.name + "-bridge") / SOCKET
    return beside if beside.parent.is_dir() else runtime / SOCKET


class WiresDesk:
    """`buses`: the buses with our own firmware; `others`: deeds on those with boards sold by others."""

    def __init__(
        self,
        settings: Settings,
        buses: Mapping[str, SerialBus],
        others: Mapping[str, Callable[..., Any]] | None = None,
        minutes: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self._minutes = {} if minutes is None else minutes
        self._others = dict(others or {})
        self._settings = settings
        self._buses = buses
        self._wanted = places(settings)
        self._shows: dict[tuple[str, int], queue.SimpleQueue[Shows]] = {}
        self._scanning = threading.Lock()
        self._server = ControlServer(socket_path(settings), self.deeds())

    def deeds(self) -> dict[str, Callable[..., Any]]:
        return {
            "buses": self.buses,
            "monitor": self.monitor,
            "scan": self.scan,
            "name": self.name,
            "test": self.test,
            "shows": self.shows,
            "flash": self.flash,
            "flash_state": self.flash_state,
            "others": lambda: sorted(self._others),
            **self._others,
        }

    def start(self) -> None:
        """Without its socket the bridge works on; only `motcua wires` has nobody to ask, and the log says why."""
        try:
            self._server.start()
        except OSError as error:
            log.warning("motcua wires cannot ask this bridge: %s: %s", socket_path(self._settings), error)

    def stop(self) -> None:
        self._server.stop()

    def event(self, bus: str, address: int, event: Event) -> None:
        """Called in the bus threads."""
        if isinstance(event, Shows) and (asked := self._shows.get((bus, address))):
            asked.put(event)

    # -- deeds

    def buses(self) -> list[dict[str, Any]]:
        """Every bus of ours: port, mode, whether it is open, its boards, its counters."""
        return [
            {
                "bus": name,
                "baud": next(each.baud for each in self._settings.buses if each.id == name),
                "port": next(each.port for each in self._settings.buses if each.id == name),
                "mode": "rs485" if bus.shared else "direct",
                "open": bus.is_open,
                "dictionary": f"{contract.words()['hash']:08x}",
                "wanted": self._wanted[name],
                "counters": bus.counters(),
                "nodes": {
                    str(address): node_state(node) | {"minute": self._minutes.get(f"board-{name}-{address}")}
                    for address, node in bus.nodes.items()
                },
            }
            for name, bus in self._buses.items()
        ]

    def monitor(self, bus: str, after: int = -1) -> dict[str, Any]:
        """What went over the wire since piece `after` (-1: from now on)."""
        return self._bus(bus).tape.since(int(after), milliseconds())

    def scan(self, bus: str) -> dict[str, Any]:
        """Everybody on the bus, by address and uid, and what is not as it should be."""
        found = as_json(self._scan(self._open(bus)).result())
        problems = [{"vi": vi, "en": en} for vi, en in judged(found, self._wanted[bus])]
        return {"found": found, "wanted": self._wanted[bus], "problems": problems}

    def _scan(self, port: SerialBus) -> Scan:
        with self._scanning:
            scan = Scan(contract.dictionary(), port.shared, random.randrange(256), milliseconds())

            def begin() -> None:
                port.scan = scan

            port.do(begin)
            until = time.monotonic() + SCAN_S
            while not scan.over:
                if time.monotonic() > until:
                    raise ControlError("the scan came to no end: the cable went away")
                time.sleep(0.05)
            return scan

    def name(self, bus: str, uid: str, node: int, title: str = "") -> dict[str, Any]:
        """Give the board with this uid an address and a name, and look whether it took them."""
        port = self._open(bus)
        if not 1 <= node <= 30:
            raise ControlError("an address is 1 to 30")
        if len(title) > 14:
            raise ControlError("a name has at most 14 characters")
        try:
            frame = rename(contract.dictionary(), port.shared, uid, node, title)
        except (BadFields, ValueError) as error:
            raise ControlError(f"uid: 16 hex digits; name: letters without marks and digits ({error})") from error
        for _ in range(3):
            self._in_thread(port, lambda: port.write(frame, milliseconds()))
            time.sleep(0.1)
        for found in self._scan(port).result():
            if found.uid == uid:
                return {"taken": found.node == node and found.title == title, "board": asdict(found)}
        return {"taken": False, "board": None}

    def test(self, bus: str, node: int, pattern: int, seconds: float) -> dict[str, Any]:
        """A test pattern (serial.toml, test_patterns) on everything one board has."""
        each, port = self._node(bus, node)
        return {"shown": self._in_thread(port, lambda: each.test(pattern, max(0, min(6000, int(seconds * 10)))))}

    def shows(self, bus: str, node: int) -> list[dict[str, Any]]:
        """What the memory of every display of one board holds."""
        each, port = self._node(bus, node)
        answers: queue.SimpleQueue[Shows] = queue.SimpleQueue()
        self._shows[(bus, node)] = answers
        try:
            if not self._in_thread(port, lambda: each.ask("shows_ask")):
                raise ControlError(f"board {node} on {bus} does not answer")
            out: list[dict[str, Any]] = []
            wait = SHOWS_S
            while True:
                try:
                    told = answers.get(timeout=wait)
                except queue.Empty:
                    return out
                out.append({"kind": told.kind, "slot": told.slot, "row": told.row, "data": told.data.hex()})
                wait = SHOWS_QUIET_S
        finally:
            self._shows.pop((bus, node), None)

    def flash(self, bus: str, node: int, image: str, force: bool = False) -> dict[str, Any]:
        """Begin to load an image (base64) into one board. Ask `flash_state` how it goes."""
        each, port = self._node(bus, node)
        try:
            parsed = Image.parse(base64.b64decode(image, validate=True))
        except (NoImage, ValueError) as error:
            raise ControlError(str(error)) from error
        words = contract.words()
        if not force and (parsed.protocol, parsed.dictionary) != (words["protocol"], words["hash"]):
            raise ControlError(f"the image speaks other words ({parsed.dictionary:08x}) than this bridge")

        def begin() -> None:
            if each.loading and not each.loading.over:
                raise ControlError("another image is on its way to this board")
            each.loading = Loading(parsed, force, milliseconds())

        self._in_thread(port, begin)
        return self.flash_state(bus, node)

    def flash_state(self, bus: str, node: int) -> dict[str, Any]:
        each, port = self._node(bus, node)
        progress = self._in_thread(port, lambda: each.loading.progress() if each.loading else None)
        if progress is None:
            raise ControlError("nothing was begun")
        return asdict(progress)

    # -- ways to them

    def _bus(self, name: str) -> SerialBus:
        if name not in self._buses:
            raise ControlError(f"no bus {name!r}; known: {', '.join(self._buses)}")
        return self._buses[name]

    def _open(self, name: str) -> SerialBus:
        bus = self._bus(name)
        if not bus.is_open:
            raise ControlError(f"the cable of bus {name!r} is gone")
        return bus

    def _node(self, bus: str, node: int) -> tuple[Node, SerialBus]:
        port = self._open(bus)
        each = port.nodes.get(node)
        if each is None:
            raise ControlError(
                f"no board {node} in the settings of bus {bus!r}; known: {', '.join(map(str, port.nodes))}"
            )
        return each, port

    def _in_thread(self, port: SerialBus, deed: Callable[[], T]) -> T:
        """Do it in the bus thread and wait for what comes of it."""
        done: queue.SimpleQueue[T | Exception] = queue.SimpleQueue()

        def work() -> None:
            try:
                done.put(deed())
            except (ControlError, OSError) as error:
                done.put(error)

        port.do(work)
        try:
            result = done.get(timeout=IN_THREAD_S)
        except queue.Empty:
            raise ControlError("the bus thread does not answer") from None
        if isinstance(result, Exception):
            raise result
        return result


def node_state(node: Node) -> dict[str, Any]:
    """One board as the bridge knows it."""
    identity = node.identity
    return {
        "up": node.up,
        "uid": identity.uid if identity else None,
        "kind": identity.kind if identity else None,
        "title": identity.title if identity else None,
        "firmware": identity.firmware if identity else None,
        "slot": identity.slot if identity else None,
        "trial": identity.trial if identity else None,
        "boot": identity.boot if identity else None,
        "fits": identity is not None and identity.dictionary == contract.words()["hash"],
        "round_trip_ms": node.link.round_trip(),
        "sent": node.link.sent,
        "resent": node.link.repeats,
        "out_of_order": node.link.duplicates + node.link.late,
        "given_up": node.link.given_up,
    }
