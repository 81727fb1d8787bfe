"""Reviews that make no difference, and approvals that lapse before they can be used."""

from __future__ import annotations

from typing import Final

from policyd.check.draft import PolicyDraft
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase

_DAY: Final = 86_400_000
_LENGTHS: Final = {"day": _DAY, "week": 7 * _DAY, "month": 28 * _DAY}
_CALLED: Final = {
    "day": Phrase("a day", "一天"), "week": Phrase("a week", "一周"), "month": Phrase("a month", "一个月"),
}  # fmt: skip


def doubtful_reviews(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Review):
        review = policy.reviews[declared.name]
        pending, refused = policy.rules[declared.name], policy.rules[f"{declared.name}.refused"]
        if pending.then[1:] == refused.then[1:]:
            policy.report("W345", declared.name_span, name=declared.name)
        if review.per is not None and 0 < review.valid < _LENGTHS[review.per]:
            policy.report("W346", declared.name_span, name=declared.name, per=_CALLED[review.per])
