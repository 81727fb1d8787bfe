"""`policyd evaluate`: events as JSON lines in, one answer a line out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from policyd.cli import exits, options
from policyd.cli.lines import batches, read_id
from policyd.cli.output import Output
from policyd.cli.programs import load_program
from policyd.engine.embedded import Embedded
from policyd.language.diagnostics import Language, Phrase
from policyd.model.codec import encode
from policyd.model.problem import EventError, Failure


@click.command("evaluate")
@options.directory
@options.source()
@options.quiet
@options.language
def command(directory: Path, file: str, quiet: bool, language: Language | None) -> int:
    """Decide events by the policies in DIR.

    Reads one event a line as JSON and writes one answer a line: a decision, or {"event", "problem"} for an event that
    cannot be decided. State is kept in memory, and the clock is each event's own time.
    """
    output = Output(language, quiet)
    engine = Embedded(load_program(directory, output))
    events = problems = 0
    for lines in batches(file):
        answers = []
        for line in lines:
            if not line.strip():
                continue
            events += 1
            try:
                answers.append(encode(engine.evaluate(line)))
            except EventError as error:
                problems += 1
                answers.append(encode(Failure(read_id(line), error.problem)))
        if answers:
            sys.stdout.buffer.write(b"\n".join(answers) + b"\n")
            sys.stdout.buffer.flush()
    if problems:
        output.note(Phrase(f"{problems} of {events} events had a problem", f"{events} 个事件中有 {problems} 个出错"))
    return exits.FINE
