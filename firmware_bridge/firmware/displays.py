"""Counter boards and main panels on chains of driver chips. `wire` writes one latched transaction: wire(bytes).

A chain has one line of 8 (MAX7219) or `width` (74HC595) digits for each board or panel row. The whole chain is written
on every change and once a second, set-up registers included, so that a chip that browned out comes back by itself.
"""

from firmware_bridge.firmware.font import BLANK, DASH, segments


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

    def __init__(self, chain, line, digits=4):
        self._chain = chain
        self.line = line
        self.digits = digits

    def dashes(self):
        self._put([DASH] * self.digits)

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
