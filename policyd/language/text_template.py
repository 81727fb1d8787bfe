"""What stands between quotes: escapes undone, the margin of long texts taken away, placeholders found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policyd.language.findings import Findings
from policyd.language.names import plain_name
from policyd.language.nodes import Name, Placeholder, Text
from policyd.language.source import Span

_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|(.)|$)", re.DOTALL)
_WIDE_PLACEHOLDER: Final = re.compile(r"\uff5b([\w.\s]+)[\uff5d}]")
_PIECE: Final = re.compile(r"[^\\{]+|\\(?:u\{[0-9A-Fa-f]{1,6}\}|.|$)|\{\{|\{[^{}\r\n]*\}?", re.DOTALL)
_FACT: Final = re.compile(r"\s*([^\W\d_]\w*(?:\s*\.\s*[^\W\d]\w*)*)\s*")
_PLAIN_PIECE: Final = re.compile(r"[^\\]+|" + _ESCAPE.pattern, re.DOTALL)
_SIMPLE: Final = {"n": "\n", '"': '"', "\\": "\\", "\u201c": "\u201c", "\u201d": "\u201d", "\uff02": "\uff02"}
_EMPTY_LINE: Final = re.compile(r"[ \t\u3000]*\r?\n")
_LONG: Final = '"""'


def is_long(span: Span) -> bool:
    return span.text.startswith(_LONG) and len(span.text) >= 6


def raw_text(span: Span) -> str:
    """A quoted text exactly as written between its quotes."""
    quote = 3 if is_long(span) else 1
    return span.text[quote:-quote]


def plain_text(span: Span, findings: Findings) -> str:
    """A quoted text without placeholders: a word, a name, a title."""
    return "".join(
        _undo(written, place, findings) if written.startswith("\\") else _with_plain_breaks(written)
        for written, place in _pieces(span, _PLAIN_PIECE)
    )


def message_text(span: Span, findings: Findings) -> Text:
    """A quoted text with placeholders."""
    parts: list[str | Placeholder] = []
    for written, place in _pieces(span, _PIECE):
        part: str | Placeholder | None = _with_plain_breaks(written)
        if written.startswith("\\"):
            part = _undo(written, place, findings)
        elif written == "{{":
            part = "{"
        elif written.startswith("{"):
            part = _placeholder(written, place, findings)
        else:
            _warn_of_wide_braces(place, findings)
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part:
            parts.append(part)
    return Text(tuple(parts), span=span)


def _placeholder(written: str, span: Span, findings: Findings) -> Placeholder | None:
    fact = _FACT.fullmatch(written[1:-1]) if written.endswith("}") else None
    if fact is None:
        findings.add("P116", span, got=written)
        return None
    names = tuple(plain_name(part.strip()) for part in fact.group(1).split("."))
    start = span.start + 1 + fact.start(1)
    return Placeholder(Name(names, span=Span(span.source, start, start + len(fact.group(1)))), span=span)


def _undo(written: str, span: Span, findings: Findings) -> str:
    match = _ESCAPE.fullmatch(written)
    assert match is not None, "the piece was cut by the same rule"
    number, character = match.groups()
    if number and int(number, 16) <= 0x10FFFF and not 0xD800 <= int(number, 16) <= 0xDFFF:
        return chr(int(number, 16))
    if character in _SIMPLE:
        return _SIMPLE[character]
    findings.add("P108", span, got=written)
    return ""


def _warn_of_wide_braces(place: Span, findings: Findings) -> None:
    for match in _WIDE_PLACEHOLDER.finditer(place.text):
        span = Span(place.source, place.start + match.start(), place.start + match.end())
        findings.add("P121", span, got=match.group(), want="{" + match.group(1).strip() + "}")


def _with_plain_breaks(written: str) -> str:
    return written.replace("\r\n", "\n")


def _pieces(span: Span, pattern: re.Pattern[str]) -> Iterator[tuple[str, Span]]:
    text = span.source.text
    for start, end in _lines(span):
        for match in pattern.finditer(text, start, end):
            yield match.group(), Span(span.source, match.start(), match.end())


def _lines(span: Span) -> Iterator[tuple[int, int]]:
    """The parts of the source that make up the text. A long text whose first line is empty is a block: that line, the
    last one if only space stands on it, and the common margin of all lines are not part of it."""
    if not is_long(span):
        yield span.start + 1, span.end - 1
        return
    start, end = span.start + 3, span.end - 3
    block = _EMPTY_LINE.match(span.source.text, start, end)
    if block is None:
        yield start, end
        return
    yield from _block_lines(span.source.text, block.end(), end)


def _block_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    *lines, closing = _lines_between(text, start, end)
    margins = [_margin(text, *line) for line in lines if text[slice(*line)].strip()]
    margins.append(_margin(text, *closing))
    if text[slice(*closing)].strip():
        lines.append(closing)
    elif lines:
        first, last = lines[-1]
        lines[-1] = first, first + len(text[first:last].rstrip("\r\n"))
    margin = min(margins)
    for first, last in lines:
        yield first + min(margin, _margin(text, first, last)), last


def _lines_between(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The lines of a range with their breaks; the last has none and may be empty."""
    lines = []
    while (after := text.find("\n", start, end) + 1) > 0:
        lines.append((start, after))
        start = after
    return [*lines, (start, end)]


def _margin(text: str, start: int, end: int) -> int:
    """How many spaces the line at `start` starts with."""
    return len(text[start:end]) - len(text[start:end].lstrip(" \t\u3000"))
