"""Message texts and actions as written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from policyd.language.expression_nodes import Name
from policyd.language.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`{member.name}` inside a message text; its span covers the braces."""

    name: Name
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Text:
    """A message text: literal pieces and placeholders in order. Adjacent literals are merged, `{{` is undone."""

    parts: tuple[str | Placeholder, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


Audience = Literal["member", "moderators", "admins", "owner"]
ActionKind = Literal[
    "flag", "mask", "hold", "delete",
    "warn", "call out", "mute", "remove", "ban",
    "admit", "refuse",
    "reply", "notify",
    "strike", "forgive", "assign",
    "lock", "unlock", "slow", "move", "set", "propose", "release", "add",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    """One action after `then`, `otherwise` or `at N`. Which fields are set depends on `do`:

    `text` for warn, call out, refuse, reply, notify and after `saying`: a `Text` or the name of a template.
    `duration` (ms) for mute, and for ban with an end. `audience` for notify. `target` for the ladder of strike and
    forgive, and the switch of set. `group` for assign and move. `times` for strike and forgive (None: not written).
    `once` (ms) for `once in D`. `duration` also for slow and set (None: the switch's own). `digest` (ms) for
    `digest D`. `proposed` is the action of propose; `by` how many moderators must agree to it (None: not written).
    `wait` (ms) and `expire` for `for D then X` of hold and propose. `release` only as such an X. `target` also for the
    tally of add, `amount` a whole number (it may be negative) or the name of a setting, `of` a text fact: whose.
    """

    do: ActionKind
    text: Text | Name | None = None
    duration: int | None = None
    audience: Audience | None = None
    target: Name | None = None
    group: Text | None = None
    times: int | None = None
    once: int | None = None
    digest: int | None = None
    proposed: Action | None = None
    by: int | None = None
    wait: int | None = None
    expire: Action | None = None
    amount: int | Name | None = None
    of: Name | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
