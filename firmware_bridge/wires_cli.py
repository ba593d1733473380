"""`motcua wires scan|monitor|test|name|flash|image|capture|decode|replay`: the buses, from a technician's keyboard."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from config.settings import Bus, Settings
    from firmware_bridge.wires.check import Ask, Finding
    from firmware_bridge.wires.tape import Head, Piece

LOOK_S = 0.2


def register(subparsers: Any) -> None:
    """Add `wires`."""
    parser = subparsers.add_parser("wires", help="các bus nối bảng và nút / the buses of boards and buttons")
    commands = parser.add_subparsers(dest="wires_command", required=True)

    def command(name: str, run: Any, help: str, bus: bool = True) -> argparse.ArgumentParser:
        each: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
        if bus:
            each.add_argument("--config", type=Path)
            each.add_argument("--bus", help="tên bus; bỏ trống nếu chỉ có một / needed only where there are several")
        each.add_argument("--json", action="store_true", help="cho máy đọc / for machines")
        each.set_defaults(run=run)
        return each

    command("scan", _scan, "tìm mọi bo mạch, kể cả trùng địa chỉ / find every board, also twins")
    monitor = command("monitor", _monitor, "xem từng khung đang đi trên dây / every frame as it goes by")
    monitor.add_argument("--seconds", type=float, help="bao lâu; bỏ trống: tới khi Ctrl-C / until Ctrl-C")
    capture = command("capture", _capture, "ghi dây vào tệp / record into a file")
    capture.add_argument("file", type=Path)
    capture.add_argument("--seconds", type=float, help="bao lâu; bỏ trống: tới khi Ctrl-C / until Ctrl-C")
    decode = command("decode", _decode, "bản ghi thành lời / a capture in words", bus=False)
    decode.add_argument("file", type=Path)
    replay = command("replay", _replay, "phát lại bản ghi, lần nào cũng như nhau / play a capture again", bus=False)
    replay.add_argument("file", type=Path)
    replay.add_argument("--to", choices=("parser", "board"), default="parser", help="cho cầu nối hay cho bo mạch ảo")
    replay.add_argument("--node", type=int, default=1, help="bo mạch nào (--to board) / which board")
    test = command("test", _test, "thử từng bảng, đèn, còi; nói cái nào hỏng / walk through every board, lamp, buzzer")
    test.add_argument("--no-questions", action="store_true", help="không hỏi người nhìn / ask nobody to look")
    name = command("name", _name, "đặt địa chỉ và tên cho một bo mạch / give a board an address and a name")
    name.add_argument("uid", help="16 số hex, xem / see: motcua wires scan")
    name.add_argument("--node", type=int, required=True, help="địa chỉ / address, 1–30")
    name.add_argument("--title", default="", help="tên không dấu, tối đa 14 chữ / name in plain letters, up to 14")
    flash = command("flash", _flash, "nạp bản mới qua bus / load a firmware over the bus")
    which = flash.add_mutually_exclusive_group(required=True)
    which.add_argument("--node", type=int, help="địa chỉ / address")
    which.add_argument("--all", action="store_true", help="mọi bo mạch chưa đúng bản / every board that needs it")
    flash.add_argument("--image", type=Path, help="tệp bản nạp; bỏ trống: bản của chính máy này / else this Pi's own")
    flash.add_argument("--force", action="store_true", help="nạp cả khi cũ hơn hoặc y hệt / also an older or equal one")
    image = command("image", _image, "ghi bản nạp ra tệp / write the image to a file", bus=False)
    image.add_argument("file", type=Path)
    image.add_argument("--board", choices=("pico", "unix"), default="pico")


# -- ways to them


def _settings(path: Path | None) -> Settings:
    from config.cli import settings_or_fail
    from config.load import load_settings

    return settings_or_fail(load_settings, path)


def _bus(settings: Settings, name: str | None) -> Bus:
    """The bus that is meant; ends the command when it cannot be known."""
    from config.cli import fail

    ours = [bus for bus in settings.buses if bus.protocol == "motcua"]
    if name is None and len(ours) == 1:
        return ours[0]
    for bus in settings.buses:
        if bus.id == name:
            return bus
    known = ", ".join(bus.id for bus in settings.buses) or "—"
    if name is None:
        fail(f"Có nhiều bus hoặc không có: nói rõ --bus ({known}).", f"Name the bus with --bus; there are: {known}.")
    return fail(f"Không có bus '{name}'.", f"There is no bus '{name}'; there are: {known}.")


def _reached(arguments: argparse.Namespace, work: Any) -> int:
    """`work(settings, bus, ask)` with somebody to ask; ends the command where that fails."""
    from config.cli import fail
    from firmware_bridge.control import ControlError
    from firmware_bridge.wires.reach import Unreachable, reach

    settings = _settings(arguments.config)
    bus = _bus(settings, arguments.bus)
    if bus.protocol != "motcua":
        fail(
            f"Bus {bus.id} là của hãng khác ({bus.protocol}): dùng motcua boards.",
            f"Bus {bus.id} speaks {bus.protocol}: see motcua boards.",
        )
    try:
        with reach(settings) as ask:
            return int(work(settings, bus, ask))
    except Unreachable as error:
        fail(error.vi, error.en, 1)
    except ControlError as error:
        fail("Cầu nối không làm được.", str(error), 1)
    except (ConnectionError, TimeoutError) as error:
        fail("Cầu nối dừng giữa chừng.", f"The bridge went away: {error}", 1)


def _out(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


# -- commands


def _scan(arguments: argparse.Namespace) -> int:
    def work(settings: Settings, bus: Bus, ask: Ask) -> int:
        told = ask("scan", bus=bus.id)
        if arguments.json:
            _out(told)
            return 1 if told["problems"] else 0
        for board in told["found"]:
            fits = "đúng bản/fits" if board["fits"] else "KHÁC BẢN/other words"
            runs = f"{board['firmware']} ({fits}, {board['slot']}{', chạy thử/on trial' if board['trial'] else ''})"
            has = f"{board['displays']} bảng/displays, {board['buttons']} nút/buttons, {board['keypads']} bàn phím/pads"
            title = f" “{board['title']}”" if board["title"] else ""
            print(f"{board['node']:2d}  {board['uid']}{title}  {runs}  {has}")
        if not told["found"]:
            print("Không bo mạch nào trả lời. / No board answers.")
        _problems(told["problems"])
        return 1 if told["problems"] else 0

    return _reached(arguments, work)


def _problems(problems: list[dict[str, str]]) -> None:
    for problem in problems:
        print(f"✗ {problem['vi']}\n  {problem['en']}")


def _pieces(ask: Ask, bus: str, seconds: float | None) -> Iterator[Piece]:
    """What goes over the wire from now on."""
    from firmware_bridge.wires.tape import pieces_of

    until = None if seconds is None else time.monotonic() + seconds
    after = ask("monitor", bus=bus, after=-1)["next"]
    while until is None or time.monotonic() < until:
        time.sleep(LOOK_S)
        answer = ask("monitor", bus=bus, after=after)
        if answer["lost"]:
            print(f"(mất {answer['lost']} mảnh / pieces missed)", file=sys.stderr)
        after = answer["next"]
        yield from pieces_of(answer)


def _monitor(arguments: argparse.Namespace) -> int:
    from firmware_bridge.wires.decode import decode

    def work(settings: Settings, bus: Bus, ask: Ask) -> int:
        for said in decode(_pieces(ask, bus.id, arguments.seconds)):
            if arguments.json:
                _out(said.as_json())
            else:
                print(said.line(), flush=True)
        return 0

    return _reached(arguments, work)


def _capture(arguments: argparse.Namespace) -> int:
    from firmware_bridge import contract
    from firmware_bridge.wires.tape import Head, Piece, head_line, piece_line

    def work(settings: Settings, bus: Bus, ask: Ask) -> int:
        head = Head(bus.id, bus.baud, bus.mode, f"{contract.words()['hash']:08x}")
        count, first = 0, None
        with arguments.file.open("w", encoding="ascii") as file:
            file.write(head_line(head) + "\n")
            try:
                for piece in _pieces(ask, bus.id, arguments.seconds):
                    first = piece.t if first is None else first
                    file.write(piece_line(Piece(piece.t - first, piece.d, piece.data)) + "\n")
                    file.flush()
                    count += 1
            except KeyboardInterrupt:
                print("", file=sys.stderr)
        if arguments.json:
            _out({"file": str(arguments.file), "pieces": count})
        else:
            print(f"{arguments.file}: {count} mảnh/pieces. Xem lại/look: motcua wires decode {arguments.file}")
        return 0

    return _reached(arguments, work)


def _read(path: Path) -> tuple[Head, list[Piece]]:
    from config.cli import fail
    from firmware_bridge.wires.tape import NoCapture, read

    try:
        with path.open(encoding="utf-8") as file:
            head, pieces = read(file)
            return head, list(pieces)
    except (NoCapture, UnicodeDecodeError) as error:
        fail(f"{path} không phải bản ghi của motcua wires capture.", f"{path} is no capture: {error}")
    except OSError as error:
        fail(f"Không đọc được {path}.", f"{path} cannot be read: {error}")


def _decode(arguments: argparse.Namespace) -> int:
    from firmware_bridge import contract
    from firmware_bridge.wires.decode import decode

    head, pieces = _read(arguments.file)
    if head.dictionary != f"{contract.words()['hash']:08x}":
        print(
            f"(bản ghi dùng từ điển {head.dictionary}, máy này {contract.words()['hash']:08x}: vài khung có thể lạ / "
            "the capture was made with another message list)",
            file=sys.stderr,
        )
    for said in decode(pieces):
        if arguments.json:
            _out(said.as_json())
        else:
            print(said.line())
    return 0


def _replay(arguments: argparse.Namespace) -> int:
    from firmware_bridge.wires.replay import to_board, to_parser

    _, pieces = _read(arguments.file)
    rows = to_parser(pieces) if arguments.to == "parser" else to_board(pieces, arguments.node)
    for row in rows:
        if arguments.json:
            _out(row)
        else:
            moment = f"{row.pop('t') / 1000:10.3f} " if "t" in row else " " * 11
            print(moment + " ".join(f"{name}={value}" for name, value in row.items()))
    return 0


def _test(arguments: argparse.Namespace) -> int:
    from config.cli import fail
    from firmware_bridge.boards_cli import ask_eyes
    from firmware_bridge.control import ControlError
    from firmware_bridge.wires.check import CHECKS, unknown
    from firmware_bridge.wires.reach import Unreachable, reach

    settings = _settings(arguments.config)
    buses = [_bus(settings, arguments.bus)] if arguments.bus else list(settings.buses)
    eyes = ask_eyes if sys.stdin.isatty() and not (arguments.json or arguments.no_questions) else lambda vi, en: None
    findings: list[Finding] = []
    try:
        with reach(settings) as ask:
            for bus in buses:
                for finding in CHECKS.get(bus.protocol, unknown)(settings, bus, ask, eyes):
                    findings.append(finding)
                    _found(finding, arguments.json)
    except Unreachable as error:
        fail(error.vi, error.en, 1)
    except (ControlError, ConnectionError, TimeoutError) as error:
        fail("Thử dở dang.", f"The test came to no end: {error}", 1)
    bad = [finding for finding in findings if finding.level == "fail"]
    if not arguments.json:
        print(f"{len(findings)} kết quả/results, {len(bad)} hỏng/wrong.")
    return 1 if bad else 0


def _found(finding: Finding, as_json: bool) -> None:
    if as_json:
        _out(finding.as_json())
    else:
        sign = {"ok": "✓", "warn": "!", "fail": "✗"}[finding.level]
        print(f"{sign} {finding.where}: {finding.vi}\n  {finding.en}", flush=True)


def _name(arguments: argparse.Namespace) -> int:
    def work(settings: Settings, bus: Bus, ask: Ask) -> int:
        told = ask("name", bus=bus.id, uid=arguments.uid.lower(), node=arguments.node, title=arguments.title)
        if arguments.json:
            _out(told)
        elif told["taken"]:
            uid, node = arguments.uid, arguments.node
            print(f"Bo mạch {uid} có địa chỉ {node}. / Board {uid} has address {node}.")
        elif told["board"] is None:
            print(f"Không bo mạch nào có uid {arguments.uid}. / No board has uid {arguments.uid}.")
        else:
            print(f"Bo mạch {arguments.uid} vẫn ở địa chỉ {told['board']['node']}. / It kept its address.")
        return 0 if told["taken"] else 1

    return _reached(arguments, work)


def _flash(arguments: argparse.Namespace) -> int:
    def work(settings: Settings, bus: Bus, ask: Ask) -> int:
        from firmware_bridge.wires.flash import flash_one, needing

        state = next(each for each in ask("buses") if each["bus"] == bus.id)
        nodes = needing(state, arguments.force) if arguments.all else [arguments.node]
        if not nodes:
            print("Mọi bo mạch đã đúng bản. / Every board runs the right firmware already.")
        failed = False
        for node in nodes:
            last = -1
            for step in flash_one(ask, bus.id, node, state, arguments.image, arguments.force):
                if arguments.json:
                    _out({"node": node, **step})
                elif step["phase"] in ("done", "failed"):
                    sign = "✓" if step["phase"] == "done" else "✗"
                    print(f"\r{sign} {node}: {step['vi']}\n  {step['en']}")
                elif sys.stdout.isatty() or step["at"] * 10 // step["size"] != last:
                    last = step["at"] * 10 // step["size"]
                    print(f"\r  {node}: {step['phase']} {step['at']}/{step['size']}", end="", flush=True)
                failed |= step["phase"] == "failed"
        return 1 if failed else 0

    return _reached(arguments, work)


def _image(arguments: argparse.Namespace) -> int:
    from firmware_bridge.image import pack

    image = pack(arguments.board)
    arguments.file.write_bytes(image.data)
    told = {"file": str(arguments.file), "bytes": len(image.data), "firmware": image.version, "sha256": image.digest}
    if arguments.json:
        _out(told)
    else:
        print(f"{arguments.file}: {image.version}, {len(image.data)} byte, sha256 {image.digest}")
    return 0
