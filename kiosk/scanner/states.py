"""How the scanner may be, in sentences for staff and public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MAX_FAILURES = 5
"""Starts that may fail in a row before the scanner gives up (house §5.5)."""


@dataclass(frozen=True, slots=True)
class ScannerState:
    """Health of the scanner, as the hub's `POST /v1/parts` takes it; the sentences are for staff and public."""

    state: Literal["ok", "degraded", "down"]
    code: str
    vi: str
    en: str
    public_vi: str = ""
    public_en: str = ""


_PUBLIC = (
    "Máy quét mã đang tạm nghỉ. Mời bà con nhập mã hồ sơ bằng bàn phím trên màn hình.",
    "The scanner is out of service. Please type the dossier code with the keys on the screen.",
)
STATES: dict[str, ScannerState] = {
    "camera_ok": ScannerState("ok", "camera_ok", "Máy quét mã hoạt động.", "The scanner works."),
    "camera_off": ScannerState(
        "ok", "camera_off", "Máy quét mã không được lắp (scanner.source = none).", "No scanner is set up.", *_PUBLIC
    ),
    "camera_missing": ScannerState(
        "down",
        "camera_missing",
        "Không thấy máy ảnh. Tắt điện, cắm lại cáp máy ảnh rồi bật lại.",
        "No camera is found. Switch off, re-seat the camera's cable, switch on.",
        *_PUBLIC,
    ),
    "camera_busy": ScannerState(
        "down",
        "camera_busy",
        "Máy ảnh đang bị chương trình khác dùng. Đóng chương trình đó.",
        "Another program holds the camera. Close it.",
        *_PUBLIC,
    ),
    "camera_stalled": ScannerState(
        "degraded",
        "camera_stalled",
        "Máy ảnh ngừng gửi hình; đang mở lại. Nếu lặp lại, kiểm tra cáp và nguồn điện.",
        "The camera stopped sending frames; it is being reopened. If it repeats, check cable and power supply.",
        *_PUBLIC,
    ),
    "hand_ok": ScannerState("ok", "hand_ok", "Đầu đọc cầm tay hoạt động.", "The hand scanner works."),
    "hand_missing": ScannerState(
        "down",
        "hand_missing",
        "Không thấy đầu đọc cầm tay. Cắm lại cáp của nó.",
        "The hand scanner is not there. Plug its cable in again.",
        *_PUBLIC,
    ),
    "hand_busy": ScannerState(
        "down",
        "hand_busy",
        "Đầu đọc cầm tay đang bị chương trình khác dùng. Đóng chương trình đó.",
        "Another program holds the hand scanner. Close it.",
        *_PUBLIC,
    ),
    "scanner_restarting": ScannerState(
        "degraded",
        "scanner_restarting",
        "Máy quét mã bị treo hoặc dừng; đang khởi động lại.",
        "The scanner hung or stopped; it is being restarted.",
        *_PUBLIC,
    ),
    "scanner_gave_up": ScannerState(
        "down",
        "scanner_gave_up",
        f"Máy quét mã hỏng {MAX_FAILURES} lần liên tiếp nên đã dừng. Chạy «motcua doctor», rồi khởi động lại kiosk.",
        f"The scanner failed {MAX_FAILURES} times in a row and was stopped. Run `motcua doctor`, restart the kiosk.",
        *_PUBLIC,
    ),
}
