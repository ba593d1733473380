"""How often a device may ask: against guessing and against walking through consecutive codes. Pure.

Times are seconds of a monotonic clock. No code is kept: guesses are counted under a keyed hash that dies with the
process.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

_KEPT = 10_000


@dataclass
class _Bucket:
    level: float
    at: float

    def refill(self, rate_per_s: float, most: float, now: float) -> None:
        self.level = min(most, self.level + (now - self.at) * rate_per_s)
        self.at = now


@dataclass
class _Guesses:
    missed: int = 0
    paused_until: float = 0.0


@dataclass
class Limits:
    """`per_minute` look-ups and `misses_per_minute` misses a device; `tries` of one code, then a pause of `pause_s`."""

    per_minute: int
    misses_per_minute: int
    tries: int
    pause_s: float
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict)
    _guesses: OrderedDict[bytes, _Guesses] = field(default_factory=OrderedDict)
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def tag(self, device: str, code: str) -> bytes:
        """What stands for device and code here."""
        return hmac.new(self._key, f"{device}\0{code}".encode(), hashlib.sha256).digest()[:16]

    def _bucket(self, device: str, kind: str, most: int, now: float) -> _Bucket:
        bucket = self._buckets.setdefault((device, kind), _Bucket(most, now))
        bucket.refill(most / 60, most, now)
        return bucket

    def wait(self, device: str, code: str, now: float) -> int:
        """Seconds (rounded up) until this device may ask for this code; 0 when it may now, and then it is counted.

        A device without misses left waits even for codes that exist: else the 429 itself would tell them apart.
        """
        guesses = self._guesses.get(self.tag(device, code))
        if guesses is not None and now < guesses.paused_until:
            return math.ceil(guesses.paused_until - now)
        asks = self._bucket(device, "all", self.per_minute, now)
        misses = self._bucket(device, "miss", self.misses_per_minute, now)
        for bucket, most in ((asks, self.per_minute), (misses, self.misses_per_minute)):
            if bucket.level < 1:
                return math.ceil((1 - bucket.level) * 60 / most)
        asks.level -= 1
        return 0

    def missed(self, device: str, code: str, now: float) -> None:
        """The answer was *not found*: unknown code or wrong factor, counted alike."""
        self._bucket(device, "miss", self.misses_per_minute, now).level -= 1
        tag = self.tag(device, code)
        guesses = self._guesses.setdefault(tag, _Guesses())
        self._guesses.move_to_end(tag)
        guesses.missed += 1
        if guesses.missed >= self.tries:
            guesses.missed, guesses.paused_until = 0, now + self.pause_s
        while len(self._guesses) > _KEPT:
            self._guesses.popitem(last=False)

    def found(self, device: str, code: str) -> None:
        """The right factor forgives the wrong ones before it."""
        self._guesses.pop(self.tag(device, code), None)
