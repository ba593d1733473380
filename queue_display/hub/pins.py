"""PINs: which may be chosen, how they are hashed and compared, and how often somebody may guess.

A PIN has 10^4 to 10^8 values, so what protects it is not the hash but the waiting after wrong tries; the hash
(argon2id, RFC 9106) keeps a settings file that somebody copied from being read like a list of PINs. Comparing takes
some tens of milliseconds of processor: it is done on one thread of its own, never on the loop that answers everybody.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from queue_display.model import EngineError

log = logging.getLogger("hub")

MEMORY_KIB = 32 * 1024
ROUNDS = 3
"""RFC 9106's second choice is 64 MiB; half of it on a Pi with 1 GB, one comparison at a time."""

_DECOY = "$argon2id$v=19$m=32768,t=3,p=1$CqOtvwGWxYVplA3G7yS4Ow$UxzSUjKk4R7a0AW8Q2RkdQpDl6yXsQ4o8ZlsO8wYtXg"
"""What a PIN is compared with where there is no officer: the answer takes as long as a wrong PIN does."""

QUEUED = 8
NICENESS = 10
_FORM = re.compile(r"[0-9]{4,8}")


def weakness(pin: str) -> tuple[str, str] | None:
    """Why a PIN may not be chosen (Vietnamese, English); None for a good one."""
    if not _FORM.fullmatch(pin):
        return "Mã PIN gồm 4 đến 8 chữ số.", "A PIN has 4 to 8 digits."
    digits = [int(each) for each in pin]
    steps = {(b - a) % 10 for a, b in zip(digits, digits[1:], strict=False)}
    if len(steps) == 1:  # 0000, 1234, 7890, 9876, 2468
        return "Mã PIN này quá dễ đoán (số lặp hoặc dãy số).", "Too easily guessed: repeated digits or a sequence."
    if any(pin == (pin[:size] * len(pin))[: len(pin)] for size in range(2, len(pin) // 2 + 1)):  # 1212, 482482
        return "Mã PIN này quá dễ đoán (lặp lại).", "Too easily guessed: it repeats itself."
    if len(pin) == 4 and pin[:2] in ("19", "20"):
        return "Mã PIN này giống năm sinh. Mời chọn mã khác.", "It looks like a year. Choose another one."
    return None


def make(pin: str) -> str:
    """The hash that goes into the settings."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=1).hash(pin)


def _fits(pin: str, hashed: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

    try:
        return PasswordHasher().verify(hashed, pin)
    except VerifyMismatchError:
        return False
    except (InvalidHashError, VerificationError) as error:
        # It has the form of a hash and is none (a letter lost in copying): nobody signs in by it, and somebody is told.
        log.error("a PIN's hash in the settings cannot be read (%s): make a new one with motcua staff pin", error)
        return False


def _stand_back() -> None:
    """Whoever calls a number goes first, also on one busy core: on Linux a priority is a thread's own."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class Verifier:
    """Compares PINs on a thread of its own, one after another."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pin", initializer=_stand_back)
        self._waiting = 0

    async def matching(self, pin: str, hashes: Sequence[str]) -> list[int]:
        """Which of the hashes are this PIN's. Every one is compared, so the time tells nothing about which.

        Refuses (503) while too many wait for their turn.
        """
        if self._waiting >= QUEUED:
            raise EngineError(
                "sign_in_busy",
                "Nhiều người đang đăng nhập cùng lúc. Xin thử lại sau vài giây.",
                "Many are signing in at once. Try again in a few seconds.",
                status=503,
            )
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._compare, pin, tuple(hashes))
        finally:
            self._waiting -= 1

    @staticmethod
    def _compare(pin: str, hashes: Sequence[str]) -> list[int]:
        if not hashes:
            _fits(pin, _DECOY)
        return [at for at, each in enumerate(hashes) if _fits(pin, each)]


@dataclass
class _Guesses:
    count: int = 0
    until: float = 0.0


class Tries:
    """How often somebody may guess: some wrong tries at once, then waits that double. Kept in memory alone.

    A restart of the hub forgets it; who can restart the hub needs no PIN.
    """

    def __init__(self, limit: int = 5, first_s: float = 30.0, longest_s: float = 900.0, kept: int = 1024) -> None:
        self._limit, self._first_s, self._longest_s, self._kept = limit, first_s, longest_s, kept
        self._of: OrderedDict[Hashable, _Guesses] = OrderedDict()

    def wait_s(self, who: Hashable, now: float) -> float:
        """Seconds until the next try is let through; 0 when it is."""
        found = self._of.get(who)
        return max(0.0, found.until - now) if found else 0.0

    def begin(self, who: Hashable, now: float) -> None:
        """Count a try before it is judged: a thousand at the same moment are a thousand, not one."""
        found = self._of.pop(who, None) or _Guesses()
        if found.until and now > found.until + self._longest_s:
            found = _Guesses()  # long ago
        found.count += 1
        if found.count >= self._limit:
            found.until = now + min(self._first_s * 2.0 ** min(found.count - self._limit, 20), self._longest_s)
        self._of[who] = found
        while len(self._of) > self._kept:
            self._of.popitem(last=False)

    def right(self, who: Hashable) -> None:
        """It was the right one: everything is forgotten."""
        self._of.pop(who, None)
