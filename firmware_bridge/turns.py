"""Whose turn it is on wires that several boards share (RS-485, half-duplex). Pure; `now` is in ms.

The bridge is master: a board speaks only after `turn`, and gives the turn back with `turn`. A board that does not
answer costs one patience, which follows how quickly it has answered. Boards that are away are asked once a second.
"""

from __future__ import annotations

from collections.abc import Mapping

from firmware_bridge.node import Node

ROUND_MS = 40  # a board with nothing to say is asked this often
PAUSE_MS = 2  # between two speakers: transceivers turn round
FIRST_ANSWER_MS = 25  # until one was measured
PATIENCE = 4  # times the usual answer
LEAST_PATIENCE_MS = 40
MOST_PATIENCE_MS = 1000
ABSENT_PATIENCE_MS = 60
LONGEST_ANSWER = 240  # bytes a board says in one turn, at most: four full frames


class Turns:
    """`baud`: bits per second on the wire."""

    def __init__(self, nodes: Mapping[int, Node], baud: int) -> None:
        self._nodes = nodes
        self._byte_ms = 10_000 / baud
        self._asked = dict.fromkeys(nodes, 0)  # when each had its last turn
        self._usual = dict.fromkeys(nodes, float(FIRST_ANSWER_MS))  # how long its slower answers take
        self._misses = dict.fromkeys(nodes, 0)  # in a row
        self._speaking: int | None = None
        self._began = 0
        self._until = 0
        self._free_at = 0
        self.missed = 0
        for node in nodes.values():
            node.link.share()

    def begin(self) -> None:
        """The port was opened anew."""
        self._speaking = None

    def next(self, now: int) -> bytes:
        """What to say now: everything for one board, and its turn; nothing while somebody speaks."""
        if self._speaking is not None:
            if now < self._until:
                return b""
            self.missed += 1
            self._misses[self._speaking] += 1
            self._speaking = None
            self._free_at = now + PAUSE_MS
        if now < self._free_at:
            return b""
        address = self._whose(now)
        if address is None:
            return b""
        node = self._nodes[address]
        out = node.step(now)
        if not node.up and not out:
            self._asked[address] = now
            return b""
        out += node.link.turn()
        self._asked[address] = now
        self._speaking, self._began = address, now
        self._until = now + int(self._patience(address) + (len(out) + LONGEST_ANSWER) * self._byte_ms)
        return out

    def _due(self, address: int, now: int) -> int:
        """When this board is to be asked."""
        node = self._nodes[address]
        wait = node.wait_ms(now)
        regular = self._asked[address] + ROUND_MS if node.up else now + 1000
        return min(now + wait, regular) if node.up else now + wait

    def _whose(self, now: int) -> int | None:
        due = [address for address in self._nodes if self._due(address, now) <= now]
        return min(due, key=lambda address: self._asked[address]) if due else None

    def _patience(self, address: int) -> float:
        """A lost frame or two tell nothing about how long an answer takes; three in a row may."""
        if not self._nodes[address].up:
            return ABSENT_PATIENCE_MS
        usual = max(LEAST_PATIENCE_MS, PATIENCE * self._usual[address])
        return float(min(MOST_PATIENCE_MS, usual * 2 ** min(10, max(0, self._misses[address] - 2))))

    def heard(self, address: int, is_turn: bool, now: int) -> None:
        """A whole frame from a board."""
        if address != self._speaking:
            return
        if is_turn:
            took = now - self._began
            self._usual[address] = max(took, self._usual[address] * 0.9)
            self._misses[address] = 0
            self._speaking = None
            self._free_at = now + PAUSE_MS

    def wait_ms(self, now: int) -> int:
        """Until next() has something to say."""
        if self._speaking is not None:
            return max(0, self._until - now)
        soonest = min((self._due(address, now) for address in self._nodes), default=now + 1000)
        return max(0, max(soonest, self._free_at) - now)
