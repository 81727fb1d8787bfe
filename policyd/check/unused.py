"""What is declared and never read."""

from __future__ import annotations

from policyd.check.draft import WHAT, Named, SetDraft, name_of
from policyd.language import nodes as n

_READ_BY_NAME = (n.Let, n.Counter, n.Template, n.Attribute, n.Lexicon, n.Hours, n.Setting, n.Roster)


def unused(draft: SetDraft) -> None:
    """A declaration of a library is unused where no policy uses it. Says nothing where there are errors: what is
    wrong may be the reader."""
    if draft.findings.errors:
        return
    used: set[int] = set()
    declared: dict[int, Named] = {}
    for policy in draft.policies:
        for space, names in policy.names.items():
            for name, node in names.items():
                if isinstance(node, _READ_BY_NAME):
                    declared[id(node)] = node
                    if (space, name) in policy.used:
                        used.add(id(node))
    for identity, node in declared.items():
        if identity not in used:
            draft.findings.report("W501", node.name_span, name=name_of(node), what=WHAT[type(node)])
