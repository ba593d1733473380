"""`motcua playlist`: what stands between calls in an hour, before it happens."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

from config.cli import Subparsers, fail, settings_or_fail


def register_playlist(subparsers: Subparsers) -> None:
    """Add the command `playlist`."""
    text = "Nội dung giữa các lượt gọi trong một giờ | what stands between calls in an hour"
    parser = subparsers.add_parser("playlist", help=text, description=text)
    parser.add_argument("--config", type=Path, metavar="FILE", help="tệp cấu hình | settings file")
    parser.add_argument("--day", metavar="YYYY-MM-DD", help="ngày, mặc định hôm nay | day, today by default")
    parser.add_argument("--hour", type=int, metavar="0..23", help="giờ, mặc định giờ này | hour, now by default")
    parser.add_argument("--place", choices=("tv", "matrix"), default="tv", help="TV hay bảng chữ chạy | where")
    parser.add_argument("--json", action="store_true", help="in ra JSON | print JSON")
    parser.set_defaults(run=playlist)


def playlist(arguments: argparse.Namespace) -> int:
    """Print the hour's showings and how often and how long each item stands. Exit 2 for a day or hour there is not."""
    from config.clock import make_clock
    from config.load import load_settings
    from config.settings_playlist import HOUR_S
    from queue_display.playlist import player

    settings = settings_or_fail(load_settings, arguments.config)
    now = make_clock(settings.site.timezone, settings.clock.trust).wall()
    day = _day(arguments.day) if arguments.day else now.date()
    hour = now.hour if arguments.hour is None else arguments.hour
    if not 0 <= hour <= 23:
        fail(f"Giờ từ 0 đến 23; đã nhận {hour}.", f"The hour is 0 to 23; given {hour}.")
    shown = player(settings, arguments.place)
    rows = []
    for each in shown.of_day(datetime(day.year, day.month, day.day, hour, tzinfo=now.tzinfo)):
        if hour * HOUR_S <= each.start < (hour + 1) * HOUR_S:
            text = shown.text(each.item)
            rows.append({"from": _time(each.start), "to": _time(each.end), "seconds": round(each.end - each.start, 1),
                         "id": each.item.id, "vi": text})  # fmt: skip
    if arguments.json:
        body = {"day": day.isoformat(), "hour": hour, "place": arguments.place, "showings": rows}
        sys.stdout.write(json.dumps(body, ensure_ascii=False) + "\n")
    else:
        _print(rows)
    return 0


def _print(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        sys.stdout.write(f"{row['from']}–{row['to']}  {row['id']:16}  {row['vi']}\n")
    often = Counter(row["id"] for row in rows)
    for name, count in often.items():
        minutes = sum(row["seconds"] for row in rows if row["id"] == name) / 60
        sys.stdout.write(f"{name}: {count} lần/showings, {minutes:.1f} phút/minutes\n".replace(".", ",", 1))
    if not rows:
        sys.stdout.write("Không có nội dung nào trong giờ này. / Nothing stands in this hour.\n")


def _time(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"Ngày viết như 2026-11-27; đã nhận {text!r}.", f"A day is written 2026-11-27; given {text!r}.")
