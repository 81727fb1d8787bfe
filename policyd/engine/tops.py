"""The members of a group with most in a tally, or in a counter by member and calendar period."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from policyd.check.resolved import Counter, Period, PolicySet, Tally
from policyd.compile.kept_standing import in_period
from policyd.engine.case import policy_of
from policyd.engine.wide import EVERYWHERE
from policyd.model.local_days import local_day, number_of
from policyd.model.records import STAMP, KnownMember, MemberFile, Record, unpack
from policyd.model.state import NO_DIGEST, Observe, Window
from policyd.state.store import Store

MOST: Final = 10
_PAGE: Final = 500


class Ranked(Struct, frozen=True):
    """A member and what they have."""

    member: str
    name: str
    value: int


class Ranking(Struct, frozen=True):
    """What members are ranked by: `what`, in the running calendar period `per` of its policy's zone, or in the `last`
    one that is over; None: altogether."""

    what: Tally | Counter
    zone: str
    per: Period | None
    last: bool


def ranking_of(name: str, policies: PolicySet, per: Period | None, *, last: bool) -> Ranking | None:
    """By a tally or counter, qualified. `per` None: as it is declared. None where there is no such thing, or members
    cannot be ranked by it so."""
    zone = next((policy.zone for policy in policies.policies if policy.name == policy_of(name)), "UTC")
    tally = policies.tallies.get(name)
    if tally is not None:
        period = per or tally.per
        return Ranking(tally, zone, period, last and period is not None)
    counter = policies.counters.get(name)
    if counter is None or not ranks(counter) or per not in (None, counter.per):
        return None
    return Ranking(counter, zone, counter.per, last)


def ranks(counter: Counter) -> bool:
    """Whether members can be ranked by it: it counts by member and nothing else, in calendar periods."""
    return counter.keys == ("member",) and counter.per is not None


async def top(
    store: Store, tenant: str, group: str, ranking: Ranking, now: int, most: int = MOST
) -> list[Ranked]:  # fmt: skip
    """Of the members that are known, those with something, the most first; equal ones by name. Raises
    `StoreUnavailable`."""
    names = await _names(store, tenant, group)
    members = sorted(names)
    if isinstance(ranking.what, Tally):
        values = await _of_tally(store, tenant, group, ranking, members, now)
    else:
        values = await _of_counter(store, tenant, group, ranking, ranking.what, members)
    found = [Ranked(each, names[each], value) for each, value in zip(members, values, strict=True) if value > 0]
    return sorted(found, key=lambda each: (-each.value, each.name, each.member))[:most]


async def _names(store: Store, tenant: str, group: str) -> dict[str, str]:
    """Of all who are known; who has no name goes by the id."""
    cell, cursor, found = store.cell_of(group), 0, dict[str, str]()
    while True:
        cursor, page = await store.listed(tenant, cell, "member", group, cursor, _PAGE)
        for member, value in page:
            if (known := unpack(KnownMember, value[STAMP:])) is not None:
                found[member] = known.name or member
        if not cursor:
            return found


async def _of_tally(
    store: Store, tenant: str, group: str, ranking: Ranking, members: list[str], now: int
) -> list[int]:  # fmt: skip
    cell, found = store.cell_of(group), list[int]()
    for begin in range(0, len(members), _PAGE):
        page = [Record("file", group, member) for member in members[begin : begin + _PAGE]]
        for value in await store.read(tenant, cell, page):
            found.append(_account(unpack(MemberFile, value[STAMP:]), ranking, now))
    return found


def _account(file: MemberFile | None, ranking: Ranking, now: int) -> int:
    account = None if file is None else file.accounts.get(ranking.what.name)
    if account is None:
        return 0
    if ranking.per is None:
        return account.total
    return in_period(account, ranking.per, number_of(ranking.per, local_day(ranking.zone, now)) - ranking.last)


async def _of_counter(
    store: Store, tenant: str, group: str, ranking: Ranking, counter: Counter, members: list[str]
) -> list[int]:
    window = Window(
        counter.identity, "member", 0, counter.cap, "never", counter.per, ranking.zone, counter.form, ranking.last
    )  # fmt: skip
    place = EVERYWHERE if counter.across_groups else group
    asks = [Observe(tenant, place, member, "", NO_DIGEST, "", windows=(window,)) for member in members]
    return [seen.counts[0] for seen in await store.look(asks)]
