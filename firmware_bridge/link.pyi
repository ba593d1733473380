# Types of link.py, beside it because the chip's Python has no typing.
from collections.abc import Callable

from firmware_bridge.frame import Frame

ACK: int
NAK: int
PING: int
TURN: int
GARBLED: int
UNKNOWN_TYPE: int
BAD_FIELDS: int
BUSY: int
SAY_HELLO: int
MIN_TIMEOUT: int
FIRST_TIMEOUT: int
MAX_TIMEOUT: int
MAX_TRIES: int
NAK_PAUSE: int
QUEUE_LIMIT: int

class Link:
    node: int
    session: int
    heard_at: int | None
    flags: int
    on_trip: Callable[[int], None] | None
    lost: list[tuple[int, bytes]]
    refused: list[tuple[int, bytes, int]]
    sent: int
    repeats: int
    received: int
    duplicates: int
    late: int
    naks_in: int
    naks_out: int
    given_up: int
    def __init__(
        self,
        node: int,
        is_board: bool,
        session: int,
        first_sequence: int = ...,
        accept: Callable[[int, bytes], int] = ...,
    ) -> None: ...
    def send(self, kind: int, payload: bytes, key: object = ..., needs_ack: bool = ...) -> bool: ...
    def drop(self, key: object) -> None: ...
    def waiting(self) -> int: ...
    def drop_all(self) -> None: ...
    def forget_peer(self) -> None: ...
    def timeout(self) -> int: ...
    def round_trip(self) -> float | None: ...
    def turn(self) -> bytes: ...
    def unasked(self) -> bytes: ...
    def share(self) -> None: ...
    def poll(self, now: int) -> bytes: ...
    def wait_ms(self, now: int) -> int | None: ...
    def garbled(self, now: int) -> None: ...
    def receive(self, frame: Frame, now: int) -> tuple[int, bytes] | None: ...
