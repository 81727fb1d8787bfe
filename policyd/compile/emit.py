"""The Python that is generated: `ast` nodes of a closed set, every one on the line of the policy that it stems from.

Nothing that an author wrote becomes part of the code: constants stand in a table and the code names their places
(`k0`, `k1` …). Names and attributes are those of this package alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from policyd.language.source import Span

NODES: Final = frozenset(
    {
        ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.If, ast.Expr,
        ast.Name, ast.Load, ast.Store, ast.Attribute, ast.Subscript, ast.Constant, ast.Call, ast.NamedExpr, ast.IfExp,
        ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.Compare, ast.BinOp, ast.BitAnd,
        ast.Tuple, ast.Is, ast.IsNot, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn,
    }
)  # fmt: skip
"""Every kind of node that generated code may have."""

_NAME: Final = re.compile(r"[a-z]+[0-9]*")
_ATTRIBUTE: Final = re.compile(r"[a-z_]+")

COMPARISONS: Final[dict[str, type[ast.cmpop]]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "is": ast.Is,
    "is not": ast.IsNot,
    "in": ast.In,
    "not in": ast.NotIn,
}


class Constants:
    """The values that the code of one unit refers to: `k0`, `k1` …, equal ones of one type once."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[object, int] = {}

    def place(self, value: Any) -> str:
        """The name of a value that can be compared, such as a number, a text or a tuple of them."""
        return self._place((type(value), repr(value) if isinstance(value, float) else value), value)

    def same(self, value: Any) -> str:
        """The name of this very object, such as a function or a table."""
        return self._place(id(value), value)

    def _place(self, key: object, value: Any) -> str:
        if key not in self._places:
            self._places[key] = len(self.values)
            self.values.append(value)
        return f"k{self._places[key]}"


class Emitter:
    """Makes nodes for the code of one source file. Expressions that it is given become part of what it returns."""

    def __init__(self, source: str, constants: Constants) -> None:
        self.source = source
        self.constants = constants
        self.line = 1

    @contextmanager
    def at(self, span: Span) -> Iterator[None]:
        """Nodes made inside stand on the line of `span`; where that lies in another file, on the line as it was."""
        line = self.line
        if span.source.name == self.source:
            self.line = span.line
        yield
        self.line = line

    def _at(self) -> dict[str, Any]:
        return {"lineno": self.line, "end_lineno": self.line, "col_offset": -1, "end_col_offset": -1}

    def name(self, name: str) -> ast.expr:
        return ast.Name(name, ast.Load(), **self._at())

    def constant(self, value: Any) -> ast.expr:
        """A comparable constant, by reference."""
        return self.name(self.constants.place(value))

    def the(self, value: Any) -> ast.expr:
        """This very object, by reference."""
        return self.name(self.constants.same(value))

    def literal(self, value: bool | int | None) -> ast.expr:
        """None, a truth value or a number of this package's own."""
        return ast.Constant(value, **self._at())

    def attribute(self, value: ast.expr, name: str) -> ast.expr:
        return ast.Attribute(value, name, ast.Load(), **self._at())

    def row(self, items: Iterable[ast.expr]) -> ast.expr:
        """A tuple."""
        return ast.Tuple(list(items), ast.Load(), **self._at())

    def item(self, value: ast.expr, index: ast.expr) -> ast.expr:
        return ast.Subscript(value, index, ast.Load(), **self._at())

    def call(self, function: ast.expr, arguments: Iterable[ast.expr]) -> ast.expr:
        return ast.Call(function, list(arguments), [], **self._at())

    def keep(self, name: str, value: ast.expr) -> ast.expr:
        """`(name := value)`."""
        return ast.NamedExpr(ast.Name(name, ast.Store(), **self._at()), value, **self._at())

    def choose(self, test: ast.expr, then: ast.expr, otherwise: ast.expr) -> ast.expr:
        return ast.IfExp(test, then, otherwise, **self._at())

    def both(self, items: Sequence[ast.expr]) -> ast.expr:
        return items[0] if len(items) == 1 else ast.BoolOp(ast.And(), list(items), **self._at())

    def either(self, items: Sequence[ast.expr]) -> ast.expr:
        return items[0] if len(items) == 1 else ast.BoolOp(ast.Or(), list(items), **self._at())

    def no(self, value: ast.expr) -> ast.expr:
        return ast.UnaryOp(ast.Not(), value, **self._at())

    def common(self, left: ast.expr, right: ast.expr) -> ast.expr:
        """The bits that both have."""
        return ast.BinOp(left, ast.BitAnd(), right, **self._at())

    def compare(self, left: ast.expr, op: str, right: ast.expr) -> ast.expr:
        return ast.Compare(left, [COMPARISONS[op]()], [right], **self._at())

    def assign(self, name: str, value: ast.expr) -> ast.stmt:
        return ast.Assign([ast.Name(name, ast.Store(), **self._at())], value, **self._at())

    def assign_item(self, target: ast.expr, index: ast.expr, name: str, value: ast.expr) -> ast.stmt:
        """`name = target[index] = value`."""
        place = ast.Subscript(target, index, ast.Store(), **self._at())
        return ast.Assign([ast.Name(name, ast.Store(), **self._at()), place], value, **self._at())

    def when(self, test: ast.expr, then: list[ast.stmt]) -> ast.stmt:
        return ast.If(test, then, [], **self._at())

    def do(self, value: ast.expr) -> ast.stmt:
        return ast.Expr(value, **self._at())

    def answer(self, value: ast.expr) -> ast.stmt:
        return ast.Return(value, **self._at())

    def function(self, name: str, parameters: Sequence[str], body: list[ast.stmt]) -> ast.stmt:
        taken = [ast.arg(parameter, **self._at()) for parameter in parameters]
        arguments = ast.arguments(posonlyargs=[], args=taken, kwonlyargs=[], kw_defaults=[], defaults=[])
        return ast.FunctionDef(name, arguments, body, [], **self._at())


def module(functions: Sequence[ast.stmt]) -> ast.Module:
    """The functions as one module. AssertionError where a node is not of the closed set or a name not of our making:
    a fault of this package."""
    tree = ast.Module(list(functions), [])
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        assert type(node) in NODES, f"generated code has a {type(node).__name__}"
        if type(node) in _SAYING:
            _check(node)
        for field in node._fields:  # as `ast.iter_child_nodes`, which takes twice as long for a million of them
            value = getattr(node, field, None)
            if isinstance(value, ast.AST):
                stack.append(value)
            elif isinstance(value, list):
                stack += [each for each in value if isinstance(each, ast.AST)]
    return tree


_SAYING: Final = frozenset({ast.Name, ast.arg, ast.FunctionDef, ast.Attribute, ast.Constant})
"""Nodes with something that generated code says."""


def _check(node: ast.AST) -> None:
    match node:
        case ast.Name(name) | ast.arg(name) | ast.FunctionDef(name):
            assert _NAME.fullmatch(name), f"generated code names {name!r}"
        case ast.Attribute(_, name):
            assert _ATTRIBUTE.fullmatch(name) and not name.startswith("_"), f"generated code reads .{name}"
        case ast.Constant(value):
            assert value is None or isinstance(value, int), f"generated code has the constant {value!r}"
