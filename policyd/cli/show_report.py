"""How good word lists are on labelled messages: the messages read, the report shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from policyd.cli import exits
from policyd.cli.lines import batches
from policyd.cli.output import Output
from policyd.cli.table import table
from policyd.language.diagnostics import Phrase
from policyd.text.lexicon import Lexicon
from policyd.text.report import Count, Report, report

_NEEDED = Phrase(
    'a line is {"text": "…", "label": 1} for a message that should be found, 0 for one that should not',
    '每行写成 {"text": "…", "label": 1};应命中的消息 label 为 1,不应命中的为 0',
)


def labelled(path: str, output: Output) -> Iterator[tuple[str, bool]]:
    """Texts and whether they should be found. Raises `exits.Stop` at a line that does not say."""
    number = 0
    for lines in batches(path):
        for line in lines:
            number += 1
            if line.strip():
                yield _labelled(line, f"{path}:{number}", output)


def _labelled(line: bytes, place: str, output: Output) -> tuple[str, bool]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    text, label = (found.get("text"), found.get("label")) if isinstance(found, dict) else (None, None)
    if not isinstance(text, str) or label not in (0, 1):
        raise exits.Stop(exits.USAGE, f"{place}: {output.text(_NEEDED)}")
    return text, bool(label)


def make_report(lexicons: Sequence[Lexicon], path: str, output: Output) -> Report:
    """Raises as `labelled`."""
    return report(lexicons, labelled(path, output))


def report_lines(made: Report, output: Output) -> Iterator[str]:
    """Tables: all words together, each lexicon, each disguise, and the entries that hit innocent messages."""
    yield output.text(
        Phrase(
            f"{made.wanted} messages should be found, {made.innocent} should not",
            f"应命中的消息 {made.wanted} 条,不应命中的 {made.innocent} 条",
        )
    )
    rows = [_COUNTS]
    rows += [_row(made, count) for count in (made.all, *made.lexicons, *made.views)]
    yield from table([[output.text(cell) for cell in row] for row in rows])
    if made.culprits:
        yield ""
        rows = [_CULPRITS]
        for culprit in made.culprits:
            place = f"{culprit.entry.file}:{culprit.entry.line}"
            cells = (culprit.entry.word, culprit.false, culprit.alone, culprit.found, culprit.lexicon, place)
            rows.append(tuple(_same(str(cell)) for cell in cells))
        yield from table([[output.text(cell) for cell in row] for row in rows])


def _same(text: str) -> Phrase:
    return Phrase(text, text)


_COUNTS: Final[tuple[Phrase, ...]] = (
    _same(""), Phrase("found", "命中"), Phrase("recall", "召回率"), Phrase("false", "误伤"), Phrase("share", "误伤率"),
)  # fmt: skip
_CULPRITS: Final[tuple[Phrase, ...]] = (
    Phrase("entry", "词"), Phrase("false", "误伤"), Phrase("of these alone", "其中只因它"), Phrase("found", "命中"),
    Phrase("lexicon", "词表"), Phrase("where", "位置"),
)  # fmt: skip


def _row(made: Report, count: Count) -> tuple[Phrase, ...]:
    name = Phrase("all", "全部") if count is made.all else _same(count.name)
    shares = _percent(made.recall(count)), _percent(made.false_share(count))
    return name, _same(str(count.found)), _same(shares[0]), _same(str(count.false)), _same(shares[1])


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.2f}%"
