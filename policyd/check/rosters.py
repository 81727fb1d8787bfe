"""Rosters: tables of people, read from CSV files (law L4)."""

from __future__ import annotations

import csv
import io
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.files import FileProblem
from policyd.check.suggest import did_you_mean
from policyd.check.wording import RELATIVE, listed
from policyd.language import nodes as n
from policyd.language.diagnostics import FieldValue, Phrase
from policyd.language.source import Source, Span

_SHORTENED: Final = re.compile(r"\d(\.\d+)?E\+\d+")
"""How spreadsheets write long numbers that they take for quantities."""
_SEPARATORS: Final = (",", ";", "\t")
_MOST: Final = 5
"""Lines shown of one kind: real tables have the same mistake a thousand times."""
Row = tuple[int, list[str]]
"""The number of the row's last line, and its cells without surrounding spaces."""


def rosters(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Roster):
        name = posixpath.join(posixpath.dirname(declared.file_span.source.name), declared.file)
        try:
            policy.folder.text(name)
        except FileProblem as problem:
            fields = dict(problem.fields)
            if problem.code == "C005":
                fields["hint"] = did_you_mean(name, policy.folder.reader.beside(name), RELATIVE)
            policy.report(problem.code, declared.file_span, file=name, **fields)
            continue
        read = policy.folder.rosters
        roster = read.get((name, declared.key.text)) or _Table(declared, policy.folder.source(name), policy).roster()
        if roster is not None:
            read[name, declared.key.text] = roster
            policy.rosters[declared.name] = replace(
                roster, name=policy.qualified(declared.name), span=declared.span
            )  # fmt: skip


class _Table:
    """Reads the file of one roster, and says what is wrong with its lines."""

    def __init__(self, declared: n.Roster, source: Source, policy: PolicyDraft) -> None:
        self._declared = declared
        self._source = source
        self._policy = policy
        self._shown: Counter[str] = Counter()

    def roster(self) -> r.Roster | None:
        """None where the table has no such key."""
        rows = self._rows()
        head = next(rows, None)
        if head is None:
            self._policy.report("C560", self._declared.file_span, file=self._source.name)
            return None
        columns = head[1]
        for column in sorted({name for name in columns if name and columns.count(name) > 1}):
            self._report("C563", head[0], column=column)
        key = self._declared.key.text
        if key not in columns:
            every = listed(filter(None, columns))
            hint = did_you_mean(key, columns, Phrase(f"its columns are {every.en}", f"现有的列:{every.zh}"))
            self._policy.report("C562", self._declared.key.span, column=key, file=self._declared.file, hint=hint)
            return None
        return r.Roster(
            self._policy.qualified(self._declared.name), key, tuple(name for name in columns if name),
            self._by_key(rows, columns), span=self._declared.span,
        )  # fmt: skip

    def _by_key(self, rows: Iterator[Row], columns: list[str]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        lines: dict[str, int] = {}
        place, named = columns.index(self._declared.key.text), all(columns)
        for line, cells in rows:
            if len(cells) != len(columns):
                self._report("C561", line, cells=len(cells), columns=len(columns))
            elif not (key := cells[place]):
                self._report("W560", line, column=columns[place])
            elif _SHORTENED.fullmatch(key):
                self._report("W562", line, key=key)
            elif key in found:
                self._report("W561", line, key=key, first=lines[key])
            else:
                row = dict(zip(columns, cells, strict=True))
                found[key] = row if named else {column: row[column] for column in columns if column}
                lines[key] = line
        return found

    def _rows(self) -> Iterator[Row]:
        """Rows in which something stands, the header first."""
        first = next((line for line in self._lines() if line.strip()), "")
        reader = csv.reader(self._lines(), delimiter=max(_SEPARATORS, key=first.count))
        try:
            for cells in reader:
                stripped = list(map(str.strip, cells))
                if any(stripped):
                    yield reader.line_num, stripped
        except csv.Error as error:
            self._report("C566", reader.line_num, cause=str(error))

    def _lines(self) -> io.StringIO:
        """Lines end as those of a source do."""
        return io.StringIO(self._source.text, newline="\n")

    def _report(self, code: str, line: int, **fields: FieldValue) -> None:
        """At most a few of one kind."""
        self._shown[code] += 1
        if self._shown[code] <= _MOST:
            self._policy.report(code, _line(self._source, line), **fields)


def _line(source: Source, line: int) -> Span:
    if line > len(source.line_starts):  # other signs end a line of a table than of a source
        return Span(source, 0, len(source.line(1)))
    start = source.line_starts[line - 1]
    return Span(source, start, start + len(source.line(line)))
