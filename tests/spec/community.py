"""A community for the tables of the law: policies on one of the evaluators, members who do things, and what came of it
in a line."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from policyd.check.load import load_texts
from policyd.engine.pipeline import Engine
from policyd.engine.undo import undo
from policyd.model.decision import Action, Decision
from policyd.model.event import (
    NOBODY,
    Appeal,
    Event,
    EventKind,
    Evidence,
    Group,
    Join,
    Mark,
    Member,
    Message,
    Notice,
    OutcomeReport,
    Report,
    Request,
    Sanction,
    Submission,
    Tick,
    Verdict,
)
from policyd.model.figures import ROLLING, SIZE, DayFigures, FiguresAsk
from policyd.model.records import Account, MemberFile, Record
from policyd.reference.printing import show_duration
from tests.equivalence.events import Failure, Step
from tests.equivalence.sides import EngineSide, ReferenceSide, run

ZONE = "Asia/Shanghai"
DAY = date(2026, 3, 2)
"""A Monday. Clock times of tables are on this day; `+1d 08:00` is on the next."""
SIDES: dict[str, type[ReferenceSide | EngineSide]] = {"reference": ReferenceSide, "engine": EngineSide}


class Community:
    """Every event gets an id of its own unless one is given. `fails`: what the store does then. `files` are policies,
    and what they name."""

    def __init__(self, side: str, files: dict[str, str]) -> None:
        beside = {name: text for name, text in files.items() if not name.endswith(".policy")}
        policies, findings = load_texts({name: text for name, text in files.items() if name not in beside}, beside)
        assert policies is not None, [f"{found.span.line}: {found.message()}" for found in findings]
        self._side = SIDES[side](policies)
        self._now = 0

    def does(self, event: Event, fails: Failure = "none") -> Decision:
        """The decision; AssertionError where the event is refused."""
        answer = self._side.answer(Step(event, fails))
        self._now = event.time or 0
        assert isinstance(answer, Decision), answer
        return answer

    def refuses(self, event: Event) -> str:
        """The code of the problem for which an event is refused."""
        return self.complains(event).partition(" ")[0]

    def complains(self, event: Event, fails: Failure = "none") -> str:
        """The code, and the place in the event that is wrong."""
        answer = self._side.answer(Step(event, fails))
        assert isinstance(answer, str), answer
        return answer

    def account(self, member: str, tally: str, at: str) -> Account:
        file = self._side.kept(instant(at))[Record("file", "g1", member)]
        assert isinstance(file, MemberFile)
        return file.accounts[tally]

    def restart(self) -> None:
        """The service starts anew: what is not in the store is forgotten."""
        if isinstance(self._side, EngineSide):
            self._side._engine = Engine(self._side._program, self._side._store)

    def undo(self, rule: str, since: str) -> dict[str, dict[str, dict[str, int]]]:
        """Takes back what a rule did, as of the newest event: what was added by it, by event."""
        if isinstance(self._side, ReferenceSide):
            undone = self._side.reference.undo("g1", rule, instant(since), self._now)
        else:
            engine = self._side._engine
            undone = run(undo(engine.store, engine.program, "", rule, instant(since), "g1", dry_run=False)).undone
        return {one.event: one.awards for one in undone if isinstance(one.awards, dict)}

    def figures(self, at: str, *, days: int = 0, zone: str = ZONE) -> list[DayFigures]:
        """Of the last so many days that are over, and today; without the size of the group."""
        if isinstance(self._side, ReferenceSide):
            read = self._side.reference.figures(event("message", "probe", at), days)
        else:
            read = run(self._side._engine.store.figures(FiguresAsk("", "g1", zone, days, instant(at))))
        left_out = (SIZE, *ROLLING.values())
        return [
            DayFigures(one.day, {name: n for name, n in one.values.items() if name not in left_out}, one.rolling)
            for one in (*read.days, read.today)
        ]

    def strikes(self, member: str, ladder: str, at: str) -> int:
        return self._side.standing(event("message", member, at, "probe")).strikes[ladder]


def instant(at: str) -> int:
    """Ms since the epoch of `20:00`, `20:00:05.250` or `+1d 20:00`; of `2026-10-25T02:30+02:00` in any zone."""
    if "T" in at:
        return round(datetime.fromisoformat(at).timestamp() * 1000)
    days, _, clock = at.rpartition(" ")
    day = DAY + timedelta(days=int(days.strip("+d") or 0))
    return round(datetime.combine(day, time.fromisoformat(clock), ZoneInfo(ZONE)).timestamp() * 1000)


_COUNT = count()


def event(
    kind: EventKind,
    member: str,
    at: str,
    id: str | None = None,
    *,
    group: str = "g1",
    tags: tuple[str, ...] = (),
    member_facts: dict[str, Any] | None = None,
    group_facts: dict[str, Any] | None = None,
    **part: Any,
) -> Event:
    """`at`: see `instant`. `part`: what the kind carries."""
    return Event(
        id=id or f"event {next(_COUNT)}",
        kind=kind,
        group=Group(group, tags=tags, **(group_facts or {})),
        member=Member(member, **({"name": member} | (member_facts or {}))),
        time=instant(at),
        **part,
    )


def says(member: str, text: str | None, at: str = "20:00", *, message: str | None = None, **more: Any) -> Event:
    """`more`: what `event` takes; what it does not take belongs to the message."""
    return event("message", member, at, **_split(more, message, text))


def edits(member: str, text: str | None, at: str = "20:00", *, message: str, **more: Any) -> Event:
    return event("edit", member, at, **_split(more, message, text))


_OF_EVENT = ("id", "group", "tags", "member_facts", "group_facts")


def _split(more: dict[str, Any], message: str | None, text: str | None) -> dict[str, Any]:
    of_message = {name: value for name, value in more.items() if name not in _OF_EVENT}
    of_event = {name: value for name, value in more.items() if name in _OF_EVENT}
    return of_event | {"message": Message(id=message, text=text, **of_message)}


def joins(member: str, at: str = "20:00", *, inviter: str | None = None, **more: Any) -> Event:
    return event("join", member, at, join=Join(inviter=inviter), **more)


def leaves(member: str, at: str = "20:00", **more: Any) -> Event:
    return event("leave", member, at, **more)


def requests(member: str, text: str | None = None, at: str = "20:00", **more: Any) -> Event:
    return event("request", member, at, request=Request(text=text), **more)


def reports(member: str, reason: str, at: str = "20:00", **more: Any) -> Event:
    return event("report", member, at, report=Report(by="u9", reason=reason), **more)


def moderator(
    action: Any, member: str, at: str = "20:00", *, seconds: int | None = None, ladder: str | None = None
) -> Event:
    return event("sanction", member, at, sanction=Sanction("m", action, seconds, ladder))


def judges(decision: Any, ticket: str, at: str = "20:00", *, by: str = "m", role: Any = None, **more: Any) -> Event:
    """A human's verdict on a ticket."""
    return nobody("verdict", at, verdict=Verdict(ticket, by, decision, role), **more)


def submits(
    member: str, *kinds: str, at: str = "20:00", ticket: str | None = None, expires: str | None = None
) -> Event:
    until = None if expires is None else instant(expires)
    evidence = tuple(Evidence(kind, f"{kind}.jpg", until) for kind in kinds)
    return event("submission", member, at, submission=Submission(ticket, evidence))


def appeals(member: str, against: str, at: str = "20:00", **more: Any) -> Event:
    return event("appeal", member, at, appeal=Appeal(against, "why"), **more)


def posts_notice(text: str, *members: str, at: str = "20:00") -> Event:
    return nobody("notice", at, notice=Notice("m", "n1", text, members))


def marks(member: str, as_: str, at: str = "20:00", **more: Any) -> Event:
    return event("mark", member, at, mark=Mark(as_, "m"), **more)


def reports_outcome(action: str, error: str | None, at: str = "20:00") -> Event:
    return nobody("outcome", at, outcome=OutcomeReport("e1", action, error is None, error))


def ticks(at: str, id: str | None = None, *, group: str = "", ack: str | bool | None = False) -> Event:
    """For all groups, or one. `ack` False: the tick does not say what was carried out."""
    part = None if isinstance(ack, bool) else Tick(ack)
    return nobody("tick", at, id=id, group=group, tick=part)


def nobody(kind: EventKind, at: str, id: str | None = None, *, group: str = "g1", **part: Any) -> Event:
    """An event without a member."""
    name = id or f"event {next(_COUNT)}"
    return Event(id=name, kind=kind, group=Group(group), member=NOBODY, time=instant(at), **part)


def brief(decision: Decision) -> str:
    """The actions as a policy spells them, in the order of the answer: `delete, mute 24h "…"`; `-` for none."""
    return ", ".join(map(_brief, decision.actions)) or "-"


def _brief(action: Action) -> str:
    if action.do == "add":
        return f"add {action.amount} to {str(action.to).partition('.')[2]} of {action.member}"
    words: list[str] = [action.do.replace("_", " ")]
    if isinstance(action.proposes, str):
        words.append(action.proposes.replace("_", " "))
    if isinstance(action.to, str):
        words.append(f'"{action.to}"' if action.do in ("assign", "move") else action.to)
    if isinstance(action.seconds, int):
        words.append(show_duration(action.seconds * 1000))
    if isinstance(action.text, str):
        words.append(f'"{action.text}"')
    return " ".join(words)


def shown(room: Community, member: str, at: str, **more: Any) -> str:
    """What a rule `on mark then reply` says, of nothing that a mark counts in."""
    [action] = room.does(marks(member, "show", at, **more)).actions
    return str(action.text)


def told(decision: Decision) -> str:
    """The tickets: `hold open`, `proposal approved`."""
    return ", ".join(f"{ticket.kind} {ticket.status}" for ticket in decision.tickets) or "-"


def ticket_of(decision: Decision) -> str:
    """The only ticket that the decision tells."""
    [ticket] = decision.tickets
    return ticket.ticket


def reasons(decision: Decision) -> dict[str, list[str]]:
    """The rules behind each action, without their policy."""
    return {action.do: [because.rule.partition(".")[2] for because in action.because] for action in decision.actions}
