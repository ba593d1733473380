"""Samples: my dossier."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Dossier, Fee, LookupResult, Model, Pay, Step
from kiosk.samples.world import BASE, ONE

CODE = "H38.12.25-261116-0003"
SIMPLE = Dossier(CODE, "Hộ tịch", "Civil status", "come", "2026-11-20")
DETAILS = replace(
    SIMPLE,
    details=True,
    procedure="Đăng ký khai sinh",
    applicant="N*** V*** A",
    steps=(
        Step("Tiếp nhận", "Received", "2026-11-16T09:10", True),
        Step("Thẩm định", "Examined", "2026-11-17", True),
        Step("Phê duyệt", "Approved", "2026-11-18", True),
        Step("Có kết quả", "Ready", "2026-11-19", True),
        Step("Trả kết quả", "Handed over", None, False),
    ),
    counter=(1, "Tiếp nhận và trả kết quả"),
    bring=("Giấy hẹn này và căn cước",),
    bring_en=("This receipt and the identity card",),
    status="9",
)
LATE = replace(
    DETAILS,
    group="open",
    status="4",
    appointment="2026-11-27",
    late_new="2026-11-27",
    steps=(*DETAILS.steps[:2], *(replace(step, done=False, at=None) for step in DETAILS.steps[2:])),
)
SUPPLEMENT = replace(
    LATE,
    group="act",
    status="5",
    late_new=None,
    supplement=("Bản sao giấy chứng sinh", "Tờ khai có chữ ký của người khai"),
    supplement_en=("Copy of the birth notification", "Declaration with the signature"),
)
FEE = replace(
    SUPPLEMENT,
    status="6",
    applicant="",
    procedure="Đăng ký thường trú",
    field="Cư trú",
    field_en="Residence",
    supplement=(),
    supplement_en=(),
    counter=(5, "Công an xã"),
    fee=Fee(20000, "Lệ phí đăng ký thường trú", "Fee for permanent residence"),
)
GROUPS = {
    "waiting": ("1", None),
    "open": ("4", "2026-11-25"),
    "act": ("5", "2026-11-27"),
    "closed": ("10", "2026-11-20"),
    "refused": ("3", None),
}
"""Every group of statuses but `come`: one of its statuses, an appointment."""
IN_SCAN = replace(BASE, trail=("home", "scan"), code=CODE)
FOUND = LookupResult("found", SIMPLE, "08:40")


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""

    def seen(dossier: Dossier) -> Model:
        return replace(
            IN_SCAN, screen="details", trail=("home", "scan", "status"), result=LookupResult("found", dossier, "08:40")
        )

    def plain(group: str, appointment: str | None) -> Model:
        known = replace(SIMPLE, group=group, appointment=appointment)
        return replace(IN_SCAN, screen="status", result=LookupResult("found", known, "08:40"))

    def closed(status: str, group: str) -> Dossier:
        return replace(LATE, status=status, group=group, late_new=None, appointment=GROUPS[group][1])

    groups = {f"status-{group}": plain(group, given[1]) for group, given in GROUPS.items()}
    groups |= {f"details-{group}": seen(closed(given[0], group)) for group, given in GROUPS.items() if group != "act"}
    asking = replace(IN_SCAN, screen="factor", trail=("home", "scan", "status"), result=FOUND)
    at_unit = replace(ONE, screen="typing", trail=("home", "scan"))
    old = LookupResult("offline", SIMPLE, "09:40", age_s=25 * 60)
    return {
        "scan": replace(ONE, screen="scan"),
        "scan-card": replace(ONE, screen="scan", hint="card"),
        "scan-unknown": replace(ONE, screen="scan", hint="unknown"),
        "scan-several": replace(ONE, screen="scan", hint="several"),
        "scan-health": replace(ONE, screen="scan", hint="health"),
        "scan-vneid": replace(ONE, screen="scan", hint="vneid"),
        "scan-postal": replace(ONE, screen="scan", hint="postal"),
        "scan-product": replace(ONE, screen="scan", hint="product"),
        "scan-payment": replace(ONE, screen="scan", hint="payment"),
        "scan-closer": replace(ONE, screen="scan", guidance="closer"),
        "scan-light": replace(ONE, screen="scan", guidance="light"),
        "typing": replace(ONE, screen="typing"),
        "typing-part": replace(at_unit, code="H38.12.25-26"),
        "typing-unit": replace(at_unit, code="H38.12.25-"),
        "typing-number": replace(at_unit, code="H38.12.25-261116-0"),
        "typing-ready": replace(at_unit, code=CODE),
        "searching": replace(IN_SCAN, screen="searching"),
        "status": replace(IN_SCAN, screen="status", result=FOUND),
        "status-overdue": plain("open", "2026-11-20"),
        **groups,
        "factor": replace(asking, factor="12"),
        "factor-wrong": replace(asking, factor_wrong=True, misses=1),
        "factor-wrong-again": replace(asking, factor_wrong=True, misses=3),
        "factor-code": replace(asking, factor_kind="lookup_code", factor="7K2P"),
        "details": seen(DETAILS),
        "details-late": seen(LATE),
        "details-overdue": seen(replace(LATE, late_new=None, appointment="2026-11-20")),
        "details-act": seen(SUPPLEMENT),
        "details-fee": replace(seen(FEE), pay=Pay(20000, "LP H38.12.25-261116-0003")),
        "not_found": replace(IN_SCAN, screen="not_found"),
        "try_later": replace(IN_SCAN, screen="try_later"),
        "try_later-wait": replace(IN_SCAN, screen="try_later", retry_s=240),
        "try_later-pause": replace(asking, screen="try_later", retry_s=290),
        "offline": replace(IN_SCAN, screen="offline", result=LookupResult("offline")),
        "offline-known": replace(IN_SCAN, screen="offline", result=old),
        "offline-yesterday": replace(
            IN_SCAN, screen="offline", result=replace(old, as_of="16:20", age_s=16 * 3600, yesterday=True)
        ),
    }
