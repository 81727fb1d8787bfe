"""Diagnostics as they stand in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TextIO

from policyd.cli.findings import shown_path
from policyd.cli.output import Output, Style
from policyd.language.diagnostics import Diagnostic, Phrase
from policyd.language.render import Role, render
from policyd.language.source import Source, Span

_STYLES: Final[dict[Role, Style]] = {
    "error": "red", "underline": "red", "warning": "yellow", "place": "bold", "gutter": "dim", "help": "cyan",
    "note": "cyan",
}  # fmt: skip


def diagnostic_lines(
    output: Output, directory: Path, found: Sequence[Diagnostic], stream: TextIO | None = None
) -> Iterator[str]:
    """All of them with their source lines; quiet leaves out the warnings."""

    def style(role: Role, text: str) -> str:
        return output.style(text, _STYLES[role], stream) if role in _STYLES else text

    for diagnostic in found:
        if not output.quiet or diagnostic.severity == "error":
            span, related = diagnostic.span, diagnostic.related
            seen = replace(diagnostic, span=_seen(span, directory))
            seen = replace(seen, related=tuple(replace(each, span=_seen(each.span, directory)) for each in related))
            yield render(seen, output.language, style)
            yield ""


def _seen(span: Span, directory: Path) -> Span:
    """The same place, its file named as the reader would."""
    return Span(Source(shown_path(directory, span), span.source.text), span.start, span.end)


def tally(found: Sequence[Diagnostic]) -> Phrase:
    """How many there are, in words."""
    errors = sum(diagnostic.severity == "error" for diagnostic in found)
    warnings = len(found) - errors
    if not found:
        return Phrase("no problems found", "没有发现问题")
    return Phrase(
        f"{counted(errors, 'error')}, {counted(warnings, 'warning')}",
        f"错误 {errors} 个,警告 {warnings} 个",
    )


def counted(count: int, noun: str) -> str:
    """`1 rule`, `2 rules`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
