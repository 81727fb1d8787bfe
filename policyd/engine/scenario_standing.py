"""How a member of a test stands: on ladders, in tallies and streaks, in tiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policyd.check import resolved as r
from policyd.engine.case import policy_of
from policyd.engine.embedded import finish
from policyd.engine.wide import EVERYWHERE
from policyd.language.types import INT, TEXT
from policyd.model.event import Event, Group, Member
from policyd.model.records import STAMP, MemberFile, Record, unpack
from policyd.model.state import NO_DIGEST, LadderRead, Observe
from policyd.reference.environment import Environment
from policyd.reference.expr import evaluate
from policyd.state.memory import MemoryStore


def declared(policies: r.PolicySet) -> Mapping[str, Any]:
    """What a member can have something of, by qualified names."""
    return {**policies.ladders, **policies.tallies, **policies.streaks, **policies.tiers}


def standing(store: MemoryStore, policies: r.PolicySet, name: str, group: Group, member: str, now: int) -> int | str:
    """Strikes, what a tally has, or the length of a streak; the tier, "" for none yet. Claims nothing."""
    finish(store.now(0, now))
    if name in policies.ladders:
        return _strikes(store, policies.ladders[name], group.id, member)
    (stored,) = finish(store.read("", 0, [Record("file", group.id, member)]))
    file = unpack(MemberFile, stored[STAMP:]) or MemberFile()
    zone = next(policy.zone for policy in policies.policies if policy.name == policy_of(name))
    env = Environment(policies, zone, Event("?", "message", group, Member(member)), file=file, now=now)
    if name in policies.tallies:
        return evaluate(r.TallyValue(name, INT), env) or 0
    if name in policies.streaks:
        return evaluate(r.StreakValue(name, INT), env) or 0
    return evaluate(r.TierValue(name, TEXT), env) or ""


def _strikes(store: MemoryStore, ladder: r.Ladder, group: str, member: str) -> int:
    """Asks the store as an event would."""
    ask = Observe(
        tenant="",
        group=EVERYWHERE if ladder.across_groups else group,
        member=member,
        event="?",
        digest=NO_DIGEST,
        revision="",
        ladders=(LadderRead(ladder.name, ladder.forget),),
    )
    return finish(store.look([ask]))[0].strikes[0]
