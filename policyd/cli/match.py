"""`policyd match`: what the lexicons find in lines of text."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from msgspec import Struct

from policyd.check.resolved import PolicySet
from policyd.cli import exits, options
from policyd.cli.lines import batches
from policyd.cli.output import Output
from policyd.cli.programs import load_policies
from policyd.language.diagnostics import Language, Phrase
from policyd.model.codec import encode
from policyd.model.match import Match
from policyd.text.lexicon import Lexicon
from policyd.text.mask import mask
from policyd.text.matcher import Matcher


class Line(Struct, frozen=True):
    """What was found in one line of input, counted from 1. `masked` hides every hit."""

    line: int
    masked: str
    matches: tuple[Match, ...]


@click.command("match")
@options.directory
@options.source()
@click.option("--lexicon", "names", metavar="NAME", multiple=True, help="Only this lexicon; may be given again.")
@click.option("--report", "labelled", metavar="FILE", type=options.EventFile(), help="Say how good the words are.")
@options.formats("pretty", "json")
@options.language
def command(
    directory: Path, file: str, names: tuple[str, ...], labelled: str | None, form: str, language: Language | None
) -> int:
    """Find the words of the lexicons of DIR in lines of text, or in the `text` of JSON lines.

    With --report, reads messages as JSON lines with a `text` and a `label` (1: should be found, 0: should not), and
    says how many were found and how many innocent ones were hit, by lexicon and by disguise, and by which entries.
    """
    output = Output(language)
    lexicons = chosen(load_policies(directory, output), names, output)
    if labelled is None:
        _find(Matcher.build(lexicons), file, form, output)
        return exits.FINE
    from policyd.cli.show_report import make_report, report_lines

    made = make_report(lexicons, labelled, output)
    output.lines([encode(made).decode()] if form == "json" else report_lines(made, output))
    return exits.FINE


def _find(matcher: Matcher, file: str, form: str, output: Output) -> None:
    number = 0
    for lines in batches(file):
        answers = []
        for text in map(text_of, lines):
            number += 1
            hits = matcher.search(text)
            answers.append(Line(number, mask(text, hits.spans()), hits.matches()))
        for answer in answers:
            output.lines([encode(answer).decode()] if form == "json" else _told(answer, output))
        sys.stdout.flush()


def chosen(policies: PolicySet, names: Sequence[str], output: Output) -> list[Lexicon]:
    """The lexicons asked for, all where none is, under their plain names where these tell them apart."""
    lexicons = policies.lexicons
    times = Counter(name.partition(".")[2] for name in lexicons)
    unknown = [name for name in names if name not in lexicons and name not in times]
    if unknown or not lexicons:
        known = ", ".join(times) or "—"
        asked = ", ".join(unknown) or "—"
        raise exits.Stop(
            exits.USAGE,
            output.text(
                Phrase(f"there is no lexicon `{asked}`; there are: {known}", f"没有词表 `{asked}`;现有:{known}")
            ),
        )
    found = []
    for name, lexicon in lexicons.items():
        plain = name.partition(".")[2]
        if not names or name in names or plain in names:
            shown = plain if times[plain] == 1 else name
            found.append(Lexicon(shown, lexicon.entries, lexicon.excepts, lexicon.resist, lexicon.boundary))
    return found


def text_of(line: bytes) -> str:
    """The line itself, or the `text` of the JSON object that it is. Bytes that are no UTF-8 become U+FFFD."""
    shown = line.decode("utf-8", "replace").rstrip("\r")
    if shown.startswith("{"):
        try:
            found = json.loads(shown)
        except ValueError:
            return shown
        if isinstance(found, dict) and isinstance(found.get("text"), str):
            return str(found["text"])
    return shown


def _told(answer: Line, output: Output) -> Iterator[str]:
    if answer.matches:
        yield f"{output.style(str(answer.line), 'dim')}: {answer.masked}"
        for match in answer.matches:
            text = output.style(match.text, "red")
            yield f"    {text} [{match.start}:{match.end}] = {match.word} ({match.lexicon}, {match.view})"
