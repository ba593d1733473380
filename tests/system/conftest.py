"""What every test of a page needs: one Chromium a module, a hub of its own a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fixtures.pages import Browser, Hub


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = Browser()
    yield found
    found.close()


@pytest.fixture
def hub() -> Iterator[Hub]:
    found = Hub()
    yield found
    found.close()
