"""`policyd explain`: decisions with their reasons, for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from msgspec import UNSET

from policyd.cli import exits, options
from policyd.cli.lines import batches, read_id
from policyd.cli.output import Output
from policyd.cli.programs import load_program
from policyd.cli.show_explanation import explanation_lines, shown
from policyd.cli.show_tickets import KINDS, STATUSES
from policyd.engine.embedded import Embedded
from policyd.engine.explain import Explanation
from policyd.engine.scenario_expect import show_action
from policyd.language.diagnostics import Language, Phrase
from policyd.model.codec import decode, encode
from policyd.model.decision import Action, Decision
from policyd.model.event import Event
from policyd.model.problem import EventError, Failure


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
                refused = Failure(read_id(line), error.problem)
                output.lines([encode(refused).decode()] if form == "json" else _refused(refused, output))
                continue
            output.lines([encode(decision).decode()] if form == "json" else _told(event, decision, directory, output))
        sys.stdout.flush()
    return exits.FINE


def _refused(refused: Failure, output: Output) -> Iterator[str]:
    problem = refused.problem
    yield output.style(refused.event or "?", "bold")
    place = f" ({problem.pointer})" if problem.pointer else ""
    yield f"  {output.style(problem.code, 'red')}: {problem.detail}{place}"
    if problem.hint:
        yield f"    {problem.hint}"
    yield ""


def _told(event: Event, decision: Decision, directory: Path, output: Output) -> Iterator[str]:
    who = event.member.name or event.member.id
    said = event.message.text if event.message else None
    parts = [event.id, event.kind, who, "" if said is None else shown(said)]
    yield output.style(" · ".join(filter(None, parts)), "bold")
    yield f"  {output.style(decision.verdict, 'green' if decision.verdict in ('allow', 'admit') else 'red')}"
    for action in decision.actions:
        yield f"    {show_action(action)}{output.text(_aside(action))} ← {_because(action)}"
    for beside in _beside(decision):
        yield f"    {output.text(beside)}"
    for match in decision.matches:
        found = f"{shown(match.text)} [{match.start}:{match.end}]"
        yield f"    {found} = {shown(match.word)} ({match.lexicon}, {match.view})"
    if isinstance(decision.explain, Explanation):
        for reason in explanation_lines(decision.explain, directory):
            yield f"  {output.text(reason)}"
    yield ""


def _aside(action: Action) -> Phrase:
    """What stands for another action, what is about another group, and what waits for a human."""
    english, chinese = [], []
    if action.instead_of is not UNSET:
        english.append(f"instead of {action.instead_of}")
        chinese.append(f"代替 {action.instead_of}")
    if action.group is not UNSET:
        english.append(f"group {action.group}")
        chinese.append(f"群 {action.group}")
    if action.ticket is not UNSET:
        english.append(f"ticket {action.ticket}")
        chinese.append(f"工单 {action.ticket}")
    return Phrase(f" ({', '.join(english)})" if english else "", f"({'、'.join(chinese)})" if chinese else "")


def _beside(decision: Decision) -> Iterator[Phrase]:
    """What else the decision says: replays and failures, shadow rules, what was outdone, where ladders stand."""
    if decision.replayed:
        yield Phrase("this event was decided before", "这个事件之前已经决定过")
    for lost in decision.overridden:
        rules = ", ".join(each.rule for each in lost.because)
        yield Phrase(f"{lost.do} ({rules}) gives way to {lost.by}", f"{lost.do}({rules})让位于 {lost.by}")
    for shadow in decision.shadow:
        would = ", ".join(shadow.would)
        yield Phrase(f"shadow rule {shadow.rule} would {would}", f"影子规则 {shadow.rule} 会:{would}")
    for name, state in decision.ladders.items():
        en = f"{name}: {state.strikes} strike{'' if state.strikes == 1 else 's'}"
        zh = f"{name}:{state.strikes} 次"
        yield Phrase(en, zh) if state.next is None else Phrase(f"{en}, next {state.next}", f"{zh},下一级 {state.next}")
    yield from _of_workflows(decision)


def _of_workflows(decision: Decision) -> Iterator[Phrase]:
    """Tickets, what was taken back, and what came too late."""
    for ticket in decision.tickets:
        en = f"ticket {ticket.ticket}: {KINDS[ticket.kind].en}, {STATUSES[ticket.status].en}"
        zh = f"工单 {ticket.ticket}:{KINDS[ticket.kind].zh},{STATUSES[ticket.status].zh}"
        if ticket.missing is not UNSET and ticket.missing:
            en, zh = f"{en}, waits for {', '.join(ticket.missing)}", f"{zh},待补 {'、'.join(ticket.missing)}"
        yield Phrase(en, zh)
    for undone in () if decision.undone is UNSET else decision.undone:
        stays = ", ".join(undone.cannot) or "—"
        yield Phrase(f"{undone.event} is taken back; stays: {stays}", f"{undone.event} 已撤销;无法撤销:{stays}")
    for missed in () if decision.missed is UNSET else decision.missed:
        yield Phrase(
            f"{missed.rule} of {missed.at} ({missed.group}) is too old to be carried out",
            f"{missed.rule} 本应在 {missed.at}({missed.group})执行,已过期",
        )


def _because(action: Action) -> str:
    rules = ", ".join(each.rule for each in action.because) or "—"
    return rules if action.ladder is UNSET else f"{rules} → {action.ladder} {action.step}"
