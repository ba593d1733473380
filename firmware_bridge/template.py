"""The ticket template: a text file of one line for each line of paper. docs/ticket.md tells how to write one.

    [ticket]
    30 bold upper: {site}
    huge: {number}
    normal if estimate: Ước chừng {estimate} phút

Only the fields named here exist, so no template can print what identifies a person; a template that leaves the number
out, hides it behind a condition or prints it small is refused. Every mistake is one line with file, line and the
nearest word. What a paper must say (BẢN SAO, the desk's copy, U) no template can leave out: ticket.py draws it.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from config.load import Problem, SettingsError
from config.settings import Settings
from firmware_bridge.printer_profile import PrinterProfile, profile_of
from firmware_bridge.rows import FIELD, READABLE, Row, Template

SHIPPED = Path(__file__).parent / "assets" / "tickets" / "ticket.txt"

FIELDS = {
    "number": "số, ví dụ A042 | the number",
    "letter": "chữ của số | its letter",
    "service": "lĩnh vực | service",
    "service_en": "lĩnh vực, tiếng Anh | service in English",
    "ahead": "còn bao nhiêu người, trống khi không còn ai | people ahead, empty when nobody is",
    "ahead_en": "như trên: 1 person, 6 people | as above, in English",
    "estimate": "chờ ước chừng, 15–25 | estimated wait, a range of minutes",
    "date": "ngày 23/11/2026, trống khi giờ chưa tin được | date, empty while the clock is untrusted",
    "weekday": "Thứ Hai | day of the week",
    "weekday_en": "Monday",
    "time": "giờ in 08:42 | time",
    "site": "tên đơn vị | name of the office",
    "place": "xã, phường; trống khi tên đơn vị đã có | place, empty when the name has it",
    "help": "dòng trợ giúp | help line",
    "title": "tên tờ danh sách (chỉ trong [list]) | title of a list (only in [list])",
}
FLAGS = {"nobody_ahead": "không còn ai phía trước | nobody is ahead", "priority": "phiếu ưu tiên | priority ticket"}
SIZES = {"large": 35, "normal": 28, "small": 24, "tiny": 21}
HUGE = 204
SMALLEST, LARGEST = 16, HUGE
WEIGHTS = {"light": 400, "regular": 500, "semibold": 600, "bold": 700}
ELEMENTS = {
    "gap": "gap 14",
    "rule": "rule 3",
    "dashes": "dashes",
    "qr": "qr",
    "logo": "logo FILE.png",
    "items": "items",
}
WORDS = ("huge", *SIZES, *WEIGHTS, "centre", "left", "upper", "tight", "beside", "if", "unless")
SECTIONS = ("ticket", "list")
NUMBER_WORDS = 6
"""So many characters may stand beside the number: more make it too small for the paper's width."""
MAX_BYTES, MAX_LINES, MAX_TEXT, MAX_GAP = 16_384, 80, 160, 200
LOGO_BYTES = 1_000_000

_PERSONAL = (
    *("ho_ten", "hoten", "ho_va_ten", "fullname", "full_name", "citizen", "applicant", "person", "gender", "signature"),
    *("phone", "sdt", "dien_thoai", "mobile", "email", "address", "dia_chi", "birth", "dob", "ngay_sinh"),
    *("cccd", "cmnd", "identity", "id_card", "id_number", "passport", "dossier", "ho_so"),
)
_FILL_IN = re.compile(
    r"(họ (và )?tên|cccd|cmnd|căn cước|số điện thoại|ngày sinh|địa chỉ|mã hồ sơ|ký tên|full name|your name"
    r"|id (card|number)|date of birth|phone( number)?|address|signature)"
    r"[^:.…_]{0,15}(:\s*[.…_\s]*$|:\s*\{|:?\s*(\.{3}|…|__))",
    re.IGNORECASE,
)
_TWELVE_DIGITS = re.compile(r"(?<!\d)\d{12}(?!\d)")


def load_template(path: str = "") -> Template:
    """The template in a file, the shipped one for "". Raises `SettingsError` with every mistake found."""
    return _parse(Path(path)) if path else _shipped()


def require_paper(settings: Settings) -> PrinterProfile:
    """The printer profile and the template of `[printer]`, read as the bridge reads them. Raises `SettingsError`."""
    problems: list[Problem] = []
    try:
        profile = profile_of(settings.printer)
    except SettingsError as error:
        problems += [replace(each, file="" if each.file == "printer" else each.file) for each in error.problems]
    try:
        load_template(settings.printer.template)
    except SettingsError as error:
        problems += error.problems
    if problems:
        raise SettingsError(problems)
    return profile


def complaints(settings: Settings) -> list[Problem]:
    """For `motcua config check` (entry-point group motcua.settings): what is wrong with the printer's files."""
    if settings.printer.kind == "none":
        return []
    try:
        require_paper(settings)
    except SettingsError as error:
        return list(error.problems)
    return []


@lru_cache(maxsize=1)
def _shipped() -> Template:
    return _parse(SHIPPED)


def _parse(path: Path) -> Template:
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        why = f"không đọc được/cannot be read: {error.strerror}"
        raise SettingsError([Problem(str(path), None, "template", why, "motcua ticket preview --png FILE")]) from None
    except UnicodeDecodeError:
        raise SettingsError([Problem(str(path), None, "template", "hãy lưu lại bằng UTF-8/save it as UTF-8")]) from None
    reader = _Reader(path)
    if len(data) > MAX_BYTES:
        reader.wrong(1, "template", f"dài quá {MAX_BYTES} byte/longer than {MAX_BYTES} bytes")
    else:
        for number, line in enumerate(text.splitlines(), 1):
            reader.take(number, line.strip())
    return reader.done()


class _Reader:
    """Collects rows and mistakes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._section = ""
        self._lines: dict[str, int] = {}
        self._rows: dict[str, list[Row]] = {}
        self._problems: list[Problem] = []

    def wrong(self, line: int | None, key: str, text: str, allowed: str = "", nearest: str = "") -> None:
        self._problems.append(Problem(str(self._path), line, key, text, allowed, nearest))

    def _unknown(self, line: int, what: str, word: str, known: tuple[str, ...]) -> None:
        near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
        self.wrong(line, what, f"không có '{word}'/unknown", ", ".join(known), near[0] if near else "")

    def take(self, line: int, text: str) -> None:
        if not text or text.startswith("#"):
            return
        if text.startswith("["):
            self._open(line, text)
            return
        if not self._section:
            if "[ticket]" not in self._lines:
                self.wrong(line, "template", "bắt đầu bằng một dòng [ticket]/begin with a line [ticket]")
                self._lines["[ticket]"] = line  # said once
            return
        row = self._element(line, text) if text.split()[0].rstrip(":") in ELEMENTS else self._text(line, text)
        if row:
            self._rows[self._section].append(row)
            if len(self._rows[self._section]) == MAX_LINES + 1:
                self.wrong(line, self._section, f"nhiều hơn {MAX_LINES} dòng/more than {MAX_LINES} lines")

    def _open(self, line: int, text: str) -> None:
        name = text.strip("[]").strip()
        if name not in SECTIONS or text != f"[{name}]":
            self._unknown(line, "section", name, SECTIONS)
        elif name in self._rows:
            self.wrong(line, f"[{name}]", "có hai lần/stands twice")
        else:
            self._section = name
            self._lines[name] = line
            self._rows[name] = []

    def _conditions(self, line: int, words: list[str]) -> tuple[list[str], tuple[str, ...], tuple[str, ...]]:
        rest: list[str] = []
        found: dict[str, list[str]] = {"if": [], "unless": []}
        known = (*FIELDS, *FLAGS)
        at = 0
        while at < len(words):
            word = words[at]
            if word not in found:
                rest.append(word)
                at += 1
                continue
            name = words[at + 1] if at + 1 < len(words) else ""
            if name in known:
                found[word].append(name)
            else:
                self._unknown(line, word, name, known)
            at += 2
        return rest, tuple(found["if"]), tuple(found["unless"])

    def _element(self, line: int, text: str) -> Row | None:
        words, needs, forbids = self._conditions(line, text.split())
        what, rest = words[0], words[1:]
        example = ELEMENTS[what.rstrip(":")]
        if what.endswith(":"):
            self.wrong(line, what, "viết không có dấu hai chấm/is written without a colon", example)
            return None
        if what in ("gap", "rule"):
            number = rest[0] if rest else "3"
            top = MAX_GAP if what == "gap" else 12
            if len(rest) > 1 or (what == "gap" and not rest) or not number.isdecimal() or not 1 <= int(number) <= top:
                self.wrong(line, what, f"cần một số 1..{top}/needs a number 1..{top}", example)
                return None
            return Row(line, "gap" if what == "gap" else "rule", value=int(number), needs=needs, forbids=forbids)
        if what == "logo":
            picture = self._logo(line, rest)
            return Row(line, "logo", logo=str(picture), needs=needs, forbids=forbids) if picture else None
        if rest:
            self.wrong(line, what, f"không hiểu '{' '.join(rest)}'/not understood", example)
            return None
        if what == "items":
            if self._section != "list":
                self.wrong(line, what, "chỉ dùng trong [list]/only in [list]")
            return Row(line, "items", needs=needs, forbids=forbids)
        return Row(line, "dashes" if what == "dashes" else "qr", needs=needs, forbids=forbids)

    def _logo(self, line: int, rest: list[str]) -> Path | None:
        name = rest[0] if len(rest) == 1 else ""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}\.png", name):
            self.wrong(line, "logo", "cần tên tệp PNG nằm cạnh mẫu/needs a PNG beside the template", ELEMENTS["logo"])
            return None
        picture = self._path.parent / name
        if not picture.is_file() or picture.stat().st_size > LOGO_BYTES:
            self.wrong(line, "logo", f"{picture}: không có, hoặc lớn quá 1 MB/is not there, or above 1 MB")
            return None
        try:
            from PIL import Image

            with Image.open(picture) as image:
                image.verify()
                if image.width * image.height > 4_000_000:
                    raise ValueError("more than 4 million pixels")
        except (OSError, ValueError, SyntaxError) as error:
            self.wrong(line, "logo", f"{picture}: không phải ảnh PNG dùng được/not a usable PNG: {error}")
            return None
        return picture

    def _text(self, line: int, text: str) -> Row | None:
        head, colon, body = text.partition(":")
        if not colon:
            word = text.split()[0]
            near = difflib.get_close_matches(word, (*ELEMENTS, *WORDS), n=1, cutoff=0.6)
            why = "thiếu dấu hai chấm giữa kiểu và chữ/no colon between style and text"
            self.wrong(line, word, why, "normal bold: …", near[0] if near else "")
            return None
        words, needs, forbids = self._conditions(line, head.split())
        size, weight, flags = 28, 500, set[str]()
        for word in words:
            if word in SIZES or word == "huge":
                size = SIZES.get(word, HUGE)
            elif word in WEIGHTS:
                weight = WEIGHTS[word]
            elif word in ("centre", "center", "left", "upper", "tight", "beside"):
                flags.add(word)
            elif word.isdecimal():
                size = int(word)
                if not SMALLEST <= size <= LARGEST:
                    self.wrong(line, word, f"cỡ chữ từ {SMALLEST} đến {LARGEST}/size {SMALLEST}..{LARGEST}")
            else:
                self._unknown(line, "style", word, WORDS)
        body = body.strip()
        self._check(line, body)
        return Row(
            line,
            "text",
            body,
            size,
            weight,
            "left" in flags,
            "upper" in flags,
            "tight" in flags,
            "beside" in flags,
            needs=needs,
            forbids=forbids,
        )

    def _check(self, line: int, body: str) -> None:
        if not body or len(body) > MAX_TEXT:
            self.wrong(line, "text", f"chữ từ 1 đến {MAX_TEXT} ký tự/text of 1..{MAX_TEXT} characters")
        for name in FIELD.findall(body):
            if name in FIELDS:
                if name == "title" and self._section != "list":
                    self.wrong(line, "{title}", "chỉ có trong [list]/only in [list]")
                continue
            if name == "name" or any(part in name.lower() for part in _PERSONAL):
                self.wrong(
                    line,
                    f"{{{name}}}",
                    "phiếu không in dữ liệu cá nhân/a ticket carries no personal data",
                    ", ".join(FIELDS),
                )
                continue
            self._unknown(line, "field", name, tuple(FIELDS))
        rest = FIELD.sub("", body)
        if "{" in rest or "}" in rest:
            self.wrong(line, "text", "dấu { } không khớp/unmatched { }", "{number}")
        if _FILL_IN.search(rest):
            self.wrong(line, "text", "phiếu không có chỗ ghi dữ liệu cá nhân/no place for personal data on a ticket")
        if _TWELVE_DIGITS.search(rest.replace(" ", "")):
            self.wrong(line, "text", "có dãy 12 chữ số như số định danh/twelve digits look like an identity number")

    def done(self) -> Template:
        rows = self._rows
        if not self._problems or rows.get("ticket"):
            self._number(rows.get("ticket", []))
        if "list" in rows and not any(row.what == "items" and not row.needs + row.forbids for row in rows["list"]):
            self.wrong(self._lines["list"], "[list]", "thiếu dòng items/has no line `items`", "items")
        if self._problems:
            raise SettingsError(self._problems)
        papers = tuple(rows["list"]) if "list" in rows else load_template().papers
        return Template(tuple(rows["ticket"]), papers)

    def _number(self, rows: list[Row]) -> None:
        with_number = [row for row in rows if "number" in row.fields]
        fit = [
            row
            for row in with_number
            if not row.beside
            and not row.needs + row.forbids
            and row.size >= READABLE
            and row.fields == ("number",)
            and len(FIELD.sub("", row.text)) <= NUMBER_WORDS
        ]
        if fit:
            return
        example = "huge: {number}"
        if not with_number:
            line, why = self._lines.get("ticket"), "phiếu không có số/the ticket has no number"
        elif any(row.size >= READABLE and not row.beside for row in with_number):
            line = with_number[0].line
            why = "số đứng riêng: không điều kiện, ô khác hay chữ dài/the number stands without condition or long text"
        else:
            line, why = (
                with_number[0].line,
                "số quá nhỏ, phải đọc được từ 1,5 m/the number is too small to read at 1.5 m",
            )
        self.wrong(line, "{number}", why, example)
