"""Trying a board sold by others by hand: write, read back, say which register was wrong and what to do."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import get_args

from firmware_bridge import modbus
from firmware_bridge.boards_findings import (
    WRONG_VALUE,
    Fault,
    Finding,
    Written,
    advice,
    grouped,
    not_seen,
    question,
    trouble,
    unreadable,
    unverified,
    words,
)
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


def contents_of(target: Target) -> list[Rows]:
    """What a trial shows: the patterns, a number just called where that makes a difference, dashes, nothing."""
    contents = patterns(target.profile, target.count)
    message = target.profile.message
    if any(write.called is not None for write in target.profile.write) or (message is not None and message.called):
        contents.append(tuple(replace(row, called=True) for row in contents[0]))
    if target.profile.lost == "dashes":
        contents.append(all_in("dashes", target.count))
    return [*contents, all_in("blank", target.count)]


def trial(target: Target, eyes: Eyes) -> Iterator[Finding]:
    """Write every pattern, dashes and nothing; read back what can be read. Raises one of port.LOST.

    It ends early where the board does not answer at all: every further line would say the same. Registers that read
    back equal prove nothing about the lamps: what nobody has looked at is told as unverified.
    """
    read = 0
    nobody: list[Rows] = []
    unread: dict[str, None] = {}
    for rows in contents_of(target):
        requests = target.requests(rows)
        refused: list[int] = []
        taken: list[Request] = []
        faults: list[Fault] = []
        for request in requests:
            outcome = send(target, request)
            if outcome.kind == "ok":
                taken.append(request)
                continue
            kind = f"{outcome.kind} {outcome.exception}"
            faults.append(Fault(trouble(target, request, outcome, rows), kind, request.name, request.row))
            faults += [Fault(each, "gone", request.name, request.row) for each in _which(target, request, outcome)]
            if outcome.kind != "refused" or (outcome.exception in OF_THE_UNIT and not taken):
                yield from grouped(faults)
                return
            refused.append(outcome.exception)
        if {NO_SUCH_REGISTER, WRONG_VALUE} & {*refused} and target.profile.protocol == "modbus-rtu":
            every = refused == [NO_SUCH_REGISTER] * len(requests)
            faults += [Fault(each) for each in _other_numbering(target, rows, every)]
        written = {
            (reads.function, reads.address + at): value
            for request in requests
            for reads in request.reads
            for at, value in enumerate(reads.expected)
        }
        for request in taken:
            faults += _read_back(target, request, written)
            read += len(request.reads) + bool(request.question)
            if not request.reads and not request.question:
                unread[request.name or request.label] = None
        if faults:
            yield from grouped(faults)
            return  # the first content shows every wrong register; the others would say it again
        seen = eyes(*question(rows))
        if seen is False:
            yield not_seen(rows, bool(read))
            return
        if seen is None:
            nobody.append(rows)
        if seen is None and not read:
            yield Finding(
                "warn",
                f"Đã gửi {words(rows)[0]}; bảng không đọc lại được: CHƯA KIỂM, phải nhìn bằng mắt.",
                f"Sent {words(rows)[1]}; it cannot be read back: UNVERIFIED, somebody must look at the board.",
            )
    if read:
        yield Finding("ok", f"Đọc lại đúng {read} chỗ.", f"{read} places read back right.")
    yield from unverified(read, nobody, list(unread))


def _which(target: Target, request: Request, outcome: Outcome) -> Iterator[Finding]:
    """Which register of a refused block it is: each is asked for by itself."""
    if outcome.kind != "refused" or outcome.exception != NO_SUCH_REGISTER:
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


def _other_numbering(target: Target, rows: Rows, every: bool) -> Iterator[Finding]:
    """Some registers are refused (or `every` one): would all be there if the vendor counted otherwise, or one off?

    Neighbours are only read. Where the board has every register as the profile stands, reading cannot tell.
    """
    profile = target.profile
    if _all_there(target, profile, rows):
        return
    vi = "Không thanh ghi nào có" if every else "Có thanh ghi không có"
    en = "No register is there" if every else "Some registers are not there"
    for numbering in get_args(Numbering):
        other = profile.model_copy(update={"numbering": numbering})
        if numbering != profile.numbering and _all_there(target, other, rows):
            yield Finding(
                "fail",
                f'{vi} ở numbering = "{profile.numbering}"; ở "{numbering}" thì có đủ.',
                f'{en} with numbering = "{profile.numbering}"; with "{numbering}" all are.',
                f'Sửa numbering = "{numbering}".',
                f'Write numbering = "{numbering}".',
            )
            return
    for step, do_vi, do_en in ((-1, "giảm", "lower"), (1, "tăng", "raise")):
        if _all_there(target, _moved(profile, step), rows):
            yield Finding(
                "fail",
                f'{vi} ở numbering = "{profile.numbering}"; lệch {step:+d} thì có đủ.',
                f'{en} with numbering = "{profile.numbering}"; {step:+d} from there all are.',
                f"Bảng đánh số lệch một: {do_vi} mọi register, read_register, coil đi 1.",
                f"The board counts one off: {do_en} every register, read_register, coil by 1.",
            )
            return


def _moved(profile: Profile, step: int) -> Profile:
    """The profile with every number `step` further."""
    moved = []
    for write in profile.write:
        numbers = {"reg": write.reg, "read_register": write.read_register, "coil": write.coil}
        moved.append(write.model_copy(update={key: at + step for key, at in numbers.items() if at is not None}))
    return profile.model_copy(update={"write": moved})


def _all_there(target: Target, profile: Profile, rows: Rows) -> bool:
    """Whether the board has every register of this profile; where none may be read back, it is asked all the same."""
    if any(True for _ in misfits(profile)):
        return False
    requests = render(profile, target.unit, target.place, rows, target.brightness)
    frames = [reads.frame for request in requests for reads in request.reads]
    if not frames:
        by_six = (modbus.WRITE_REGISTER, modbus.WRITE_REGISTERS)
        frames = [
            modbus.read(
                frame[0],
                modbus.READ_HOLDING,
                int.from_bytes(frame[2:4], "big"),
                1 if frame[1] == modbus.WRITE_REGISTER else int.from_bytes(frame[4:6], "big"),
            )
            for frame in (request.frame for request in requests)
            if frame[1] in by_six
        ]
    return bool(frames) and all(send(target, Request("", frame, "")).kind == "ok" for frame in frames)


def _read_back(target: Target, request: Request, written: Written) -> Iterator[Fault]:
    if request.question:
        yield from (Fault(each, "text", request.name, request.row) for each in _ask_text(target, request))
    for reads in request.reads:
        yield from _compare(target, reads, request.row, written)


def _compare(target: Target, reads: ReadBack, row: int | None, written: Written) -> Iterator[Fault]:
    wrong: list[int] = []
    for again in (True, False):
        outcome = send(target, Request("", reads.frame, reads.names[0]))
        if outcome.kind != "ok":
            yield Fault(unreadable(target, reads, outcome), f"unread {outcome.kind}", reads.label, row)
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
        vi, en, points = advice(reads, outcome.values, at, written)
        want, got = reads.expected[at] & reads.masks[at], outcome.values[at] & reads.masks[at]
        told = Finding(
            "fail",
            f"Thanh ghi {reads.names[at]}: đã ghi 0x{want:04X} ({want}), đọc được 0x{got:04X} ({got}).",
            f"Register {reads.names[at]}: wrote 0x{want:04X} ({want}), read 0x{got:04X} ({got}).",
            vi,
            en,
        )
        yield Fault(told, "differs", reads.label, row, points)


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
