"""Which known name an author probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from policyd.check.facts import APPROVED, FACTS, SYNONYM_OWNERS, SYNONYMS, TIER
from policyd.check.figure_facts import TODAY
from policyd.language.diagnostics import Phrase

_LONGEST: Final = 40
"""Longer names are not compared: typing errors are found in short ones, and the cost grows with the square."""


def did_you_mean(name: str, candidates: Iterable[str], otherwise: Phrase) -> Phrase:
    """A question with the closest candidate, or `otherwise` where none is close."""
    found = closest(name, candidates)
    return Phrase(f"did you mean `{found}`?", f"是否想写 `{found}`?") if found else otherwise


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that differs from `name` by little: case, a letter in three, or a missing end; the first of equals
    in alphabetical order."""
    scored = [(score, other) for other in candidates if (score := _score(name, other)) is not None]
    return min(scored, default=(0.0, None))[1]


def _score(name: str, other: str) -> float | None:
    """0 is equal but for case; None is far."""
    left, right = name.casefold(), other.casefold()
    if left == right:
        return 0.0
    shorter, longer = sorted((len(left), len(right)))
    if longer > _LONGEST or not set(left) & set(right):
        return None
    if shorter >= (3 if name.isascii() else 2) and (left.startswith(right) or right.startswith(left)):
        return min(0.5, (longer - shorter) / longer)
    allowed = max(1 if not name.isascii() or shorter > 2 else 0, longer // 3)
    if longer - shorter > allowed:
        return None
    distance = _distance(left, right)
    return distance / longer if distance <= allowed else None


def _distance(left: str, right: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def fact_meant(name: str, more: Iterable[str] = ()) -> str | None:
    """The fact, or one of `more`, that an author meant who wrote `name`: by custom of other systems or by likeness."""
    if name in SYNONYMS:
        return SYNONYMS[name]
    known = (*FACTS, APPROVED, TIER, *TODAY, *more)
    owner, _, field = name.rpartition(".")
    fields: dict[str, list[str]] = {}
    for candidate in known:
        fields.setdefault(candidate.rpartition(".")[0], []).append(candidate.rpartition(".")[2])
    if not owner:
        own = closest(field, fields.get("", ()))
        return own or next((fact for fact in known if fact.endswith(f".{field}")), None)
    meant = owner if owner in fields else SYNONYM_OWNERS.get(owner) or closest(owner, fields)
    if meant is None:
        return None
    renamed = f"{meant}.{field}"
    if renamed in SYNONYMS:
        return SYNONYMS[renamed]
    similar = closest(field, fields[meant])
    return f"{meant}.{similar}" if similar else None
