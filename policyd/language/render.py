"""A finding as text for people, or as plain data for programs. Colours are left to the caller's `style`."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final, Literal, TypedDict

from policyd.language.diagnostics import Diagnostic, Language, Phrase
from policyd.language.source import Span

Role = Literal["error", "warning", "place", "gutter", "source", "underline", "help", "note"]
Style = Callable[[Role, str], str]

_WIDEST: Final = 160
"""Longer source lines are cropped around the place, in code points."""
_BEFORE: Final = 60
_HELP: Final = Phrase("help", "建议")
_NOTE: Final = Phrase("note", "另见")
_SEVERITY: Final = {"error": Phrase("error", "错误"), "warning": Phrase("warning", "警告")}


class DiagnosticDict(TypedDict):
    """A finding as data. Lines and columns count from 1, columns in code points; the end is exclusive."""

    severity: str
    code: str
    title: str
    message: str
    help: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int


def as_dict(finding: Diagnostic, language: Language = "en") -> DiagnosticDict:
    line, column = finding.span.source.position(finding.span.start)
    end_line, end_column = finding.span.source.position(finding.span.end)
    return {
        "severity": finding.severity,
        "code": finding.code,
        "title": finding.title(language),
        "message": finding.message(language),
        "help": finding.help(language),
        "file": finding.span.source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def unstyled(_: Role, text: str) -> str:
    return text


def render(finding: Diagnostic, language: Language = "en", style: Style = unstyled) -> str:
    """A finding with the lines that it is about, without a line break at its end."""
    severity: Role = finding.severity
    word = _SEVERITY[finding.severity].in_language(language)
    head = style(severity, f"{word}[{finding.code}]") + f": {finding.title(language)}"
    parts = [f"{style('place', _place(finding.span))}: {head}"]
    parts += _excerpt(finding.span, finding.message(language), style)
    for related in finding.related:
        note = style("note", _NOTE.in_language(language))
        parts.append(f"{style('place', _place(related.span))}: {note}")
        parts += _excerpt(related.span, related.label.in_language(language), style)
    if finding.help(language):
        parts.append(f"  {style('help', '= ' + _HELP.in_language(language))}: {finding.help(language)}")
    return "\n".join(parts)


def _place(span: Span) -> str:
    line, column = span.source.position(span.start)
    return f"{span.source.name}:{line}:{column}"


def _excerpt(span: Span, label: str, style: Style) -> list[str]:
    """The first line of a span, underlined, with the label behind the underline."""
    if not span.source.text:
        return [f"  {label}"]
    number, column = span.source.position(span.start)
    text, first = span.source.line(number), column - 1
    last = min(first + max(span.end - span.start, 1), max(len(text), first + 1))
    crop = first - _BEFORE if len(text) > _WIDEST and first > _BEFORE else 0
    shown, before, under = text[crop : crop + _WIDEST], text[crop:first], text[first:last][:_WIDEST]
    margin = " " * len(str(number))
    line = ("…" if crop else "") + _visible(shown) + ("…" if crop + _WIDEST < len(text) else "")
    indent = " " * (_width(before) + (1 if crop else 0))
    marks = style("underline", "^" * max(_width(under), 1))
    return [
        f"  {style('gutter', f'{number} |')} {style('source', line)}",
        f"  {style('gutter', f'{margin} |')} {indent}{marks} {label}",
    ]


def _visible(text: str) -> str:
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    """A character as it may safely be printed: tabs as spaces, control and format characters by number."""
    if character == "\t":
        return "    "
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"<U+{ord(character):04X}>"
    return character


def _width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining marks none."""
    return sum(map(_columns, _visible(text)))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
