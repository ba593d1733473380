"""Input lines that may fail, and presses that outlive a brown-out. What inputs.py has, hardened for the chip."""

from firmware_bridge.firmware.inputs import PENDING_LIMIT, Debounce

WORKS = 0
STUCK = 1
CHATTERS = 2

# Raw changes that led nowhere. A bouncing but honest contact is forgiven FORGIVEN of them for each change that settled,
# and one each LEAK_MS; hum on a broken wire makes a hundred a second.
NOISE_LIMIT = 50
FORGIVEN = 12
LEAK_MS = 100
# A finger needs longer than this between two taps; so many shorter gaps in a row are a loose contact.
GAP_MS = 200
GAPS = 8


class Line(Debounce):
    """A button or key that can be switched off.

    A line that is on when it is first looked at was pressed before we could know: it counts only after it was let go,
    else a finger that stays down over a brown-out would press twice. One held for `stuck_ms`, or that never settles, is
    switched off: `state` says why. It comes back by itself once it has been at rest for `quiet_ms`.
    """

    def __init__(self, settle_ms, rearm_ms, stuck_ms, quiet_ms):
        super().__init__(settle_ms, rearm_ms)
        self._stuck = stuck_ms
        self._quiet = quiet_ms
        self._raw = None
        self._noise = 0
        self._leak = 0
        self._gaps = 0
        self._let_go = None
        self.state = WORKS

    def update(self, raw, now):
        """True once for each press."""
        raw = bool(raw)
        if self._raw is None:
            self._raw = self.level = raw
            self._since = self._leak = now
            return False
        if now - self._leak >= LEAK_MS:
            self._noise = max(0, self._noise - (now - self._leak) // LEAK_MS)
            self._leak = now
        if raw != self._raw:
            self._noise += 1
            if self.state:
                self._raw = raw
                self._since = now
        if self.state:
            if not raw and now - self._since >= self._quiet:
                self.state = WORKS
                self.level = False
                self._noise = self._gaps = 0
                self._let_go = None
            return False
        was = self.level
        pressed = super().update(raw, now)
        if self._noise >= NOISE_LIMIT:
            self.state = CHATTERS
            return False
        if self.level != was:
            self._settled(now)
        elif self.level and raw and self._stuck and now - self._since >= self._stuck:
            self.state = STUCK
        return pressed and not self.state

    def _settled(self, now):
        self._noise = max(0, self._noise - FORGIVEN)
        if not self.level:
            self._let_go = now
        elif self._let_go is not None and now - self._let_go < GAP_MS:
            self._gaps += 1
            if self._gaps >= GAPS:
                self.state = CHATTERS
        else:
            self._gaps = 0

    def wait_ms(self, now):
        """Until this level may count; None when it is settled or switched off."""
        return None if self.state else super().wait_ms(now)


class Presses:
    """Presses (or keys) that are not committed yet, oldest first; only the oldest is ever said.

    In order and one at a time, because `committed` names the highest one: nothing lower may be missing below it.
    `keep` (store.PressStore or None) holds them over a brown-out: a press is written down before it has an identity,
    and after the restart it is said again under the boot it was made in.
    """

    def __init__(self, repeat_ms, fold_ms, boot, now, keep=None):
        self._repeat = repeat_ms
        self._fold = fold_ms
        self._keep = keep
        self.boot = boot
        # (boot, number, what, since); what an older boot left over comes first
        self._list = [(b, n, what, now) for b, n, what in keep.load() if b < boot] if keep else []
        self._due = now
        self._kept = len(self._list) > 0
        self.count = 0  # identities given out in this boot
        self.folded = 0
        self.dropped = 0
        self.unkept = 0

    def add(self, what, now, fold=False):
        """A new press of `what` (a small number). Returns its number, 0 if folded or no room."""
        if fold:
            for entry in self._list:
                if entry[2] == what and now - entry[3] >= self._fold:
                    self.folded += 1
                    return 0
        if len(self._list) >= PENDING_LIMIT:
            self.dropped += 1
            return 0
        if not self._list:
            self._due = now
        self._list.append((self.boot, self.count + 1, what, now))
        self._write()
        self.count += 1
        return self.count

    def committed(self, boot, number, now):
        """Everything of `boot` up to `number` is durable. Returns (number, what) of what became so, oldest first."""
        done = []
        while self._list and self._list[0][0] == boot and self._list[0][1] <= number:
            entry = self._list.pop(0)
            done.append((entry[1], entry[2]))
        if done:
            self._due = now
        return done

    def say(self, now):
        """(boot, number, what) if it is time to say the oldest one (again), else None."""
        if not self._list or now < self._due:
            return None
        self._due = now + self._repeat
        return self._list[0][:3]

    def tidy(self):
        """Nothing waits: nothing need be kept. For a quiet moment, since writing takes some milliseconds."""
        if self._kept and not self._list:
            self._write()

    def wait_ms(self, now):
        return max(0, self._due - now) if self._list else None

    def __len__(self):
        return len(self._list)

    def restart(self, boot):
        """A new boot counter: identities begin at 1, what waited under the old one waits on under new numbers."""
        old, waiting = self.boot, self._list
        self.boot = boot
        self._list = []
        self.count = 0
        for entry in waiting:
            if entry[0] == old:
                self.count += 1
                entry = (boot, self.count, entry[2], entry[3])
            self._list.append(entry)
        self._due = 0
        self._write()

    def _write(self):
        if self._keep:
            try:
                self._keep.save([entry[:3] for entry in self._list])
            except OSError:
                self.unkept += 1  # a full or worn flash: the press still goes out, only a brown-out would lose it
            self._kept = len(self._list) > 0
