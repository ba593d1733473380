"""One clock for a run: see `tests/fixtures/morning.py`. And no example of a property is judged by its time."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

from config.clock import CLOCK_FILE_VARIABLE, Steering
from tests.fixtures.morning import morning_s, seconds_to_morning


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")
    if CLOCK_FILE_VARIABLE in os.environ:  # a worker: the run's clock stands already
        morning_s()  # kept from here on, whatever a test does to its environment
        return
    folder = tempfile.TemporaryDirectory(prefix="mc-clock-")
    config.add_cleanup(folder.cleanup)
    steering = Path(folder.name) / "clock.json"
    Steering(seconds_to_morning(datetime.now(UTC))).write(steering)
    os.environ[CLOCK_FILE_VARIABLE] = str(steering)
    morning_s()
    config.add_cleanup(lambda: os.environ.pop(CLOCK_FILE_VARIABLE))
