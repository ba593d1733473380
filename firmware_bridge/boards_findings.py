"""What a trial of a board found, in words: one sentence of what is so, one of what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from firmware_bridge import modbus
from firmware_bridge.line import Outcome
from firmware_bridge.panels.request import ReadBack, Request
from firmware_bridge.panels.shown import Rows

if TYPE_CHECKING:
    from firmware_bridge.boards_trial import Target

Written = dict[tuple[int, int], int]
"""(read function, address on the wire) → what was written there."""


@dataclass(frozen=True)
class Finding:
    """One result: what was found, and what to do about it."""

    level: Literal["ok", "warn", "fail"]
    vi: str
    en: str
    do_vi: str = ""
    do_en: str = ""


@dataclass(frozen=True)
class Fault:
    """A finding of one row; those of one `kind` and `name` on several rows are told once."""

    finding: Finding
    kind: str = ""
    name: str = ""
    row: int | None = None
    points: bool = False
    """It points at a key, rather than at the whole table."""


def grouped(faults: Iterable[Fault]) -> Iterator[Finding]:
    """Every fault once: what is wrong alike on several rows of a panel is one finding with its rows."""
    groups: dict[object, list[Fault]] = {}
    for at, fault in enumerate(faults):
        groups.setdefault(at if fault.row is None else (fault.kind, fault.name), []).append(fault)
    for group in groups.values():
        first = next((fault for fault in group if fault.points), group[0])
        rows = sorted({fault.row for fault in group if fault.row is not None})
        if len(rows) < 2:
            yield from (fault.finding for fault in group)
            continue
        some = _ranges(rows)
        yield replace(
            first.finding,
            vi=f"{first.name}, dòng {some}, ví dụ: {first.finding.vi}",
            en=f"{first.name}, rows {some}, for example: {first.finding.en}",
        )


def _ranges(rows: list[int]) -> str:
    """`1–4, 6` of 0, 1, 2, 3, 5."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ", ".join(str(a + 1) if a == b else f"{a + 1}–{b + 1}" for a, b in runs)


WRONG_VALUE = 3


def trouble(target: Target, request: Request, outcome: Outcome, rows: Rows = ()) -> Finding:
    """Silence, noise or a refusal in words; `rows` is what was to be shown."""
    unit, where = request.frame[0] if request.modbus else target.unit, request.label
    line = target.line
    speed = f"{line.baud} {line.frame}"
    if outcome.kind == "refused":
        return _refusal(request, outcome, rows, where, unit)
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


def _refusal(request: Request, outcome: Outcome, rows: Rows, where: str, unit: int) -> Finding:
    if not request.modbus:
        vi, en = "bảng trả lời NAK", "it answered NAK"
    else:
        vi, en = modbus.exception_words(outcome.exception, request.frame[1])
    do = ("Sửa chỗ này trong tệp mẫu.", "Mend this place of the profile.")
    sent = _sent(request) if request.modbus and outcome.exception == WRONG_VALUE else []
    if sent:
        row = rows[request.row or 0] if rows else None
        state = row.state if row else "number"
        value = " ".join(f"0x{word:04X} ({word})" for word in sent)
        vi, en = f"{vi}: {value}", f"{en}: {value}"
        if row is not None:
            vi, en = f"{vi}, khi hiện {words((row,))[0]}", f"{en}, for {words((row,))[1]}"
        do = _other_value(state, len(sent))
    return Finding("fail", f"{where}: địa chỉ {unit} từ chối: {vi}.", f"{where}: unit {unit} refuses: {en}.", *do)


def _sent(request: Request) -> list[int]:
    """The register values of a write."""
    if request.frame[1] == modbus.WRITE_REGISTER:
        data = request.frame[4:6]
    else:
        data = request.frame[7:-2] if request.frame[1] == modbus.WRITE_REGISTERS else b""
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def _other_value(state: str, count: int) -> tuple[str, str]:
    most_vi, most_en = ("; hoặc ghi quá nhiều một lần: most", "; or too many at once: most") if count > 1 else ("", "")
    if state == "dashes":
        return (
            f'Xem dashes của chỗ này; bảng không có gạch ngang thì lost = "blank"{most_vi}.',
            f'Look at dashes of this place; a board that has no dash: lost = "blank"{most_en}.',
        )
    if state == "blank":
        return (f"Xem blank của chỗ này{most_vi}.", f"Look at blank of this place{most_en}.")
    return (
        f"Xem register, encoding, codes, range, value, byte_order của chỗ này{most_vi}.",
        f"Look at register, encoding, codes, range, value, byte_order of this place{most_en}.",
    )


def not_seen(rows: Rows, read: bool) -> Finding:
    """A person sees something else than was sent."""
    vi = "Thanh ghi đúng như mẫu, nhưng bảng" if read else "Bảng"
    en = "The registers are as the profile says, yet the board" if read else "The board"
    return Finding(
        "fail",
        f"{vi} không hiện {words(rows)[0]}.",
        f"{en} does not show {words(rows)[1]}.",
        "So encoding, byte_order, byte, leftmost, word_order, width, align, codes, register với bảng của hãng; "
        "xem từng byte: motcua boards check TỆP.",
        "Compare encoding, byte_order, byte, leftmost, word_order, width, align, codes, register with the vendor's "
        "table; bytes: motcua boards check FILE.",
    )


def words(rows: Rows) -> tuple[str, str]:
    row = rows[0]
    if row.state != "number":
        return ("gạch ngang", "dashes") if row.state == "dashes" else ("bảng tắt", "an empty board")
    text = row.text if len(rows) == 1 else ", ".join(f"{each.text} → {each.counter}" for each in rows)
    return (f"{text}, vừa gọi", f"{text}, just called") if row.called else (text, text)


def question(rows: Rows) -> tuple[str, str]:
    vi, en = words(rows)
    return f"Bảng đang hiện: {vi}? ", f"Does the board show {en}? "


def unreadable(target: Target, reads: ReadBack, outcome: Outcome) -> Finding:
    if outcome.kind != "refused":
        return trouble(target, Request("", reads.frame, reads.names[0]), outcome)
    vi, en = modbus.exception_words(outcome.exception, reads.function)
    return Finding(
        "fail",
        f"Thanh ghi {reads.names[0]}: ghi được, không đọc được bằng mã hàm {reads.function}: {vi}.",
        f"Register {reads.names[0]}: taken, but not readable with function {reads.function}: {en}.",
        "Chỉ ghi được thì readable = false; đọc ở chỗ khác thì read_register, read_function.",
        "Write-only: readable = false; read elsewhere: read_register, read_function.",
    )


def advice(reads: ReadBack, got: tuple[int, ...], at: int, written: Written) -> tuple[str, str, bool]:
    """What the pattern of the mistake points at (Vietnamese, English), and whether it points at a key."""
    want, have = reads.expected[at], got[at]
    swapped = (want & 0xFF) << 8 | want >> 8
    if have == swapped and have != want and reads.bytes_key:
        return (
            f"Hai byte bị đổi chỗ: {reads.bytes_key}.",
            f"The two bytes are the other way round: {reads.bytes_key}.",
            True,
        )
    if have & 0xFF == want & 0xFF and have >> 8 in (0, 0xFF):
        return (
            "Byte thấp đúng: bảng chỉ giữ 8 bit, read_mask = 0x00FF.",
            "The low byte is right: read_mask = 0x00FF.",
            True,
        )
    if len(got) > 1 and got == reads.expected[::-1] and reads.order_key:
        return (
            f"Thứ tự thanh ghi ngược: {reads.order_key}.",
            f"The registers stand the other way round: {reads.order_key}.",
            True,
        )
    beside = [written.get((reads.function, reads.address + at + step)) for step in (-1, 1)]
    if have and have in beside:
        return (
            "Giá trị đứng lệch một thanh ghi: xem register và numbering (zero, one, 40001).",
            "The value stands one register off: look at register and numbering (zero, one, 40001).",
            True,
        )
    return (
        "So với bảng của hãng: register, numbering, chỉ đọc hay có khóa ghi? Chỉ ghi được thì readable = false.",
        "Compare with the vendor's table: register, numbering, read-only, locked? Write-only: readable = false.",
        False,
    )


def unverified(read: int, nobody: list[Rows], unread: list[str]) -> Iterator[Finding]:
    """What no register and nobody's eyes have vouched for. `unread`: places that cannot be read back."""
    if not read or not nobody:
        return
    for name in unread:
        yield Finding(
            "warn",
            f"{name}: bảng đã nhận, nhưng không đọc lại được: CHƯA KIỂM, phải nhìn bằng mắt.",
            f"{name}: taken, but it cannot be read back: UNVERIFIED, somebody must look at the board.",
        )
    yield Finding(
        "warn",
        "Đọc lại bằng nhau, nhưng chưa ai nhìn bảng: bảng hiện gì thì CHƯA KIỂM "
        f"({'; '.join(words(r)[0] for r in nobody)}).",
        "Read back equal, but nobody has looked at the board: what it shows is unverified "
        f"({'; '.join(words(r)[1] for r in nobody)}).",
        "Đứng trước bảng chạy lại lệnh này ở cửa sổ lệnh, hoặc: motcua boards show … A042.",
        "Run this again on a terminal in front of the board, or: motcua boards show … A042.",
    )
