"""What staff and public read about the printer: one sentence for each trouble, told once and taken back when mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from config.load import Problem, SettingsError
from firmware_bridge.parts import Health, ok
from firmware_bridge.printer_status import PrinterStatus

LOW_CLEARS_S = 30.0
"""A roll near its end wobbles before the sensor: only a quiet half minute means a new roll."""

WAIT_VI = "Máy in đang được xem lại. Xin ông/bà nhớ số trên màn hình hoặc hỏi người hướng dẫn."
WAIT_EN = "The printer is being looked after. Please remember the number on the screen, or ask the guide."

_TROUBLES: dict[str, tuple[str, str, str, str, str]] = {
    "no_paper": (
        "printer_no_paper",
        "Máy in hết giấy: thay cuộn mới, phiếu đang chờ sẽ tự in.",
        "The printer is out of paper: load a roll, waiting tickets print by themselves.",
        "Máy in hết giấy, đang thay. Xin ông/bà chờ một chút.",
        "The printer is out of paper; it is being changed. One moment, please.",
    ),
    "cover_open": (
        "printer_cover_open",
        "Nắp máy in đang mở: đóng lại cho khít, phiếu đang chờ sẽ tự in.",
        "The printer's cover is open: close it, waiting tickets print by themselves.",
        WAIT_VI,
        WAIT_EN,
    ),
    "cutter": (
        "printer_cutter",
        "Dao cắt của máy in bị kẹt: tắt máy in, gỡ giấy kẹt, bật lại. Phiếu đang chờ sẽ tự in.",
        "The printer's cutter is jammed: switch it off, take the paper out, switch it on. Waiting tickets then print.",
        WAIT_VI,
        WAIT_EN,
    ),
    "error": (
        "printer_error",
        "Máy in báo lỗi: tắt rồi bật lại; nếu đầu in nóng thì chờ vài phút.",
        "The printer reports an error: switch it off and on; if its head is hot, wait a few minutes.",
        WAIT_VI,
        WAIT_EN,
    ),
    "offline": (
        "printer_offline",
        "Máy in đang tạm dừng: bấm nút trực tuyến trên máy in, xem giấy và nắp. Số vẫn được cấp.",
        "The printer is offline: press its online key, check paper and cover. Numbers go on.",
        WAIT_VI,
        WAIT_EN,
    ),
    "silent": (
        "printer_offline",
        "Máy in không trả lời: xem nguồn và dây. Phiếu vẫn được cấp số, in lại sau.",
        "The printer does not answer: check power and cable. Numbers go on, paper follows.",
        WAIT_VI,
        WAIT_EN,
    ),
}


def printer_health(status: PrinterStatus) -> Health:
    """The health of part `printer`: it prints, or nothing at all comes out and why."""
    if status.online:
        return ok("printer")
    code, vi, en, public_vi, public_en = _TROUBLES[status.trouble or "offline"]
    more = f" ({status.detail})" if status.trouble in ("silent", "offline") else ""
    return Health("printer", "down", code, vi, en + more, public_vi, public_en)


def roll_health(low: bool) -> Health:
    """The health of part `printer-roll`: for staff alone, the printer works on."""
    if not low:
        return ok("printer-roll")
    return Health(
        "printer-roll",
        "degraded",
        "printer_paper_low",
        "Giấy in sắp hết: chuẩn bị cuộn mới.",
        "Paper is running low: have a new roll at hand.",
    )


class PrinterWatch:
    """From one status after the other to what is worth saying. `now`: monotonic seconds. Pure."""

    def __init__(self) -> None:
        self._low = False
        self._fine_since: float | None = None

    def see(self, status: PrinterStatus, now: float) -> tuple[Health, Health]:
        """The health of the printer and of its roll. Near-end is said once a roll, however its sensor wobbles."""
        if not status.online:
            self._fine_since = None
            if status.trouble in ("no_paper", "cover_open"):
                self._low = False  # somebody is changing the roll
        elif status.paper == "near_end":
            self._low, self._fine_since = True, None
        elif self._low:
            self._fine_since = now if self._fine_since is None else self._fine_since
            self._low = now - self._fine_since < LOW_CLEARS_S
        return printer_health(status), roll_health(self._low)


def _brief(problem: Problem) -> str:
    """A mistake as a notice has room for: file and line, what, and the nearest word."""
    place = Path(problem.file).name + (f":{problem.line}" if problem.line else "")
    return f"{place}: {problem.text}"[:90] + (f" → {problem.nearest}?" if problem.nearest else "")


def problem_health(part: str, error: SettingsError | None) -> Health:
    """A printer profile or ticket template that cannot be used; `part` is `printer-profile` or `ticket-template`."""
    if error is None:
        return ok(part)
    first = _brief(error.problems[0])
    if part == "printer-profile":
        return Health(
            part,
            "down",
            "printer_profile_wrong",
            f"Loại máy in chưa đúng, không in được: {first}",
            f"The printer profile is wrong, nothing can be printed: {first}",
            WAIT_VI,
            WAIT_EN,
        )
    return Health(
        part,
        "degraded",
        "ticket_template_wrong",
        f"Mẫu phiếu riêng chưa đúng, đang in theo mẫu có sẵn: {first}",
        f"The own ticket template is wrong, the shipped one is printed instead: {first}",
    )


def doubtful_health(tickets: Iterable[Mapping[str, Any]]) -> Health:
    """Papers nobody can vouch for: staff look and reprint a marked copy, or void. Taken back when that is done, or
    when the person has come to a counter all the same."""
    doubtful = [each for each in tickets if each.get("print") == "unknown" and each.get("state") == "waiting"]
    numbers = [str(each["number"]) for each in doubtful]
    if not numbers:
        return ok("printed-papers")
    shown = ", ".join(numbers[:6]) + ("…" if len(numbers) > 6 else "")
    return Health(
        "printed-papers",
        "degraded",
        "print_unknown",
        f"Không rõ phiếu {shown} đã ra giấy chưa: xem máy in, rồi in bản sao hoặc hủy.",
        f"Nobody can say whether the paper of {shown} came out: look, then reprint a copy or void.",
    )
