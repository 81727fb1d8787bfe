"""One event on its way to a decision, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from policyd.check.resolved import Policy
from policyd.compile.program import Prepared, Program
from policyd.model.event import Event
from policyd.model.state import Observe, Observed


class Case(Struct, frozen=True, gc=False):
    """`ask` is what the store was asked; `observed` its answer, None where it failed (law L15). `summaries`: what
    `{stats.week}` and `{top.points}` print, by policy and name, where the texts of this event name them."""

    ask: Observe
    event: Event
    program: Program
    prepared: Prepared
    observed: Observed | None
    summaries: Mapping[tuple[str, str], str] = {}

    @property
    def kind(self) -> str:
        """The kind of event that rules see: a message whose id was seen before is an edit (law L10)."""
        return "edit" if self.observed is not None and self.observed.edit else self.event.kind

    @property
    def now(self) -> int | None:
        """ms since the epoch; unknown without the store (law L12)."""
        return None if self.observed is None else self.observed.now

    @property
    def zones(self) -> dict[str, str]:
        """The time zone of each covering policy."""
        return {policy.name: policy.zone for policy in self.prepared.route.policies}


def policy_of(name: str) -> str:
    """The policy that a qualified name belongs to."""
    return name.partition(".")[0]


def plain(name: str) -> str:
    """A qualified name without its policy."""
    return name.partition(".")[2]


def covering(case: Case, name: str) -> Policy:
    """The covering policy of a qualified name."""
    owner = policy_of(name)
    for policy in case.prepared.route.policies:
        if policy.name == owner:
            return policy
    raise KeyError(owner)
