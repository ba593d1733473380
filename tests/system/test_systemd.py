"""The installed tree: units systemd finds nothing to say about, a tight sandbox, a safe second run of the installer."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
INSTALL = REPOSITORY / "systemd" / "install.sh"
UNITS = ["motcua.target", "motcua-hub.socket", "motcua-hub.service", "motcua-bridge.service", "motcua-kiosk.service"]
SERVICES = [each for each in UNITS if each.endswith(".service")]
UNIT_DIR = "usr/local/lib/systemd/system"
NOBODY = 65534


def install(root: Path, *options: str, **how: object) -> subprocess.CompletedProcess[str]:
    command = [str(INSTALL), "--root", str(root), "--no-python", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **how)  # type: ignore[call-overload, no-any-return]


def contents(root: Path) -> dict[str, tuple[int, float, bytes]]:
    """Every file of the tree with mode, time of change and bytes."""
    return {
        str(path.relative_to(root)): (path.lstat().st_mode, path.lstat().st_mtime, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def verify(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "verify", "--root", str(root), *UNITS], capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small system: Debian's own targets, an environment in its place, and the product installed into it."""
    root = tmp_path / "root"
    targets = root / "usr/lib/systemd/system"
    targets.mkdir(parents=True)
    for each in Path("/lib/systemd/system").glob("*.target"):
        shutil.copy(each, targets)
    program = root / "opt/motcua/venv/bin/motcua"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", encoding="ascii")
    program.chmod(0o755)
    done = install(root, "--site", "six-counters")
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def test_verify_is_silent(tree: Path) -> None:
    found = verify(tree)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_verify_would_speak(tree: Path) -> None:
    """The planted control: an unknown key and a missing program are seen in this very tree."""
    unit = tree / UNIT_DIR / "motcua-hub.service"
    unit.write_text(unit.read_text(encoding="utf-8").replace("WatchdogSec=", "WatchdogSecs="), encoding="utf-8")
    assert "WatchdogSecs" in verify(tree).stderr
    (tree / "opt/motcua/venv/bin/motcua").unlink()
    assert verify(tree).returncode != 0


@pytest.mark.parametrize("service", SERVICES)
def test_exposure(tree: Path, service: str) -> None:
    """Exposure at most 2.0 of 10 (`--threshold` counts in tenths)."""
    found = subprocess.run(
        [
            "systemd-analyze",
            "security",
            "--offline=yes",
            "--no-pager",
            "--threshold=20",
            str(tree / UNIT_DIR / service),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert found.returncode == 0, found.stdout[-300:]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_never_gives_up(tree: Path, service: str) -> None:
    text = (tree / UNIT_DIR / service).read_text(encoding="utf-8")
    for line in ("Type=notify", "Restart=always", "StartLimitIntervalSec=0", "DevicePolicy=closed"):
        assert re.search(rf"^{re.escape(line)}$", text, re.MULTILINE), line
    assert re.search(r"^WatchdogSec=\d+$", text, re.MULTILINE)
    room = service.removeprefix("motcua-").removesuffix(".service")
    assert f"User=motcua-{room}\n" in text
    assert f"ExecStart=/opt/motcua/venv/bin/motcua {room} run --config /etc/motcua/site.toml\n" in text


def test_every_command_of_the_units_exists(tree: Path) -> None:
    """What ExecStart names is a command the product really has."""
    for service in SERVICES:
        room = service.removeprefix("motcua-").removesuffix(".service")
        motcua = REPOSITORY / ".venv" / "bin" / "motcua"
        found = subprocess.run([str(motcua), room, "run", "--help"], capture_output=True, text=True, timeout=60)
        assert found.returncode == 0, found.stderr
        assert "--config" in found.stdout


def test_second_run_changes_nothing(tree: Path) -> None:
    before = contents(tree)
    again = install(tree, "--site", "six-counters")
    assert again.returncode == 0
    assert "Không có gì thay đổi." in again.stdout
    assert contents(tree) == before


def test_settings_are_never_overwritten(tree: Path) -> None:
    mine = tree / "etc/motcua/site.toml"
    mine.write_text(mine.read_text(encoding="utf-8") + "\n# của tôi\n", encoding="utf-8")
    assert install(tree, "--site", "two-counters").returncode == 0
    assert "# của tôi" in mine.read_text(encoding="utf-8")
    assert len(tomllib.loads(mine.read_text(encoding="utf-8"))["counters"]) == 6


def test_an_update_replaces_what_differs(tree: Path) -> None:
    unit = tree / UNIT_DIR / "motcua-bridge.service"
    right = unit.read_bytes()
    unit.write_bytes(b"[Unit]\n")
    done = install(tree)
    assert unit.read_bytes() == right
    assert "1 thay đổi" in done.stdout


def test_dry_run_does_nothing(tmp_path: Path) -> None:
    root = tmp_path / "empty"
    root.mkdir()
    done = install(root, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "xem trước" in done.stdout
    assert "motcua-hub.service" in done.stdout
    assert list(root.iterdir()) == []


def test_uninstall_keeps_the_ledger_and_the_settings(tree: Path) -> None:
    ledger = tree / "var/lib/motcua/ledger.db"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    ledger.write_bytes(b"numbers")
    done = install(tree, "--uninstall")
    assert done.returncode == 0, done.stderr
    assert ledger.read_bytes() == b"numbers"
    assert (tree / "etc/motcua/site.toml").exists()
    left = [name for name in contents(tree) if "motcua" in name and not name.startswith(("var/", "etc/motcua/"))]
    assert left == []
    assert not (tree / "etc/systemd/system/multi-user.target.wants/motcua.target").is_symlink()


def test_refuses_without_root_and_says_what_to_do() -> None:
    how: dict[str, int] = {"user": NOBODY} if os.geteuid() == 0 else {}
    # A copy that everybody may read: the checkout may lie in somebody's closed home.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        script = Path(folder) / "install.sh"
        shutil.copyfile(INSTALL, script)
        script.chmod(0o644)
        done = subprocess.run(
            ["/bin/bash", str(script)],
            capture_output=True,
            text=True,
            timeout=60,
            cwd="/",
            **how,  # type: ignore[call-overload]
        )
    assert done.returncode == 77
    assert "sudo" in done.stderr
    assert "quyền quản trị" in done.stderr


def test_unknown_option_and_site_are_refused(tmp_path: Path) -> None:
    assert install(tmp_path, "--frobnicate").returncode == 2
    wrong = install(tmp_path, "--site", "moon")
    assert wrong.returncode == 2
    assert "one-pi" in wrong.stderr
    assert list(tmp_path.iterdir()) == []


def test_users_cannot_log_in_and_the_ledger_is_the_hubs(tree: Path) -> None:
    text = (tree / "usr/local/lib/sysusers.d/motcua.conf").read_text(encoding="utf-8")
    assert len(re.findall(r"^u motcua-\w+ .*/usr/sbin/nologin$", text, re.MULTILINE)) == 3
    if os.geteuid() != 0:
        return  # folders with owners are made at boot then; the installer says so
    state = (tree / "var/lib/motcua").stat()
    users = dict(line.split(":")[:3:2] for line in (tree / "etc/passwd").read_text().splitlines())
    assert state.st_uid == int(users["motcua-hub"])
    assert stat.S_IMODE(state.st_mode) & 0o022 == 0
    assert stat.S_IMODE((tree / "etc/motcua/site.toml").stat().st_mode) == 0o640


def test_udev_rules_are_well_formed_and_name_devices() -> None:
    """Every line is a comma-separated list of KEY op "value": what udev would drop in silence is caught here."""
    pair = r'[A-Z_]+(\{[^}]+\})?\s*(==|!=|\+=|=|:=)\s*"[^"]*"'
    lines = [
        line
        for line in (REPOSITORY / "systemd/udev/70-motcua.rules").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    for line in lines:
        assert re.fullmatch(rf"{pair}(,\s*{pair})*", line), line
    names = {found for line in lines for found in re.findall(r'SYMLINK\+="(motcua/[a-z]+)', line)}
    assert {"motcua/panel", "motcua/serial", "motcua/uart", "motcua/printer", "motcua/touch", "motcua/camera"} <= names


def test_journal_stays_in_memory_and_small(tree: Path) -> None:
    text = (tree / "etc/systemd/journald.conf.d/motcua.conf").read_text(encoding="utf-8")
    assert "Storage=volatile" in text
    assert re.search(r"^RuntimeMaxUse=\d+M$", text, re.MULTILINE)


@pytest.mark.parametrize("unit", SERVICES)
def test_no_service_may_leave_its_memory_on_the_disk(tree: Path, unit: str) -> None:
    lines = (tree / UNIT_DIR / unit).read_text(encoding="utf-8").splitlines()
    assert "LimitCORE=0" in lines, "what a person showed the camera would stand in a core dump"
