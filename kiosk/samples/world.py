"""The invented commune of the samples: its services, its hub, and a person at its screen."""

from __future__ import annotations

from dataclasses import replace

from config.settings import Payment, Settings
from config.settings_kiosk import Links
from kiosk.model import Face, HelpDay, HubView, Model, ServiceLine

FACE = Face(2026, 11, 23, 0, 8, 42)
SERVICES = (
    ServiceLine("reception", "T", "Tiếp nhận và trả kết quả", "Reception and results", 3, (10, 20)),
    ServiceLine("civil-status", "A", "Tư pháp – Hộ tịch", "Civil status", 6, (15, 25)),
    ServiceLine("land", "D", "Địa chính – Xây dựng", "Land and construction", 2, (10, 20)),
    ServiceLine("social", "X", "Văn hóa – Xã hội", "Culture and social affairs", 0, None),
    ServiceLine("police", "C", "Công an xã", "Commune police", 1, (5, 10)),
    ServiceLine("advice", "H", "Tư vấn, hướng dẫn", "Advice", 0, None, False),
)
HUB = HubView(True, SERVICES, (("A041", 3), ("T017", 1)))
NO_PAPER = ("printer", "Máy in hết giấy: xin nhớ số trên màn hình.", "No paper: please remember your number.")
YOUTH = HelpDay(
    "07:30", "11:30", "Đoàn Thanh niên", "Youth Union", "hướng dẫn và viết giúp", "guidance and help with forms"
)
BASE = Model(face=FACE, hub=HUB, camera=True, now=100.0, touched=100.0)
ONE = replace(BASE, trail=("home",))
"""One screen away from home."""


def not_now(service: ServiceLine, why: str, opens_at: str) -> ServiceLine:
    """A service that takes nobody now."""
    return replace(service, open=False, status=why, opens_at=opens_at)


SHUT = replace(HUB, services=tuple(not_now(each, "closed", "2026-11-24T07:30+07:00") for each in SERVICES))


def shown(settings: Settings) -> Settings:
    """The settings a picture is drawn with: what no site ships with (an account for fees, links, a sound device) is
    invented where it is not set, so that every screen has all it can have."""
    own = settings.kiosk
    update: dict[str, object] = {"speaker": own.speaker or "default"}
    if own.links == Links():
        update["links"] = Links(
            zalo="https://zalo.example/xa-mau",
            feedback="https://gopy.example/xa-mau",
            portal="https://dichvucong.example/xa-mau",
        )
    account = settings.payment
    if not account.offered:
        account = Payment(bin="970415", account="0000000001", holder="UBND XA MAU", bank="Ngân hàng Mẫu")
    return settings.model_copy(update={"payment": account, "kiosk": own.model_copy(update=update)})
