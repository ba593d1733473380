"""Officers in the settings: what does not fit is said with a way out, and what stands under `pin` is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import SettingsError, load_settings
from config.settings import Settings

HASH = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43
SITE = """
[[services]]
id = "land"
letter = "A"
name = "Đất đai"
name_en = "Land"
[[counters]]
id = 1
services = ["land"]
"""


def load(tmp_path: Path, staff: str) -> Settings:
    site = tmp_path / "site.toml"
    site.write_text(SITE + staff, encoding="utf-8")
    return load_settings(site, {})


def problems(tmp_path: Path, staff: str) -> str:
    with pytest.raises(SettingsError) as wrong:
        load(tmp_path, staff)
    return "\n".join(str(each) for each in wrong.value.problems)


def officer(pin: str, counters: str = "[1]", code: str = "cb-1", role: str = "clerk") -> str:
    return f'[[staff]]\nid = "{code}"\nrole = "{role}"\ncounters = {counters}\npin = {pin}\n'


def test_an_officer_with_a_hash_is_accepted_and_the_hash_is_in_no_listing(tmp_path: Path) -> None:
    settings = load(tmp_path, officer(f'"{HASH}"'))
    assert settings.staff[0].pin == HASH
    assert HASH not in repr(settings)
    assert HASH not in str(settings.model_dump(mode="json"))


@pytest.mark.parametrize("pin", ['"4821"', "4821", '"48\\u000121"', '["4821"]', "true", '"$2b$12$abcdefg4821"'])
def test_a_pin_written_into_the_settings_is_refused_without_being_shown(tmp_path: Path, pin: str) -> None:
    said = problems(tmp_path, officer(pin))
    assert "motcua staff pin" in said
    assert "4821" not in said
    assert "site.toml:14" in said, "the line of the pin"


@pytest.mark.parametrize("memory", ["1024", "4194304"])
def test_a_hash_too_cheap_or_too_dear_is_refused(tmp_path: Path, memory: str) -> None:
    assert "motcua staff pin" in problems(tmp_path, officer(f'"{HASH.replace("19456", memory)}"'))


def test_relations(tmp_path: Path) -> None:
    said = problems(tmp_path, officer(f'"{HASH}"', "[1, 7]") + officer(f'"{HASH}"'))
    assert "không có quầy 7/there is no counter 7" in said
    assert "'cb-1' có hai lần" in said
    assert "ít nhất một quầy" in problems(tmp_path, officer(f'"{HASH}"', "[]"))
    assert load(tmp_path, officer(f'"{HASH}"', "[]", "tt-1", "supervisor"))


def test_there_is_no_default_pin(tmp_path: Path) -> None:
    assert "staff[0].pin: thiếu/missing" in problems(tmp_path, '[[staff]]\nid = "cb-1"\ncounters = [1]\n')
