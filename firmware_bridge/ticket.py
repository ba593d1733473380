"""The paper: a job of the hub drawn as a 1-bit picture, one dot a pixel (203 dpi: 8 dots a millimetre).

Pure: the same job and fonts give the same dots. Text goes out as a raster because cheap printers spell Vietnamese
wrong in text mode. Only the fields named here are drawn, so whatever else a job carries cannot reach paper; nothing
drawn identifies a person (house §1, promise 4).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from PIL import Image

from firmware_bridge.paper import NO_BREAK, Sheet, clean

WIDTH_DOTS = 576
KINDS = ("ticket", "copy", "list", "test")
MAX_LIST_LINES = 60

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
_DEFAULT_HELP = "Cần giúp? Nói với người hướng dẫn ở cửa."


class JobUndrawable(ValueError):
    """The job lacks what its kind needs; the text says which field."""


def draw_job(job: Mapping[str, Any], width: int = WIDTH_DOTS) -> Image.Image:
    """The job as a picture in mode "1" (0 is black), `width` dots wide (384 or 576), as tall as it needs to be.

    Raises `JobUndrawable` for an unknown kind or a missing field.
    """
    kind = job.get("kind")
    if kind not in KINDS:
        raise JobUndrawable(f"job kind {kind!r}; a printer draws {', '.join(KINDS)}")
    sheet = Sheet(width)
    if kind == "list":
        _draw_list(sheet, job)
    elif kind == "test":
        _draw_test(sheet, job)
    else:
        _draw_ticket(sheet, job)
    return sheet.finish()


def _mapping(job: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = job.get(key)
    return value if isinstance(value, Mapping) else {}


def _need(job: Mapping[str, Any], group: str, key: str) -> str:
    text = clean(_mapping(job, group).get(key), 80)
    if not text:
        raise JobUndrawable(f"the job has no {group}.{key}")
    return text


def _header(sheet: Sheet, job: Mapping[str, Any]) -> None:
    site = _mapping(job, "site")
    name = clean(site.get("name"), 120)
    place = clean(site.get("place"), 120)
    if name:
        sheet.centered(_keep_together(name.upper()), 30, 700, leading=1.34, max_lines=4)
    # Some sites name themselves by their place already: once is enough.
    if place and place.casefold() not in name.casefold():
        sheet.centered(_keep_together(place.upper()), 30 if len(place) <= 30 else 24, 700, leading=1.34, max_lines=2)
    if name or place:
        sheet.gap(14)
        sheet.rule(3)


def _keep_together(name: str) -> str:
    """An office's name with no-break spaces where a reader would not break: HÀNH CHÍNH CÔNG, XÃ ĐÔNG THẠNH."""
    for phrase in ("TRUNG TÂM", "PHỤC VỤ", "HÀNH CHÍNH CÔNG", "MỘT CỬA", "ĐẶC KHU"):
        name = name.replace(phrase, phrase.replace(" ", NO_BREAK))
    words = name.split(" ")
    for at, word in enumerate(words[:-1]):
        if word.split(NO_BREAK)[-1] in ("XÃ", "PHƯỜNG", "KHU"):
            place = NO_BREAK.join(words[at : at + 4])
            return " ".join([*words[:at], place, *words[at + 4 :]])
    return name


def _draw_ticket(sheet: Sheet, job: Mapping[str, Any]) -> None:
    ticket = _mapping(job, "ticket")
    number = _need(job, "ticket", "number")
    if job.get("kind") == "copy" or job.get("copy") is True:
        sheet.banner("BẢN SAO – COPY")
        sheet.gap(18)
    _header(sheet, job)
    sheet.gap(14)
    sheet.pair("Số thứ tự", 29, 500, "Your number", 21)
    sheet.gap(16)
    # The letter U is neutral on purpose: staff know it, the reason stays between people.
    sheet.number(number, badge="U" if ticket.get("priority") is True else None)
    sheet.gap(20)
    service = _mapping(job, "service")
    name, name_en = clean(service.get("name"), 90), clean(service.get("name_en"), 90)
    if name:
        sheet.centered(name, 35, 700, leading=1.2, max_lines=3)
    if name_en:
        sheet.gap(2)
        sheet.centered(name_en, 23, 500, max_lines=2)
    sheet.gap(12)
    _waiting(sheet, job)
    sheet.gap(14)
    sheet.dashes()
    sheet.gap(16)
    _foot(sheet, job)


def _waiting(sheet: Sheet, job: Mapping[str, Any]) -> None:
    ahead = job.get("ahead")
    if isinstance(ahead, int) and not isinstance(ahead, bool) and 0 <= ahead <= 9999:
        if ahead == 0:
            sheet.pair("Không còn ai phía trước", 28, 500, "No one is ahead of you", 21)
        else:
            people = "person" if ahead == 1 else "people"
            sheet.pair(f"Còn {ahead} người phía trước", 28, 500, f"{ahead} {people} ahead of you", 21)
    estimate = job.get("estimate")
    if isinstance(estimate, (list, tuple)) and len(estimate) == 2:
        low, high = (round(float(minutes)) for minutes in estimate)
        if 0 <= low <= high and high > 0:
            # Always a range, never a promise, even where the two ends meet.
            high = high if high > low else low + 5
            sheet.gap(6)
            sheet.pair(f"Ước chừng {low}–{high} phút", 28, 500, f"About {low}–{high} minutes", 21)


def _when(job: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Date and hour, or a line that is true without a clock. Each line: text, size, weight."""
    stamp = job.get("at")
    if not isinstance(stamp, str):
        return [("Số có giá trị trong ngày", 24, 500), ("lấy số.", 24, 500), ("Valid on the day it was taken", 20, 500)]
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError as error:
        raise JobUndrawable(f"the job's time is not ISO 8601: {error}") from error
    return [(f"In lúc {at:%H:%M}", 25, 600), (f"{_WEEKDAYS[at.weekday()]}, {at:%d/%m/%Y}", 25, 600)]


def _foot(sheet: Sheet, job: Mapping[str, Any]) -> None:
    lines = _when(job)
    lines += [
        ("Nghe loa gọi số, xem", 24, 500),
        ("bảng đèn để biết quầy.", 24, 500),
        ("Listen and watch the boards.", 20, 500),
    ]
    qr = job.get("qr")
    sheet.beside(qr if isinstance(qr, str) and qr else None, lines)
    sheet.gap(14)
    sheet.centered(clean(_mapping(job, "site").get("help_line"), 120) or _DEFAULT_HELP, 24, 500, max_lines=3)


def _draw_list(sheet: Sheet, job: Mapping[str, Any]) -> None:
    title = clean(_mapping(job, "payload").get("title"), 160)
    lines = _mapping(job, "payload").get("lines")
    if not title or not isinstance(lines, (list, tuple)):
        raise JobUndrawable("a list needs payload.title and payload.lines")
    _header(sheet, job)
    sheet.gap(14)
    sheet.left(title, 31, 700, leading=1.22, max_lines=6)
    sheet.gap(12)
    texts = [text for text in (clean(line, 240) for line in lines) if text]
    for text in texts[:MAX_LIST_LINES]:
        sheet.item(text, 26, 500)
        sheet.gap(8)
    if len(texts) > MAX_LIST_LINES:
        sheet.left(f"… và {len(texts) - MAX_LIST_LINES} dòng nữa, mời xem trên màn hình.", 24, 500)
    sheet.gap(8)
    sheet.dashes()
    sheet.gap(14)
    for text, size, weight in _when(job) if isinstance(job.get("at"), str) else []:
        sheet.centered(text, size, weight)
    sheet.centered(clean(_mapping(job, "site").get("help_line"), 120) or _DEFAULT_HELP, 24, 500, max_lines=3)


def _draw_test(sheet: Sheet, job: Mapping[str, Any]) -> None:
    """A page a technician can judge: both edges, fine lines, every Vietnamese mark, dark areas."""
    _header(sheet, job)
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
    for text, size, weight in _when(job) if isinstance(job.get("at"), str) else []:
        sheet.centered(text, size, weight)
