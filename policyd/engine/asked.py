"""What rules and ladder steps ask for, before it is settled what is done (law L8)."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from policyd.check.resolved import Action
from policyd.model.decision import Because, Do
from policyd.model.state import Throttle

CONTENT: Final[tuple[Do, ...]] = ("flag", "mask", "hold", "delete")
MEMBER: Final[tuple[Do, ...]] = ("warn", "call_out", "mute", "remove", "ban")
REQUEST: Final[tuple[Do, ...]] = ("admit", "hold", "refuse")
"""The three axes, weakest first."""


class Asked(Struct, frozen=True):
    """One action that someone asks for. `because` holds the rules that are the reason, in name order; `text` is
    rendered; `duration` in ms; `ladder` and `step` where a ladder step asks."""

    do: Do
    because: tuple[Because, ...]
    text: str | None = None
    duration: int | None = None
    to: str | None = None
    group: str | None = None
    ladder: str | None = None
    step: int | None = None


class Throttled(Struct, frozen=True):
    """An action whose text may be said only once in a while. `silent` is what remains of it without the text."""

    throttle: Throttle
    spoken: Asked
    silent: Asked | None


class StrikeAsked(Struct):
    """One ladder's strike by this event: how many `times`, which rules asked (in name order), and `speaker`, whose
    title the step's texts may print: the first among those that asked for the most."""

    ladder: str
    times: int
    rules: tuple[str, ...]
    speaker: str


class Wanted(Struct):
    """All that the fired rules of one event ask for. `given`: the rules that struck, forgave, acted on the member or
    spoke, which they do once for a message (law L10). `forgives` by ladder: how many strikes, 0 for all."""

    asked: list[Asked]
    throttled: list[Throttled]
    strikes: dict[str, StrikeAsked]
    forgives: dict[str, int]
    given: list[str]


NOTHING_WANTED: Final = Wanted([], [], {}, {}, [])
"""Never added to."""


def wire_name(action: Action) -> Do:
    """The action as the endpoint spells it."""
    return "call_out" if action.do == "call out" else action.do  # type: ignore[return-value]
