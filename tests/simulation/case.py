"""An event on its way through the model: what rules ask for, and what is answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.simulation.answers import Answer, Reasons
from tests.simulation.hours import DAY
from tests.simulation.kept import Event, Place, Plan, Review, Ticket

CONTENT = ("hold", "delete")
MEMBER = ("warn", "call_out", "mute", "remove", "ban")
STAFF = ("owner", "admin", "moderator")
RANKS = ("guest", "member", "moderator", "admin", "owner")
STAYS = ("delete", "warn", "call_out", "remove", "refuse")
JOURNALED = ("strike", *MEMBER, *CONTENT, "refuse")
NEEDS = ("licence", "photos")
KEPT = 30 * DAY


@dataclass(frozen=True)
class Want:
    """What a rule asks for. `once` in ms; `wait`, `expire`: where nobody decides; `proposes`, by `needed` humans."""

    do: str
    text: str | None = None
    length: int | None = None
    to: str | None = None
    once: int = 0
    wait: int = 0
    expire: Plan | None = None
    proposes: Plan | None = None
    needed: int = 1


@dataclass(frozen=True)
class Asked:
    """A want with the rules behind it: `step` of a ladder, or a `ticket`."""

    want: Want
    rules: tuple[str, ...]
    ladder: str | None = None
    step: int | None = None
    ticket: Ticket | None = None


@dataclass
class Case:
    """An event on its way. `wants` by rule; `effects`: on duties and reviews, done where the content stays."""

    place: Place
    event: Event
    id: str
    now: int
    member: str = ""
    name: str | None = None
    wants: dict[str, list[Want]] = field(default_factory=dict)
    ticket: Ticket | None = None
    edit: bool = False
    opens: list[str] = field(default_factory=list)
    closes: list[str] = field(default_factory=list)
    pends: str = ""
    uses: str = ""
    asked: list[Asked] = field(default_factory=list)
    answer: Answer = field(default_factory=Answer)

    @property
    def message(self) -> str | None:
        found: str | None = self.event.get("message", {}).get("id")
        return found

    @property
    def who(self) -> str:
        return self.name or self.member

    def ask(self, rule: str, *wants: Want) -> None:
        self.wants[rule] = list(wants)


def planned(plan: Plan, ticket: Ticket) -> Asked:
    """What a settled ticket asks for."""
    return Asked(Want(plan.do, plan.text, plan.length, plan.to), ticket.rules, ticket=ticket)


def missing(filed: Review, now: int) -> tuple[str, ...]:
    return tuple(
        kind for kind in NEEDS if kind not in filed.evidence or 0 < filed.evidence[kind] <= now
    )  # fmt: skip


def reasons(rules: tuple[str, ...]) -> Reasons:
    return tuple((rule, None) for rule in rules)


def said(texts: Iterable[str | None]) -> str | None:
    distinct = list(dict.fromkeys(text for text in texts if text is not None))
    return "\n".join(distinct) if distinct else None


def strongest(words: set[str], axis: tuple[str, ...]) -> str:
    return next((word for word in reversed(axis) if word in words), "")
