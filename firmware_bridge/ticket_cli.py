"""`motcua ticket preview|fields`, `motcua printers [list|check]`: paper without a printer (docs/ticket.md)."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from config.cli import command_group

if TYPE_CHECKING:
    from config.settings import Settings

KINDS = ("ticket", "priority", "copy", "desk", "list", "slip", "test")
_Found = TypeVar("_Found")


def register(subparsers: Any) -> None:
    """Add the groups `ticket` and `printers`."""
    # The queue has acts on one ticket in the same group.
    commands = command_group(subparsers, "ticket", "phiếu: giấy, và việc với một phiếu / the paper, and one ticket")
    preview = commands.add_parser("preview", help="vẽ đúng tờ máy in sẽ ra, thành PNG / draw what the printer prints")
    preview.add_argument("--png", type=Path, required=True, metavar="FILE", help="tệp ảnh / where the picture goes")
    preview.add_argument("--template", default=None, metavar="FILE", help="mẫu phiếu riêng / own template")
    preview.add_argument("--profile", default=None, metavar="P", help="loại máy in / kind of printer: motcua printers")
    preview.add_argument("--kind", choices=KINDS, default="ticket", help="loại giấy / which paper")
    preview.add_argument("--number", default="A042", help="số / the number")
    preview.add_argument("--priority", action="store_true", help="như --kind priority / the same")
    preview.add_argument("--no-clock", action="store_true", help="như khi giờ chưa tin được / clock untrusted")
    preview.add_argument("--config", type=Path, metavar="FILE", help="lấy tên đơn vị, mẫu, máy in / site.toml to use")
    preview.set_defaults(run=_preview)
    fields = commands.add_parser("fields", help="mọi ô, kiểu chữ của mẫu phiếu / every field and word of a template")
    fields.set_defaults(run=_fields)

    printers = subparsers.add_parser("printers", help="các loại máy in / kinds of ticket printers")
    more = printers.add_subparsers(dest="printers_command")
    listing = more.add_parser("list", help="các loại có sẵn / the shipped ones")
    listing.set_defaults(run=_list)
    check = more.add_parser("check", help="kiểm tra một tệp loại máy in / check a profile of one's own")
    check.add_argument("profile", help="tên hoặc tệp .toml / name or file")
    check.set_defaults(run=_check)
    printers.set_defaults(run=_list)


def _or_fail(load: Callable[[str], _Found], name: str, vi: str, en: str) -> _Found:
    """What `load` makes of `name`; else every mistake on a line, and the end of the command."""
    from config.cli import fail
    from config.load import SettingsError

    try:
        return load(name)
    except SettingsError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        fail(vi, en)


def _profile(name: str) -> Any:
    from firmware_bridge.printer_profile import load_profile

    if name.endswith(".toml"):
        name = str(Path(name).absolute())
    return _or_fail(load_profile, name, "Loại máy in chưa đúng.", "The printer profile is not right; docs/printers.md.")


def _list(_: argparse.Namespace) -> int:
    from config.load import SettingsError
    from firmware_bridge.printer_profile import load_profile, shipped

    for name, path in shipped().items():
        try:
            profile = load_profile(name)
        except SettingsError as error:
            print(f"{name:16} ✗ {error.problems[0]}")
            continue
        print(f"{name:16} {_facts(profile)}")
        print(f"{'':16} {profile.name}" + (f" | {profile.name_en}" if profile.name_en != profile.name else ""))
        print(f"{'':16} {path}")
    return 0


def _facts(profile: Any) -> str:
    cut = {"partial": "dao cắt/cutter", "full": "dao cắt đứt/full cut", "none": "xé tay/tear bar"}[profile.cut.kind]
    ask = {"dle-eot": "DLE EOT", "gs-a": "GS a", "none": "không trả lời/no answers"}[profile.status.ask]
    return f"{profile.paper_mm} mm  {profile.width_dots} chấm/dots  {profile.dpi} dpi  {cut}  {ask}"


def _check(arguments: argparse.Namespace) -> int:
    profile = _profile(arguments.profile)
    print(f"Đúng: {profile.name}. {_facts(profile)}")
    print(f"Good: {profile.name_en or profile.name}.")
    return 0


def _fields(_: argparse.Namespace) -> int:
    from firmware_bridge.template import ELEMENTS, FIELDS, FLAGS, WORDS

    for name, told in FIELDS.items():
        print(f"{{{name}}}".ljust(16), told)
    for name, told in FLAGS.items():
        print(f"if {name}".ljust(16), told)
    print("kiểu chữ/style".ljust(16), " ".join(WORDS), "16..204")
    print("dòng khác/others".ljust(16), " · ".join(ELEMENTS.values()))
    return 0


def _settings(path: Path | None) -> Settings | None:
    """The settings; without a site file yet, none: the ticket may be looked at before the site is written."""
    from config.cli import settings_or_fail
    from config.load import SettingsError, load_settings

    if path is not None:
        return settings_or_fail(load_settings, path)
    try:
        return load_settings()
    except SettingsError:
        return None


def _preview(arguments: argparse.Namespace) -> int:
    from config.cli import fail
    from config.settings import Printer
    from firmware_bridge.printer_profile import profile_of
    from firmware_bridge.template import load_template
    from firmware_bridge.ticket import JobUndrawable

    settings = _settings(arguments.config)
    printer = settings.printer if settings else Printer()
    if arguments.profile is not None:
        profile = _profile(arguments.profile)
    else:
        profile = _or_fail(
            lambda _: profile_of(printer),
            printer.profile,
            "Loại máy in trong thiết lập chưa đúng.",
            "The printer profile of the settings is not right.",
        )
    template = _or_fail(
        load_template,
        printer.template if arguments.template is None else arguments.template,
        "Mẫu phiếu chưa đúng; cách viết: docs/vi/ticket.md, các ô: motcua ticket fields.",
        "The template is not right; docs/ticket.md tells how to write one.",
    )
    number = str(arguments.number).upper()
    if not re.fullmatch(r"[A-Z][0-9]{3}", number):
        fail(f"Số {arguments.number!r} không đúng, ví dụ A042.", "A number is a letter and three digits, e.g. A042.")
    kind = "priority" if arguments.priority and arguments.kind == "ticket" else arguments.kind
    try:
        picture, size = printed(_job(settings, kind, number, not arguments.no_clock), profile, template, kind == "desk")
        picture.save(arguments.png, format="PNG")
    except JobUndrawable as error:
        fail("Không vẽ được phiếu.", f"The ticket cannot be drawn: {error}")
    except OSError as error:
        fail(f"Không ghi được {arguments.png}.", f"Cannot write or draw: {error}")
    tall = f"{picture.height / 8:.0f}"
    print(f"{arguments.png}: {profile.paper_mm} × {tall} mm, {size} byte ({size / 960:.0f} s ở/at 9600 baud)")
    return 0


def printed(job: dict[str, Any], profile: Any, template: Any, desk: bool = False) -> tuple[Any, int]:
    """The paper as it falls from a printer of that profile: encoded, read back, as a picture; and its bytes."""
    from firmware_bridge.raster import paper_commands
    from firmware_bridge.ticket import draw_paper
    from firmware_bridge.virtual.escpos_reader import Paper, Reader

    paper = profile.paper()
    drawn = draw_paper(job, paper, template, desk=desk)
    data = b"".join(paper_commands(drawn.image, paper, drawn.codes))
    papers: list[Paper] = []
    tear = paper.feed_dots if paper.cut == "none" else 0
    Reader(paper.width_dots, papers.append, tear_rows=tear).feed(data)
    (fallen,) = papers
    return fallen.image, len(data)


def _job(settings: Settings | None, kind: str, number: str, clock: bool) -> dict[str, Any]:
    """A sample job as the hub gives it."""
    site = settings.site if settings else None
    service = next((each for each in settings.services if each.letter == number[0]), None) if settings else None
    site_id = site.id if site else "xa-mau"
    payload: dict[str, Any] = {
        "title": "Giấy tờ cần mang: Đăng ký khai sinh",
        "lines": ["Tờ khai đăng ký khai sinh", "Giấy chứng sinh", "Căn cước của cha, mẹ để đối chiếu"],
    }
    if kind == "slip":
        payload = {
            "title": "Hôm nay đã hết số lĩnh vực Đất đai – Xây dựng",
            "lines": ["Mời ông/bà trở lại lúc 07:30 thứ Ba, 24/11/2026.", "Cần giúp, mời hỏi người hướng dẫn ở cửa."],
            "tick": False,
        }
    return {
        "kind": {"priority": "ticket", "desk": "ticket", "slip": "list"}.get(kind, kind),
        "ticket": {"number": number, "priority": kind == "priority"},
        "site": {
            "id": site_id,
            "name": site.name if site else "Trung tâm Phục vụ hành chính công",
            "place": site.place if site else "Xã Mẫu",
            "help_line": site.help_line if site else "",
        },
        "service": {
            "name": service.name if service else "Tư pháp – Hộ tịch",
            "name_en": service.name_en if service else "Civil status",
        },
        "ahead": 6,
        "estimate": [15, 25],
        "at": "2026-11-23T08:42:10+07:00" if clock else None,
        "qr": f"MC1/{site_id}/20261123/{number}",
        "copy": kind == "copy",
        "payload": payload,
    }
