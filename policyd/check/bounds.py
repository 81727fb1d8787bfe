"""How large a policy set may be."""

from __future__ import annotations

from policyd.check.draft import SetDraft

RULES = 10_000
ENTRIES = 1_000_000


def bounds(draft: SetDraft) -> None:
    """Says where the rules, or the entries of lexicons, of all policies together become too many."""
    rules = entries = 0
    for policy in draft.policies:
        rules += len(policy.rules)
        entries += sum(len(lexicon.entries) + len(lexicon.excepts) for lexicon in policy.lexicons.values())
    if not draft.policies:
        return
    place = draft.policies[-1].header.name_span
    if rules > RULES:
        draft.findings.report("C501", place, count=rules, bound=RULES)
    if entries > ENTRIES:
        draft.findings.report("C502", place, count=entries, bound=ENTRIES)
