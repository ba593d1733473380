"""The boot counter, in two copies on the flash: a power cut while one is written leaves the other."""

import os


def _read(path):
    try:
        with open(path) as file:
            text = file.read(32)
        number, check = text.split()
        number = int(number)
        return number if int(check) == number ^ 0x5A5A5A5A else 0
    except (OSError, ValueError):
        return 0  # a missing or torn copy: the other one counts, or the host raises us (boot_floor)


def _write(path, number):
    with open(path + ".new", "w") as file:
        file.write("%d %d" % (number, number ^ 0x5A5A5A5A))
    os.rename(path + ".new", path)


class BootCounter:
    """`path` and `path` + "2" hold the number of the last boot."""

    def __init__(self, path):
        self._path = path
        self.boot = max(_read(path), _read(path + "2"))

    def next(self):
        """Count this boot and write it down before anything is said under it."""
        self.at_least(self.boot + 1)
        return self.boot

    def at_least(self, number):
        self.boot = number
        _write(self._path, number)
        _write(self._path + "2", number)
