"""A new firmware over the bus, the bridge's side: one board, one image. Pure; `now` is in ms.

begin → (chunks) → finish → the board starts anew, on trial → it speaks our words → confirmed (node.py does that). Power
or cable may go at every point: the board goes on with what it has, and `begin` tells where to continue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware_bridge.image import Image
from firmware_bridge.told import Identity, UpdateState

if TYPE_CHECKING:
    from firmware_bridge.node import Node

CHUNK = 44
AHEAD = 2  # messages queued at most, so that an answer to a press waits little
ASK_MS = 3000
SILENCE_MS = 90_000  # without any progress for so long it is given up
RECEIVING, COMPLETE, ON_TRIAL, CONFIRMED = 1, 2, 3, 4
OUT_OF_ORDER, NOTHING_BEGUN = 20, 22

REFUSALS = {
    ON_TRIAL: (
        "bo mạch đang chạy thử bản trước, chờ một phút rồi làm lại",
        "the board has an earlier one on trial; wait a minute and try again",
    ),
    16: ("bản này dành cho loại bo mạch khác", "this image is for another kind of board"),
    17: ("bo mạch đang chạy bản mới hơn (thêm --force nếu vẫn muốn)", "the board runs a newer one (--force to insist)"),
    18: ("bộ nhớ của bo mạch không đủ chỗ", "the board's flash has no room for it"),
    19: ("bản nhận được không nguyên vẹn; bản cũ vẫn chạy", "what arrived is not whole; the old firmware runs on"),
    21: ("bộ nhớ của bo mạch hỏng khi ghi; bản cũ vẫn chạy", "the board's flash failed; the old firmware runs on"),
}


@dataclass(frozen=True)
class Progress:
    """`phase`: waiting, sending, checking, starting, trial, done, failed. Sentences only where it failed."""

    phase: str
    at: int
    size: int
    vi: str = ""
    en: str = ""


class Loading:
    """Handed to a Node, which feeds and steps it."""

    def __init__(self, image: Image, force: bool, now: int) -> None:
        self._image = image
        self._digest = image.digest
        self._force = force
        self._phase = "waiting"
        self._at = 0
        self._held = 0
        self._slot: str | None = None  # what ran before
        self._due = now
        self._moved = now  # when something last went on
        self._why = ("", "")

    def progress(self) -> Progress:
        at = self._held if self._phase == "sending" else self._at
        return Progress(self._phase, at, len(self._image.data), *self._why)

    @property
    def over(self) -> bool:
        return self._phase in ("done", "failed")

    def _go(self, phase: str, now: int) -> None:
        self._phase, self._moved, self._due = phase, now, now + ASK_MS

    def _fail(self, vi: str, en: str) -> None:
        self._phase, self._why = "failed", (vi, en)

    def told(self, state: UpdateState, now: int) -> None:
        """The board's update_state."""
        if self.over:
            return
        self._moved = now
        if state.state in REFUSALS and self._phase in ("waiting", "sending", "checking"):
            self._fail(*REFUSALS[state.state])
        elif state.state == RECEIVING:
            self._held = state.at
            if self._phase == "waiting":
                self._at = state.at
                self._go("sending", now)
        elif state.state == OUT_OF_ORDER and self._phase == "sending":
            self._at = self._held = state.at
        elif state.state == NOTHING_BEGUN and self._phase in ("sending", "checking"):
            self._go("waiting", now)
            self._due = now
        elif state.state == COMPLETE and self._phase != "trial":
            self._at = len(self._image.data)
            self._go("starting", now)
        elif state.state == CONFIRMED:
            self._go("done", now)

    def greeted(self, identity: Identity, now: int) -> None:
        """The board said hello."""
        if self.over:
            return
        self._moved = now
        if self._phase in ("checking", "starting", "trial"):
            if identity.trial:
                self._go("trial", now)
            elif self._phase == "checking":
                self._go("waiting", now)
                self._due = now
            elif identity.slot == self._slot:
                self._fail(
                    "bản mới không khởi động được; bản cũ đã chạy lại",
                    "the new firmware did not come up; the old one runs again",
                )
            else:
                self._go("done", now)
        else:
            # It was away for a moment (cable, reset): begin tells where to go on.
            self._slot = identity.slot
            self._go("waiting", now)
            self._due = now

    def step(self, node: Node, now: int) -> None:
        """Say what is due."""
        if self.over:
            return
        if now - self._moved > SILENCE_MS:
            self._fail(
                "bo mạch không trả lời nữa; bản cũ vẫn chạy", "the board answers no more; its old firmware runs on"
            )
            return
        if self._slot is None and node.identity:
            self._slot = node.identity.slot
        if self._slot is None or node.identity is None:
            return
        if self._phase == "sending":
            data = self._image.data
            while self._at < len(data) and node.link.waiting() < AHEAD:
                node.say("update_chunk", at=self._at, data=data[self._at : self._at + CHUNK])
                self._at += CHUNK
            if self._at >= len(data) and not node.link.waiting():
                self._at = len(data)
                self._go("checking", now)
                self._due = now
        if now < self._due or node.link.waiting():
            return
        self._due = now + ASK_MS
        image = self._image
        if self._phase == "waiting":
            node.say(
                "update_begin",
                size=len(image.data),
                digest=self._digest,
                kind=image.kind,
                firmware=image.firmware,
                force=int(self._force),
            )
        elif self._phase == "checking":
            node.say("update_finish")
