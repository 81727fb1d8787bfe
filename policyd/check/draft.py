"""A policy set while it is being checked: what was declared, what was found wrong, and what is already resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from policyd.check import resolved as r
from policyd.check.files import Files
from policyd.language import nodes as n
from policyd.language.codes import CODES
from policyd.language.diagnostics import Diagnostic, FieldValue, Phrase, Related
from policyd.language.source import Span
from policyd.language.types import Type
from policyd.text.lexicon import Lexicon

Space = Literal["firing", "value", "lexicon", "hours", "ladder", "exempt", "roster"]
"""Namespaces (law L3). `firing`: rules, limits, schedules, sweeps, reviews, duties, and also streaks and tiers.
`value`: lets, counters, templates, attributes, settings, switches, tallies, streaks and tiers."""
Firing = n.Rule | n.Limit | n.Schedule | n.Sweep | n.Review | n.Duty
Named = (
    Firing | n.Attribute | n.Let | n.Template | n.Lexicon | n.Hours | n.Counter | n.Ladder | n.Exempt | n.Setting
    | n.Roster | n.Switch | n.Tally | n.Streak | n.Tiers
)  # fmt: skip
NamedT = TypeVar("NamedT", bound=Named)

SPACES: Final[Mapping[type, Space]] = {
    n.Rule: "firing", n.Limit: "firing", n.Schedule: "firing", n.Sweep: "firing", n.Review: "firing",
    n.Duty: "firing", n.Let: "value", n.Counter: "value", n.Template: "value", n.Attribute: "value",
    n.Setting: "value", n.Switch: "value", n.Lexicon: "lexicon", n.Hours: "hours", n.Ladder: "ladder",
    n.Exempt: "exempt", n.Roster: "roster", n.Tally: "value", n.Streak: "value", n.Tiers: "value",
}  # fmt: skip
ALSO_FIRING: Final = (n.Streak, n.Tiers)
"""Values that fire too: their names are in both spaces."""

WHAT: Final[Mapping[type, Phrase]] = {
    n.Rule: Phrase("rule", "规则"), n.Limit: Phrase("limit", "限频"), n.Let: Phrase("value", "命名值"),
    n.Counter: Phrase("counter", "计数"), n.Template: Phrase("template", "模板"),
    n.Attribute: Phrase("attribute", "属性"), n.Lexicon: Phrase("lexicon", "词库"), n.Hours: Phrase("`hours`", "时段"),
    n.Ladder: Phrase("ladder", "阶梯"), n.Exempt: Phrase("exemption", "豁免"), n.Setting: Phrase("setting", "设置"),
    n.Switch: Phrase("switch", "开关"), n.Roster: Phrase("roster", "名册"), n.Schedule: Phrase("schedule", "定时任务"),
    n.Sweep: Phrase("sweep", "巡查"), n.Review: Phrase("review", "审核"), n.Duty: Phrase("duty", "义务"),
    n.Tally: Phrase("tally", "积分"), n.Streak: Phrase("streak", "打卡"), n.Tiers: Phrase("tiers declaration", "等级"),
}  # fmt: skip
"""What a declaration is called in messages."""


def name_of(declaration: Named) -> str:
    """The name as others refer to it: `conduct`, `member.course`."""
    if isinstance(declaration, n.Attribute):
        return f"{declaration.owner.text}.{declaration.name}"
    return declaration.name


class Findings:
    """All diagnostics, each place and cause once: what is wrong in a library is not said again for every policy."""

    def __init__(self) -> None:
        self._found: dict[object, Diagnostic] = {}
        self._unreadable: dict[str, list[Span]] = {}

    def report(self, code: str, span: Span, /, *related: Related, **fields: FieldValue) -> None:
        """A finding of the checker, unless something inside could not be read: then it is a consequence."""
        within = self._unreadable.get(span.source.name, ())
        if not any(span.start <= other.start and other.end <= span.end for other in within):
            self.add(Diagnostic(CODES[code], span, tuple(fields.items()), related))

    def add_syntax(self, found: Diagnostic) -> None:
        """A finding of the parser."""
        self.add(found)
        if found.severity == "error":
            self._unreadable.setdefault(found.span.source.name, []).append(found.span)

    def add(self, found: Diagnostic) -> None:
        span = found.span
        self._found.setdefault((found.code, span.source.name, span.start, span.end, found.fields), found)

    @property
    def errors(self) -> int:
        return sum(found.severity == "error" for found in self._found.values())

    def sorted(self) -> list[Diagnostic]:
        """By file and place."""
        return sorted(self._found.values(), key=lambda d: (d.span.source.name, d.span.start, d.span.end, d.code))


@dataclass
class PolicyDraft:
    """One policy with the libraries' declarations among its own. The dictionaries of resolved parts are filled by the
    passes, by unqualified names, but `lets` and `let_reads` by qualified ones; what a pass found wrong is missing in
    them. `let_reads`: everything that a let reads, through other lets too."""

    name: str
    file: n.File
    header: n.Header
    declarations: tuple[n.Declaration, ...]
    findings: Findings
    folder: Files
    broken: frozenset[str] = frozenset()
    zone: str = "UTC"
    names: dict[Space, dict[str, Named]] = field(default_factory=lambda: {space: {} for space in SPACES.values()})
    attributes: dict[str, Type] = field(default_factory=dict)
    lets: dict[str, r.Let] = field(default_factory=dict)
    let_reads: dict[str, tuple[r.Expr, ...]] = field(default_factory=dict)
    lexicons: dict[str, Lexicon] = field(default_factory=dict)
    hours: dict[str, r.Hours] = field(default_factory=dict)
    counters: dict[str, r.Counter] = field(default_factory=dict)
    ladders: dict[str, r.Ladder] = field(default_factory=dict)
    rules: dict[str, r.Rule] = field(default_factory=dict)
    exempts: dict[str, r.Exempt] = field(default_factory=dict)
    settings: dict[str, r.Setting] = field(default_factory=dict)
    rosters: dict[str, r.Roster] = field(default_factory=dict)
    switches: dict[str, r.Switch] = field(default_factory=dict)
    schedules: dict[str, r.Schedule] = field(default_factory=dict)
    sweeps: dict[str, r.Sweep] = field(default_factory=dict)
    reviews: dict[str, r.Review] = field(default_factory=dict)
    duties: dict[str, r.Duty] = field(default_factory=dict)
    brakes: tuple[r.Brake, ...] = ()
    appeals: r.Appeals | None = None
    tallies: dict[str, r.Tally] = field(default_factory=dict)
    streaks: dict[str, r.Streak] = field(default_factory=dict)
    tiers: dict[str, r.Tiers] = field(default_factory=dict)
    without: dict[str, frozenset[str]] = field(default_factory=dict)
    used: set[tuple[Space, str]] = field(default_factory=set)

    def report(self, code: str, span: Span, /, *related: Related, **fields: FieldValue) -> None:
        """A finding; in a library it is told of which policy it is true."""
        library = span.source is not self.file.source and span.source.name.endswith(".policy")
        if library and self.header.name_span.source is self.file.source:
            seen = Phrase(f"in policy `{self.name}`", f"在策略 `{self.name}` 中")
            related = (*related, Related(self.header.name_span, seen))
        self.findings.report(code, span, *related, **fields)

    def qualified(self, name: str) -> str:
        return f"{self.name}.{name}"

    def find(self, space: Space, name: str) -> Named | None:
        """The declaration of a name, which counts as a use of it."""
        self.used.add((space, name))
        return self.names[space].get(name)

    def of(self, kind: type[NamedT]) -> Iterator[NamedT]:
        """The declarations of this type that hold their names, in name order."""
        for _, declaration in sorted(self.names[SPACES[kind]].items()):
            if isinstance(declaration, kind):
                yield declaration


@dataclass
class SetDraft:
    """A directory: its files in name order, and its policies in name order. `lost_names`, by file: names that the text
    seems to declare in declarations that could not be parsed; they are not called unknown besides."""

    files: tuple[n.File, ...]
    findings: Findings
    folder: Files
    lost_names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lost_headers: Mapping[str, n.Header] = field(default_factory=dict)
    policies: list[PolicyDraft] = field(default_factory=list)

    def header(self, file: n.File) -> n.Header | None:
        """The file's header, or what can be guessed of one that could not be parsed."""
        return file.header or self.lost_headers.get(file.source.name)

    @property
    def libraries(self) -> tuple[n.File, ...]:
        return tuple(file for file in self.files if self.header(file) is None)


def lost(file: n.File) -> tuple[frozenset[str], n.Header | None]:
    """Names and the header that a text seems to declare where it could not be parsed."""
    headers = (unread for unread in file.unread if unread.keyword == "policy" and unread.name)
    header = next((n.Header(unread.name, name_span=unread.name_span) for unread in headers), None)
    return frozenset(unread.name for unread in file.unread), header
