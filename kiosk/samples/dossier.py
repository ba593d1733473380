"""Samples: my dossier."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Dossier, LookupResult, Model, Step
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
)
LATE = replace(
    DETAILS,
    group="open",
    late_new="2026-11-27",
    steps=(*DETAILS.steps[:2], *(replace(step, done=False, at=None) for step in DETAILS.steps[2:])),
)
SUPPLEMENT = replace(
    LATE, group="act", late_new=None, supplement=("Bản sao giấy chứng sinh", "Tờ khai có chữ ký của người khai")
)
IN_SCAN = replace(BASE, trail=("home", "scan"), code=CODE)
FOUND = LookupResult("found", SIMPLE, "08:40")


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""

    def seen(dossier: Dossier) -> Model:
        return replace(
            IN_SCAN, screen="details", trail=("home", "scan", "status"), result=LookupResult("found", dossier, "08:40")
        )

    return {
        "scan": replace(ONE, screen="scan"),
        "scan-card": replace(ONE, screen="scan", hint="card"),
        "scan-unknown": replace(ONE, screen="scan", hint="unknown"),
        "typing": replace(ONE, screen="typing"),
        "typing-part": replace(ONE, screen="typing", trail=("home", "scan"), code="H38.12.25-26"),
        "typing-ready": replace(ONE, screen="typing", trail=("home", "scan"), code=CODE),
        "searching": replace(IN_SCAN, screen="searching"),
        "status": replace(IN_SCAN, screen="status", result=FOUND),
        "status-act": replace(
            IN_SCAN, screen="status", result=LookupResult("found", replace(SIMPLE, group="act"), "08:40")
        ),
        "factor": replace(IN_SCAN, screen="factor", trail=("home", "scan", "status"), result=FOUND, factor="12"),
        "factor-wrong": replace(
            IN_SCAN, screen="factor", trail=("home", "scan", "status"), result=FOUND, factor_wrong=True
        ),
        "factor-code": replace(
            IN_SCAN,
            screen="factor",
            trail=("home", "scan", "status"),
            result=FOUND,
            factor_kind="lookup_code",
            factor="7K2P",
        ),
        "details": seen(DETAILS),
        "details-late": seen(LATE),
        "details-act": seen(SUPPLEMENT),
        "not_found": replace(IN_SCAN, screen="not_found"),
        "try_later": replace(IN_SCAN, screen="try_later"),
        "offline": replace(IN_SCAN, screen="offline", result=LookupResult("offline")),
        "offline-known": replace(IN_SCAN, screen="offline", result=LookupResult("offline", SIMPLE, "09:40")),
    }
