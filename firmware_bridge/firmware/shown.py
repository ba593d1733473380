"""What a board's displays show: contents, dashes while nobody vouches for them, test patterns. Times in ms.

Contents are whole states; the newest to arrive is right. Without a heartbeat they are forgotten, because yesterday's
number on a board sends somebody to the wrong counter.
"""

from firmware_bridge.frame import crc16

BOARD = 0
PANEL = 1
MATRIX = 2
MAX_BITMAP = 12288
EVERY_SEGMENT = 1
ROW_AFTER_ROW = 2
ROW_MS = 500


class Bitmap:
    """The pieces of one revision, as they come."""

    def __init__(self, rev):
        self.rev = rev
        self.data = bytearray()

    def put(self, offset, piece):
        end = offset + len(piece)
        if end > MAX_BITMAP:
            return
        if end > len(self.data):
            self.data.extend(bytes(end - len(self.data)))
        self.data[offset:end] = piece


class Shown:
    """`board` as core.py says; `hole(slot, rev, text)` and `missing(slot, rev)` are called to tell the host."""

    def __init__(self, board, hole, missing):
        self._displays = (board.boards, board.panels, board.matrices)
        self._hole = hole
        self._missing = missing
        self._contents = {}  # (BOARD | PANEL, slot) -> text | rows
        self._texts = {}  # matrix slot -> (rev, crc, columns, data, speed, hold)
        self._stage = {}  # matrix slot -> Bitmap
        self._dashed = True
        self._pattern = 0
        self._pattern_until = 0
        self._pattern_since = 0
        self._lit = -1
        self.dashes()

    def dashes(self):
        """Forget everything; dashes on every display."""
        self._dashed = True
        self._contents = {}
        self._texts = {}
        self._stage = {}
        if not self._pattern:
            self._draw_dashes()

    def awake(self, now):
        """The host vouches for what it said: show it."""
        if self._dashed:
            self._dashed = False
            if not self._pattern:
                self._draw_all(now)

    def take(self, kind, slot, rev, content):
        """Whole content of a counter board (text) or main panel (rows)."""
        display = self._displays[kind].get(slot)
        if display is None:
            return
        self._contents[(kind, slot)] = content
        if self._dashed or self._pattern:
            return
        holes = display.show(content)
        if holes:
            self._hole(slot, rev, holes[:8])

    def piece(self, slot, rev, offset, data):
        """A piece of a text line that is coming."""
        if slot not in self._displays[MATRIX]:
            return
        stage = self._stage.get(slot)
        if stage is None or stage.rev != rev:
            stage = self._stage[slot] = Bitmap(rev)
        stage.put(offset, data)

    def line(self, slot, rev, columns, speed, hold, crc, now):
        """Show that text line, if it is whole."""
        display = self._displays[MATRIX].get(slot)
        if display is None:
            return
        shown = self._texts.get(slot)
        if shown and shown[:3] == (rev, crc, columns):
            display.tempo(speed, hold)
            return
        size = columns * display.column
        stage = self._stage.get(slot)
        data = b""
        if columns:
            whole = stage is not None and stage.rev == rev and len(stage.data) >= size
            data = bytes(stage.data[:size]) if whole else b""
            if not whole or crc16(data) != crc:
                self._missing(slot, rev)
                return
        self._stage.pop(slot, None)
        self._texts[slot] = (rev, crc, columns, data, speed, hold)
        if not self._dashed and not self._pattern:
            display.show(columns, data, speed, hold, now)

    def pattern(self, pattern, tenths, now):
        """A test pattern for so long; 0 ends it."""
        self._pattern = pattern if tenths else 0
        self._pattern_since = now
        self._pattern_until = now + tenths * 100
        self._lit = -1
        if pattern not in (EVERY_SEGMENT, ROW_AFTER_ROW):
            self._pattern = 0
        if self._pattern:
            self._draw_pattern(now)
        else:
            self._end_pattern(now)

    def step(self, now):
        if self._pattern:
            if now >= self._pattern_until:
                self._pattern = 0
                self._end_pattern(now)
            else:
                self._draw_pattern(now)
        for matrix in self._displays[MATRIX].values():
            matrix.step(now)

    def wait_ms(self, now):
        wait = None
        for matrix in self._displays[MATRIX].values():
            other = matrix.wait_ms(now)
            if other is not None and (wait is None or other < wait):
                wait = other
        return wait

    def memory(self):
        """[(kind, slot, row, bytes)] of all displays: segments, or the CRC of a matrix' frame."""
        out = []
        for kind in (BOARD, PANEL, MATRIX):
            for slot, display in self._displays[kind].items():
                for row, data in enumerate(display.memory()):
                    if kind == MATRIX:
                        crc = crc16(data)
                        data = bytes((crc >> 8, crc & 0xFF))
                    out.append((kind, slot, row, data))
        return out

    def revision(self, slot):
        """Revision a matrix was given last, None while it has none."""
        shown = self._texts.get(slot)
        return shown[0] if shown else None

    def _draw_pattern(self, now):
        places = []
        for displays in self._displays:
            for display in displays.values():
                for row in range(display.rows):
                    places.append((display, row))
        if not places:
            return
        if self._pattern == EVERY_SEGMENT:
            lit = len(places)  # all of them
        else:
            lit = (now - self._pattern_since) // ROW_MS % len(places)
        if lit == self._lit:
            return
        self._lit = lit
        for at, (display, row) in enumerate(places):
            display.test(row, lit in (at, len(places)))

    def _end_pattern(self, now):
        if self._dashed:
            self._draw_dashes()
        else:
            self._draw_all(now)

    def _draw_dashes(self):
        for displays in self._displays:
            for display in displays.values():
                display.dashes()

    def _draw_all(self, now):
        for kind in (BOARD, PANEL):
            for slot, display in self._displays[kind].items():
                if (kind, slot) in self._contents:
                    display.show(self._contents[(kind, slot)])
                else:
                    display.dashes()
        for slot, display in self._displays[MATRIX].items():
            shown = self._texts.get(slot)
            if shown:
                display.show(shown[2], shown[3], shown[4], shown[5], now)
            else:
                display.dashes()
