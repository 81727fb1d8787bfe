"""A failing pair made as small as it gets, by leaving out declarations, clauses of rules and events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from tests.equivalence.compare import Pair, load
from tests.equivalence.events import Step

T = TypeVar("T")
Policies = dict[str, tuple[str, ...]]
"""By file name, the declarations."""


def failure(policies: Policies, steps: Sequence[Step]) -> str | None:
    """What differs; None also where the policies are not valid. A crash of either side is a difference."""
    try:
        loaded = load({name: "\n".join(parts) + "\n" for name, parts in policies.items()})
    except ValueError:
        return None
    try:
        return Pair(loaded).difference(steps)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def shrink(policies: Policies, steps: Sequence[Step]) -> tuple[Policies, list[Step]]:
    """The smallest that was found of which the two evaluators still differ."""
    kept = _without(list(steps), lambda left: failure(policies, left) is not None)
    changed = True
    while changed:
        changed = False
        for smaller in _smaller(policies):
            if failure(smaller, kept) is not None:
                policies, changed = smaller, True
                break
    kept = _without(kept, lambda left: failure(policies, left) is not None)
    return policies, kept


def _without(items: list[T], fails: Callable[[list[T]], bool]) -> list[T]:
    place = len(items) - 1
    while place >= 0:
        fewer = items[:place] + items[place + 1 :]
        if fewer and fails(fewer):
            items = fewer
        place -= 1
    return items


def _smaller(policies: Policies) -> Iterator[Policies]:
    if len(policies) > 1:
        yield from ({name: parts} for name, parts in policies.items())
    for name, parts in policies.items():
        for place in range(len(parts) - 1, 0, -1):
            yield policies | {name: parts[:place] + parts[place + 1 :]}
        for place, part in enumerate(parts):
            for shorter in _shorter(part):
                yield policies | {name: (*parts[:place], shorter, *parts[place + 1 :])}


_CLAUSES = (
    r" (?:unless|otherwise) .*?(?= (?:then|otherwise) | \}$)",
    r" where .*?(?= unless | then |$)",
    r" once in \w+",
    r" saying \"[^\"]*\"",
    r"(?<=then )[^{}]*?, (?=\w)",
    r", (?=\w)[^{},]*(?= \}$)",
    r"\([^()]*\) (?:and|or) ",
    r" (?:and|or) \([^()]*\)",
    r"not (?=\()",
)


def _shorter(declaration: str) -> Iterator[str]:
    """The declaration without one of its clauses, actions or operands."""
    for clause in _CLAUSES:
        for found in re.finditer(clause, declaration):
            yield declaration[: found.start()] + declaration[found.end() :]
    for found in re.finditer(r"\(([^()]*)\)", declaration):
        yield declaration[: found.start()] + found[1] + declaration[found.end() :]
