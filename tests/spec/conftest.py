"""Every table of the law runs on both evaluators."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.spec.community import SIDES, ZONE, Community

HEADER = f'policy p {{ for every group timezone "{ZONE}" }}\n'


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "side" in metafunc.fixturenames:
        metafunc.parametrize("side", getattr(metafunc.module, "SIDES", sorted(SIDES)))


@pytest.fixture
def community(side: str) -> Callable[..., Community]:
    """From the text of a policy without its header, or with `files`, to a community on this evaluator."""

    def make(text: str = "", *, files: dict[str, str] | None = None) -> Community:
        return Community(side, files or {"p.policy": HEADER + text})

    return make
