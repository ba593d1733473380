"""`motcua bridge run|cabinet|protocol|image`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware_bridge import boards_cli, ticket_cli, wires_cli

if TYPE_CHECKING:
    from config.settings import Settings


def register(subparsers: Any) -> None:
    """Add this room's commands."""
    boards_cli.register(subparsers)
    wires_cli.register(subparsers)
    ticket_cli.register(subparsers)
    parser = subparsers.add_parser("bridge", help="các dây nối: bus, nút, máy in, loa / the wires")
    commands = parser.add_subparsers(dest="bridge_command", required=True)

    run = commands.add_parser("run", help="chạy dịch vụ cầu nối / run the bridge process")
    run.add_argument("--config", type=Path)
    run.add_argument("--hub", help="unix:/đường/dẫn hoặc http://host:port")
    run.add_argument("--virtual", type=Path, metavar="DIR", help="mở ổ điều khiển ở DIR/control/bridge.sock (phòng ảo)")
    run.add_argument("--token-file", type=Path, metavar="FILE", help="tệp chứa mã; hoặc biến MOTCUA_TOKEN / token")
    run.set_defaults(run=_run)

    cabinet = commands.add_parser("cabinet", help="tủ ảo: đầu kia của mọi dây / the virtual other end of every cable")
    cabinet.add_argument("--runtime", type=Path, required=True, metavar="DIR")
    cabinet.add_argument("--config", type=Path, required=True)
    cabinet.add_argument("--driver", choices=("max7219", "hc595"), default="max7219", help="chip của bảng quầy")
    cabinet.add_argument("--seed", type=int, default=1, help="hạt giống của lỗi / seed of the faults")
    cabinet.set_defaults(run=_cabinet)

    protocol = commands.add_parser("protocol", help="in PROTOCOL.md / print PROTOCOL.md")
    protocol.add_argument("--write", action="store_true", help="ghi vào firmware_bridge/firmware/PROTOCOL.md")
    protocol.set_defaults(run=_protocol)

    image = commands.add_parser("image", help="gom chương trình cho vi điều khiển / assemble the chip's files")
    image.add_argument("folder", type=Path)
    image.add_argument("--board", choices=("pico", "unix"), default="pico")
    image.set_defaults(run=_image)


def _settings(path: Path | None) -> Settings:
    from config.cli import settings_or_fail
    from config.load import load_settings

    return settings_or_fail(load_settings, path)


def _run(arguments: argparse.Namespace) -> int:
    from config.cli import fail, settings_or_fail
    from firmware_bridge.profile_check import require_profiles
    from firmware_bridge.service import run

    settings = _settings(arguments.config)
    settings_or_fail(require_profiles, settings)
    token = os.environ.get("MOTCUA_TOKEN")
    if arguments.token_file is not None:
        try:
            token = arguments.token_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            fail(f"không đọc được tệp mã: {error}", "the token file cannot be read")
    try:
        return run(settings, arguments.hub, arguments.virtual, token)
    except ValueError as error:
        fail(f"địa chỉ trung tâm không đúng: {error}", f"the hub's address is not right: {error}")


def _cabinet(arguments: argparse.Namespace) -> int:
    from config.cli import fail
    from config.process import EXIT_OK, die_on_thread_exception, notify, setup_logging, stop_on_signals
    from firmware_bridge.image import MicroPythonMissing
    from firmware_bridge.virtual.cabinet import Cabinet, CabinetError

    log = setup_logging("cabinet")
    stop = stop_on_signals()
    die_on_thread_exception()
    cabinet = Cabinet(_settings(arguments.config), arguments.runtime, arguments.driver, arguments.seed)
    try:
        cabinet.start()
    except MicroPythonMissing as error:
        fail(error.vi, error.en)
    except CabinetError as error:
        vi, en = str(error).split("\n")
        fail(vi, en)
    try:
        log.info("cabinet stands in %s", arguments.runtime)
        notify("READY=1")
        stop.wait()
    finally:
        cabinet.stop()
    return EXIT_OK


def _protocol(arguments: argparse.Namespace) -> int:
    from firmware_bridge import contract

    text = contract.protocol_text()
    if arguments.write:
        (Path(__file__).parent / "firmware" / "PROTOCOL.md").write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


def _image(arguments: argparse.Namespace) -> int:
    from firmware_bridge.image import assemble

    main = assemble(arguments.folder, arguments.board)
    print(f"{main.parent}: chép cả thư mục vào bộ nhớ của bo mạch / copy the whole folder to the board")
    return 0
