"""`motcua sim day` as somebody types it: a short day with every fault, and its sums."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def sim(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.cli", "sim", "day", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)


@pytest.mark.slow
def test_a_day_of_a_hundred_people_balances() -> None:
    done = sim("--tickets", "100", "--seed", "20261121", "--json")
    result = json.loads(done.stdout)
    assert not [each for each in result["checks"] if not each["ok"]], done.stderr
    assert done.returncode == 0
    assert result["tickets"] + sum(result["refused"].values()) == result["people"] > 100
    assert sum(result["states"].values()) == result["tickets"]
    assert len(result["faults"]) == 8
    assert result["by"]["button"] > 0
    assert result["deeds"]["key"] > 0
    print(f"{result['tickets']} tickets, {result['wall_s']} s")


def test_what_cannot_be_simulated_is_refused_in_words() -> None:
    done = sim("--tickets", "0")
    assert done.returncode == 2
    assert "1 đến 2000" in done.stderr
    done = sim("--site", "nowhere")
    assert done.returncode == 2
    assert "six-counters" in done.stderr
    assert "Traceback" not in done.stderr
