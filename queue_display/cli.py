"""Commands of the queue: the hub itself, and a technician's hands on a running one."""

from __future__ import annotations

import argparse
import json
import secrets
import threading
from pathlib import Path
from typing import Any

from config.cli import command_group, fail
from queue_display.client import HubClient
from queue_display.model import TICKET_STATES
from queue_display.playlist_cli import register_playlist
from queue_display.rules_cli import register_queue, ticket_id
from queue_display.say import register_say
from queue_display.staff_cli import register_staff
from queue_display.talk_cli import client, settings, show, talks

CLI_BOARD = "c1c1c1c1c1c1c1c1"
"""The board id under which presses from the command line stand: no microcontroller has it."""

VERBS = {
    "no-show": "người được gọi không có mặt | nobody came",
    "start": "bắt đầu phục vụ | the citizen is at the counter",
    "done": "xong | served",
    "done-on-spot": "trả kết quả ngay | served, result handed over at once",
    "park": "để chờ riêng | set aside",
    "pause": "tạm nghỉ có lý do | pause with a reason",
    "resume": "làm tiếp | go on",
    "open": "mở quầy | open the counter",
    "close": "đóng quầy | close the counter",
    "undo": "hoàn tác thao tác cuối | take the last act back",
    "emergency": "gọi trợ giúp khẩn | call for help at once",
    "emergency-clear": "hết khẩn cấp | it is over",
    "services": "lĩnh vực hôm nay của quầy | today's services of a counter",
}


def register(subparsers: Any) -> None:
    """Add `hub`, `press`, `call`, `recall`, `transfer`, `tickets`, `watch`, `counter`, `say` and `bench issue`."""
    hub = subparsers.add_parser("hub", help="chạy trung tâm hàng chờ | run the hub")
    hub.add_argument("--config", type=Path, metavar="FILE", help="tệp cấu hình | settings file")
    hub.set_defaults(run=_hub)
    actions = hub.add_subparsers(dest="hub_command")
    # `hub` alone runs too; the units and the demo say `hub run`, as they say `bridge run` and `kiosk run`.
    run = actions.add_parser("run", help="chạy trung tâm hàng chờ | run the hub")
    run.add_argument("--config", type=Path, metavar="FILE", help="tệp cấu hình | settings file")
    run.set_defaults(run=_hub)
    openapi = actions.add_parser("openapi", help="ghi OpenAPI | write the OpenAPI file")
    openapi.add_argument("--out", type=Path, required=True, metavar="FILE")
    openapi.set_defaults(run=_openapi)

    press = talks(subparsers, "press", "bấm nút lấy số | press a ticket button", _press)
    press.add_argument("--service", help="lĩnh vực; mặc định: lĩnh vực đầu | service; default: the first")
    press.add_argument("--priority", action="store_true", help="ưu tiên | priority")
    press.add_argument("--button", type=int, default=0, help="số nút | button number")
    press.add_argument("--board", default=CLI_BOARD, help="mã bo, hex | board id, hex")
    press.add_argument("--boot", type=int, help="số lần khởi động của bo | boot counter of the board")
    press.add_argument("--press", type=int, dest="count", help="số lần bấm | press counter; repeat one to see it again")

    call = talks(subparsers, "call", "gọi số tiếp theo, hoặc một số | call the next one, or one ticket", _call)
    call.add_argument("counter", type=int, help="quầy | counter")
    call.add_argument("--ticket", help="gọi đúng phiếu này: 20261123-A042 hoặc A042 | call this ticket")
    call.add_argument("--service", help="chỉ lĩnh vực này | this service only")
    call.add_argument("--key", help="mã lặp lại | idempotency key")

    recall = talks(subparsers, "recall", "gọi lại | call again", _recall)
    recall.add_argument("counter", type=int, help="quầy | counter")
    recall.add_argument("--key", help="mã lặp lại | idempotency key")

    transfer = talks(subparsers, "transfer", "chuyển phiếu đang ở quầy | transfer the counter's ticket", _transfer)
    transfer.add_argument("counter", type=int, help="từ quầy | from this counter")
    where = transfer.add_mutually_exclusive_group()
    where.add_argument("--to-counter", type=int, help="đến quầy | to this counter")
    where.add_argument("--to-service", help="sang lĩnh vực | to this service")
    transfer.add_argument("--back", action="store_true", help="xong thì quay lại quầy này | comes back here when done")
    transfer.add_argument("--key", help="mã lặp lại | idempotency key")

    tickets = talks(subparsers, "tickets", "các phiếu hôm nay | today's tickets", _tickets)
    tickets.add_argument("--state", help="chỉ trạng thái này | this state only")
    tickets.add_argument("--service", help="chỉ lĩnh vực này | this service only")

    watch = talks(subparsers, "watch", "xem mọi thay đổi | follow every change", _watch)
    watch.add_argument("--seconds", type=float, help="dừng sau | stop after")

    counter = subparsers.add_parser("counter", help="các việc khác ở quầy | other acts at a counter")
    verbs = counter.add_subparsers(dest="verb", required=True, parser_class=type(counter))
    for verb, text in VERBS.items():
        one = talks(verbs, verb, text, _act)
        one.set_defaults(verb=verb)
        one.add_argument("counter", type=int, help="quầy | counter")
        one.add_argument("--key", help="mã lặp lại | idempotency key")
        if verb == "pause":
            one.add_argument("--reason", default="other", help="short_break, meeting, urgent, helping, other")
            one.add_argument("--minutes", type=int, default=15, help="1..240")
        if verb == "park":
            one.add_argument("--papers", action="store_true", help="chờ bổ sung giấy tờ | waiting for papers")
            one.add_argument("--note", help="ghi chú bằng mã | a code word")
        if verb == "services":
            one.add_argument("services", nargs="*", help="bỏ trống = theo thiết lập | none = as the settings say")

    register_queue(subparsers)
    register_say(subparsers)
    register_playlist(subparsers)
    register_staff(subparsers)
    bench = command_group(subparsers, "bench", "đo tốc độ | measure")
    issue = bench.add_parser(
        "issue", help="phát số và gọi số qua hub, có ghi bền | issue and call over the hub, durable"
    )
    issue.add_argument("--json", action="store_true", help="in ra JSON | print JSON")
    issue.add_argument(
        "--rounds", type=int, default=5, help="số lượt xen kẽ | alternating rounds (at least 5 to compare)"
    )
    issue.add_argument(
        "--tickets",
        type=int,
        default=0,
        help="số phiếu đã nằm trong sổ trước khi đo | tickets in the ledger beforehand",
    )
    issue.add_argument("--measure", type=int, default=600, help="số phiếu đo mỗi lượt | tickets measured a round")
    issue.add_argument("--folder", type=Path, help="nơi đặt sổ khi đo | where the ledgers lie while measuring")
    issue.set_defaults(run=_bench_issue)


def _first_service(client: HubClient) -> str:
    services = client.snapshot()["services"]
    return str(services[0]["id"])


def _press(arguments: argparse.Namespace) -> int:
    on_socket = not arguments.hub or arguments.hub.startswith("unix:")
    # A priority ticket has no button, and over TCP a token is rarely a bridge's: both go the way of staff.
    if arguments.priority or not on_socket:
        talker = client(arguments, "technician")
        service = arguments.service or _first_service(talker)
        return show(arguments, talker.issue(service, arguments.priority))
    talker = client(arguments, "bridge")
    service = arguments.service or _first_service(talker)
    # Without a given identity every press from here is a new one, whichever process makes it.
    boot = 0 if arguments.boot is None else arguments.boot
    count = secrets.randbits(48) if arguments.count is None else arguments.count
    return show(arguments, talker.press(arguments.board, boot, count, arguments.button, service))


def _call(arguments: argparse.Namespace) -> int:
    talker = client(arguments, "technician")
    if arguments.ticket is None:
        body = {"service": arguments.service} if arguments.service else {}
        return show(arguments, talker.next(arguments.counter, arguments.key, **body))
    ticket = ticket_id(talker, arguments.ticket)
    return show(arguments, talker.ticket_act(ticket, "call", arguments.key, counter=arguments.counter))


def _recall(arguments: argparse.Namespace) -> int:
    return show(arguments, client(arguments, "technician").act(arguments.counter, "recall", arguments.key))


def _transfer(arguments: argparse.Namespace) -> int:
    body = {"to_counter": arguments.to_counter, "to_service": arguments.to_service, "back": arguments.back}
    return show(arguments, client(arguments, "technician").act(arguments.counter, "transfer", arguments.key, **body))


def _act(arguments: argparse.Namespace) -> int:
    body: dict[str, Any] = {}
    if arguments.verb == "pause":
        body = {"reason": arguments.reason, "minutes": arguments.minutes}
    if arguments.verb == "park":
        body = {"papers": arguments.papers, "note": arguments.note}
    if arguments.verb == "services":
        body = {"services": arguments.services or None}
    talker = client(arguments, "technician")
    return show(arguments, talker.act(arguments.counter, arguments.verb, arguments.key, **body))


def _tickets(arguments: argparse.Namespace) -> int:
    if arguments.state is not None and arguments.state not in TICKET_STATES:
        fail(f"Không có trạng thái {arguments.state!r}. Có: {', '.join(TICKET_STATES)}.", "There is no such state.")
    talker = client(arguments, "technician")
    answer = talker.get("/v1/tickets", state=arguments.state, service=arguments.service)
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    for each in answer["tickets"]:
        at = f" quầy {each['counter']}" if each["counter"] else ""
        flag = " ưu tiên" if each["priority"] else ""
        print(f"{each['number']}  {each['issued_at'][11:19]}  {each['state']:<14} {each['print']:<9}{at}{flag}")
    print(f"{len(answer['tickets'])} phiếu | tickets")
    return 0


def _watch(arguments: argparse.Namespace) -> int:
    talker = client(arguments, "technician")
    stop = threading.Event()
    if arguments.seconds is not None:
        threading.Timer(arguments.seconds, stop.set).start()

    def seen(kind: str, data: dict[str, Any]) -> None:
        if arguments.json:
            print(json.dumps({"type": kind, "data": data}, ensure_ascii=False), flush=True)
            return
        if kind == "announce":
            print(f"♪ {data['text']}", flush=True)
        elif kind in ("lost", "back"):
            print({"lost": "mất kết nối | connection lost", "back": "đã nối lại | back"}[kind], flush=True)
        for each in data.get("tickets", ()):
            print(
                f"{each['number']} {each['state']} in/print={each['print']} quầy/counter={each['counter']}", flush=True
            )

    talker.snapshot()  # so that a hub that is away is told at once instead of waited for
    talker.stream(seen, stop)
    return 0


def _hub(arguments: argparse.Namespace) -> int:
    from queue_display.service import run

    return run(settings(arguments.config))


def _openapi(arguments: argparse.Namespace) -> int:
    from queue_display.hub.openapi import document

    arguments.out.write_text(json.dumps(document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def _bench_issue(arguments: argparse.Namespace) -> int:
    from queue_display.bench import BenchError, issue, sentences

    if arguments.rounds < 1 or not 20 <= arguments.measure <= 5000 or not 0 <= arguments.tickets <= 5_000_000:
        allowed = "--rounds ≥ 1, --measure 20..5000, --tickets 0..5000000"
        given = f"{arguments.rounds}, {arguments.measure}, {arguments.tickets}"
        fail(f"Đã cho {given}; được: {allowed}.", f"Given {given}; allowed: {allowed}.")
    try:
        figures = issue(arguments.rounds, arguments.measure, arguments.tickets, arguments.folder)
    except BenchError as error:
        fail("Không đo được.", str(error), 1)
    print(json.dumps(figures) if arguments.json else "\n".join(sentences(figures)))
    return 0
