"""The link: each message arrives once, in order, or its sender is told. No I/O; time is an argument. One for both ends.

Window one, per direction: the next message goes out when the one before was acknowledged, refused or given up. A resent
frame keeps its sequence number and carries the repeat flag. The wait before a resend follows the measured round trip
(mean + 4 × deviation, as TCP does, RFC 6298; repeated frames are not measured) and doubles with every try.

`session` is four bits that differ between two runs of one end (the board's boot counter, a random number on the host),
so a late acknowledgement of an earlier run acknowledges nothing. Sequences behind the last one accepted in the same
session are duplicates: acknowledged again and dropped.

An acknowledgement says only that the frame arrived whole. Nothing here is durable; see docs/protocol.md.

MicroPython subset, see frame.py. All times are whole milliseconds that never run backwards and never wrap.
"""

from firmware_bridge.frame import FLAG_FROM_BOARD, FLAG_NO_ACK, FLAG_REPEAT, FLAG_SHARED, SESSION_SHIFT, Frame

ACK = 0x01
NAK = 0x02
PING = 0x03
TURN = 0x04

GARBLED = 1
UNKNOWN_TYPE = 2
BAD_FIELDS = 3
BUSY = 4
SAY_HELLO = 5

MIN_TIMEOUT = 30
FIRST_TIMEOUT = 200
MAX_TIMEOUT = 1000
MAX_TRIES = 8
NAK_PAUSE = 100
QUEUE_LIMIT = 24


def accept_all(kind, payload):
    """The default judge of incoming messages: everything is welcome."""
    return 0


class Link:
    """One end of the conversation with one node.

    accept(kind, payload) -> 0 or a nak reason; it is asked before a message is acknowledged. `BUSY` asks for the
    message again later; every other reason refuses it for good.
    """

    def __init__(self, node, is_board, session, first_sequence=0, accept=accept_all):
        self.node = node
        self.session = session & 0x0F
        self.flags = FLAG_FROM_BOARD if is_board else 0  # what every frame of this end carries
        self.on_trip = None  # called with every measured round trip, ms
        self._accept = accept
        self._sequence = first_sequence & 0xFF  # of the next new message
        self._queue = []  # [key, kind, payload]
        self._out = []  # encoded frames that leave at the next poll
        self._current = None  # [key, kind, payload] waiting for its acknowledgement
        self._current_sequence = 0
        self._tries = 0
        self._sent_at = 0
        self._due = 0
        self._nak_answered = False
        self._peer = None  # (session, sequence) of the last message accepted
        self._peer_reason = 0
        self._nak_due = 0
        self._srtt8 = 0  # smoothed round trip × 8
        self._rttvar4 = 0  # its deviation × 4
        self.heard_at = None  # when anything whole came in last
        self.lost = []  # (kind, payload) given up after MAX_TRIES
        self.refused = []  # (kind, payload, reason)
        self.sent = 0
        self.repeats = 0
        self.received = 0
        self.duplicates = 0
        self.late = 0
        self.naks_in = 0
        self.naks_out = 0
        self.given_up = 0

    # -- sending

    def send(self, kind, payload, key=None, needs_ack=True):
        """Queue a message. A waiting one with the same key is replaced: for states only the newest matters.

        False when the queue is full (nothing was queued).
        """
        if not needs_ack:
            self._out.append(self._encode(kind, self._next_sequence(), FLAG_NO_ACK, payload))
            return True
        if key is not None:
            for entry in self._queue:
                if entry[0] == key:
                    entry[1] = kind
                    entry[2] = payload
                    return True
        if len(self._queue) >= QUEUE_LIMIT:
            return False
        self._queue.append([key, kind, payload])
        return True

    def drop(self, key):
        """Forget a waiting message; one on its way stays."""
        self._queue = [entry for entry in self._queue if entry[0] != key]

    def waiting(self):
        """Messages not yet acknowledged, the one on its way included."""
        return len(self._queue) + (1 if self._current else 0)

    def drop_all(self):
        """Forget everything that was to be sent (the other end is gone or new)."""
        self._queue = []
        self._current = None

    def forget_peer(self):
        """The other end has started anew: its sequence numbers begin again."""
        self._peer = None

    def _next_sequence(self):
        sequence = self._sequence
        self._sequence = (sequence + 1) & 0xFF
        return sequence

    def _encode(self, kind, sequence, flags, payload, session=None):
        if session is None:
            session = self.session
        return Frame(kind, sequence, flags | self.flags | session << SESSION_SHIFT, self.node, payload).encode()

    def timeout(self):
        """How long the next first try waits for its acknowledgement, ms."""
        if not self._srtt8:
            return FIRST_TIMEOUT
        return min(MAX_TIMEOUT, max(MIN_TIMEOUT, (self._srtt8 >> 3) + self._rttvar4))

    def round_trip(self):
        """Smoothed round trip in ms, None before the first."""
        return self._srtt8 / 8 if self._srtt8 else None

    def _measure(self, took):
        if self.on_trip is not None:
            self.on_trip(took)
        took = max(took, 1)
        if not self._srtt8:
            self._srtt8 = took << 3
            self._rttvar4 = took << 1
            return
        error = took - (self._srtt8 >> 3)
        self._srtt8 = max(1, self._srtt8 + error)
        self._rttvar4 += abs(error) - (self._rttvar4 >> 2)

    def turn(self):
        """The frame that hands the wires over (shared wires): the other end's turn."""
        return self._encode(TURN, self._next_sequence(), FLAG_NO_ACK, b"")

    def unasked(self):
        """What was queued without waiting for an answer, and nothing else."""
        out = b"".join(self._out)
        self._out = []
        return out

    def share(self):
        """Host: several boards hang on these wires; say so in every frame."""
        self.flags |= FLAG_SHARED

    def poll(self, now):
        """Bytes to put on the wire now; b"" when there is nothing to say."""
        if self._current and now >= self._due:
            if self._tries >= MAX_TRIES:
                self.given_up += 1
                self.lost.append((self._current[1], self._current[2]))
                self._current = None
            else:
                self._transmit(now, FLAG_REPEAT)
        if self._current is None and self._queue:
            self._current = self._queue.pop(0)
            self._current_sequence = self._next_sequence()
            self._tries = 0
            self._sent_at = now
            self.sent += 1
            self._transmit(now, 0)
        if not self._out:
            return b""
        out = b"".join(self._out)
        self._out = []
        return out

    def _transmit(self, now, flags):
        self._out.append(self._encode(self._current[1], self._current_sequence, flags, self._current[2]))
        self._due = now + min(MAX_TIMEOUT, self.timeout() << self._tries)
        self._tries += 1
        self._nak_answered = False
        if flags & FLAG_REPEAT:
            self.repeats += 1

    def wait_ms(self, now):
        """Milliseconds until poll() has something to do, None for never (unless something arrives)."""
        if self._out or (self._current is None and self._queue):
            return 0
        if self._current:
            return max(0, self._due - now)
        return None

    # -- receiving

    def garbled(self, now):
        """A frame came in broken. Say so, now and then (only where two ends share the wire).

        Not for every one: on a noisy wire two ends that answer each other's broken answers would fill it by themselves.
        """
        if now >= self._nak_due:
            self._nak_due = now + NAK_PAUSE
            last = self._peer[1] if self._peer else 0
            self._nak(last, self.session, GARBLED)

    def _nak(self, sequence, session, reason):
        self.naks_out += 1
        self._out.append(self._encode(NAK, sequence, FLAG_NO_ACK, bytes((reason,)), session))

    def receive(self, frame, now):
        """(kind, payload) of a new message for the layer above, or None. `frame` is from this node's other end."""
        self.heard_at = now
        if frame.kind == ACK:
            if self._answers(frame):
                if self._tries == 1:
                    self._measure(now - self._sent_at)
                self._current = None
            else:
                self.late += 1
            return None
        if frame.kind == NAK:
            self._refused(frame, now)
            return None
        if frame.flags & FLAG_NO_ACK:
            if self._accept(frame.kind, frame.payload):
                return None
            self.received += 1
            return frame.kind, frame.payload
        peer = self._peer
        if peer and peer[0] == frame.session and (peer[1] - frame.sequence) & 0xFF < 128:
            self.duplicates += 1
            self._answer(frame, self._peer_reason if peer[1] == frame.sequence else 0)
            return None
        reason = 0 if frame.kind == PING else self._accept(frame.kind, frame.payload)
        self._answer(frame, reason)
        if reason == BUSY:
            return None
        self._peer = (frame.session, frame.sequence)
        self._peer_reason = reason
        if reason or frame.kind == PING:
            return None
        self.received += 1
        return frame.kind, frame.payload

    def _answers(self, frame):
        return self._current and frame.sequence == self._current_sequence and frame.session == self.session

    def _answer(self, frame, reason):
        if reason:
            self._nak(frame.sequence, frame.session, reason)
        else:
            self._out.append(self._encode(ACK, frame.sequence, FLAG_NO_ACK, b"", frame.session))

    def _refused(self, frame, now):
        self.naks_in += 1
        reason = frame.payload[0] if frame.payload else GARBLED
        if reason == GARBLED:
            # One early resend for each transmission: a storm of naks must not become a storm of frames.
            if self._current and not self._nak_answered:
                self._due = now
                self._nak_answered = True
        elif not self._answers(frame):
            self.late += 1
        elif reason == BUSY:
            self._due = now + self.timeout()
        else:
            self.refused.append((self._current[1], self._current[2], reason))
            self._current = None
