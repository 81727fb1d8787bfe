"""Cuts a file into its declarations, so that a broken one does not hide the next.

A declaration ends at its closing brace, or, where it has none, before the next declaration. A closing brace that is
missing is noticed where a line starts the next declaration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from policyd.language.keywords import BRACED, CLAUSES, DECLARATIONS
from policyd.language.scan import Token

_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_NESTING: Final = dict.fromkeys(_CLOSING, 1) | dict.fromkeys(_CLOSING.values(), -1)
_AFTER_UNBRACED_NAME: Final = {
    "let": ("=",), "template": ("=", "max"), "counter": ("counts",), "attribute": (".",), "setting": ("=",),
    "tally": ("by",),
}  # fmt: skip

DEEPEST: Final = 64
"""How deep brackets and expressions may nest: trees are walked recursively."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One declaration, or text that is none: then `keyword` is empty. `tokens` are never empty. `problem`: its closing
    brace is missing, or stands before its last clauses, or (a piece of one token) a closing brace that closes nothing.
    """

    keyword: str
    tokens: tuple[Token, ...]
    problem: Literal["unclosed", "closed too early", "stray brace"] | None = None

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end

    @property
    def name(self) -> Token | None:
        """The word that stands where the declaration has its name."""
        index = 2 if self.tokens[0].text == "shadow" else 1
        return self.tokens[index] if index < len(self.tokens) and self.tokens[index].kind == "word" else None


def split(tokens: list[Token]) -> list[Piece]:
    """The pieces of a file in order; every token is in exactly one of them."""
    splitter = _Splitter(tokens)
    for index in range(len(tokens)):
        splitter.take(index)
    splitter.finish()
    return splitter.pieces


class _Splitter:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.pieces: list[Piece] = []
        self._keyword = ""
        self._current: list[Token] = []
        self._open: list[str] = []
        self._braces = 0
        self._body_seen = False

    def take(self, index: int) -> None:
        token = self.tokens[index]
        if token.kind == "word":
            keyword = self._declaration_at(index)
            if keyword or self._unknown_declaration_at(index):
                self.finish()
                self._keyword = keyword
        self._current.append(token)
        if token.sign in _NESTING:
            self._take_sign(token)

    def finish(self) -> None:
        """End the current piece before the next token."""
        if self._current:
            unclosed = self._braces > 0
            self.pieces.append(Piece(self._keyword, tuple(self._current), "unclosed" if unclosed else None))
        self._keyword, self._current, self._open, self._braces, self._body_seen = "", [], [], 0, False

    def _take_sign(self, token: Token) -> None:
        if token.sign in _CLOSING:
            self._open.append(token.sign)
            self._braces += token.sign == "{"
            self._body_seen = self._body_seen or self._braces > 0
        elif token.sign == "}":
            self._close_brace(token)
        elif self._open and _CLOSING[self._open[-1]] == token.sign:
            self._open.pop()

    def _close_brace(self, token: Token) -> None:
        if self._braces > 0:
            while self._open.pop() != "{":
                pass
            self._braces -= 1
            if not self._braces:
                self.finish()
        elif self._keyword in BRACED and not self._body_seen:
            self.finish()
        else:
            self._current.pop()
            self.finish()
            self.pieces.append(Piece("", (token,), "stray brace"))

    def _declaration_at(self, index: int) -> str:
        """The keyword of the declaration that starts at this word, or nothing."""
        token = self.tokens[index]
        keyword = token.text
        if keyword == "shadow" and self._text(index + 1) == "rule":
            keyword, index = "rule", index + 1
        if keyword not in DECLARATIONS or self._is_name(index):
            return ""
        field = index > 0 and self.tokens[index - 1].is_sign(".") and not token.starts_line
        if field or (self._current and self._current[-1].text == "shadow"):
            return ""
        if self._braces > 0:
            clause = keyword in CLAUSES.get(self._keyword, ())
            starts = token.starts_line and (
                (token.at_margin and not clause and self._looks_like(index))
                or (keyword in BRACED and self._is_sure(index))
            )
        else:
            starts = not self._current or (token.starts_line and self._looks_like(index)) or self._is_sure(index)
        return keyword if starts else ""

    def _is_name(self, index: int) -> bool:
        """Whether this token stands where the current declaration has its name, and a body follows."""
        head = [token.text for token in self._current if token.text != "shadow"]
        if self._keyword not in BRACED or head != [self._keyword] or self.tokens[index].starts_line:
            return False
        after = index + 1
        while after < len(self.tokens) and self.tokens[after].kind == "string":
            after += 1
        if self._keyword == "tiers" and self._text(after) == "by":
            after += 2
        return after < len(self.tokens) and self.tokens[after].is_sign("{")

    def _unknown_declaration_at(self, index: int) -> bool:
        """Whether a line starts at this word with the head of a declaration, but for its keyword, where none has to be
        open."""
        token = self.tokens[index]
        free = bool(self._current) and self._keyword not in BRACED and not self._braces
        return free and token.starts_line and self._is_sure(index)

    def _looks_like(self, index: int) -> bool:
        """Whether a name, a text or a brace follows."""
        after = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        return after is not None and (after.kind in ("word", "string", "number", "bad") or after.is_sign("{"))

    def _is_sure(self, index: int) -> bool:
        """Whether what follows makes a whole head: a name and a brace, or a name and `=`."""
        keyword, after = self.tokens[index].text, index + 1
        if not self._looks_like(index):
            return False
        if keyword in _AFTER_UNBRACED_NAME:
            titled = after + 1 < len(self.tokens) and self.tokens[after + 1].kind == "string"
            at = after + (2 if titled and keyword == "tally" else 1)
            second = self.tokens[at] if at < len(self.tokens) else None
            return second is not None and any(
                second.text == text or second.is_sign(text) for text in _AFTER_UNBRACED_NAME[keyword]
            )
        last = index + (5 if keyword == "tiers" else 3)
        while after < len(self.tokens) and self.tokens[after].kind in ("word", "string") and after < last:
            after += 1
            if keyword == "group" and after < len(self.tokens) and self.tokens[after].is_sign(","):
                after, last = after + 1, last + 2
        return after < len(self.tokens) and self.tokens[after].is_sign("{")

    def _text(self, index: int) -> str:
        return self.tokens[index].text if index < len(self.tokens) else ""


def too_deep(tokens: tuple[Token, ...]) -> Token | None:
    """The first bracket that nests too deeply."""
    depth = 0
    for token in tokens:
        depth += _NESTING.get(token.sign, 0)
        if depth > DEEPEST:
            return token
    return None
