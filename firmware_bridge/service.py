"""The bridge process: `motcua bridge run`. It puts the wires' parts together and holds no rule of its own.

Threads: one a serial bus, one for the hub's stream, one for errands (presses and keys, in order), one for paper, the
speaker's own. No one waits for another: a printer that takes three seconds delays no board and no press.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from config.process import EXIT_OK, Heart, die_on_thread_exception, notify, setup_logging, stop_on_signals
from config.settings import Settings
from firmware_bridge import contract
from firmware_bridge.calling import Called
from firmware_bridge.control import ControlServer
from firmware_bridge.errands import Errand, Errands
from firmware_bridge.foreign_buses import ForeignBuses
from firmware_bridge.jobs import JobWorker
from firmware_bridge.node import Event, KeyPressed, Node, Pressed
from firmware_bridge.panels import serial as panels
from firmware_bridge.panels.pi import open_panel
from firmware_bridge.parts import Parts, bus_lost, ok
from firmware_bridge.port import PortState, SerialBus, milliseconds
from firmware_bridge.printer import open_printer
from firmware_bridge.speaker import open_speaker
from firmware_bridge.voice_health import health as voice_health
from firmware_bridge.watch import BoardWatch
from firmware_bridge.wires.desk import WiresDesk, node_state
from queue_display.client import HubClient, HubRefused, merge, new_key

log = logging.getLogger("bridge")

STREAM_DATA = ("snapshot", "change")


class Bridge:
    """Everything between the hub and the wires."""

    def __init__(self, settings: Settings, address: str, virtual: Path | None = None, token: str | None = None) -> None:
        self._settings = settings
        self._stop = threading.Event()
        self.heart = Heart(
            {"errands": 30.0, "jobs": 90.0} | {f"bus-{bus.id}": 15.0 for bus in settings.buses},
        )
        self._hub = HubClient(address, role="bridge", device=settings.site.device, token=token)
        self._errands = Errands("errands", self._beat("errands"))
        self._sayings = Errands("sayings")  # parts and counters: they must not stand before a press
        self._parts = Parts(self._hub, self._sayings)
        self._services = panels.button_services(settings)
        self._pads = panels.pad_counters(settings)
        self._keys = contract.key_names()
        self._buses: dict[str, SerialBus] = {}
        self._nodes: dict[panels.Place, Node] = {}
        self._make_buses()
        self._watch = BoardWatch(settings, self._parts, self._buses, self._report_link)
        self._foreign = ForeignBuses(settings, self._parts.tell, self._beat)
        self._wires = WiresDesk(settings, self._buses, self._foreign.deeds(), self._watch.links.latest)
        self._gpio = open_panel(settings, self._gpio_pressed, self._parts.tell)
        self._called = Called()
        self._speaker = open_speaker(
            settings, still=self._still, told=lambda *how: self._parts.tell(voice_health(*how))
        )
        self._jobs = JobWorker(
            settings, self._hub, open_printer(settings), self._parts, self._light, self._beat("jobs")
        )
        self._snapshot: dict[str, Any] = {}
        self._alive = False
        self._control = (
            ControlServer(
                virtual / "control" / "bridge.sock",
                {"state": self.state, "misbehave": self.misbehave, "finger": self.finger},
            )
            if virtual
            else None
        )

    def _beat(self, part: str) -> Callable[[], None]:
        return lambda: self.heart.beat(part)

    def _make_buses(self) -> None:
        addresses = panels.places(self._settings)
        for bus in self._settings.buses:
            if bus.protocol != "motcua":
                continue
            nodes = {}
            for address in addresses[bus.id]:
                node = Node(address, contract.dictionary(), random.randrange(16), random.randrange(256))
                nodes[address] = self._nodes[(bus.id, address)] = node
            self._buses[bus.id] = SerialBus(
                bus.id, bus.port, bus.baud, nodes, self._on_event, self._on_port, self._beat(f"bus-{bus.id}"),
                bus.mode == "rs485",
            )  # fmt: skip

    # -- life

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`. Raises OSError when the control socket cannot be opened."""
        if self._control:
            self._control.start()
        self._wires.start()
        self._errands.start()
        self._sayings.start()
        self._jobs.start()
        for bus in self._buses.values():
            bus.start()
        self._foreign.start()
        if self._gpio:
            self._gpio.start()
        stream = threading.Thread(target=self._follow, name="stream", daemon=True)
        stream.start()
        self.heart.start()
        notify("READY=1")
        stop.wait()
        notify("STOPPING=1")
        self.heart.stop()
        self._stop.set()
        stream.join(5)
        for bus in self._buses.values():
            bus.stop()
        self._foreign.stop()
        if self._gpio:
            self._gpio.close()
        self._jobs.stop()
        self._errands.stop()
        self._sayings.stop()
        self._speaker.close(5.0)
        self._wires.stop()
        if self._control:
            self._control.stop()

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self._hub.stream(self._on_message, self._stop)
            except HubRefused as refusal:
                # A technician is changing rights: keep trying, and let the log say why once a minute.
                self._set_hub(False)
                log.error("the hub refuses this bridge: %s | %s", refusal.vi, refusal.en)
                self._stop.wait(60)

    # -- from the hub

    def _on_message(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "lost":
            log.warning("hub lost: %s", data.get("why", ""))
            self._set_hub(False)
            return
        if kind == "back":
            log.info("hub back")
            self._parts.say_again()
            return
        if kind == "announce":
            self._announce(data)
            return
        if kind not in STREAM_DATA:
            return
        if kind == "snapshot":
            self._snapshot = data
        else:
            merge(self._snapshot, data)
        self._called = Called.of(self._snapshot)
        if kind == "snapshot" or "presses" in data:
            self._know_presses()
        if kind == "snapshot" or "boards" in data:
            self._show(self._snapshot.get("boards", []) if kind == "snapshot" else data["boards"])
        if kind == "snapshot" or "jobs" in data or "tickets" in data or "removed" in data:
            self._jobs.see(self._snapshot.get("jobs", []), self._snapshot.get("tickets", []))
        for announcement in data.get("announcements", []):
            self._announce(announcement)
        self._set_hub(True)

    def _set_hub(self, alive: bool) -> None:
        if alive == self._alive:
            return
        self._alive = alive
        for (bus, _), node in self._nodes.items():
            self._buses[bus].do(lambda node=node: node.set_hub(alive, milliseconds()))  # type: ignore[misc]
        self._foreign.set_hub(alive)
        if self._gpio:
            self._gpio.set_hub(alive)

    def _know_presses(self) -> None:
        presses = {
            uid: (int(known["boot"]), int(known["press"])) for uid, known in self._snapshot.get("presses", {}).items()
        }
        for (bus, _), node in self._nodes.items():
            self._buses[bus].do(lambda node=node: node.hub_presses(presses))  # type: ignore[misc]
        if self._gpio:
            self._gpio.hub_presses(presses)

    def _show(self, boards: list[Mapping[str, Any]]) -> None:
        self._foreign.show(boards)
        contents = panels.contents(self._settings, boards)
        if self._gpio:
            self._gpio.show(contents)
        for content in contents:
            node = self._nodes.get(content.place)
            if node is None:
                continue
            self._buses[content.place[0]].do(lambda node=node, content=content: _want(node, content))  # type: ignore[misc]

    def _announce(self, announcement: dict[str, Any]) -> None:
        self._speaker.say(announcement)  # it drops what it has spoken

    def _still(self, announcement: Mapping[str, Any]) -> bool:
        return self._called.still(announcement)  # asked in the speakers' threads

    # -- from the wires (called in the bus threads: nothing here waits)

    def _on_event(self, bus: str, address: int, event: Event) -> None:
        if isinstance(event, Pressed):
            self._pressed(bus, address, event)
        elif isinstance(event, KeyPressed):
            self._key(bus, address, event)
        else:
            self._watch.event(bus, address, event)
            self._wires.event(bus, address, event)

    def _pressed(self, bus: str, address: int, event: Pressed) -> None:
        node = self._nodes[(bus, address)]

        def answered(answer: object = None) -> None:
            refused = not (isinstance(answer, Mapping) and answer.get("ticket"))
            self._buses[bus].do(lambda: node.answered_press(event.boot, event.press, refused))

        service = self._services.get((bus, address, event.button))
        if service is None:
            log.error("%s node %d: button %d has no service in the settings", bus, address, event.button)
            answered()
            return
        self._jobs.expect()
        self._errands.add(
            ("press", event.uid, event.boot, event.press),
            Errand(
                lambda: self._hub.press(event.uid, event.boot, event.press, event.button, service), answered, answered
            ),
        )

    def _gpio_pressed(self, event: Pressed) -> None:
        panel = self._gpio
        if panel is None:
            return
        wired = {each.input: each.service for each in self._settings.buttons if each.bus == "gpio"}
        service = wired.get(event.button)

        def answered(answer: object) -> None:
            panel.answered(event.boot, event.press, isinstance(answer, Mapping) and bool(answer.get("ticket")))

        if service is None:  # a press of an earlier process, whose button is gone from the settings since
            answered(None)
            return
        self._jobs.expect()
        self._errands.add(
            ("press", event.uid, event.boot, event.press),
            Errand(
                lambda: self._hub.press(event.uid, event.boot, event.press, event.button, service), answered, answered
            ),
        )

    def _key(self, bus: str, address: int, event: KeyPressed) -> None:
        node = self._nodes[(bus, address)]

        def answered(*_: object) -> None:
            self._buses[bus].do(lambda: node.answered_key(event.boot, event.key))

        counter = self._pads.get((bus, address, event.pad))
        verb = self._keys.get(event.what)
        if counter is None or verb is None:
            log.error("%s node %d: pad %d key %d means nothing in the settings", bus, address, event.pad, event.what)
            answered()
            return
        key = f"key:{event.uid}:{event.boot}:{event.key}"
        self._errands.add(key, Errand(lambda: self._hub.act(counter, verb, key), answered, answered))

    def _on_port(self, bus: str, state: PortState, why: str) -> None:
        if state == "open":
            self._parts.tell(ok(f"bus-{bus}"))
        else:
            self._parts.tell(bus_lost(bus))

    def _report_link(self, link: str, body: dict[str, Any]) -> None:
        key = new_key()  # the answer may get lost, and then the same counters must not count twice
        self._sayings.add(("link", link), Errand(lambda: self._hub.report("link.stats", body, key)))

    def _light(self, tenths: int) -> bool:
        """The light over the camera, on the first board that answers."""
        lit = False
        for (bus, _), node in self._nodes.items():
            if node.up and not lit:
                self._buses[bus].do(lambda node=node: _lamp(node, tenths))  # type: ignore[misc]
                lit = True
        return lit

    # -- the virtual room's control socket

    def state(self) -> dict[str, Any]:
        """Links, printer, speaker, waiting errands."""
        return {
            "hub": self._alive,
            "links": {
                name: {
                    "open": bus.is_open,
                    "nodes": {str(address): node_state(node) for address, node in bus.nodes.items()},
                    **bus.counters(),
                }
                for name, bus in self._buses.items()
            },
            "boards": self._foreign.state(),
            "parts": self._parts.now(),
            "speaker": self._speaker.state(),
            "gpio": self._gpio.state() if self._gpio else None,
            "errands": len(self._errands),
            "rss_mib": rss_mib(),
        }

    def finger(self, pin: int, pressed: bool) -> dict[str, Any]:
        """A finger on a button of the Pi's pins, where these are the fake ones (`gpio.factory = "mock"`)."""
        if self._gpio is None:
            raise ValueError("nothing hangs on the Pi's own pins here")
        self._gpio.finger(pin, pressed)
        return {"pin": pin, "pressed": pressed}

    def misbehave(self, device: str, mode: str, value: float | None = None) -> dict[str, Any]:
        if device != "speaker":
            raise ValueError(f"only the speaker is in this process, not {device!r}")
        self._speaker.misbehave(mode, value)
        return {"device": device, "mode": mode}


def _want(node: Node, content: panels.Content) -> None:
    if content.matrix is not None:
        line = content.matrix
        node.want_bitmap(content.slot, content.rev, line.columns, line.data, line.speed, line.hold)
    elif content.text is None:
        node.want_panel(content.slot, content.rev, content.rows)
    else:
        node.want_board(content.slot, content.rev, content.text)


def _lamp(node: Node, tenths: int) -> None:
    node.light(0, tenths)


def rss_mib() -> float:
    """Resident memory of this process, MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * 4096 / 2**20, 1)


def run(settings: Settings, address: str | None, virtual: Path | None, token: str | None = None) -> int:
    """The process. Exit status as config.process says."""
    setup_logging("bridge")
    # escpos tells every opening and closing through the root logger itself, where nobody of ours logs.
    logging.getLogger().addFilter(lambda record: record.levelno >= logging.WARNING)
    stop = stop_on_signals()
    die_on_thread_exception()
    Bridge(settings, address or f"unix:{settings.hub.socket}", virtual, token).run(stop)
    return EXIT_OK
