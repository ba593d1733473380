"""Buttons and keys: bounce to presses, presses to identities that are repeated until they are committed."""

PENDING_LIMIT = 8


class Debounce:
    """A level counts once it has held for `settle_ms`; pressed is True."""

    def __init__(self, settle_ms, rearm_ms=0):
        self._settle = settle_ms
        self._rearm = rearm_ms
        self._raw = False
        self._since = 0
        self._held = False
        self._last_press = None
        self.level = False

    def update(self, raw, now):
        """True once for each press."""
        raw = bool(raw)
        if raw != self._raw:
            self._raw = raw
            self._since = now
        if raw == self.level or now - self._since < self._settle:
            return False
        self.level = raw
        if not raw:
            return False
        # A second press so soon is the same tap by an unsteady finger.
        if self._last_press is not None and now - self._last_press < self._rearm:
            return False
        self._last_press = now
        return True

    def wait_ms(self, now):
        """Until this level may count; None when it is settled."""
        if self._raw == self.level:
            return None
        return max(0, self._settle - (now - self._since))


class Pending:
    """Presses (or keys) of this boot that are not committed yet, oldest first; only the oldest is ever said.

    In order and one at a time, because `committed` names the highest one: nothing lower may be missing below it.
    """

    def __init__(self, repeat_ms, fold_ms):
        self._repeat = repeat_ms
        self._fold = fold_ms
        self._list = []  # (number, what, since)
        self._due = 0
        self.count = 0  # identities given out in this boot
        self.folded = 0
        self.dropped = 0

    def add(self, what, now, fold=False):
        """A new press of `what` (anything comparable). Returns its number, 0 if folded or no room."""
        if fold:
            for _number, other, since in self._list:
                if other == what and now - since >= self._fold:
                    self.folded += 1
                    return 0
        if len(self._list) >= PENDING_LIMIT:
            self.dropped += 1
            return 0
        self.count += 1
        if not self._list:
            self._due = now
        self._list.append((self.count, what, now))
        return self.count

    def committed(self, number, now):
        """Everything up to `number` is durable. Returns what became so, oldest first."""
        done = []
        while self._list and self._list[0][0] <= number:
            done.append(self._list.pop(0))
        if done:
            self._due = now
        return done

    def say(self, now):
        """(number, what) if it is time to say the oldest one (again), else None."""
        if not self._list or now < self._due:
            return None
        self._due = now + self._repeat
        return self._list[0][0], self._list[0][1]

    def wait_ms(self, now):
        return max(0, self._due - now) if self._list else None

    def __len__(self):
        return len(self._list)

    def restart(self):
        """A new boot counter: identities begin at 1, what waited keeps waiting under new numbers."""
        waiting = self._list
        self._list = []
        self.count = 0
        for _number, what, since in waiting:
            self.count += 1
            self._list.append((self.count, what, since))
        self._due = 0
