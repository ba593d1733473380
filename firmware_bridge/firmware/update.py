"""A new firmware over the bus, the board's side: what may come in, when to start it, when to give it up. Times: ms."""

IDLE = 0
RECEIVING = 1
COMPLETE = 2
ON_TRIAL = 3
CONFIRMED = 4
OTHER_BOARD = 16
OLDER = 17
TOO_LARGE = 18
NOT_WHOLE = 19
OUT_OF_ORDER = 20
FLASH_FAILED = 21
NOTHING_BEGUN = 22

# The image, what is unpacked from it, and a little air.
ROOM = 3
HEALTHY_MS = 60000
PATIENCE_MS = 30000  # so long a complete update waits for presses to be answered


class BadImage(Exception):
    """The image is not whole, or not an image."""


class Update:
    """`slots`: slots.Slots or None (a board that cannot be loaded over the bus). `say(state, at)` tells the host."""

    def __init__(self, slots, kind, version, say, trial_ms, now):
        self._slots = slots
        self._kind = kind
        self._version = version
        self._say = say
        self._work = None  # the generator that checks and unpacks
        self._complete_at = None
        self._trial_due = now + trial_ms if slots and slots.trial else None
        self._healthy_due = now + HEALTHY_MS
        self.restart = False  # the board is to start anew, when it likes

    @property
    def complete(self):
        """All of it is there and right: the board is to start anew as soon as nothing waits."""
        return self._complete_at is not None

    def begin(self, values):
        slots = self._slots
        if slots is None or values["kind"] != self._kind:
            self._say(OTHER_BOARD, 0)
        elif slots.trial:
            self._say(ON_TRIAL, 0)  # what would be overwritten is what we fall back to
        elif self._complete_at is not None or self._work is not None:
            self._say(COMPLETE, slots.held)
        elif values["firmware"] < self._version and not values["force"]:
            self._say(OLDER, 0)
        else:
            room = slots.room()
            if room is not None and room < values["size"] * ROOM:
                slots.abort()
                room = slots.room()
            if room is not None and room < values["size"] * ROOM:
                self._say(TOO_LARGE, 0)
                return
            try:
                self._say(RECEIVING, slots.begin(values["size"], values["digest"]))
            except OSError:
                self._say(FLASH_FAILED, 0)

    def chunk(self, values):
        slots = self._slots
        if slots is None or not slots.receiving:
            self._say(NOTHING_BEGUN, 0)
        elif values["at"] != slots.held:
            self._say(OUT_OF_ORDER, slots.held)
        else:
            try:
                if slots.put(values["data"]):
                    self._say(RECEIVING, slots.held)
            except OSError:
                self._say(FLASH_FAILED, slots.held)

    def finish(self):
        if self._work is not None or self._complete_at is not None:
            return
        if self._slots is None or not self._slots.receiving:
            self._say(NOTHING_BEGUN, 0)
        else:
            self._work = self._slots.finish()

    def confirm(self):
        if self._slots is not None:
            self._slots.confirm()
            self._trial_due = None
            self._say(CONFIRMED, 0)

    def abort(self):
        self._work = None
        if self._slots is not None and self._complete_at is None:
            self._slots.abort()
            self._say(IDLE, 0)

    def step(self, quiet, now):
        """A little work. `quiet`: no press waits, no finger is down, everything was said."""
        if self._work is not None:
            try:
                next(self._work)
            except StopIteration:
                self._work = None
                self._complete_at = now
                self._say(COMPLETE, self._slots.held)
            except BadImage:
                self._work = None
                self._say(NOT_WHOLE, 0)
            except OSError:
                self._work = None
                self._say(FLASH_FAILED, 0)
        elif self._complete_at is not None:
            waited = now - self._complete_at
            if (quiet and waited >= 200) or waited >= PATIENCE_MS:
                self.restart = True
        elif self._trial_due is not None:
            if now >= self._trial_due:
                self._slots.give_up()
                self.restart = True
        elif self._slots is not None and now >= self._healthy_due:
            self._healthy_due = now + 1000000000  # once a start is enough
            self._slots.healthy()

    def wait_ms(self):
        return 0 if self._work is not None else None
