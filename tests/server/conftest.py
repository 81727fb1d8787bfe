from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.service import Service, running


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running() as service:
        yield service


@pytest.fixture
def fresh() -> Iterator[Service]:
    """A service of the test's own, with an empty store."""
    with running() as service:
        yield service
