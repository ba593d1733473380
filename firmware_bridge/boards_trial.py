"""Trying a board sold by others by hand: write, read back, say which register was wrong and what to do."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from firmware_bridge import modbus
from firmware_bridge.line import Asks, Outcome
from firmware_bridge.panels.foreign import render
from firmware_bridge.panels.modbus import code
from firmware_bridge.panels.request import ReadBack, Request
from firmware_bridge.panels.shown import Row, Rows, all_in
from firmware_bridge.profile import Numbering, Profile
from firmware_bridge.profile_rules import misfits

TRIES = 3
BUSY_S = 0.2
NO_SUCH_REGISTER = 2
OF_THE_UNIT = (4, 10, 11)
"""Exceptions that speak of the board and not of a register: the next request would only say the same."""
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"

Eyes = Callable[[str, str], bool | None]
"""Asks a person (Vietnamese, English): yes, no, or None when nobody is there to look."""


@dataclass(frozen=True)
class Finding:
    """One result: what was found, and what to do about it."""

    level: Literal["ok", "warn", "fail"]
    vi: str
    en: str
    do_vi: str = ""
    do_en: str = ""


@dataclass(frozen=True)
class Target:
    """A board on an open line. `count` rows (1 for a counter board)."""

    line: Asks
    profile: Profile
    unit: int
    place: int = 0
    brightness: int = 80
    count: int = 1

    def requests(self, rows: Rows, brightness: int | None = None) -> list[Request]:
        level = self.brightness if brightness is None else brightness
        return render(self.profile, self.unit, self.place, rows, level)


def letters_of(profile: Profile) -> str:
    """The letters that this board can show."""
    if profile.protocol != "modbus-rtu":
        return LETTERS
    writes = [write for write in profile.write if write.what in ("text", "letter")]
    return "".join(x for x in LETTERS if all(code(write, x) is not None for write in writes))


def patterns(profile: Profile, count: int) -> list[Rows]:
    """Contents that differ in every place, so that a digit in the wrong one is seen."""
    letters = (letters_of(profile) or "A") * 3
    if profile.kind == "counter":
        texts = [f"{letters[0]}042", f"{letters[1]}159", f"{letters[2]}888"]
        return [(Row("number", text, 3),) for text in texts]
    rows = tuple(Row("number", f"{letters[at % len(letters)]}{100 + 11 * at:03d}", at + 1) for at in range(count))
    return [rows, rows[::-1]]


def send(target: Target, request: Request) -> Outcome:
    """One request with its retries. Raises one of port.LOST."""
    timeout = target.profile.timeout_ms / 1000
    judge = request.judge if target.profile.answers else None
    outcome = Outcome("silent")
    for _ in range(TRIES):
        outcome = target.line.exchange(request.frame, judge, timeout)
        time.sleep(target.profile.pause_ms / 1000)
        if outcome.kind == "ok" or (outcome.kind == "refused" and outcome.exception not in (5, 6)):
            break
        if outcome.kind == "refused":
            time.sleep(BUSY_S)
    return outcome


def trouble(target: Target, request: Request, outcome: Outcome) -> Finding:
    """Silence, noise or a refusal in words."""
    unit, where = request.frame[0] if request.modbus else target.unit, request.label
    line = target.line
    speed = f"{line.baud} {line.frame}"
    if outcome.kind == "refused":
        vi, en = (
            modbus.exception_words(outcome.exception) if request.modbus else ("bảng trả lời NAK", "it answered NAK")
        )
        return Finding(
            "fail",
            f"{where}: địa chỉ {unit} từ chối: {vi}.",
            f"{where}: unit {unit} refuses: {en}.",
            "Sửa chỗ này trong tệp mẫu.",
            "Mend this place of the profile.",
        )
    if outcome.kind == "garbled":
        heard = outcome.heard[:16].hex(" ")
        return Finding(
            "fail",
            f"{where}: địa chỉ {unit} trả lời không đọc được ({heard}).",
            f"{where}: what came from unit {unit} cannot be read ({heard}).",
            f"Xem tốc độ và chẵn lẻ ({speed}), hai bảng trùng địa chỉ, điện trở cuối dây.",
            f"Check speed and parity ({speed}), two boards on one address, the terminating resistor.",
        )
    echo_vi = " Chỉ nghe tiếng vọng của chính mình." if outcome.echo else ""
    echo_en = " Only our own echo was heard." if outcome.echo else ""
    return Finding(
        "fail",
        f"{where}: địa chỉ {unit} không trả lời trong {target.profile.timeout_ms} ms.{echo_vi}",
        f"{where}: unit {unit} did not answer within {target.profile.timeout_ms} ms.{echo_en}",
        f"Xem nguồn của bảng, dây A/B (thử đổi chéo), địa chỉ {unit}, tốc độ {speed}.",
        f"Check the board's power, wires A/B (try them crossed), address {unit}, speed {speed}.",
    )


def trial(target: Target, eyes: Eyes) -> Iterator[Finding]:
    """Write every pattern, dashes and nothing; read back what can be read. Raises one of port.LOST.

    It ends early where the board does not answer at all: every further line would say the same.
    """
    contents = [*patterns(target.profile, target.count)]
    if target.profile.lost == "dashes":
        contents.append(all_in("dashes", target.count))
    contents.append(all_in("blank", target.count))
    read = 0
    for rows in contents:
        requests = target.requests(rows)
        refused: list[int] = []
        taken: list[Request] = []
        for request in requests:
            outcome = send(target, request)
            if outcome.kind == "ok":
                taken.append(request)
                continue
            yield trouble(target, request, outcome)
            yield from _which(target, request, outcome)
            if outcome.kind != "refused" or (outcome.exception in OF_THE_UNIT and not taken):
                return
            refused.append(outcome.exception)
        if refused == [NO_SUCH_REGISTER] * len(requests):
            yield from _other_numbering(target, rows)
        written = {
            (reads.function, reads.address + at): value
            for request in requests
            for reads in request.reads
            for at, value in enumerate(reads.expected)
        }
        wrong = bool(refused)
        for request in taken:
            found = list(_read_back(target, request, written))
            read += len(request.reads) + bool(request.question)
            wrong = wrong or bool(found)
            yield from found
        if wrong:
            return  # the first content shows every wrong register; the others would say it again
        seen = eyes(*_question(rows))
        if seen is False:
            yield _not_seen(rows, bool(read))
            return
        if seen is None and not read:
            yield Finding(
                "warn",
                f"Đã gửi {_words(rows)[0]}; bảng không đọc lại được: CHƯA KIỂM, phải nhìn bằng mắt.",
                f"Sent {_words(rows)[1]}; it cannot be read back: UNVERIFIED, somebody must look at the board.",
            )
    if read:
        yield Finding("ok", f"Đọc lại đúng {read} chỗ.", f"{read} places read back right.")


def _not_seen(rows: Rows, read: bool) -> Finding:
    """A person sees something else than was sent."""
    vi = "Thanh ghi đúng như mẫu, nhưng bảng" if read else "Bảng"
    en = "The registers are as the profile says, yet the board" if read else "The board"
    return Finding(
        "fail",
        f"{vi} không hiện {_words(rows)[0]}.",
        f"{en} does not show {_words(rows)[1]}.",
        "So register, encoding, width, align, codes với bảng của hãng; xem từng byte: motcua boards check TỆP.",
        "Compare register, encoding, width, align, codes with the vendor's table; bytes: motcua boards check FILE.",
    )


def _which(target: Target, request: Request, outcome: Outcome) -> Iterator[Finding]:
    """Which register of a refused block it is: each is asked for by itself."""
    if outcome.kind != "refused" or outcome.exception != 2:
        return
    every = [(reads, at) for reads in request.reads for at in range(len(reads.names))]
    for reads, at in every if len(every) > 1 else ():
        frame = modbus.read(reads.frame[0], reads.function, reads.address + at, 1)
        if send(target, Request("", frame, reads.names[at])).kind == "refused":
            yield Finding(
                "fail",
                f"Thanh ghi {reads.names[at]}: bảng không có.",
                f"Register {reads.names[at]}: the board does not have it.",
                "Xem register, width và per_register: ghi quá chỗ của bảng?",
                "Look at register, width and per_register: does the write reach past what the board has?",
            )


def _other_numbering(target: Target, rows: Rows) -> Iterator[Finding]:
    """Every register is refused: would they all be there if the vendor counted otherwise?"""
    for numbering in get_args(Numbering):
        other = target.profile.model_copy(update={"numbering": numbering})
        if numbering == target.profile.numbering or any(True for _ in misfits(other)):
            continue
        requests = render(other, target.unit, target.place, rows, target.brightness)
        frames = [reads.frame for request in requests for reads in request.reads]
        if frames and all(send(target, Request("", frame, "")).kind == "ok" for frame in frames):
            yield Finding(
                "fail",
                f'Không thanh ghi nào có ở numbering = "{target.profile.numbering}"; ở "{numbering}" thì có đủ.',
                f'No register is there with numbering = "{target.profile.numbering}"; with "{numbering}" all are.',
                f'Sửa numbering = "{numbering}".',
                f'Write numbering = "{numbering}".',
            )
            return


def _words(rows: Rows) -> tuple[str, str]:
    row = rows[0]
    if row.state != "number":
        return ("gạch ngang", "dashes") if row.state == "dashes" else ("bảng tắt", "an empty board")
    text = row.text if len(rows) == 1 else ", ".join(f"{each.text} → {each.counter}" for each in rows)
    return text, text


def _question(rows: Rows) -> tuple[str, str]:
    vi, en = _words(rows)
    return f"Bảng đang hiện: {vi}? ", f"Does the board show {en}? "


Written = dict[tuple[int, int], int]
"""(read function, address on the wire) → what was written there."""


def _read_back(target: Target, request: Request, written: Written) -> Iterator[Finding]:
    if request.question:
        yield from _ask_text(target, request)
    for reads in request.reads:
        yield from _compare(target, reads, written)


def _compare(target: Target, reads: ReadBack, written: Written) -> Iterator[Finding]:
    wrong: list[int] = []
    for again in (True, False):
        outcome = send(target, Request("", reads.frame, reads.names[0]))
        if outcome.kind != "ok":
            yield _unreadable(target, reads, outcome)
            return
        wrong = [
            at
            for at, (got, want, mask) in enumerate(zip(outcome.values, reads.expected, reads.masks, strict=True))
            if got & mask != want & mask
        ]
        if not wrong:
            return
        if again:
            time.sleep(BUSY_S)  # some boards take a moment, and a late answer must not accuse a register
    for at in wrong:
        vi, en = _advice(reads, outcome.values, at, written)
        want, got = reads.expected[at] & reads.masks[at], outcome.values[at] & reads.masks[at]
        yield Finding(
            "fail",
            f"Thanh ghi {reads.names[at]}: đã ghi 0x{want:04X} ({want}), đọc được 0x{got:04X} ({got}).",
            f"Register {reads.names[at]}: wrote 0x{want:04X} ({want}), read 0x{got:04X} ({got}).",
            vi,
            en,
        )


def _unreadable(target: Target, reads: ReadBack, outcome: Outcome) -> Finding:
    if outcome.kind != "refused":
        return trouble(target, Request("", reads.frame, reads.names[0]), outcome)
    vi, en = modbus.exception_words(outcome.exception)
    return Finding(
        "fail",
        f"Thanh ghi {reads.names[0]}: ghi được, không đọc được bằng mã hàm {reads.function}: {vi}.",
        f"Register {reads.names[0]}: taken, but not readable with function {reads.function}: {en}.",
        "Chỉ ghi được thì readable = false; đọc ở chỗ khác thì read_register, read_function.",
        "Write-only: readable = false; read elsewhere: read_register, read_function.",
    )


def _advice(reads: ReadBack, got: tuple[int, ...], at: int, written: Written) -> tuple[str, str]:
    """What the pattern of the mistake points at."""
    want, have = reads.expected[at], got[at]
    swapped = (want & 0xFF) << 8 | want >> 8
    if have == swapped and have != want:
        return (
            'Hai byte bị đổi chỗ: byte_order = "low-first" (hoặc byte = "high").',
            'The two bytes are the other way round: byte_order = "low-first" (or byte = "high").',
        )
    if have & 0xFF == want & 0xFF and have >> 8 in (0, 0xFF):
        return ("Byte thấp đúng: bảng chỉ giữ 8 bit, read_mask = 0x00FF.", "The low byte is right: read_mask = 0x00FF.")
    if len(got) > 1 and got == reads.expected[::-1]:
        return (
            'Thứ tự thanh ghi ngược: word_order = "low-first" hoặc leftmost = "last".',
            'The registers stand the other way round: word_order = "low-first" or leftmost = "last".',
        )
    beside = [written.get((reads.function, reads.address + at + step)) for step in (-1, 1)]
    if have and have in beside:
        return (
            "Giá trị đứng lệch một thanh ghi: xem register và numbering (zero, one, 40001).",
            "The value stands one register off: look at register and numbering (zero, one, 40001).",
        )
    return (
        "So với bảng của hãng: register, numbering, chỉ đọc hay có khóa ghi? Chỉ ghi được thì readable = false.",
        "Compare with the vendor's table: register, numbering, read-only, locked? Write-only: readable = false.",
    )


def _ask_text(target: Target, request: Request) -> Iterator[Finding]:
    heard = target.line.exchange(request.question, request.judge_of_question, target.profile.timeout_ms / 1000)
    if heard.kind != "ok":
        got = _shown_bytes(heard.heard) if heard.heard else "–"
        yield Finding(
            "fail",
            f"{request.label}: cần {_shown_bytes(request.answer)}, nghe được {got}.",
            f"{request.label}: expected {_shown_bytes(request.answer)}, heard {got}.",
            "So read, answer và checksum với tài liệu của hãng.",
            "Compare read, answer and checksum with the vendor's sheet.",
        )


FIND_S = 0.08
"""How long each address is waited for; a board that takes longer is missed."""


def find(line: Asks, first: int = 1, last: int = 247) -> Iterator[tuple[int, str]]:
    """Every unit that answers anything to "read register 0": (address, how it answered). Raises one of port.LOST."""
    for unit in range(first, last + 1):
        frame = modbus.read(unit, modbus.READ_HOLDING, 0, 1)
        outcome = line.exchange(frame, Request("", frame, "").judge, FIND_S)
        if outcome.kind in ("ok", "refused", "garbled"):
            yield unit, outcome.kind


def _shown_bytes(data: bytes) -> str:
    return "".join(chr(byte) if 33 <= byte < 127 else f"<{byte:02X}>" for byte in data[:64])


def port_words(path: str, error: Exception) -> tuple[str, str]:
    """Why a port could not be opened or was lost, in words."""
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        return f"không có cổng {path}", f"there is no port {path}: ls -l /dev/serial/by-id"
    if number in (errno.EACCES, errno.EPERM):
        return f"không được mở {path}: nhóm dialout, hoặc sudo", f"may not open {path}: group dialout, or sudo"
    if number in (errno.EAGAIN, errno.EBUSY):
        return (
            f"{path} đang bị giữ (dịch vụ cầu nối?): dùng motcua wires test, hoặc systemctl stop motcua-bridge",
            f"{path} is held (by the bridge?): use motcua wires test, or systemctl stop motcua-bridge",
        )
    return f"cổng {path}: {error}", f"port {path}: {error}"
