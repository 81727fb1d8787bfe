"""Words of lexicons that never match, or match far too much."""

from __future__ import annotations

from collections import Counter
from typing import Final

from policyd.check.draft import PolicyDraft, SetDraft
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.language.source import Span
from policyd.text.lexicon import Entry, Lexicon
from policyd.text.problems import problems

_CODES: Final = {
    "empty_after_folding": "W521", "single_character": "W522", "duplicate": "W523",
    "swallowed_by_except": "W524", "except_without_entry": "W525",
}  # fmt: skip
_MOST: Final = 5
"""Places shown of one kind and lexicon: real lists repeat thousands of words."""


def entries(draft: SetDraft) -> None:
    """Looks at every list of words once, in whatever policies it is."""
    seen: set[int] = set()
    for policy in draft.policies:
        for declared in policy.of(n.Lexicon):
            lexicon = policy.lexicons[declared.name]
            if lexicon.entries and id(declared) not in seen:
                _report(declared, lexicon, policy)
            seen.add(id(declared))


def _report(declared: n.Lexicon, lexicon: Lexicon, policy: PolicyDraft) -> None:
    words = {(word.text, word.span.line): word.span for word in (*declared.words, *declared.excepts)}
    found = problems(lexicon)
    total = Counter(problem.kind for problem in found)
    shown: Counter[str] = Counter()
    for problem in found:
        shown[problem.kind] += 1
        if shown[problem.kind] > _MOST:
            continue
        left = total[problem.kind] - _MOST if shown[problem.kind] == _MOST else 0
        more = Phrase(f"; so are {left} more of `{declared.name}`", f";`{declared.name}` 中还有 {left} 个")
        entry = problem.entry
        span = words.get((entry.word, entry.line)) if entry.file == declared.span.source.name else None
        policy.report(_CODES[problem.kind], span or _line(entry, policy), word=entry.word, other=problem.detail,
                      more=more if left else Phrase("", ""))  # fmt: skip


def _line(entry: Entry, policy: PolicyDraft) -> Span:
    """The line of a word file."""
    source = policy.folder.source(entry.file)
    if entry.line > len(source.line_starts):  # a lone carriage return ends a line of words, not of a source
        return Span(source, 0, len(source.line(1)))
    start = source.line_starts[entry.line - 1]
    line = source.line(entry.line)
    offset = max(line.find(entry.word), 0)
    return Span(source, start + offset, start + offset + len(entry.word))
