"""Diagnostics as they stand in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from policyd.cli.output import Output, Style
from policyd.language.diagnostics import Diagnostic, Phrase
from policyd.language.render import Role, render

_STYLES: Final[dict[Role, Style]] = {
    "error": "red", "underline": "red", "warning": "yellow", "place": "bold", "gutter": "dim", "help": "cyan",
    "note": "cyan",
}  # fmt: skip


def diagnostic_lines(
    output: Output, directory: Path, found: Sequence[Diagnostic], stream: TextIO | None = None
) -> Iterator[str]:
    """All of them with their source lines; quiet leaves out the warnings."""

    def style(role: Role, text: str) -> str:
        shown = (directory / text).as_posix() if role == "place" else text
        return output.style(shown, _STYLES[role], stream) if role in _STYLES else shown

    for diagnostic in found:
        if not output.quiet or diagnostic.severity == "error":
            yield render(diagnostic, output.language, style)
            yield ""


def tally(found: Sequence[Diagnostic]) -> Phrase:
    """How many there are, in words."""
    errors = sum(diagnostic.severity == "error" for diagnostic in found)
    warnings = len(found) - errors
    if not found:
        return Phrase("no problems found", "没有发现问题")
    return Phrase(
        f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}",
        f"错误 {errors} 个,警告 {warnings} 个",
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
