"""`motcua scan` and `motcua search`: the kiosk's own reading and searching, at a technician's command line."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.cli import command_group, printable
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
    speed = command_group(subparsers, "bench", "đo tốc độ / measure").add_parser(
        "scan",
        help="một khung hình tốn bao lâu, đọc được bao nhiêu / what a frame costs, how much is read",
        description="Thời gian CPU mỗi khung hình khi không có mã, và tỉ lệ đọc được trên ảnh dựng sẵn theo hạt giống, "
        "cạnh bộ giải mã trần. / CPU time of a frame with no code in sight, and the share read of rendered pictures, "
        "beside the bare engine.",
    )
    speed.add_argument("--frames", type=int, default=10, metavar="N", help="ảnh mỗi ô (0–400) / pictures a cell")
    speed.add_argument("--seed", type=int, metavar="S", help="hạt giống đầu / first seed")
    speed.add_argument("--json", action="store_true", help="mỗi dòng một đối tượng JSON / one JSON object a line")
    speed.set_defaults(run=run_bench)


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
            with _libraries_silent():
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


@contextlib.contextmanager
def _libraries_silent() -> Iterator[None]:
    """Native readers of broken files print notes of their own to standard error, past Python; ours say it in words."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def run_bench(arguments: argparse.Namespace) -> int:
    """Exit 0, or 1 when a picture was read as another code than it shows."""
    from config.cli import fail
    from kiosk.bench.scan import costs, rates
    from kiosk.bench.scenes import HELD_OUT
    from kiosk.scanner.decode import engines

    if not 0 <= arguments.frames <= 400:
        fail(f"--frames {arguments.frames}: chỉ từ 0 đến 400.", f"--frames {arguments.frames}: allowed are 0 to 400.")
    if "zxing" not in engines():
        fail("Chưa cài zxing-cpp.", "zxing-cpp is not installed.")
    wrong = 0
    for cost in costs():
        if arguments.json:
            print(json.dumps(cost.row(), ensure_ascii=False), flush=True)
            continue
        raw = ", ".join(f"{name} {ms:.1f}" for name, ms in cost.raw.items())
        share = cost.mean * 5 / 10
        print(f"{cost.name:<28} {cost.median:6.1f} ms median  {cost.p95:6.1f} p95  {cost.mean:6.1f} mean"
              f"  {share:4.1f} % of a core at 5/s   (bare: {raw} ms)", flush=True)  # fmt: skip
    first = HELD_OUT if arguments.seed is None else arguments.seed
    for rate in rates(arguments.frames, first) if arguments.frames else ():
        wrong += rate.wrong
        if arguments.json:
            print(json.dumps(rate.row(), ensure_ascii=False), flush=True)
            continue
        percent, staged, raw_percent = (100 * n / rate.frames for n in (rate.ours, rate.stages, rate.raw))
        print(f"{rate.size:>9} {rate.kind:<5} {rate.tier:<7} {percent:5.0f} % read"
              f"   (stages once {staged:3.0f} %, bare zxing {raw_percent:3.0f} %)"
              f"   {rate.wrong} wrong of {rate.frames}", flush=True)  # fmt: skip
    return EXIT_UNREADABLE if wrong else EXIT_OK


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
