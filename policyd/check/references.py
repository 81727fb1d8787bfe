"""Names that stand for declarations: ladders, lexicons, hours, templates, rules."""

from __future__ import annotations

from typing import Final

from policyd.check.draft import SPACES, WHAT, NamedT, PolicyDraft
from policyd.check.suggest import did_you_mean
from policyd.check.wording import listed, one
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase

_MOST_SHOWN: Final = 5
_EXAMPLES: Final[dict[type, str]] = {
    n.Ladder: 'ladder {name} {{ forget after 30d  at 1 warn "…" }}',
    n.Lexicon: 'lexicon {name} {{ words "…" }}',
    n.Hours: "hours {name} {{ every day 22:00-08:00 }}",
    n.Template: 'template {name} = "…"',
    n.Rule: "rule {name} {{ when …  then … }}",
    n.Setting: "setting {name} = 300",
    n.Switch: "switch {name} {{ off after 30m }}",
    n.Roster: 'roster {name} {{ file "{name}.csv"  key phone }}',
    n.Tally: "tally {name} by member",
}


def reference(name: n.Name, kind: type[NamedT], policy: PolicyDraft, *, used: bool = True) -> NamedT | None:
    """The declaration of this kind that is called `name`; says what is wrong where there is none. `used`: whether this
    makes use of it."""
    space = SPACES[kind]
    found = policy.find(space, name.text) if used else policy.names[space].get(name.text)
    if isinstance(found, kind):
        return found
    if found is None and name.text in policy.broken:
        return None
    same = [other for other, node in sorted(policy.names[space].items()) if isinstance(node, kind)]
    example = _EXAMPLES[kind].format(name=name.text)
    declare = Phrase(f"declare it: `{example}`", f"请先声明:`{example}`")
    if kind is n.Template:
        declare = Phrase(f'write a text in quotes: `"{name.text}"`; or declare `{example}`',
                         f'文字要加引号:`"{name.text}"`;或声明 `{example}`')  # fmt: skip
    report_undeclared(name, WHAT[kind], same, declare, policy)
    return None


def report_undeclared(name: n.Name, what: Phrase, same: list[str], nothing: Phrase, policy: PolicyDraft) -> None:
    """Says that `name` is none of `same`, and what else it is; `nothing` is the help where nothing is like it."""
    other = next((names[name.text] for names in policy.names.values() if name.text in names), None)
    if other is None:
        policy.report("C105", name.span, name=name.text, what=what, hint=did_you_mean(name.text, same, nothing))
        return
    every = listed(same[:_MOST_SHOWN])
    hint = Phrase(f"there is {every.en}", f"现有:{every.zh}") if same else nothing
    policy.report("C106", name.span, name=name.text, other=one(WHAT[type(other)]), what=one(what), hint=hint)
