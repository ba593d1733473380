"""A list of appointments as a file: CSV `code,service,at[,prechecked]`, or JSON with the same names. Never a name.

`at` is `2026-11-23T09:00` (local) or with an offset. Columns of another name are refused: a list with names or phones
must not come onto the device by mistake.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any

from queue_display.model import Appointment

CODE = re.compile(r"^[A-Z0-9]{4,8}$")
COLUMNS = ("code", "service", "at", "prechecked")
_TRUE = {"1", "true", "yes", "x", "có"}


class BadList(ValueError):
    """The list cannot be used; the text says where, in both languages."""


def read_list(raw: bytes, zone: tzinfo | None) -> list[Appointment]:
    """The appointments of a file's content. Raises `BadList`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadList("hãy lưu lại bằng UTF-8/save it as UTF-8") from error
    rows = _json_rows(text) if text.lstrip().startswith(("[", "{")) else _csv_rows(text)
    return [appointment(row, at, zone) for at, row in rows]


def _json_rows(text: str) -> Iterable[tuple[int, dict[str, Any]]]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadList(f"không phải JSON/not JSON: {error}") from error
    items = found.get("items") if isinstance(found, dict) else found
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise BadList('cần một danh sách/needs a list: [{"code": …, "service": …, "at": …}]')
    return list(enumerate(items, 1))


def _csv_rows(text: str) -> Iterable[tuple[int, dict[str, Any]]]:
    dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=dialect, restkey="?")
    try:
        return [
            (reader.line_num, {(k or "").strip(): v for k, v in row.items()}) for row in reader if any(row.values())
        ]
    except csv.Error as error:
        raise BadList(f"dòng/line {reader.line_num}: {error}") from error


def appointment(row: dict[str, Any], line: int, zone: tzinfo | None) -> Appointment:
    """One row. Raises `BadList`."""
    strange = sorted(set(row) - set(COLUMNS))
    if strange:
        raise BadList(f"dòng/line {line}: cột lạ/unknown column {strange[0]!r}; chỉ có/only {', '.join(COLUMNS)}")
    missing = [key for key in COLUMNS[:3] if not row.get(key)]
    if missing:
        raise BadList(f"dòng/line {line}: thiếu/missing {missing[0]}")
    code = str(row["code"]).strip().upper()
    if not CODE.match(code):
        raise BadList(f"dòng/line {line}: mã/code {code[:20]!r}: 4–8 chữ cái, chữ số/letters and digits A–Z 0–9")
    try:
        at = datetime.fromisoformat(str(row["at"]).strip())
    except ValueError as error:
        raise BadList(f"dòng/line {line}: at {str(row['at'])[:30]!r}: ví dụ/e.g. 2026-11-23T09:00") from error
    moment = at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)
    checked = row.get("prechecked") or ""
    prechecked = checked if isinstance(checked, bool) else str(checked).strip().lower() in _TRUE
    return Appointment(code, str(row["service"]).strip(), moment.isoformat(timespec="minutes"), prechecked)
