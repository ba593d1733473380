"""The firmware's whole behaviour, without a board: bytes and levels in, bytes and display contents out.

The board file gives an object with
    uid         16 hex digits
    kind        see board_kinds in serial.toml
    names       store.NameStore: `node` (address on the bus, 1..30) and `title`
    reset       reset cause (see serial.toml)
    boots       store.BootCounter
    keep        store.PressStore, or None
    slots       slots.Slots, or None where no update can come over the bus
    boards      {place: displays.CounterBoard}
    panels      {place: displays.MainPanel}
    matrices    {place: displays.MatrixLine}
    buttons     number of ticket buttons
    keypads     number of key pads, four keys each
    set_button_lamp(button, on) · set_lamp(lamp, on) · set_buzzer(on) · refresh() writes every display chip anew
and calls button() and key() with every input's level again and again: bounce settles by time. When `update.restart`
becomes true it starts anew.

A board is silent until it is spoken to. On wires of its own it then speaks when it likes; where the host's frames say
that the wires are shared, only on its turn.
"""

from firmware_bridge.dictionary import TO_BOARD, BadFields
from firmware_bridge.firmware.lamps import Lamps
from firmware_bridge.firmware.lines import Line, Presses
from firmware_bridge.firmware.shown import BOARD, PANEL, Shown
from firmware_bridge.firmware.update import Update
from firmware_bridge.frame import BROADCAST, FLAG_FROM_BOARD, FLAG_NO_ACK, FLAG_SHARED, Decoder, crc16
from firmware_bridge.link import BAD_FIELDS, TURN, UNKNOWN_TYPE, Link

VERSION = 0x0002  # 0.2
HELLO_MS = 1000
REFRESH_MS = 1000
STATS_MS = 60000
TIDY_MS = 3000
KEYS_PER_PAD = 4


class Firmware:
    """One microcontroller. `now` is whole milliseconds that never run backwards."""

    def __init__(self, dictionary, board, now):
        timing = dictionary.timing
        self._words = dictionary
        self._board = board
        self._silence = timing["silence_ms"]
        self.boot = board.boots.next()
        self._decoder = Decoder()
        self.link = Link(board.names.node, True, self.boot, 0, self._judge)
        repeat, fold = timing["press_repeat_ms"], timing["fold_ms"]
        self.presses = Presses(repeat, fold, self.boot, now, board.keep)
        self.keys = Presses(repeat, fold, self.boot, now)
        kinds = timing["debounce_ms"], timing["rearm_ms"], timing["stuck_ms"], timing["quiet_ms"]
        self._lines = [Line(*kinds) for _ in range(board.buttons + board.keypads * KEYS_PER_PAD)]
        self._told = [0] * len(self._lines)  # the state of each line as the host was told
        self.shown = Shown(board, self._hole, self._bitmap_missing)
        self._lamps = Lamps(board)
        self.update = Update(board.slots, board.kind, VERSION, self._say_update, timing["trial_ms"], now)
        self._to_tell = []  # (kind, slot, row, data) for `shows`
        self._heartbeat = None  # when the last one came; None while the waiting room must show dashes
        self._greeted = False  # the host has answered our hello with all its states
        self._asks = 0
        self._shared = None  # nobody has spoken to us yet; then whether the wires are shared
        self._turn = False
        self._scan_due = None
        self._busy_at = now  # when a line last did something
        self._hello_due = now
        self._refresh_due = now + REFRESH_MS
        self._stats_due = now + STATS_MS
        self._started = now
        self.reset = board.reset

    # -- what comes in

    def _judge(self, kind, payload):
        if not self._words.goes(kind, TO_BOARD):
            return UNKNOWN_TYPE
        try:
            self._words.decode(kind, payload)
        except BadFields:
            return BAD_FIELDS
        return 0

    def feed(self, data, now):
        """Bytes from the bus."""
        bad = self._decoder.bad()
        for frame in self._decoder.feed(data):
            if frame.flags & FLAG_FROM_BOARD or frame.node not in (BROADCAST, self._board.names.node):
                continue
            if frame.node == BROADCAST and not frame.flags & FLAG_NO_ACK:
                continue  # nobody answers a frame that is for all
            self._shared = bool(frame.flags & FLAG_SHARED)
            if frame.kind == TURN:
                self._turn = self._turn or frame.node != BROADCAST
                continue
            message = self.link.receive(frame, now)
            if message:
                name, values = self._words.decode(message[0], message[1])
                handler = getattr(self, "_on_" + name, None)
                if handler:
                    handler(values, now)
        if self._decoder.bad() != bad and self._shared is False:
            self.link.garbled(now)

    def button(self, index, level, now):
        """Level of a ticket button, as often as the board likes."""
        if self._lines[index].update(level, now):
            self._busy_at = now
            if self.presses.add(index, now, True):
                self._lamps.off(index)

    def key(self, pad, key, level, now):
        """Level of a key (1..4, see serial.toml) of a pad."""
        index = pad * KEYS_PER_PAD + key - 1
        if self._lines[self._board.buttons + index].update(level, now):
            self._busy_at = now
            self.keys.add(index, now)

    def lines(self):
        """Every input line, buttons first."""
        return self._lines

    def _tell_me_all(self, now):
        self._greeted = False
        self._asks = self._asks + 1 & 0xFF
        self._hello_due = now

    def _on_hello_ask(self, values, now):
        self.link.forget_peer()
        self._tell_me_all(now)

    def _on_scan_ask(self, values, now):
        window = max(1, values["tenths"] * 100)
        mine = self._board.uid + "%02x" % values["salt"]
        self._scan_due = now + crc16(mine.encode()) % window

    def _on_name(self, values, now):
        if values["uid"] != self._board.uid or not 1 <= values["node"] <= 30:
            return
        names = self._board.names
        if (names.node, names.title) != (values["node"], values["title"]):
            names.set(values["node"], values["title"])
        self.link.node = values["node"]
        self._tell_me_all(now)

    def _on_heartbeat(self, values, now):
        self._heartbeat = now
        self.shown.awake(now)

    def _on_committed(self, values, now):
        boot = values["boot"]
        for _number, button in self.presses.committed(boot, values["press"], now):
            self._lamps.lit(button, now)
            self._busy_at = now
        if boot == self.boot:
            # An answer to an earlier hello says nothing about what this board has forgotten since.
            self._greeted = self._greeted or values["told"] == self._asks
            self.keys.committed(boot, values["key"], now)

    def _on_refused(self, values, now):
        for number, button in self.presses.committed(values["boot"], values["press"], now):
            self._busy_at = now
            if number == values["press"]:
                self._lamps.refuse(button, now)
            else:
                self._lamps.lit(button, now)

    def _on_board(self, values, now):
        self.shown.take(BOARD, values["slot"], values["rev"], values["text"])

    def _on_panel(self, values, now):
        self.shown.take(PANEL, values["slot"], values["rev"], values["rows"])

    def _on_bitmap(self, values, now):
        self.shown.piece(values["slot"], values["rev"], values["offset"], values["data"])

    def _on_bitmap_show(self, values, now):
        v = values
        self.shown.line(v["slot"], v["rev"], v["columns"], v["speed"], v["hold"], v["crc"], now)

    def _on_lamp(self, values, now):
        self._lamps.light(values["lamp"], values["tenths"], now)

    def _on_test(self, values, now):
        self.shown.pattern(values["pattern"], values["tenths"], now)
        self._lamps.test(values["pattern"], values["tenths"], now)

    def _on_shows_ask(self, values, now):
        self._to_tell = self.shown.memory()

    def _on_boot_floor(self, values, now):
        floor = values["boot"]
        if floor <= self.boot:
            return
        self._board.boots.at_least(floor)
        self.boot = floor
        self.reset = 4
        self.link.session = floor & 0x0F
        self.presses.restart(floor)
        self.keys.restart(floor)
        self._tell_me_all(now)

    def _on_stats_ask(self, values, now):
        self._stats_due = now

    def _on_update_begin(self, values, now):
        self.update.begin(values)

    def _on_update_chunk(self, values, now):
        self.update.chunk(values)

    def _on_update_finish(self, values, now):
        self.update.finish()

    def _on_update_confirm(self, values, now):
        self.update.confirm()

    def _on_update_abort(self, values, now):
        self.update.abort()

    # -- what goes out

    def _send(self, name, replaces=None, **values):
        words = self._words
        return self.link.send(words.id_of(name), words.encode(name, **values), replaces, words.needs_ack(name))

    def _hole(self, slot, rev, text):
        self._send("hole", ("hole", slot), slot=slot, rev=rev, text=text)

    def _bitmap_missing(self, slot, rev):
        self._send("bitmap_missing", ("bitmap_missing", slot), slot=slot, rev=rev)

    def _say_update(self, state, at):
        self._send("update_state", "update_state", state=state, at=at)

    def step(self, now):
        """Everything that is due; returns bytes for the bus."""
        if self._heartbeat is not None and now - self._heartbeat >= self._silence:
            # Forget the contents too, and say hello until the host has said everything again: it may not have noticed.
            self._heartbeat = None
            self._tell_me_all(now)
            self.shown.dashes()
            self._lamps.all_off()
        self._lamps.step(now)
        self.shown.step(now)
        if now >= self._refresh_due:
            self._refresh_due = now + REFRESH_MS
            self._board.refresh()
        if now - self._busy_at >= TIDY_MS:
            self.presses.tidy()
        self.update.step(self.update.complete and self._quiet(now), now)
        if self._shared is None:
            return b""
        out = b""
        if self._scan_due is not None and now >= self._scan_due:
            self._scan_due = None
            self._hello()
            out = self.link.poll(now) if not self._shared else self.link.unasked()
        if self._shared and not self._turn:
            return out
        self._say_due(now)
        out += self.link.poll(now)
        if self._shared:
            self._turn = False
            out += self.link.turn()
        return out

    def _quiet(self, now):
        waiting = len(self.presses) + len(self.keys) + self.link.waiting()
        return not waiting and now - self._busy_at >= 500 and not any(line.level for line in self._lines)

    def _say_due(self, now):
        if not self._greeted and now >= self._hello_due:
            self._hello_due = now + HELLO_MS
            self._told = [0] * len(self._lines)
            self._hello()
        press = self.presses.say(now)
        if press:
            self._send("press", "press", boot=press[0], press=press[1], button=press[2])
        key = self.keys.say(now)
        if key:
            pad, which = divmod(key[2], KEYS_PER_PAD)
            self._send("key", "key", boot=key[0], key=key[1], pad=pad, what=which + 1)
        if self._greeted:
            for index, line in enumerate(self._lines):
                if line.state != self._told[index]:
                    self._say_line(index, line.state)
        while self._to_tell and self.link.waiting() < 4:
            kind, slot, row, data = self._to_tell.pop(0)
            self._send("shows", None, kind=kind, slot=slot, row=row, data=data)
        if now >= self._stats_due:
            self._stats_due = now + STATS_MS
            self._stats(now)

    def _say_line(self, index, state):
        what, at = (0, index) if index < self._board.buttons else (1, index - self._board.buttons)
        if self._send("line", ("line", index), what=what, index=at, state=state):
            self._told[index] = state

    def _hello(self):
        words, board = self._words, self._board
        self._send(
            "hello",
            protocol=words.protocol,
            dictionary=words.hash,
            firmware=VERSION,
            uid=board.uid,
            boot=self.boot,
            press=self.presses.count,
            key=self.keys.count,
            reset=self.reset,
            displays=len(board.boards) + len(board.panels) + len(board.matrices),
            buttons=board.buttons,
            keypads=board.keypads,
            kind=board.kind,
            slot=board.slots.number() if board.slots else 0,
            asks=self._asks,
            title=board.names.title,
        )

    def _stats(self, now):
        self._send(
            "stats",
            "stats",
            good=self._decoder.good,
            bad=self._decoder.bad(),
            repeats=self.link.repeats,
            duplicates=self.link.duplicates,
            folded=self.presses.folded,
            sent=self.link.sent,
            late=self.link.late,
            uptime=(now - self._started) // 1000,
        )

    def wait_ms(self, now):
        """How long the board may sleep if nothing comes in; at most 50 ms, so that a lamp is never late."""
        wait = 50
        speaks = [self.link, self.presses, self.keys] if self._shared is False or self._turn else []
        for each in speaks + self._lines + [self.shown]:
            other = each.wait_ms(now)
            if other is not None and other < wait:
                wait = other
        if self._scan_due is not None:
            wait = max(0, min(wait, self._scan_due - now))
        return 0 if self.update.wait_ms() == 0 else wait
