"""`motcua scan` and `motcua search` as a technician runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.fixtures import receipts

A, B = "H38.12.25-240815-0003", "000.00.15.H38-240815-0001"
PAYMENT = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304F4E5"
KEYS = {"file", "kind", "code", "symbology", "engine", "ms", "several", "codes", "kinds"}


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
    assert [set(row) for row in rows] == [KEYS] * 2
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
    assert done.returncode == 1 and "a device or a pipe" in done.stderr


def test_what_is_no_picture_file_is_answered_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "empty.png").touch()
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 64)
    receipts.paper(receipts.symbol(A, module=3)).save(tmp_path / "zz.png")
    done = motcua("scan", *(str(path) for path in sorted(tmp_path.iterdir())))
    assert done.returncode == 1 and "Traceback" not in done.stderr
    for words in ("pipe.png: cannot be read: not a file", "folder.png: cannot be opened: Is a directory"):
        assert words in done.stderr
    assert "an empty file" in done.stderr and "save it as JPEG" in done.stderr
    assert A in done.stdout and len(done.stdout.splitlines()) == 1


def test_several_codes_are_all_told_and_none_is_picked(tmp_path: Path) -> None:
    two = receipts.paper(receipts.symbol(A, module=3), receipts.symbol(B, module=2), receipts.symbol(PAYMENT, "QRCode"))
    two.save(tmp_path / "two.png")
    pages = [receipts.paper(receipts.symbol(text, "QRCode")) for text in (receipts.CARD, A)]
    pages[0].save(tmp_path / "scan.tiff", save_all=True, append_images=pages[1:])
    done = motcua("scan", "--json", str(tmp_path / "two.png"), str(tmp_path / "scan.tiff"))
    assert done.returncode == 0, done.stderr
    several, tiff = (json.loads(line) for line in done.stdout.splitlines())
    assert (several["kind"], several["code"], several["several"]) == ("dossier", None, True)
    assert set(several["codes"]) == {A, B} and several["kinds"] == ["dossier", "payment"]
    assert (tiff["code"], tiff["several"], tiff["kinds"]) == (A, False, ["dossier", "card"])
    words = motcua("scan", str(tmp_path / "two.png")).stdout
    assert A in words and B in words and "đưa từng tờ một" in words


def test_an_unknown_command_names_the_nearest() -> None:
    done = motcua("serch", "x")
    assert done.returncode == 2 and "search?" in done.stderr
