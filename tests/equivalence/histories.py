"""Random histories of a community with workflows: what happens next depends on what was answered before, so that
verdicts settle tickets that are open, appeals are about decisions that were made, and ticks acknowledge ticks."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from msgspec.structs import replace

from policyd.check.resolved import PolicySet
from policyd.model.decision import Decision, TicketState
from policyd.model.event import (
    EVERY_GROUP,
    NOBODY,
    Appeal,
    Event,
    Evidence,
    Group,
    Join,
    Mark,
    Member,
    Message,
    Notice,
    OutcomeReport,
    Submission,
    Tick,
    Verdict,
)
from policyd.model.local_days import Period, beginning, first_day, local_day, number_of
from tests.equivalence.events import (
    CLOCK_CHANGES,
    DAY,
    HOUR,
    LEAPS,
    MINUTE,
    PARTS,
    SECOND,
    START,
    STEPS,
    Failure,
    Step,
    any_group,
    any_member,
    maybe,
)
from tests.equivalence.workflows import EVIDENCE

_LONG_STEPS: Final = (20 * MINUTE, 47 * MINUTE, 2 * HOUR, 7 * HOUR, 13 * HOUR)
_KINDS: Final = {
    "message": 30, "edit": 6, "join": 7, "leave": 2, "request": 4, "profile": 2, "report": 2, "sanction": 3,
    "notice": 5, "submission": 12, "verdict": 14, "appeal": 10, "mark": 3, "outcome": 3, "tick": 16,
}  # fmt: skip
SENT_AGAIN: Final = ("verdict", "submission", "appeal", "leave")
"""Events that are sent again at once where the store failed: how far they came until then is no matter of the law."""
_ID_LASTS: Final = 12 * HOUR
_REPEATED: Final = 10 * HOUR
"""Ids are known for 24 hours at least: those of messages when they are used last, too."""
_APPEALED: Final = frozenset({"delete", "hold", "mask", "warn", "call_out", "mute", "remove", "ban", "refuse"})
_CAPABILITIES: Final = (
    None, None, None, None, None, ("telegram",), ("discord",), ("wechat",), ("delete", "warn"), (), ("dingtalk", "ban"),
)  # fmt: skip


_INVITERS: Final = ("u1", "u2", "u2", "u3")
_PERIODS: Final[tuple[Period, ...]] = ("day", "day", "day", "day", "week", "week", "month")
_MOMENTS: Final = (-MINUTE, -1, 0, 1, 5 * MINUTE, 3 * HOUR)
"""Around a local midnight."""


class History:
    """Steps one after the other. `told` must be called with each answer before the next step is asked for. Where the
    policies go by the calendar (standing, figures), days and weeks pass, often to about midnight."""

    def __init__(self, random: Random, policies: PolicySet, *, failures: tuple[Failure, ...] = ()) -> None:
        self._random = random
        self._weights = dict(_KINDS)
        if not any(policy.appeals for policy in policies.policies):
            self._weights["appeal"] = 1
        if not any(review.needs for review in policies.reviews.values()):
            self._weights["submission"] = 1
        if not any("notice" in duty.kinds for duty in policies.duties.values()):
            self._weights["notice"] = 1
        self._failures = failures
        self._zones = sorted({policy.zone for policy in policies.policies}) if by_calendar(policies) else []
        if self._zones:
            self._weights |= {"join": 12, "mark": 8, "tick": 30, "message": 45}
        self._to_come: list[str] = []
        self._counts_uses = any(review.at_most for review in policies.reviews.values())
        self._clock = random.choice((START, START, START + random.randrange(14 * DAY), random.choice(CLOCK_CHANGES)))
        self._events: list[Event] = []
        self._tickets: dict[str, tuple[str, TicketState]] = {}
        self._acted: list[Event] = []
        self._ticks: list[str] = []
        self._again: Event | None = None
        self._recorded: set[str] = set()

    def step(self) -> Step:
        if self._again is not None:
            again, self._again = self._again, None
            return Step(replace(again, time=self._clock))
        random = self._random
        pick = random.random()
        if self._zones and pick > 0.6:
            self._pass_days()
        else:
            self._clock += random.choice(LEAPS if pick < 0.03 else _LONG_STEPS if pick < 0.2 else STEPS)
        earlier = [event for event in self._events if self._clock - (event.time or 0) < _REPEATED]
        if self._zones and self._forgets_a_tick():
            earlier = [event for event in earlier if event.kind != "tick"]
        if earlier and random.random() < 0.1:
            event = replace(random.choice(earlier), time=self._clock)
            if random.random() < 0.15 and event.kind != "tick":
                event = replace(event, member=Member(f"{event.member.id}x"))
            done = event.id in self._recorded
        else:
            event = self._event(f"e{len(self._events)}")
            self._events.append(event)
            done = False
        failures = self._failures[:1] if done else self._failures  # not what was recorded
        fails: Failure = random.choice(failures) if failures and random.random() < 0.15 else "none"
        if fails != "none" and self._takes_back(event):
            fails = "none"
        if fails != "none" and (event.kind in SENT_AGAIN or self._counts_uses):
            self._again = event
        return Step(event, fails)

    @property
    def is_half_done(self) -> bool:
        """Whether the last step must be sent again before both sides can be as they were."""
        return self._again is not None

    def told(self, step: Step, answer: Decision | str) -> None:
        """What was answered."""
        if isinstance(answer, str):
            return
        if not answer.degraded or step.fails == "file":
            self._recorded.add(step.event.id)
        group = step.event.group.id
        for ticket in answer.tickets:
            where = self._tickets[ticket.ticket][0] if ticket.ticket in self._tickets else group or "g1"
            self._tickets[ticket.ticket] = (where, ticket)
        if step.event.kind == "tick":
            self._ticks.append(step.event.id)
        elif step.event.member.id and any(action.do in _APPEALED for action in answer.actions):
            self._acted.append(step.event)

    def _forgets_a_tick(self) -> bool:
        """Whether an answer that was given again by another tick is forgotten about now: not so by its repeat."""
        ticks = [self._clock - (event.time or 0) for event in self._events if event.kind == "tick"]
        return any(29 * DAY < since < 31 * DAY for since in ticks)

    def _pass_days(self) -> None:
        """To about the beginning of a local day, week or month; a tick comes then, or a little later."""
        random = self._random
        zone = random.choice(self._zones)
        day = local_day(zone, self._clock)
        per: Period = random.choice(_PERIODS)
        ahead = 1 if per != "day" else random.choice((1, 1, 1, 2, 3))
        moment = beginning(zone, first_day(per, number_of(per, day) + ahead)) + random.choice(_MOMENTS)
        self._clock = max(self._clock, moment)
        self._to_come = random.choice((["tick"], ["tick"], ["message", "tick"], ["message", "message"], []))

    # ------------------------------------------------------------ one event

    def _event(self, name: str) -> Event:
        random = self._random
        kind = self._kind()
        group = any_group(random, "g1" if random.random() < 0.8 else "g2")
        member = any_member(random, self._clock)
        parts: dict[str, Any] = {part: make(random) for part, make in PARTS.get(kind, {}).items()}
        if self._zones and kind in ("join", "leave"):
            parts["join"] = Join("invite", maybe(random, *_INVITERS))
        if "message" in parts:
            parts["message"] = self._of_today(parts["message"])
        match kind:
            case "verdict":
                group, member, parts["verdict"] = self._verdict(group)
            case "submission":
                group, member, parts["submission"] = self._submission(group, member)
            case "appeal":
                group, member, parts["appeal"] = self._appeal(group, member)
            case "notice":
                member, parts["notice"] = self._notice(member)
            case "mark":
                parts["mark"] = Mark(random.choice(("quality", "helpful")), maybe(random, "u7"), maybe(random, "m1"))
            case "outcome":
                group, member, parts["outcome"] = self._outcome(group)
            case "tick":
                group, member, parts["tick"] = self._tick(group)
        capabilities = random.choice(_CAPABILITIES) if random.random() < 0.5 else None
        return Event(name, kind, group, member, self._clock, capabilities=capabilities, **parts)

    def _of_today(self, message: Message) -> Message:
        """With ids that are not used again once it depends on the store whether they are known."""
        day = (self._clock - START) // _ID_LASTS
        written = None if message.id is None else f"{message.id}.{day}"
        answered = None if message.reply_to is None else f"{message.reply_to}.{day - (self._random.random() < 0.2)}"
        return replace(message, id=written, reply_to=answered)

    def _takes_back(self, event: Event) -> bool:
        """Whether strikes are taken back: told once more, the store no longer knows which were forgotten by then."""
        ticket = None if event.verdict is None else self._tickets.get(event.verdict.ticket)
        return ticket is not None and ticket[1].kind == "appeal"

    def _kind(self) -> str:
        """What makes sense now, most of the time."""
        if self._to_come:
            return self._to_come.pop(0)
        (kind,) = self._random.choices(tuple(self._weights), tuple(self._weights.values()))
        open_tickets = [ticket for _, ticket in self._tickets.values() if ticket.status == "open"]
        in_vain = {
            "verdict": not open_tickets,
            "submission": not any(ticket.kind == "review" for ticket in open_tickets),
            "appeal": not self._acted,
        }
        return "message" if in_vain.get(kind) and self._random.random() < 0.85 else kind

    def _verdict(self, group: Group) -> tuple[Group, Member, Verdict]:
        random = self._random
        tickets = [one for one in self._tickets.values() if one[1].status == "open"]
        if random.random() < 0.08 or not tickets:
            tickets = list(self._tickets.values())
        where, ticket = random.choice(tickets) if tickets else (group.id, None)
        told = Member(ticket.member) if ticket is not None and ticket.member and random.random() < 0.2 else NOBODY
        member = told if random.random() < 0.95 else Member("u2")
        role = maybe(random, None, None, "owner", "owner", "admin", "moderator", "member")
        verdict = Verdict(
            "nosuchtick" if ticket is None else ticket.ticket,
            random.choice(("u7", "u8", "u9")),
            "approve" if random.random() < 0.7 else "refuse",
            role,
            maybe(random, None, "ok"),
        )
        return any_group(random, where if random.random() < 0.95 else "g2"), member, verdict

    def _submission(self, group: Group, member: Member) -> tuple[Group, Member, Submission]:
        random = self._random
        reviews = [one for one in self._tickets.values() if one[1].kind == "review" and one[1].missing]
        where, ticket = random.choice(reviews) if reviews and random.random() < 0.9 else (group.id, None)
        group = any_group(random, where)
        if ticket is not None and ticket.member and random.random() < 0.95:
            member = replace(member, id=ticket.member)
        missing = tuple(ticket.missing) if ticket is not None and ticket.missing else EVIDENCE
        kinds = random.sample(missing, 1 if random.random() < 0.5 else len(missing))
        if random.random() < 0.05:
            kinds.append("poem")
        expires = (None, None, self._clock + HOUR, self._clock + DAY, self._clock - SECOND)
        evidence = tuple(Evidence(kind, maybe(random, "file"), random.choice(expires)) for kind in kinds)
        named = ticket.ticket if ticket is not None and random.random() < 0.4 else None
        return group, (NOBODY if random.random() < 0.15 else member), Submission(named, evidence)

    def _appeal(self, group: Group, member: Member) -> tuple[Group, Member, Appeal]:
        random = self._random
        events = self._acted if self._acted and random.random() < 0.9 else self._events
        if not events:
            return group, member, Appeal("e0")
        about = random.choice(events[-6:])
        if random.random() < 0.95:
            group, member = about.group, replace(member, id=about.member.id or "u1")
        return group if group.id else any_group(random, "g1"), member, Appeal(about.id, maybe(random, "为什么"))

    def _notice(self, member: Member) -> tuple[Member, Notice]:
        random = self._random
        members = random.choice(((), ("u1",), ("u1", "u2"), ("u3", "u1", "u2")))
        who = NOBODY if random.random() < 0.6 else member
        return who, Notice(maybe(random, "u7"), maybe(random, "n1"), maybe(random, "停课 spam"), members)

    def _outcome(self, group: Group) -> tuple[Group, Member, OutcomeReport]:
        random = self._random
        about = random.choice(self._events) if self._events else None
        if about is not None and about.group.id:
            group = about.group
        action = random.choice(("mute", "delete", "ban"))
        report = OutcomeReport(
            "e0" if about is None else about.id, action, random.random() < 0.4, maybe(random, "denied")
        )
        return group, NOBODY if random.random() < 0.7 or about is None or not about.member.id else about.member, report

    def _tick(self, group: Group) -> tuple[Group, Member, Tick | None]:
        random = self._random
        tick = None
        if random.random() < 0.5:
            tick = Tick(random.choice((None, self._ticks[-1], self._ticks[-1], random.choice(self._ticks)))
                        if self._ticks else None)  # fmt: skip
        return EVERY_GROUP if random.random() < 0.6 else Group(group.id), NOBODY, tick


def by_calendar(policies: PolicySet) -> bool:
    """Whether it matters that days pass."""
    counted = any(counter.per is not None for counter in policies.counters.values())
    return bool(policies.tallies or policies.streaks or policies.tiers or counted)
