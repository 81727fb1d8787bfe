"""Takes back what a mistaken rule has done in a group: strikes, mutes, bans and awards of many decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from policyd.check.resolved import PolicySet
from policyd.compile.program import Program
from policyd.engine import accounts
from policyd.engine.appeals import end_mute, retract, running_mute
from policyd.engine.case import policy_of
from policyd.engine.counting import count, figures_overruled
from policyd.engine.desk import KEEP_RECORDS, packed
from policyd.engine.instants import rfc3339, seconds_until
from policyd.engine.known_groups import known_group, zone_for
from policyd.engine.undoing import (
    Entry,
    Reversal,
    bans,
    entries_of,
    is_undone,
    mark,
    mute_end,
    reversal,
    undone_rules,
)
from policyd.model.decision import Action, Because, Undone
from policyd.model.records import STAMP, MemberFile, Parcel, Record, pack, stamp, ticket_id, unpack
from policyd.model.state import Due, Filing, Put, StoreUnavailable
from policyd.state.store import Store

_MOST_TRIES: Final = 50


class GroupUndone(Struct, frozen=True):
    """What was taken back in a group, oldest first, and what the bot is told to do about it with the next tick."""

    group: str
    undone: list[Undone]
    actions: list[Action]


class _Member(Struct, frozen=True):
    """Whose decisions are taken back, and by whose order. `entries`: all that are known of the member; `meant`: those
    that the rule had a part in. `zone`: of the group's figures, None where it is not counted."""

    tenant: str
    group: str
    member: str
    rule: str
    now: int
    policies: PolicySet
    entries: list[Entry]
    meant: list[Entry]
    zone: str | None

    @property
    def records(self) -> list[Record]:
        """The member's file, and those of whom the decisions added something for."""
        awarded = {name for entry in self.meant for name in entry.awarded if name != self.member}
        return [Record("file", self.group, name) for name in (self.member, *sorted(awarded))]


class _Plan(Struct, frozen=True):
    """`files` have the marks of what is taken back, and no longer what was added; the mute that ends at `muted` (0:
    none) is to end at `until`. `overruled`: for each decision, the rules of which it is taken back now."""

    back: list[Reversal]
    files: dict[str, MemberFile]
    actions: list[Action]
    muted: int
    until: int
    overruled: list[str]


async def undo(
    store: Store, program: Program, tenant: str, rule: str, since: int, group: str, dry_run: bool, *,
    statistics: bool = True,
) -> GroupUndone:  # fmt: skip
    """`rule`: a rule or declaration, qualified or plain; `since` in ms since the epoch; with `statistics` it counts in
    the figures of the group. Raises `StoreUnavailable`; the same again then does what is missing."""
    entries = entries_of(await store.journal(tenant, group, 0))
    now = await store.now(store.cell_of(group))
    about: dict[str, list[Entry]] = {}
    for entry in entries:
        about.setdefault(entry.member, []).append(entry)
    zone = zone_for(program.policy_set, group, await known_group(store, tenant, group)) if statistics else None
    done = []
    for member, of_member in sorted(about.items()):
        meant = [each for each in of_member if each.now >= since and rules_of(each, rule, program.policy_set)]
        if meant:
            one = _Member(tenant, group, member, rule, now, program.policy_set, of_member, meant, zone)
            done.append(await _undo_member(store, one, dry_run))
    undone = [each for one in done for each in one.undone]
    order = {entry.event: entry.now for entry in entries}
    undone.sort(key=lambda each: (order[each.event], each.event))
    return GroupUndone(group, undone, [action for one in done for action in one.actions])


def rules_of(entry: Entry, meant: str, policies: PolicySet) -> frozenset[str]:
    """The rules of the decision that are meant by a name: rules, and those that were made of a declaration."""
    return frozenset(name for name in entry.asked_by if meant in _names(name, policies))


def _names(rule: str, policies: PolicySet) -> Iterable[str]:
    """By what a rule can be called; one that is no longer there by its own name only."""
    known = policies.rules.get(rule)
    qualified = (rule,) if known is None or not known.of else (rule, known.of)
    return (*qualified, *(name.partition(".")[2] for name in qualified))


async def _undo_member(store: Store, one: _Member, dry_run: bool) -> GroupUndone:
    """Takes strikes back, writes it all down, and ends mutes: whatever is broken off is done the next time."""
    weights: dict[tuple[str, str], int] = {}
    for _ in range(_MOST_TRIES):
        stored = await store.read(one.tenant, store.cell_of(one.group), one.records)
        running = await running_mute(store, one.tenant, one.group, one.member)
        plan = _plan(one, stored, running, await _braked(store, one))
        if dry_run:
            expected = {(back.event, ladder): weight for back in plan.back for ladder, weight, _ in back.strikes}
            return _told(one, plan, expected)
        for back in plan.back:
            for ladder, weight in (await retract(store, one.tenant, one.group, one.now, back)).items():
                weights[back.event, ladder] = weights.get((back.event, ladder), 0) or weight
        if not plan.back or (await store.file(_filing(store, one, plan, stored))).answer is not None:
            await end_mute(store, one.tenant, one.group, one.member, plan.muted, plan.until, one.now)
            if one.zone is not None:
                overruled = figures_overruled(one.tenant, one.group, one.zone, one.now, plan.overruled)
                if overruled is not None:
                    await count(store, overruled)
            return _told(one, plan, weights)
    raise StoreUnavailable(f"the file of member `{one.member}` kept changing; undo again")


def _filing(store: Store, one: _Member, plan: _Plan, stored: Sequence[bytes]) -> Filing:
    name = f"undo\0{one.rule}\0{one.now}\0{one.member}"
    puts = [
        Put(record, value[:STAMP], after, KEEP_RECORDS)
        for record, value in zip(one.records, stored, strict=True)
        if (after := packed(plan.files[record.id])) != value[STAMP:]
    ]
    dues = []
    if plan.actions:
        parcel = ticket_id(one.group, "undo", one.rule, str(one.now), one.member)
        value = pack(Parcel(msgspec.json.encode(plan.actions)))
        puts.append(Put(Record("parcel", one.group, parcel), None, value, KEEP_RECORDS))
        dues.append(Due(one.group, f"parcel/{parcel}", one.now))
    cell = store.cell_of(one.group)
    return Filing(one.tenant, cell, one.group, name, stamp(one.group, name), tuple(puts), tuple(dues))


async def _braked(store: Store, one: _Member) -> frozenset[str]:
    """The events whose mute would still run, had it not been proposed to a human instead."""
    muting = [each.event for each in one.entries if mute_end(each, frozenset(), one.policies) > one.now]
    records = [Record("ticket", one.group, ticket_id(one.group, "brake", event)) for event in muting]
    stored = await store.read(one.tenant, store.cell_of(one.group), records) if records else ()
    return frozenset(event for event, ticket in zip(muting, stored, strict=True) if ticket)


def _plan(one: _Member, stored: Sequence[bytes], running: int, braked: frozenset[str]) -> _Plan:
    """What is to be taken back, oldest first."""
    values = zip(one.records, stored, strict=True)
    files = {record.id: unpack(MemberFile, value[STAMP:]) or MemberFile() for record, value in values}
    file, back, overruled = files[one.member], list[Reversal](), list[str]()
    for entry in one.meant:
        rules = rules_of(entry, one.rule, one.policies)
        if not is_undone(entry, file) and not rules <= undone_rules(entry, file):
            taken = reversal(entry, one.entries, file, one.policies, one.now, rules)
            awarded = {name: files[name] for name in entry.awarded}
            back.append(replace(taken, awards=accounts.take_back(awarded, entry.event, rules, one.policies)))
            overruled += sorted(rules - undone_rules(entry, file))
            mark(file, entry, rules, one.now)
    muting = [entry for entry in one.entries if entry.event not in braked]
    until = max((end for entry in muting if (end := _end(one, entry, file)) > one.now), default=0)
    muted = running if running and any(_brought(one, entry, file) == running for entry in one.meant) else 0
    actions = _actions(one, back, file, muted, until) if back else []
    return _Plan(back, files, actions, muted, until, overruled)


def _end(one: _Member, entry: Entry, file: MemberFile) -> int:
    """When the mute ends that is left of a decision."""
    return mute_end(entry, undone_rules(entry, file), one.policies)


def _brought(one: _Member, entry: Entry, file: MemberFile) -> int:
    """When the mute ended that the decision brought and that is no longer; 0 for none."""
    end = mute_end(entry, frozenset(), one.policies)
    return 0 if end == _end(one, entry, file) else end


def _actions(one: _Member, back: list[Reversal], file: MemberFile, muted: int, until: int) -> list[Action]:
    """What the bot has to do about it."""
    rules = sorted({rule for entry in one.meant for rule in rules_of(entry, one.rule, one.policies)})
    because, actions = tuple(map(Because, rules)), []
    if muted and until:
        zones = {policy.name: policy.zone for policy in one.policies.policies}
        end = rfc3339(until, zones.get(policy_of(rules[0]), "UTC"))
        seconds = seconds_until(until, one.now)
        actions.append(Action("mute", because, member=one.member, seconds=seconds, until=end))
    elif muted:
        actions.append(Action("unmute", because, member=one.member))
    still = any(bans(entry, undone_rules(entry, file), one.policies) for entry in one.entries)
    if any(each.unban for each in back) and not still:
        actions.append(Action("unban", because, member=one.member))
    return actions


def _told(one: _Member, plan: _Plan, weights: Mapping[tuple[str, str], int]) -> GroupUndone:
    undone = []
    for back in plan.back:
        named = {ladder: weights.get((back.event, ladder), 0) for ladder, _, _ in back.strikes}
        strikes = {ladder: weight for ladder, weight in sorted(named.items()) if weight}
        undone.append(Undone(back.event, back.member, strikes, back.cannot, back.awards or UNSET))
    return GroupUndone(one.group, undone, plan.actions)
