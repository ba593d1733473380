"""Every screen looks as it did when somebody last looked at it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image


def _pictures() -> ModuleType:
    # The tests' folders are no packages; a second `pictures` elsewhere must not be taken for this one.
    spec = importlib.util.spec_from_file_location("screens_pictures", Path(__file__).with_name("pictures.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


pictures = _pictures()
WANTED = pictures.wanted()


def test_the_golden_pictures_are_exactly_those_wanted() -> None:
    assert {path.name for path in pictures.GOLDEN.glob("*.png")} == {pictures.file_of(*each).name for each in WANTED}


@pytest.mark.parametrize("size", sorted({each[1] for each in WANTED}))
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
def test_the_screens_look_as_they_did(size: str, language: str, large: bool, tmp_path: Path) -> None:
    which = [each for each in WANTED if each[1:] == (size, language, large)]
    changed = []
    for path, picture in pictures.drawn(which):
        share = pictures.difference(Image.open(path), picture)
        if share > pictures.SHARE:
            picture.save(tmp_path / path.name)
            changed.append(f"{path.name}: {share:.3%} of the pixels; now in {tmp_path}")
    assert changed == []


def test_a_number_that_moved_would_be_seen() -> None:
    ((path, picture),) = pictures.drawn([("ticket", "1280x800", "vi", False)])
    assert path.name.startswith("ticket")
    other = picture.copy()
    other.paste(picture.crop((40, 200, 560, 420)), (48, 200))  # the number, a little to the right
    assert pictures.difference(picture, other) > pictures.SHARE
