"""From the text of a policy to its tree. The only module that knows Lark."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from pathlib import Path
from typing import Final, cast

from lark import Lark, Tree
from lark import Token as LarkToken
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from policyd.language import lexical_codes, standing_codes, syntax_codes, workflow_codes
from policyd.language.build_declarations import DeclarationBuilder
from policyd.language.build_scenarios import ScenarioBuilder
from policyd.language.build_standing import STANDING, StandingBuilder
from policyd.language.build_workflows import WORKFLOWS, WorkflowBuilder
from policyd.language.clauses import clause_around, join_closed_too_early, unread
from policyd.language.diagnostics import Diagnostic, Phrase, Related
from policyd.language.findings import Findings
from policyd.language.forms import Form, Leaf
from policyd.language.keywords import DECLARATIONS, NAMED_WITH_BODY
from policyd.language.nodes import Declaration, File, Header, Unread
from policyd.language.scan import Scanner, Token
from policyd.language.source import Source, Span
from policyd.language.split import DEEPEST, Piece, split, too_deep
from policyd.language.syntax_errors import explain_no_declaration, explain_unexpected

__all__ = ["parse"]

CODES: Final = (lexical_codes, syntax_codes, workflow_codes, standing_codes)
"""The modules whose import registers the kinds of findings that are made here."""

_FORMS_PER_LEVEL: Final = 3
"""A form of an expression is at most this many nodes of the parse tree deep beside those that it nests."""


def parse(source: Source) -> tuple[File, list[Diagnostic]]:
    """The tree of a text and everything that is wrong with it, in the order of the text. Never raises: declarations
    that cannot be read are missing from the tree and have a diagnostic."""
    scanner = Scanner(source)
    scanner.scan()
    reader = _Reader(source, scanner)
    for piece in join_closed_too_early(split(scanner.tokens)):
        reader.read(piece)
    findings = sorted(reader.findings, key=lambda finding: (finding.span.start, finding.span.end, finding.code))
    return File(source, reader.header, tuple(reader.declarations), tuple(reader.unread)), findings


class _Reader:
    """Reads pieces in order; afterwards it holds the parts of the file and what is wrong with it."""

    def __init__(self, source: Source, scanner: Scanner) -> None:
        self.source = source
        self.findings = Findings(scanner.findings)
        self.header: Header | None = None
        self.declarations: list[Declaration] = []
        self.unread: list[Unread] = []
        self._readable = _without(source.text, scanner.needless)
        needless = {start for start, _ in scanner.needless}
        starts = {finding.span.start for finding in self.findings if finding.code in _UNREADABLE}
        self._unreadable = sorted(starts - needless)

    def read(self, piece: Piece) -> None:
        unreadable = self._unreadable_in(piece)
        if piece.problem == "stray brace":
            self.findings.add("P132", self._span(piece.tokens[0]))
        elif piece.problem == "closed too early":
            self._report_closed_too_early(piece)
        elif piece.keyword:
            self._report_reserved_name(piece)
            if not unreadable:
                self._report_unclosed(piece)
            self._read_declaration(piece, unreadable)
        elif not unreadable:
            self.findings.append(explain_no_declaration(self.source, piece))
            self._leave_out(piece)

    def _unreadable_in(self, piece: Piece) -> list[int]:
        first = bisect_left(self._unreadable, piece.start)
        return self._unreadable[first : bisect_left(self._unreadable, piece.end)]

    def _report_reserved_name(self, piece: Piece) -> None:
        """`rule group {`: read as a name, so that there is only this to say."""
        if piece.keyword in NAMED_WITH_BODY and piece.name is not None and piece.name.text in DECLARATIONS:
            self.findings.add("P134", self._span(piece.name), got=piece.name.text)

    def _report_unclosed(self, piece: Piece) -> None:
        if piece.problem != "unclosed":
            return
        braces = [token for token in piece.tokens if token.is_sign("{")]
        if len(braces) > 1:
            return
        brace = braces[0]
        head = self.source.text[piece.start : brace.start].split("\n")[0].strip() or piece.keyword
        last_line = self.source.position(piece.tokens[-1].start)[0]
        self.findings.add("P131", self._span(brace), name=head, line=last_line)

    def _report_closed_too_early(self, piece: Piece) -> None:
        brace = next(token for token in piece.tokens if token.is_sign("}"))
        clause = piece.tokens[piece.tokens.index(brace) + 1]
        label = Phrase("this clause stands outside", "这个子句落在了外面")
        self.findings.add("P155", self._span(brace), related=[Related(self._span(clause), label)], clause=clause.text)
        self._leave_out(piece)

    def _leave_out(self, piece: Piece) -> None:
        self.unread.extend(unread(self.source, piece))

    def _read_declaration(self, piece: Piece, unreadable: list[int]) -> None:
        deep = too_deep(piece.tokens)
        if deep is not None:
            self.findings.add("P139", self._span(deep), bound=DEEPEST)
            self._leave_out(piece)
            return
        tree = self._tree(piece, unreadable)
        if tree is None:
            self._leave_out(piece)
        elif _depth(tree) > DEEPEST * _FORMS_PER_LEVEL:
            self.findings.add("P139", Span(self.source, piece.start, piece.end), bound=DEEPEST)
            self._leave_out(piece)
        else:
            self._build(_form(tree, self.source, piece), piece)

    def _build(self, form: Form, piece: Piece) -> None:
        if form.kind == "policy":
            self._take_header(DeclarationBuilder(self.findings).header(form))
        elif form.kind == "test":
            self.declarations.append(ScenarioBuilder(self.findings).test(form))
        else:
            declaration = _builder(form.kind)(self.findings).declaration(form)
            if declaration is not None:
                self.declarations.append(declaration)
            else:
                self._leave_out(piece)

    def _take_header(self, header: Header) -> None:
        if self.header is None:
            self.header = header
        else:
            self.findings.add("P140", header.name_span, name=self.header.name, second=header.name)

    def _tree(self, piece: Piece, unreadable: list[int]) -> Tree[LarkToken] | None:
        """The parse tree of a declaration, or None. A clause that cannot be read is reported and passed over, so that
        the clauses behind it are read too; then there is no tree."""
        draft = _Draft(self.source, self._readable, piece)
        if not all(draft.pass_over(offset) or draft.is_consequence(offset) for offset in unreadable):
            return None
        whole = not unreadable
        for _ in range(_MOST_ERRORS):
            try:
                tree = _parser().parse(draft.text, start=piece.keyword)
                return tree if whole else None
            except UnexpectedInput as error:
                offset, accepted = _where(error, len(draft.text))
            if whole or not draft.is_consequence(piece.start + offset):
                self.findings.append(explain_unexpected(self.source, piece, piece.start + offset, accepted))
            whole = False
            if not draft.pass_over(piece.start + offset):
                return None
        return None

    def _span(self, token: Token) -> Span:
        return Span(self.source, token.start, token.end)


class _Draft:
    """The text of a declaration as it is tried, of one length always: clauses that cannot be read are blanked."""

    def __init__(self, source: Source, readable: str, piece: Piece) -> None:
        self._source = source
        self._piece = piece
        self.text = readable[piece.start : piece.end] + ("\n}" if piece.problem == "unclosed" else "")
        self._lines: set[int] = set()

    def pass_over(self, offset: int) -> bool:
        """Blank the clause at `offset` of the source. False where there is none, or nothing is left of it."""
        clause = clause_around(self._piece, offset)
        if clause is None:
            return False
        start, end = clause[0] - self._piece.start, clause[1] - self._piece.start
        if not self.text[start:end].strip():
            return False
        last = clause[0] + len(self.text[start:end].rstrip()) - 1
        self._lines.update(range(self._source.position(clause[0])[0], self._source.position(last)[0] + 1))
        self.text = self.text[:start] + " " * (end - start) + self.text[end:]
        return True

    def is_consequence(self, offset: int) -> bool:
        """Whether an error at `offset` may come of a clause passed over: on the same line, or at the very end."""
        return offset >= self._piece.end or self._source.position(min(offset, self._piece.end))[0] in self._lines


def _builder(kind: str) -> type[DeclarationBuilder | StandingBuilder | WorkflowBuilder]:
    if kind in STANDING:
        return StandingBuilder
    return WorkflowBuilder if kind in WORKFLOWS else DeclarationBuilder


def _form(tree: Tree[LarkToken], source: Source, piece: Piece) -> Form:
    """Forms for a tree of Lark. A closing brace that was put in lies at the end of the piece."""
    parts = tuple(
        _form(part, source, piece) if isinstance(part, Tree) else _leaf(part, source, piece) for part in tree.children
    )
    return Form(str(tree.data), parts, parts[0].span.to(parts[-1].span))


def _leaf(token: LarkToken, source: Source, piece: Piece) -> Leaf:
    assert token.start_pos is not None and token.end_pos is not None, "the lexer sets positions"
    start = min(piece.start + token.start_pos, piece.end)
    return Leaf(token.type, str(token), Span(source, start, min(piece.start + token.end_pos, piece.end)))


def _without(text: str, ranges: list[tuple[int, int]]) -> str:
    """A text of the same length with spaces in these ranges, which are in order."""
    parts, done = [], 0
    for start, end in ranges:
        parts += [text[done:start], " " * (end - start)]
        done = end
    return "".join([*parts, text[done:]])


_UNREADABLE: Final = frozenset({"P103", "P105", "P106", "P107", "P109", "P110", "P115", "P120", "P123"})
"""Findings of the scanner after which the grammar would only repeat the trouble."""

_MOST_ERRORS: Final = 10
"""How many clauses of one declaration are reported."""


def _where(error: UnexpectedInput, end: int) -> tuple[int, frozenset[str]]:
    """Where reading stopped and which terminals could have stood there."""
    if isinstance(error, UnexpectedToken):
        at_end = error.token.type == "$END"
        return end if at_end else error.token.start_pos or 0, frozenset(error.accepts or error.expected)
    assert isinstance(error, UnexpectedCharacters), "the parser raises no other"
    return cast(int, error.pos_in_stream), frozenset(error.allowed or ())


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
        start=sorted(DECLARATIONS),
        maybe_placeholders=False,
    )


def _grammar() -> Path:
    """The grammar: in a wheel it lies beside this module, in a checkout at its home."""
    here = Path(__file__)
    beside = here.with_name("policy.lark")
    return beside if beside.exists() else here.parents[2] / "grammar" / "policy.lark"
