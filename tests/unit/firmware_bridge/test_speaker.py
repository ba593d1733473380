"""What the loudspeaker takes and refuses; the sound itself is tested with real clips in the integration tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.load import load_settings
from firmware_bridge.speaker import open_speaker

SITE = Path(__file__).parents[3] / "config" / "sites" / "one-pi.toml"
CALL: dict[str, Any] = {
    "id": 91,
    "at": "2026-11-23T08:42:10+07:00",
    "number": "A105",
    "counter": 3,
    "text": "Mời công dân số A một trăm linh năm đến quầy số ba.",
    "tokens": ["chime", "moi_cong_dan_so", "letter_a", "mot", "tram", "linh", "nam", "den_quay_so", "ba"],
}


def test_without_a_loudspeaker_calls_are_taken_once_each() -> None:
    settings = load_settings(SITE)
    settings = settings.model_copy(update={"speaker": settings.speaker.model_copy(update={"backend": "none"})})
    speaker = open_speaker(settings)
    try:
        assert speaker.say(CALL)
        assert not speaker.say(CALL)
        assert speaker.say(CALL | {"at": "2026-11-23T08:43:00+07:00"}), "a new ledger counts from one again"
        assert not speaker.say({"id": 1})
        assert not speaker.say(CALL | {"id": 2, "tokens": ["../../etc/passwd"]})
        assert not speaker.say(CALL | {"id": 3, "tokens": []})
        with pytest.raises(ValueError, match="virtual"):
            speaker.misbehave("dead")
    finally:
        speaker.close()
    assert speaker.state()["spoken"] + speaker.state()["queue"] <= 2
    assert not speaker.say(CALL | {"id": 4}), "closed"
