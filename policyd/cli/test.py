"""`policyd test`: the scenarios that stand in the policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

from policyd.check.resolved import PolicySet
from policyd.cli import exits, findings, options
from policyd.cli.output import Output
from policyd.cli.programs import load_policies
from policyd.cli.show_tests import coverage_lines, failure_lines, one_line, summary
from policyd.compile.load import compile_policies
from policyd.engine.scenario import Report, Result, run_tests
from policyd.language.diagnostics import Language, Phrase
from policyd.language.nodes import Test
from policyd.model.codec import encode

FAILED: Final = "T001"
FAILED_TITLE: Final = Phrase("test failed", "测试未通过")


@click.command("test")
@options.directory
@click.option("-k", "name", metavar="NAME", default="", help="Only tests whose title contains NAME.")
@click.option("--coverage", is_flag=True, help="Name the rules, branches and steps that no test fires.")
@options.formats("pretty", "json", "github", "sarif", "junit")
@options.quiet
@options.language
def command(directory: Path, name: str, coverage: bool, form: str, quiet: bool, language: Language | None) -> int:
    """Run the tests of the policies in DIR on an in-memory store. Ends with 4 where one fails."""
    output = Output(language, quiet)
    policies = load_policies(directory, output)
    tests = [test for test in policies.tests if name.casefold() in test.title.casefold()]
    if not tests:
        raise exits.Stop(exits.USAGE, output.text(_nothing(policies, name)))
    if form == "pretty":
        report = _pretty(output, directory, policies, tests, coverage)
    else:
        report = run_tests(compile_policies(policies), tests)
        output.lines(_document(form, directory, report, output.language, coverage))
    return exits.TESTS_FAILED if report.failures else exits.FINE


def _nothing(policies: PolicySet, name: str) -> Phrase:
    if not policies.tests:
        return Phrase('the policies hold no tests; write one: test "…" { … }', '策略里没有测试;写一个:test "…" { … }')
    return Phrase(f"no test has `{name}` in its title", f"没有标题含“{name}”的测试")


def _pretty(output: Output, directory: Path, policies: PolicySet, tests: list[Test], coverage: bool) -> Report:
    def show(result: Result) -> None:
        if result.failure:
            output.lines(failure_lines(output, directory, result, result.failure))
        elif not output.quiet:
            output.line(f"{output.style('✓', 'green')} {result.test.title}")

    report = run_tests(compile_policies(policies), tests, on_result=show)
    if coverage:
        output.lines(coverage_lines(output, directory, policies, report))
    if not output.quiet or report.failures:
        output.line(output.text(summary(report)))
    return report


def _document(form: str, directory: Path, report: Report, language: Language, coverage: bool) -> list[str]:
    if form == "json":
        return [json.dumps(_as_dict(directory, report, language, coverage), ensure_ascii=False, indent=2)]
    cases = [_case(directory, result, language) for result in report.results]
    found = [case.finding for case in cases if case.finding]
    if form == "github":
        return findings.github(found)
    return [findings.sarif(found) if form == "sarif" else findings.junit(cases)]


def _case(directory: Path, result: Result, language: Language) -> findings.Case:
    suite = findings.shown_path(directory, result.test.span)
    failure = result.failure
    if failure is None:
        return findings.Case(suite, result.test.title, None)
    found = findings.finding(
        failure.span,
        directory,
        severity="error",
        code=FAILED,
        title=FAILED_TITLE.in_language(language),
        message=one_line(result, failure, language),
    )
    return findings.Case(suite, result.test.title, found)


def _as_dict(directory: Path, report: Report, language: Language, coverage: bool) -> dict[str, Any]:
    tests = [_test_as_dict(directory, result, language) for result in report.results]
    answer = {"passed": len(tests) - len(report.failures), "failed": len(report.failures), "tests": tests}
    if coverage:
        answer["missed"] = [{"name": branch.name, "part": branch.part} for branch in report.missed]
    return answer


def _test_as_dict(directory: Path, result: Result, language: Language) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "title": result.test.title,
        "file": findings.shown_path(directory, result.test.span),
        "line": result.test.span.line,
        "passed": result.failure is None,
    }
    if failure := result.failure:
        shown["failure"] = {"line": failure.span.line, "message": failure.summary.in_language(language)}
        if failure.answer:
            shown["failure"]["decision"] = json.loads(encode(failure.answer.decision))
    return shown
