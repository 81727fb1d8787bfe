"""The tree of a `.policy` file as written: immutable, a span on every node, names not yet looked up.

Whatever surface the text is written in (English today), the tree is the same (law L2). Sugar stays: a `limit` is a
`Limit`. `policyd.check` looks names up, checks types and removes the sugar; its result is `policyd.check.resolved`.
Spans do not take part in equality.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from policyd.language.source import NOWHERE, Source, Span

# ---------------------------------------------------------------- names and expressions


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name: `message.text`, `conduct`, `owner`."""

    parts: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)

    @property
    def text(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant as written. `unit` tells the type: durations are milliseconds, a date is a `datetime.date`."""

    unit: Literal["bool", "int", "number", "text", "duration", "date"]
    value: bool | int | float | str | date
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Call:
    """`known(x)`, `strikes(conduct)`, `request.answer("…")`, `group.messages(7d)`."""

    function: Name
    arguments: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Unary:
    op: Literal["not", "-"]
    operand: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic and `default`, which binds tightest."""

    op: Literal["+", "-", "*", "/", "default"]
    left: Expr
    right: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


CompareOp = Literal["==", "!=", "<", "<=", ">", ">=", "contains", "starts with", "ends with"]


@dataclass(frozen=True, slots=True)
class Compare:
    op: CompareOp
    left: Expr
    right: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class In:
    """`x in [a, b]`, `now in night`, `x not in [..]`. `container`: a list, or the name of hours, a roster or a list."""

    item: Expr
    container: Expr
    negated: bool
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Matches:
    """`message.text matches gambling_words` or `matches [a, b]`."""

    subject: Expr
    lexicons: tuple[Name, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Like:
    """`x like /pattern/`: RE2, searched anywhere. `pattern` is what stands between the slashes, `\\/` undone."""

    subject: Expr
    pattern: str
    pattern_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class And:
    items: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


Expr = Name | Constant | ListOf | Call | Unary | Binary | Compare | In | Matches | Like | And | Or

# ---------------------------------------------------------------- message texts and actions


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
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    """One action after `then`, `otherwise` or `at N`. Which fields are set depends on `do`:

    `text` for warn, call out, refuse, reply, notify and after `saying`: a `Text` or the name of a template.
    `duration` (ms) for mute, and for ban with an end. `audience` for notify. `target` for the ladder of strike and
    forgive. `group` for assign. `times` for strike and forgive (None: not written). `once` (ms) for `once in D`.
    """

    do: ActionKind
    text: Text | Name | None = None
    duration: int | None = None
    audience: Audience | None = None
    target: Name | None = None
    group: Text | None = None
    times: int | None = None
    once: int | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


# ---------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class Attribute:
    """`attribute member.course : text`. `type_name` as written: `text`, `list of text`, `role` …"""

    owner: Name
    name: str
    type_name: str
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    type_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Let:
    name: str
    value: Expr
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    text: Text
    maximum: int | None = None
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Word:
    """A quoted string of a lexicon: an entry, a file name or an exception."""

    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`resist` and `boundary` are None where the clause is not written."""

    name: str
    words: tuple[Word, ...] = ()
    files: tuple[Word, ...] = ()
    excepts: tuple[Word, ...] = ()
    resist: tuple[Name, ...] | None = None
    boundary: Name | None = None
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class HoursEvery:
    """`every mon-fri 19:00-21:00, 22:00-23:00`. Days 0 = Monday; times are minutes of the day, 0..1440; an end at or
    before its start lies on the next day."""

    days: tuple[int, ...]
    times: tuple[tuple[int, int], ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class HoursOn:
    """`on 2026-10-01 09:00-12:00`; without times the whole day."""

    first: date
    last: date
    times: tuple[tuple[int, int], ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class HoursRange:
    """`from D to D` (bounds every `every`; the last day included) or `except D..D`."""

    kind: Literal["from", "except"]
    first: date
    last: date
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Hours:
    name: str
    parts: tuple[HoursEvery | HoursOn | HoursRange, ...]
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Counting:
    """The common part of counter and limit: which events, by what key, within how long (ms)."""

    kind: str
    keys: tuple[Name, ...]
    within: int
    where: Expr | None = None
    kind_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    within_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Counter:
    name: str
    counting: Counting
    up_to: int | None = None
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    title: str | None
    at_most: int
    counting: Counting
    unless: Expr | None
    then: tuple[Action, ...]
    at_most_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Step:
    at: int
    actions: tuple[Action, ...]
    at_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Ladder:
    name: str
    steps: tuple[Step, ...]
    forget: int | None = None
    together: int | None = None
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Rule:
    """`kinds` is empty where `on` is not written. `otherwise` is None where it is not written."""

    name: str
    title: str | None
    shadow: bool
    kinds: tuple[Name, ...]
    when: Expr | None
    unless: Expr | None
    then: tuple[Action, ...]
    otherwise: tuple[Action, ...] | None = None
    otherwise_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Exempt:
    """`rules` is None for `from everything`."""

    name: str
    when: Expr
    rules: tuple[Name, ...] | None
    rules_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


# ---------------------------------------------------------------- tests


@dataclass(frozen=True, slots=True)
class Given:
    """`given group "g1" tagged "course" named "…" size 120` and `given member u1 named "…" role admin joined 10d ago
    with course "x" in "g1"`. `fields` in written order: `tags` (a list), `name`, `size`, `role` (a `Name`), `joined` (a
    duration constant means that long before the clock), `group`, and `attribute:course` for what follows `with`."""

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
    """A member or moderator does something: `verb` is the event kind or the sanction, in the base form
    (`message edit join leave request report profile warn mute remove ban pardon release`). `about` is the other member,
    if any. `fields`: `text`, `name` (of `renames to`), `group` (`in "g2"`), `id` (of the message), `reason`, `seconds`
    (a duration constant), `answer:<question>`, and under its own name whatever else follows `with`: `images`, `videos`,
    … (a field without value is true)."""

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
    """One item of `expect`: an action as far as it is pinned down. `duration` in ms; `text` literal."""

    do: str
    duration: int | None = None
    text: str | None = None
    audience: Audience | None = None
    group: str | None = None
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
    """`member u1 has conduct 3`."""

    member: str
    ladder: Name
    strikes: int
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


TestStep = Given | Clock | Does | RawEvent | Expect | Each | Has
"""An `Expect` stands for the answer to the event step before it."""


@dataclass(frozen=True, slots=True)
class Test:
    title: str
    steps: tuple[TestStep, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


Declaration = (
    Attribute | Let | Template | Lexicon | Hours | Counter | Limit | Ladder | Rule | Exempt | Test
)  # fmt: skip

# ---------------------------------------------------------------- files


@dataclass(frozen=True, slots=True)
class Scope:
    """`for every group`, `for groups tagged "a", "b"` (any of them) or `for groups "g1", "g2"`."""

    by: Literal["every", "tag", "id"]
    values: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Header:
    """`policy NAME ["title"] { … }`. None: not written."""

    name: str
    title: str | None = None
    scope: Scope | None = None
    timezone: Word | None = None
    store_fails: Literal["allow", "hold", "deny"] | None = None
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Unread:
    """A declaration that did not parse or is not supported yet: `rule`, `flood`. Either may be empty."""

    keyword: str
    name: str


@dataclass(frozen=True, slots=True)
class File:
    """One file: a policy if it has a header, else a library. Declarations that did not parse are missing; their
    diagnostics are not, and `unread` has their names, so that nobody complains that those are unknown."""

    source: Source
    header: Header | None
    declarations: tuple[Declaration, ...]
    unread: tuple[Unread, ...] = ()
