"""What `motcua doctor` finds out about the hub and its ledger: a sentence each, and what to do."""

from __future__ import annotations

import os
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Literal

from config.clock import make_clock
from config.doctor import Check
from config.settings import Settings
from config.settings_hours import minutes_of
from queue_display.client import HubClient, HubRefused, HubUnreachable

FREE_MIB = 200


def checks(settings: Settings) -> list[Check]:
    """The hub answers, its ledger lies where it can be written, there is room on the disk, holidays are entered."""
    clock = make_clock(settings.site.timezone, settings.clock.trust)
    today = clock.wall().date() if clock.trust() != "untrusted" else None
    return [*_ledger(Path(settings.hub.ledger)), *hours(settings, today), *_hub(settings)]


def hours(settings: Settings, today: date | None) -> list[Check]:
    """Working hours that close the machine need the holidays of the time ahead; lunar ones come anew every year."""
    told = settings.hours
    if not told.week.named:
        return []
    shown = {minutes_of(each) for each in re.findall(r"\d{1,2}:\d{2}", settings.site.hours)}
    worked = {minute for day in range(7) for span in told.week.of(day) or () for minute in span}
    if shown - worked:
        return [
            Check(
                "hours",
                "warn",
                f"Giờ hiện trên màn hình (site.hours: {settings.site.hours}) khác giờ phát số trong [hours].",
                f"The hours on the screens (site.hours: {settings.site.hours}) are not those of [hours].",
                "Sửa site.hours hoặc [hours.week] cho khớp.",
                "Make site.hours and [hours.week] agree.",
            )
        ]
    if not told.enforce or today is None:
        return []
    if any(each.end >= today for each in told.holidays):
        return [Check("hours", "ok", "Giờ làm và ngày nghỉ đã khai.", "Working hours and holidays are entered.")]
    return [
        Check(
            "hours",
            "warn",
            "Chưa khai ngày nghỉ lễ nào từ hôm nay về sau: ngày lễ máy vẫn phát số.",
            "No holiday is entered from today on: numbers would be issued on holidays.",
            "Thêm holidays vào [hours]: motcua config explain hours.holidays",
            "Add holidays to [hours]: motcua config explain hours.holidays",
        )
    ]


def _ledger(path: Path) -> list[Check]:
    folder = path.parent
    if not folder.is_dir():
        make = f"sudo install -d -o motcua {folder}"
        return [
            Check(
                "ledger",
                "warn",
                f"Chưa có thư mục sổ {folder}.",
                f"The ledger's folder {folder} is not there.",
                make,
                make,
            )
        ]
    out = []
    if not os.access(folder, os.W_OK):
        out.append(
            Check(
                "ledger",
                "warn",
                f"Người dùng này không ghi được vào {folder}.",
                f"This user may not write to {folder}.",
                "Chạy bằng người dùng của hub hoặc sudo.",
                "Run as the hub's user or with sudo.",
            )
        )
    free = shutil.disk_usage(folder).free // 2**20
    level: Literal["ok", "fail"] = "ok" if free >= FREE_MIB else "fail"
    out.append(
        Check(
            "storage",
            level,
            f"Còn trống {free} MiB cho sổ.",
            f"{free} MiB are free for the ledger.",
            "" if level == "ok" else "Xóa bớt tệp trên thẻ nhớ.",
            "" if level == "ok" else "Free some space on the card.",
        )
    )
    for damaged in sorted(folder.glob(f"{path.name}.bad-*")):
        if not damaged.name.endswith(("-wal", "-shm")):
            out.append(
                Check(
                    "ledger",
                    "warn",
                    f"Có một sổ hỏng được giữ lại: {damaged.name}.",
                    f"A damaged ledger is kept: {damaged.name}.",
                    "Chép đi cho người hỗ trợ rồi xóa.",
                    "Copy it for support, then delete it.",
                )
            )
    return out


def _hub(settings: Settings) -> list[Check]:
    client = HubClient(f"unix:{settings.hub.socket}", role="technician", device="doctor", timeout_s=3.0)
    try:
        health = client.get("/v1/health")
        notices = client.snapshot()["notices"]
    except HubUnreachable:
        return [
            Check(
                "hub",
                "fail",
                f"Hub không trả lời ở {settings.hub.socket}.",
                f"The hub does not answer at {settings.hub.socket}.",
                "sudo systemctl status motcua-hub; journalctl -u motcua-hub -n 50",
                "sudo systemctl status motcua-hub; journalctl -u motcua-hub -n 50",
            )
        ]
    except HubRefused as error:
        return [Check("hub", "warn", f"Hub từ chối: {error.vi}", f"The hub refused: {error.en}", "sudo", "sudo")]
    finally:
        client.close()
    words = f"pid {health['pid']}, epoch {health['epoch']}, {health['clock']}"
    out = [Check("hub", "ok", f"Hub chạy ({words}).", f"The hub runs ({words}).")]
    for each in notices:
        out.append(Check(each["part"], "fail" if each["level"] == "error" else "warn", each["vi"], each["en"]))
    return out
