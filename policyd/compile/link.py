"""From generated code to functions that can be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from policyd.compile.codegen import CounterFunctions, Generated, RuleFunction, Unit
from policyd.compile.emit import module
from policyd.language.source import Source


class _PolicyText:
    """Lets a traceback show the line of the policy that the code stems from."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def get_source(self, _name: str) -> str:
        return self._source.text


@dataclass(frozen=True)
class Code:
    """All functions by name, and which of them are there for the rules of each policy and for each counter. `lexicons`
    numbers the lexicons as the matcher does."""

    functions: dict[str, FunctionType]
    rules: list[list[RuleFunction]]
    counters: dict[str, CounterFunctions]
    lexicons: Mapping[str, int]


def link(generated: Generated) -> Code:
    """Code that can be called. It sees its constants and the functions that it calls, and no built-in name."""
    spaces = {name: _run(unit) for name, unit in generated.units.items()}
    functions = {
        name: value for space in spaces.values() for name, value in space.items() if isinstance(value, FunctionType)
    }
    for name, unit in generated.units.items():
        constants = {f"k{place}": value for place, value in enumerate(unit.constants.values)}
        spaces[name].update(constants, **{called: functions[called] for called in unit.links})
    return Code(functions, generated.rules, generated.counters, generated.lexicons)


def _run(unit: Unit) -> dict[str, Any]:
    """What the unit's module defines. It runs nothing: it holds functions alone."""
    space: dict[str, Any] = {
        "__builtins__": {},
        "__name__": f"policy {unit.source.name}",
        "__loader__": _PolicyText(unit.source),
    }
    exec(compile(module(unit.functions), unit.source.name, "exec", dont_inherit=True), space)
    return space
