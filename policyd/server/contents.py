"""How much there is of a policy, as its author wrote it."""

from __future__ import annotations

from typing import NamedTuple

from policyd.check.resolved import Policy


class Contents(NamedTuple):
    """`rules`: limits among them; `workflows`: reviews, duties, schedules and sweeps."""

    rules: int
    workflows: int


def contents_of(policy: Policy) -> Contents:
    """Rules that were made of a workflow are not counted."""
    workflows = {review.name for review in policy.reviews} | {duty.name for duty in policy.duties}
    workflows |= {schedule.name for schedule in policy.schedules} | {sweep.name for sweep in policy.sweeps}
    return Contents(len({rule.of or rule.name for rule in policy.rules} - workflows), len(workflows))
