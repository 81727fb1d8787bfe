"""Actions by what they act on, and how strong they are there (law L8)."""

from __future__ import annotations

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
_MEMBER: Final = frozenset({"message", "edit", "join", "profile", "report", "sanction"})
_REQUEST: Final = frozenset({"request"})
_KINDS: Final[dict[ActionKind, frozenset[str]]] = {
    "flag": _CONTENT, "mask": _CONTENT, "delete": _CONTENT, "hold": _CONTENT | _REQUEST,
    "warn": _MEMBER, "call out": _MEMBER, "mute": _MEMBER, "remove": _MEMBER | {"leave"},
    "ban": _MEMBER | {"leave", "request"}, "admit": _REQUEST, "refuse": _REQUEST,
}  # fmt: skip
IN_STEPS: Final = frozenset({*AXES["member"], "reply", "notify"})
"""What a step of a ladder may do."""


def acts_on(do: ActionKind, kind: str) -> bool:
    """Whether the action makes sense on events of this kind."""
    return do not in _KINDS or kind in _KINDS[do]


def kinds_for(do: ActionKind) -> frozenset[str]:
    return _KINDS.get(do, frozenset())


def weaker_on(first: ActionKind, second: ActionKind) -> bool:
    """Whether both stand on one axis, `first` below `second`."""
    return any(
        first in axis and second in axis and axis.index(first) < axis.index(second) for axis in AXES.values()
    )
