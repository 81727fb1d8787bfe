"""The statistics of groups as commands read them from a store."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from policyd.check.resolved import PolicySet
from policyd.engine.known_groups import known_group, zone_for
from policyd.engine.past_days import PastDays, messages
from policyd.engine.statistics import REACH, Day, Span, day_statistics, span_statistics
from policyd.model.figures import KEPT_DAYS, REQUESTS, DayFigures, FiguresAsk, FiguresRead
from policyd.state.store import Store

MOST_DAYS: Final = KEPT_DAYS - 1
_UTC: Final = "UTC"


class GroupFigures(NamedTuple):
    """A group with its figures: over the last days that are over and were counted, over as many before where these
    were counted too, of each of the days, and of today."""

    tenant: str
    group: str
    name: str
    zone: str
    since: str | None
    over: Span
    before: Span | None
    days: list[Day]
    today: Day

    @property
    def place(self) -> str:
        """`g1`; `t/g1` for that of a tenant."""
        return f"{self.tenant}/{self.group}" if self.tenant else self.group


async def read_figures(
    store: Store, policies: PolicySet | None, tenant: str, group: str, days: int, *, recorded: bool = False
) -> GroupFigures | None:
    """None where nothing was counted. `policies` tell the zone. `recorded`: the traffic may have been long ago, so that
    the last day on which something happened is the last of those that are over. Raises `StoreUnavailable`."""
    known = await known_group(store, tenant, group)
    zone = _UTC if policies is None else zone_for(policies, group, known)
    if policies is not None and zone == _UTC and known is None:
        zone = _zone_by_tags(policies)
    now = await store.now(store.cell_of(group))
    asked = MOST_DAYS if recorded else min(MOST_DAYS, max(2 * days, REACH))
    read = await store.figures(FiguresAsk(tenant, group, zone, asked, now))
    if read.since is None and not read.today.values:
        return None
    past = PastDays(read, _last(read) + 1 if recorded else read.today.day)
    if past.since is not None:
        days = max(1, min(days, past.today - past.since))
    counted = past.since is not None and past.since <= past.today - 2 * days
    return GroupFigures(
        tenant,
        group,
        (known.name if known is not None else None) or "",
        zone,
        None if read.since is None else day_statistics(DayFigures(read.since, {})).date,
        span_statistics(past, days, known.size if known is not None else None),
        span_statistics(past.earlier(days), days) if counted else None,
        [day_statistics(day) for day in past.days(days)] if past.is_known else [],
        day_statistics(past.day(past.today)),
    )


def _last(read: FiguresRead) -> int:
    """The last day on which something happened."""
    busy = (day.day for day in reversed((*read.days, read.today)) if messages(day) or day.values.get(REQUESTS))
    return next(busy, read.today.day)


def _zone_by_tags(policies: PolicySet) -> str:
    """For a group whose tags are not known: that of all policies that go by tags, where they have one in common."""
    zones = {policy.zone for policy in policies.policies if policy.scope.by == "tag"}
    return zones.pop() if len(zones) == 1 else _UTC


def document(found: GroupFigures, *, with_days: bool) -> dict[str, Any]:
    """As JSON tells it."""
    import msgspec

    told: dict[str, Any] = {
        "tenant": found.tenant,
        "group": found.group,
        "name": found.name or None,
        "zone": found.zone,
        "since": found.since,
        "over": msgspec.to_builtins(found.over),
        "before": None if found.before is None else msgspec.to_builtins(found.before),
        "today": msgspec.to_builtins(found.today),
    }
    if with_days:
        told["days"] = [msgspec.to_builtins(day) for day in found.days]
    return told
