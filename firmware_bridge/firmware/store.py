"""What a board keeps on its flash: boot counter, presses that wait, address and name. Power may go at any byte."""

import os

# A flash that has forgotten its counter begins anywhere in this range: beginning at 1 again would give new presses and
# keys the identities of old ones, and the hub would take them for repeats.
FIRST_BITS = 30


def _read(path):
    """The boot number in the file, 0 for none."""
    try:
        with open(path) as file:
            text = file.read(32)
        number, check = text.split()
        number = int(number)
        return number if int(check) == number ^ 0x5A5A5A5A else 0
    except (OSError, ValueError):
        return 0  # a missing or torn copy: the other one counts, or the host raises us (boot_floor)


def replace(path, text):
    """The whole file becomes `text`, or stays as it was."""
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)


def _write(path, number):
    replace(path, "%d %d" % (number, number ^ 0x5A5A5A5A))


class BootCounter:
    """`path` and `path` + "2" hold the number of the last boot. `first` draws the number before the first boot."""

    def __init__(self, path, first=None):
        self._path = path
        self.boot = max(_read(path), _read(path + "2"))
        if self.boot == 0 and first is not None:
            self.boot = first()

    def next(self):
        """Count this boot and write it down before anything is said under it."""
        self.at_least(self.boot + 1)
        return self.boot

    def at_least(self, number):
        self.boot = number
        _write(self._path, number)
        _write(self._path + "2", number)


def somewhere():
    """Where the boot counter of a new (or forgetful) flash begins."""
    number = 0
    for byte in os.urandom(4):
        number = number << 8 | byte
    return number & (1 << FIRST_BITS) - 1


class PressStore:
    """Presses that no hub has answered yet, one a line: boot, number, button, check. Torn lines count for nothing."""

    def __init__(self, path):
        self._path = path

    def load(self):
        out = []
        try:
            with open(self._path) as file:
                lines = file.read(1024).split("\n")
        except OSError:
            return out
        for line in lines:
            try:
                boot, number, what, check = [int(word) for word in line.split()]
            except ValueError:
                continue
            if check == boot ^ number ^ what ^ 0x5A5A5A5A:
                out.append((boot, number, what))
        return out

    def save(self, entries):
        text = ""
        for boot, number, what in entries:
            text += "%d %d %d %d\n" % (boot, number, what, boot ^ number ^ what ^ 0x5A5A5A5A)
        replace(self._path, text)


class NameStore:
    """Address and name that were set over the bus; without it the wiring's address and no name."""

    def __init__(self, path, node):
        self._path = path
        self.node = node
        self.title = ""
        try:
            with open(path) as file:
                kept, _, title = file.read(64).partition(" ")
            kept = int(kept)
        except (OSError, ValueError):
            return
        if 1 <= kept <= 30:
            self.node = kept
            self.title = title

    def set(self, node, title):
        replace(self._path, "%d %s" % (node, title))
        self.node = node
        self.title = title
