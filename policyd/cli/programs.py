"""Policies from a folder, ready to decide; or the reason why not, and the end of the command."""

from __future__ import annotations

import sys
from pathlib import Path

from policyd.check.load import load
from policyd.check.resolved import PolicySet
from policyd.cli import exits
from policyd.cli.output import Output
from policyd.cli.show_diagnostics import counted, diagnostic_lines
from policyd.compile.program import Program
from policyd.language.diagnostics import Phrase


def load_policies(directory: Path, output: Output) -> PolicySet:
    """Raises `exits.Stop` where the folder has errors, after saying them on stderr. Warnings are `check`'s to say."""
    policies, found = load(directory)
    if policies is None:
        errors = [diagnostic for diagnostic in found if diagnostic.severity == "error"]
        for line in diagnostic_lines(output, directory, errors, sys.stderr):
            print(line, file=sys.stderr)
        raise exits.Stop(exits.INVALID, output.text(Phrase(counted(len(errors), "error"), f"错误 {len(errors)} 个")))
    return policies


def load_program(directory: Path, output: Output) -> Program:
    """Raises as `load_policies`."""
    from policyd.compile.load import compile_policies

    return compile_policies(load_policies(directory, output))
