"""Runs the `test` declarations of a policy set: each one on the whole set, on an empty store of its own (§8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from policyd.compile.program import Program
from policyd.engine.scenario_coverage import branches
from policyd.engine.scenario_results import Answer, Failure, Report, Result
from policyd.engine.scenario_run import Run
from policyd.language.nodes import Test

__all__ = ["Answer", "Failure", "Report", "Result", "run_tests"]


def run_tests(
    program: Program,
    tests: Iterable[Test] | None = None,
    *,
    on_result: Callable[[Result], None] | None = None,
    stop_at_failure: bool = False,
) -> Report:
    """Run `tests` (all of the set by default) in order. A test stops at its first failure, the others go on unless
    `stop_at_failure`."""
    report = Report(all=branches(program.policy_set))
    for test in program.policy_set.tests if tests is None else tests:
        result = Run(program, test, report.fired).run()
        report.results.append(result)
        if on_result:
            on_result(result)
        if stop_at_failure and result.failure:
            break
    return report
