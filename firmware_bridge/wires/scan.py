"""Who is on a bus, whatever address they have. Pure; `now` is in ms.

Everybody is asked at once and answers at a moment of its own, drawn from its uid and a salt (message `scan_ask`). Two
boards with one address are thus both heard; two that spoke at the same moment meet again at different ones.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from firmware_bridge.dictionary import BadFields, Dictionary
from firmware_bridge.frame import BROADCAST, FLAG_FROM_BOARD, FLAG_NO_ACK, FLAG_SHARED, Frame
from firmware_bridge.told import SLOTS, TRIAL

ROUNDS = 4
WINDOW_TENTHS = 6
TAIL_MS = 150  # an answer begun at the end of a window


@dataclass(frozen=True)
class Found:
    """A board that answered. `dictionary` as 8 hex digits; `fits`: it speaks this bridge's words."""

    node: int
    uid: str
    title: str
    firmware: str
    dictionary: str
    fits: bool
    kind: int
    slot: str
    trial: bool
    boot: int
    displays: int
    buttons: int
    keypads: int


class Scan:
    """While it is not `over` nobody else says anything on shared wires."""

    def __init__(self, words: Dictionary, shared: bool, salt: int, now: int) -> None:
        self._words = words
        self._flags = FLAG_NO_ACK | (FLAG_SHARED if shared else 0)
        self._salt = salt
        self._round = 0
        self._due = now
        self._found: dict[tuple[int, str], Found] = {}
        self.over = False

    def step(self, now: int) -> bytes:
        """What to say now."""
        if self.over or now < self._due:
            return b""
        if self._round >= ROUNDS:
            self.over = True
            return b""
        salt = self._salt + self._round * 37 & 0xFF
        self._round += 1
        self._due = now + WINDOW_TENTHS * 100 + TAIL_MS
        payload = self._words.encode("scan_ask", salt=salt, tenths=WINDOW_TENTHS)
        return Frame(self._words.id_of("scan_ask"), self._round, self._flags, BROADCAST, payload).encode()

    def wait_ms(self, now: int) -> int:
        return max(0, self._due - now)

    def heard(self, frame: Frame) -> None:
        """Any whole frame from a board."""
        if not frame.flags & FLAG_FROM_BOARD or self._words.name_of(frame.kind) != "hello":
            return
        try:
            _, told = self._words.decode(frame.kind, frame.payload)
        except BadFields:
            return
        slot = told["slot"] & ~TRIAL
        found = Found(
            frame.node,
            told["uid"],
            told["title"],
            f"{told['firmware'] >> 8}.{told['firmware'] & 0xFF}",
            f"{told['dictionary']:08x}",
            (told["protocol"], told["dictionary"]) == (self._words.protocol, self._words.hash),
            told["kind"],
            SLOTS[slot] if slot < len(SLOTS) else "?",
            bool(told["slot"] & TRIAL),
            told["boot"],
            told["displays"],
            told["buttons"],
            told["keypads"],
        )
        self._found[(frame.node, told["uid"])] = found

    def result(self) -> list[Found]:
        return [self._found[key] for key in sorted(self._found)]


def rename(words: Dictionary, shared: bool, uid: str, node: int, title: str) -> bytes:
    """The frame that gives the board with this uid an address and a name. Raises BadFields."""
    flags = FLAG_NO_ACK | (FLAG_SHARED if shared else 0)
    payload = words.encode("name", uid=uid, node=node, title=title)
    return Frame(words.id_of("name"), 0, flags, BROADCAST, payload).encode()


def judged(found: list[dict[str, Any]], wanted: list[int]) -> list[tuple[str, str]]:
    """What is not as it should be, in Vietnamese and English: twins, strangers, missing ones, other firmware."""
    out = []
    at: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for board in found:
        at[board["node"]].append(board)
    for node, boards in sorted(at.items()):
        last = boards[-1]["uid"]
        if len(boards) > 1:
            uids = ", ".join(board["uid"] for board in boards)
            vi = f"Hai bo mạch cùng địa chỉ {node}: {uids}. Đặt lại một bo: motcua wires name {last} --node …"
            en = f"Two boards have address {node}: {uids}. Give one another: motcua wires name {last} --node …"
            out.append((vi, en))
        if node not in wanted:
            vi = f"Bo mạch {last} ở địa chỉ {node} không có trong thiết lập."
            out.append((vi, f"Board {last} at address {node} is not in the settings."))
        for board in boards:
            if not board["fits"]:
                runs = f"{board['firmware']} ({board['dictionary']})"
                how = f"motcua wires flash --node {node}"
                vi = f"Bo mạch {board['uid']} chạy bản {runs}: nạp lại bằng {how}."
                out.append((vi, f"Board {board['uid']} runs {runs}: load it anew with {how}."))
    for node in wanted:
        if node not in at:
            vi = f"Không có bo mạch nào ở địa chỉ {node}: xem nguồn, dây, địa chỉ."
            out.append((vi, f"Nobody at address {node}: check power, cable, address."))
    return out


def as_json(found: list[Found]) -> list[dict[str, Any]]:
    return [asdict(board) for board in found]
