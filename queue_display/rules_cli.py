"""Commands of the deeper rules: one ticket, the day by hand, appointments, help, a text for all, the hourly sums."""

from __future__ import annotations

import argparse
import json
import urllib.parse
from datetime import date
from pathlib import Path
from typing import Any

from config.cli import command_group, fail
from queue_display.client import HubClient
from queue_display.talk_cli import client, show, talks

TICKET_VERBS = {
    "cancel": "hủy phiếu đang chờ | withdraw a waiting ticket",
    "void": "vô hiệu | declare void",
    "return": "đưa lại hàng chờ | back into the queue",
    "reopen": "mở lại phiếu đóng nhầm | reopen one closed by mistake",
    "reprint": "in bản sao | print a marked copy",
    "note": "ghi chú bằng mã | a code word on it",
    "move": "dời sang quầy hoặc lĩnh vực khác | to another counter or service",
    "carry": "giữ số sang hôm sau | keep the number overnight",
    "also": "thêm lĩnh vực trong cùng lượt | one more service in this visit",
}
LIST_STEP = 500
"""Entries the hub takes in one request."""


def register_queue(subparsers: Any) -> None:
    """Add `issue`, `ticket`, `day`, `appointments`, `helper`, `broadcast` and `stats`."""
    issue = talks(subparsers, "issue", "phát số cho người dân | issue a number for somebody", _issue)
    issue.add_argument("service", help="lĩnh vực | service")
    issue.add_argument("--priority", action="store_true", help="ưu tiên | priority")
    issue.add_argument("--for-counter", type=int, metavar="N", help="chỉ quầy này gọi | this counter alone calls it")
    issue.add_argument("--beyond", action="store_true", help="ngoài giờ hoặc quá hạn mức | past closing or quota")
    issue.add_argument("--key", help="mã lặp lại | idempotency key")

    verbs = command_group(subparsers, "ticket", "phiếu: giấy, và việc với một phiếu / the paper, and one ticket")
    for verb, text in TICKET_VERBS.items():
        one = talks(verbs, verb, text, _ticket)
        one.set_defaults(verb=verb)
        one.add_argument("ticket", help="20261123-A042 hoặc/or A042")
        one.add_argument("--key", help="mã lặp lại | idempotency key")
        if verb in ("cancel", "void", "return", "reopen"):
            one.add_argument("--reason", help="lý do bằng mã | reason, a code word")
        if verb == "note":
            one.add_argument("--code", help="mã ghi chú, bỏ trống = xóa | code word, none = take it away")
        if verb == "move":
            where = one.add_mutually_exclusive_group(required=True)
            where.add_argument("--to-counter", type=int, help="đến quầy | to this counter")
            where.add_argument("--to-service", help="sang lĩnh vực | to this service")
        if verb == "carry":
            one.add_argument("--no", action="store_true", help="thôi không giữ | do not keep it")
        if verb == "also":
            one.add_argument("--service", required=True, help="lĩnh vực | service")

    day = subparsers.add_parser("day", help="đóng, mở ngày phục vụ bằng tay | close or open the service day by hand")
    acts = day.add_subparsers(dest="act", required=True, parser_class=type(day))
    close = talks(acts, "close", "đóng ngày: không phát số nữa | no more numbers today", _day_close)
    close.add_argument("--carry", action="store_true", help="ai còn chờ giữ số sang mai | who waits keeps the number")
    opened = talks(acts, "open", "mở lại, hoặc bắt đầu ngày mới bằng tay | open again, or begin a day", _day_open)
    opened.add_argument("day", nargs="?", help="YYYY-MM-DD, khi đồng hồ chưa tin được | on an untrusted clock")
    for one in (close, opened):
        one.add_argument("--key", help="mã lặp lại | idempotency key")

    booked = subparsers.add_parser("appointments", help="lịch hẹn: mã và giờ, không tên | codes and times, no names")
    acts = booked.add_subparsers(dest="act", required=True, parser_class=type(booked))
    taken = talks(acts, "import", "nạp danh sách CSV hoặc JSON | take a list", _appointments_import)
    taken.add_argument("file", type=Path, help="code,service,at[,prechecked]")
    taken.add_argument("--replace", action="store_true", help="bỏ mã không còn trong tệp | drop what is not on it")
    talks(acts, "list", "các lịch hẹn từ hôm nay | appointments from today on", _appointments_list)
    check = talks(acts, "checkin", "lấy số cho một lịch hẹn | a number for an appointment", _appointments_checkin)
    check.add_argument("code", nargs="?", help="mã hẹn | its code")
    check.add_argument("--service", help="hoặc theo lĩnh vực | or by service")
    check.add_argument("--at", help="và giờ hẹn, 2026-11-23T09:00 | and time")
    check.add_argument("--key", help="mã lặp lại | idempotency key")

    helper = subparsers.add_parser("helper", help="gọi người hướng dẫn | call for a helper")
    acts = helper.add_subparsers(dest="act", required=True, parser_class=type(helper))
    ask = talks(acts, "ask", "nhờ viết giúp, hướng dẫn | ask for help", _help_ask)
    ask.add_argument("--where", choices=["kiosk", "reception", "counter"], default="reception")
    ask.add_argument("--what", choices=["write", "guide"], default="write")
    done = talks(acts, "done", "đã có người giúp | a helper is there", _help_done)
    done.add_argument("id", type=int)

    told = talks(subparsers, "broadcast", "thông báo lên TV, bảng, màn hình | a text for everybody", _broadcast)
    told.add_argument("vi", nargs="?", help="nội dung; bỏ trống với --clear | the text")
    told.add_argument("--en", default="", help="tiếng Anh | in English")
    told.add_argument("--minutes", type=int, default=15, help="1..240")
    told.add_argument("--clear", action="store_true", help="gỡ xuống | take it away")

    stats = talks(subparsers, "stats", "số liệu theo giờ | hourly sums", _stats)
    stats.add_argument("--day", help="YYYY-MM-DD; mặc định hôm nay | default: today")


def _staff(arguments: argparse.Namespace) -> HubClient:
    return client(arguments, "technician")


def ticket_id(talker: HubClient, given: str) -> str:
    """`A042` → today's id; quoted, so that no text given as a ticket can name another route."""
    if "-" not in given:
        given = f"{talker.snapshot()['service_day'].replace('-', '')}-{given.upper()}"
    return urllib.parse.quote(given, safe="")


def _issue(arguments: argparse.Namespace) -> int:
    body: dict[str, Any] = {"service": arguments.service, "priority": arguments.priority, "beyond": arguments.beyond}
    if arguments.for_counter is not None:
        body["for_counter"] = arguments.for_counter
    return show(arguments, _staff(arguments).post("/v1/tickets", body, arguments.key))


def _ticket(arguments: argparse.Namespace) -> int:
    talker, verb = _staff(arguments), arguments.verb
    body: dict[str, Any] = {}
    if verb == "note":
        body = {"code": arguments.code}
    elif verb == "move":
        body = {"to_counter": arguments.to_counter, "to_service": arguments.to_service}
    elif verb == "carry":
        body = {"keep": not arguments.no}
    elif verb == "also":
        body = {"service": arguments.service}
    elif verb != "reprint" and arguments.reason:
        body = {"reason": arguments.reason}
    return show(arguments, talker.ticket_act(ticket_id(talker, arguments.ticket), verb, arguments.key, **body))


def _plain(arguments: argparse.Namespace, answer: dict[str, Any], text: str) -> int:
    print(json.dumps(answer, ensure_ascii=False) if arguments.json else text)
    return 0


def _day_close(arguments: argparse.Namespace) -> int:
    body = {"carry": True} if arguments.carry else {}
    answer = _staff(arguments).post("/v1/day/close", body, arguments.key)
    text = f"Đã đóng ngày {answer['day']}; kết thúc {answer['ended']} phiếu. | The day is closed."
    return _plain(arguments, answer, text)


def _day_open(arguments: argparse.Namespace) -> int:
    body = {"day": arguments.day} if arguments.day else {}
    answer = _staff(arguments).post("/v1/day/open", body, arguments.key)
    return _plain(arguments, answer, f"Đang phục vụ ngày {answer['day']}. | The service day is {answer['day']}.")


def _appointments_import(arguments: argparse.Namespace) -> int:
    from queue_display.appointments_file import BadList, read_list

    try:
        items = read_list(arguments.file.read_bytes(), None)
    except OSError as error:
        fail(f"Không đọc được {arguments.file}: {error.strerror}", f"Cannot read {arguments.file}: {error.strerror}")
    except BadList as error:
        fail(f"{arguments.file}: {error}", f"{arguments.file} cannot be used: {error}")
    talker = _staff(arguments)
    by_day: dict[str, list[dict[str, Any]]] = {}
    for each in items:
        row = {"code": each.code, "service": each.service, "at": each.at, "prechecked": each.prechecked}
        by_day.setdefault(each.at[:10], []).append(row)
    longest = max((len(each) for each in by_day.values()), default=0)
    if arguments.replace and longest > LIST_STEP:
        fail(f"--replace: tối đa {LIST_STEP} lịch hẹn một ngày.", f"--replace: at most {LIST_STEP} a day.")
    counts = dict.fromkeys(("added", "changed", "dropped", "kept", "past"), 0)
    for rows in by_day.values():
        for start in range(0, len(rows), LIST_STEP):
            body = {"items": rows[start : start + LIST_STEP], "replace": arguments.replace}
            answer = talker.post("/v1/appointments", body)
            counts = {key: counts[key] + answer[key] for key in counts}
    text = (
        f"Thêm {counts['added']}, đổi {counts['changed']}, bỏ {counts['dropped']}, giữ {counts['kept']}, "
        f"đã qua {counts['past']}. | added, changed, dropped, kept, past"
    )
    return _plain(arguments, counts, text)


def _appointments_list(arguments: argparse.Namespace) -> int:
    answer = _staff(arguments).get("/v1/appointments")
    lines = [
        f"{each['at'][:16].replace('T', ' ')}  {each['code']:<8}  {each['service']:<16} "
        f"{(each['ticket'] or '–').rpartition('-')[2]}"
        for each in answer["appointments"]
    ]
    return _plain(arguments, answer, "\n".join([*lines, f"{len(lines)} lịch hẹn | appointments"]))


def _appointments_checkin(arguments: argparse.Namespace) -> int:
    talker = _staff(arguments)
    if arguments.code is not None:
        code = urllib.parse.quote(arguments.code.upper(), safe="")
        return show(arguments, talker.post(f"/v1/appointments/{code}/checkin", {}, arguments.key))
    if not (arguments.service and arguments.at):
        fail("Cần mã hẹn, hoặc --service và --at.", "Give a code, or --service and --at.")
    body = {"service": arguments.service, "at": arguments.at}
    return show(arguments, talker.post("/v1/appointments/checkin", body, arguments.key))


def _help_ask(arguments: argparse.Namespace) -> int:
    answer = _staff(arguments).post("/v1/help", {"where": arguments.where, "what": arguments.what})
    return _plain(arguments, answer, f"Đã gọi người giúp (số {answer['help']['id']}). | A helper was called.")


def _help_done(arguments: argparse.Namespace) -> int:
    answer = _staff(arguments).post(f"/v1/help/{arguments.id}/done", {})
    return _plain(arguments, answer, "Đã có người giúp. | A helper is there.")


def _broadcast(arguments: argparse.Namespace) -> int:
    talker = _staff(arguments)
    if arguments.clear:
        return _plain(arguments, talker.post("/v1/broadcast/clear", {}), "Đã gỡ thông báo. | Taken away.")
    if not arguments.vi:
        fail("Thiếu nội dung thông báo.", "The text is missing.")
    body = {"vi": arguments.vi, "en": arguments.en, "minutes": arguments.minutes}
    answer = talker.post("/v1/broadcast", body)
    return _plain(arguments, answer, f"Hiện đến {answer['broadcast']['until'][11:16]}. | Shown until then.")


def _stats(arguments: argparse.Namespace) -> int:
    if arguments.day is not None:
        try:
            date.fromisoformat(arguments.day)
        except ValueError:
            fail(f"Không có ngày {arguments.day!r}; ví dụ 2026-11-23.", "There is no such day; e.g. 2026-11-23.")
    answer = _staff(arguments).get("/v1/stats", day=arguments.day)
    return _plain(arguments, answer, "\n".join(table(answer)))


def table(answer: dict[str, Any]) -> list[str]:
    """The sums of a day as lines: one an hour and service, minutes as median/p90."""
    lines = [f"Ngày {answer['day']}", "giờ  lĩnh vực          phát  chờ (n, giữa/90%)     đến quầy    phục vụ (phút)"]
    for row in answer["hours"]:
        if row["service"] is None or row["counter"] is not None:
            continue
        times = [_minutes(row[key]) for key in ("waiting", "arrival", "serving")]
        waited = f"{row['waiting']['n']:>3} × {times[0]}"
        who = f"{row['hour']:02d}   {row['service']:<16} {row['issued']:>4}"
        lines.append(f"{who}  {waited:<20}  {times[1]:<10}  {times[2]}")
    if len(lines) == 2:
        lines.append("chưa có gì | nothing yet")
    if answer["totals"]:
        from queue_display.draft import STATE_VI  # brings the settings along: other commands need not carry them

        words = {"issued": "đã phát", **STATE_VI}
        lines.append("tổng: " + ", ".join(f"{words[key]} {value}" for key, value in answer["totals"].items() if value))
    return lines


def _minutes(one: dict[str, Any]) -> str:
    if not one["n"]:
        return "–"
    return f"{one['median_s'] / 60:.1f}/{one['p90_s'] / 60:.1f}".replace(".", ",")
