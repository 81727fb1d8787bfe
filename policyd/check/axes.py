"""Actions by what they act on, and how strong they are there (law L8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from policyd.language.nodes import ActionKind

Axis = Literal["content", "member", "request"]

AXES: Final[dict[Axis, tuple[ActionKind, ...]]] = {
    "content": ("flag", "mask", "hold", "delete"),
    "member": ("warn", "call out", "mute", "remove", "ban"),
    "request": ("admit", "hold", "refuse"),
}
"""Each axis from weak to strong."""

_CONTENT: Final = frozenset({"message", "edit", "report"})
_DUE: Final = frozenset({"sweep", "duty", "tier"})
_MEMBER: Final = _DUE | {
    "message", "edit", "join", "profile", "report", "sanction", "verdict", "appeal", "mark",
}  # fmt: skip
_REQUEST: Final = frozenset({"request"})
_KINDS: Final[dict[ActionKind, frozenset[str]]] = {
    "flag": _CONTENT, "mask": _CONTENT, "delete": _CONTENT, "hold": _CONTENT | _REQUEST,
    "warn": _MEMBER, "call out": _MEMBER | {"together"}, "mute": _MEMBER, "remove": _MEMBER | {"leave"},
    "ban": _MEMBER | {"leave", "request"}, "admit": _REQUEST, "refuse": _REQUEST, "release": _CONTENT,
}  # fmt: skip
_ONLY: Final[dict[str, frozenset[ActionKind]]] = {
    "schedule": frozenset({"reply", "notify", "lock", "unlock", "slow", "set"}),
    "together": frozenset({"reply", "notify", "call out"}),
    "streak": frozenset({"reply", "notify", "add", "assign", "move", "set"}),
    "tiers": frozenset(),
}
"""All that can be done where something comes due for the group, for several members at once, or as a reward."""

IN_STEPS: Final = frozenset({*AXES["member"], "reply", "notify"})
"""What a step of a ladder may do."""
COLLECTED: Final = frozenset({"reply", "notify"})
"""What `digest` collects."""
PROPOSED: Final = frozenset({*AXES["member"], "delete", "move"})
"""What a human can be asked for with `propose`."""
AT_DEADLINE: Final = frozenset({*AXES["member"], "delete", "release", "admit", "refuse", "reply", "notify"})
"""What can happen where nobody decides in time."""


def acts_on(do: ActionKind, occasion: str) -> bool:
    """Whether the action makes sense on events of this kind, or on what comes due."""
    if occasion in _ONLY:
        return do in _ONLY[occasion]
    return do not in _KINDS or occasion in _KINDS[do]


def kinds_for(do: ActionKind) -> frozenset[str]:
    return _KINDS.get(do, frozenset())


def weaker_on(first: str, second: str) -> bool:
    """Whether both stand on one axis, `first` below `second`."""
    axes: Iterable[tuple[str, ...]] = AXES.values()
    return any(first in axis and second in axis and axis.index(first) < axis.index(second) for axis in axes)
