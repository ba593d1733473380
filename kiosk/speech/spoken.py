"""What is on the screen, as sentences in the order one would read them to somebody. Pure.

First what the screen says, then what may be pressed, then the way home. Keys of a keyboard are not read out; what
belongs to a person is left out unless only that person hears it.
"""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from kiosk.model import Model
from kiosk.speech.pronounce import Pronounce
from kiosk.view.layout import Item
from kiosk.view.widgets import Box

HEAD = ("modes", "language")
SILENT_SCREENS = ("attract", "staff")
"""Where nobody stands, and where somebody works."""
SWITCHES = ("large", "contrast", "speak")
_CODE = re.compile(r"[A-Z]\d{2}\.\d|\d{3}\.\d{2}\.\d|\d{6}-\d{4}|\*{3}|\d{9,}")
"""Dossier codes and their parts, masked names, identity numbers: never aloud, whatever screen they stand on."""
_OWN = ("code", "factor")
_OWN_OF_DOSSIER = ("code", "applicant", "procedure", "supplement")
_WHOLE_OF_DOSSIER = ("status", "status_vi", "status_en")
"""Everyday words: private only where they stand alone as the answer about a dossier."""


def reading(items: list[Item], model: Model, say: Pronounce, words: Any, *, private: bool) -> tuple[str, ...]:
    """Sentences of the placed screen. `private`: only the person hears them, so that nothing is left out."""
    if model.screen.startswith(SILENT_SCREENS):
        return ()
    typing = any(item.id and _key(item) for item in items)
    region = _region(items, typing)
    statements: list[str] = []
    choices: dict[int, list[str]] = {}
    ways: dict[int, list[str]] = {}
    left_out = False
    for at, item in enumerate(items):
        if at not in region:
            continue
        holder = _holder(items, at)
        if item.id is not None and not _key(item):
            group = ways if region[at] else choices
            group.setdefault(at, [])
        if item.kind == "icon" and holder is not None and items[holder].id in SWITCHES:
            choices.setdefault(holder, []).extend(_state(item, words))
        if item.kind != "text":
            continue
        text = str(getattr(item.widget, "text", ""))
        if typing and _is_typed(text, model):
            continue
        if not private and _is_private(text, model, typing):
            left_out = left_out or not typing  # beside a keyboard it is an example
            continue
        said = say.page(text) or say(text)
        if not said or said in ("Aa", "1C"):
            continue
        if holder is None and region[at] and any(each.id == "home" for each in items):
            continue  # seconds that run, beside the way home
        if holder is None:
            statements += [said] if said not in statements else []
        elif not _key(items[holder]):
            (ways if region[at] else choices).setdefault(holder, []).append(said)
    title = f"{model.screen}.title"
    if typing and not statements and words.known(title):
        statements.append(say(words(title)))
    for group in (choices, ways):
        for at, said_there in group.items():
            if not said_there:
                said_there += _nameless(items[at], words)
    return _joined(statements, choices, ways, words, left_out)


def called(items: list[Item], target: str, model: Model, say: Pronounce, words: Any, *, private: bool) -> str:
    """What the control `target` is called; empty for a key that others may not hear, and for one without a name."""
    at = next((index for index, item in enumerate(items) if item.id == target), None)
    if at is None or (_key(items[at]) and not private and model.screen != "search"):
        return ""
    if target.startswith("key:"):
        letter = target.removeprefix("key:")
        return words("key.space") if letter == " " else _key_name(letter, words)
    texts = [
        str(getattr(item.widget, "text", ""))
        for index, item in enumerate(items)
        if item.kind == "text" and _holder(items, index) == at
    ]
    said = [say(text) for text in texts if private or not _is_private(text, model, False)]
    said = [each for each in said if each and each != "Aa"] or _nameless(items[at], words)
    return _sentence(", ".join(said)) if said else ""


def secrets(model: Model) -> tuple[str, ...]:
    """What the screen may show and belongs to one person alone."""
    own = [str(getattr(model, name)) for name in _OWN] + [model.booking.code]
    dossier = model.result.dossier if model.result else None
    if dossier is not None and dossier.details:
        for field in fields(dossier):
            if field.name in _OWN_OF_DOSSIER:
                value = getattr(dossier, field.name)
                own += list(value) if isinstance(value, tuple) else [str(value)]
    return tuple(each for each in own if each)


def _answers(model: Model) -> set[str]:
    """Sentences that say how somebody's dossier stands in its details."""
    dossier = model.result.dossier if model.result else None
    if dossier is None or not dossier.details:
        return set()
    steps = {name for step in dossier.steps for name in (step.name, step.name_en)}
    return steps | {str(getattr(dossier, name)) for name in _WHOLE_OF_DOSSIER}


def _is_private(text: str, model: Model, typing: bool) -> bool:
    if _CODE.search(text) or text in _answers(model):
        return True
    if typing and _is_typed(text, model):
        return True
    return any(len(each) >= 4 and each.lower() in text.lower() for each in secrets(model))


def _is_typed(text: str, model: Model) -> bool:
    """What stands in a field, or on a key that may not follow now."""
    bare = re.sub(r"[|…\s•●_]", "", text)
    typed = (model.code, model.factor, model.query, model.booking.code)
    return len(bare) <= 1 or any(bare in each.replace(" ", "") for each in typed if each)


def _region(items: list[Item], typing: bool) -> dict[int, bool]:
    """Index of every item to read → whether it belongs to the foot. Behind a scrim nothing is read, nor is the head,
    but for what a typing screen has there."""
    scrims = [at for at, item in enumerate(items) if isinstance(item.widget, Box) and item.widget.scrim]
    if scrims:
        return dict.fromkeys(range(scrims[-1] + 1, len(items)), False)
    parts = [at for at, item in enumerate(items) if item.parent == 0 and item.kind == "box"]
    head = next((at for at in parts if any(items[i].id in HEAD for i in _within(items, at))), None)
    foot = parts[-1] if len(parts) > 1 else None
    skip = set(_within(items, head)) if head is not None else set()
    if typing and not any(_is_emblem(items[at]) for at in skip):
        skip = {at for at in skip if items[at].id in HEAD or _held_by(items, at, HEAD)}
    last = set(_within(items, foot)) if foot is not None else set()
    return {at: at in last for at in range(1, len(items)) if at not in skip}


def _within(items: list[Item], root: int) -> list[int]:
    inside = [root]
    for at in range(root + 1, len(items)):
        if items[at].parent in inside:
            inside.append(at)
    return inside


def _holder(items: list[Item], at: int) -> int | None:
    """The control an item belongs to."""
    at = items[at].parent
    while at >= 0:
        if items[at].id is not None:
            return at
        at = items[at].parent
    return None


def _is_emblem(item: Item) -> bool:
    """The mark or the clock: this head says who we are, and nothing of the screen."""
    text = str(getattr(item.widget, "text", ""))
    return item.kind == "picture" or text == "1C" or re.fullmatch(r"\d\d:\d\d", text) is not None


def _held_by(items: list[Item], at: int, names: tuple[str, ...]) -> bool:
    holder = _holder(items, at)
    return holder is not None and items[holder].id in names


def _key(item: Item) -> bool:
    """A key of a keyboard (our mark is as small as one, and is none)."""
    return isinstance(item.widget, Box) and item.widget.target == "key" and item.id != "mark"


def _nameless(item: Item, words: Any) -> list[str]:
    """A control with a sign alone."""
    names = {
        "page:next": "spoken.next",
        "page:back": "spoken.previous",
        "volume:up": "spoken.louder",
        "volume:down": "spoken.quieter",
    }
    return [words(names[str(item.id)])] if str(item.id) in names else []


def _state(icon: Item, words: Any) -> list[str]:
    """Whether a switch is on, told by its sign."""
    names = {"check": "spoken.is_on", "box": "spoken.is_off"}
    name = str(getattr(icon.widget, "name", ""))
    return [words(names[name])] if name in names else []


def _key_name(letter: str, words: Any) -> str:
    return words("spoken.erase") if letter == "backspace" else letter


def _joined(
    statements: list[str], choices: dict[int, list[str]], ways: dict[int, list[str]], words: Any, left_out: bool
) -> tuple[str, ...]:
    said = [_sentence(each) for each in statements]
    if left_out:
        said.append(_sentence(words("spoken.private")))
    told = [_sentence(", ".join(each)) for each in choices.values() if each]
    if told:
        said += [_sentence(words("spoken.choose")), *told]
    below = [", ".join(each) for each in ways.values() if each]
    if below:
        said.append(_sentence(words("spoken.below", what="; ".join(below))))
    return tuple(said)


def _sentence(text: str) -> str:
    text = text.replace("\u00a0", " ").strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else text.rstrip(",;: ") + "."
