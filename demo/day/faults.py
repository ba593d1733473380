"""What goes wrong on a simulated day, and when. Each fault is done to the real process or the virtual cable."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from dataclasses import dataclass

from demo.control import ControlFailed
from demo.hub import wait_for
from demo.start import Room, hub_answers


@dataclass(frozen=True)
class Fault:
    """`harm` at `at` (seconds since midnight), `mend` `lasts` seconds later."""

    at: float
    lasts: float
    name: str
    vi: str
    harm: Callable[[], None]
    mend: Callable[[], None]


def make_faults(room: Room, seed: int, start: float, end: float) -> list[Fault]:
    """Seven faults at seeded moments between `start` and `end`, in order."""
    rng = random.Random(f"faults {seed}")

    def wires(device: str, mode: str, value: float | None = None) -> Callable[[], None]:
        return lambda: room.cabinet.ask("misbehave", device=device, mode=mode, value=value)

    def killed(part: str) -> Callable[[], None]:
        return lambda: room.supervisor.stop(part, signal.SIGKILL)

    def started(part: str) -> Callable[[], None]:
        return lambda: room.supervisor.restart(part)

    def hub_again() -> None:
        room.supervisor.restart("hub")
        wait_for("the hub answers", lambda: hub_answers(room.site.hub_address) or None, 30)

    listed: list[tuple[str, str, float, Callable[[], None], Callable[[], None]]] = [
        ("printer_no_paper", "máy in hết giấy", 420.0, wires("printer", "paper_out"), wires("printer", "none")),
        ("bus_noise", "bus bị nhiễu, mất 10 % khung", 1200.0, wires("bus", "loss", 0.1), wires("bus", "none")),
        ("bus_unplugged", "tuột cáp bus", 90.0, wires("bus", "unplugged"), wires("bus", "none")),
        ("board_reset", "vi điều khiển tự khởi động lại", 30.0, wires("board", "reset"), wires("board", "none")),
        ("hub_killed", "hub bị kill -9", 20.0, killed("hub"), hub_again),
        ("bridge_killed", "cầu nối bị kill -9", 45.0, killed("bridge"), started("bridge")),
        ("broker_killed", "broker bị kill -9", 900.0, killed("broker"), started("broker")),
        ("server_killed", "máy chủ xã bị kill -9", 600.0, killed("server"), started("server")),
    ]
    rng.shuffle(listed)
    # One after the other with room between them: two at once are the chaos tests' business.
    step = (end - start) / len(listed)
    return [
        Fault(start + step * at + rng.uniform(0.0, step * 0.4), min(lasts, step * 0.5), name, vi, harm, mend)
        for at, (name, vi, lasts, harm, mend) in enumerate(listed)
    ]


def wires_up(room: Room) -> bool:
    """Every chip is linked to the bridge and no press waits anywhere."""
    try:
        state = room.bridge.ask("state")
        if not all(node["up"] for link in state["links"].values() for node in link["nodes"].values()):
            return False
        return all(chip.get("waiting") == 0 for chip in room.cabinet.ask("state")["chips"])
    except ControlFailed:
        return False
