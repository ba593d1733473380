"""How the links do, for `motcua doctor`: asked of the running bridge, never of the ports."""

from __future__ import annotations

from typing import Any

from config.doctor import Check
from config.settings import Settings
from firmware_bridge.control import ControlError, ask
from firmware_bridge.linkstats import POOR
from firmware_bridge.wires.desk import socket_path


def checks(settings: Settings) -> list[Check]:
    """Each board of our own: does it answer, which firmware, how good is its link. Nothing where no bridge runs."""
    if not any(bus.protocol == "motcua" for bus in settings.buses):
        return []
    try:
        buses = ask(socket_path(settings), "buses", 3.0)
    except PermissionError:
        vi, en = "Không được hỏi cầu nối về đường dây.", "This user may not ask the bridge about its links."
        return [Check("links", "warn", vi, en, "Chạy lại với sudo.", "Try again with sudo.")]
    except (OSError, ControlError):
        return []  # no bridge runs: whether it should is the service's own check
    return [_board(bus, address, node) for bus in buses for address, node in bus["nodes"].items()]


def _board(bus: dict[str, Any], address: str, node: dict[str, Any]) -> Check:
    part = f"board-{bus['bus']}-{address}"
    if not node["up"]:
        vi = f"Bo mạch {address} trên {bus['bus']} không trả lời."
        return Check(
            part,
            "fail",
            vi,
            f"Board {address} on {bus['bus']} does not answer.",
            "motcua wires scan",
            "motcua wires scan",
        )
    told = node["minute"] or {"sent": node["sent"], "resent": node["resent"], "bad_crc": 0, "out_of_order": 0}
    p50, p95 = told.get("rtt_p50_ms", node["round_trip_ms"]), told.get("rtt_p95_ms")
    trips = f"{p50} ms" if p95 is None else f"p50 {p50} ms, p95 {p95} ms"
    poor = told["resent"] + told["bad_crc"] > max(3, POOR * told["sent"])
    vi = (
        f"Bo mạch {address}, bản {node['firmware']}: gửi {told['sent']}, gửi lại {told['resent']}, "
        f"hỏng {told['bad_crc']}, lạc thứ tự {told['out_of_order']}, khứ hồi {trips}."
    )
    en = (
        f"Board {address}, firmware {node['firmware']}: sent {told['sent']}, resent {told['resent']}, "
        f"broken {told['bad_crc']}, out of order {told['out_of_order']}, round trip {trips}."
    )
    if poor:
        return Check(
            part,
            "warn",
            vi,
            en,
            "Dây xấu: xem cáp, đầu nối, dây đất chung.",
            "A poor wire: check cable, plugs, common ground.",
        )
    return Check(part, "ok", vi, en)
