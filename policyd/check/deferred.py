"""Actions that wait: for a human (`propose`), for a time (`for D then X`), or for others (`digest`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policyd.check.axes import AT_DEADLINE, COLLECTED, PROPOSED, acts_on
from policyd.check.draft import PolicyDraft
from policyd.check.wording import listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase

MOST_MODERATORS: Final = 100


def check_deferred(action: n.Action, kinds: Sequence[str], policy: PolicyDraft) -> None:
    """Says what of these cannot be. `kinds` are those of the rule."""
    if action.digest is not None and (action.do not in COLLECTED or action.once is not None):
        policy.report("C321", action.span, hint=_collected(action))
    if action.by is not None and not 1 <= action.by <= MOST_MODERATORS:
        policy.report("C327", action.span, most=MOST_MODERATORS)
    proposed, expire = action.proposed, action.expire
    if proposed is not None and not can_be_proposed(proposed):
        words = listed(sorted(PROPOSED))
        policy.report("C323", proposed.span, action=proposed.do, words=words)
    if expire is not None:
        _check_expire(action, expire, kinds, policy)


def can_be_proposed(action: n.Action) -> bool:
    return action.do in PROPOSED


def _check_expire(action: n.Action, expire: n.Action, kinds: Sequence[str], policy: PolicyDraft) -> None:
    """On content it is released or deleted, on a request admitted or refused; or the member or somebody is told."""
    possible = {do for do in AT_DEADLINE if all(acts_on(do, kind) for kind in kinds)}
    if action.do != "hold":
        possible -= {"release", "admit", "refuse"}
    if expire.do not in possible:
        policy.report("C322", expire.span, action=expire.do, words=listed(sorted(possible)))
    elif expire.once is not None or expire.digest is not None:
        policy.report("C325", expire.span)


def _collected(action: n.Action) -> Phrase:
    if action.do in COLLECTED:
        return Phrase("leave `once in` out: what is collected is said once anyway",
                      "请去掉 `once in`:汇总后本来就只说一次")  # fmt: skip
    words = listed(sorted(COLLECTED))
    return Phrase(f"only {words.en} are collected", f"只有 {words.zh} 可以汇总")
