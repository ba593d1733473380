"""A pair of wires that several boards and the host share, half-duplex, in real time: who talks over another is lost.

A frame occupies the wires for as long as its bytes take at the speed of the bus. One that another begins meanwhile
spoils both. Every board hears every other one, as on RS-485.
"""

from __future__ import annotations

import heapq
import time
from pathlib import Path

from firmware_bridge.virtual.pump import NOBODY, Pump


class SharedPump(Pump):
    """`baud`: bits per second, ten bits a byte."""

    def __init__(self, link: Path, nodes: list[int], seed: int, baud: int) -> None:
        super().__init__(link, nodes, seed)
        self._byte_s = 10 / baud
        self._busy_until = 0.0
        self._speaker: int | None = NOBODY

    def _deliver(self, source: int | None, data: bytes, delay_s: float) -> None:
        now = time.monotonic()
        begin = now + delay_s
        if source == NOBODY:
            self._write(source, data)
            return
        if source != self._speaker and begin < self._busy_until:
            self.collisions += 1
            data = self._spoiled(data)
            self._later = [(at, count, other, self._spoiled(held)) for at, count, other, held in self._later]
            heapq.heapify(self._later)
        self._speaker = source
        self._busy_until = max(begin, self._busy_until) + len(data) * self._byte_s
        self._count += 1
        heapq.heappush(self._later, (self._busy_until, self._count, source, data))

    def _spoiled(self, data: bytes) -> bytes:
        return bytes(byte ^ self._random.randrange(1, 256) for byte in data)

    def _targets(self, source: int | None) -> list[int]:
        boards = [master for node, (master, _) in self._boards.items() if node not in self._cut and node != source]
        host = [self._host[0]] if self._host and source is not None else []
        return host + ([] if source == NOBODY else boards)
