"""Must show 5: 10,000 random taps, drags, keys, scans, losses and wrong answers, and what must hold after each.

After every step: a known screen, a way home that leads there, a bounded way back, and from there, left alone, a warned
end with nothing of the person. A new seed every run (`MOTCUA_SEED` repeats one), a fixed one beside it.
"""

from __future__ import annotations

import os
import secrets

import pytest

from kiosk.flow import SCREENS
from kiosk.locale import Words, languages
from kiosk.model import Tap
from kiosk.samples import samples
from tests.fixtures.kiosk_monkey import REST, Machine, Run, check, held_texts, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STEPS = 10_000
GROWTH_MIB = 8.0
"""Of the memory after a wipe, from the second thousand of steps to the last (measured: up to 2.6)."""
VISIT_MIB = 40.0
"""Of one person's visit, between two wipes: what was drawn for it is kept till it ends (measured: up to 23)."""
PERSONS = ("H38.12.25-2", "N*** V***", "7K2P", "khai si")
"""Parts of what a person brings into the samples, the keys and the scans."""


@pytest.fixture(scope="module", autouse=True)
def no_window() -> None:
    """Nothing here opens a window, but SDL wants a driver."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")


def seed_of_this_run() -> int:
    """A new one, or the one given."""
    return int(os.environ.get("MOTCUA_SEED") or secrets.randbelow(1 << 32))


def persons_words(machine: Machine) -> list[str]:
    """Texts of a person that flow, stage and pointer still hold; the product's own sentences are nobody's."""
    own = held_texts(None, *(Words(language) for language in languages()))
    return [text for text in held_texts(machine) - own if any(part in text for part in PERSONS)]


def nothing_drawn_is_kept(machine: Machine, step: int) -> None:
    """Now and then somebody taps Done: then no object of flow, stage and pointer holds a word of the person."""
    if step % 500 or machine.model.screen in REST:
        return
    machine.feed(Tap("done"))
    machine.draw()
    assert persons_words(machine) == [], f"after Done at step {step}"
    machine.wiped.clear()


def told(found: Run) -> None:
    seen = ", ".join(f"{name} {count}" for name, count in found.seen.most_common())
    print(f"\nmonkey: seed {found.seed}, {found.steps} steps, {found.wipes} wipes\nMiB a thousand: {found.memory}")
    print(f"screens: {seen}\nasked for: {dict(found.effects)}")


def test_ten_thousand_taps_and_scans_with_a_new_seed() -> None:
    found = run(Machine(), seed_of_this_run(), STEPS, nothing_drawn_is_kept)
    told(found)
    assert found.memory.growth < GROWTH_MIB, found.memory
    assert found.memory.visit < VISIT_MIB, found.memory
    assert found.wipes > 100 and len(found.seen) > 0.7 * len(SCREENS)


def test_a_fixed_seed_on_an_upright_panel() -> None:
    found = run(Machine("720x1280"), 20261123, 2500, nothing_drawn_is_kept)
    told(found)
    assert len(found.seen) > 0.7 * len(SCREENS)


def test_every_sample_state_keeps_the_rules_and_every_screen_has_one() -> None:
    machine = Machine()
    for model in samples().values():
        machine.do(("sample", (model,)))
        check(machine)
    assert set(SCREENS) == {model.screen for model in samples().values()}


def test_the_search_for_kept_words_finds_a_planted_one() -> None:
    machine = Machine()
    machine.do(("sample", (samples()["details"],)))
    drawn = " ".join(persons_words(machine))
    assert "N*** V***" in drawn and "H38.12.25-2" in drawn
    machine.feed(Tap("done"))
    machine.draw()
    assert persons_words(machine) == []
    machine.pointer.pressed = "N*** V*** A"
    assert persons_words(machine) == ["N*** V*** A"]


def test_a_rule_that_is_broken_is_told_with_a_short_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    on = machine.flow.on
    monkeypatch.setattr(
        machine.flow, "on", lambda event, model: (model, ()) if event == Tap("home") else on(event, model)
    )
    with pytest.raises(AssertionError, match="home on .* leads to") as caught:
        run(machine, 7, 200)
    shortest = str(caught.value).split("shortest way found (")[1]
    assert int(shortest.split(")")[0]) <= 4 and "seed 7" in str(caught.value)
