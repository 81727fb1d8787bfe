"""What stops a mistaken rule: brakes of the header, and the policy's appeals."""

from __future__ import annotations

from typing import Final

from policyd.check import resolved as r
from policyd.check.axes import AXES
from policyd.check.draft import PolicyDraft
from policyd.check.wording import listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related

MOST: Final = 1_000
"""How many actions a brake may let through: it keeps the instant of each."""
_APPEALED_WITHIN: Final = 3 * 86_400_000


def brakes(policy: PolicyDraft) -> None:
    found = []
    for place, brake in enumerate(policy.header.brakes, 1):
        if not 1 <= brake.at_most <= MOST:
            policy.report("C587", brake.span, most=MOST)
        if brake.within <= 0:
            policy.report("C219", brake.span)
        for action in brake.actions:
            if action not in AXES["member"]:
                policy.report("C586", brake.span, action=action, words=listed(AXES["member"]))
        name = policy.qualified("brake" if place == 1 else f"brake{place}")
        words = tuple(action.replace(" ", "_") for action in dict.fromkeys(brake.actions))
        found.append(r.Brake(name, brake.at_most, words, brake.within, span=brake.span))
    policy.brakes = tuple(found)


def appeals(policy: PolicyDraft) -> None:
    written = [declared for declared in policy.declarations if isinstance(declared, n.Appeal)]
    for second in written[1:]:
        place = Related(written[0].span, Phrase("the first one is here", "先前在这里"))
        policy.report("C588", second.span, place)
    if not written:
        return
    appeal = written[0]
    within = appeal.within if appeal.within is not None else _APPEALED_WITHIN
    if within <= 0:
        policy.report("C219", appeal.span)
    decided_by = appeal.decided_by or "moderators"
    if decided_by == "member":
        policy.report("C589", appeal.span)
    else:
        policy.appeals = r.Appeals(within, decided_by, span=appeal.span)
