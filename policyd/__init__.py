"""policyd decides what happens to a chat message, a join request or an advertisement, by policies that a community
writes itself.

`load` gives an engine to use from Python; `policyd serve` the same as a service.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from policyd.model.problem import EventError

if TYPE_CHECKING:
    from policyd.engine.embedded import Embedded
    from policyd.language.diagnostics import Diagnostic

__all__ = ["EventError", "PolicyError", "load"]


class PolicyError(Exception):
    """The policies are not valid. `diagnostics` holds every finding, warnings too."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        from policyd.language.render import render

        super().__init__("\n\n".join(render(each) for each in diagnostics))
        self.diagnostics = diagnostics


def load(directory: str | Path) -> Embedded:
    """The policies of a directory, ready to decide: state in memory, the clock of the events. Raises `PolicyError`."""
    from policyd.check.load import load as check
    from policyd.compile.load import compile_policies
    from policyd.engine.embedded import Embedded

    policies, diagnostics = check(Path(directory))
    if policies is None:
        raise PolicyError(tuple(diagnostics))
    return Embedded(compile_policies(policies))
