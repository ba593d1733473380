"""The firmware's whole behaviour, without a board: bytes and levels in, bytes and display contents out.

The board file gives an object with
    uid         16 hex digits
    node        address on the bus, 1..30
    reset       reset cause (see serial.toml)
    boots       store.BootCounter
    boards      {place: displays.CounterBoard}
    panels      {place: displays.MainPanel}
    buttons     number of ticket buttons
    keypads     number of key pads, four keys each
    set_button_lamp(button, on) · set_lamp(lamp, on) · refresh() writes every display chip anew
and calls button() and key() with every input's level again and again: bounce settles by time.
"""

from firmware_bridge.dictionary import TO_BOARD, BadFields
from firmware_bridge.firmware.inputs import Debounce, Pending
from firmware_bridge.frame import BROADCAST, FLAG_FROM_BOARD, Decoder
from firmware_bridge.link import BAD_FIELDS, UNKNOWN_TYPE, Link

VERSION = 0x0001  # 0.1
HELLO_MS = 1000
REFRESH_MS = 1000
STATS_MS = 60000
LAMP_MS = 3000
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
        self.link = Link(board.node, True, self.boot, 0, self._judge)
        self.presses = Pending(timing["press_repeat_ms"], timing["fold_ms"])
        self.keys = Pending(timing["press_repeat_ms"], timing["fold_ms"])
        settle, rearm = timing["debounce_ms"], timing["rearm_ms"]
        self._buttons = [Debounce(settle, rearm) for _ in range(board.buttons)]
        self._keys = [Debounce(settle, rearm) for _ in range(board.keypads * KEYS_PER_PAD)]
        self._contents = {}  # ("board", 0) -> text, ("panel", 0) -> rows
        self._heartbeat = None  # when the last one came; None while the waiting room must show dashes
        self._greeted = False  # the host has answered our hello with all its states
        self._hello_due = now
        self._refresh_due = now + REFRESH_MS
        self._stats_due = now + STATS_MS
        self._started = now
        self._button_lamps = [None] * board.buttons  # dark again at
        self._lamps = {}
        self.reset = board.reset
        self._dashes()

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
            if frame.flags & FLAG_FROM_BOARD or frame.node not in (BROADCAST, self._board.node):
                continue
            message = self.link.receive(frame, now)
            if message:
                name, values = self._words.decode(message[0], message[1])
                getattr(self, "_on_" + name)(values, now)
        if self._decoder.bad() != bad:
            self.link.garbled(now)

    def button(self, index, level, now):
        """Level of a ticket button, as often as the board likes."""
        if self._buttons[index].update(level, now):
            self.presses.add(index, now, True)
            self._lamp_off(index)

    def key(self, pad, key, level, now):
        """Level of a key (1..4, see serial.toml) of a pad."""
        if self._keys[pad * KEYS_PER_PAD + key - 1].update(level, now):
            self.keys.add((pad, key), now)

    def _on_hello_ask(self, values, now):
        self.link.forget_peer()
        self._greeted = False
        self._hello_due = now

    def _on_heartbeat(self, values, now):
        self._heartbeat = now
        self._show_all()

    def _on_committed(self, values, now):
        if values["boot"] != self.boot:
            return
        self._greeted = True
        for _number, button, _since in self.presses.committed(values["press"], now):
            self._button_lamps[button] = now + LAMP_MS
            self._board.set_button_lamp(button, True)
        self.keys.committed(values["key"], now)

    def _on_board(self, values, now):
        self._take("board", values["slot"], values["rev"], values["text"])

    def _on_panel(self, values, now):
        self._take("panel", values["slot"], values["rev"], values["rows"])

    def _on_lamp(self, values, now):
        lamp, tenths = values["lamp"], values["tenths"]
        self._lamps[lamp] = now + tenths * 100
        self._board.set_lamp(lamp, tenths > 0)

    def _on_boot_floor(self, values, now):
        floor = values["boot"]
        if floor <= self.boot:
            return
        self._board.boots.at_least(floor)
        self.boot = floor
        self.reset = 4
        self.link.session = floor & 0x0F
        self.presses.restart()
        self.keys.restart()
        self._greeted = False
        self._hello_due = now

    def _on_stats_ask(self, values, now):
        self._stats_due = now

    # -- what is shown

    def _take(self, kind, slot, rev, content):
        displays = self._board.boards if kind == "board" else self._board.panels
        if slot not in displays:
            return
        self._contents[(kind, slot)] = content
        if self._heartbeat is None:
            return
        holes = displays[slot].show(content)
        if holes:
            self._send("hole", ("hole", kind, slot), slot=slot, rev=rev, text=holes[:8])

    def _show_all(self):
        if self._dashed:
            self._dashed = False
            for (kind, slot), content in self._contents.items():
                (self._board.boards if kind == "board" else self._board.panels)[slot].show(content)

    def _dashes(self):
        self._dashed = True
        self._contents = {}
        for display in self._board.boards.values():
            display.dashes()
        for panel in self._board.panels.values():
            panel.dashes()

    def _lamp_off(self, button):
        if self._button_lamps[button] is not None:
            self._button_lamps[button] = None
            self._board.set_button_lamp(button, False)

    # -- what goes out

    def _send(self, name, replaces=None, **values):
        words = self._words
        return self.link.send(words.id_of(name), words.encode(name, **values), replaces, words.needs_ack(name))

    def step(self, now):
        """Everything that is due; returns bytes for the bus."""
        if self._heartbeat is not None and now - self._heartbeat >= self._silence:
            # Forget the contents too, and say hello until the host has said everything again: it may not have noticed.
            self._heartbeat = None
            self._greeted = False
            self._hello_due = now
            self._dashes()
            for button in range(len(self._button_lamps)):
                self._lamp_off(button)
        for button, until in enumerate(self._button_lamps):
            if until is not None and now >= until:
                self._lamp_off(button)
        for lamp, until in self._lamps.items():
            if until is not None and now >= until:
                self._lamps[lamp] = None
                self._board.set_lamp(lamp, False)
        if not self._greeted and now >= self._hello_due:
            self._hello_due = now + HELLO_MS
            self._hello()
        press = self.presses.say(now)
        if press:
            self._send("press", "press", boot=self.boot, press=press[0], button=press[1])
        key = self.keys.say(now)
        if key:
            self._send("key", "key", boot=self.boot, key=key[0], pad=key[1][0], what=key[1][1])
        if now >= self._stats_due:
            self._stats_due = now + STATS_MS
            self._stats(now)
        if now >= self._refresh_due:
            self._refresh_due = now + REFRESH_MS
            self._board.refresh()
        return self.link.poll(now)

    def _hello(self):
        words = self._words
        self._send(
            "hello",
            protocol=words.protocol,
            dictionary=words.hash,
            firmware=VERSION,
            uid=self._board.uid,
            boot=self.boot,
            press=self.presses.count,
            key=self.keys.count,
            reset=self.reset,
            displays=len(self._board.boards) + len(self._board.panels),
            buttons=self._board.buttons,
            keypads=self._board.keypads,
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
            uptime=(now - self._started) // 1000,
        )

    def wait_ms(self, now):
        """How long the board may sleep if nothing comes in; at most 50 ms, so that a lamp is never late."""
        wait = 50
        for each in [self.link, self.presses, self.keys] + self._buttons + self._keys:
            other = each.wait_ms(now)
            if other is not None and other < wait:
                wait = other
        return wait
