"""Where the steps of the parser put what they find."""

from __future__ import annotations

from collections.abc import Iterable

from policyd.language.codes import diagnostic
from policyd.language.diagnostics import Diagnostic, FieldValue, Related
from policyd.language.source import Span


class Findings(list[Diagnostic]):
    def add(self, code: str, span: Span, *, related: Iterable[Related] = (), **fields: FieldValue) -> None:
        self.append(diagnostic(code, span, related=related, **fields))
