"""Commands of the queue: the hub itself, and a technician's hands on a running one."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import threading
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from config.cli import command_group, fail
from config.process import EXIT_REFUSED, EXIT_UNREACHABLE
from queue_display.client import HubClient, HubRefused, HubUnreachable
from queue_display.model import TICKET_STATES
from queue_display.say import register_say
from queue_display.staff_cli import register_staff

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
}

Run = Callable[[argparse.Namespace], int]


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

    press = _talks(subparsers, "press", "bấm nút lấy số | press a ticket button", _press)
    press.add_argument("--service", help="lĩnh vực; mặc định: lĩnh vực đầu | service; default: the first")
    press.add_argument("--priority", action="store_true", help="ưu tiên | priority")
    press.add_argument("--button", type=int, default=0, help="số nút | button number")
    press.add_argument("--board", default=CLI_BOARD, help="mã bo, hex | board id, hex")
    press.add_argument("--boot", type=int, help="số lần khởi động của bo | boot counter of the board")
    press.add_argument("--press", type=int, dest="count", help="số lần bấm | press counter; repeat one to see it again")

    call = _talks(subparsers, "call", "gọi số tiếp theo, hoặc một số | call the next one, or one ticket", _call)
    call.add_argument("counter", type=int, help="quầy | counter")
    call.add_argument("--ticket", help="gọi đúng phiếu này: 20261123-A042 hoặc A042 | call this ticket")
    call.add_argument("--service", help="chỉ lĩnh vực này | this service only")
    call.add_argument("--key", help="mã lặp lại | idempotency key")

    recall = _talks(subparsers, "recall", "gọi lại | call again", _recall)
    recall.add_argument("counter", type=int, help="quầy | counter")
    recall.add_argument("--key", help="mã lặp lại | idempotency key")

    transfer = _talks(subparsers, "transfer", "chuyển phiếu đang ở quầy | transfer the counter's ticket", _transfer)
    transfer.add_argument("counter", type=int, help="từ quầy | from this counter")
    where = transfer.add_mutually_exclusive_group()
    where.add_argument("--to-counter", type=int, help="đến quầy | to this counter")
    where.add_argument("--to-service", help="sang lĩnh vực | to this service")
    transfer.add_argument("--key", help="mã lặp lại | idempotency key")

    tickets = _talks(subparsers, "tickets", "các phiếu hôm nay | today's tickets", _tickets)
    tickets.add_argument("--state", help="chỉ trạng thái này | this state only")
    tickets.add_argument("--service", help="chỉ lĩnh vực này | this service only")

    watch = _talks(subparsers, "watch", "xem mọi thay đổi | follow every change", _watch)
    watch.add_argument("--seconds", type=float, help="dừng sau | stop after")

    counter = subparsers.add_parser("counter", help="các việc khác ở quầy | other acts at a counter")
    verbs = counter.add_subparsers(dest="verb", required=True, parser_class=type(counter))
    for verb, text in VERBS.items():
        one = _talks(verbs, verb, text, _act)
        one.set_defaults(verb=verb)
        one.add_argument("counter", type=int, help="quầy | counter")
        one.add_argument("--key", help="mã lặp lại | idempotency key")
        if verb == "pause":
            one.add_argument("--reason", default="other", help="short_break, meeting, urgent, helping, other")
            one.add_argument("--minutes", type=int, default=15, help="1..240")
        if verb == "park":
            one.add_argument("--papers", action="store_true", help="chờ bổ sung giấy tờ | waiting for papers")

    register_say(subparsers)
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


def _talks(subparsers: Any, name: str, text: str, run: Run) -> argparse.ArgumentParser:
    """A command that talks to a hub: where it is and who we are."""
    parser: argparse.ArgumentParser = subparsers.add_parser(name, help=text, description=text)
    parser.add_argument("--config", type=Path, metavar="FILE", help="tệp cấu hình | settings file")
    parser.add_argument("--hub", metavar="ADDRESS", help="unix:/path hoặc/or http://host:port")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="tệp chứa mã | file with the token")
    parser.add_argument("--json", action="store_true", help="in ra JSON | print JSON")
    parser.set_defaults(run=_told(run))
    return parser


def _told(run: Run) -> Run:
    """Run a command and turn what the hub says, or its silence, into a sentence and an exit status."""

    def wrapped(arguments: argparse.Namespace) -> int:
        try:
            return run(arguments)
        except HubUnreachable as error:
            if arguments.json:
                vi, en = "Không nối được hub.", f"The hub cannot be reached: {error}"
                body = {"code": "unreachable", "vi": vi, "en": en, "given": None, "allowed": None}
                print(json.dumps({"error": body, "status": None}, ensure_ascii=False))
            fail(
                "Không nối được hub. Hub có đang chạy không (motcua doctor)?",
                f"The hub cannot be reached ({error}). Is it running (motcua doctor)?",
                EXIT_UNREACHABLE,
            )
        except HubRefused as error:
            _refused(arguments, error)

    return wrapped


def _refused(arguments: argparse.Namespace, error: HubRefused) -> NoReturn:
    if arguments.json:
        body = {"code": error.code, "vi": error.vi, "en": error.en, "given": error.given, "allowed": error.allowed}
        print(json.dumps({"error": body, "status": error.status}, ensure_ascii=False))
    fail(error.vi, f"{error.en} [{error.code}] allowed: {error.allowed}", EXIT_REFUSED)


def _settings(path: Path | None) -> Any:
    from config.cli import settings_or_fail
    from config.load import load_settings

    return settings_or_fail(load_settings, path)


def _client(arguments: argparse.Namespace, role: str) -> HubClient:
    """A client as this role; over TCP the token decides who we are."""
    key = getattr(arguments, "key", None)
    if key is not None and not (8 <= len(key) <= 128 and _plain(key)):
        fail(
            "--key: từ 8 đến 128 ký tự ASCII in được, không dấu cách.",
            "--key: 8 to 128 printable ASCII characters, no spaces.",
        )
    address = arguments.hub or f"unix:{_settings(arguments.config).hub.socket}"
    token = os.environ.get("MOTCUA_TOKEN") or None
    if arguments.token_file is not None:
        try:
            token = arguments.token_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            fail(f"Không đọc được tệp mã: {error}", "The token file cannot be read.")
    if token is not None and not (token and _plain(token)):
        fail("Mã của hub chỉ gồm ký tự ASCII in được, một dòng.", "The hub's token is one line of printable ASCII.")
    try:
        return HubClient(address, role=role, device="cli", token=token)
    except ValueError as error:
        fail(f"Địa chỉ hub chưa đúng: {arguments.hub}", str(error))


def _plain(text: str) -> bool:
    """Whether a text may stand in a header as it is."""
    return all("!" <= each <= "~" for each in text)


def _show(arguments: argparse.Namespace, answer: dict[str, Any]) -> int:
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    ticket = answer.get("ticket")
    post = answer.get("counter")
    if ticket:
        again = " (đã có từ trước | as before)" if answer.get("repeated") else ""
        at = f" · quầy {ticket['counter']}" if ticket["counter"] else ""
        print(f"{ticket['number']} · {ticket['service']} · {ticket['state']}{at}{again}")
    elif post:
        print(f"quầy {post['id']}: {post['state']}")
    else:
        print("không ai chờ | nobody waits")
    return 0


def _first_service(client: HubClient) -> str:
    services = client.snapshot()["services"]
    return str(services[0]["id"])


def _press(arguments: argparse.Namespace) -> int:
    on_socket = not arguments.hub or arguments.hub.startswith("unix:")
    # A priority ticket has no button, and over TCP a token is rarely a bridge's: both go the way of staff.
    if arguments.priority or not on_socket:
        client = _client(arguments, "technician")
        service = arguments.service or _first_service(client)
        return _show(arguments, client.issue(service, arguments.priority))
    client = _client(arguments, "bridge")
    service = arguments.service or _first_service(client)
    # Without a given identity every press from here is a new one, whichever process makes it.
    boot = 0 if arguments.boot is None else arguments.boot
    count = secrets.randbits(48) if arguments.count is None else arguments.count
    return _show(arguments, client.press(arguments.board, boot, count, arguments.button, service))


def _call(arguments: argparse.Namespace) -> int:
    client = _client(arguments, "technician")
    if arguments.ticket is None:
        body = {"service": arguments.service} if arguments.service else {}
        return _show(arguments, client.next(arguments.counter, arguments.key, **body))
    ticket = arguments.ticket
    if "-" not in ticket:
        ticket = f"{client.snapshot()['service_day'].replace('-', '')}-{ticket.upper()}"
    # Quoted, so that no text given as a ticket can name another route.
    ticket = urllib.parse.quote(ticket, safe="")
    return _show(arguments, client.ticket_act(ticket, "call", arguments.key, counter=arguments.counter))


def _recall(arguments: argparse.Namespace) -> int:
    return _show(arguments, _client(arguments, "technician").act(arguments.counter, "recall", arguments.key))


def _transfer(arguments: argparse.Namespace) -> int:
    body = {"to_counter": arguments.to_counter, "to_service": arguments.to_service}
    return _show(arguments, _client(arguments, "technician").act(arguments.counter, "transfer", arguments.key, **body))


def _act(arguments: argparse.Namespace) -> int:
    body: dict[str, Any] = {}
    if arguments.verb == "pause":
        body = {"reason": arguments.reason, "minutes": arguments.minutes}
    if arguments.verb == "park":
        body = {"papers": arguments.papers}
    client = _client(arguments, "technician")
    return _show(arguments, client.act(arguments.counter, arguments.verb, arguments.key, **body))


def _tickets(arguments: argparse.Namespace) -> int:
    if arguments.state is not None and arguments.state not in TICKET_STATES:
        fail(f"Không có trạng thái {arguments.state!r}. Có: {', '.join(TICKET_STATES)}.", "There is no such state.")
    client = _client(arguments, "technician")
    answer = client.get("/v1/tickets", state=arguments.state, service=arguments.service)
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
    client = _client(arguments, "technician")
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

    client.snapshot()  # so that a hub that is away is told at once instead of waited for
    client.stream(seen, stop)
    return 0


def _hub(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments.config)
    from queue_display.service import run

    return run(settings)


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
