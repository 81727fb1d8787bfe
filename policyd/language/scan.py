"""The words and signs of a text with their places, coarsely: enough to cut a file into declarations and to name what is
wrong with its characters. The grammar's own lexer reads each declaration again, knowing what may stand where."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from policyd.language.codes import diagnostic
from policyd.language.diagnostics import Diagnostic, FieldValue, Phrase
from policyd.language.keywords import DECLARATIONS
from policyd.language.names import scripts_that_may_not_mix
from policyd.language.numbers import explain_glued_number, full_width_to_plain
from policyd.language.source import Source, Span

TokenKind = Literal["word", "number", "string", "pattern", "sign", "bad"]

_BIDIRECTIONAL: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE: Final = "\u00ad\u034f\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u3164\ufeff\uffa0"
_DIGIT: Final = "[0-9\uff10-\uff19]"

_TOKEN: Final = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<comment>[#\uff03][^\r\n]*)
  | (?P<other_comment>//[^\r\n]*|/\*(?:[^*]|\*(?!/))*\*/)
  | (?P<string>\"{{3}}(?:[^"\\]|\\[\s\S]|"(?!""))*"{{3}}
      | "(?!"")(?:[^"\\\r\n]|\\[^\r\n])*"
      | [\u201c\u201d](?:[^\u201c\u201d\\\r\n]|\\[^\r\n])*[\u201c\u201d]
      | \uff02(?:[^\uff02\\\r\n]|\\[^\r\n])*\uff02)
  | (?P<open_long>\"{{3}})
  | (?P<open_string>["\u201c\u201d\uff02][^\r\n]*)
  | (?P<other_quotes>'[^'\r\n]*'|\u2018[^\u2018\u2019\r\n]*\u2019|[\u300c\u300e][^\u300c-\u300f\r\n]*[\u300d\u300f])
  | (?P<bidirectional>[{_BIDIRECTIONAL}]+)
  | (?P<invisible>[{_INVISIBLE}]+)
  | (?P<number>{_DIGIT}{{4}}[-\uff0d]{_DIGIT}{{1,2}}[-\uff0d]{_DIGIT}{{1,2}}(?!\w)
      | {_DIGIT}{{1,2}}[:\uff1a]{_DIGIT}{{2}}(?!\w)
      | {_DIGIT}+(?:[.\uff0e]{_DIGIT}+)?\w*[%\uff05]?)
  | (?P<word>[^\W\d]\w*)
  | (?P<sign>[.\uff0e]{{2}} | [=\uff1d]{{2}} | [!\uff01<\uff1c>\uff1e][=\uff1d]
      | [.\uff0e,\uff0c\u3001:\uff1a{{\uff5b}}\uff5d(\uff08)\uff09\[\uff3b\u3010\]\uff3d\u3011<\uff1c>\uff1e=\uff1d
         \u2260\u2264\u2265+\uff0b\-\uff0d\u2212*\uff0a\u00d7/\uff0f\u00f7])
  | (?P<bad>&&|\|\||.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PATTERN: Final = re.compile(r"[/\uff0f](?:[^/\\\r\n]|\\[^\r\n])*/")
_SLASHES: Final = "/\uff0f"
_REST_OF_LINE: Final = re.compile(r"[^\r\n]*")
_HIDDEN_INSIDE: Final = re.compile(f"[{_BIDIRECTIONAL}]+")
_HIDDEN_IN_COMMENT: Final = re.compile(f"(?P<bidirectional>[{_BIDIRECTIONAL}]+)|(?P<invisible>[{_INVISIBLE}]+)")
_DECLARATION_LINE: Final = re.compile(rf"^(?:shadow[ \t]+)?(?:{'|'.join(sorted(DECLARATIONS))})[ \t]", re.MULTILINE)
_WELL_FORMED_NUMBER: Final = re.compile(
    rf"{_DIGIT}+(?:[.\uff0e]{_DIGIT}+)?[%\uff05]?|(?:{_DIGIT}+[wdhms])+|.*[-\uff0d:\uff1a].*"
)


class Token(NamedTuple):
    """`at_margin`: starts a line and has no space before it. `sign` is the plain counterpart of a sign, else empty."""

    kind: TokenKind
    text: str
    start: int
    end: int
    starts_line: bool
    at_margin: bool
    sign: str

    def is_sign(self, plain: str) -> bool:
        """Whether this is the sign `plain`, or its full-width counterpart."""
        return self.sign == plain


_FULL_WIDTH: Final = {"\u3010": "[", "\u3011": "]", "\u3001": ","}


def plain_sign(written: str) -> str:
    """The plain counterpart of a full-width sign; any other text as it is."""
    if written.isascii():
        return written
    return "".join(_FULL_WIDTH.get(character) or full_width_to_plain(character) for character in written)


_INSTEAD: Final = {
    ";": "", "\uff1b": "", "\u3002": "", "&": "and", "&&": "and", "|": "or", "||": "or", "!": "not", "\uff01": "not",
    "'": '"', "\u2018": '"', "\u2019": '"', "\u300c": '"', "\u300d": '"', "\u300a": "<", "\u300b": ">", "~": "-",
    "\uff5e": "-", "\u2014": "-", "\u2013": "-", "\u2026": "..",
}  # fmt: skip
"""What authors mean by signs that the language does not have; nothing: the sign is simply not needed."""


def explain_character(character: str) -> Phrase:
    """What to write instead of a character."""
    want = _INSTEAD.get(character)
    if want is None:
        return Phrase("delete it, or put the text that it belongs to in quotes", "请删除它;如果属于文字,请放进引号里")
    if not want:
        return Phrase("delete it: clauses need no sign between them", "请删除它:子句之间不需要标点")
    return Phrase(f"write `{want}`", f"请写 `{want}`")


class Scanner:
    """Reads one source; afterwards `tokens` holds what is neither space nor comment, `findings` what is wrong, and
    `needless` the ranges of what is wrong but can be passed over, such as a semicolon."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens: list[Token] = []
        self.findings: list[Diagnostic] = []
        self.needless: list[tuple[int, int]] = []
        self._fresh_line = True

    def scan(self) -> None:
        text, position = self.source.text, 1 if self.source.text.startswith("\ufeff") else 0
        while position < len(text):
            pattern = self._pattern_after_like(position) if text[position] in _SLASHES else None
            match = pattern or _TOKEN.match(text, position)
            assert match is not None, "the last alternative takes any character"
            kind = match.lastgroup or "pattern"
            end = match.end() if kind != "open_long" else self._next_declaration(match.end())
            self._take(kind, text[position:end], position)
            position = end

    def _next_declaration(self, position: int) -> int:
        """Where a line starts a declaration: a long text without end goes no further."""
        match = _DECLARATION_LINE.search(self.source.text, position)
        return match.start() if match else len(self.source.text)

    def _pattern_after_like(self, position: int) -> re.Match[str] | None:
        if not (self.tokens and self.tokens[-1].text == "like"):
            return None
        return _PATTERN.match(self.source.text, position) or self._unclosed_pattern(position)

    def _unclosed_pattern(self, position: int) -> re.Match[str] | None:
        match = _REST_OF_LINE.match(self.source.text, position)
        self._report("P115", position, position + 1)
        return match

    def _take(self, kind: str, text: str, start: int) -> None:
        end = start + len(text)
        if kind == "space":
            self._fresh_line = self._fresh_line or "\n" in text or "\r" in text
        elif kind == "comment":
            for hidden in _HIDDEN_IN_COMMENT.finditer(text):
                self._report_hidden(hidden.lastgroup, hidden.group(), start + hidden.start())
        elif kind == "other_comment" or _INSTEAD.get(text) == "":
            self._take_needless(kind, text, start)
        elif kind in ("bidirectional", "invisible"):
            self._report_hidden(kind, text, start)
        else:
            self._take_token(kind, text, start, end)

    def _take_token(self, kind: str, text: str, start: int, end: int) -> None:
        plain: TokenKind = "bad"
        if kind == "word":
            plain = "word"
            if not text.isascii():
                self._check_scripts(text, start, end)
        elif kind == "number":
            plain = "number"
            self._check_number(text, start, end)
        elif kind == "sign":
            plain = "sign"
        elif kind == "pattern":
            plain = "pattern"
        elif kind == "string":
            plain = "string"
            for hidden in _HIDDEN_INSIDE.finditer(text):
                self._report_hidden("bidirectional", hidden.group(), start + hidden.start())
        elif kind == "open_string":
            self._report("P106", start, end)
        elif kind == "other_quotes":
            self._report("P120", start, end, got=text, want=f'"{text[1:-1]}"')
        elif kind == "open_long":
            self._report("P107", start, start + 3)
        else:
            self._report("P105", start, end, got=text, want=explain_character(text))
        at_margin = start == 0 or self.source.text[start - 1] in "\r\n\ufeff"
        sign = plain_sign(text) if plain == "sign" else ""
        self.tokens.append(Token(plain, text, start, end, self._fresh_line, at_margin, sign))
        self._fresh_line = text.endswith("\n")

    def _take_needless(self, kind: str, text: str, start: int) -> None:
        self.needless.append((start, start + len(text)))
        if kind == "other_comment":
            self._report("P122", start, start + 2, got=text[:2])
        else:
            self._report("P105", start, start + len(text), got=text, want=explain_character(text))

    def _check_number(self, text: str, start: int, end: int) -> None:
        if self._is_after_keyword() and full_width_to_plain(text)[-1] != "%":
            self._report("P123", start, end, got=text)
        elif not _WELL_FORMED_NUMBER.fullmatch(text):
            self.findings.append(explain_glued_number(text, Span(self.source, start, end)))

    def _is_after_keyword(self) -> bool:
        """Whether the word before seems to start a declaration, so that a name should follow."""
        if not self.tokens or self.tokens[-1].text not in DECLARATIONS:
            return False
        return self.tokens[-1].starts_line or self.tokens[-2].text not in ("strike", "forgive")

    def _check_scripts(self, word: str, start: int, end: int) -> None:
        mixed = scripts_that_may_not_mix(word)
        if mixed:
            self._report("P104", start, end, name=word, scripts=", ".join(mixed))

    def _report_hidden(self, kind: str | None, text: str, start: int) -> None:
        code = "P102" if kind == "bidirectional" else "P103"
        self._report(code, start, start + len(text), character=f"U+{ord(text[0]):04X}")

    def _report(self, code: str, start: int, end: int, **fields: FieldValue) -> None:
        self.findings.append(diagnostic(code, Span(self.source, start, end), related=(), **fields))
