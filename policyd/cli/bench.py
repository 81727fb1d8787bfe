"""`policyd bench`: how fast these policies decide on this machine."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import Any

import click
import msgspec

from policyd.cli import exits, options
from policyd.cli.lines import batches
from policyd.cli.options import EventFile
from policyd.cli.output import Output
from policyd.cli.programs import load_program
from policyd.cli.throughput import Throughput, measure, usual_messages
from policyd.language.diagnostics import Language, Phrase
from policyd.model.codec import decode
from policyd.model.problem import EventError


@click.command("bench")
@options.directory
@click.option("--events", "file", type=EventFile(), help="Events to decide, one JSON object a line; else messages.")
@click.option("--min-rps", type=click.IntRange(1), help="Exit with 5 where fewer events are decided in a second.")
@click.option("--seconds", type=click.FloatRange(0.1, 600), default=5.0, show_default=True, help="How long.")
@options.formats("pretty", "json")
@options.quiet
@options.language
def command(
    directory: Path,
    file: str | None,
    min_rps: int | None,
    seconds: float,
    form: str,
    quiet: bool,
    language: Language | None,
) -> int:
    """Measure how fast the policies in DIR decide, with state in memory, on one core.

    Every event is decided over and over, with an id and a member of its own each time: a repeat would be cheaper.
    """
    output = Output(language, quiet)
    program = load_program(directory, output)
    events = usual_messages(program.policy_set) if file is None else _events(file, output)
    found = measure(program, events, seconds, _bar(quiet))
    if form == "json":
        output.line(msgspec.json.encode(found).decode())
    else:
        _show(found, output)
    if min_rps is None or found.per_second >= min_rps:
        return exits.FINE
    slow = Phrase(
        f"{found.per_second:,} events a second are fewer than the {min_rps:,} that --min-rps asks for",
        f"每秒 {found.per_second:,} 个事件,低于 --min-rps 要求的 {min_rps:,}",
    )
    output.problem(output.text(slow))
    return exits.TOO_SLOW


def _events(file: str, output: Output) -> list[dict[str, Any]]:
    events = []
    for number, line in enumerate(chain.from_iterable(batches(file)), 1):
        if line.strip():
            try:
                events.append(msgspec.json.decode(line, type=dict[str, Any]))
                decode(msgspec.json.encode({**events[-1], "id": "bench"}))
            except msgspec.MsgspecError as error:
                raise exits.Stop(exits.USAGE, f"{file}:{number} is no JSON object: {error}") from None
            except EventError as error:
                where = f" at {error.problem.pointer}" if error.problem.pointer else ""
                raise exits.Stop(exits.USAGE, f"{file}:{number} is no event{where}: {error}") from None
    if not events:
        raise exits.Stop(exits.USAGE, f"{file} has no events; write one JSON object a line")
    return events


def _show(found: Throughput, output: Output) -> None:
    output.line(
        output.text(
            Phrase(
                f"{found.per_second:,} events a second on one core, {found.median_us} us at the median, "
                f"{found.p99_us} us at the 99th percentile",
                f"单核每秒 {found.per_second:,} 个事件,中位 {found.median_us} 微秒,99% 不超过 {found.p99_us} 微秒",
            )
        )
    )
    output.note(
        Phrase(
            f"{found.events:,} events in memory, {found.refused:,} refused · {found.policy[:19]}",
            f"内存中共 {found.events:,} 个事件,{found.refused:,} 个被拒 · {found.policy[:19]}",
        )
    )


def _bar(quiet: bool) -> Any:
    """Shows progress on a terminal."""
    if quiet or not sys.stderr.isatty():
        return lambda part: None

    def show(part: float) -> None:
        done = round(part * 40)
        end = "\r" + " " * 48 + "\r" if part >= 1 else ""
        print(f"\r  {'█' * done}{'·' * (40 - done)} {part:4.0%}{end}", end="", file=sys.stderr, flush=True)

    return show
