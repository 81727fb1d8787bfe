"""The scenarios that test a policy, as written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from policyd.language.action_nodes import Audience
from policyd.language.expression_nodes import Expr, Name
from policyd.language.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Given:
    """`given group "g1" tagged "course" named "…" size 120` and `given member u1 named "…" role admin joined 10d ago
    with course "x" in "g1"`. `fields` in written order: `tags` (a list), `name`, `size`, `role` (a `Name`), `joined` (a
    duration constant means that long before the clock; a date constant may be a `datetime`), `group`, and
    `attribute:course` for what follows `with`."""

    what: Literal["group", "member"]
    id: str
    fields: tuple[tuple[str, Expr], ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Clock:
    """`at 2026-03-02 20:00` (minutes of that day) or `after 11m` (ms)."""

    day: date | None = None
    minute: int | None = None
    after: int | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Does:
    """A member or moderator does something: `verb` is the event kind or the sanction, in the base form (`message edit
    join leave request report profile warn mute remove ban pardon release`). `about` is the other member, if any.
    `fields`: `text`, `name` (of `renames to`), `group` (`in "g2"`), `id` (of the message), `reply_to`, `reason`,
    `seconds` (a duration constant), `answer:<question>`, and under its own name whatever else follows `with`:
    `images`, `videos`, … (a field without value is true).

    Other verbs: `notice` (`posts notice "…" to u1, u2`: fields `text`, `id`, `members`, a list), `submission`
    (`submits licence, photos [to "TICKET"]`: `evidence`, a list, `ticket`), `appeal` (`appeals "…"`: against the
    actor's newest decision that can be appealed against), `approve` and `refuse` (`about` is a member: the newest open
    ticket about that member; or the field `ticket`), `mark` (`marks u1 as "quality"`: `as`), `outcome` (`outcome of
    delete failed "…"`: `action` as in `Expected.do`, `ok`, `error`) and `tick`; the actor of these two is empty.
    `joins invited by u1` gives the field `inviter`."""

    actor: str
    verb: str
    about: str | None = None
    fields: tuple[tuple[str, Expr], ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class RawEvent:
    """`event \"\"\"{…json…}\"\"\"`."""

    json: str
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Expected:
    """One item of `expect`: an action as far as it is pinned down. `duration` in ms; `text` literal. `group` of assign
    and move; `proposed` is the action word of `propose remove`; `amount`, `target` (a tally) and `of` (the id of a
    member) are those of `add 20 to points of u2`."""

    do: str
    duration: int | None = None
    text: str | None = None
    audience: Audience | None = None
    group: str | None = None
    proposed: str | None = None
    amount: int | None = None
    target: Name | None = None
    of: str | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Expect:
    """`exactly` pins every action; `items` empty means `expect nothing`. `because` names the rules."""

    items: tuple[Expected, ...]
    exactly: bool = False
    because: tuple[Name, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Each:
    """`each of "网赌", "網賭" expect delete`: every text from a fresh member, each against the same state."""

    texts: tuple[str, ...]
    expect: Expect
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Has:
    """`member u1 has conduct 3`: `strikes` on a ladder, the points of a tally or the length of a streak, whatever
    `ladder` names. `member u1 has standing core`: `tier` is written instead."""

    member: str
    ladder: Name
    strikes: int
    tier: Name | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


TestStep = Given | Clock | Does | RawEvent | Expect | Each | Has
"""An `Expect` stands for the answer to the event step before it; after a `Clock`, for all that came due on the way."""


@dataclass(frozen=True, slots=True)
class Test:
    title: str
    steps: tuple[TestStep, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
