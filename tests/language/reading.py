"""What the tests of this folder share."""

from __future__ import annotations

from policyd.language.diagnostics import Diagnostic
from policyd.language.nodes import Declaration, Expr, File, Let, Test, TestStep
from policyd.language.parse import parse
from policyd.language.source import Source


def read(text: str) -> tuple[File, list[Diagnostic]]:
    return parse(Source("a.policy", text))


def one(text: str) -> Declaration:
    """The only declaration of a text without findings."""
    file, findings = read(text)
    assert [finding.message() for finding in findings] == []
    (declaration,) = file.declarations
    return declaration


def expression(text: str) -> Expr:
    declaration = one(f"let x = {text}")
    assert isinstance(declaration, Let)
    return declaration.value


def steps(text: str) -> tuple[TestStep, ...]:
    declaration = one(f'test "t" {{ {text} }}')
    assert isinstance(declaration, Test)
    return declaration.steps


def found(text: str) -> list[tuple[str, str]]:
    """Code and underlined text of every finding."""
    return [(finding.code, finding.span.text) for finding in read(text)[1]]
