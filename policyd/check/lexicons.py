"""Lexicons: their word files read, their switches understood."""

from __future__ import annotations

import posixpath
from typing import Final, get_args

from policyd.check.draft import PolicyDraft
from policyd.check.files import FileProblem
from policyd.check.suggest import did_you_mean
from policyd.check.wording import RELATIVE, listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase
from policyd.text.lexicon import DEFAULT_RESIST, Entry, Lexicon, Technique
from policyd.text.wordfile import read_words

_TECHNIQUES: Final[tuple[Technique, ...]] = get_args(Technique)


def lexicons(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Lexicon):
        entries = [_entry(word) for word in declared.words]
        for file in declared.files:
            entries.extend(_file(file, policy))
        if not declared.words and not declared.files:
            policy.report("C520", declared.name_span, name=declared.name)
        policy.lexicons[declared.name] = Lexicon(
            policy.qualified(declared.name),
            tuple(entries),
            tuple(_entry(word) for word in declared.excepts),
            _resist(declared, policy),
            _boundary(declared, policy),
        )


def _entry(word: n.Word) -> Entry:
    return Entry(word.text, word.span.source.name, word.span.line)


def _file(file: n.Word, policy: PolicyDraft) -> tuple[Entry, ...]:
    """Its name is relative to the folder of the `.policy` file that writes it, so that a folder of policies works the
    same by itself and inside a larger one."""
    name = posixpath.join(posixpath.dirname(file.span.source.name), file.text)
    try:
        return read_words(policy.folder.text(name), name)
    except FileProblem as problem:
        fields = dict(problem.fields)
        if problem.code == "C005":
            fields["hint"] = did_you_mean(name, policy.folder.reader.beside(name), RELATIVE)
        policy.report(problem.code, file.span, file=name, **fields)
        return ()


def _resist(declared: n.Lexicon, policy: PolicyDraft) -> frozenset[Technique]:
    """`none` is nothing; names without `sound` are exactly these; `sound` alone is added to what is usual."""
    if declared.resist is None:
        return DEFAULT_RESIST
    chosen: set[Technique] = set()
    for name in declared.resist:
        technique = next((known for known in _TECHNIQUES if known == name.text), None)
        if technique:
            chosen.add(technique)
        elif name.text != "none" or len(declared.resist) > 1:
            every = listed((*_TECHNIQUES, "none"))
            nothing = Phrase(f"there are {every.en}; `none` stands alone", f"可用 {every.zh};`none` 只能单独写")
            policy.report("C521", name.span, name=name.text, hint=did_you_mean(name.text, _TECHNIQUES, nothing))
    return frozenset(chosen | DEFAULT_RESIST) if chosen == {"sound"} else frozenset(chosen)


def _boundary(declared: n.Lexicon, policy: PolicyDraft) -> bool:
    if declared.boundary is None or declared.boundary.text == "words":
        return True
    if declared.boundary.text != "none":
        policy.report("C522", declared.boundary.span, name=declared.boundary.text)
    return False
