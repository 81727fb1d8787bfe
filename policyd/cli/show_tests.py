"""Results of tests as they stand in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from policyd.check.resolved import PolicySet
from policyd.cli.findings import shown_path
from policyd.cli.output import Output
from policyd.cli.show_explanation import explanation_lines
from policyd.engine.scenario import Failure, Report, Result
from policyd.engine.scenario_coverage import Branch, place
from policyd.engine.scenario_expect import show_action
from policyd.language.diagnostics import Language, Phrase
from policyd.model.decision import Decision


def summary(report: Report) -> Phrase:
    passed, failed = len(report.results) - len(report.failures), len(report.failures)
    if failed:
        return Phrase(f"{failed} failed, {passed} passed", f"未通过 {failed} 个,通过 {passed} 个")
    return Phrase(f"{passed} passed", f"全部通过,共 {passed} 个")


def one_line(result: Result, failure: Failure, language: Language) -> str:
    return f"{result.test.title}: {failure.summary.in_language(language)}"


def failure_lines(output: Output, directory: Path, result: Result, failure: Failure) -> Iterator[str]:
    """The title, the steps, what was expected, what came, and why."""
    yield f"{output.style('✗', 'red')} {output.style(result.test.title, 'bold')}"
    yield f"  {shown_path(directory, failure.span)}:{failure.span.line}"
    for number in _step_lines(failure):
        yield f"  {number:>5} │ {failure.span.source.line(number)}"
    yield f"  {output.style(output.text(failure.summary), 'red')}"
    if failure.answer:
        yield f"  {output.text(_LABELS[0])}: {_decision(failure.answer.decision, output)}"
        explained = failure.answer.explain()
        for told in explanation_lines(explained, directory, failure.rules) if explained else ():
            yield f"    {output.text(told)}"
    yield ""


def _step_lines(failure: Failure) -> list[int]:
    """The lines of the step that failed, and of the event that it is about."""
    source = failure.span.source
    spans = [failure.span] + ([failure.answer.span] if failure.answer else [])
    return sorted(
        {n for span in spans for n in range(span.line, source.position(max(span.end - 1, span.start))[0] + 1)}
    )


_LABELS = (Phrase("the decision was", "实际的决定"), Phrase("nothing", "无动作"))


def _decision(decision: Decision, output: Output) -> str:
    actions = ", ".join(show_action(action) for action in decision.actions)
    return actions or output.text(_LABELS[1])


def coverage_lines(output: Output, directory: Path, policies: PolicySet, report: Report) -> Iterator[str]:
    """Each branch that no test fired, and how many were."""
    for branch in report.missed:
        span = place(branch, policies)
        where = f"{shown_path(directory, span)}:{span.line}"
        yield f"{where}: {output.style(output.text(_missed(branch)), 'yellow')}"
    total = len(report.all)
    fired = total - len(report.missed)
    yield output.text(Phrase(f"{fired} of {total} branches fired", f"{total} 个分支中触发了 {fired} 个"))


def _missed(branch: Branch) -> Phrase:
    name, part = branch
    if part.isdigit():
        return Phrase(f"no test reaches step {part} of `{name}`", f"没有测试走到 `{name}` 的第 {part} 级")
    return Phrase(f"no test fires `{name}` ({part})", f"没有测试触发 `{name}`({part})")
