"""What the rules that fired ask for, and what of it is recorded: strikes, texts said, mutes (laws L9, L10, L15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policyd.check import resolved as r
from policyd.reference import climbing
from policyd.reference.firing import Fired
from policyd.reference.matching import matches_of_rule
from policyd.reference.texts import render

CONTENT = ("flag", "mask", "hold", "delete")
REQUEST = ("admit", "hold", "refuse")
MEMBER = ("warn", "call out", "mute", "remove", "ban")
SPEAKING = ("reply", "notify")
STATE = ("strike", "forgive")


@dataclass(frozen=True)
class Asked:
    """An action that a rule asks for, or a ladder's step for the rules that struck. Texts are rendered; `duration` in
    ms; `do` as the language spells it."""

    do: str
    rules: tuple[str, ...]
    zone: str
    text: str | None = None
    duration: int | None = None
    audience: str | None = None
    group: str | None = None
    ladder: str | None = None
    step: int | None = None


@dataclass(frozen=True)
class Climb:
    """A ladder that was struck: by which rules, how heavily, and where the member stands now. `speaker` is the rule
    after which the step's texts are worded."""

    ladder: r.Ladder
    rules: tuple[str, ...]
    times: int
    speaker: Fired


def gives_once(fired: Fired) -> bool:
    """Whether it asks for something that is given once for a message: strikes, member actions, texts (law L10)."""
    return any(action.do in (*MEMBER, *SPEAKING, *STATE) or action.text is not None for action in fired.actions)


def asked_by(fired: Fired, may_say: Callable[[str, int], bool], *, content_only: bool) -> Iterator[Asked]:
    """What one rule asks for itself, throttled texts last. `may_say(cell, span)`: whether one may be said.
    `content_only`: everything else was given before."""
    for place, action in sorted(enumerate(fired.actions), key=lambda one: one[1].once is not None):
        if action.do in STATE or (content_only and action.do not in (*CONTENT, *REQUEST)):
            continue
        branch = "otherwise" if fired.otherwise else "then"
        silent = action.once is not None and not may_say(f"{fired.rule.name}/{branch}#{place}", action.once)
        if silent and action.do in ("warn", "call out", "reply", "notify"):
            continue
        yield Asked(
            do=action.do,
            rules=(fired.rule.name,),
            zone=fired.policy.zone,
            text=None if silent or action.text is None else render(action.text, fired.env, facts_of_rule(fired)),
            duration=action.duration,
            audience=action.audience,
            group=None if action.group is None else render(action.group, fired.env, facts_of_rule(fired)),
        )


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
        for action in step.actions:
            yield Asked(
                do=action.do,
                rules=climb.rules,
                zone=climb.speaker.policy.zone,
                text=None if action.text is None else render(action.text, climb.speaker.env, words),
                duration=action.duration,
                audience=action.audience,
                ladder=climb.ladder.name,
                step=ran,
            )


# ---------------------------------------------------------------- what texts say


def facts_of_rule(fired: Fired) -> dict[str, str]:
    said = {"rule.title": fired.rule.title}
    for first in matches_of_rule(fired.rule, fired.env)[:1]:
        said |= {
            "match.text": first.text,
            "match.word": first.word,
            "match.lexicon": first.lexicon,
            "match.view": first.view,
        }
    return said


def facts_of_ladder(ladder: r.Ladder, strikes: int) -> dict[str, str]:
    following = climbing.next_step(ladder, strikes)
    return {
        "ladder.strikes": str(strikes),
        "ladder.left": str(following.at - strikes if following else 0),
        "ladder.next": next_action(ladder, strikes) or "",
    }


def next_action(ladder: r.Ladder, strikes: int) -> str | None:
    """What the next step does to the member, as the language spells it; None beyond the last."""
    following = climbing.next_step(ladder, strikes)
    action = None if following is None else climbing.heaviest(following)
    return None if action is None else action.do
