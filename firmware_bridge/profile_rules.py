"""What the keys of a device profile must say about each other: every misfit a sentence with its place. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_bridge.panels import modbus as modbus_board
from firmware_bridge.panels.ascii import TEMPLATES, TEXTS, BadTemplate, Field, parse
from firmware_bridge.panels.shown import all_in
from firmware_bridge.profile import CHARACTERS, STATES, WHOLE, Profile, Write, first_register

Found = Iterator[tuple[str, str, list[str]]]
"""(place such as `write.2.mask`, sentence, known names)."""


def misfits(profile: Profile) -> Found:
    """Everything in a profile that does not fit together."""
    if profile.kind == "main" and profile.rows is None:
        yield "rows", "bảng tổng cần số dòng/kind = 'main' needs the number of rows", []
    if profile.kind == "counter" and (profile.rows or profile.unit_step):
        key = "rows" if profile.rows else "unit_step"
        yield key, "chỉ cho bảng tổng/only for kind = 'main'", []
    if profile.protocol == "modbus-rtu":
        yield from _modbus(profile)
    else:
        yield from _ascii(profile)


def _modbus(profile: Profile) -> Found:
    if profile.message is not None:
        yield "message", "chỉ cho protocol = 'ascii'/only for protocol = 'ascii'", []
    if profile.numbering is None:
        yield (
            "numbering",
            "thiếu/missing: how the vendor's table numbers registers; zero = addresses as on the wire, first is 0; "
            "one = first register is 1; 40001 = holding registers are 40001…",
            [],
        )
        return
    if not any(write.what in ("text", "number") for write in profile.write):
        yield "write", "không chỗ nào nhận số/no [[write]] with what = 'text' or 'number': nothing would be shown", []
    good = True
    seen: dict[tuple[int, bool], tuple[int, Write]] = {}
    for at, write in enumerate(profile.write):
        problems = list(_write(profile, write))
        yield from ((f"write.{at}.{key}", text, known) for key, text, known in problems)
        if problems:
            good = False
            continue
        key = (modbus_board.first_of(profile, write), write.coil is not None)
        if key in seen and _collide(write, seen[key][1]):
            other = seen[key][0] + 1
            good = False
            text = f"cùng chỗ với [[write]] thứ {other}/same place as [[write]] number {other}; share it by mask"
            yield f"write.{at}.{'coil' if key[1] else 'register'}", text, []
        seen[key] = (at, write)
    if good:
        yield from _overlaps(profile)
    by_mode = _by_mode(profile)
    for at, write in enumerate(profile.write):
        if write.what in CHARACTERS and write.encoding is not None:
            yield from ((f"write.{at}.{k}", text, []) for k, text in _empty(profile, write, by_mode))


def _by_mode(profile: Profile) -> set[str]:
    """The states that a mode says, so that no code is needed for them."""
    modes = [write for write in profile.write if write.what == "mode"]
    return {state for write in modes for state in ("blank", "dashes") if getattr(write, state) is not None}


def _overlaps(profile: Profile) -> Found:
    """Rows that write over each other, and places longer than the room before the next one; each write once."""
    taken: dict[tuple[int, bool, int], list[modbus_board.Piece]] = {}
    told: set[int] = set()
    for piece in modbus_board.pieces_of(profile, 1, 0, all_in("blank", profile.rows or 1), 0):
        coil = piece.write.coil is not None
        for wire in range(piece.wire, piece.wire + len(piece.values)):
            before = taken.setdefault((piece.unit, coil, wire), [])
            other = next((each for each in before if _write_over(piece, each)), None)
            before.append(piece)
            if other is None or piece.index in told:
                continue
            told.add(piece.index)
            there = f"[[write]] thứ/number {other.index + 1}"
            if piece.row == other.row or piece.write.stride is None or other.row is None:
                key, where = "coil" if coil else "register", ""
                if piece.row and piece.write.stride is not None:  # right on the first row, so their strides differ
                    key, where = "stride", f"dòng/row {piece.row + 1} "
                yield (
                    f"write.{piece.index}.{key}",
                    f"{where}đè lên/writes over {there} ({len(other.values)} registers)",
                    [],
                )
                continue
            rows = f"dòng {(piece.row or 0) + 1} đè lên dòng {other.row + 1}/row {(piece.row or 0) + 1} over row"
            more = f"; một dòng cần/a row needs {len(piece.values)} registers" if other.index == piece.index else ""
            yield f"write.{piece.index}.stride", f"{rows} {other.row + 1} of {there}{more}", []


def _write_over(one: modbus_board.Piece, other: modbus_board.Piece) -> bool:
    if one.row != other.row and one.write.stride == other.write.stride == 0:
        return False  # the board is told the row first
    return _collide(one.write, other.write)


def _collide(one: Write, other: Write) -> bool:
    """Two writes of one register are right only bit by bit, or around each other (unlock … lock)."""
    if "constant" in (one.what, other.what):
        return False
    return not (one.mask and other.mask) or bool(one.mask & other.mask)


def _write(profile: Profile, write: Write) -> Found:
    if (write.reg is None) == (write.coil is None):
        yield "register", "cần đúng một trong hai: register, coil/exactly one of register and coil", []
        return
    yield from _addresses(profile, write)
    if write.coil is not None:
        if write.what not in (*STATES, "constant"):
            yield "coil", f"coil chỉ có 0, 1/a coil is 0 or 1: what = {', '.join(STATES)} or constant", []
        if write.function not in (None, 5, 15):
            yield "function", "coil: 5 hoặc/or 15", []
        if any((getattr(write, key) or 0) > 1 for key in ("number", "blank", "dashes", "called", "value")):
            yield "coil", "coil chỉ nhận 0 hoặc 1/a coil takes 0 or 1", []
        if write.mask:
            yield "mask", "coil không có mask/a coil has no mask", []
    elif write.function not in (None, 6, 16):
        yield "function", "thanh ghi: 6 hoặc 16/a register is written by 6 or 16", []
    yield from _needs(profile, write)
    if write.stride is not None and profile.kind == "counter":
        yield "stride", "chỉ cho bảng tổng/only for kind = 'main'", []
    if profile.kind == "main" and write.stride is None and write.what in (*CHARACTERS, "row"):
        yield "stride", "thiếu: dòng sau cách mấy thanh ghi/missing: registers from one row to the next", []
    if write.stride == 0 and not profile.unit_step and not any(w.what == "row" for w in profile.write):
        yield "stride", "0: mọi dòng cùng chỗ/all rows at one place; needs what = 'row' before it, or unit_step", []


def _addresses(profile: Profile, write: Write) -> Found:
    numbering = profile.numbering or "zero"
    coil = write.coil is not None
    allowed = {
        "zero": "0–65535",
        "one": "1–65536",
        "40001": "1–65536" if coil else "40001–49999, 400001–465536",
    }[numbering]
    first = first_register((write.coil if coil else write.reg) or 0, numbering, coil)
    if first is None or (numbering == "40001" and not coil and str(write.reg)[0] != "4"):
        example = "coil = 5" if coil else f"register = {40001 if numbering == '40001' else 1}"
        yield "coil" if coil else "register", f"numbering = {numbering!r}: {allowed}, ví dụ/e.g. {example}", []
    elif profile.kind == "main" and write.stride:
        last = first + (profile.rows or 1) * write.stride
        if not 0 <= last <= 0x10000:
            yield "stride", f"dòng cuối ra ngoài 0–65535/the last row would be at {last}", []
    if write.read_register is not None:
        if coil:
            yield "read_register", "chỉ cho register/only beside register", []
        elif first_register(write.read_register, numbering, False) is None:
            yield "read_register", f"numbering = {numbering!r}: {allowed.replace('40001', '30001, 40001')}", []
        elif numbering == "40001" and str(write.read_register)[0] == "3" and write.read_function != 4:
            yield "read_function", "3xxxx là thanh ghi vào/are input registers: read_function = 4", []
    if write.read_function is not None and (write.read_function == 1) != coil:
        yield "read_function", "coil: 1; thanh ghi/register: 3 hoặc/or 4", []


_ONLY = {
    "value": ("constant",),
    "range": ("brightness",),
    "number": STATES,
    "called": STATES,
    "encoding": CHARACTERS,
    "width": CHARACTERS,
    "part": CHARACTERS,
}


def _needs(profile: Profile, write: Write) -> Found:
    for key, what in _ONLY.items():
        if getattr(write, key) is not None and write.what not in what:
            yield key, f"chỉ cho/only for what = {', '.join(what)}, không/not {write.what!r}", []
    if write.what in CHARACTERS:
        yield from _encoding(profile, write)
    else:
        for key in _CODED:
            if getattr(write, key) != Write.model_fields[key].default:
                yield key, f"chỉ cho/only for what = {', '.join(CHARACTERS)}; other bits of a register: mask", []
    if write.what in ("mode", "colour") and write.number is None:
        yield "number", "thiếu: giá trị khi có số/missing: the value while a number is shown", []
    elif write.what == "mode" and write.blank is None:
        yield "blank", "thiếu: giá trị khi tắt/missing: the value while nothing is shown", []
    elif write.what == "blink" and write.called is None:
        yield "called", "thiếu: giá trị khi vừa gọi/missing: the value just after a call", []
    elif write.what == "brightness" and write.range is None:
        yield "range", "thiếu: giá trị ở 0 % và 100 %/missing: the values at 0 % and 100 %", []
    elif write.what == "constant" and write.value is None:
        yield "value", "thiếu/missing", []
    if write.mask:
        shift = (write.mask & -write.mask).bit_length() - 1
        for key in ("number", "called", "value", "blank", "dashes"):
            given = getattr(write, key)
            if given is not None and given << shift & ~write.mask:
                yield (
                    key,
                    f"{given} không vừa mask/does not fit in mask 0x{write.mask:04X} (it is moved there by itself)",
                    [],
                )
        if write.range and max(write.range) << shift & ~write.mask:
            yield "range", f"{write.range} không vừa mask/does not fit in mask 0x{write.mask:04X}", []


def _idle(write: Write, count: int) -> Iterator[tuple[str, str]]:
    """Keys that would change nothing, with the one that would; `count` characters stand in this write."""
    whole = write.encoding in (*WHOLE, "bcd")
    if write.byte == "high" and (whole or write.per_register == 2):
        yield "byte", "chỉ khi một ký tự một thanh ghi/only with one character a register; here: byte_order"
    if write.byte_order == "low-first" and not whole and write.per_register == 1:
        yield "byte_order", "một ký tự một thanh ghi thì dùng byte/one character a register; here: byte = 'high'"
    if write.word_order == "low-first":
        if not whole:
            yield "word_order", "chỉ cho integer, float, bcd/only for these; characters: leftmost = 'last', byte_order"
        elif (write.encoding == "integer" and write.registers == 1) or (write.encoding == "bcd" and count <= 4):
            more = "; 32 bit: registers = 2" if write.encoding == "integer" else ""
            yield "word_order", f"chỉ có một thanh ghi/there is only one register{more}"
    if write.leftmost == "last" and write.encoding in WHOLE:
        yield "leftmost", "số nguyên không có ký tự/a whole number has no characters; registers: word_order"
    if write.encoding != "segments":
        if write.bits != "abcdefg.":
            yield "bits", "chỉ cho/only for encoding = 'segments'"
        if write.invert:
            yield "invert", "chỉ cho/only for encoding = 'segments'"


_CODED = ("byte", "byte_order", "word_order", "leftmost", "per_register", "bits", "invert")


def _encoding(profile: Profile, write: Write) -> Found:
    if write.encoding is None:
        yield "encoding", "thiếu/missing: ascii, digits, bcd, segments, integer, float", []
        return
    if write.encoding in WHOLE and write.what in ("text", "letter"):
        yield (
            "encoding",
            "số nguyên không có chữ cái/an integer has no letters: what = 'number' here, and the letter in a [[write]] "
            "of its own (ascii, or digits with letters_from)",
            [],
        )
    if write.encoding in ("segments",) and sorted(write.bits.replace("p", ".")) not in (
        sorted("abcdefg."),
        sorted("abcdefg"),
    ):
        yield "bits", f"{write.bits!r}: mỗi đoạn một lần/each of a b c d e f g . once, bit 0 first", []
    if write.what == "text" and write.encoding in ("digits", "bcd") and write.letters_from is None and not write.codes:
        yield "encoding", "chưa có mã cho chữ cái/no codes for letters: letters_from or codes; or what = 'number'", []
    if write.registers == 2 and write.encoding != "integer":
        yield "registers", "chỉ cho encoding = 'integer'/only for encoding = 'integer'", []
    if write.per_register == 2 and write.encoding in (*WHOLE, "bcd"):
        yield "per_register", "chỉ cho ascii, digits, segments (bcd luôn 4)/only for ascii, digits, segments", []
    width = modbus_board.width_of(write, profile)
    if write.part is not None and not 1 <= write.part[0] <= write.part[1] <= width:
        yield (
            "part",
            f"{write.part}: từ ký tự đầu đến cuối, trong 1–{width}/first and last character, within 1–{width}",
            [],
        )
    count = write.part[1] - write.part[0] + 1 if write.part else width
    yield from ((key, text, []) for key, text in _idle(write, count))
    if write.mask and write.encoding == "float":
        yield "mask", "float chiếm trọn hai thanh ghi/fills two registers", []
    if write.mask and count != 1 and write.encoding not in WHOLE:
        yield "mask", f"chỉ cho một thanh ghi/only for a single register, this is {count} characters", []
    if write.mask and write.registers == 2:
        yield "mask", "chỉ cho một thanh ghi/only for a single register", []


def _empty(profile: Profile, write: Write, by_mode: set[str]) -> Iterator[tuple[str, str]]:
    """Whether the board can show nothing, and dashes: no number may stay because nobody said how to end it."""
    states = [("blank", " ")] + ([("dashes", "-")] if profile.lost == "dashes" else [])
    for state, char in states:
        if state in by_mode:
            continue
        thing = "nothing" if state == "blank" else "a dash"
        other = f"a [[write]] what = 'mode' with {state}"
        if state == "dashes":
            other += "; nếu không có thì/if there is none: lost = 'blank'"
        if write.encoding in WHOLE:
            given = getattr(write, state)
            if given is None:
                yield state, f"thiếu/missing: the value that shows {thing}, or {other}"
            elif write.encoding == "integer" and write.registers == 1 and given > 0xFFFF:
                yield state, "lớn hơn 65535/above 65535: registers = 2?"
        elif modbus_board.code(write, char) is None:
            yield state, f"thiếu/missing: the code of {thing}, or {other}"


def _ascii(profile: Profile) -> Found:
    if profile.write:
        yield "write", "chỉ cho protocol = 'modbus-rtu'/only for protocol = 'modbus-rtu'", []
    message = profile.message
    if message is None:
        yield "message", "thiếu/missing: protocol = 'ascii' needs a [message]", []
        return
    needed = "number" if profile.kind == "counter" else "row"
    if not getattr(message, needed):
        yield (
            f"message.{needed}",
            f"thiếu: câu của bảng {profile.kind}/missing: the template of kind = {profile.kind!r}",
            [],
        )
    for name in TEMPLATES:
        template = getattr(message, name)
        try:
            parts = parse(template)
        except BadTemplate as error:
            yield f"message.{name}", str(error), list(error.known)
            continue
        used = {part.name for part in parts if isinstance(part, Field)}
        if "checksum" in used and message.checksum == "none":
            yield "message.checksum", f"{name} có {{checksum}} nhưng/has {{checksum}} but checksum = 'none'", []
        if name == needed and template and not used & {"text", "number"}:
            yield (
                f"message.{name}",
                "không có {text} hay {number}/has neither {text} nor {number}: nothing would be shown",
                [],
            )
        bare = [part.name for part in parts if isinstance(part, Field) and part.name in TEXTS and not part.width]
        if bare and name in ("number", "row") and not (message.blank and (message.dashes or profile.lost == "blank")):
            text = f"{{{bare[0]}}} cần bề rộng/needs a width: {{{bare[0]}:>{profile.digits}}}; for an empty board"
            yield f"message.{name}", text, []
    if bool(message.read) != bool(message.answer):
        yield "message.answer" if message.read else "message.read", "read và answer đi với nhau/go together", []
    if profile.answers and not message.ack:
        yield "message.ack", "thiếu: bảng trả lời gì/missing: what it answers; if nothing: answers = false", []
    if not profile.answers and message.ack:
        yield "message.ack", "answers = false: không có ack/there is no ack", []


def _blank_is_zero(profile: Profile, write: Write) -> bool:
    """Whether nothing and 0 go out as the same value, and no mode tells them apart."""
    if write.what not in ("text", "number", "counter") or "blank" in _by_mode(profile):
        return False
    if write.encoding in WHOLE:
        return write.blank == 0
    return modbus_board.code(write, " ") is not None and modbus_board.code(write, " ") == modbus_board.code(write, "0")


def remarks(profile: Profile) -> list[tuple[str, str]]:
    """What is allowed, yet worth a second look at the vendor's table: (Vietnamese, English)."""
    out = []
    numbers = [write.reg or 0 for write in profile.write]
    if profile.numbering == "zero" and any(40001 <= number <= 49999 for number in numbers):
        out.append(
            (
                'numbering = "zero" mà có số 4xxxx: bảng của hãng đánh số kiểu 40001 thì viết numbering = "40001".',
                'numbering = "zero" with 4xxxx numbers: if the vendor counts from 40001, write numbering = "40001".',
            )
        )
    if zero := [write.label or write.what for write in profile.write if _blank_is_zero(profile, write)]:
        names = ", ".join(zero)
        out.append(
            (
                f"{names}: blank cũng là chữ số 0: khi tắt, dòng trống có thể hiện 000. "
                "Bảng của hãng có mã tắt khác, hay mode?",
                f"{names}: blank is also the digit 0: an empty board may show 000. "
                "Has the sheet another code for nothing, or a mode?",
            )
        )
    if profile.protocol == "modbus-rtu" and not any(
        (profile.readable if write.readable is None else write.readable) for write in profile.write
    ):
        out.append(
            (
                "Không đọc lại được: motcua boards test chỉ hỏi mắt người.",
                "Nothing can be read back: motcua boards test can only ask a person's eyes.",
            )
        )
    if not profile.answers:
        out.append(
            (
                "Bảng không trả lời: máy không biết nó còn sống hay không.",
                "The board does not answer: nobody can tell whether it is alive.",
            )
        )
    return out
