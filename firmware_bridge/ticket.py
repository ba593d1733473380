"""The paper: a job of the hub drawn as a 1-bit picture, one dot a pixel (203 dpi: 8 dots a millimetre).

Pure: the same job, template and fonts give the same dots. Text goes out as a raster because cheap printers spell
Vietnamese wrong in text mode. Only the fields of template.FIELDS are read, so whatever else a job carries cannot reach
paper; nothing drawn identifies a person (house §1, promise 4).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image

from firmware_bridge.paper import NO_BREAK, Sheet, clean
from firmware_bridge.raster import NativeQr
from firmware_bridge.rows import READABLE, PaperKind, Row, Template

WIDTH_DOTS = 576
KINDS = ("ticket", "copy", "list", "test")
MAX_LIST_LINES = 60
MAX_LIST_NOTES = 20
LOGO_TALL = 200
HALF_UNIT = 0.72
"""Half the dots, but not half the type: smaller than this, Ô reads as Ō (looked at)."""

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DEFAULT_HELP = "Cần giúp? Nói với người hướng dẫn ở cửa."


class JobUndrawable(ValueError):
    """The job lacks what its kind needs; the text says which field."""


@dataclass(frozen=True)
class Drawn:
    """A paper in mode "1" (0 is black), and the codes the printer draws by itself."""

    image: Image.Image
    codes: tuple[NativeQr, ...] = ()


def draw_paper(job: Mapping[str, Any], paper: PaperKind, template: Template, *, desk: bool = False) -> Drawn:
    """The job on that kind of paper, as tall as it needs to be; `desk`: the second of two papers, for the counter.

    Raises `JobUndrawable` for an unknown kind or a missing field.
    """
    if paper.half:
        sheet = Sheet(paper.width_dots // 2, HALF_UNIT * paper.width_dots / WIDTH_DOTS)
    else:
        sheet = Sheet(paper.width_dots)
    return _draw(job, sheet, template, paper, desk)


def _draw(job: Mapping[str, Any], sheet: Sheet, template: Template, paper: PaperKind, desk: bool) -> Drawn:
    kind = job.get("kind")
    if kind not in KINDS:
        raise JobUndrawable(f"job kind {kind!r}; a printer draws {', '.join(KINDS)}")
    if kind == "test":
        _draw_test(sheet, job)
        return Drawn(sheet.finish())
    if kind == "list":
        title = clean(_mapping(job, "payload").get("title"), 160)
        if not title or not isinstance(_mapping(job, "payload").get("lines"), (list, tuple)):
            raise JobUndrawable("a list needs payload.title and payload.lines")
        codes = _rows(sheet, template.papers, job, paper)
        return Drawn(sheet.finish(), codes)
    number = clean(_mapping(job, "ticket").get("number"), 80)
    if not number:
        raise JobUndrawable("the job has no ticket.number")
    # What a second paper is must stand on it, whatever the template says.
    if kind == "copy" or job.get("copy") is True:
        sheet.banner("BẢN SAO – COPY")
        sheet.gap(18)
    elif desk:
        sheet.banner("LIÊN QUẦY GIỮ – DESK COPY")
        sheet.gap(18)
    codes = _rows(sheet, template.ticket, job, paper)
    return Drawn(sheet.finish(), codes)


def _mapping(job: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = job.get(key)
    return value if isinstance(value, Mapping) else {}


# -- from the job to the template's fields


def fields(job: Mapping[str, Any]) -> dict[str, str]:
    """Every field of the template, "" where the job has nothing for it. Raises `JobUndrawable` for a senseless time."""
    ticket, service, site = _mapping(job, "ticket"), _mapping(job, "service"), _mapping(job, "site")
    number = clean(ticket.get("number"), 80)
    name, place = clean(site.get("name"), 120), clean(site.get("place"), 120)
    found = {
        "number": number,
        "letter": number[:1],
        "service": clean(service.get("name"), 90),
        "service_en": clean(service.get("name_en"), 90),
        "site": _keep_together(name),
        # Some sites name themselves by their place already: once is enough.
        "place": _keep_together(place) if place.casefold() not in name.casefold() else "",
        "help": clean(site.get("help_line"), 120) or _DEFAULT_HELP,
        "title": clean(_mapping(job, "payload").get("title"), 160),
    }
    return found | _when(job) | _waiting(job)


def _when(job: Mapping[str, Any]) -> dict[str, str]:
    stamp = job.get("at")
    if not isinstance(stamp, str):  # the clock is not trusted: no date at all
        return dict.fromkeys(("date", "weekday", "weekday_en", "time"), "")
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError as error:
        raise JobUndrawable(f"the job's time is not ISO 8601: {error}") from error
    return {
        "date": f"{at:%d/%m/%Y}",
        "weekday": _WEEKDAYS[at.weekday()],
        "weekday_en": _WEEKDAYS_EN[at.weekday()],
        "time": f"{at:%H:%M}",
    }


def _waiting(job: Mapping[str, Any]) -> dict[str, str]:
    out = {"ahead": "", "ahead_en": "", "estimate": ""}
    ahead = job.get("ahead")
    if isinstance(ahead, int) and not isinstance(ahead, bool) and 0 < ahead <= 9999:
        out |= {"ahead": str(ahead), "ahead_en": f"{ahead} {'person' if ahead == 1 else 'people'}"}
    estimate = job.get("estimate")
    if isinstance(estimate, (list, tuple)) and len(estimate) == 2:
        low, high = (round(float(minutes)) for minutes in estimate)
        if 0 <= low <= high and high > 0:
            # Always a range, never a promise, even where the two ends meet.
            out["estimate"] = f"{low}–{high if high > low else low + 5}"
    return out


def _flags(job: Mapping[str, Any]) -> dict[str, bool]:
    ahead = job.get("ahead")
    return {
        "nobody_ahead": isinstance(ahead, int) and not isinstance(ahead, bool) and ahead == 0,
        "priority": _mapping(job, "ticket").get("priority") is True,
    }


def _keep_together(name: str) -> str:
    """An office's name with no-break spaces where a reader would not break: Hành chính công, Xã Đông Thạnh."""
    for phrase in ("trung tâm", "phục vụ", "hành chính công", "một cửa", "đặc khu"):
        at = name.casefold().find(phrase)
        if at >= 0:
            name = name[:at] + name[at : at + len(phrase)].replace(" ", NO_BREAK) + name[at + len(phrase) :]
    words = name.split(" ")
    for at, word in enumerate(words[:-1]):
        if word.split(NO_BREAK)[-1].casefold() in ("xã", "phường", "khu"):
            return " ".join([*words[:at], NO_BREAK.join(words[at : at + 4]), *words[at + 4 :]])
    return name


# -- from the template to the sheet


def _rows(sheet: Sheet, rows: Sequence[Row], job: Mapping[str, Any], paper: PaperKind) -> tuple[NativeQr, ...]:
    known, flags = fields(job), _flags(job)
    there = {name: bool(value) for name, value in known.items()} | flags
    wanted = [
        row
        for row in rows
        if all(there[name] for name in (*row.needs, *row.fields)) and not any(there[name] for name in row.forbids)
    ]
    codes: list[NativeQr] = []
    at = 0
    while at < len(wanted):
        row = wanted[at]
        at += 1
        beside: list[Row] = []
        if row.beside or row.what == "qr":
            beside = [row] if row.beside else []
            while at < len(wanted) and wanted[at].beside:
                beside.append(wanted[at])
                at += 1
        if row.what == "qr" or row.beside:
            _beside(sheet, beside, known, job if row.what == "qr" else {}, paper, codes)
        elif row.what == "text":
            _text(sheet, row, _filled(row, known), flags["priority"])
        else:
            _element(sheet, row, job)
    return tuple(codes)


def _filled(row: Row, known: Mapping[str, str]) -> str:
    text = row.text
    for name in row.fields:
        text = text.replace(f"{{{name}}}", known[name])
    return text.upper() if row.upper else text


def _text(sheet: Sheet, row: Row, text: str, priority: bool) -> None:
    if row.size >= READABLE and "number" in row.fields and len(row.fields) == 1:
        # The letter U is neutral on purpose: staff know it, the reason stays between people.
        badge = "U" if priority else None
        sheet.number(text, badge, row.size)
        return
    leading = 1.22 if row.tight else 1.3
    (sheet.left if row.left else sheet.centered)(text, row.size, row.weight, leading=leading, max_lines=6)


def _beside(
    sheet: Sheet,
    rows: Sequence[Row],
    known: Mapping[str, str],
    job: Mapping[str, Any],
    paper: PaperKind,
    codes: list[NativeQr],
) -> None:
    """A QR code with the lines on its right; without lines it stands in the middle, drawn by the printer if it can."""
    qr = job.get("qr")
    text = qr if isinstance(qr, str) and qr else None
    if rows:
        sheet.beside(text, [(_filled(row, known), row.size, row.weight) for row in rows])
    elif text and paper.native_qr:
        codes.append(NativeQr(sheet.y, text, 6))
    elif text:
        sheet.code(text)


def _element(sheet: Sheet, row: Row, job: Mapping[str, Any]) -> None:
    if row.what == "gap":
        sheet.gap(row.value)
    elif row.what == "rule":
        sheet.rule(row.value)
    elif row.what == "dashes":
        sheet.dashes()
    elif row.what == "items":
        _items(sheet, _mapping(job, "payload"))
    elif row.what == "logo" and row.logo:
        try:
            with Image.open(row.logo) as picture:
                sheet.picture(picture, LOGO_TALL)
        except OSError:
            return  # the file went away since it was checked: the number matters more than the picture


def _items(sheet: Sheet, payload: Mapping[str, Any]) -> None:
    """The lines of a list with boxes to tick, its notes below; a slip (`tick` false) is read, not ticked."""
    tick = payload.get("tick") is not False
    texts = [text for text in (clean(line, 240) for line in payload.get("lines", ())) if text]
    for text in texts[:MAX_LIST_LINES]:
        if tick:
            sheet.item(text, 26, 500)
        else:
            sheet.left(text, 28, 500, max_lines=8)
        sheet.gap(8)
    if len(texts) > MAX_LIST_LINES:
        sheet.left(f"… và {len(texts) - MAX_LIST_LINES} dòng nữa, mời xem trên màn hình.", 24, 500)
    notes = [text for text in (clean(line, 240) for line in payload.get("notes") or ()) if text]
    for text in notes[:MAX_LIST_NOTES]:
        sheet.gap(6)
        sheet.left(text, 25, 500, max_lines=8)


def _draw_test(sheet: Sheet, job: Mapping[str, Any]) -> None:
    """A page a technician can judge: both edges, fine lines, every Vietnamese mark, dark areas."""
    known = fields(job)
    for name in ("site", "place"):
        if known[name]:
            sheet.centered(known[name].upper(), 30, 700, max_lines=4)
    sheet.gap(14)
    sheet.rule(3)
    sheet.gap(14)
    sheet.pair("Trang in thử", 34, 700, "Test page", 23)
    sheet.gap(14)
    sheet.ruler()
    sheet.gap(16)
    vowels = "aăâeêioôơuưy"
    tones = ("\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
    for mark in tones:
        small = " ".join(unicodedata.normalize("NFC", vowel + mark) for vowel in vowels)
        sheet.centered(small, 28, 500)
    sheet.gap(14)
    for mark in tones:
        sheet.centered(" ".join(unicodedata.normalize("NFC", v + mark) for v in vowels.upper()), 24, 700, leading=1.55)
    sheet.gap(6)
    sheet.centered("Đ đ  0123456789", 30, 600)
    sheet.gap(12)
    sheet.wedge()
    sheet.gap(14)
    if known["time"]:
        sheet.centered(f"In lúc {known['time']}", 25, 600)
        sheet.centered(f"{known['weekday']}, {known['date']}", 25, 600)
