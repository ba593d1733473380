"""How `motcua wires` reaches the buses: through the running bridge, or, when none runs, by opening the ports itself."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config.settings import Settings
from firmware_bridge import contract
from firmware_bridge.control import ControlError, ask
from firmware_bridge.node import Node
from firmware_bridge.panels.serial import places
from firmware_bridge.port import PortState, SerialBus
from firmware_bridge.wires.check import Ask
from firmware_bridge.wires.desk import WiresDesk, socket_path

ANSWER_S = 30.0
HELLO_S = 3.5


class Unreachable(Exception):
    """Nobody can be asked; `vi` and `en` say why and what to do."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi}\n{en}")
        self.vi, self.en = vi, en


@contextmanager
def reach(settings: Settings) -> Iterator[Ask]:
    """The deeds of wires/desk.py, wherever they are done. Raises Unreachable."""
    path = socket_path(settings)
    try:
        ask(path, "buses", 5.0)
    except PermissionError:
        raise Unreachable(
            f"Chỉ root được hỏi dịch vụ cầu nối ({path}): chạy lại với sudo.",
            f"Only root may ask the bridge ({path}): try again with sudo.",
        ) from None
    except (FileNotFoundError, ConnectionRefusedError):
        with _own_ports(settings) as own:
            yield own
        return
    except (OSError, ControlError) as error:
        raise Unreachable(
            f"Dịch vụ cầu nối không trả lời ({error}): systemctl restart motcua-bridge.",
            f"The bridge does not answer ({error}): systemctl restart motcua-bridge.",
        ) from error

    def through_bridge(do: str, **arguments: Any) -> Any:
        return ask(path, do, ANSWER_S, **arguments)

    yield through_bridge


@contextmanager
def _own_ports(settings: Settings) -> Iterator[Ask]:
    """No bridge runs: be as much of one as a technician needs."""
    buses: dict[str, SerialBus] = {}
    desk = WiresDesk(settings, buses)
    troubles: dict[str, str] = {}

    def on_port(bus: str, state: PortState, why: str) -> None:
        if state == "open":
            troubles.pop(bus, None)
        else:
            troubles[bus] = why

    wanted = places(settings)
    for bus in settings.buses:
        if bus.protocol == "motcua":
            nodes = {
                address: Node(address, contract.dictionary(), random.randrange(16), random.randrange(256))
                for address in wanted[bus.id]
            }
            buses[bus.id] = SerialBus(
                bus.id, bus.port, bus.baud, nodes, desk.event, on_port, shared=bus.mode == "rs485"
            )
    deeds = desk.deeds()
    try:
        for port in buses.values():
            port.start()
        _settle(buses, troubles)

        def here(do: str, **arguments: Any) -> Any:
            return deeds[do](**arguments)

        yield here
    finally:
        for port in buses.values():
            port.stop()


def _settle(buses: dict[str, SerialBus], troubles: dict[str, str]) -> None:
    """Wait until every board has said hello, or has had the time to. Raises Unreachable when no port opens."""
    until = time.monotonic() + HELLO_S
    while time.monotonic() < until:
        if all(bus.is_open and all(node.up for node in bus.nodes.values()) for bus in buses.values()):
            return
        time.sleep(0.05)
    if buses and not any(bus.is_open for bus in buses.values()):
        why = "; ".join(f"{bus}: {trouble}" for bus, trouble in troubles.items())
        raise Unreachable(
            f"Không mở được cổng nào ({why}). Nếu dịch vụ cầu nối đang chạy: sudo systemctl stop motcua-bridge, "
            "hoặc chạy lại với sudo.",
            f"No port can be opened ({why}). If the bridge runs: sudo systemctl stop motcua-bridge, or try with sudo.",
        )
