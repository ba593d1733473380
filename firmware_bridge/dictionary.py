"""Messages to bytes and back, from a message list that is data. Shared by both ends (MicroPython subset, frame.py).

The list itself is declared in ``config/contracts/serial.toml``. In CPython ``contract.py`` reads it; on the chip it is
the generated module ``wire_words`` (never committed, made when an image is assembled). Both are one plain dict:

    {"protocol": 1, "hash": u32, "timing": {...},
     "messages": ((id, name, direction, needs_ack, ((field, type), ...)), ...)}
"""

_WIDTHS = {"u8": 1, "u16": 2, "u32": 4, "uid": 8, "digest": 32}
_HEX = ("uid", "digest")
ROW_CHARS = 4
MAX_ROWS = 8

TO_BOARD = "to_board"
TO_HOST = "to_host"
BOTH = "both"


class BadFields(ValueError):
    """The payload is not what the dictionary says about this message, or a value does not fit its field."""


def _printable(text):
    for char in text:
        if not 32 <= ord(char) < 127:
            raise BadFields("not printable ASCII: %r" % text)
    return text.encode()


def _put(kind, value):
    if kind == "text":
        return _printable(value)
    if kind in _HEX:
        if len(value) != 2 * _WIDTHS[kind]:
            raise BadFields("%s is %d hex digits" % (kind, 2 * _WIDTHS[kind]))
        return bytes(int(value[i : i + 2], 16) for i in range(0, len(value), 2))
    if kind == "bytes":
        return bytes(value)
    if kind == "rows":
        if len(value) > MAX_ROWS:
            raise BadFields("more than %d rows" % MAX_ROWS)
        out = b""
        for number, counter in value:
            if len(number) > ROW_CHARS or not 0 <= counter <= 255:
                raise BadFields("row does not fit: %r" % ((number, counter),))
            out += _printable(number + " " * (ROW_CHARS - len(number))) + bytes((counter,))
        return out
    width = _WIDTHS[kind]
    if not 0 <= value < 1 << (8 * width):
        raise BadFields("%r does not fit %s" % (value, kind))
    return value.to_bytes(width, "big")


def _ascii(data):
    for byte in data:
        if not 32 <= byte < 127:
            raise BadFields("not printable ASCII")
    return bytes(data).decode()


def _take_rows(data):
    step = ROW_CHARS + 1
    if len(data) % step or len(data) > MAX_ROWS * step:
        raise BadFields("not whole rows")
    rows = []
    for at in range(0, len(data), step):
        rows.append((_ascii(data[at : at + ROW_CHARS]).rstrip(" "), data[at + ROW_CHARS]))
    return tuple(rows)


class Dictionary:
    """Encoders and decoders for one message list."""

    def __init__(self, words):
        self.protocol = words["protocol"]
        self.hash = words["hash"]
        self.timing = words["timing"]
        self._by_id = {}
        self._by_name = {}
        for message in words["messages"]:
            self._by_id[message[0]] = message
            self._by_name[message[1]] = message

    def id_of(self, name):
        return self._by_name[name][0]

    def name_of(self, kind):
        """The message's name, or None for an unknown type."""
        message = self._by_id.get(kind)
        return message[1] if message else None

    def goes(self, kind, direction):
        """Whether a message of this type may travel in ``direction`` (to_board or to_host)."""
        message = self._by_id.get(kind)
        return message is not None and message[2] in (direction, BOTH)

    def needs_ack(self, name):
        return self._by_name[name][3]

    def encode(self, name, **values):
        """Payload of the message; raises BadFields for a value that does not fit, KeyError for an unknown name."""
        message = self._by_name[name]
        payload = b""
        for field, kind in message[4]:
            if field not in values:
                raise BadFields("%s lacks %s" % (name, field))
            payload += _put(kind, values[field])
        if len(values) != len(message[4]):
            raise BadFields("%s: fields nobody declared" % name)
        return payload

    def decode(self, kind, payload):
        """(name, values); raises BadFields for a payload that is too short, too long or out of shape."""
        message = self._by_id.get(kind)
        if message is None:
            raise BadFields("unknown type 0x%02x" % kind)
        values = {}
        at = 0
        for field, what in message[4]:
            if what == "text":
                values[field] = _ascii(payload[at:])
                at = len(payload)
            elif what == "bytes":
                values[field] = bytes(payload[at:])
                at = len(payload)
            elif what == "rows":
                values[field] = _take_rows(payload[at:])
                at = len(payload)
            else:
                width = _WIDTHS[what]
                if at + width > len(payload):
                    raise BadFields("%s is too short" % message[1])
                part = bytes(payload[at : at + width])
                if what in _HEX:
                    values[field] = "".join("%02x" % byte for byte in part)
                else:
                    values[field] = int.from_bytes(part, "big")
                at += width
        if at != len(payload):
            raise BadFields("%s is too long" % message[1])
        return message[1], values
