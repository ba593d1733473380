"""Every bus with boards sold by others, as the bridge sees them: contents in, troubles out in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from config.settings import Settings
from firmware_bridge import modbus
from firmware_bridge.board_bus import BoardBus
from firmware_bridge.foreign_board import Said
from firmware_bridge.panels.request import Judge
from firmware_bridge.panels.shown import rows_of
from firmware_bridge.parts import Health, bus_lost, ok
from firmware_bridge.port import PortState
from firmware_bridge.profile_check import profile_of


class ForeignBuses:
    """Made from the settings. Raises SettingsError when a profile is not right."""

    def __init__(
        self, settings: Settings, tell: Callable[[Health], None], beat: Callable[[str], Callable[[], None]]
    ) -> None:
        self._tell = tell
        self._wired = {}
        self.buses: dict[str, BoardBus] = {}
        for bus in settings.buses:
            if bus.protocol == "motcua":
                continue
            boards = [(board, profile_of(board)) for board in settings.boards if board.bus == bus.id]
            self._wired.update({board.id: board for board, _ in boards})
            self.buses[bus.id] = BoardBus(bus, boards, self._said, self._port, beat(f"bus-{bus.id}"))

    def start(self) -> None:
        for bus in self.buses.values():
            bus.start()

    def stop(self) -> None:
        for bus in self.buses.values():
            bus.stop()

    def set_hub(self, alive: bool) -> None:
        """Whether the hub's stream is alive."""
        for bus in self.buses.values():
            bus.set_hub(alive)

    def show(self, boards: Iterable[Mapping[str, Any]]) -> None:
        """The snapshot's `boards`; those of other buses are left out."""
        contents = {
            shown["id"]: rows_of(self._wired[shown["id"]], shown) for shown in boards if shown["id"] in self._wired
        }
        if contents:
            for bus in self.buses.values():
                bus.show(contents)

    def state(self) -> dict[str, Any]:
        return {name: bus.state() for name, bus in self.buses.items()}

    # -- what a technician asks of the running bridge (wires/others.py)

    def deeds(self) -> dict[str, Callable[..., Any]]:
        return {"board_hold": self.hold, "board_ask": self.ask}

    def hold(self, bus: str, unit: int, seconds: float) -> dict[str, Any]:
        """Leave a unit alone for at most a minute at a time."""
        self.buses[bus].hold(unit, min(seconds, 60.0))
        return {"unit": unit}

    def ask(self, bus: str, frame: str, timeout_ms: int, judge: dict[str, Any] | None) -> dict[str, Any]:
        """One frame on a bus; bytes as hex. Raises OSError without a port."""
        sent = bytes.fromhex(frame)
        expects = None
        if judge is not None:
            taken, refused = bytes.fromhex(judge["taken"]), bytes.fromhex(judge["refused"])
            expects = Judge(sent, bool(judge["modbus"]), taken, refused)
        outcome = self.buses[bus].exchange(sent, expects, min(timeout_ms, 5000) / 1000)
        return {**asdict(outcome), "heard": outcome.heard.hex(), "values": list(outcome.values)}

    # -- from the bus threads

    def _port(self, bus: str, state: PortState, why: str) -> None:
        self._tell(ok(f"bus-{bus}") if state == "open" else bus_lost(bus))

    def _said(self, bus: str, board: str, said: Said) -> None:
        if said.kind == "silent" and not self.buses[bus].is_open:
            return
        self._tell(health(bus, board, self._wired[board].unit or 0, said))


def health(bus: str, board: str, unit: int, said: Said) -> Health:
    """What is told about a board, to staff."""
    part = f"board-{board}"
    if said.kind == "ok":
        return ok(part)
    if said.kind == "silent":
        return Health(
            part,
            "down",
            "board_silent",
            f"Bảng {board} (địa chỉ {unit} trên {bus}) không trả lời: xem nguồn và dây. Thử: motcua wires test.",
            f"Board {board} (unit {unit} on {bus}) does not answer: check power and cable. Try: motcua wires test.",
        )
    if said.kind == "garbled":
        return Health(
            part,
            "down",
            "board_garbled",
            f"Bảng {board} (địa chỉ {unit} trên {bus}) trả lời không đọc được: tốc độ, chẵn lẻ, trùng địa chỉ?",
            f"What board {board} (unit {unit} on {bus}) answers cannot be read: speed, parity, two on one address?",
        )
    if said.kind == "refused":
        vi, en = modbus.exception_words(said.exception)
        return Health(
            part,
            "degraded",
            "board_refused",
            f"Bảng {board} (địa chỉ {unit}) từ chối {said.label}: {vi}. Thử: motcua wires test.",
            f"Board {board} (unit {unit}) refuses {said.label}: {en}. Try: motcua wires test.",
        )
    return Health(
        part,
        "degraded",
        "board_hole",
        f"Bảng {board} không có mã cho “{said.text}”: thêm codes vào tệp mẫu, hoặc đổi chữ của lĩnh vực.",
        f"Board {board} has no code for '{said.text}': add codes to its profile, or give the service another letter.",
    )
