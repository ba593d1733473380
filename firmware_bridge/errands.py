"""Errands to the hub, one after the other in one thread: nothing off a wire is lost to a hub that restarts.

An errand is tried until the hub answers. A refusal (4xx) is an answer; an unreachable or stumbling hub (5xx) is not,
and neither is "you may not" (401, 403): a technician mends the right, and no press may get lost meanwhile.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from config.process import LossLog
from queue_display.client import HubRefused, HubUnreachable

log = logging.getLogger("errands")
NOT_NOW = (401, 403, 429)
PAUSES_S = (0.05, 0.1, 0.2, 0.5, 1.0)

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Errand:
    """`ask` talks to the hub; then `done` gets its answer, or `refused` its refusal."""

    ask: Callable[[], Answer]
    done: Callable[[Answer], None] = lambda answer: None
    refused: Callable[[HubRefused], None] = lambda refusal: None


class Errands:
    """The queue and its thread. A newer errand with the same key takes the place of a waiting one."""

    def __init__(self, name: str, beat: Callable[[], None] = lambda: None) -> None:
        self._name = name
        self._beat = beat
        self._losses = LossLog(log)
        self._waiting: OrderedDict[object, Errand] = OrderedDict()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(10)

    def add(self, key: object, errand: Errand) -> None:
        with self._changed:
            self._waiting[key] = errand
            self._changed.notify_all()

    def __len__(self) -> int:
        with self._changed:
            return len(self._waiting)

    def _run(self) -> None:
        tries = 0
        while True:
            self._beat()
            with self._changed:
                if self._stopping:
                    return
                if not self._waiting:
                    self._changed.wait(1.0)
                    continue
                key, errand = next(iter(self._waiting.items()))
            if self._try(errand):
                tries = 0
                with self._changed:
                    if self._waiting.get(key) is errand:
                        del self._waiting[key]
            else:
                pause = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
                tries += 1
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping, pause)

    def _try(self, errand: Errand) -> bool:
        """True when the hub has answered, whatever it said."""
        try:
            answer = errand.ask()
        except HubUnreachable:
            return False
        except HubRefused as refusal:
            if refusal.status >= 500 or refusal.status in NOT_NOW:
                self._losses.lost(self._name, f"the hub cannot take it now ({refusal.status} {refusal.code})")
                return False
            log.warning("%s: refused: %s %s", self._name, refusal.code, refusal.en)
            errand.refused(refusal)
            return True
        self._losses.back(self._name)
        errand.done(answer)
        return True
