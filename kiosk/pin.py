"""The staff screen's own PIN, for when the hub is away: compared with its hash, which stands in the settings."""

from __future__ import annotations

import logging

log = logging.getLogger("kiosk")


def fits(pin: str, hashed: str) -> bool:
    """Whether this is the PIN. Takes some tens of milliseconds (argon2id): call it from a worker."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

    try:
        return PasswordHasher().verify(hashed, pin)
    except VerifyMismatchError:
        return False
    except (InvalidHashError, VerificationError) as error:
        # A letter lost in copying: nobody gets in by it, and somebody is told.
        log.error("kiosk.staff_pin cannot be read (%s): make a new one with motcua staff pin", type(error).__name__)
        return False
