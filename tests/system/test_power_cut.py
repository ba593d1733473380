"""The power goes at any moment: what a citizen was told is in the ledger when the light comes back.

strace writes down every write, sync and answer of the real ledger at work. Each cut rebuilds the files as a card may
hold them: what was synced is there; of what was not, each 4 KiB block is there or not, by lot; a file's name is there
when its folder was synced. No torn sector, no drive that lies about a flush. Then the real ledger is opened.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.clock import FakeClock
from queue_display.desk import Desk
from queue_display.model import Press
from tests.unit.queue_display.room import settings

TICKETS = 400
CUTS = 500
BLOCK = 4096
BOOT = "0f0f0f0f-0000"

WORKER = """
import os, sys
from pathlib import Path
from tests.system.test_power_cut import open_desk
from queue_display.model import Press
desk = open_desk(Path(sys.argv[1]))
# A small WAL, so that many cuts fall into the moment when it is folded into the file.
desk.ledger._db.execute("PRAGMA wal_autocheckpoint = 40")
if len(sys.argv) > 3:
    desk.ledger._db.execute(sys.argv[3])
for press in range(1, int(sys.argv[2]) + 1):
    desk.press("bridge:b", Press("00000001", 1, press, 0), "civil")
    os.write(1, b"TOLD %d\\n" % press)
os._exit(0)
"""


def open_desk(folder: Path) -> Desk:
    """The desk on a ledger in this folder."""
    hub = {"socket": str(folder / "hub.sock"), "ledger": str(folder / "ledger.db")}
    return Desk(settings(hub=hub), FakeClock(), BOOT)


@dataclass
class File:
    """A file on the card: what is surely there, and the writes that nobody has synced yet."""

    durable: bytearray = field(default_factory=bytearray)
    loose: list[tuple[int, bytes] | int] = field(default_factory=list)

    def put(self, data: bytearray, offset: int, piece: bytes) -> None:
        if len(data) < offset + len(piece):
            data.extend(bytes(offset + len(piece) - len(data)))
        data[offset : offset + len(piece)] = piece

    def sync(self) -> None:
        for each in self.loose:
            if isinstance(each, int):
                del self.durable[each:]
            else:
                self.put(self.durable, *each)
        self.loose = []

    def after_cut(self, rng: random.Random) -> bytes:
        data = bytearray(self.durable)
        for each in self.loose:
            if isinstance(each, int):
                if rng.random() < 0.5:
                    del data[each:]
                continue
            offset, piece = each
            while piece:
                step = BLOCK - offset % BLOCK
                if rng.random() < 0.5:
                    self.put(data, offset, piece[:step])
                offset, piece = offset + step, piece[step:]
        return bytes(data)


LINE = re.compile(r"^(?:\[?\w* ?\d+\]? +)?(\w+)\((.*)\) += (-?\d+)")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


def plain(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def replay(log: Path, folder: Path, cuts: list[int], check: object) -> int:
    """Go through the log; at each cut (number of the file operation) build the folder and `check(told)`."""
    names: dict[int, str] = {}
    files: dict[str, File] = {}
    told, step, wanted = 0, 0, sorted(cuts)
    for line in log.read_text(encoding="ascii", errors="replace").splitlines():
        found = LINE.match(line)
        if found is None or int(found[3]) < 0:
            continue
        call, arguments, result = found[1], found[2], int(found[3])
        if call == "openat":
            path = plain(TEXT.search(arguments)[1]).decode()  # type: ignore[index]
            if path.startswith(str(folder)) and "ledger.db" in path:
                names[result] = path
                files.setdefault(path, File())
            else:
                names.pop(result, None)
            continue
        if call in ("rename", "unlink"):
            paths = [plain(each).decode() for each in TEXT.findall(arguments)]
            moved = files.pop(paths[0], None)
            if call == "rename" and moved is not None:
                files[paths[1]] = moved
            continue
        number = int(arguments.split(",")[0])
        if call == "write" and number == 1:
            said = plain(TEXT.search(arguments)[1])  # type: ignore[index]
            told = int(said.split()[1]) if said.startswith(b"TOLD") else told
            continue
        file = files.get(names.get(number, ""))
        if file is None:
            continue
        if call == "pwrite64":
            offset = int(arguments.rsplit(",", 1)[1])
            file.loose.append((offset, plain(TEXT.search(arguments)[1])[:result]))  # type: ignore[index]
        elif call == "ftruncate":
            file.loose.append(int(arguments.split(",")[1]))
        elif call in ("fsync", "fdatasync"):
            file.sync()
        step += 1
        while wanted and told and step >= wanted[0]:
            wanted.pop(0)
            check(files, told)  # type: ignore[operator]
    return step


def cut_at_random(tmp_path: Path, *pragma: str) -> tuple[int, list[str]]:
    """(cuts made, numbers that were told and lost)."""
    work = tmp_path / "work"
    work.mkdir()
    log = tmp_path / "strace.log"
    calls = "openat,pwrite64,write,fsync,fdatasync,ftruncate,rename,unlink"
    command = ["strace", "-f", "-xx", "-s", "100000", "-o", str(log), "-e", f"trace={calls}", "--"]
    done = subprocess.run(
        [*command, sys.executable, "-c", WORKER, str(work), str(TICKETS), *pragma],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    steps = replay(log, work, [], None)
    rng = random.Random(20261121)
    lost: list[str] = []
    seen: list[int] = []

    def check(files: dict[str, File], told: int) -> None:
        card = tmp_path / "card"
        card.mkdir()
        for path, file in files.items():
            if not path.endswith("-shm"):  # shared memory is not on the card
                (card / Path(path).name).write_bytes(file.after_cut(rng))
        desk = open_desk(card)
        try:
            assert desk.ledger.set_aside is None, f"after {told} tickets the ledger failed its check"
            have = {ticket.n for ticket in desk.hall.tickets.values()}
            gone = [f"A{n:03d} told before cut" for n in range(1, told + 1) if n not in have]
            lost.extend(gone)
            if not gone:
                assert desk.ledger.seq() >= told
                fresh = desk.press("bridge:b", Press("00000001", 2, 1, 0), "civil")
                assert f'"n":{max(have) + 1},' in fresh
        finally:
            desk.close()
        seen.append(told)
        shutil.rmtree(card)

    replay(log, work, rng.sample(range(1, steps), CUTS), check)
    print(f"cuts {len(seen)} among {steps} file operations, numbers told and lost {len(lost)}")
    return len(seen), lost


@pytest.mark.storm
def test_no_cut_takes_back_a_number(tmp_path: Path) -> None:
    cuts, lost = cut_at_random(tmp_path)
    assert cuts >= CUTS * 0.9
    assert not lost, lost[:5]


@pytest.mark.storm
def test_the_cut_would_find_a_ledger_that_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    _, lost = cut_at_random(tmp_path, "PRAGMA synchronous = NORMAL")
    assert lost, "the control lost nothing: the replay proves nothing"
