"""When to ask for the light over the camera: once it is too dark, then again before it goes out while the camera looks.

Pure: monotonic seconds come in.
"""

from __future__ import annotations

LIGHT_S = 20
"""So long the lamp burns for one request (the hub allows 60)."""
RENEW_S = 14.0
AWAY_S = 3.0
"""Without a look of the camera for so long, nobody is there: the lamp may go out."""


class Lamp:
    """Remembers when light was asked for last."""

    def __init__(self) -> None:
        self._asked: float | None = None
        self._looked = 0.0

    def wanted(self, now: float) -> bool:
        """It is dark: whether to ask now (not when it was asked a moment ago)."""
        self._looked = now
        if self._asked is not None and now - self._asked < RENEW_S:
            return False
        self._asked = now
        return True

    def renew(self, now: float) -> bool:
        """The camera looked: whether to ask again, because the lamp burns for it and will go out."""
        away = now - self._looked > AWAY_S
        self._looked = now
        if self._asked is None:
            return False
        if away:
            self._asked = None
            return False
        if now - self._asked < RENEW_S:
            return False
        self._asked = now
        return True
