"""The registry of everything that can be wrong with a policy. Each kind is registered once, beside what finds it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from policyd.language.diagnostics import Code, Diagnostic, FieldValue, Phrase, Related, Texts
from policyd.language.source import Span

__all__ = ["CODES", "Code", "Phrase", "Related", "Texts", "diagnostic", "register"]

CODES: Final[dict[str, Code]] = {}
"""Every registered kind by its code. Complete once the modules that find something have been imported."""


def register(*codes: Code) -> None:
    """Add kinds to the registry. A code or slug that is already taken is a fault of the program: ValueError."""
    for code in codes:
        if code.code in CODES or any(code.slug == other.slug for other in CODES.values()):
            raise ValueError(f"{code.code} ({code.slug}) is registered twice")
        CODES[code.code] = code


def diagnostic(code: str, span: Span, *, related: Iterable[Related] = (), **fields: FieldValue) -> Diagnostic:
    """A finding of the kind `code` at `span`. `fields` must hold every field that the texts of the kind name."""
    return Diagnostic(CODES[code], span, tuple(fields.items()), tuple(related))
