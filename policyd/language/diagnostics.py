"""What is wrong with a policy, said once: code, place, cause, fix. The texts live in `codes.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from policyd.language.source import Span

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains the first, such as the other declaration of a name."""

    span: Span
    label: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `message` says the cause, `help` the fix: lower case, no full stop, names in backticks."""

    code: str
    severity: Severity
    title: str
    message: str
    help: str
    span: Span
    related: tuple[Related, ...] = field(default=())
