"""Whether ladders are climbed, and every step of them."""

from __future__ import annotations

from itertools import pairwise

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related


def climbing(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Ladder):
        ladder = policy.ladders[declared.name]
        strikes = [
            action.times
            for rule in policy.rules.values()
            for action in (*rule.then, *rule.otherwise)
            if action.do == "strike" and action.ladder == ladder.name
        ]
        if not strikes:
            if not policy.findings.errors:
                policy.report("W320", declared.name_span, name=declared.name)
            continue
        if all(1 <= a.at < b.at for a, b in pairwise(ladder.steps)):
            _check_reached(ladder, min(strikes), policy)
        if ladder.forget and ladder.together >= ladder.forget and len(ladder.steps) > 1:
            policy.report("W322", declared.name_span, name=declared.name)


def _check_reached(ladder: r.Ladder, fewest: int, policy: PolicyDraft) -> None:
    """A strike runs the highest step that it passes. A step is passed over where even the smallest strike, counted
    from just below it, also passes the next one."""
    for step, following in pairwise(ladder.steps):
        if max(fewest, step.at) >= following.at:
            place = Related(following.span, Phrase("this one runs instead", "实际执行的是这一级"))
            policy.report("W321", step.span, place, at=step.at, fewest=fewest)
