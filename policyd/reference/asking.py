"""What the rules that fired ask for, each by itself (laws L9, L10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policyd.check import resolved as r
from policyd.model.records import PlannedAction
from policyd.reference import climbing
from policyd.reference.firing import Fired
from policyd.reference.texts import render
from policyd.reference.wording import facts_of_ladder, facts_of_rule

CONTENT = ("flag", "mask", "hold", "delete")
REQUEST = ("admit", "hold", "refuse")
MEMBER = ("warn", "call out", "mute", "remove", "ban")
STATE = ("strike", "forgive")
WORKFLOW = (
    "open duty", "close duty", "use review", "pend review", "refuse review", "continue streak", "place",
)  # fmt: skip
ONCE = (*MEMBER, *STATE, "reply", "notify", "set", "propose", "lock", "unlock", "slow", "move", "add")
"""Given once for a message (law L10), and so is whatever has a text."""


@dataclass(frozen=True)
class Wait:
    """`hold for D then X`: what is done where no human decides within `span` ms."""

    span: int
    rule: str
    expire: PlannedAction


@dataclass(frozen=True)
class Proposal:
    """What a human is asked for. `cell`: the rule and the place of the action in it."""

    cell: str
    approve: PlannedAction
    needed: int


@dataclass(frozen=True)
class Asked:
    """An action that a rule asks for, or a ladder's step for the rules that struck, or a `ticket` that was settled.
    Texts are rendered; `duration` in ms; `do` as the language spells it; `to`: an audience or a target. `digest`: by
    which cell its text is collected, and for how long."""

    do: str
    rules: tuple[str, ...]
    zone: str
    text: str | None = None
    duration: int | None = None
    to: str | None = None
    ladder: str | None = None
    step: int | None = None
    wait: Wait | None = None
    proposal: Proposal | None = None
    digest: tuple[str, int] | None = None
    ticket: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Climb:
    """A ladder that was struck: by which rules, how heavily, and where the member stands now. `speaker` is the rule
    after which the step's texts are worded."""

    ladder: r.Ladder
    rules: tuple[str, ...]
    times: int
    speaker: Fired


def gives_once(fired: Fired) -> bool:
    """Whether it asks for something that is given once for a message (law L10)."""
    return any(action.do in ONCE or action.text is not None for action in fired.actions)


def asked_by(fired: Fired, may_say: Callable[[str, int], bool], *, content_only: bool) -> Iterator[Asked]:
    """What one rule asks for itself, throttled texts last. `may_say(cell, span)`: whether one may be said.
    `content_only`: everything else was given before."""
    first = len(fired.rule.then) if fired.otherwise else 0
    for place, action in sorted(enumerate(fired.actions, first), key=lambda one: one[1].once is not None):
        if action.do in (*STATE, *WORKFLOW, "set", "add") or (content_only and action.do not in (*CONTENT, *REQUEST)):
            continue
        cell = f"{fired.rule.name}#{place}"
        silent = action.once is not None and not may_say(cell, action.once)
        if silent and action.do in ("warn", "call out", "reply", "notify", "propose"):
            continue
        yield _asked(fired, action, cell, silent=silent)


def _asked(fired: Fired, action: r.Action, cell: str, *, silent: bool) -> Asked:
    said = _say(action.text, fired)
    what = action.proposed
    return Asked(
        do=action.do,
        rules=(fired.rule.name,),
        zone=fired.policy.zone,
        text=None if silent else said,
        duration=action.duration,
        to=action.audience or _say(action.group, fired),
        wait=Wait(action.wait, fired.rule.name, planned(action.expire, fired)) if action.expire else None,
        proposal=None if what is None else Proposal(cell, planned(what, fired), action.by),
        digest=None if action.digest is None else (cell, action.digest),
    )


def planned(action: r.Action, fired: Fired) -> PlannedAction:
    """What is done later, its text worded now."""
    return PlannedAction(
        do=action.do.replace(" ", "_"),
        text=_say(action.text, fired),
        duration=action.duration,
        to=action.audience or _say(action.group, fired),
        rule=fired.rule.name,
    )


def _say(text: r.Text | None, fired: Fired) -> str | None:
    return None if text is None else render(text, fired.env, facts_of_rule(fired))


def climbs(live: list[Fired], ladders: dict[str, r.Ladder]) -> list[Climb]:
    """One strike for each ladder that any rule strikes: the heaviest asked for; by all who asked (law L9)."""
    found = []
    for name in sorted(ladders):
        asks = {fired.rule.name: times for fired in live if (times := _times(fired, name))}
        if asks:
            heaviest = max(asks.values())
            speaker = next(fired for fired in live if asks.get(fired.rule.name) == heaviest)
            found.append(Climb(ladders[name], tuple(sorted(asks)), heaviest, speaker))
    return found


def _times(fired: Fired, ladder: str) -> int:
    return max((a.times for a in fired.actions if a.do == "strike" and a.ladder == ladder), default=0)


def forgiven(live: list[Fired]) -> dict[str, int]:
    """How many strikes are taken back, by ladder: the most that anyone asks, 0 for all."""
    asks: dict[str, list[int]] = {}
    for fired in live:
        for action in fired.actions:
            if action.do == "forgive" and action.ladder is not None:
                asks.setdefault(action.ladder, []).append(action.times)
    return {ladder: 0 if 0 in times else max(times) for ladder, times in sorted(asks.items())}


def asked_by_step(climb: Climb, ran: int, strikes: int) -> Iterator[Asked]:
    """What the step asks for that `ran`, if any did, now that there are so many strikes."""
    words = facts_of_rule(climb.speaker) | facts_of_ladder(climb.ladder, strikes)
    for step in climb.ladder.steps:
        if step.at != ran:
            continue
        for place, action in enumerate(step.actions):
            yield Asked(
                do=action.do,
                rules=climb.rules,
                zone=climb.speaker.policy.zone,
                text=None if action.text is None else render(action.text, climb.speaker.env, words),
                duration=action.duration,
                to=action.audience,
                ladder=climb.ladder.name,
                step=ran,
                digest=None if action.digest is None else (f"{climb.ladder.name}/{ran}#{place}", action.digest),
            )


def next_action(ladder: r.Ladder, strikes: int) -> str | None:
    """What the next step does to the member, as the language spells it; None beyond the last."""
    following = climbing.next_step(ladder, strikes)
    action = None if following is None else climbing.heaviest(following)
    return None if action is None else action.do
