"""What `motcua doctor` finds out about the wires, without disturbing a running bridge."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from config.doctor import Check
from config.load import SettingsError
from config.settings import Bus, Settings
from firmware_bridge import voice_health
from firmware_bridge.profile_check import other_speed, profile_of, require_profiles
from firmware_bridge.template import require_paper
from firmware_bridge.wires import health as link_health

BY_ID = Path("/dev/serial/by-id")


def checks(settings: Settings) -> list[Check]:
    """Each bus: is the port there, may we open it, does the bridge hold it. Pins, where buttons hang on them. Voice."""
    out = [_bus(bus) for bus in settings.buses] + _profiles(settings)
    on_pins = "gpio" in {each.bus for each in settings.buttons} | {each.bus for each in settings.boards}
    if not settings.buses and not on_pins:
        out.append(Check("bus", "ok", "Không có bus nào trong cấu hình.", "The settings have no bus."))
    if on_pins:
        out.append(_gpio(settings.gpio.factory))
    if settings.printer.kind != "none":
        out.append(_paper(settings))
    return out + link_health.checks(settings) + voice_health.checks(settings)


def _profiles(settings: Settings) -> list[Check]:
    """The profiles of boards sold by others."""
    try:
        require_profiles(settings)
    except SettingsError as error:
        do_vi, do_en = "Sửa tệp mẫu: docs/boards.md.", "Mend the profile: docs/boards.md."
        return [Check("boards", "fail", str(each), str(each), do_vi, do_en) for each in error.problems]
    buses = {bus.id: bus for bus in settings.buses if bus.protocol != "motcua"}
    found = []
    for board in settings.boards:
        if (bus := buses.get(board.bus)) and (speed := other_speed(bus, profile_of(board))):
            vi = f"Bảng {board.id} xuất xưởng ở {speed}, bus {bus.id} chạy {bus.baud} {bus.format}."
            en = f"Board {board.id} leaves the factory at {speed}, bus {bus.id} runs {bus.baud} {bus.format}."
            found.append(
                Check(f"board-{board.id}", "warn", vi, en, "Đặt lại bảng hoặc bus.", "Set the board or the bus.")
            )
    return found


def _paper(settings: Settings) -> Check:
    """The printer's profile and the ticket template, as the bridge will read them."""
    try:
        profile = require_paper(settings)
    except SettingsError as error:
        first = error.problems[0]
        return Check(
            "ticket",
            "fail",
            f"Loại máy in hoặc mẫu phiếu chưa đúng: {first}",
            f"The printer profile or the ticket template is wrong: {first}",
            "Xem: motcua printers, motcua ticket fields; thử: motcua ticket preview --png phieu.png",
            "See motcua printers, motcua ticket fields; try motcua ticket preview --png ticket.png",
        )
    return Check(
        "ticket",
        "ok",
        f"Mẫu phiếu đúng; máy in: {profile.name}.",
        f"The ticket template is right; printer: {profile.name_en or profile.name}.",
    )


def _bus(bus: Bus) -> Check:
    part = f"bus-{bus.id}"
    path = Path(bus.port)
    if not path.exists():
        there = ", ".join(sorted(each.name for each in BY_ID.iterdir())) if BY_ID.is_dir() else ""
        return Check(
            part,
            "fail",
            f"Không thấy {path}.",
            f"{path} is not there.",
            f"Cắm lại cáp USB; đang có: {there or 'không cổng nào'}.",
            f"Plug the USB cable in again; present: {there or 'no port at all'}.",
        )
    if not os.access(path, os.R_OK | os.W_OK):
        return Check(
            part,
            "warn",
            f"Người dùng này không mở được {path}.",
            f"This user may not open {path}.",
            "Dịch vụ chạy với nhóm dialout; thử lại bằng sudo.",
            "The service runs with the group dialout; try again with sudo.",
        )
    held = _held(path)
    return Check(
        part,
        "ok",
        f"{path} có mặt" + (", dịch vụ cầu nối đang giữ." if held else "."),
        f"{path} is there" + (", the bridge holds it." if held else "."),
    )


def _held(path: Path) -> bool:
    """Whether somebody (the bridge) has the port's exclusive lock. Opens without touching the line's state."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _gpio(factory: str) -> Check:
    if factory == "mock":
        return Check("gpio", "warn", "Chân GPIO là chân giả (gpio.factory).", "GPIO pins are fake ones (gpio.factory).")
    chips = sorted(str(path) for path in Path("/dev").glob("gpiochip*"))
    if not chips:
        return Check(
            "gpio",
            "fail",
            "Máy này không có chân GPIO cho nút lấy số.",
            "This machine has no GPIO pins for the ticket buttons.",
            "Dùng nút trên bus serial, hoặc chạy trên Raspberry Pi.",
            "Use buttons on a serial bus, or run on a Raspberry Pi.",
        )
    writable = any(os.access(chip, os.W_OK) for chip in chips)
    return Check(
        "gpio",
        "ok" if writable else "warn",
        "Có chân GPIO." if writable else "Người dùng này không dùng được GPIO (nhóm gpio).",
        "GPIO pins are there." if writable else "This user may not use GPIO (group gpio).",
    )
