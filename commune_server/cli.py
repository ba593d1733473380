"""`motcua server …`: run the far end, and make what it needs."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from config.cli import Subparsers, command_group, fail, settings_or_fail
from config.process import EXIT_OK, EXIT_REFUSED


def register(subparsers: Subparsers) -> None:
    """Add the commands of this room."""
    group = command_group(subparsers, "server", "Máy chủ xã: chạy, chứng thư, cấu hình MQTT / the commune server")
    run = group.add_parser("run", help="chạy máy chủ / run the server")
    run.add_argument("--config", type=Path, required=True, help="server.toml")
    run.set_defaults(run=_run)

    pki = group.add_parser("pki", help="tạo CA dùng thử và chứng thư / make a throw-away CA and certificates")
    pki.add_argument("--out", type=Path, required=True, help="thư mục / folder")
    pki.add_argument("--device", action="append", default=[], metavar="ID", help="tên máy, lặp lại được / repeatable")
    pki.add_argument("--host", action="append", default=[], help="thêm tên hay địa chỉ máy chủ / further server names")
    pki.set_defaults(run=_pki)

    broker = group.add_parser("mosquitto", help="viết cấu hình Mosquitto / write Mosquitto's configuration")
    broker.add_argument("--out", type=Path, required=True, help="tệp cấu hình / configuration file")
    broker.add_argument("--pki", type=Path, required=True, help="thư mục của / folder of: motcua server pki")
    broker.add_argument("--province", default="h38")
    broker.add_argument("--commune", default="dong-thanh")
    broker.add_argument("--host", default="127.0.0.1")
    broker.add_argument("--port", type=int, default=8883)
    broker.add_argument("--user", default="mosquitto", help="người chạy khi khởi động bằng root / user it becomes")
    broker.set_defaults(run=_mosquitto)

    samples = group.add_parser("samples", help="vài hồ sơ mẫu để thử / some sample dossiers to try")
    samples.add_argument("--config", type=Path, required=True, help="server.toml")
    samples.add_argument("--n", type=int, default=3)
    samples.add_argument("--status", metavar="STATUS", help="1–10, waiting, open, act, come, closed, refused")
    samples.add_argument("--json", action="store_true")
    samples.set_defaults(run=_samples)

    backup = group.add_parser("backup", help="sao lưu khi đang chạy / copy the events while running")
    backup.add_argument("--config", type=Path, required=True, help="server.toml")
    backup.add_argument("--to", type=Path, required=True)
    backup.set_defaults(run=_backup)
    restore = group.add_parser("restore", help="phục hồi bản sao; máy chủ phải dừng / put a copy back")
    restore.add_argument("--config", type=Path, required=True, help="server.toml")
    restore.add_argument("--from", dest="source", type=Path, required=True)
    restore.set_defaults(run=_restore)

    for name in ("asyncapi", "openapi"):
        contract = group.add_parser(name, help=f"tạo tệp {name}.json / generate the contract")
        contract.add_argument("--out", type=Path, required=True)
        contract.set_defaults(run=_contract, contract=name)


def _run(arguments: argparse.Namespace) -> int:
    from commune_server.service import ServerError, run
    from config.load import load_server_settings

    settings = settings_or_fail(load_server_settings, arguments.config)
    try:
        return run(settings)
    except ServerError as error:
        fail(error.vi, error.en)


def _pki(arguments: argparse.Namespace) -> int:
    from commune_server.pki import make_pki
    from config.clock import make_clock

    try:
        made = make_pki(arguments.out, arguments.device, make_clock("UTC").wall(), arguments.host)
    except ValueError as error:
        fail(f"Tên máy chưa đúng: {error}", f"The name is not right: {error}")
    except OSError as error:
        fail(f"Không ghi được {arguments.out}: {error}", f"Cannot write {arguments.out}: {error}")
    print(f"{arguments.out}: {', '.join(made) if made else 'đã có đủ / all there'}")
    return EXIT_OK


def _mosquitto(arguments: argparse.Namespace) -> int:
    from commune_server.broker import write_broker_files

    try:
        files = write_broker_files(
            arguments.out, arguments.pki, province=arguments.province, commune=arguments.commune,
            host=arguments.host, port=arguments.port, user=arguments.user,
        )  # fmt: skip
    except OSError as error:
        fail(f"Chưa viết được cấu hình: {error}", f"The configuration was not written: {error}")
    print(f"{files.config}\n{files.acl}")
    return EXIT_OK


def _samples(arguments: argparse.Namespace) -> int:
    from commune_server.samples import GROUPS, STATUSES
    from commune_server.service import open_dossiers
    from config.clock import make_clock
    from config.load import load_server_settings

    settings = settings_or_fail(load_server_settings, arguments.config)
    status = group = None
    if arguments.status in GROUPS:
        group = arguments.status
    elif arguments.status is not None:
        if not arguments.status.isdecimal() or int(arguments.status) not in STATUSES:
            fail(
                f"--status {arguments.status}: chỉ nhận 1–10 hoặc {', '.join(GROUPS)}",
                f"--status {arguments.status}: allowed are 1 to 10 or {', '.join(GROUPS)}",
            )
        status = int(arguments.status)
    store = open_dossiers(settings, make_clock(settings.server.timezone))
    found = store.samples(max(1, arguments.n), status=status, group=group)
    store.close()
    if arguments.json:
        print(json.dumps({"samples": found}, ensure_ascii=False))
        return EXIT_OK
    for each in found:
        print(
            f"{each['code']}  mã tra cứu {each['lookup_code']}  bốn số cuối {each['id_last4']}  "
            f"{each['field']}: {STATUSES[each['status']].vi}"
        )
    return EXIT_OK


def _store_path(arguments: argparse.Namespace) -> Path:
    from config.load import load_server_settings

    return Path(settings_or_fail(load_server_settings, arguments.config).server.database)


def _backup(arguments: argparse.Namespace) -> int:
    from commune_server.store import backup

    path = _store_path(arguments)
    try:
        backup(path, arguments.to)
    except OSError as error:
        fail(f"Chưa sao lưu được: {error}", f"No backup was made: {error}", EXIT_REFUSED)
    print(arguments.to)
    return EXIT_OK


def _restore(arguments: argparse.Namespace) -> int:
    from commune_server.store import StoreBusy, held

    path = _store_path(arguments)
    if not arguments.source.is_file():
        fail(f"Không thấy {arguments.source}", f"{arguments.source} is not there", EXIT_REFUSED)
    try:
        with held(path):
            aside = _put_back(arguments.source, path)
    except StoreBusy:
        fail("Máy chủ đang chạy. Dừng máy chủ rồi làm lại.", "The server is running. Stop it first.", EXIT_REFUSED)
    print(f"{path} ← {arguments.source}" + (f" (bản trước / before: {aside})" if aside.exists() else ""))
    return EXIT_OK


def _put_back(source: Path, path: Path) -> Path:
    """Put the copy in place; the database that was there stays beside it."""
    aside = path.with_suffix(".before-restore")
    if path.exists():
        shutil.move(path, aside)
    # Journal files of the old database must never meet the new one.
    for tail in ("-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
    shutil.copyfile(source, path)
    path.chmod(0o600)
    # The marker that lies beside the database tells the next start that this file is older than it was: a new
    # generation begins, and the devices send again what it lacks.
    return aside


def _contract(arguments: argparse.Namespace) -> int:
    from commune_server import contracts

    document = contracts.asyncapi() if arguments.contract == "asyncapi" else contracts.openapi()
    arguments.out.write_text(contracts.text_of(document), encoding="utf-8")
    print(arguments.out)
    return EXIT_OK
