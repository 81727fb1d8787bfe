"""`policyd explain`: decisions with their reasons, for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from msgspec import UNSET

from policyd.cli import exits, options
from policyd.cli.lines import batches
from policyd.cli.output import Output
from policyd.cli.programs import load_program
from policyd.cli.show_explanation import explanation_lines, shown
from policyd.engine.embedded import Embedded
from policyd.engine.explain import Explanation
from policyd.engine.scenario_expect import show_action
from policyd.language.diagnostics import Language, Phrase
from policyd.model.codec import decode, encode
from policyd.model.decision import Action, Decision
from policyd.model.event import Event
from policyd.model.problem import EventError


@click.command("explain")
@options.directory
@options.source()
@options.formats("pretty", "json")
@options.quiet
@options.language
def command(directory: Path, file: str, form: str, quiet: bool, language: Language | None) -> int:
    """Decide events by the policies in DIR and say why.

    Reads one event a line as JSON. Shows for each what is to be done, which rule asked for it, on which values, and
    what the nearest other rule was missing. State is kept in memory, and the clock is each event's own time.
    """
    output = Output(language, quiet)
    engine = Embedded(load_program(directory, output))
    for lines in batches(file):
        for line in filter(bytes.strip, lines):
            try:
                event = decode(line)
                decision = engine.evaluate(event, explain=True)
            except EventError as error:
                output.problem(f"{error.problem.detail} ({error.problem.code}, {error.problem.pointer or '/'})")
                continue
            output.lines([encode(decision).decode()] if form == "json" else _told(event, decision, output))
        sys.stdout.flush()
    return exits.FINE


def _told(event: Event, decision: Decision, output: Output) -> Iterator[str]:
    who = event.member.name or event.member.id
    said = event.message.text if event.message else None
    head = f"{event.id} · {event.kind} · {who}" + (f" · {shown(said)}" if said else "")
    yield output.style(head, "bold")
    yield f"  {output.style(decision.verdict, 'green' if decision.verdict in ('allow', 'admit') else 'red')}"
    for action in decision.actions:
        yield f"    {show_action(action)} ← {_because(action)}"
    for lost in decision.overridden:
        rules = ", ".join(each.rule for each in lost.because)
        yield "    " + output.text(
            Phrase(f"{lost.do} (by {rules}) gives way to {lost.by}", f"{lost.do}({rules})让位于 {lost.by}")
        )
    for name, state in decision.ladders.items():
        following = state.next or "—"
        yield "    " + output.text(
            Phrase(
                f"{name}: {state.strikes} strikes, next {following}", f"{name}:{state.strikes} 次,下一级 {following}"
            )
        )
    for match in decision.matches:
        yield f"    {shown(match.text)} [{match.start}:{match.end}] = {shown(match.word)} ({match.lexicon}, {match.view})"
    if isinstance(decision.explain, Explanation):
        for reason in explanation_lines(decision.explain):
            yield f"  {output.text(reason)}"
    yield ""


def _because(action: Action) -> str:
    rules = ", ".join(each.rule for each in action.because) or "—"
    return rules if action.ladder is UNSET else f"{rules} → {action.ladder} {action.step}"
