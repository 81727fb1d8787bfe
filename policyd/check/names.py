"""Which name means which declaration: libraries copied into policies, duplicates and names of the language (law L3)."""

from __future__ import annotations

from itertools import chain
from typing import Final, get_args

from policyd.check.draft import ALSO_FIRING, SPACES, WHAT, Named, PolicyDraft, SetDraft, name_of
from policyd.check.functions import FUNCTIONS
from policyd.check.values import ENUM_OF
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase, Related
from policyd.language.source import Span

_TAKEN: Final = frozenset({"now", "known", "strikes", "falling", *FUNCTIONS, *ENUM_OF})
_READ = n.Let | n.Counter | n.Setting | n.Switch | n.Tally | n.Streak | n.Tiers
_FIRST: Final = Phrase("the first one is here", "先前在这里")


def policies(draft: SetDraft) -> None:
    """Makes the policies of the set, in name order, each with the declarations of the libraries."""
    shared = tuple(chain.from_iterable(file.declarations for file in draft.libraries))
    lost = frozenset(chain.from_iterable(draft.lost_names.get(file.source.name, ()) for file in draft.libraries))
    seen: dict[str, n.Header] = {}
    for file in draft.files:
        header = draft.header(file)
        if header is None:
            continue
        first = seen.setdefault(header.name, header)
        if first is not header:
            place = Related(first.name_span, _FIRST)
            draft.findings.report("C102", header.name_span, place, name=header.name)
            continue
        broken = lost | draft.lost_names.get(file.source.name, frozenset())
        declarations = (*file.declarations, *shared)
        draft.policies.append(
            PolicyDraft(header.name, file, header, declarations, draft.findings, draft.folder, broken)
        )
    draft.policies.sort(key=lambda policy: policy.name)
    if not draft.policies and draft.files:
        source = draft.files[0].source
        draft.findings.report("C003", Span(source, 0, len(source.line(1))))


def names(policy: PolicyDraft) -> None:
    """Binds every name to its first declaration."""
    for declaration in policy.declarations:
        if not isinstance(declaration, get_args(Named)):
            continue
        name = name_of(declaration)
        if isinstance(declaration, _READ) and name in _TAKEN:
            policy.report("C103", declaration.name_span, name=name)
        first = policy.names[SPACES[type(declaration)]].setdefault(name, declaration)
        if isinstance(declaration, ALSO_FIRING):
            fires = policy.names["firing"].setdefault(name, declaration)
            first = fires if first is declaration else first
        if first is not declaration:
            _twice(policy, declaration, first)
    for limit in policy.of(n.Limit):
        counter = policy.names["value"].get(limit.name)
        if isinstance(counter, n.Counter):
            _twice(policy, counter, limit)
    for review in policy.of(n.Review):
        if review.exempt and (exempt := policy.names["exempt"].get(review.name)):
            _twice(policy, exempt, review)


def _twice(policy: PolicyDraft, second: Named, first: Named) -> None:
    place = Related(first.name_span, _FIRST)
    policy.report("C101", second.name_span, place, name=name_of(second), what=WHAT[type(first)])
