"""`motcua bench ui` measures the same work on both sides; what the machine lacks is told in words."""

from __future__ import annotations

import json

import pytest

from kiosk.bench import ui as bench_ui
from kiosk.bench.draw import drawing, percentile


def test_the_drawing_figures_are_there_on_both_sides() -> None:
    figures = drawing(40)
    assert len(figures) == 3 and len({each.name for each in figures}) == 3
    for each in figures:
        assert each.ours > 0 and each.raw is not None and each.raw > 0 and each.target > 0, each


def test_percentiles() -> None:
    values = [float(each) for each in range(1, 101)]
    assert percentile(values, 0.95) == 96.0 and percentile(values, 1.0) == 100.0 and percentile([3.0], 0.95) == 3.0


def test_a_machine_without_x_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(bench_ui.NotHere, match="Xvfb"), bench_ui.x_server():
        pass


def test_memory_of_random_screens_is_measured_in_a_process_of_its_own() -> None:
    early, late = bench_ui.told(["memory", "ours", "60"])
    (raw, _again) = bench_ui.told(["memory", "raw", "10"])
    assert raw < late < early * 1.25, "it grows with the screens"


def test_what_could_not_be_measured_stands_beside_the_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = bench_ui.Figure("x", "ms", 9.0, None, 4.0)
    monkeypatch.setattr(bench_ui, "drawing", lambda rounds: [figure])
    monkeypatch.setattr(bench_ui, "processes", lambda *given: iter(["touch: no Xvfb"]))
    lines: list[str] = []
    assert bench_ui.run(40, 100, 1.0, 5, True, lines.append) == 0
    told = json.loads(lines[0])
    assert told["figures"][0]["ours"] == 9.0 and told["missing"] == ["touch: no Xvfb"]
    lines.clear()
    bench_ui.run(40, 100, 1.0, 5, False, lines.append)
    assert "NOT MET" in lines[0] and "not measured" in lines[1]
