"""One frame of the serial bus: COBS around (type, sequence, flags, node, payload, CRC). Shared by both ends.

Layout before stuffing, one byte each unless said:

    type | sequence | flags | node | payload (0..48 bytes) | CRC-16 (2 bytes, high byte first)

On the wire a frame is ``00 <stuffed bytes> 00``. The leading zero costs one byte and keeps line noise from eating the
frame that follows it. The CRC is CRC-16/CCITT with start value 0xFFFF (``binascii.crc_hqx(data, 0xFFFF)`` in CPython)
over everything before it, sent inverted: sent plain, a closing zero that a flipped bit turns into a one would make the
frame a byte longer and still right (a CRC of nought stays nought however many zeros follow).

This file runs unchanged in CPython and in MicroPython, so it keeps to the language both share: no typing, no
dataclasses, no enum, no match, no deletion from bytearrays. Times and I/O do not occur here.
"""

MAX_PAYLOAD = 48
HEADER = 4
MAX_RAW = HEADER + MAX_PAYLOAD + 2
# COBS adds one byte for every 254, so one here.
MAX_STUFFED = MAX_RAW + 1

BROADCAST = 0

FLAG_REPEAT = 0x01  # the same frame was sent before; the receiver may already have it
FLAG_FROM_BOARD = 0x02  # on a shared pair of wires a board must not take another board's frame for the host's
FLAG_NO_ACK = 0x04  # nobody waits for an answer
FLAG_SHARED = 0x08  # from the host: several boards share these wires, speak only on your turn (message `turn`)
SESSION_SHIFT = 4  # the upper half of the flags: which run of the sender this is (see link.py)

# CRC of every half byte: 16 words of memory buy most of the speed of the full table on a small chip.
_CRC_NIBBLE = (
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
    0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF,
)  # fmt: skip


def crc16(data, crc=0xFFFF):
    """CRC-16/CCITT of ``data`` (bytes-like), 0..0xFFFF."""
    table = _CRC_NIBBLE
    for byte in data:
        crc = ((crc << 4) & 0xFFFF) ^ table[((crc >> 12) ^ (byte >> 4)) & 0x0F]
        crc = ((crc << 4) & 0xFFFF) ^ table[((crc >> 12) ^ byte) & 0x0F]
    return crc


def cobs_encode(data):
    """Stuffed form of ``data``: no zero byte inside, no delimiter added."""
    out = bytearray(1)
    start = 0  # where the length byte of the running block stands
    run = 1
    length = len(data)
    for index in range(length):
        byte = data[index]
        if byte:
            out.append(byte)
            run += 1
            # A full block stands for no zero. At the very end of the data no new block may be opened:
            # it would be one byte more than the canonical form.
            if run == 255 and index + 1 < length:
                out[start] = 255
                start = len(out)
                out.append(0)
                run = 1
        else:
            out[start] = run
            start = len(out)
            out.append(0)
            run = 1
    out[start] = run
    return bytes(out)


def cobs_decode(stuffed):
    """The bytes behind ``stuffed`` (without delimiters), or None when it is not a stuffed form at all."""
    out = bytearray()
    index = 0
    length = len(stuffed)
    while index < length:
        run = stuffed[index]
        if run == 0 or index + run > length:
            return None
        for position in range(index + 1, index + run):
            if stuffed[position] == 0:
                return None
            out.append(stuffed[position])
        index += run
        if run < 255 and index < length:
            out.append(0)
    return bytes(out)


class Frame:
    """One decoded frame. ``kind`` is the type byte; ``session`` the sender's run, 0..15."""

    def __init__(self, kind, sequence, flags, node, payload=b""):
        if len(payload) > MAX_PAYLOAD:
            raise ValueError("payload longer than %d bytes" % MAX_PAYLOAD)
        self.kind = kind
        self.sequence = sequence
        self.flags = flags
        self.node = node
        self.payload = bytes(payload)

    @property
    def session(self):
        return self.flags >> SESSION_SHIFT

    def encode(self):
        """The frame as it goes on the wire, delimiters included."""
        raw = bytes((self.kind, self.sequence, self.flags, self.node)) + self.payload
        crc = crc16(raw) ^ 0xFFFF
        return b"\x00" + cobs_encode(raw + bytes((crc >> 8, crc & 0xFF))) + b"\x00"

    def __repr__(self):
        return "Frame(kind=0x%02x, sequence=%d, flags=0x%02x, node=%d, payload=%r)" % (
            self.kind,
            self.sequence,
            self.flags,
            self.node,
            self.payload,
        )


class Decoder:
    """Turns bytes as they come (any split) into frames; garbage costs at most the frame it hit.

    Memory is bounded: past MAX_STUFFED bytes without a delimiter everything is dropped up to the next one.
    Counters: ``good``, ``bad_crc``, ``bad_stuffing``, ``too_short``, ``too_long`` (each one frame), ``bytes_in``.
    """

    def __init__(self):
        self._buffer = bytearray(MAX_STUFFED)
        self._fill = 0
        self._skipping = False
        self.good = 0
        self.bad_crc = 0
        self.bad_stuffing = 0
        self.too_short = 0
        self.too_long = 0
        self.bytes_in = 0

    def bad(self):
        """How many frames arrived broken since the start."""
        return self.bad_crc + self.bad_stuffing + self.too_short + self.too_long

    def feed(self, data):
        """Frames completed by ``data``, oldest first."""
        frames = []
        self.bytes_in += len(data)
        for byte in data:
            if byte == 0:
                if self._skipping:
                    self._skipping = False
                elif self._fill:
                    frame = self._finish()
                    if frame is not None:
                        frames.append(frame)
                self._fill = 0
            elif self._skipping:
                continue
            elif self._fill == MAX_STUFFED:
                self.too_long += 1
                self._skipping = True
            else:
                self._buffer[self._fill] = byte
                self._fill += 1
        return frames

    def _finish(self):
        raw = cobs_decode(self._buffer[: self._fill])
        if raw is None:
            self.bad_stuffing += 1
            return None
        if len(raw) < HEADER + 2:
            self.too_short += 1
            return None
        if crc16(raw[:-2]) ^ 0xFFFF != (raw[-2] << 8 | raw[-1]):
            self.bad_crc += 1
            return None
        self.good += 1
        return Frame(raw[0], raw[1], raw[2], raw[3], raw[4:-2])
