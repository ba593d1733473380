"""The switches that break things, and what each does to which part. Nothing here touches a part's inside."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass

from config.load import load_settings
from demo.start import Room


@dataclass(frozen=True)
class Mode:
    """One position of a switch."""

    id: str
    vi: str
    en: str


@dataclass(frozen=True)
class Switch:
    """A switch of the room: its positions, the first of them is *well*; `parts` name the notices that belong to it."""

    id: str
    vi: str
    en: str
    modes: tuple[Mode, ...]
    parts: tuple[str, ...]
    needs: str


SWITCHES = (
    Switch(
        "printer", "Máy in phiếu", "Ticket printer",
        (Mode("none", "Tốt", "well"), Mode("paper_out", "Hết giấy", "paper out"), Mode("slow", "Chậm 3 giây", "slow"),
         Mode("dead", "Không trả lời", "dead"), Mode("unplugged", "Rút dây", "unplugged")),
        ("printer",), "cabinet",
    ),
    Switch(
        "bus", "Dây đến nút và bảng", "Cable to buttons and boards",
        (Mode("none", "Tốt", "well"), Mode("loss", "Mất 20 %", "loss"), Mode("unplugged", "Rút dây", "unplugged")),
        ("bus", "board"), "cabinet",
    ),
    Switch(
        "board", "Vi điều khiển", "Microcontroller",
        (Mode("none", "Chạy", "runs"), Mode("reset", "Bấm reset", "reset"),
         Mode("brownout", "Chớp điện", "brown-out"), Mode("dead", "Mất điện", "no power")),
        ("board", "bus"), "cabinet",
    ),
    Switch(
        "other-boards", "Bảng của hãng khác", "Boards of other makers",
        (Mode("none", "Tốt", "well"), Mode("silent", "Không trả lời", "silent"),
         Mode("garbage", "Nhiễu", "noise"), Mode("reset", "Chớp điện", "current off and on"),
         Mode("unplugged", "Rút dây", "unplugged")),
        ("board", "bus"), "cabinet",
    ),
    Switch(
        "button", "Nút lấy số thứ nhất", "First ticket button",
        (Mode("none", "Tốt", "well"), Mode("garbage", "Nảy", "bounces"), Mode("chatter", "Chập chờn", "chatters"),
         Mode("dead", "Đứt dây", "cut")),
        ("input",), "cabinet",
    ),
    Switch(
        "speaker", "Loa", "Loudspeaker",
        (Mode("none", "Tốt", "well"), Mode("slow", "Chậm", "slow"), Mode("hang", "Treo", "hangs"),
         Mode("dead", "Hỏng", "dead")),
        ("speaker",), "bridge",
    ),
    Switch(
        "network", "Mạng lên máy chủ", "Network to the server",
        (Mode("none", "Thông", "up"), Mode("cut", "Đứt", "cut")),
        ("uplink",), "broker",
    ),
    Switch(
        "server", "Máy chủ xã", "Commune server",
        (Mode("none", "Chạy", "runs"), Mode("down", "Tắt", "down")),
        ("uplink", "lookup"), "server",
    ),
    Switch(
        "hub", "Điện của máy gọi số", "Power of the queue's hub",
        (Mode("none", "Có điện", "on"), Mode("power", "Rút điện (kill -9)", "cut (kill -9)")),
        ("hub",), "hub",
    ),
)  # fmt: skip


class HarmRefused(ValueError):
    """No such switch or position, or this machine lacks the part; the text says which."""


class Harm:
    """Puts switches into positions. `position(id)` is what a switch was last put to."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._others = any(bus.protocol != "motcua" for bus in load_settings(room.site.config).buses)
        self._positions = {each.id: "none" for each in SWITCHES}

    def positions(self) -> dict[str, str]:
        """Switch → position."""
        return dict(self._positions)

    def there(self) -> tuple[Switch, ...]:
        """The switches that mean something on this machine."""
        missing = set() if self._others else {"other-boards"}
        parts = self._room.supervisor.parts
        return tuple(each for each in SWITCHES if each.needs in parts and each.id not in missing)

    def put(self, switch_id: str, mode: str) -> None:
        """Put a switch into a position. Raises `HarmRefused`, `ControlFailed` or `NotReady`."""
        switch = next((each for each in self.there() if each.id == switch_id), None)
        if switch is None or mode not in [each.id for each in switch.modes]:
            raise HarmRefused(f"{switch_id} {mode}")
        with self._lock:
            if switch_id in ("printer", "bus", "board", "button", "other-boards"):
                self._room.cabinet.ask("misbehave", device=switch_id, mode=mode)
            elif switch_id == "speaker":
                self._room.bridge.ask("misbehave", device=switch_id, mode=mode)
            else:
                self._process({"network": "broker"}.get(switch_id, switch_id), mode)
            # A reset is over as soon as it happened.
            self._positions[switch_id] = "none" if mode in ("reset", "brownout") else mode

    def _process(self, name: str, mode: str) -> None:
        part = self._room.part(name)
        if part is None:
            raise HarmRefused(name)
        if mode == "none":
            if part.pid is None:
                self._room.supervisor.restart(name)
            return
        # Power and cables give no notice: SIGKILL, not a polite end.
        self._room.supervisor.stop(name, signal.SIGKILL)
