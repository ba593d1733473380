"""What the uplink asks of the ledger, and what it says of itself. No behaviour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol


class Outbox(Protocol):
    """What the uplink asks of the ledger. Every method may be called from the uplink's thread."""

    def epoch(self) -> str:
        """The ledger's epoch."""
        ...

    def read(self, after_seq: int, limit: int) -> Sequence[tuple[int, str, str]]:
        """Events with seq > `after_seq`, ascending, at most `limit`: (seq, topic class, envelope as JSON).

        Delivered ones too, as long as they are kept: a restored server asks for them again.
        """
        ...

    def watermark(self) -> int:
        """The last seq the server has committed, as far as the ledger knows; 0 at first."""
        ...

    def delivered(self, seq: int) -> None:
        """The server's watermark is now `seq`. It may be lower than before."""
        ...

    def depth(self) -> tuple[int, float]:
        """Events above the watermark, and the age of the oldest in seconds (0.0 when there is none)."""
        ...

    def wakeup(self, callback: Callable[[], None]) -> None:
        """Call `callback` (cheap, from any thread) after each commit that added an event."""
        ...


@dataclass(frozen=True)
class Problem:
    """Why events are waiting: a code and a sentence for staff in both languages."""

    code: str
    vi: str
    en: str


_WAIT = "Sự kiện được giữ lại và tự gửi sau.", "Events are kept and sent later by themselves."
PROBLEMS = {
    code: Problem(code, f"{vi} {_WAIT[0]}", f"{en} {_WAIT[1]}")
    for code, vi, en in (
        ("uplink_unreachable", "Chưa nối được máy chủ của xã.", "The commune server cannot be reached."),
        ("uplink_clock", "Đồng hồ của máy chưa đúng nên máy chủ chưa cho nối; đang chờ giờ đúng.",
         "This machine's clock is not set, so the certificate does not hold yet; waiting for the right time."),
        ("uplink_certificate", "Chứng thư của máy hoặc của máy chủ không được chấp nhận.",
         "This machine's certificate or the server's is not accepted."),
        ("uplink_refused", "Máy chủ nhận kết nối nhưng không cho vào.", "The broker refused the connection."),
        ("uplink_silent", "Đã nối mạng nhưng máy chủ chưa trả lời.", "Connected, but the server does not answer."),
    )
}  # fmt: skip


@dataclass(frozen=True)
class UplinkState:
    """What the snapshot and `GET /v1/uplink` show. `connected`: the server itself has answered on this connection."""

    connected: bool
    depth: int
    oldest_s: float
    watermark: int
    epoch: str
    broker: str | None = None
    problem: Problem | None = None

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)
