"""What a board tells the bridge, as plain facts (node.py makes them out of messages)."""

from __future__ import annotations

from dataclasses import dataclass

TRIAL = 0x80
SLOTS = ("-", "a", "b")


@dataclass(frozen=True)
class Identity:
    """What a hello says. `firmware` as "0.1"; `slot`: "-" the workshop's firmware, "a", "b"; `kind`: board_kinds."""

    protocol: int
    dictionary: int
    firmware: str
    uid: str
    boot: int
    press: int
    key: int
    reset: int
    kind: int = 0
    slot: str = "-"
    trial: bool = False
    title: str = ""
    asks: int = 0


@dataclass(frozen=True)
class Pressed:
    uid: str
    boot: int
    press: int
    button: int


@dataclass(frozen=True)
class KeyPressed:
    uid: str
    boot: int
    key: int
    pad: int
    what: int


@dataclass(frozen=True)
class Greeted:
    """The board answers and speaks our words; `restarted` when it is another run of it than the last one we knew."""

    identity: Identity
    restarted: bool


@dataclass(frozen=True)
class Mismatch:
    """The board has other firmware than this bridge speaks to."""

    identity: Identity
    protocol: int
    dictionary: int


@dataclass(frozen=True)
class Twins:
    """Two boards answer under one address: neither is served until one has another."""

    first: str
    second: str


@dataclass(frozen=True)
class WentSilent:
    """No answer, or no port."""


@dataclass(frozen=True)
class Missing:
    """A display was given characters it has no shape for."""

    slot: int
    text: str


@dataclass(frozen=True)
class LineState:
    """An input was switched off (`stuck`, `chattering`) or works again (`ok`)."""

    kind: str
    index: int
    state: str


@dataclass(frozen=True)
class LinkStats:
    values: dict[str, int]


@dataclass(frozen=True)
class Shows:
    """What a display's memory holds: segment bytes of a row, or the CRC of a matrix' frame (2 bytes)."""

    kind: int
    slot: int
    row: int
    data: bytes


@dataclass(frozen=True)
class UpdateState:
    """How far an update is; `state`: update_states in serial.toml."""

    state: int
    at: int


Event = (
    Pressed
    | KeyPressed
    | Greeted
    | Mismatch
    | Twins
    | WentSilent
    | Missing
    | LineState
    | LinkStats
    | Shows
    | UpdateState
)
