"""Findings of `check` and `test` in the forms that other tools read: GitHub annotations, SARIF and JUnit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final, Literal

from policyd.language.diagnostics import Diagnostic, Language
from policyd.language.source import Span

Severity = Literal["error", "warning"]
SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `file` as the user would name it; lines and columns from 1, the end is exclusive."""

    severity: Severity
    code: str
    title: str
    message: str
    help: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Case:
    """Something that was tried, for reports of tests: `finding` is None where it went well."""

    suite: str
    name: str
    finding: Finding | None


def shown_path(directory: Path, span: Span) -> str:
    """The file of a span, as seen from the working folder; the folder itself where the finding is about that."""
    about_folder = not span.source.text and span.source.name in (directory.name, str(directory))
    return (directory if about_folder else directory / span.source.name).as_posix()


def finding(
    span: Span, directory: Path, *, severity: Severity, code: str, title: str, message: str, help: str = ""
) -> Finding:
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(max(span.start, span.end))
    file = shown_path(directory, span)
    return Finding(severity, code, title, message, help, file, line, column, end_line, end_column)


def of_diagnostic(diagnostic: Diagnostic, directory: Path, language: Language) -> Finding:
    return finding(
        diagnostic.span,
        directory,
        severity=diagnostic.severity,
        code=diagnostic.code,
        title=diagnostic.title(language),
        message=diagnostic.message(language),
        help=diagnostic.help(language),
    )


# ---------------------------------------------------------------- GitHub


def github(findings: Sequence[Finding]) -> list[str]:
    """Workflow commands: a line each, which GitHub shows beside the source line."""
    return [_annotation(found) for found in findings]


def _annotation(found: Finding) -> str:
    fields: dict[str, str | int] = {"file": found.file, "line": found.line, "col": found.column}
    fields |= {"endLine": found.end_line, "endColumn": found.end_column, "title": f"{found.code} {found.title}"}
    shown = ",".join(f"{name}={_escape_field(str(value))}" for name, value in fields.items())
    message = found.message + (f"\n{found.help}" if found.help else "")
    return f"::{found.severity} {shown}::{_escape_data(message)}"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_field(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


# ---------------------------------------------------------------- SARIF


def sarif(findings: Sequence[Finding]) -> str:
    """A SARIF 2.1.0 log with one run."""
    from importlib.metadata import version

    rules = {found.code: found.title for found in findings}
    driver = {
        "name": "policyd",
        "version": version("policyd"),
        "rules": [{"id": code, "shortDescription": {"text": title}} for code, title in sorted(rules.items())],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [_result(f) for f in findings]}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _result(found: Finding) -> dict[str, Any]:
    region = {
        "startLine": found.line,
        "startColumn": found.column,
        "endLine": found.end_line,
        "endColumn": found.end_column,
    }
    return {
        "ruleId": found.code,
        "level": found.severity,
        "message": {"text": found.message + (f"\n{found.help}" if found.help else "")},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": found.file}, "region": region}}],
    }


# ---------------------------------------------------------------- JUnit


def junit(cases: Sequence[Case]) -> str:
    """A JUnit report: a suite a file."""
    suites: dict[str, list[Case]] = {}
    for case in cases:
        suites.setdefault(case.suite, []).append(case)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{_counts(cases)}>"]
    for suite, members in suites.items():
        lines.append(f'  <testsuite name="{_xml(suite)}"{_counts(members)}>')
        for case in members:
            lines += _testcase(case)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"])


def _counts(cases: Sequence[Case]) -> str:
    return f' tests="{len(cases)}" failures="{sum(case.finding is not None for case in cases)}"'


def _testcase(case: Case) -> list[str]:
    head = f'    <testcase classname="{_xml(case.suite)}" name="{_xml(case.name)}"'
    if case.finding is None:
        return [head + "/>"]
    found = case.finding
    details = _xml(f"{found.file}:{found.line}:{found.column}\n{found.message}\n{found.help}".rstrip())
    message = _xml(found.message.partition("\n")[0])
    return [f"{head}>", f'      <failure message="{message}">{details}</failure>', "    </testcase>"]


def _xml(text: str) -> str:
    """Escaped, and without the control characters that XML 1.0 cannot hold."""
    return escape("".join(char for char in text if char >= " " or char in "\t\n\r"))
