"""The settings that docs/voice-and-playlist.md shows can be copied as they stand."""

from __future__ import annotations

import re
from pathlib import Path

from config.commands import SITES
from config.load import load_settings

PAGE = Path(__file__).parents[3] / "docs" / "voice-and-playlist.md"


def test_the_worked_example_is_right(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    base = (SITES / "six-counters.toml").read_text(encoding="utf-8")
    base = re.sub(r"^\[speaker\]\n(?:(?!\[).*\n?)*", "", base, flags=re.M)
    base = re.sub(r"^\[\[playlist\]\]\n(?:(?!\[\[).*\n?)*", "", base, flags=re.M)
    site = tmp_path / "site.toml"
    site.write_text(base + "\n" + example, encoding="utf-8")
    settings = load_settings(site, {})
    assert [each.id for each in settings.playlist] == ["hai-long", "truc-tuyen", "thu-sau", "tra-cuu"]
    assert settings.lounges[0].volume == 60
    assert settings.speaker.volume_hours["07:00-08:00"] == 60
