"""Which presses and keys of a board were passed on, answered and committed. Pure.

A press is passed on once; the hub's answer, or the hub's own list of committed presses, lets the board stop saying it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from firmware_bridge.told import Identity

Verdict = Literal["new", "done", "asked", "later", "strange"]
"""Pass it on · tell the board it is done · its answer is on the way · it will be said again · ask who it is."""


class Answers:
    """For one address; `met` begins anew with each run of the board."""

    def __init__(self) -> None:
        self._identity: Identity | None = None
        self._hub: Mapping[str, tuple[int, int]] = {}
        self._hub_known = False
        self._press = (0, 0)  # passed on, answered; of this boot
        self._key = (0, 0)
        self._left: tuple[int, int] | None = None  # a press of an older boot (it outlived a brown-out), passed on
        self._left_done = (0, 0)

    def met(self, identity: Identity, restarted: bool) -> None:
        self._identity = identity
        if restarted:
            self._press = self._key = (0, 0)
            self._left = None

    def hub(self, presses: Mapping[str, tuple[int, int]]) -> None:
        """The hub's highest committed (boot, press) of each board's uid."""
        self._hub = presses
        self._hub_known = True

    def press(self, boot: int, press: int) -> Verdict:
        identity = self._identity
        if identity is None or boot > identity.boot:
            return "strange"
        if not self._hub_known or self.floor():
            return "later"
        if boot < identity.boot:
            hub_boot, hub_press = self._hub.get(identity.uid, (0, 0))
            if (boot, press) == self._left_done or (hub_boot == boot and press <= hub_press):
                return "done"
            if self._left == (boot, press):
                return "asked"
            self._left = (boot, press)
            return "new"
        if press <= self.committed()[1]:
            return "done"
        if press <= self._press[0]:
            return "asked"
        self._press = (press, self._press[1])
        return "new"

    def key(self, boot: int, key: int) -> Verdict:
        identity = self._identity
        if identity is None or boot != identity.boot:
            return "strange"
        if self.floor():
            return "later"
        if key <= self._key[1]:
            return "done"
        if key <= self._key[0]:
            return "asked"
        self._key = (key, self._key[1])
        return "new"

    def answered_press(self, boot: int, press: int) -> None:
        identity = self._identity
        if identity is not None and boot == identity.boot:
            self._press = (max(self._press[0], press), max(self._press[1], press))
        else:
            self._left_done = (boot, press)

    def answered_key(self, boot: int, key: int) -> None:
        identity = self._identity
        if identity is not None and boot == identity.boot:
            self._key = (max(self._key[0], key), max(self._key[1], key))

    def committed(self) -> tuple[int, int, int]:
        """(boot, press, key) that the board may take as done, for the run it is in."""
        identity = self._identity
        if identity is None:
            return (0, 0, 0)
        boot, known = self._hub.get(identity.uid, (0, 0))
        if boot != identity.boot:
            known = 0
        passed, answered = self._press
        if passed > answered:
            known = min(known, passed - 1)  # its answer is on the way and says more: a ticket, or a refusal
        return (identity.boot, max(known, answered), self._key[1])

    def floor(self) -> int:
        """The boot counter this board must be raised to, 0 if it is high enough."""
        identity = self._identity
        if identity is None:
            return 0
        boot, press = self._hub.get(identity.uid, (0, 0))
        # Its flash forgot: under this counter it would give a new press the identity of an old one.
        if identity.boot < boot or (identity.boot == boot and max(identity.press, self._press[0]) < press):
            return boot + 1
        return 0
