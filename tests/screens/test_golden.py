"""Every screen looks as it did when somebody last looked at it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


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
GROUPS = sorted({(shot.size, shot.language) for shot in WANTED})
RENEW = "python tests/screens/pictures.py --renew --look DIR, and look at the sheets"


def test_the_golden_pictures_are_exactly_those_wanted() -> None:
    kept = {pictures.file_of(shot).name for shot in WANTED if pictures.is_kept(shot)}
    assert {path.name for path in pictures.GOLDEN.glob("*.png")} == kept, RENEW
    assert set(pictures.known()[1]) == {shot.file for shot in WANTED}, RENEW


@pytest.mark.parametrize(("size", "language"), GROUPS)
def test_the_screens_look_as_they_did(size: str, language: str, tmp_path: Path) -> None:
    """With the build that made the digests every pixel is the same; any build draws the kept pictures alike."""
    made_by, digests = pictures.known()
    exact = made_by == pictures.build()
    changed = []
    for shot, surface in pictures.drawn(shot for shot in WANTED if (shot.size, shot.language) == (size, language)):
        same = digests.get(shot.file) == pictures.digest(surface) if exact else True
        old = pictures.kept(shot) if not same or pictures.is_kept(shot) else None
        if same and pictures.is_kept(shot):
            same = old is not None and pictures.difference(old, pictures.picture_of(surface)) <= pictures.SHARE
        if not same:
            path = tmp_path / f"{shot.file}.png"
            # Of what is kept as a digest only, the kept picture of the same screen stands beside it.
            pictures.side_by_side(old, pictures.picture_of(surface), path)
            changed.append(f"{shot.file}: before and now side by side in {path}")
    assert changed == [], RENEW


def test_one_pixel_changes_a_digest_and_a_number_that_moved_is_seen() -> None:
    ((shot, surface),) = pictures.drawn(shot for shot in WANTED if pictures.is_kept(shot) and shot.name == "ticket")
    before = pictures.digest(surface)
    picture = pictures.picture_of(surface)
    surface.set_at((7, 9), (1, 2, 3))
    assert pictures.digest(surface) != before
    other = picture.copy()
    other.paste(picture.crop((40, 200, 560, 420)), (48, 200))  # the number, a little to the right
    assert pictures.difference(picture, other) > pictures.SHARE
