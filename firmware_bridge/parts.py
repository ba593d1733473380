"""The health of each part, told to the hub when it changes: a broken part is a sentence, not a stop."""

from __future__ import annotations

import logging
import threading
from dataclasses import asdict, dataclass
from typing import Literal

from config.process import LossLog
from firmware_bridge.errands import Errand, Errands
from firmware_bridge.told import Mismatch, Missing, Twins
from queue_display.client import HubClient

log = logging.getLogger("parts")

SENTENCE = 200  # characters the hub takes; what a driver says of its trouble can be longer


@dataclass(frozen=True)
class Health:
    """One part's state as `POST /v1/parts` takes it. `vi`/`en` for staff; `public_*` where the public must know."""

    part: str
    state: Literal["ok", "degraded", "down"]
    code: str
    vi: str
    en: str
    public_vi: str | None = None
    public_en: str | None = None


class Parts:
    """Remembers what was said, says only what changes, and everything that is not well again after a hub's return."""

    def __init__(self, hub: HubClient, errands: Errands) -> None:
        self._hub = hub
        self._errands = errands
        self._losses = LossLog(log)
        self._lock = threading.Lock()
        self._known: dict[str, Health] = {}

    def tell(self, health: Health) -> None:
        with self._lock:
            if self._known.get(health.part) == health:
                return
            self._known[health.part] = health
        if health.state == "ok":
            self._losses.back(health.part)
        else:
            self._losses.lost(health.part, health.en)
        self._say(health)

    def say_again(self) -> None:
        """A hub that was away may have forgotten."""
        with self._lock:
            known = list(self._known.values())
        for health in known:
            self._say(health)

    def now(self) -> dict[str, str]:
        """Part → code of its state."""
        with self._lock:
            return {part: health.code for part, health in self._known.items()}

    def _say(self, health: Health) -> None:
        body = {name: shortened(value) for name, value in asdict(health).items() if value is not None}
        self._errands.add(("part", health.part), Errand(lambda: self._hub.post("/v1/parts", body)))


def shortened(sentence: str) -> str:
    """At most SENTENCE characters: a sentence cut short reaches the staff, one refused for its length does not."""
    return sentence if len(sentence) <= SENTENCE else sentence[: SENTENCE - 1] + "…"


def ok(part: str) -> Health:
    return Health(part, "ok", "ok", "Hoạt động.", "Works.")


def bus_lost(bus: str) -> Health:
    return Health(
        f"bus-{bus}",
        "down",
        "bus_lost",
        f"Mất dây nối bảng và nút ({bus}): xem cáp USB. Vẫn lấy số ở màn hình, gọi số ở trang quầy.",
        f"The cable to boards and buttons ({bus}) is gone: check USB. Take tickets at the screen, call from the page.",
    )


def no_pins(why: str) -> Health:
    return Health(
        "gpio",
        "down",
        "gpio_unavailable",
        f"Không mở được chân GPIO của nút lấy số: {why}",
        f"The GPIO pins of the ticket buttons cannot be opened: {why}",
    )


def mismatch(part: str, event: Mismatch) -> Health:
    identity = event.identity
    theirs = f"{identity.firmware}, giao thức/protocol {identity.protocol}, {identity.dictionary:08x}"
    return Health(
        part,
        "down",
        "firmware_mismatch",
        f"Bo mạch {identity.uid} chạy bản {theirs}; máy này cần {event.protocol}, {event.dictionary:08x}. "
        "Nạp lại: motcua wires flash.",
        f"Board {identity.uid} runs {theirs}; this Pi needs {event.protocol}, {event.dictionary:08x}. "
        "Load it anew: motcua wires flash.",
    )


def twins(part: str, bus: str, address: int, event: Twins) -> Health:
    return Health(
        part,
        "down",
        "board_twins",
        f"Hai bo mạch cùng địa chỉ {address} trên {bus}: {event.first}, {event.second}. "
        f"Đặt lại một bo: motcua wires name {event.second} --node …",
        f"Two boards have address {address} on {bus}: {event.first}, {event.second}. "
        f"Give one another: motcua wires name {event.second} --node …",
    )


PUBLIC_BUTTON = (
    "Một nút lấy số đang tạm tắt. Mời lấy số ở màn hình hoặc hỏi người hướng dẫn.",
    "A ticket button is out of order. Please take your number at the screen, or ask the guide.",
)


def switched_off(state: str, vi: str, en: str) -> tuple[str, str]:
    """Sentences about an input that was switched off; `vi`, `en`: what it is called."""
    if state == "stuck":
        return (
            f"{vi} bị kẹt nên tạm tắt: nhấc vật đè hoặc thay nút. Hết kẹt thì nút tự chạy lại.",
            f"{en} is stuck and switched off: take away what leans on it, or replace it. It comes back by itself.",
        )
    return (
        f"{vi} chập chờn nên tạm tắt: xem dây và đầu nối. Hết chập chờn thì nút tự chạy lại.",
        f"{en} chatters and is switched off: check its cable and plug. It comes back by itself.",
    )


def silent(part: str, bus: str, address: int) -> Health:
    return Health(
        part,
        "down",
        "board_silent",
        f"Bo mạch số {address} trên {bus} không trả lời: xem nguồn và dây.",
        f"Board {address} on {bus} does not answer: check its power and cable.",
    )


def unshowable(part: str, event: Missing) -> Health:
    return Health(
        part,
        "degraded",
        "board_hole",
        f"Bảng {event.slot} không hiện được “{event.text}” bằng bảy đoạn: đổi chữ của lĩnh vực.",
        f"Display {event.slot} has no shape for '{event.text}' in seven segments: give the service another letter.",
    )
