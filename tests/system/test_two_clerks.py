"""Two clerks press at once, from two processes, ten thousand times: no ticket is called to both."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from tests.fixtures.hub import hub_process

PAIRS = 10_000
A_DAY = 499
"""One letter has 999 numbers a day: each day serves 499 pairs of calls."""
STEP_S = 0.004

# Each process is told the common moment of a day's first pair, calls pair after pair, and says how each went.
CLERK = """
import json, sys, time
from queue_display.client import HubClient
address, counter, pairs, step = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
client = HubClient(address, role="clerk", device=f"clerk-{counter}", counter=counter, timeout_s=60)
for line in sys.stdin:
    begin, out = float(line), []
    client.get("/v1/health")
    for pair in range(pairs):
        # Asleep, not spinning: the hub needs one of the two cores.
        time.sleep(max(0.0, begin + pair * step - time.monotonic()))
        start = time.monotonic()
        ticket = client.next(counter)["ticket"]
        out.append((ticket and ticket["id"], start, time.monotonic()))
    print(json.dumps(out), flush=True)
"""


@pytest.mark.storm
@pytest.mark.timeout(900)
def test_ten_thousand_overlapping_pairs_share_no_ticket() -> None:
    with hub_process() as hub:
        bridge = hub.client("bridge")
        command = [sys.executable, "-c", CLERK, hub.address]
        clerks = [
            subprocess.Popen(
                [*command, str(counter), str(A_DAY), str(STEP_S)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
            for counter in (1, 2)
        ]
        overlapping = shared = pairs = missing = days = 0
        try:
            while overlapping < PAIRS:
                days += 1
                assert days <= PAIRS // A_DAY * 3, f"only {overlapping} overlapping pairs after {days} days"
                hub.steer(days * 86400.0)
                for press in range(1, 2 * A_DAY + 1):
                    bridge.press("00000001", days, press, 0, "civil-status")
                begin = time.monotonic() + 0.1
                for clerk in clerks:
                    assert clerk.stdin is not None
                    clerk.stdin.write(f"{begin}\n")
                ones, twos = (json.loads(clerk.stdout.readline()) for clerk in clerks if clerk.stdout is not None)
                for (_, a_start, a_end), (_, b_start, b_end) in zip(ones, twos, strict=True):
                    pairs += 1
                    overlapping += a_start < b_end and b_start < a_end
                called = [ticket for ticket, _, _ in ones + twos if ticket]
                shared += len(called) - len(set(called))
                missing += len(ones + twos) - len(called)
        finally:
            for clerk in clerks:
                clerk.communicate()
    print(f"pairs {pairs}, overlapping {overlapping}, shared {shared}")
    assert shared == 0
    assert missing == 0, "somebody was told that nobody waits"
