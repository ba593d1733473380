"""The identity of a press on the Pi's own pins, and its safe keeping until the hub has committed it.

Identity: (uid of the Pi, boot counter of this process, press counter). The boot counter is on the disk, twice and
synced, before the first press is told, and never below what the hub has seen: no two presses share an identity.

What is kept where, and what a kill means. A press waits in memory and in `gpio-presses.json` in the state folder until
the hub has answered. The file is written without a sync: a killed or crashed bridge leaves it to the next, which tells
the same presses under the same identities (the hub knows what it has issued: one ticket, never two). A power cut may
lose the last presses, and should: no lamp was lit, no paper came, the person presses again. The same for a press older
than `KEEP_MS`: whoever pressed has gone or pressed again. A kill in the few microseconds between a level that counts
and the file loses the press like a power cut.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from firmware_bridge.firmware.store import BootCounter
from firmware_bridge.node import Pressed

KEEP_MS = 60_000
PENDING_LIMIT = 32
BOOTS = "bridge-boot"
JOURNAL = "gpio-presses.json"
KERNEL_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Kept:
    """A press that waits for its commit. `at`: ms of the monotonic clock."""

    boot: int
    press: int
    pin: int
    at: int


class PressBook:
    """Methods are called under the panel's lock; `now` is ms of the monotonic clock. OSError: nothing can be kept."""

    def __init__(self, folder: Path, uid: str, fold_ms: int, now: int) -> None:
        self._folder = folder
        self._kernel = KERNEL_ID.read_text(encoding="ascii").strip()
        self.uid = uid
        self._boots = BootCounter(str(folder / BOOTS))
        self._fold_ms = fold_ms
        left = [kept for kept in self._read() if 0 <= now - kept.at < KEEP_MS]
        self._boots.next()
        self._sync_boots()
        self.count = 0
        """Identities given out in this boot."""
        self._waiting: list[Kept] = left
        self._told: tuple[int, int] | None = None
        self._write()

    @property
    def boot(self) -> int:
        return int(self._boots.boot)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, pin: int, now: int) -> bool:
        """A press of `pin`. False when it is folded into one that waits (the same wish), or too many wait already."""
        if any(kept.pin == pin and now - kept.at >= self._fold_ms for kept in self._waiting):
            return False
        if len(self._waiting) >= PENDING_LIMIT:
            return False
        self.count += 1
        self._waiting.append(Kept(self.boot, self.count, pin, now))
        self._write()
        return True

    def answered(self, boot: int, press: int) -> int | None:
        """The hub has answered this press: it need not be kept any more. Returns its pin, None for one not waiting."""
        found = [kept for kept in self._waiting if (kept.boot, kept.press) == (boot, press)]
        if not found:
            return None
        self._waiting.remove(found[0])
        if self._told == (boot, press):
            self._told = None
        self._write()
        return found[0].pin

    def say(self) -> Pressed | None:
        """The oldest press, if it was not told yet: each once in a process, in order, one at a time."""
        if not self._waiting or self._told is not None:
            return None
        kept = self._waiting[0]
        self._told = (kept.boot, kept.press)
        return Pressed(self.uid, kept.boot, kept.press, kept.pin)

    def hub_knows(self, boot: int, press: int) -> None:
        """The hub's highest committed press of this uid: a counter that forgot (a power cut) is raised above it."""
        if boot < self.boot or (boot == self.boot and press <= self.count):
            return
        mine, floor = self.boot, boot + 1
        self._boots.at_least(floor)
        self._sync_boots()
        # What waits was pressed in this process, so under the old counter: it gets identities nobody has.
        self.count = 0
        renamed = []
        for kept in self._waiting:
            if kept.boot == mine and (kept.boot, kept.press) != self._told:
                self.count += 1
                kept = replace(kept, boot=floor, press=self.count)
            renamed.append(kept)
        self._waiting = renamed
        self._write()

    # -- the disk

    def _sync_boots(self) -> None:
        for path in (self._folder / BOOTS, self._folder / (BOOTS + "2"), self._folder):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _read(self) -> list[Kept]:
        try:
            told = json.loads((self._folder / JOURNAL).read_text(encoding="ascii"))
            if told["kernel"] != self._kernel:
                return []  # its times mean nothing after a restart of the machine
            return [Kept(*(int(each) for each in row)) for row in told["presses"]]
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError):
            return []  # torn by a power cut: as if it had not been written

    def _write(self) -> None:
        rows = [[kept.boot, kept.press, kept.pin, kept.at] for kept in self._waiting]
        path = self._folder / JOURNAL
        hidden = path.with_suffix(".part")
        hidden.write_text(json.dumps({"kernel": self._kernel, "presses": rows}), encoding="ascii")
        hidden.replace(path)
