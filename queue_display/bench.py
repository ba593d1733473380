"""`motcua bench issue`: what a ticket and a call cost over the hub, beside a bare handler with the same durability.

`--tickets N` puts N tickets into the hub's ledger first (bench_fill.py), so that runs of different N tell whether
the cost is flat. What is measured is always `--measure` tickets and half as many calls.

Both are started as processes of their own with empty files, one after the other in alternating order, and asked by the
same client over a Unix socket. Figures are medians over the rounds; what counts is the ratio, since disks differ.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.clock import make_clock
from config.load import load_settings
from config.settings import Counter, Service, Settings
from queue_display import engine
from queue_display.bench_fill import fill
from queue_display.client import HubClient, HubUnreachable
from queue_display.draft import Draft
from queue_display.hall import Hall
from queue_display.ledger import Ledger, Origin
from queue_display.model import Now

START_LIMIT_S = 60.0
WARM_UP = 20
SERVICES = 10
LETTERS = "ABCDEFGHJK"
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class BenchError(Exception):
    """Something did not start or did not answer: there is no figure."""


def _site(folder: Path) -> str:
    services = "".join(
        f'[[services]]\nid = "s{at}"\nletter = "{LETTERS[at]}"\nname = "S{at}"\nname_en = "S{at}"\n'
        for at in range(SERVICES)
    )
    names = ", ".join(f'"s{at}"' for at in range(SERVICES))
    counters = "".join(f"[[counters]]\nid = {at}\nservices = [{names}]\n" for at in range(1, 7))
    printer = '[printer]\nkind = "file"\ndevice = "/dev/usb/lp0"\n'
    # What was filled in is older than 90 days; here it is to stay.
    hub = f'[hub]\nsocket = "{folder}/hub.sock"\nledger = "{folder}/ledger.db"\nkeep_days = 3650\n'
    return hub + printer + services + counters


@contextmanager
def _process(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _rss_mib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 2**20


def _timed(count: int, one: Callable[[int], object]) -> tuple[list[float], float]:
    """(latencies in ms, rate a second) of `count` requests, one after the other."""
    took: list[float] = []
    begin = time.perf_counter()
    for at in range(count):
        start = time.perf_counter()
        one(at)
        took.append((time.perf_counter() - start) * 1000)
    return took, count / (time.perf_counter() - begin)


def _first(client: HubClient, process: subprocess.Popen[bytes], log: Path, began: float) -> float:
    """Seconds from the start of the process to its first ticket."""
    while time.perf_counter() - began < START_LIMIT_S:
        try:
            client.issue("s0")
            return time.perf_counter() - began
        except HubUnreachable as error:
            if process.poll() is not None:
                raise BenchError(
                    f"ended with {process.returncode}: {log.read_text(errors='replace')[-400:]}"
                ) from error
            time.sleep(0.002)
    raise BenchError(f"no answer within {START_LIMIT_S:.0f} s")


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _measure(name: str, command: list[str], folder: Path, measure: int) -> dict[str, float]:
    began = time.perf_counter()
    client = HubClient(f"unix:{folder}/hub.sock", role="technician", device="bench", timeout_s=30.0)
    with _process(command, folder) as process:
        out = {"first_ticket_s": _first(client, process, folder / "log", began)}
        out["rss_mib"] = _rss_mib(process.pid)
        _timed(WARM_UP, lambda at: client.issue(f"s{at % SERVICES}"))
        cpu = _cpu_s(process.pid)
        took, out["tickets_per_s"] = _timed(measure, lambda at: client.issue(f"s{at % SERVICES}"))
        out["cpu_ms_per_ticket"] = (_cpu_s(process.pid) - cpu) * 1000 / measure
        out["issue_p50_ms"], out["issue_p95_ms"] = _percentile(took, 0.5), _percentile(took, 0.95)
        if name == "hub":
            called, _ = _timed(measure // 2, lambda at: client.next(at % 6 + 1))
            out["call_p50_ms"], out["call_p95_ms"] = _percentile(called, 0.5), _percentile(called, 0.95)
        client.close()
    return out


def _commits(folder: Path, count: int) -> float:
    """Median ms of the ledger's own commit of one ticket: no HTTP, no rules."""
    clock = make_clock("Asia/Ho_Chi_Minh")
    now = Now(clock.wall(), clock.trust())
    settings = Settings(
        services=[Service(id="s0", letter="A", name="S0", name_en="S0")],
        counters=[Counter(id=1, services=["s0"])],
    )
    ledger = Ledger.open(folder / "commits.db", now, Origin(settings.source, settings.site.id))
    hall = Hall.of(settings, ledger.service_day, ledger.epoch())
    took = []
    for rev in range(1, count + 1):
        draft = Draft(hall, now, "hub:bench")
        engine.issue(draft, "s0")
        start = time.perf_counter()
        ledger.commit(draft.change, rev=rev, known=hall.tickets.__contains__, now=now)
        took.append((time.perf_counter() - start) * 1000)
        hall.apply(draft.change)
    ledger.close()
    return statistics.median(took)


def _filled(tickets: int, folder: Path | None) -> Path | None:
    """A ledger with that many tickets, made once for all rounds; None when the rounds begin with an empty one."""
    if not tickets:
        return None
    here = Path(tempfile.mkdtemp(prefix="mcb-", dir=folder or "/tmp"))
    (here / "site.toml").write_text(_site(here), encoding="utf-8")
    settings = load_settings(here / "site.toml")
    clock = make_clock(settings.site.timezone)
    fill(settings, Now(clock.wall(), clock.trust()), tickets)
    return here


def _copy(source: Path, target: Path) -> None:
    """A copy that is on the disk: its late writing out must not stand in the way of what is measured."""
    shutil.copy(source, target)
    with target.open("rb") as copied:
        os.fsync(copied.fileno())


def issue(rounds: int, measure: int, tickets: int = 0, folder: Path | None = None) -> dict[str, Any]:
    """All figures: ours by name, the bare handler's as `bare_…`, ours over the bare handler's as `ratio_…`.

    Times in ms unless the name says s. Raises `BenchError`.
    """
    runs: dict[str, list[dict[str, float]]] = {"hub": [], "bare": []}
    commits: list[float] = []
    filled = _filled(tickets, folder)
    try:
        _rounds(rounds, measure, filled, folder, runs, commits)
    finally:
        if filled is not None:
            shutil.rmtree(filled, ignore_errors=True)
    return _figures(runs, commits, {"rounds": rounds, "measured": measure, "tickets": tickets})


def _rounds(
    rounds: int,
    measure: int,
    filled: Path | None,
    folder: Path | None,
    runs: dict[str, list[dict[str, float]]],
    commits: list[float],
) -> None:
    for at in range(rounds):
        for name in ("hub", "bare") if at % 2 == 0 else ("bare", "hub"):
            # A short path: a Unix socket's name has at most 107 bytes.
            here = Path(tempfile.mkdtemp(prefix="mcb-", dir=folder or "/tmp"))
            try:
                (here / "site.toml").write_text(_site(here), encoding="utf-8")
                ours = [sys.executable, "-m", "queue_display.service", str(here / "site.toml")]
                bare = [sys.executable, "-m", "queue_display.bench_bare", f"{here}/hub.sock", f"{here}/bare.db"]
                if filled is not None and name == "hub":
                    _copy(filled / "ledger.db", here / "ledger.db")
                runs[name].append(_measure(name, ours if name == "hub" else bare, here, measure))
                if name == "hub":
                    commits.append(_commits(here, 200))
            finally:
                shutil.rmtree(here, ignore_errors=True)


def _figures(
    runs: dict[str, list[dict[str, float]]], commits: list[float], conditions: dict[str, int]
) -> dict[str, Any]:
    def middle(name: str, key: str) -> float:
        return round(statistics.median(run[key] for run in runs[name]), 3)

    out: dict[str, Any] = {key: middle("hub", key) for key in runs["hub"][0] if key != "rss_mib"}
    out["hub_rss_mib"] = middle("hub", "rss_mib")
    out["commit_p50_ms"] = round(statistics.median(commits), 3)
    bare = {key: middle("bare", key) for key in runs["bare"][0]}
    out |= {f"bare_{key}": value for key, value in bare.items()}
    for key in ("issue_p50_ms", "issue_p95_ms", "first_ticket_s", "tickets_per_s", "rss_mib"):
        ours = out["hub_rss_mib" if key == "rss_mib" else key]
        out[f"ratio_{key}"] = round(ours / bare[key], 3)
    return out | conditions


def sentences(figures: dict[str, Any]) -> list[str]:
    """The figures as lines for people, ours and the bare handler's side by side."""
    names = ["issue_p50_ms", "issue_p95_ms", "tickets_per_s", "cpu_ms_per_ticket", "first_ticket_s"]
    lines = [f"{'':20}{'hub':>10}{'bare':>10}{'ratio':>8}"]
    for name in names:
        ratio = figures.get(f"ratio_{name}", "")
        lines.append(f"{name:20}{figures[name]:>10}{figures[f'bare_{name}']:>10}{ratio:>8}")
    rss, bare = figures["hub_rss_mib"], figures["bare_rss_mib"]
    lines.append(f"{'hub_rss_mib':20}{rss:>10}{bare:>10}{figures['ratio_rss_mib']:>8}")
    lines += [f"{name:20}{figures[name]:>10}" for name in ("call_p50_ms", "call_p95_ms", "commit_p50_ms")]
    rounds, measured = f"{figures['rounds']} lượt xen kẽ | alternating rounds", f"{figures['measured']} phiếu | tickets"
    lines.append(f"{rounds}, {measured}, trong sổ có sẵn | already in the ledger: {figures['tickets']}")
    return lines
