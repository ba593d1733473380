"""What `motcua bench search` measures: every key of many questions on a catalogue of the wished size.

Beside it stands a bare scan (each word of the question looked for in each procedure's folded words): the least any
search in this language costs, without forgiving anything. All figures are of one run on one machine; a question is
asked in five rounds, and its best counts.
"""

from __future__ import annotations

import dataclasses
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.catalogue import Catalogue
from kiosk.search.engine import Search, fold

ROUNDS = 5
Spent = tuple[float, float]
"""Milliseconds by the wall clock, and of our own processor time."""
QUESTIONS = (
    "khai sinh", "dang ky ket hon", "giấy xác nhận độc thân", "so do", "nhap khau", "bhyt cho be", "mở quán cà phê",
    "ddawng kys tajm trus", "chung thuc ban sao", "xay nha cap 4", "trợ cấp người già", "dangkykethon", "khia sinh",
    "tôi muốn làm giấy khai sinh cho con", "xin giấy xác nhận độc thân để cưới vợ", "birth certificate", "giay to dat",
    "nghĩa vụ quân sự", "chuyen truong", "tach ho khau", "mai táng phí", "ly lich", "sao y ban chinh", "land dispute",
)  # fmt: skip


def enlarged(catalogue: Catalogue, count: int) -> Catalogue:
    """The catalogue filled up to `count` procedures with names and everyday words made of its own words."""
    rng = random.Random(3)
    words = [word for each in catalogue.procedures for word in each.name.split()]
    procedures, aliases = list(catalogue.procedures), dict(catalogue.aliases)
    at = 0
    while len(procedures) < count:
        model = catalogue.procedures[at % len(catalogue.procedures)]
        code = f"9.{at:06d}"
        names = {"name": " ".join(rng.sample(words, 8)), "short": " ".join(rng.sample(words, 4))[:60].strip()}
        procedures.append(model.model_copy(update={"code": code, **names}))
        aliases[code] = tuple(" ".join(rng.sample(words, 3)) for _ in catalogue.aliases[model.code])
        at += 1
    return dataclasses.replace(catalogue, procedures=tuple(procedures), aliases=aliases)


def measure(catalogue: Catalogue, count: int) -> dict[str, Any]:
    """Milliseconds of a key's answer: the search alone, the bare scan, and up to the results on a drawn screen."""
    whole = enlarged(catalogue, count)
    typed = [text[:end] for text in QUESTIONS for end in range(2, len(text) + 1)]
    search = Search(whole)
    scan = _bare(whole)
    rows = [
        _row("tìm, từng phím / search, every key", lambda: _times(_finding(whole), typed)),
        _row("tìm, câu mới / search, a question at once", lambda: _times(_finding(whole), list(QUESTIONS))),
        _row("quét thô cùng danh mục / bare folded scan", lambda: _times(scan, typed)),
        _row("phím → kết quả trên màn hình / key → on screen", lambda: _on_screen(whole, search)),
    ]
    return {"procedures": len(whole.procedures), "phrases": search.phrases, "rows": rows}


def _finding(catalogue: Catalogue) -> Callable[[str], object]:
    """A search that has answered nobody yet."""
    search = Search(catalogue)
    return lambda text: search.find(text, 10)


def _times(work: Callable[[str], object], texts: list[str]) -> list[Spent]:
    spent = []
    for text in texts:
        began = _now()
        work(text)
        spent.append(_since(began))
    return spent


def _now() -> Spent:
    return time.perf_counter(), time.thread_time()


def _since(began: Spent) -> Spent:
    wall, own = _now()
    return (wall - began[0]) * 1000, (own - began[1]) * 1000


def _row(name: str, round_of: Callable[[], list[Spent]]) -> dict[str, Any]:
    """The least of each question's rounds, so that other programs' turns on the machine are not counted; `cpu95`: of
    this thread's own processor time."""
    rounds = [round_of() for _ in range(ROUNDS)]
    wall, own = (sorted(min(spent[kind] for spent in each) for each in zip(*rounds, strict=True)) for kind in (0, 1))
    at = int(len(wall) * 0.95)
    return {"name": name, "p50": wall[len(wall) // 2], "p95": wall[at], "cpu95": own[at], "n": len(wall)}


def _bare(catalogue: Catalogue) -> Callable[[str], object]:
    texts = [
        " ".join(fold(text) for text in (each.name, each.short, each.name_en, *catalogue.aliases.get(each.code, ())))
        for each in catalogue.procedures
    ]

    def scan(question: str) -> list[int]:
        words = fold(question).split()
        found = [(sum(word in text for word in words), at) for at, text in enumerate(texts)]
        return [at for _hits, at in sorted(found, reverse=True)[:10]]

    return scan


def _on_screen(catalogue: Catalogue, search: Search) -> list[Spent]:
    """From the key to the painted results, on SDL's dummy driver at 1280x800."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    import pygame

    import config
    from config.load import load_settings
    from kiosk.flow import Flow
    from kiosk.model import Key, Tap
    from kiosk.moves import Env
    from kiosk.stage import Stage, panel_of

    settings = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml")
    flow = Flow(Env(find=lambda text: tuple(hit.procedure.code for hit in search.find(text, 10))))
    stage = Stage(settings, catalogue, panel_of("1280x800"))
    glass = pygame.Surface((1280, 800), 0, 32)
    spent = []
    for question in QUESTIONS:
        model, _ = flow.on(Tap("go:search"), flow.start())
        stage.show(glass, model)
        for letter in question[:40]:
            began = _now()
            model, _ = flow.on(Key(letter), model)
            stage.show(glass, model)
            spent.append(_since(began))
    return spent
