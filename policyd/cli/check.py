"""`policyd check`: everything that is wrong with the policies, all at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from policyd.check.applies import applies
from policyd.check.load import load
from policyd.check.resolved import PolicySet
from policyd.cli import exits, findings, options
from policyd.cli.output import Output
from policyd.cli.show_diagnostics import counted, diagnostic_lines, tally
from policyd.cli.show_group import group_document, group_lines
from policyd.language.diagnostics import Diagnostic, Language, Phrase
from policyd.language.render import as_dict
from policyd.server.contents import contents_of


@click.command("check")
@options.directory
@click.option("--group", metavar="ID", help="Say also what applies in this group: policies, settings, exceptions.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag of that group, as the bot sends it.")
@options.formats("pretty", "json", "github", "sarif", "junit")
@options.quiet
@options.language
def command(
    directory: Path, group: str | None, tags: tuple[str, ...], form: str, quiet: bool, language: Language | None
) -> int:
    """Say everything that is wrong with the policies in DIR. Ends with 3 where there is an error."""
    if form not in ("pretty", "json") and group is not None:
        raise click.UsageError("what applies in a group is told as pretty or json")
    if tags and group is None:
        raise click.UsageError("--tag goes with --group")
    output = Output(language, quiet)
    policies, found = load(directory)
    applied = None if policies is None or group is None else applies(policies, group, tags)
    if form == "pretty":
        _pretty(output, directory, policies, found)
        if applied is not None and group is not None:
            output.lines(group_lines(group, applied, directory, output))
    elif form == "json":
        listed = {"diagnostics": [as_dict(diagnostic, output.language) for diagnostic in found]}
        about = {} if applied is None or group is None else {"group": group_document(group, tags, applied)}
        output.line(json.dumps(listed | about, ensure_ascii=False, indent=2))
    else:
        output.lines(_document(form, directory, found, output.language))
    return exits.INVALID if policies is None else exits.FINE


def _pretty(output: Output, directory: Path, policies: PolicySet | None, found: Sequence[Diagnostic]) -> None:
    output.lines(diagnostic_lines(output, directory, found))
    if policies is None or not output.quiet:
        output.line(output.text(tally(found)))
    if policies is not None and not output.quiet:
        output.line(output.text(_contents(policies)))


def _document(form: str, directory: Path, found: Sequence[Diagnostic], language: Language) -> list[str]:
    listed = [findings.of_diagnostic(d, directory, language) for d in found]
    if form == "github":
        return findings.github(listed)
    if form == "sarif":
        return [findings.sarif(listed)]
    failures = [findings.Case(f.file, f"{f.code} {f.title}", f) for f in listed if f.severity == "error"]
    return [findings.junit(failures or [findings.Case(directory.as_posix(), "check", None)])]


def _contents(policies: PolicySet) -> Phrase:
    names = ", ".join(policy.name for policy in policies.policies)
    counts = [contents_of(policy) for policy in policies.policies]
    rules, workflows = sum(each.rules for each in counts), sum(each.workflows for each in counts)
    words = sum(len(lexicon.entries) for lexicon in policies.lexicons.values())
    tests, revision = len(policies.tests), policies.revision[:19]
    flows = (f"{counted(workflows, 'workflow')}, ", f"流程 {workflows} 个,") if workflows else ("", "")
    return Phrase(
        f"{names}: {counted(rules, 'rule')}, {flows[0]}{counted(words, 'word')}, {counted(tests, 'test')} · {revision}",
        f"{names}:规则 {rules} 条,{flows[1]}词 {words} 个,测试 {tests} 个 · {revision}",
    )
