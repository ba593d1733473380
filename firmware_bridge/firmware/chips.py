"""Driver chips made of bytes: what virtual boards have instead of solder. They hold what the bus really gave them."""


class MaxChips:
    """A chain of MAX7219 as the bus sees it: registers that only whole, latched transactions change."""

    def __init__(self, count):
        self._registers = [bytearray(16) for _ in range(count)]
        self.changed = False
        # The chip wakes up in shutdown and showing nothing.

    def latch(self, data):
        count = len(self._registers)
        for place in range(count):
            at = (count - 1 - place) * 2
            registers, register = self._registers[place], data[at] & 0x0F
            if registers[register] != data[at + 1]:
                registers[register] = data[at + 1]
                self.changed = True

    def lines(self):
        out = []
        for registers in self._registers:
            shapes = []
            awake = registers[0x0C] & 1 and not registers[0x0F] and registers[0x09] == 0
            for digit in range(8):
                value = registers[digit + 1] if awake and digit <= registers[0x0B] else 0
                shape = 0
                for bit in range(7):
                    if value & 1 << (6 - bit):
                        shape |= 1 << bit
                shapes.append(shape)
            out.append(shapes)
        return out


class ShiftChips:
    """A chain of 74HC595: the last bytes shifted in, first chip first."""

    def __init__(self, lines, width):
        self._width = width
        self._bytes = bytes(lines * width)
        self.changed = False

    def latch(self, data):
        before = self._bytes
        self._bytes = (bytes(data[::-1]) + before)[: len(before)]
        self.changed = self.changed or self._bytes != before

    def lines(self):
        return [list(self._bytes[at : at + self._width]) for at in range(0, len(self._bytes), self._width)]


class MatrixChips:
    """The shift registers behind a matrix: the last whole frame."""

    def __init__(self, size):
        self.frame = bytes(size)
        self.changed = False

    def latch(self, data):
        self.changed = self.changed or self.frame != data
        self.frame = data
