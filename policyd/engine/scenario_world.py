"""The world of a test: a clock, groups and members (§8); what they do becomes an event in `scenario_events`.

What a test leaves out is ordinary: it is Wednesday noon, a group has the tags that the policies of the test's file are
for (all policies where it stands in a library), a member bears the name of their id and has the role `member`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from policyd.check.resolved import PolicySet
from policyd.engine.scenario_values import attribute, count, instant, text, texts
from policyd.language.nodes import Clock, Expr, Given
from policyd.language.source import Source
from policyd.model.event import AttributeValue, Group, Member, Role

USUAL_DAY: Final = date(2026, 3, 4)
USUAL_MINUTE: Final = 12 * 60


@dataclass
class _Group:
    name: str | None = None
    tags: tuple[str, ...] = ()
    size: int | None = None
    attributes: dict[str, AttributeValue] = field(default_factory=dict)


@dataclass
class _Member:
    """`joined`: as written, until the first event settles the instant; then in ms since the epoch. `home`: the group in
    which they act, where that was said."""

    name: str
    home: str | None = None
    role: Role | None = "member"
    has_role: bool = False
    joined: Expr | int | None = None
    attributes: dict[str, AttributeValue] = field(default_factory=dict)


class World:
    """`place` is the id of the group in which something happened last, `now` the clock in ms since the epoch."""

    def __init__(self, policies: PolicySet, source: Source) -> None:
        self._policies = policies
        self._groups: dict[str, _Group] = {}
        self._members: dict[str, _Member] = {}
        self._started = False
        self._given: list[tuple[str | None, str | None]] = [(None, None)]
        own = [policy for policy in policies.policies if policy.span.source is source]
        scopes = [policy.scope for policy in own or policies.policies]
        self._usual_tags = tuple(sorted({tag for scope in scopes if scope.by == "tag" for tag in scope.values}))
        self._home = self.place = next((scope.values[0] for scope in scopes if scope.by == "id"), "g1")
        self.now = self._instant(USUAL_DAY, USUAL_MINUTE)

    # ------------------------------------------------------------ groups and members

    def given(self, step: Given) -> None:
        """Says what a group or a member is like; what is not said stays. Where nothing else is said, things happen in
        the group given last."""
        if step.what == "group":
            self._given_group(step)
            self._given.append((step.id, None))
        else:
            self._given_member(step)
            self._given.append((self._member(step.id).home, step.id))

    def _given_group(self, step: Given) -> None:
        self._home = self.place = step.id
        group = self._group(step.id)
        for key, value in step.fields:
            match key:
                case "tags":
                    group.tags = texts(value)
                case "name":
                    group.name = text(value)
                case "size":
                    group.size = count(value)
                case _:
                    group.attributes[key.removeprefix("attribute:")] = self._attribute(value)

    def _given_member(self, step: Given) -> None:
        member = self._member(step.id)
        for key, value in step.fields:
            match key:
                case "name":
                    member.name = text(value)
                case "role":
                    member.role = cast("Role", text(value))
                    member.has_role = True
                case "joined":
                    member.joined = value
                case "group":
                    member.home = text(value)
                case _:
                    member.attributes[key.removeprefix("attribute:")] = self._attribute(value)

    def _group(self, name: str) -> _Group:
        return self._groups.setdefault(name, _Group(tags=self._usual_tags))

    def _attribute(self, value: Expr) -> AttributeValue:
        return attribute(value, self.zone, self._midnight)

    def _member(self, name: str) -> _Member:
        return self._members.setdefault(name, _Member(name))

    def go(self, name: str, place: str | None = None) -> None:
        """Something happens to this member: in `place`, else where they act."""
        known = self._members.get(name)
        self.place = place or (known.home if known else None) or self._home

    def rename(self, name: str, to: str) -> None:
        self._member(name).name = to

    def joins(self, name: str) -> None:
        self._member(name).joined = self.now

    # ------------------------------------------------------------ the clock

    @property
    def zone(self) -> ZoneInfo:
        """That of the first policy that covers the group."""
        tags = self._group(self.place).tags
        covering = (policy for policy in self._policies.policies if policy.scope.covers(self.place, tags))
        return ZoneInfo(next(covering, self._policies.policies[0]).zone)

    def _instant(self, day: date, minute: int) -> int:
        wall = datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(minutes=minute)
        return round(wall.timestamp() * 1000)

    def _midnight(self, day: date) -> int:
        """The first instant of a day, or that at which the clock shows the time given with it."""
        return self._instant(day, day.hour * 60 + day.minute if isinstance(day, datetime) else 0)

    def set_clock(self, step: Clock) -> bool:
        """`at 20:00` without a day is the next such time. False where the clock would go back after an event."""
        if step.after is not None:
            self.now += step.after
            return True
        assert step.minute is not None
        today = datetime.fromtimestamp(self.now / 1000, self.zone).date()
        instant = self._instant(step.day or today, step.minute)
        if step.day is None and instant < self.now:
            instant = self._instant(today + timedelta(days=1), step.minute)
        if self._started and instant < self.now:
            return False
        self.now = instant
        return True

    # ------------------------------------------------------------ for events

    @property
    def has_started(self) -> bool:
        """Whether something has happened yet."""
        return self._started

    def start(self) -> None:
        self._started = True

    def take_given(self) -> list[tuple[str, str | None]]:
        """The groups, and members in groups, that were given since this was asked last; the usual group at first."""
        given, self._given = self._given, []
        return [(place or self._home, member) for place, member in given]

    def told_role(self, name: str) -> Role | None:
        """The role that a member was given, if any."""
        known = self._members.get(name)
        return known.role if known is not None and known.has_role else None

    def places(self) -> list[Group]:
        """All groups that the test has named so far, and the one that is meant where it names none."""
        return [self.group(), *(self.group_at(place) for place in self._groups)]

    def group_at(self, place: str) -> Group:
        """A group as an event shows it."""
        group = self._group(place)
        return Group(place, group.name, group.tags, group.size, dict(group.attributes))

    def group(self) -> Group:
        """The group in which things happen, as an event shows it."""
        return self.group_at(self.place)

    def member(self, name: str) -> Member:
        """As an event shows them. From the first call on, what was said of times before is counted from then."""
        self._started = True
        for known in [*self._members.values(), self._member(name)]:
            if known.joined is not None and not isinstance(known.joined, int):
                known.joined = instant(known.joined, self.now, self._midnight)
        member = self._member(name)
        joined = member.joined if isinstance(member.joined, int) else None
        return Member(name, member.name, member.role, joined, dict(member.attributes))
