"""From a directory, or from texts in memory, to policies that have no errors, and everything found on the way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from policyd.check.draft import Findings, SetDraft, lost
from policyd.check.files import Directory, FileProblem, Files, InMemory, Reader
from policyd.check.resolved import PolicySet
from policyd.check.run import check, resolved
from policyd.language.collector import paused_collector
from policyd.language.diagnostics import Diagnostic
from policyd.language.nodes import File, Header
from policyd.language.parse import parse
from policyd.language.source import Source, Span


def load(directory: Path) -> tuple[PolicySet | None, list[Diagnostic]]:
    """The policies of all `.policy` files below `directory`, None where one has an error; and all findings, by file
    and place. Never raises on bad input."""
    with paused_collector():
        return _load(Directory(directory), str(directory))


def load_texts(
    texts: Mapping[str, str | bytes], words: Mapping[str, str | bytes] | None = None
) -> tuple[PolicySet | None, list[Diagnostic]]:
    """As `load`, of texts by file name; `words` are the word files that lexicons name."""
    with paused_collector():
        return _load(InMemory(texts, words or {}), "texts")


def _load(reader: Reader, title: str) -> tuple[PolicySet | None, list[Diagnostic]]:
    findings = Findings()
    files = Files(reader)
    try:
        names = reader.policies()
    except FileProblem as problem:
        findings.report(problem.code, _whole(title), **problem.fields)
        return None, findings.sorted()
    if not names:
        findings.report("C001", _whole(title), path=title)
        return None, findings.sorted()
    draft = _parse(names, files, findings)
    check(draft)
    if findings.errors:
        return None, findings.sorted()
    return resolved(draft, files.revision()), findings.sorted()


def _parse(names: list[str], files: Files, findings: Findings) -> SetDraft:
    parsed: list[File] = []
    lost_names: dict[str, frozenset[str]] = {}
    lost_headers: dict[str, Header] = {}
    for name in names:
        try:
            source = Source(name, files.text(name))
        except FileProblem as problem:
            code = "P101" if problem.code == "C004" else problem.code
            findings.report(code, _whole(name), file=name, **problem.fields)
            continue
        file, found = parse(source)
        for diagnostic in found:
            findings.add_syntax(diagnostic)
        parsed.append(file)
        if any(diagnostic.severity == "error" for diagnostic in found):
            lost_names[name], header = lost(file)
            if header is not None:
                lost_headers[name] = header
    return SetDraft(tuple(parsed), findings, files, lost_names, lost_headers)


def _whole(name: str) -> Span:
    """A place in something that cannot be shown: its name alone."""
    return Span(Source(name, ""), 0, 0)
