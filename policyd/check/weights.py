"""The weights of scores: parts of a whole, which make 100 % together."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from policyd.check.draft import PolicyDraft
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase

_WHOLE: Final = Fraction(100)
_EXACT: Final = 1_000_000


def weights(policy: PolicyDraft) -> None:
    """Looks at scores that are sums of weighted parts, `30% * …`, and at nothing else."""
    for declared in policy.of(n.Tiers):
        found = [] if declared.score is None else list(_terms(declared.score))
        if len(found) < 2 or any(weight is None for weight in found):
            continue
        total = sum((weight for weight in found if weight is not None), Fraction(0))
        if total != _WHOLE and declared.score is not None:
            policy.report("C608", declared.score.span, sum=_written(total), hint=_hint(total, found[-1] or total))


def _terms(score: n.Expr) -> Iterator[Fraction | None]:
    """The weight of each part of a sum, in percent; None for a part that has none."""
    if isinstance(score, n.Binary) and score.op == "+":
        yield from _terms(score.left)
        yield from _terms(score.right)
    elif isinstance(score, n.Binary) and score.op == "*":
        sides = [weight for side in (score.left, score.right) if (weight := _percent(side)) is not None]
        yield sides[0] if len(sides) == 1 else None
    else:
        yield None


def _percent(side: n.Expr) -> Fraction | None:
    if isinstance(side, n.Constant) and side.unit == "number" and side.span.text.rstrip().endswith(("%", "%")):
        assert isinstance(side.value, int | float), "a number is one"
        return Fraction(round(side.value * 100 * _EXACT), _EXACT)
    return None


def _hint(total: Fraction, last: Fraction) -> Phrase:
    left = last + _WHOLE - total
    if left > 0:
        return Phrase(f"change the weights; with `{_written(left)}%` as the last one they would",
                      f"请调整权重;例如把最后一项改为 `{_written(left)}%`")  # fmt: skip
    return Phrase(f"take {_written(total - _WHOLE)} % away", f"请减去 {_written(total - _WHOLE)} %")


def _written(percent: Fraction) -> str:
    """`90`, `12.5`."""
    return f"{float(percent):.6f}".rstrip("0").rstrip(".")
