"""Counter boards, main panels and matrix lines on driver chips. `wire` writes one latched transaction: wire(bytes).

A chain has one line of 8 (MAX7219) or `width` (74HC595) digits for each board or panel row. The whole chain is written
on every change and once a second, set-up registers included, so that a chip that browned out comes back by itself.
"""

from firmware_bridge.firmware.font import BLANK, DASH, segments

ALL = 0x7F


class Max7219:
    """A chain of MAX7219, one chip for each line of up to 8 digits. First chip is the one nearest the controller."""

    WIDTH = 8
    _SETUP = ((0x0F, 0), (0x0C, 1), (0x09, 0), (0x0B, 7), (0x0A, 8))  # no test, awake, no decoding, 8 digits, mid light

    def __init__(self, wire, lines):
        self._wire = wire
        self.lines = [[BLANK] * 8 for _ in range(lines)]

    def refresh(self):
        count = len(self.lines)
        for register, value in self._SETUP:
            self._wire(bytes((register, value)) * count)
        for digit in range(8):
            out = b""
            for line in reversed(self.lines):  # what is sent first ends in the farthest chip
                out += bytes((digit + 1, self._turned(line[digit])))
            self._wire(out)

    @staticmethod
    def _turned(shape):
        # The chip wants A in bit 6 down to G in bit 0: our order reversed.
        out = 0
        for bit in range(7):
            if shape & 1 << bit:
                out |= 1 << (6 - bit)
        return out


class Hc595:
    """A chain of 74HC595, one chip for each digit; `inverted` for common-anode digits."""

    def __init__(self, wire, lines, width=4, inverted=False):
        self.WIDTH = width
        self._wire = wire
        self._mask = 0xFF if inverted else 0
        self.lines = [[BLANK] * width for _ in range(lines)]

    def refresh(self):
        out = []
        for line in reversed(self.lines):
            for shape in reversed(line):
                out.append(shape ^ self._mask)
        self._wire(bytes(out))


class CounterBoard:
    """`digits` (3 or 4) digits on one line of a chain. Three digits leave the letter away."""

    rows = 1

    def __init__(self, chain, line, digits=4):
        self._chain = chain
        self.line = line
        self.digits = digits

    def dashes(self):
        self._put([DASH] * self.digits)

    def test(self, row, lit):
        """Every segment of the board (of its one row), or none."""
        self._put([ALL if lit else BLANK] * self.digits)

    def memory(self):
        """Segment bytes of each row, as the chips were given them."""
        return [bytes(self._chain.lines[self.line][: self.digits])]

    def show(self, text):
        """Show the end of `text`, right-aligned; returns the characters that have no shape."""
        text = text[-self.digits :]
        shapes, holes = segments(" " * (self.digits - len(text)) + text)
        self._put(shapes)
        return holes

    def _put(self, shapes):
        line = self._chain.lines[self.line]
        for at in range(len(line)):
            line[at] = shapes[at] if at < len(shapes) else BLANK
        self._chain.refresh()


class MainPanel:
    """Up to 8 rows on lines of a chain 8 digits wide: four for the number, one dark, two for the counter."""

    def __init__(self, chain, first_line, rows=8):
        self._chain = chain
        self.first = first_line
        self.rows = rows

    def dashes(self):
        for row in range(self.rows):
            self._put(row, [DASH] * 4 + [BLANK] + [DASH] * 2)
        self._chain.refresh()

    def test(self, row, lit):
        """Every segment of one row, or none."""
        self._put(row, [ALL if lit else BLANK] * 4 + [BLANK] + [ALL if lit else BLANK] * 2)
        self._chain.refresh()

    def memory(self):
        return [bytes(self._chain.lines[self.first + row][:7]) for row in range(self.rows)]

    def show(self, rows):
        """Show (number, counter) rows, top first; returns the characters that have no shape."""
        missing = ""
        for row in range(self.rows):
            number, counter = rows[row] if row < len(rows) else ("", 0)
            right = "%2d" % counter if counter else "  "
            shapes, holes = segments(" " * (4 - len(number)) + number + " " + right)
            self._put(row, shapes)
            missing += holes
        self._chain.refresh()
        return missing

    def _put(self, row, shapes):
        line = self._chain.lines[self.first + row]
        for at in range(len(line)):
            line[at] = shapes[at] if at < len(shapes) else BLANK


class MatrixLine:
    """One line of running text, `width` × `height` dots; a frame is column after column, top byte and bit first.

    What fits stands still in the middle. What is wider goes round as a tape with half a width of darkness behind, and
    stands still for `hold` tenths of a second each time its beginning is at the left edge.
    """

    rows = 1

    def __init__(self, wire, width, height):
        self._wire = wire
        self.width = width
        self.column = height // 8  # bytes
        self.frame = bytearray(width * self.column)
        self.position = 0
        self._data = b""
        self._columns = 0
        self._speed = 0
        self._hold = 0
        self._lap = 0  # when the beginning came to the left edge
        self._running = False

    def refresh(self):
        self._wire(bytes(self.frame))

    def dashes(self):
        self._running = False
        middle = self.column * 8 // 2 - 1
        stroke = bytearray(self.column)
        for y in (middle, middle + 1):
            stroke[y // 8] |= 0x80 >> (y % 8)
        for x in range(self.width):
            lit = 3 <= x % 16 <= 12
            self.frame[x * self.column : (x + 1) * self.column] = stroke if lit else bytes(self.column)
        self.refresh()

    def test(self, row, lit):
        """Every dot, or none; the text goes on when `resume` is called."""
        self._running = False
        self.frame[:] = (b"\xff" if lit else b"\0") * len(self.frame)
        self.refresh()

    def memory(self):
        return [bytes(self.frame)]

    def tempo(self, speed, hold):
        """Columns a second (0: never scroll) and tenths of a second; what is on show goes on where it is."""
        if self._speed and speed and self.position:
            since = self._lap + self._hold * 100 + self.position * 1000 // self._speed  # when it came to where it is
            self._lap = since - hold * 100 - self.position * 1000 // speed
        self._speed = speed
        self._hold = hold

    def show(self, columns, data, speed, hold, now):
        """`data`: columns × height / 8 bytes."""
        self._columns = columns
        self._data = data
        self.position = 0
        self.tempo(speed, hold)
        self._lap = now
        self._running = True
        self._draw()

    def resume(self, now):
        self.show(self._columns, self._data, self._speed, self._hold, now)

    def _moves(self):
        return self._running and self._speed and self._columns > self.width

    def step(self, now):
        """Move on if a column is due."""
        if not self._moves():
            return
        gone = now - self._lap - self._hold * 100
        if gone <= 0:
            return
        length = self._columns + self.width // 2
        position = gone * self._speed // 1000
        if position >= length:
            self._lap += self._hold * 100 + length * 1000 // self._speed
            if now - self._lap > 1000:
                self._lap = now  # the chip was busy with something else: no catching up
            position = 0
        if position != self.position:
            self.position = position
            self._draw()

    def wait_ms(self, now):
        if not self._moves():
            return None
        due = self._lap + self._hold * 100 + (self.position + 1) * 1000 // self._speed
        return max(0, due - now)

    def _draw(self):
        tall, width, columns = self.column, self.width, self._columns
        if columns <= width or not self._speed:
            left = max(0, width - columns) // 2
            out = bytes(left * tall) + self._data[: min(columns, width) * tall]
        else:
            out = self._data[self.position * tall : (self.position + width) * tall]
            dark = width // 2 - max(0, self.position - columns)  # columns of darkness still to come
            while len(out) < width * tall:
                out += bytes(dark * tall)
                out += self._data[: width * tall - len(out)]
                dark = width // 2
        self.frame[:] = (out + bytes(width * tall))[: width * tall]
        self.refresh()
