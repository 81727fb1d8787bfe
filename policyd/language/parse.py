"""From the text of a policy to its tree. The only module that knows Lark."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, cast

from lark import Lark, Tree
from lark import Token as LarkToken
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from policyd.language import lexical_codes, syntax_codes
from policyd.language.build_declarations import DeclarationBuilder
from policyd.language.build_scenarios import ScenarioBuilder
from policyd.language.diagnostics import Diagnostic
from policyd.language.findings import Findings
from policyd.language.forms import Form, Leaf
from policyd.language.nodes import Declaration, File, Header
from policyd.language.scan import Scanner, Token
from policyd.language.source import Source, Span
from policyd.language.split import BRACED, LATER, UNBRACED, Piece, split
from policyd.language.syntax_errors import explain_no_declaration, explain_unexpected

__all__ = ["parse"]

CODES: Final = (lexical_codes, syntax_codes)
"""The modules whose import registers the kinds of findings that are made here."""

DEEPEST: Final = 64
"""How deep brackets and forms may nest: the tree is walked recursively."""

_FORMS_PER_LEVEL: Final = 3
"""A form of an expression is at most this many nodes of the parse tree deep beside those that it nests."""


def parse(source: Source) -> tuple[File, list[Diagnostic]]:
    """The tree of a text and everything that is wrong with it, in the order of the text. Never raises: declarations
    that cannot be read are missing from the tree and have a diagnostic."""
    scanner = Scanner(source)
    scanner.scan()
    reader = _Reader(source, scanner.findings)
    for piece in split(scanner.tokens):
        reader.read(piece)
    findings = sorted(reader.findings, key=lambda finding: (finding.span.start, finding.span.end, finding.code))
    return File(source, reader.header, tuple(reader.declarations)), findings


class _Reader:
    def __init__(self, source: Source, lexical: list[Diagnostic]) -> None:
        self.source = source
        self.findings = Findings(lexical)
        self.header: Header | None = None
        self.declarations: list[Declaration] = []
        self._broken = sorted(finding.span.start for finding in lexical if finding.code in _UNREADABLE)

    def read(self, piece: Piece) -> None:
        if piece.problem == "stray brace":
            self.findings.add("P132", self._span(piece.tokens[0]))
        elif piece.keyword in LATER:
            self.findings.later(piece.keyword, self._span(piece.tokens[0]))
        elif any(piece.start <= start < piece.end for start in self._broken):
            self._report_unclosed(piece)
        elif not piece.keyword:
            self.findings.append(explain_no_declaration(self.source, piece))
        else:
            self._report_unclosed(piece)
            self._read_declaration(piece)

    def _report_unclosed(self, piece: Piece) -> None:
        if piece.problem != "unclosed":
            return
        brace = next(token for token in piece.tokens if token.is_sign("{"))
        head = self.source.text[piece.start : brace.start].split("\n")[0].strip() or piece.keyword
        last_line = self.source.position(piece.tokens[-1].start)[0]
        self.findings.add("P131", self._span(brace), name=head, line=last_line)

    def _read_declaration(self, piece: Piece) -> None:
        deep = _too_deep(piece.tokens)
        if deep is not None:
            self.findings.add("P139", self._span(deep), bound=DEEPEST)
            return
        tree = self._tree(piece)
        if tree is None:
            return
        if _depth(tree) > DEEPEST * _FORMS_PER_LEVEL:
            self.findings.add("P139", Span(self.source, piece.start, piece.end), bound=DEEPEST)
            return
        self._build(self._form(tree, piece))

    def _build(self, form: Form) -> None:
        if form.kind == "policy":
            self._take_header(DeclarationBuilder(self.findings).header(form))
        elif form.kind == "test":
            self.declarations.append(ScenarioBuilder(self.findings).test(form))
        else:
            declaration = DeclarationBuilder(self.findings).declaration(form)
            if declaration is not None:
                self.declarations.append(declaration)

    def _take_header(self, header: Header) -> None:
        if self.header is None:
            self.header = header
        else:
            self.findings.add("P140", header.name_span, name=self.header.name, second=header.name)

    def _tree(self, piece: Piece) -> Tree[LarkToken] | None:
        text = self.source.text[piece.start : piece.end] + ("\n}" if piece.problem == "unclosed" else "")
        try:
            return _parser().parse(text, start=piece.keyword)
        except UnexpectedInput as error:
            offset, accepted = _where(error, len(text))
            self.findings.append(explain_unexpected(self.source, piece, piece.start + offset, accepted))
            return None

    def _form(self, tree: Tree[LarkToken], piece: Piece) -> Form:
        """Forms for a tree of Lark. A closing brace that was put in lies at the end of the piece."""
        parts = tuple(
            self._form(part, piece) if isinstance(part, Tree) else self._leaf(part, piece) for part in tree.children
        )
        return Form(str(tree.data), parts, parts[0].span.to(parts[-1].span))

    def _leaf(self, token: LarkToken, piece: Piece) -> Leaf:
        assert token.start_pos is not None and token.end_pos is not None, "the lexer sets positions"
        start = min(piece.start + token.start_pos, piece.end)
        return Leaf(token.type, str(token), Span(self.source, start, min(piece.start + token.end_pos, piece.end)))

    def _span(self, token: Token) -> Span:
        return Span(self.source, token.start, token.end)


_UNREADABLE: Final = frozenset({"P103", "P105", "P106", "P107", "P109", "P110", "P115"})
"""Findings of the scanner after which the grammar would only repeat the trouble."""


def _where(error: UnexpectedInput, end: int) -> tuple[int, frozenset[str]]:
    """Where reading stopped and which terminals could have stood there."""
    if isinstance(error, UnexpectedToken):
        at_end = error.token.type == "$END"
        return end if at_end else error.token.start_pos or 0, frozenset(error.accepts or error.expected)
    assert isinstance(error, UnexpectedCharacters), "the parser raises no other"
    return cast(int, error.pos_in_stream), frozenset(error.allowed or ())


def _too_deep(tokens: tuple[Token, ...]) -> Token | None:
    """The bracket that nests too deeply."""
    depth = 0
    for token in tokens:
        if any(token.is_sign(sign) for sign in "([{"):
            depth += 1
            if depth > DEEPEST:
                return token
        elif any(token.is_sign(sign) for sign in ")]}"):
            depth -= 1
    return None


def _depth(tree: Tree[LarkToken]) -> int:
    """How deep a tree is, found without recursion."""
    depths: dict[int, int] = {}
    for subtree in tree.iter_subtrees():
        children = (depths[id(child)] for child in subtree.children if isinstance(child, Tree))
        depths[id(subtree)] = 1 + max(children, default=0)
    return depths[id(tree)]


@cache
def _parser() -> Lark:
    return Lark(
        _grammar().read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        start=sorted(BRACED | UNBRACED),
        maybe_placeholders=False,
    )


def _grammar() -> Path:
    """The grammar: in a wheel it lies beside this module, in a checkout at its home."""
    here = Path(__file__)
    beside = here.with_name("policy.lark")
    return beside if beside.exists() else here.parents[2] / "grammar" / "policy.lark"
