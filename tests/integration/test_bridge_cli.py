"""What a technician reads when the virtual cabinet or the bridge cannot start."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.fixtures.wires import MOTCUA, SITES


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MOTCUA, "bridge", *arguments], capture_output=True, text=True, timeout=60, env=os.environ | environment
    )


def test_a_cabinet_on_a_real_port_is_refused(tmp_path: Path) -> None:
    done = run("cabinet", "--runtime", str(tmp_path), "--config", str(SITES / "one-pi.toml"))
    assert done.returncode == 2
    assert "phòng ảo cần" in done.stderr and "the virtual room needs" in done.stderr
    assert str(tmp_path) in done.stderr


def test_no_micropython_is_a_sentence_in_two_languages(tmp_path: Path) -> None:
    site = str(SITES / "one-pi.toml")
    done = run("cabinet", "--runtime", str(tmp_path), "--config", site, MOTCUA_MICROPYTHON="/nowhere")
    assert done.returncode == 2
    assert "apt install micropython" in done.stderr and "Chưa có MicroPython" in done.stderr


def test_wrong_settings_start_nothing(tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text("[buses]\nport = 3\n", encoding="utf-8")
    done = run("run", "--config", str(config))
    assert done.returncode == 2 and "site.toml" in done.stderr


def test_the_chips_files_can_be_gathered(tmp_path: Path) -> None:
    assert run("image", str(tmp_path / "flash")).returncode == 0
    names = {str(path.relative_to(tmp_path / "flash")) for path in (tmp_path / "flash").rglob("*.py")}
    assert {"main.py", "wire_words.py", "firmware_bridge/frame.py", "firmware_bridge/firmware/core.py"} <= names
