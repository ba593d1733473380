"""`motcua scan` and `motcua search` as a technician runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.fixtures import receipts

A = "H38.12.25-240815-0003"


def motcua(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "config.cli", *arguments], capture_output=True, text=True, timeout=120)


def test_scan_answers_for_every_file_and_names_the_broken_one(tmp_path: Path) -> None:
    receipts.paper(receipts.symbol(A, module=3)).save(tmp_path / "a.png")
    receipts.paper(receipts.symbol(receipts.CARD, "QRCode")).save(tmp_path / "card.png")
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    files = [str(tmp_path / name) for name in ("a.png", "b.jpg", "missing.png", "card.png")]
    done = motcua("scan", "--json", *files)
    assert done.returncode == 1
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [set(row) for row in rows] == [{"file", "kind", "code", "symbology", "engine", "ms"}] * 2
    assert (rows[0]["file"], rows[0]["kind"], rows[0]["code"], rows[0]["symbology"]) == (
        files[0],
        "dossier",
        A,
        "code128",
    )
    assert (rows[1]["kind"], rows[1]["code"]) == ("card", None)
    assert "b.jpg" in done.stderr and "missing.png" in done.stderr and "Traceback" not in done.stderr
    assert "001099012345" not in done.stdout + done.stderr


def test_raw_is_for_those_who_ask_and_cannot_steer_a_terminal(tmp_path: Path) -> None:
    receipts.paper(receipts.symbol("\x1b[2J" + receipts.CARD, "QRCode")).save(tmp_path / "c.png")
    plain = motcua("scan", "--raw", str(tmp_path / "c.png"))
    assert plain.returncode == 0
    assert "001099012345" in plain.stdout and "\x1b" not in plain.stdout
    row = json.loads(motcua("scan", "--raw", "--json", str(tmp_path / "c.png")).stdout)
    assert row["raw"] == "\x1b[2J" + receipts.CARD and row["kind"] == "unknown"


def test_search_prints_what_the_kiosk_would_show() -> None:
    done = motcua("search", "lam", "so", "do", "--json", "--top", "3")
    assert done.returncode == 0
    results = json.loads(done.stdout)["results"]
    assert len(results) <= 3
    assert set(results[0]) == {"code", "name", "score"} and results[0]["code"] == "1.013978"
    nothing = motcua("search", "qwzx", "--json")
    assert nothing.returncode == 1 and json.loads(nothing.stdout) == {"results": []}
    assert motcua("search", "x", "--top", "0").returncode == 2


def test_names_of_files_and_commands_cannot_steer_a_terminal(tmp_path: Path) -> None:
    name = tmp_path / "anh\x1b[31m\n.png"
    name.write_bytes(b"no picture")
    done = motcua("scan", str(name))
    assert done.returncode == 1 and "\x1b" not in done.stderr and "anh\\x1b[31m\\n.png" in done.stderr
    receipts.paper(receipts.symbol(A, module=3)).save(name)
    done = motcua("scan", str(name))
    assert len(done.stdout.splitlines()) == 1 and "\x1b" not in done.stdout and A in done.stdout
    assert "\x1b" not in motcua("\x1b[31m").stderr


def test_a_device_is_not_read_to_its_end() -> None:
    done = motcua("scan", "/dev/zero")
    assert done.returncode == 1 and "MiB" in done.stderr


def test_an_unknown_command_names_the_nearest() -> None:
    done = motcua("serch", "x")
    assert done.returncode == 2 and "search?" in done.stderr
