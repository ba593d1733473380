# Types of frame.py, beside it because the chip's Python has no typing.
from collections.abc import Iterable

MAX_PAYLOAD: int
HEADER: int
MAX_RAW: int
MAX_STUFFED: int
BROADCAST: int
FLAG_REPEAT: int
FLAG_FROM_BOARD: int
FLAG_NO_ACK: int
FLAG_SHARED: int
SESSION_SHIFT: int

def crc16(data: Iterable[int], crc: int = ...) -> int: ...
def cobs_encode(data: bytes | bytearray) -> bytes: ...
def cobs_decode(stuffed: bytes | bytearray) -> bytes | None: ...

class Frame:
    kind: int
    sequence: int
    flags: int
    node: int
    payload: bytes
    def __init__(self, kind: int, sequence: int, flags: int, node: int, payload: bytes | bytearray = ...) -> None: ...
    @property
    def session(self) -> int: ...
    def encode(self) -> bytes: ...

class Decoder:
    good: int
    bad_crc: int
    bad_stuffing: int
    too_short: int
    too_long: int
    bytes_in: int
    def __init__(self) -> None: ...
    def bad(self) -> int: ...
    def feed(self, data: bytes | bytearray) -> list[Frame]: ...
