"""`motcua scan` and `motcua search`: the kiosk's own reading and searching, at a technician's command line."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from config.cli import printable
from config.process import EXIT_OK, EXIT_USAGE

EXIT_UNREADABLE = 1
_WHY_VI: dict[type[OSError], str] = {
    FileNotFoundError: "không có tệp này",
    IsADirectoryError: "đây là thư mục",
    PermissionError: "không có quyền đọc",
}


def register(subparsers: Any) -> None:
    """Add the two commands."""
    scan = subparsers.add_parser(
        "scan",
        help="đọc mã trong tệp ảnh / read the codes in picture files",
        description="Đọc mã trong tệp ảnh bằng đúng đường đọc của kiosk. Không lưu, không gửi gì đi. / "
        "Read the codes in picture files the way the kiosk does. Nothing is stored or sent.",
    )
    scan.add_argument("files", nargs="+", metavar="FILE", help="tệp ảnh / picture file")
    scan.add_argument("--raw", action="store_true", help="in cả nội dung đã giải mã / print the decoded text as well")
    scan.add_argument("--json", action="store_true", help="mỗi dòng một đối tượng JSON / one JSON object a line")
    scan.add_argument("--config", type=Path, help="tệp cấu hình / settings file")
    scan.set_defaults(run=run_scan)


def run_scan(arguments: argparse.Namespace) -> int:
    """Exit 0: every file was read; 1: at least one was not (the others are answered all the same)."""
    from config.clock import make_clock
    from kiosk.scanner.decode import engines
    from kiosk.scanner.grammar import WITH_CODE
    from kiosk.scanner.picture import PictureError, load_pages
    from kiosk.scanner.still import read_picture, together

    if not engines():
        _complain("Chưa cài bộ giải mã (zxing-cpp, libzbar).", "No decoder is installed (zxing-cpp, libzbar).")
        return EXIT_USAGE
    settings = _settings(arguments.config)
    clock = make_clock(settings.site.timezone, settings.clock.trust) if settings else make_clock("Asia/Ho_Chi_Minh")
    today = None if clock.trust() == "untrusted" else clock.wall().date()
    status = EXIT_OK
    for name in arguments.files:
        shown = printable(name)
        try:
            pages = load_pages(Path(name))
            answer = together(read_picture(luma, today, hard=page == 0) for page, luma in enumerate(pages))
        except PictureError as error:
            _complain(f"{shown}: không đọc được: {error.vi}", f"{shown}: cannot be read: {error.en}")
            status = EXIT_UNREADABLE
            continue
        except OSError as error:
            why_vi = _WHY_VI.get(type(error), f"lỗi đọc tệp ({error.strerror})")
            _complain(f"{shown}: không mở được: {why_vi}", f"{shown}: cannot be opened: {error.strerror}")
            status = EXIT_UNREADABLE
            continue
        symbol = answer.symbol
        row: dict[str, Any] = {
            "file": name,
            "kind": answer.reading.kind,
            "code": answer.reading.code,
            "symbology": symbol.symbology if symbol else None,
            "engine": symbol.engine if symbol else None,
            "ms": round(answer.ms, 1),
            "several": answer.reading.code is None and answer.reading.kind in WITH_CODE,
            "codes": list(answer.codes),
            "kinds": list(answer.kinds),
        }
        if arguments.raw:
            row["raw"] = symbol.raw if symbol else None
            row["raws"] = [each.symbol.raw for each in answer.found]
        print(json.dumps(row, ensure_ascii=False) if arguments.json else _line(row), flush=True)
    return status


def _settings(path: Path | None) -> Any:
    """The settings, where there are any: both commands also work on a machine that is no kiosk."""
    from config.cli import settings_or_fail
    from config.load import load_settings

    return None if path is None else settings_or_fail(load_settings, path)


_WORDS = {
    "dossier": "mã hồ sơ / a dossier code",
    "url_with_dossier": "đường dẫn tra cứu có mã hồ sơ / an address with a dossier code",
    "ticket": "phiếu số thứ tự của Một Cửa / a ticket of ours",
    "appointment": "phiếu hẹn giờ / an appointment",
    "card": "thẻ căn cước (nội dung không được giữ) / an identity card (its content is dropped)",
    "payment": "mã chuyển tiền / a payment code",
    "health": "thẻ bảo hiểm y tế (nội dung không được giữ) / a health-insurance card (its content is dropped)",
    "vneid": "mã VNeID (nội dung không được giữ) / a VNeID code (its content is dropped)",
    "postal": "mã bưu gửi / a postal item",
    "product": "mã hàng hóa / a product number",
    "unknown": "có mã, nhưng không phải mã hồ sơ hoặc đọc chưa chắc / a code, but no dossier's or not read for sure",
    "none": "không thấy mã nào / no code is seen",
}
"""What each kind is called here; the screen has its own sentences."""


def _line(row: dict[str, Any]) -> str:
    parts = [printable(row["file"]), row["kind"], row["code"] or "-", row["symbology"] or "-", row["engine"] or "-"]
    parts.append(f"{row['ms']:.1f} ms")
    if row["several"]:
        codes = ", ".join(row["codes"])
        parts.append(f"nhiều mã khác nhau: {codes}; đưa từng tờ một / several different codes; one paper at a time")
    else:
        parts.append(_WORDS[row["kind"]])
        others = [kind for kind in row["kinds"] if kind != row["kind"]]
        if others:
            parts.append("cùng với / beside: " + ", ".join(others))
    parts += [printable(raw) for raw in row.get("raws", ())]
    return "  ".join(parts)


def _complain(message_vi: str, message_en: str) -> None:
    print(f"motcua: {message_vi}", file=sys.stderr)
    print(f"        {message_en}", file=sys.stderr)
