"""Two clerks press at once, from two processes, a thousand times: no ticket is called to both."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from tests.fixtures.hub import hub_process

PAIRS = 1000

# Each process waits for the common moment of a pair, calls, and says when its request began and ended.
CLERK = """
import json, sys, time
from queue_display.client import HubClient
address, counter, pairs, begin, step = sys.argv[1], *(int(each) for each in sys.argv[2:4]), *map(float, sys.argv[4:])
client = HubClient(address, role="clerk", device=f"clerk-{counter}", counter=counter, timeout_s=60)
client.get("/v1/health")
out = []
for pair in range(pairs):
    # Asleep, not spinning: the hub needs one of the two cores.
    time.sleep(max(0.0, begin + pair * step - time.monotonic()))
    start = time.monotonic()
    ticket = client.next(counter)["ticket"]
    out.append((ticket and ticket["id"], start, time.monotonic()))
print(json.dumps(out))
"""


@pytest.mark.slow
def test_a_thousand_overlapping_pairs_share_no_ticket() -> None:
    with hub_process() as hub:
        bridge = hub.client("bridge")
        overlapping = shared = pairs = missing = 0
        days = 0
        while overlapping < PAIRS:
            # One letter has 999 numbers a day: each day serves 499 pairs of calls.
            days += 1
            assert days <= 12, f"only {overlapping} overlapping pairs after {days} days"
            hub.steer(days * 86400.0)
            for press in range(1, 999):
                bridge.press("00000001", days, press, 0, "civil-status")
            begin = time.monotonic() + 3.0
            command = [sys.executable, "-c", CLERK, hub.address]
            clerks = [
                subprocess.Popen([*command, str(counter), "499", str(begin), "0.005"], stdout=subprocess.PIPE)
                for counter in (1, 2)
            ]
            ones, twos = (json.loads(clerk.communicate(timeout=120)[0]) for clerk in clerks)
            for (_, a_start, a_end), (_, b_start, b_end) in zip(ones, twos, strict=True):
                pairs += 1
                overlapping += a_start < b_end and b_start < a_end
            called = [ticket for ticket, _, _ in ones + twos if ticket]
            shared += len(called) - len(set(called))
            missing += len(ones + twos) - len(called)
    print(f"pairs {pairs}, overlapping {overlapping}, shared {shared}")
    assert shared == 0
    assert missing == 0, "somebody was told that nobody waits"
