"""The status page: one sentence, sums and bars with their n, devices, the last events. Pure text out of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from commune_server.readings import Day
from config.settings import ServerSettings

_TEMPLATE = Path(__file__).parent / "dashboard" / "status.html"

GROUPS = {
    "waiting": "Chờ tiếp nhận", "open": "Đang giải quyết", "act": "Cần làm thêm", "come": "Mời đến nhận",
    "closed": "Đã xong", "refused": "Không tiếp nhận",
}  # fmt: skip
EVENT_WORDS = {
    "ticket.issued": "Lấy số", "ticket.called": "Gọi số", "ticket.recalled": "Gọi lại", "ticket.no_show": "Vắng mặt",
    "ticket.serving": "Bắt đầu phục vụ", "ticket.done": "Xong", "ticket.done_on_spot": "Xong tại chỗ",
    "ticket.transferred": "Chuyển quầy", "ticket.parked": "Để chờ", "ticket.waiting_papers": "Chờ giấy tờ",
    "ticket.returned": "Trở lại hàng chờ", "ticket.cancelled": "Thôi chờ", "ticket.void": "Hủy phiếu",
    "print.printed": "Đã in phiếu", "print.no_paper": "Hết giấy", "print.failed": "Chưa in được",
    "print.unknown": "Chưa rõ đã in", "print.copy": "In bản sao", "counter.opened": "Mở quầy",
    "counter.paused": "Tạm dừng quầy", "counter.resumed": "Quầy trở lại", "counter.closed": "Đóng quầy",
    "rating.given": "Đánh giá", "lookup.answered": "Tra hồ sơ", "part.degraded": "Thiết bị cần xem",
    "part.restored": "Thiết bị đã tốt", "link.stats": "Số liệu đường dây", "ledger.epoch": "Sổ mới",
    "day.rolled": "Sang ngày mới",
}  # fmt: skip
_STATES = {"online": "Đang nối", "stale": "Im lặng", "offline": "Mất nối"}
_SCORES = {5: "Rất hài lòng", 4: "Hài lòng", 3: "Bình thường", 2: "Chưa hài lòng", 1: "Rất không hài lòng"}


def number(value: int) -> str:
    """1234567 → 1.234.567"""
    return f"{value:,}".replace(",", ".")


def percent(part: int, whole: int) -> str:
    """Cut, not rounded, to one place: 9999 of 10000 is 99,9 %, never 100 %."""
    if whole <= 0:
        return "–"
    tenths = math.floor(part * 1000 / whole)
    return f"{tenths // 10},{tenths % 10} %"


def _ago(then: str, now: datetime) -> str:
    seconds = max(0, int((now - datetime.fromisoformat(then)).total_seconds()))
    if seconds < 60:
        return "vừa xong"
    if seconds < 3600:
        return f"{seconds // 60} phút trước"
    if seconds < 86400:
        return f"{seconds // 3600} giờ trước"
    return f"{seconds // 86400} ngày trước"


def _bar(label: str, part: int, whole: int, kind: str = "") -> str:
    width = min(100.0, 100 * part / whole) if whole else 0.0
    # The width stands in a <progress>-like SVG, not in a style attribute: the page's policy allows no inline style.
    return (
        f'<li class="bar {kind}"><span class="label">{escape(label)}</span>'
        f'<svg class="track" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="fill" width="{width:.2f}" height="1"/></svg>'
        f'<span class="value">{number(part)}<small>{percent(part, whole)}</small></span></li>'
    )


def headline(devices: Sequence[Mapping[str, Any]], totals: Mapping[str, int], broker: bool) -> tuple[str, str, str]:
    """(kind, Vietnamese, English): the one sentence, and `ok`, `look` or `act`."""
    if not broker:
        return "act", "Chưa nối được MQTT. Sự kiện chờ ở các máy.", "The broker is away. Events wait at the devices."
    if totals.get("quarantine"):
        return "act", "Có máy gửi hai nội dung cho một sự kiện. Mời xem cảnh báo.", "A device may be cloned; see below."
    silent = [each for each in devices if each["state"] != "online"]
    behind = sum(int(each["behind"]) for each in devices)
    if silent:
        vi = f"{number(len(silent))} máy chưa nối. Phòng chờ ở đó vẫn chạy; sự kiện sẽ đến sau."
        return "look", vi, f"{len(silent)} not connected. That waiting room works on; its events come later."
    if behind:
        return "look", f"Đang chờ {number(behind)} sự kiện được gửi lại.", f"{behind} events are being sent again."
    if not devices:
        return "look", "Chưa có máy nào nối đến.", "No device has connected yet."
    vi = f"Mọi thứ đang chạy. {number(len(devices))} máy đang nối, không thiếu sự kiện nào."
    return "ok", vi, f"All is well: {len(devices)} connected, no event missing."


def _device_rows(devices: Sequence[Mapping[str, Any]], now: datetime) -> str:
    rows = []
    for each in devices:
        place, _, name = str(each["device"]).rpartition("/")
        missing = number(each["behind"]) if each["behind"] else "không"
        rows.append(
            f'<tr><th scope="row">{escape(name)}<small>{escape(place)}</small></th>'
            f'<td><span class="state {each["state"]}">{_STATES[each["state"]]}</span></td>'
            f"<td>{_ago(str(each['last_seen']), now)}</td><td class=n>{number(each['watermark'])}</td>"
            f"<td class=n>{missing}</td><td>{escape(str(each['version'] or '–'))}</td></tr>"
        )
    return (
        "".join(rows) or '<tr><td colspan="6" class="empty">Chưa có máy nào. Bật máy ở phòng chờ, nối mạng.</td></tr>'
    )


def _event_rows(events: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for each in events:
        kind = str(each["type"]).removeprefix("vn.motcua.")
        data = each["data"] if isinstance(each["data"], dict) else {}
        counter = f"Quầy {data['counter']}" if data.get("counter") else ""
        rows.append(
            f"<tr><td class=t>{escape(str(each['time'])[11:19])}</td><td>{escape(EVENT_WORDS.get(kind, kind))}</td>"
            f"<td class=num>{escape(str(data.get('number') or ''))}</td><td>{escape(counter)}</td>"
            f"<td class=n>{number(int(each['seq']))}</td></tr>"
        )
    return "".join(rows) or '<tr><td colspan="5" class="empty">Chưa có sự kiện nào.</td></tr>'


def _alarm_rows(alarms: Sequence[Mapping[str, Any]]) -> str:
    words = {
        "two_contents": "Một sự kiện có hai nội dung: máy này có bị sao chép không?",
        "given_up": "Có sự kiện không còn ở máy và không có ở đây.",
    }
    return "".join(
        f"<li><strong>{escape(words.get(str(each['code']), str(each['code'])))}</strong> "
        f"<span>{escape(str(each['device']))} · {escape(str(each['at'])[:16].replace('T', ' '))}</span>"
        f"<small>{escape(str(each['text']))}</small></li>"
        for each in alarms
    )


def render(
    settings: ServerSettings,
    now: datetime,
    devices: Sequence[Mapping[str, Any]],
    day: Day,
    totals: Mapping[str, int],
    alarms: Sequence[Mapping[str, Any]],
    dossiers: Mapping[str, int],
    events: Sequence[Mapping[str, Any]],
    broker: bool,
) -> str:
    """The whole page."""
    kind, vi, en = headline(devices, totals, broker)
    issued = day.count("ticket.issued")
    done = day.count("ticket.done", "ticket.done_on_spot")
    rated, held = sum(day.scores.values()), sum(dossiers.values())
    answered, found = sum(day.lookups.values()), day.lookups.get("found", 0)
    pleased = day.scores.get(5, 0) + day.scores.get(4, 0)
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        name=escape(settings.server.name), place=escape(settings.server.place),
        day=f"{now:%d/%m/%Y}", time=f"{now:%H:%M}", kind=kind, vi=escape(vi), en=escape(en),
        today=number(sum(day.types.values())), all_events=number(totals["events"]), issued=number(issued),
        ticket_bars=_bar("Đã gọi", min(issued, day.count("ticket.called")), issued)
        + _bar("Đã xong", min(issued, done), issued, "done")
        + _bar("Vắng mặt", min(issued, day.count("ticket.no_show")), issued, "soft"),
        rated=number(rated), pleased=percent(pleased, rated),
        rating_bars="".join(_bar(label, day.scores.get(score, 0), rated) for score, label in _SCORES.items()),
        held=number(held),
        dossier_bars="".join(_bar(label, dossiers.get(key, 0), held) for key, label in GROUPS.items()),
        lookups=f"{number(answered)} lượt tra hôm nay, thấy {percent(found, answered)}" if answered
        else "Hôm nay chưa có lượt tra nào.",
        devices=_device_rows(devices, now), events=_event_rows(events),
        alarms=f'<section class="alarms"><h2>Cảnh báo</h2><ul>{_alarm_rows(alarms)}</ul></section>' if alarms else "",
        dead=number(totals["dead_letters"]),
    )  # fmt: skip
