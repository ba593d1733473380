"""The update's side of boot.py: an image comes in, is checked, laid beside the running firmware, and tried.

An image is a file: ``MCI1``, kind of board (1 byte), firmware version (2), protocol (1), dictionary hash (4), number of
files (2), then each file: length of its name (1), name, length (4), bytes. Numbers high byte first.
Nothing of the running firmware is touched; the new one is named in `slots` only when all of it lies there, checked.
"""

import hashlib
import os

import boot

from firmware_bridge.firmware.update import BadImage

MAGIC = b"MCI1"
SYNC_BYTES = 2048
PIECE = 512


def _remove(path):
    """A file, or a folder with all in it; nothing is fine too."""
    try:
        names = os.listdir(path)
    except OSError:
        names = None
    if names is None:
        try:
            os.remove(path)
        except OSError:
            return
        return
    for name in names:
        _remove(path + "/" + name)
    try:
        os.rmdir(path)
    except OSError:
        _unlink(path)


def _unlink(path):
    try:
        os.remove(path)
    except OSError:
        return  # it was not there


def _folder(path):
    try:
        os.mkdir(path)
    except OSError:
        return  # it is there already


def _hex(data):
    return "".join("%02x" % byte for byte in data)


class Slots:
    """`root`: folder on the flash (on a Pico ""). `slot`: what boot.py chose."""

    def __init__(self, root, slot):
        self._root = root
        self.slot = slot
        self.trial = slot != boot.FACTORY and boot.read(root)[1] == slot
        self._part = None
        self._size = 0
        self._digest = ""
        self.held = 0
        self._unsynced = 0

    def number(self):
        """As `hello` says it: 0 workshop, 1 a, 2 b; +128 on trial."""
        return (0 if self.slot == boot.FACTORY else 1 + boot.SLOTS.index(self.slot)) + (128 if self.trial else 0)

    def _path(self, name):
        return self._root + "/" + name

    def begin(self, size, digest):
        """Take an image. Returns how much of this very image is held already. OSError when the flash fails."""
        self._close()
        told = "%d %s" % (size, digest)
        try:
            with open(self._path("update.info")) as file:
                known = file.read(128)
            held = os.stat(self._path("update.part"))[6] if known == told else 0
        except OSError:
            held = 0
        if held > size:
            held = 0
        if not held:
            _unlink(self._path("update.part"))
            with open(self._path("update.info"), "w") as file:
                file.write(told)
        self._part = open(self._path("update.part"), "ab")
        self._size, self._digest, self.held = size, digest, held
        self._unsynced = 0
        return held

    @property
    def receiving(self):
        return self._part is not None

    def room(self):
        """Bytes the flash has left; None where nobody can say."""
        if not hasattr(os, "statvfs"):
            return None
        told = os.statvfs(self._root + "/")
        return told[0] * told[3]

    def put(self, data):
        """The next bytes. Returns True when what is held was just made safe."""
        self._part.write(data)
        self.held += len(data)
        self._unsynced += len(data)
        if self._unsynced < SYNC_BYTES:
            return False
        self._unsynced = 0
        self._part.flush()
        return True

    def abort(self):
        self._close()
        _unlink(self._path("update.part"))
        _unlink(self._path("update.info"))
        self.held = 0

    def _close(self):
        if self._part is not None:
            self._part.close()
            self._part = None

    def finish(self):
        """Check and unpack, a little with each step of this generator; then the new one is on trial at the next start.

        Raises BadImage, OSError.
        """
        self._close()
        if self.held != self._size:
            raise BadImage("too short")
        summed = hashlib.sha256()
        with open(self._path("update.part"), "rb") as part:
            while True:
                piece = part.read(PIECE)
                if not piece:
                    break
                summed.update(piece)
                yield
        if _hex(summed.digest()) != self._digest:
            self.abort()
            raise BadImage("digest")
        target = boot.SLOTS[1] if self.slot == boot.SLOTS[0] else boot.SLOTS[0]
        yield from self._unpack(target)
        run, _trial, _tries, crashes = boot.read(self._root)
        boot.write(self._root, run, target, boot.TRIES, crashes)
        self.abort()

    def _unpack(self, target):
        folder = self._path(target)
        _remove(folder)
        _folder(folder)
        yield
        with open(self._path("update.part"), "rb") as part:
            head = part.read(14)
            if len(head) < 14 or head[:4] != MAGIC:
                raise BadImage("no image")
            for _ in range(head[12] << 8 | head[13]):
                length = part.read(1)
                name = part.read(length[0]).decode() if length else ""
                size = part.read(4)
                if not name or name.startswith("/") or ".." in name or len(size) < 4:
                    raise BadImage("name")
                left = size[0] << 24 | size[1] << 16 | size[2] << 8 | size[3]
                path = folder
                for step in name.split("/")[:-1]:
                    path += "/" + step
                    _folder(path)
                with open(folder + "/" + name, "wb") as file:
                    while left:
                        piece = part.read(min(PIECE, left))
                        if not piece:
                            raise BadImage("cut")
                        file.write(piece)
                        left -= len(piece)
                        yield

    def confirm(self):
        """The firmware on trial is the one that runs from now on."""
        if self.trial:
            boot.write(self._root, self.slot, boot.FACTORY, 0, 0)
            self.trial = False

    def give_up(self):
        """The firmware on trial was not confirmed: the one before it at the next start."""
        run = boot.read(self._root)[0]
        boot.write(self._root, run, boot.FACTORY, 0, 0)

    def healthy(self):
        """It has worked for a while: earlier crashes no longer count."""
        run, trial, tries, crashes = boot.read(self._root)
        if crashes:
            boot.write(self._root, run, trial, tries, 0)
