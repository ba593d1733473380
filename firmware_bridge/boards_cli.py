"""`motcua boards …` and `motcua sim board`: boards sold by others, from the keyboard (docs/boards.md)."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from config.cli import command_group

if TYPE_CHECKING:
    from firmware_bridge.boards_findings import Finding
    from firmware_bridge.boards_trial import Target
    from firmware_bridge.line import Line
    from firmware_bridge.panels.request import Request
    from firmware_bridge.panels.shown import Rows
    from firmware_bridge.profile import Profile

BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 250000)
FORMATS = ("8N1", "8E1", "8O1", "8N2", "8E2", "8O2", "7E1", "7O1", "7N2")


def register(subparsers: Any) -> None:
    """Add `boards`."""
    parser = subparsers.add_parser("boards", help="bảng LED của hãng khác / boards sold by others")
    commands = parser.add_subparsers(dest="boards_command", required=True)

    profiles = commands.add_parser("profiles", help="các mẫu có sẵn / the profiles there are")
    profiles.set_defaults(run=_profiles)

    check = commands.add_parser("check", help="kiểm tra một mẫu, in đúng từng byte / check a profile, print its bytes")
    check.add_argument("profile", help="tên mẫu hoặc tệp .toml / name or file")
    check.add_argument("--unit", type=_unit, default=1, help="địa chỉ / address on the bus (1–247)")
    check.add_argument("text", nargs="*", help="số muốn xem, mặc định A042; bảng tổng: A042:3 / numbers to show")
    check.set_defaults(run=_check)

    show = commands.add_parser("show", help="cho bảng hiện một số ngay / make a board show a number now")
    _line_options(show)
    show.add_argument("text", nargs="*", help="ví dụ / e.g. A042; bảng tổng / main panel: A042:3 B007:12")
    show.add_argument("--blank", action="store_true", help="tắt / nothing")
    show.add_argument("--dashes", action="store_true", help="gạch ngang / dashes")
    show.set_defaults(run=_show)

    test = commands.add_parser("test", help="ghi thử và đọc lại từng thanh ghi / write, read back every register")
    _line_options(test)
    test.add_argument("--no-questions", action="store_true", help="không hỏi mắt người / nobody is asked what it shows")
    test.add_argument(
        "--json", action="store_true", help="mỗi dòng một JSON, không hỏi / one JSON a line, no questions"
    )
    test.set_defaults(run=_test)

    found = commands.add_parser("find", help="hỏi mọi địa chỉ Modbus 1–247 / ask every Modbus address (20 s)")
    found.add_argument("--port", required=True, help="/dev/serial/by-id/… hoặc / or /dev/pts/7")
    found.add_argument("--baud", type=int, choices=BAUDS, default=9600, help="bit/s")
    found.add_argument("--format", choices=FORMATS, default="8N1", help="8N1, 8E1 …")
    found.add_argument("--last", type=_unit, default=247, help="địa chỉ cuối / last address")
    found.set_defaults(run=_find)

    sim = command_group(subparsers, "sim", "thiết bị và ngày ảo / virtual devices and days")
    board = sim.add_parser("board", help="bảng ảo của hãng khác, biết làm sai / a virtual board that can misbehave")
    board.add_argument("--profile", required=True, help="tên mẫu hoặc tệp .toml / name or file")
    board.add_argument("--unit", type=_unit, default=1, help="địa chỉ / address on the bus (1–247)")
    board.add_argument("--port", required=True, metavar="PATH", help="tên cổng sẽ mở / name of the port to be made")
    board.add_argument("--mode", default="none", help="none, silent, late, garbage, wrong_crc, echo, exception, busy …")
    board.add_argument("--value", type=float, help="giây, mã lỗi… của mode / seconds, exception code … of the mode")
    board.set_defaults(run=_sim)


def _unit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 247:
        raise argparse.ArgumentTypeError("1–247")
    return int(text)


def _percent(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:
        raise argparse.ArgumentTypeError("0–100")
    return int(text)


def _line_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", required=True, help="/dev/serial/by-id/… hoặc / or /dev/pts/7")
    parser.add_argument("--profile", required=True, help="tên mẫu hoặc tệp .toml / name or file")
    parser.add_argument("--unit", type=_unit, required=True, help="địa chỉ / address on the bus (1–247)")
    parser.add_argument("--address", type=int, choices=range(16), default=0, help="vị trí (place_stride) / place on it")
    parser.add_argument("--baud", type=int, choices=BAUDS, help="mặc định theo mẫu, hoặc 9600 / default: the profile's")
    parser.add_argument("--format", choices=FORMATS, help="mặc định theo mẫu, hoặc 8N1 / default: the profile's")
    parser.add_argument("--brightness", type=_percent, default=80, help="%%")
    parser.add_argument("--rows", type=int, help="bảng tổng: số dòng / rows of a main panel")


def load(name: str) -> Profile:
    """A profile by name or file; ends the command with every mistake on a line of its own."""
    from config.cli import fail
    from config.load import SettingsError
    from firmware_bridge.profile_check import find, load_profile

    try:
        return load_profile(find(name))
    except SettingsError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        fail("Tệp mẫu chưa đúng.", "The profile is not right; docs/boards.md explains every key.")


def _profiles(_: argparse.Namespace) -> int:
    from config.load import SettingsError
    from firmware_bridge.profile_check import load_profile, names

    for name, path in sorted(names().items()):
        try:
            profile = load_profile(path)
        except SettingsError as error:
            print(f"{name:24} ✗ {error.problems[0]}")
            continue
        size = f"{profile.rows} dòng/rows" if profile.kind == "main" else f"{profile.digits} ký tự/characters"
        print(f"{name:24} {profile.protocol:10} {profile.kind:8} {size:20} {profile.title}")
        print(f"{'':24} {path}")
    return 0


def rows_from(texts: list[str], profile: Profile, count: int) -> Rows:
    """`A042` or `A042:3` as rows. Ends the command when it is neither."""
    from config.cli import fail
    from firmware_bridge.panels.shown import Row, all_in

    rows: list[Row] = []
    for text in texts:
        number, colon, counter = text.partition(":")
        if not number.isascii() or not number.isalnum() or (colon and not counter.isdecimal()):
            fail(f"'{text}': viết A042, hoặc A042:3 với số quầy.", f"'{text}': write A042, or A042:3 with the counter.")
        rows.append(Row("number", number.upper(), int(counter) if counter else len(rows) + 1))
    if len(rows) > count:
        fail(f"Bảng có {count} dòng.", f"The board has {count} row(s), {len(rows)} numbers were given.")
    return (*rows, *all_in("blank", count - len(rows)))


def _check(arguments: argparse.Namespace) -> int:
    from firmware_bridge.panels.foreign import holes, render
    from firmware_bridge.panels.shown import all_in
    from firmware_bridge.profile_check import unshowable
    from firmware_bridge.profile_rules import remarks

    profile = load(arguments.profile)
    count = profile.rows or 1
    example = ["A042"] if profile.kind == "counter" else ["A042:3", "B007:12"]
    rows = rows_from(arguments.text or example, profile, count)
    print(f"Đúng: {profile.title}.\nGood: {profile.protocol}, {profile.kind}, {profile.digits} ký tự/characters.")
    contents = [(" ".join(arguments.text or example), rows), ("blank", all_in("blank", count))]
    if profile.lost == "dashes":
        contents.append(("dashes", all_in("dashes", count)))
    for name, content in contents:
        print(f"\n{name}   (unit {arguments.unit}, brightness 80 %)")
        _print_requests(render(profile, arguments.unit, 0, content, 80))
    for percent in (0, 100):
        usual = render(profile, arguments.unit, 0, rows, 80)
        other = [
            r
            for r, u in zip(render(profile, arguments.unit, 0, rows, percent), usual, strict=True)
            if r.frame != u.frame
        ]
        if other:
            print(f"\nbrightness {percent} %")
            _print_requests(other)
    if missing := holes(profile, rows):
        print(f"\n! Không có mã cho/no code for: {missing} (để trống/left empty)")
    if letters := unshowable(profile, list("ABCDEFGHJKLMNPQRSTUVWXYZ")):
        print(f"\n! Chữ bảng không hiện được/letters it cannot show: {letters}")
    for vi, en in remarks(profile):
        print(f"\n! {vi}\n  {en}")
    return 0


def _print_requests(requests: list[Request]) -> None:
    for request in requests:
        row = "" if request.row is None else f"dòng/row {request.row + 1}: "
        print(f"  {row}{request.label}\n    {request.frame.hex(' ').upper()}")
        if not request.modbus:
            print(f"    {printed(request.frame)}")


def printed(data: bytes) -> str:
    """Bytes for eyes: printable ones as they are, others as <02>."""
    return "".join(chr(byte) if 32 <= byte < 127 else f"<{byte:02X}>" for byte in data)


def _line(arguments: argparse.Namespace, baud: int, frame: str) -> Line:
    from config.cli import fail
    from config.process import EXIT_UNREACHABLE
    from firmware_bridge.boards_trial import port_words
    from firmware_bridge.line import Line
    from firmware_bridge.port import LOST

    line = Line(arguments.port, baud, frame)
    try:
        line.open()
    except LOST as error:
        vi, en = port_words(arguments.port, error)
        fail(f"Không mở được cổng: {vi}.", f"The port cannot be opened: {en}.", EXIT_UNREACHABLE)
    return line


def _find(arguments: argparse.Namespace) -> int:
    from firmware_bridge.boards_trial import find
    from firmware_bridge.port import LOST

    line = _line(arguments, arguments.baud, arguments.format)
    words = {
        "ok": "trả lời / answers",
        "refused": "trả lời, không có thanh ghi 0 / answers, has no register 0",
        "garbled": "trả lời không đọc được: tốc độ, chẵn lẻ? / garbled: speed, parity, two on one address?",
    }
    count = 0
    try:
        for unit, kind in find(line, 1, arguments.last):
            count += kind != "garbled"
            print(f"{unit:3}  {words[kind]}", flush=True)
    except BrokenPipeError:
        return _reader_gone()
    except LOST as error:
        _lost(arguments.port, error)
    finally:
        line.close()
    if not count:
        print(
            f"Không ai trả lời ở {arguments.baud} {arguments.format}: thử tốc độ, chẵn lẻ khác; nguồn; dây A/B.\n"
            f"Nobody answers at {arguments.baud} {arguments.format}: try another speed or parity; power; A/B crossed."
        )
    return 0 if count else 1


def _target(arguments: argparse.Namespace) -> tuple[Target, Line]:
    from config.cli import fail
    from firmware_bridge.boards_trial import Target

    profile = load(arguments.profile)
    count = arguments.rows or profile.rows or 1
    if not 1 <= count <= (profile.rows or 1):
        fail(f"Bảng có {profile.rows or 1} dòng.", f"The board has {profile.rows or 1} row(s).")
    line = _line(arguments, arguments.baud or profile.baud or 9600, arguments.format or profile.format or "8N1")
    return Target(line, profile, arguments.unit, arguments.address, arguments.brightness, count), line


def _lost(path: str, error: Exception) -> NoReturn:
    from config.cli import fail
    from config.process import EXIT_UNREACHABLE
    from firmware_bridge.boards_trial import port_words

    vi, en = port_words(path, error)
    fail(f"Mất cổng giữa chừng: {vi}.", f"The port was lost: {en}.", EXIT_UNREACHABLE)


def _reader_gone() -> int:
    """Whoever read our output (head, less) went away, not the port: a quiet end, also for what is still buffered."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from config.cli import fail
    from firmware_bridge.boards_findings import trouble
    from firmware_bridge.boards_trial import send
    from firmware_bridge.panels.foreign import holes
    from firmware_bridge.panels.shown import all_in
    from firmware_bridge.port import LOST

    if bool(arguments.text) + arguments.blank + arguments.dashes != 1:
        fail("Viết một số (A042), hoặc --blank, hoặc --dashes.", "Give a number (A042), or --blank, or --dashes.")
    target, line = _target(arguments)
    if arguments.text:
        rows = rows_from(arguments.text, target.profile, target.count)
    else:
        rows = all_in("blank" if arguments.blank else "dashes", target.count)
    try:
        for request in target.requests(rows):
            outcome = send(target, request)
            if outcome.kind != "ok":
                _print(trouble(target, request, outcome, rows))
                return 1
            print(f"✓ {request.label}: {request.frame.hex(' ').upper()}   {outcome.ms:.0f} ms")
    except BrokenPipeError:
        return _reader_gone()
    except LOST as error:
        _lost(arguments.port, error)
    finally:
        line.close()
    if missing := holes(target.profile, rows):
        print(f"! Không có mã cho/no code for: {missing}")
    if not target.profile.answers:
        print("! Bảng không trả lời: hãy nhìn bảng. / The board does not answer: look at it.")
    return 0


def _test(arguments: argparse.Namespace) -> int:
    import json
    from dataclasses import asdict

    from firmware_bridge.boards_trial import trial
    from firmware_bridge.port import LOST

    target, line = _target(arguments)
    failed = False
    asks = sys.stdin.isatty() and not arguments.json and not arguments.no_questions
    try:
        for finding in trial(target, ask_eyes if asks else lambda *_: None):
            if arguments.json:
                print(json.dumps(asdict(finding), ensure_ascii=False), flush=True)
            else:
                _print(finding)
            failed |= finding.level == "fail"
    except BrokenPipeError:
        return _reader_gone()
    except LOST as error:
        _lost(arguments.port, error)
    finally:
        line.close()
    return 1 if failed else 0


def _sim(arguments: argparse.Namespace) -> int:
    """Stand at the port and tell what is shown; a line on standard input changes the mode."""
    import select
    import time
    from pathlib import Path

    from config.cli import fail
    from config.process import stop_on_signals
    from config.settings import Board
    from firmware_bridge.virtual.foreign import BOARD_MODES, BUS_MODES, ForeignWall

    profile = load(arguments.profile)
    port = Path(arguments.port)
    if port.exists() and not port.is_symlink():
        fail(f"{port} đã có và không phải cổng ảo.", f"{port} exists and is no virtual port.")
    board = Board(
        id="board", kind=profile.kind, counter=1, bus="sim", unit=arguments.unit, rows=min(profile.rows or 8, 8)
    )
    wall = ForeignWall([(board, profile)], port)

    def misbehave(mode: str, value: float | None) -> None:
        if mode not in (*BOARD_MODES, *BUS_MODES):
            print(f"? {', '.join(dict.fromkeys((*BOARD_MODES, *BUS_MODES)))}", flush=True)
            return
        if mode in BUS_MODES:
            wall.harm_bus(mode)
        if mode in BOARD_MODES:
            wall.harm(mode, value)
        print(f"= {mode}", flush=True)

    stop = stop_on_signals()
    wall.start()
    print(f"{port}: {profile.title}, unit {arguments.unit}. Ctrl+C: dừng / stop", flush=True)
    misbehave(arguments.mode, arguments.value)
    shown: object = None
    listening = True
    try:
        while not stop.is_set():
            now = {key: value for key, value in wall.shown("board").items() if key in ("text", "rows", "power")}
            if now != shown:
                shown = now
                print(f"{time.strftime('%H:%M:%S')} {_seen(now)}", flush=True)
            if listening and select.select([sys.stdin], [], [], 0.05)[0]:
                line = sys.stdin.readline()
                listening = bool(line)
                words = line.split()
                if words:
                    misbehave(
                        words[0], float(words[1]) if len(words) > 1 and words[1].replace(".", "").isdigit() else None
                    )
            elif not listening:
                stop.wait(0.05)
    finally:
        wall.stop()
    return 0


def _seen(shown: dict[str, Any]) -> str:
    if not shown["power"]:
        return "(không có điện / no power)"
    if "rows" in shown:
        return " | ".join(f"{row['number']} {row['counter']}" for row in shown["rows"])
    return f"[{shown['text']}]"


def ask_eyes(vi: str, en: str) -> bool | None:
    """Ask the technician who stands before the board; None when there is no answer."""
    try:
        answer = input(f"{vi}/ {en}[c/k, y/n] ").strip().lower()
    except EOFError:
        return None
    return {"c": True, "y": True, "k": False, "n": False}.get(answer[:1])


def _print(finding: Finding) -> None:
    sign = {"ok": "✓", "warn": "!", "fail": "✗"}[finding.level]
    print(f"{sign} {finding.vi}\n  {finding.en}", flush=True)
    if finding.do_vi:
        print(f"    → {finding.do_vi}\n      {finding.do_en}")
