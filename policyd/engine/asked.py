"""What rules and ladder steps ask for, before it is settled what is done (law L8)."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from policyd.check.resolved import Action, Workflow
from policyd.model.decision import Because, Do
from policyd.model.records import PlannedAction
from policyd.model.state import Throttle

CONTENT: Final[tuple[Do, ...]] = ("flag", "mask", "hold", "delete")
MEMBER: Final[tuple[Do, ...]] = ("warn", "call_out", "mute", "remove", "ban")
REQUEST: Final[tuple[Do, ...]] = ("admit", "hold", "refuse")
"""The three axes, weakest first."""


class Wait(Struct, frozen=True, gc=False):
    """`hold for D then X`: after `span` ms without a human's decision, `expire` is done."""

    span: int
    rule: str
    expire: PlannedAction


class Proposal(Struct, frozen=True, gc=False):
    """What a human is asked for. `cell` is the rule and the place of the action in it; `needed` must agree."""

    cell: str
    approve: PlannedAction
    needed: int = 1
    wait: Wait | None = None


class Asked(Struct, frozen=True, gc=False):
    """One action that someone asks for. `because` holds the rules that are the reason, in name order; `text` is
    rendered; `duration` in ms; `to` an audience or a group; `ladder` and `step` where a ladder step asks; `ticket` and
    `message` where a ticket that was settled asks."""

    do: Do
    because: tuple[Because, ...]
    text: str | None = None
    duration: int | None = None
    to: str | None = None
    ladder: str | None = None
    step: int | None = None
    waits: tuple[Wait, ...] = ()
    proposal: Proposal | None = None
    ticket: str | None = None
    message: str | None = None


class Throttled(Struct, frozen=True, gc=False):
    """An action whose text may be said only once in a while. `silent` is what remains of it without the text."""

    throttle: Throttle
    spoken: Asked
    silent: Asked | None


class Digested(Struct, frozen=True, gc=False):
    """A text that is collected and said with others, `span` ms after the first."""

    cell: str
    span: int
    asked: Asked


class StrikeAsked(Struct, gc=False):
    """One ladder's strike by this event: how many `times`, which rules asked (in name order), and `speaker`, whose
    title the step's texts may print: the first among those that asked for the most."""

    ladder: str
    times: int
    rules: tuple[str, ...]
    speaker: str


class Effect(Struct, frozen=True, gc=False):
    """What a rule does to a workflow. `subject`: the qualified duty, review, switch, streak or tiers, with the `tier`
    that the member is placed in."""

    do: Workflow | str
    rule: str
    subject: str
    duration: int = 0
    tier: str = ""


class Added(Struct, frozen=True, gc=False):
    """What a rule adds to a tally for a member."""

    tally: str
    member: str
    rule: str
    amount: int


class Wanted(Struct, gc=False):
    """All that the fired rules of one event ask for. `given`: the rules that struck, forgave, acted on the member or
    spoke, which they do once for a message (law L10). `forgives` by ladder: how many strikes, 0 for all. `effects` on
    switches and workflows, in the order of the rules; `added` in the same."""

    asked: list[Asked] = field(default_factory=list)
    throttled: list[Throttled] = field(default_factory=list)
    strikes: dict[str, StrikeAsked] = field(default_factory=dict)
    forgives: dict[str, int] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    digested: list[Digested] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)

    def struck(self) -> list[StrikeAsked]:
        """The strikes by the names of their ladders, the order in which a store is told of them."""
        if len(self.strikes) < 2:
            return list(self.strikes.values())
        return [self.strikes[ladder] for ladder in sorted(self.strikes)]

    def does(self, effect: Workflow | str) -> list[Effect]:
        """The effects of one kind: `set`, `open duty` …"""
        return [each for each in self.effects if each.do == effect] if self.effects else []


NOTHING_WANTED: Final = Wanted()
"""Never added to."""


def wire_name(action: Action) -> Do:
    """The action as the endpoint spells it."""
    return "call_out" if action.do == "call out" else action.do  # type: ignore[return-value]
