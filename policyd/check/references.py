"""Names that stand for declarations: ladders, lexicons, hours, templates, rules."""

from __future__ import annotations

from typing import Final

from policyd.check.draft import SPACES, WHAT, Named, NamedT, PolicyDraft
from policyd.check.suggest import did_you_mean
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase

_EXAMPLES: Final[dict[type, str]] = {
    n.Ladder: 'ladder {name} {{ forget after 30d  at 1 warn "…" }}',
    n.Lexicon: 'lexicon {name} {{ words "…" }}',
    n.Hours: "hours {name} {{ every day 22:00-08:00 }}",
    n.Template: 'template {name} = "…"',
    n.Rule: "rule {name} {{ when …  then … }}",
}


def reference(name: n.Name, kind: type[NamedT], policy: PolicyDraft) -> NamedT | None:
    """The declaration of this kind that is called `name`; says what is wrong where there is none. A limit is a rule."""
    space = SPACES[kind]
    found = policy.find(space, name.text)
    if isinstance(found, kind):
        return found
    if found is None and name.text in policy.broken:
        return None
    other = found or _elsewhere(name.text, policy)
    if other is not None:
        policy.report("C106", name.span, name=name.text, other=WHAT[type(other)], what=WHAT[kind])
        return None
    example = _EXAMPLES[kind].format(name=name.text)
    declare = Phrase(f"declare it: `{example}`", f"请先声明:`{example}`")
    same = [other for other, node in policy.names[space].items() if isinstance(node, kind)]
    policy.report("C105", name.span, name=name.text, what=WHAT[kind], hint=did_you_mean(name.text, same, declare))
    return None


def _elsewhere(name: str, policy: PolicyDraft) -> Named | None:
    return next((names[name] for names in policy.names.values() if name in names), None)
