"""Lamps and the buzzer: lit after a commit, blinking after a refusal, both on test. Times in ms."""

LIT_MS = 3000
BLINK_MS = 150
BLINKS = 6  # dark and lit, so three flashes
BEEP_MS = 120
TEST_LAMPS = 3
TEST_BUZZER = 4
TEST_BEEP_MS = 500


class Lamps:
    """`board` as core.py says."""

    def __init__(self, board):
        self._board = board
        self._buttons = [None] * board.buttons  # (dark again at, blinking since or None)
        self._lamps = {}  # lamp -> dark again at
        self._beeps = []  # (at, on), in order
        self._buzzing = False

    def lit(self, button, now):
        """The press is durable."""
        if button < len(self._buttons):
            self._buttons[button] = (now + LIT_MS, None)
            self._board.set_button_lamp(button, True)

    def refuse(self, button, now):
        """There is no ticket for it: three flashes, two beeps."""
        if button < len(self._buttons):
            self._buttons[button] = (now + BLINKS * BLINK_MS, now)
            self._board.set_button_lamp(button, True)
        self._beeps = [(now + at * BEEP_MS, at % 2 == 0) for at in range(4)]

    def off(self, button):
        if self._buttons[button] is not None:
            self._buttons[button] = None
            self._board.set_button_lamp(button, False)

    def all_off(self):
        for button in range(len(self._buttons)):
            self.off(button)

    def light(self, lamp, tenths, now):
        """A lamp of its own, for so many tenths of a second."""
        self._lamps[lamp] = now + tenths * 100
        self._board.set_lamp(lamp, tenths > 0)

    def test(self, pattern, tenths, now):
        """Every lamp, or the buzzer (half a second on, half off); any other pattern ends both."""
        self.all_off()
        self._beeps = [(now, False)]
        if not tenths:
            return
        if pattern == TEST_LAMPS:
            for button in range(len(self._buttons)):
                self._buttons[button] = (now + tenths * 100, None)
                self._board.set_button_lamp(button, True)
            self.light(0, tenths, now)
        elif pattern == TEST_BUZZER:
            beeps = max(1, tenths * 100 // TEST_BEEP_MS)
            self._beeps = [(now + at * TEST_BEEP_MS, at % 2 == 0) for at in range(min(beeps, 40))]
            self._beeps.append((now + tenths * 100, False))

    def step(self, now):
        for button, lit in enumerate(self._buttons):
            if lit is None:
                continue
            if now >= lit[0]:
                self.off(button)
            elif lit[1] is not None:
                self._board.set_button_lamp(button, (now - lit[1]) // BLINK_MS % 2 == 0)
        for lamp, until in self._lamps.items():
            if until is not None and now >= until:
                self._lamps[lamp] = None
                self._board.set_lamp(lamp, False)
        while self._beeps and now >= self._beeps[0][0]:
            on = self._beeps.pop(0)[1]
            if on != self._buzzing:
                self._buzzing = on
                self._board.set_buzzer(on)
