"""What is answered to an event, in the form in which the model and the service are compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.simulation.hours import parsed

Reasons = tuple[tuple[str, str | None], ...]


class Act(NamedTuple):
    """An action. `ticket` and tickets named in texts are the model's names of them."""

    do: str
    because: Reasons = ()
    member: str | None = None
    to: str | None = None
    group: str | None = None
    text: str | None = None
    seconds: int | None = None
    ladder: str | None = None
    step: int | None = None
    message: str | None = None
    ticket: str | None = None
    proposes: str | None = None
    braked: bool | None = None


class TicketFacts(NamedTuple):
    kind: str
    status: str
    member: str
    because: tuple[str, ...] = ()
    proposes: str | None = None
    message: str | None = None
    missing: tuple[str, ...] | None = None
    until: int | None = None
    approved_by: tuple[str, ...] = ()
    needed: int = 1


class Taken(NamedTuple):
    """What was taken back of an event."""

    event: str
    member: str
    strikes: tuple[tuple[str, int], ...]
    cannot: tuple[str, ...]


@dataclass
class Answer:
    """`ladders`: strikes and the step that ran. `problem`: where in the event it lies that it is refused. `missed`:
    rule, group, instant."""

    verdict: str = "allow"
    acts: list[Act] = field(default_factory=list)
    tickets: dict[str, TicketFacts] = field(default_factory=dict)
    ladders: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    undone: list[Taken] = field(default_factory=list)
    missed: list[tuple[str, str, int]] = field(default_factory=list)
    problem: str | None = None


class Names:
    """The model's names of tickets by those of the service, learned as they are told."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}
        self.wire: dict[str, str] = {}

    def learn(self, wire: str, name: str) -> None:
        self.of[wire] = name
        self.wire[name] = wire

    def read(self, document: dict[str, Any], expected: dict[str, TicketFacts]) -> Answer:
        """An answer of the service. Tickets that it tells for the first time are those of `expected` that look so."""
        if "problem" in document:
            return Answer(problem=document["problem"].get("pointer") or document["problem"]["code"])
        told = {each["ticket"]: _ticket(each) for each in document["tickets"]}
        waiting = [name for name in expected if name not in self.wire]
        for wire, facts in told.items():
            found = next((name for name in waiting if expected[name] == facts), None)
            if wire not in self.of and found is not None:
                waiting.remove(found)
                self.learn(wire, found)
        return Answer(
            document["verdict"],
            [self.act(action) for action in document["actions"]],
            {self.of.get(wire, f"unknown {wire}"): facts for wire, facts in told.items()},
            {name: (state["strikes"], state["step"]) for name, state in document["ladders"].items()},
            [_taken(each) for each in document.get("undone", ())],
            [(each["rule"], each["group"], parsed(each["at"])) for each in document.get("missed", ())],
        )

    def act(self, action: dict[str, Any]) -> Act:
        plain = {name: action[name] for name in Act._fields if name in action and name not in ("because", "ticket")}
        wire = action.get("ticket")
        reasons = tuple((each["rule"], each.get("text")) for each in action["because"])
        text = action.get("text")
        if text is not None:
            plain["text"] = " ".join(self.of.get(word, word) for word in text.split(" "))
        ticket = None if wire is None else self.of.get(wire, f"unknown {wire}")
        return Act(because=reasons, ticket=ticket, **plain)


def _ticket(told: dict[str, Any]) -> TicketFacts:
    return TicketFacts(
        told["kind"],
        told["status"],
        told["member"],
        tuple(told["because"]),
        told.get("proposes"),
        told.get("message"),
        None if told.get("missing") is None else tuple(told["missing"]),
        None if told.get("until") is None else parsed(told["until"]),
        tuple(told["approved_by"]),
        told["needed"],
    )


def _taken(told: dict[str, Any]) -> Taken:
    return Taken(told["event"], told["member"], tuple(sorted(told["strikes"].items())), tuple(told["cannot"]))


def differences(expected: Answer, found: Answer) -> list[str]:
    """A line for each thing in which they differ; actions and tickets as multisets."""
    lines = []
    for name in ("verdict", "ladders", "undone", "problem", "tickets"):
        wanted, got = getattr(expected, name), getattr(found, name)
        if wanted != got:
            lines.append(f"{name}: expected {wanted}, answered {got}")
    for name in ("acts", "missed"):
        wanted, got = list(getattr(expected, name)), list(getattr(found, name))
        for each in list(got):
            if each in wanted:
                wanted.remove(each)
                got.remove(each)
        lines += [f"{name}: expected {each}, not answered" for each in wanted]
        lines += [f"{name}: answered {each}, not expected" for each in got]
    return lines
