"""`policyd test` in all its forms."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import POLICY, TESTS, Run

FAILING = TESTS + 'test "wrong" {\n  member u1 says "hello"\n    expect delete because bad\n}\n'


def test_passing_tests_are_listed(run: Run) -> None:
    ran = run("test")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "✓ bad words go\n✓ pictures\n2 passed\n"
    assert run("test", "-q").out == ""
    assert run("test", "-k", "PICT").out == "✓ pictures\n1 passed\n"


def test_a_failure_shows_line_expectation_decision_and_reason(run: Run, folder: Path) -> None:
    (folder / "small.policy").write_text(POLICY + FAILING, encoding="utf-8")
    ran = run("test", "-q")
    assert ran.code == 4
    number = len((POLICY + TESTS).splitlines()) + 3
    assert ran.out.splitlines() == [
        "✗ wrong",
        f"  policies/small.policy:{number}",
        f'  {number - 1:>5} │   member u1 says "hello"',
        f"  {number:>5} │     expect delete because bad",
        "  expected `delete`",
        "  the decision was: nothing",
        '    `small.bad` (policies/small.policy:7) did not fire: message.text = "hello"',
        "",
        "1 failed, 2 passed",
    ]


def test_chinese(run: Run, folder: Path) -> None:
    (folder / "small.policy").write_text(POLICY + FAILING, encoding="utf-8")
    shown = run("test", "--lang", "zh", "-q").out
    assert "应有 `delete`" in shown
    assert shown.endswith("未通过 1 个,通过 2 个\n")


def test_coverage_names_what_no_test_fires(run: Run) -> None:
    shown = run("test", "--coverage", "-q").out.splitlines()
    assert shown == [
        "policies/small.policy:9: no test fires `small.entry` (then)",
        "policies/small.policy:9: no test fires `small.entry` (otherwise)",
        "policies/small.policy:6: no test reaches step 2 of `small.conduct`",
        "3 of 6 branches fired",
    ]
    document = json.loads(run("test", "--coverage", "--format", "json").out)
    assert document["missed"][0] == {"name": "small.entry", "part": "then"}


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
def test_forms_for_other_tools(run: Run, folder: Path, form: str) -> None:
    (folder / "small.policy").write_text(POLICY + FAILING, encoding="utf-8")
    ran = run("test", "--format", form)
    assert ran.code == 4
    if form == "github":
        assert ran.out.startswith("::error file=policies/small.policy,line=14,")
        assert "T001" in ran.out
    elif form == "junit":
        suites = ElementTree.fromstring(ran.out)
        assert (suites.attrib["tests"], suites.attrib["failures"]) == ("3", "1")
    elif form == "sarif":
        assert json.loads(ran.out)["runs"][0]["results"][0]["ruleId"] == "T001"
    else:
        document = json.loads(ran.out)
        assert (document["passed"], document["failed"]) == (2, 1)
        wrong = document["tests"][2]
        assert (wrong["passed"], wrong["failure"]["line"]) == (False, 14)
        assert wrong["failure"]["decision"]["verdict"] == "allow"


def test_policies_without_tests_say_how_to_write_one(run: Run, folder: Path) -> None:
    (folder / "small.policy").write_text(POLICY, encoding="utf-8")
    ran = run("test")
    assert ran.code == 2
    assert "write one: test" in ran.err
