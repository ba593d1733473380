"""A device profile: one TOML file that says how a board sold by others is told what to show (docs/boards.md).

One row of the vendor's register table that matters is one `[[write]]`; an ASCII protocol is a `[message]` of
templates. Here are the keys; profile_check.py says what must fit together, panels/ what becomes of it on the wire.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from config.settings_base import Section

What = Literal["text", "letter", "number", "counter", "row", "brightness", "mode", "blink", "colour", "constant"]
Encoding = Literal["ascii", "digits", "bcd", "segments", "integer", "float"]
Numbering = Literal["zero", "one", "40001"]
Order = Literal["high-first", "low-first"]
Format = Literal["8N1", "8E1", "8O1", "8N2", "8E2", "8O2", "7E1", "7O1", "7N2"]
Word = Annotated[int, Field(ge=0, le=0xFFFF)]
Long = Annotated[int, Field(ge=0, le=0xFFFFFFFF)]
Char = Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[ -~]$")]

CHARACTERS: tuple[What, ...] = ("text", "letter", "number", "counter")
"""What is made of characters, and so needs an encoding."""
WHOLE: tuple[Encoding, ...] = ("integer", "float")
"""Encodings of a number as a whole, not of its characters."""
STATES: tuple[What, ...] = ("mode", "blink", "colour")
"""What has one value for each state of the board."""


class Write(Section):
    """One thing the board must be told, and where: one row of the vendor's table."""

    what: What = Field(description="Ghi cái gì | what is written there", examples=["text"])
    reg: int | None = Field(
        default=None,
        alias="register",
        ge=0,
        le=465536,
        description="Số thanh ghi, theo numbering | register, as numbering says",
        examples=[16],
    )
    coil: int | None = Field(
        default=None,
        ge=0,
        le=65536,
        description="Cuộn (coil) thay cho thanh ghi | coil instead of register",
        examples=[3],
    )
    label: str = Field(
        default="", max_length=60, description="Tên trong bảng của hãng | the vendor's name", examples=["Display data"]
    )
    function: Literal[5, 6, 15, 16] | None = Field(
        default=None, description="Mã hàm ghi, riêng cho chỗ này | write function of this place", examples=[6]
    )
    encoding: Encoding | None = Field(
        default=None, description="Cách mã hóa chữ | how characters are coded", examples=["ascii"]
    )
    width: int | None = Field(default=None, ge=1, le=32, description="Số ký tự | characters", examples=[4])
    part: Annotated[list[Annotated[int, Field(ge=1, le=32)]], Field(min_length=2, max_length=2)] | None = Field(
        default=None,
        description="Chỉ các ký tự này, đếm từ 1 | only these characters, counted from 1",
        examples=[[2, 3]],
    )
    align: Literal["right", "left"] = Field(default="right", description="Dồn về bên | aligned to", examples=["right"])
    pad: Literal["blank", "zero"] = Field(
        default="blank", description="Chỗ trống ghi gì | what fills up", examples=["zero"]
    )
    per_register: Literal[1, 2] = Field(
        default=1, description="Mấy ký tự một thanh ghi | characters in a register", examples=[2]
    )
    byte: Literal["low", "high"] = Field(
        default="low", description="Một ký tự một thanh ghi: byte nào | which byte, one a register", examples=["high"]
    )
    byte_order: Order = Field(
        default="high-first", description="Byte nào trước trong thanh ghi | byte order inside", examples=["low-first"]
    )
    word_order: Order = Field(
        default="high-first", description="Thanh ghi nào trước (integer, bcd) | word order", examples=["low-first"]
    )
    leftmost: Literal["first", "last"] = Field(
        default="first",
        description="Ký tự trái ở thanh ghi đầu hay cuối | where the leftmost one stands",
        examples=["last"],
    )
    registers: Literal[1, 2] = Field(
        default=1, description="integer: 16 bit hay 32 bit | 1 = 16 bits, 2 = 32 bits", examples=[2]
    )
    bits: str = Field(
        default="abcdefg.",
        description="segments: đoạn của bit 0, 1, 2… | segment of bit 0, 1, 2…",
        examples=[".gfedcba"],
    )
    invert: bool = Field(default=False, description="segments: 0 là sáng | segments: 0 lights", examples=[True])
    codes: dict[Char, Word] = Field(
        default_factory=dict, description="Mã riêng của ký tự | codes of single characters", examples=['{ "E" = 14 }']
    )
    digits_from: Word | None = Field(default=None, description="Mã của chữ số 0 | code of digit 0", examples=[48])
    letters_from: Word | None = Field(default=None, description="Mã của chữ A, B tiếp theo | code of A", examples=[10])
    blank: Long | None = Field(
        default=None, description="Mã của chỗ tắt; số nguyên, mode: giá trị khi tắt | blank code", examples=[32]
    )
    dashes: Long | None = Field(
        default=None, description="Mã của gạch ngang; số nguyên, mode: giá trị khi gạch | dash code", examples=[45]
    )
    number: Word | None = Field(
        default=None, description="mode, blink, colour: giá trị khi có số | value with a number", examples=[1]
    )
    called: Word | None = Field(
        default=None, description="mode, blink, colour: giá trị khi vừa gọi | just after a call", examples=[1]
    )
    value: Word | None = Field(default=None, description="constant: giá trị | constant: the value", examples=[1])
    range: Annotated[list[Word], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="brightness: giá trị ở 0 % và 100 % | at 0 % and 100 %", examples=[[0, 15]]
    )
    mask: Annotated[int, Field(ge=1, le=0xFFFF)] | None = Field(
        default=None, description="Chỉ các bit này; giá trị tự dời vào | only these bits", examples=[0x0F]
    )
    stride: int | None = Field(
        default=None, ge=-4096, le=4096, description="Bảng tổng: dòng sau cách mấy | to the next row", examples=[4]
    )
    row_from: int = Field(
        default=1, ge=0, le=255, description="row: số của dòng đầu | number of the first row", examples=[0]
    )
    once: bool = Field(
        default=False,
        description="Chỉ ghi khi đổi, không ghi lại định kỳ | not written again by itself",
        examples=[True],
    )
    readable: bool | None = Field(default=None, description="Đọc lại được không | can be read back", examples=[False])
    read_register: int | None = Field(
        default=None, ge=0, le=465536, description="Đọc lại ở thanh ghi khác | read back elsewhere", examples=[30001]
    )
    read_function: Literal[1, 3, 4] | None = Field(default=None, description="Mã hàm đọc | read function", examples=[4])
    read_mask: Annotated[int, Field(ge=1, le=0xFFFF)] | None = Field(
        default=None, description="Chỉ so các bit này khi đọc | only these bits are compared", examples=[0x00FF]
    )


class Message(Section):
    """Templates of a plain ASCII protocol. Control characters by name: {STX} {ETX} {CR} {LF} {x1B}."""

    number: str = Field(
        default="", max_length=200, description="Bảng quầy: câu gửi | a counter board's message",
        examples=["{STX}{unit:02}{text:>4}{ETX}{checksum}"],
    )  # fmt: skip
    row: str = Field(
        default="", max_length=200, description="Bảng tổng: câu cho mỗi dòng | a main panel's message for each row",
        examples=["{STX}{unit:02}{row}{text:>4}{counter:>2}{ETX}"],
    )  # fmt: skip
    blank: str = Field(
        default="", max_length=200, description="Câu khi tắt | instead, when empty", examples=["{STX}{unit:02}C{ETX}"]
    )
    dashes: str = Field(
        default="",
        max_length=200,
        description="Câu khi gạch ngang | instead, for dashes",
        examples=["{STX}{unit:02}D{ETX}"],
    )
    called: str = Field(
        default="", max_length=200, description="Câu khi vừa gọi (nháy) | instead, just after a call",
        examples=["{STX}{unit:02}F{text:>4}{ETX}"],
    )  # fmt: skip
    before: str = Field(
        default="", max_length=200, description="Câu gửi trước | sent before", examples=["{ESC}U{unit:02}{CR}"]
    )
    after: str = Field(
        default="", max_length=200, description="Câu gửi sau | sent after", examples=["{ESC}W{unit:02}{CR}"]
    )
    brightness: str = Field(
        default="", max_length=200, description="Câu đặt độ sáng | sets the brightness",
        examples=["{STX}{unit:02}B{brightness}{ETX}"],
    )  # fmt: skip
    brightness_range: Annotated[list[Word], Field(min_length=2, max_length=2)] = Field(
        default=[0, 9], description="Giá trị ở 0 % và 100 % | at 0 % and 100 %", examples=[[1, 8]]
    )
    blank_char: Char = Field(default=" ", description="Ký tự của chỗ tắt | character of an empty place", examples=["_"])
    dash_char: Char = Field(default="-", description="Ký tự gạch ngang | character of a dash", examples=["="])
    checksum: Literal["none", "sum8", "xor", "lrc", "crc16-modbus", "crc16-ccitt"] = Field(
        default="none", description="Cách tính {checksum} | how {checksum} is reckoned", examples=["xor"]
    )
    checksum_as: Literal["hex", "hex-lower", "raw", "decimal"] = Field(
        default="hex", description="Cách viết {checksum} | how {checksum} is written", examples=["raw"]
    )
    checksum_order: Order = Field(
        default="high-first", description="crc16: byte nào trước | byte order", examples=["low-first"]
    )
    ack: str = Field(
        default="", max_length=60, description="Bảng trả lời khi nhận | answer when taken", examples=["{ACK}"]
    )
    nak: str = Field(
        default="", max_length=60, description="Bảng trả lời khi từ chối | answer when refused", examples=["{NAK}"]
    )
    read: str = Field(
        default="",
        max_length=200,
        description="Câu hỏi đang hiện gì | asks what is shown",
        examples=["{STX}{unit:02}?{ETX}"],
    )
    answer: str = Field(
        default="",
        max_length=200,
        description="Câu trả lời đúng | the right answer to it",
        examples=["{STX}{unit:02}{text:>4}{ETX}"],
    )


class Profile(Section):
    """The whole file. Its name is the file's name without `.toml`."""

    title: str = Field(
        min_length=1, max_length=120, description="Hãng, kiểu | maker and model", examples=["ACME LED-4"]
    )
    protocol: Literal["modbus-rtu", "ascii"] = Field(description="Giao thức | protocol", examples=["modbus-rtu"])
    kind: Literal["counter", "main"] = Field(
        default="counter", description="Bảng quầy hay bảng tổng | kind", examples=["main"]
    )
    digits: int = Field(
        default=4, ge=1, le=32, description="Số ký tự của một số | characters of a number", examples=[4]
    )
    rows: int | None = Field(
        default=None, ge=1, le=32, description="Bảng tổng: số dòng | rows of a main panel", examples=[8]
    )
    numbering: Numbering | None = Field(
        default=None,
        description="Bảng của hãng đánh số: zero = địa chỉ trên dây, one = từ 1, 40001 | how the vendor numbers",
        examples=["40001"],
    )
    function: Literal[6, 16] = Field(default=16, description="Mã hàm ghi thanh ghi | write function", examples=[6])
    most: int = Field(
        default=123, ge=1, le=123, description="Tối đa mấy thanh ghi một lần (16) | most at once", examples=[16]
    )
    join: bool = Field(
        default=False,
        description="Các thanh ghi liền nhau ghi một lần (16) | neighbouring writes in one",
        examples=[True],
    )
    lost: Literal["dashes", "blank"] = Field(
        default="dashes", description="Mất trung tâm: gạch hay tắt | shown when the hub is lost", examples=["blank"]
    )
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 250000] | None = Field(
        default=None, description="Tốc độ xuất xưởng | factory speed", examples=[9600]
    )
    format: Format | None = Field(default=None, description="Dạng xuất xưởng | factory format", examples=["8E1"])
    answers: bool = Field(default=True, description="Bảng trả lời lệnh ghi | it answers writes", examples=[False])
    readable: bool = Field(default=True, description="Đọc lại được | can be read back", examples=[False])
    timeout_ms: int = Field(default=300, ge=20, le=3000, description="Chờ trả lời, ms | longest wait", examples=[500])
    pause_ms: int = Field(
        default=0, ge=0, le=2000, description="Nghỉ sau mỗi lệnh, ms | pause after each", examples=[50]
    )
    refresh_s: float = Field(
        default=4.0, ge=0.5, le=300, description="Ghi lại tất cả sau, giây | whole content again after", examples=[4]
    )
    called_s: float = Field(
        default=6.0, ge=0, le=60, description="Vừa gọi: bao lâu, giây | how long `called` lasts", examples=[6]
    )
    place_stride: int = Field(
        default=0,
        ge=0,
        le=4096,
        description="Một địa chỉ nhiều bảng: bảng sau cách mấy | to the next board",
        examples=[16],
    )
    unit_step: int = Field(
        default=0, ge=0, le=8, description="Mỗi dòng một địa chỉ: cách mấy | each row a unit", examples=[1]
    )

    @field_validator("numbering", mode="before")
    @classmethod
    def _number_as_word(cls, value: Any) -> Any:
        """`numbering = 40001` without quotes is as clear."""
        return {0: "zero", 1: "one", 40001: "40001"}.get(value, value) if type(value) is int else value

    write: list[Write] = Field(default_factory=list, max_length=64, description="Modbus: chỗ ghi | places")
    message: Message | None = Field(default=None, description="ASCII: các câu | templates")


def first_register(number: int, numbering: Numbering, coil: bool) -> int | None:
    """The address on the wire (0..65535) of the vendor's number; None where that numbering has no such number."""
    if numbering == "zero":
        wire = number
    elif numbering == "one" or coil:
        wire = number - 1
    else:
        start = next((s for s in (400001, 300001, 40001, 30001) if number >= s), None)
        if start is None or (start < 100000 and number - start > 9998):
            return None
        wire = number - start
    return wire if 0 <= wire <= 0xFFFF else None
