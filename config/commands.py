"""`motcua config …` and `motcua doctor`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from config.cli import Subparsers, command_group, fail
from config.process import EXIT_OK, EXIT_USAGE

SITES = Path(__file__).parent / "sites"


def register(subparsers: Subparsers) -> None:
    """Add the commands of this room."""
    group = command_group(subparsers, "config", "Thiết lập: kiểm tra, xem, giải thích, tạo mới / settings")
    check = group.add_parser("check", help="kiểm tra một tệp / check a file")
    check.add_argument("file", nargs="?", type=Path, help="site.toml")
    check.add_argument("--config", type=Path)
    check.set_defaults(run=_check)
    show = group.add_parser("show", help="mọi giá trị đang dùng / every value in force")
    show.add_argument("--config", type=Path)
    show.add_argument("--json", action="store_true")
    show.set_defaults(run=_show)
    explain = group.add_parser("explain", help="giải thích một thiết lập / explain a setting")
    explain.add_argument("key", help="ví dụ / e.g. speaker.accent, counters.services")
    explain.set_defaults(run=_explain)
    init = group.add_parser("init", help="tạo site.toml từ mẫu / make a site.toml from a ready site")
    init.add_argument("--site", required=True, help=", ".join(site_names()))
    init.add_argument("--out", type=Path, help="tệp ra, mặc định in ra màn hình / output file, default standard output")
    init.add_argument("--force", action="store_true", help="ghi đè / overwrite")
    init.set_defaults(run=_init)
    doctor = subparsers.add_parser("doctor", help="khám máy: cái gì hỏng, làm gì / what is broken, what to do")
    doctor.add_argument("--config", type=Path)
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=_doctor)


def site_names() -> list[str]:
    """The ready sites that ship."""
    return sorted(path.stem for path in SITES.glob("*.toml"))


def _check(arguments: argparse.Namespace) -> int:
    from config.load import SettingsError, load_settings

    path = arguments.file or arguments.config
    try:
        settings = load_settings(path)
        _rooms_agree(settings, path)
    except SettingsError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return EXIT_USAGE
    counters, services, boards = len(settings.counters), len(settings.services), len(settings.boards)
    print(f"Đúng: {services} lĩnh vực, {counters} quầy, {boards} bảng.")
    print(f"Good: {services} services, {counters} counters, {boards} boards.")
    return EXIT_OK


def _rooms_agree(settings: Any, path: Path | None) -> None:
    """What a room knows about files that the settings name (device profiles). Raises `SettingsError`."""
    from importlib.metadata import entry_points

    from config.load import SettingsError, at_its_line

    problems = []
    for entry in sorted(entry_points(group="motcua.settings"), key=lambda each: each.name):
        problems += entry.load()(settings)
    if problems:
        raise SettingsError([at_its_line(problem, path) for problem in problems])


def _load_or_fail(path: Path | None) -> Any:
    from config.load import SettingsError, load_settings

    try:
        return load_settings(path)
    except SettingsError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        raise SystemExit(EXIT_USAGE) from None


def _show(arguments: argparse.Namespace) -> int:
    settings = _load_or_fail(arguments.config)
    data = settings.model_dump(mode="json")
    if arguments.json:
        print(json.dumps(data, ensure_ascii=False, indent=2))
        return EXIT_OK
    for line in _flat("", data):
        print(line)
    return EXIT_OK


def _flat(prefix: str, value: Any) -> list[str]:
    if isinstance(value, dict):
        return [line for key, inner in value.items() for line in _flat(f"{prefix}.{key}" if prefix else key, inner)]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [line for at, inner in enumerate(value) for line in _flat(f"{prefix}[{at}]", inner)]
    return [f"{prefix} = {json.dumps(value, ensure_ascii=False)}"]


def _explain(arguments: argparse.Namespace) -> int:
    import difflib

    from config.explain import explanations

    known = explanations()
    key = arguments.key.replace("[]", "")
    hits = [each for name, each in known.items() if name == key or name.startswith(key + ".")]
    if not hits:
        near = difflib.get_close_matches(key, known, n=3, cutoff=0.4)
        hint_vi = f" Gần nhất: {', '.join(near)}." if near else ""
        hint_en = f" Nearest: {', '.join(near)}." if near else ""
        fail(f"Không có thiết lập '{key}'.{hint_vi}", f"There is no setting '{key}'.{hint_en}")
    print("\n\n".join(hits))
    return EXIT_OK


def _init(arguments: argparse.Namespace) -> int:
    names = site_names()
    if arguments.site not in names:
        listed = ", ".join(names)
        fail(f"Không có mẫu '{arguments.site}'. Có: {listed}.", f"No site '{arguments.site}'. There are: {listed}.")
    text = (SITES / f"{arguments.site}.toml").read_text(encoding="utf-8")
    if arguments.out is None:
        print(text, end="")
        return EXIT_OK
    try:
        with arguments.out.open("w" if arguments.force else "x", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    except FileExistsError:
        fail(f"{arguments.out} đã có; thêm --force để ghi đè.", f"{arguments.out} exists; add --force to overwrite it.")
    except OSError as error:
        fail(f"Không ghi được {arguments.out}: {error}", f"Cannot write {arguments.out}: {error}")
    print(f"Đã ghi {arguments.out}. Kiểm tra: motcua config check {arguments.out}")
    return EXIT_OK


def _doctor(arguments: argparse.Namespace) -> int:
    from importlib.metadata import entry_points

    from config.doctor import Check
    from config.load import SettingsError, load_settings

    checks: list[Check] = []
    try:
        settings = load_settings(arguments.config)
    except SettingsError as error:
        checks = [
            Check("config", "fail", str(each), str(each), "Sửa dòng này.", "Mend this line.") for each in error.problems
        ]
    else:
        checks.append(Check("config", "ok", "Thiết lập đúng.", "The settings are good."))
        for entry in sorted(entry_points(group="motcua.doctor"), key=lambda each: each.name):
            try:
                checks += entry.load()(settings)
            except ImportError as error:
                text = f"{entry.name}: {error}"
                checks.append(Check(entry.name, "fail", text, text, "Cài lại: make setup", "Install again: make setup"))
    if arguments.json:
        print(json.dumps([vars(check) for check in checks], ensure_ascii=False, indent=2))
    else:
        sign = {"ok": "✓", "warn": "!", "fail": "✗"}
        for check in checks:
            print(f"{sign[check.level]} {check.part}: {check.vi}\n    {check.en}")
            if check.level != "ok" and check.do_vi:
                print(f"    → {check.do_vi}\n      {check.do_en}")
    return 1 if any(check.level == "fail" for check in checks) else EXIT_OK
