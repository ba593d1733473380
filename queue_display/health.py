"""Notices: what does not work, as a sentence for staff and one for the public. Pure.

Other rooms report their parts (`POST /v1/parts`); the hub adds its own: the ledger, the disk, the clock, the uplink.
A part that reports the same again changes nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

PartState = Literal["ok", "degraded", "down"]


@dataclass(frozen=True)
class Notice:
    """One sentence for staff, and one for the public where it concerns them. `level`: warn or error."""

    code: str
    part: str
    level: Literal["warn", "error"]
    vi: str
    en: str
    public_vi: str | None = None
    public_en: str | None = None
    since: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it stands in the snapshot; keys without a value are left out."""
        return {key: value for key, value in asdict(self).items() if value is not None}


class Notices:
    """What is wrong now, one notice a part."""

    def __init__(self) -> None:
        self._by_part: dict[str, Notice] = {}

    def put(self, notice: Notice) -> bool:
        """Show a notice. True when this part did not say so before; `since` of an equal one is kept."""
        before = self._by_part.get(notice.part)
        if before is not None and replace(before, since="") == replace(notice, since=""):
            return False
        if before is not None and before.code == notice.code:
            notice = replace(notice, since=before.since)
        self._by_part[notice.part] = notice
        return True

    def clear(self, part: str) -> bool:
        """The part works. True when it had not."""
        return self._by_part.pop(part, None) is not None

    def code(self, part: str) -> str | None:
        """The code a part stands on."""
        notice = self._by_part.get(part)
        return notice.code if notice else None

    def codes(self) -> list[str]:
        """Codes of everything that is wrong, for `/v1/health`."""
        return sorted(notice.code for notice in self._by_part.values())

    def as_json(self) -> list[dict[str, Any]]:
        """Errors first, then by age."""
        ordered = sorted(self._by_part.values(), key=lambda each: (each.level != "error", each.since, each.part))
        return [each.as_json() for each in ordered]


LEDGER_SET_ASIDE = Notice(
    "ledger_set_aside",
    "ledger",
    "error",
    "Sổ phiếu bị hỏng và đã được cất riêng. Số hôm nay dùng chữ dự phòng; phiếu cũ gọi bằng miệng. Báo người quản trị.",
    "The ledger was damaged and set aside. Today's numbers use the reserved letter; call older tickets by voice. "
    "Tell the technician.",
)
STORAGE_FULL = Notice(
    "storage_full",
    "storage",
    "error",
    "Bộ nhớ máy đã đầy, chưa phát được số mới. Báo người quản trị.",
    "The disk is full; no new numbers can be issued. Tell the technician.",
    "Máy tạm không phát số. Mời ông/bà gặp người hướng dẫn.",
    "No tickets for the moment. Please see the guide.",
)
CLOCK_UNTRUSTED = Notice(
    "clock_untrusted",
    "clock",
    "warn",
    "Đồng hồ của máy chưa đúng: phiếu không in ngày giờ, số vẫn phát bình thường.",
    "The clock is not set: tickets carry no date; numbers go on as usual.",
)
