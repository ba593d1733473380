"""`motcua demo` and `motcua bench walk`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
import webbrowser
from pathlib import Path

from config.cli import Subparsers, command_group, fail
from config.process import EXIT_OK


def register(subparsers: Subparsers) -> None:
    """Add the commands of this room."""
    demo = subparsers.add_parser("demo", help="cả phòng chờ trên thiết bị ảo / the whole waiting room, virtual")
    demo.add_argument("--check", action="store_true", help="đi hết một lượt rồi thoát / walk a whole visit and end")
    demo.add_argument("--json", type=Path, metavar="FILE", help="kết quả từng bước / result of every step (--check)")
    demo.add_argument("--keep", type=Path, metavar="DIR", help="giữ ảnh và nhật ký / keep pictures and logs")
    demo.add_argument("--site", default="six-counters", help="mẫu điểm / ready site")
    demo.add_argument("--port", type=int, default=0, help="cổng của trang phòng chờ / port of the room's page")
    demo.add_argument("--headless", action="store_true", help="không mở cửa sổ kiosk / no kiosk window")
    demo.add_argument("--no-open", action="store_true", help="không tự mở trình duyệt / do not open a browser")
    demo.set_defaults(run=run_demo)
    bench = command_group(subparsers, "bench", "Đo đạc trên máy này / figures of this machine")
    walk = bench.add_parser("walk", help="bấm → giấy, phím → bảng, sự kiện → máy chủ / the walk, timed")
    walk.add_argument("--rounds", type=int, default=20, help="số lượt / rounds")
    walk.add_argument("--json", action="store_true")
    walk.set_defaults(run=_bench)
    sim = command_group(subparsers, "sim", "Thiết bị và ngày ảo / simulated devices and days")
    day = sim.add_parser("day", help="cả ngày làm việc qua hub và dây ảo / a whole day through hub and virtual wires")
    day.add_argument("--tickets", type=int, default=500, help="số người lấy số, 1–2000 / people who take a number")
    day.add_argument("--seed", type=int, default=1, help="hạt giống: cùng số, cùng ngày / same seed, same people")
    day.add_argument("--site", default="six-counters", help="mẫu điểm / ready site")
    day.add_argument("--no-faults", action="store_true", help="không có sự cố / nothing breaks")
    day.add_argument("--json", action="store_true")
    day.set_defaults(run=_sim_day)


def _bench(arguments: argparse.Namespace) -> int:
    from demo.bench import run

    return run(arguments.rounds, arguments.json)


def _sim_day(arguments: argparse.Namespace) -> int:
    from demo.control import ControlFailed
    from demo.day.run import run
    from demo.hub import NotSeen
    from demo.processes import NotReady
    from demo.site import UnknownSite

    if not 1 <= arguments.tickets <= 2000:
        given = arguments.tickets
        fail(f"--tickets {given}: được từ 1 đến 2000.", f"--tickets {given}: 1 to 2000 are allowed.")
    try:
        return run(arguments.tickets, arguments.seed, arguments.site, not arguments.no_faults, arguments.json)
    except UnknownSite as error:
        fail(f"Không có mẫu điểm {error}", f"No such site: {error}")
    except (NotReady, NotSeen, ControlFailed) as error:
        fail(f"Ngày mô phỏng dừng giữa chừng: {error}", f"The simulated day broke off: {error}", 1)


def _has_display() -> bool:
    import os

    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_demo(arguments: argparse.Namespace) -> int:
    """Start the room; with --check walk it, else serve `/room` until Ctrl-C."""
    from config.process import stop_on_signals
    from demo.check import Check
    from demo.evidence import leftovers, write_report
    from demo.processes import NotReady
    from demo.site import UnknownSite
    from demo.start import runtime_folder, start_room

    stop = stop_on_signals()
    folder = runtime_folder(arguments.keep)
    headless = arguments.check or arguments.headless or not _has_display()
    began = time.monotonic()

    def say(vi: str, en: str) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        print(vi, flush=True)
        if en:
            print(f"\x1b[2m{en}\x1b[0m" if sys.stdout.isatty() else en, flush=True)

    try:
        room = start_room(folder, say, site_name=arguments.site, headless=headless)
    except UnknownSite as error:
        fail(f"Không có mẫu điểm {error}", f"No such site: {error}")
    except NotReady as error:
        if arguments.check:
            write_report(
                arguments.json, [{"name": "processes", "ok": False, "ms": 0, "evidence": {"error": str(error)}}]
            )
        fail(f"Chưa chạy được: {error}", "A part did not become ready, see above.", 1)
    good = True
    try:
        if arguments.check:
            with tempfile.TemporaryDirectory() as pictures:
                check = Check(room, arguments.keep or Path(pictures))
                good = check.run(lambda line: print(line, flush=True))
                if arguments.keep is not None:
                    _keep_logs(folder, arguments.keep)
                room.supervisor.stop_all()
                good = _stopped_clean(check, leftovers(folder)) and good
                write_report(arguments.json, check.steps)
            took = time.monotonic() - began
            passed = sum(1 for step in check.steps if step["ok"])
            print(f"{passed}/{len(check.steps)} bước đạt, {took:.1f} giây / steps seen, {took:.1f} s")
        else:
            _serve(room, arguments.port, stop, browse=_has_display() and not (arguments.headless or arguments.no_open))
    finally:
        room.supervisor.stop_all()
    if not arguments.check:
        print("Đã dừng, không còn gì chạy. / Stopped; nothing is left running.")
    return EXIT_OK if good else 1


def _stopped_clean(check: object, left: list[str]) -> bool:
    from demo.check import Check

    assert isinstance(check, Check)
    evidence = {"left": left} if left else {"left": "none"}
    check.steps.append({"name": "stop", "ok": not left, "ms": 0, "evidence": evidence})
    print(f"{'✗' if left else '✓'} stop             {left or 'nothing is left running'}", flush=True)
    return not left


def _serve(room: object, port: int, stop: threading.Event, browse: bool) -> None:
    from demo.room.server import serve
    from demo.start import Room

    def tell(address: str) -> None:
        print(f"Mở trong trình duyệt / open in a browser: {address}", flush=True)
        if browse:
            webbrowser.open(address)

    assert isinstance(room, Room)
    try:
        serve(room, port, stop, tell)
    except OSError as error:
        fail(f"Không mở được cổng {port}: {error.strerror}", f"Cannot open port {port}: {error.strerror}", 1)


def _keep_logs(folder: Path, keep: Path) -> None:
    import shutil

    if (folder / "log").is_dir():
        shutil.copytree(folder / "log", keep / "log", dirs_exist_ok=True)
