"""Every small mistake that could be made in a policy: one clause, action, operand, word or number different.

`python -m tests.policies.mutations policies/class_group policies/practices` says which mistakes the tests of each
policy do not notice.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

from policyd.check.draft import Findings, SetDraft
from policyd.check.files import Directory, Files
from policyd.check.run import check, resolved
from policyd.compile.load import compile_policies
from policyd.engine.scenario import run_tests
from policyd.language import nodes as n
from policyd.language.parse import parse
from policyd.language.source import Source
from tests.policies import standing_variants, variants, workflow_variants
from tests.policies.variants import Variants, each_of, inside, numbers

_VARIANTS: Final = {**variants.VARIANTS, **workflow_variants.VARIANTS, **standing_variants.VARIANTS}
_TOLD: Final = (
    n.Test, n.Attribute, n.Lexicon, n.Let, n.Template, n.Hours, n.Counter, n.Ladder, n.Roster, n.Setting, n.Tally,
)  # fmt: skip
"""What others use: without it they would not be read at all."""


def _header(header: n.Header) -> Variants:
    if header.timezone is not None:
        yield "no time zone", replace(header, timezone=None)
    yield "every group", replace(header, scope=None)
    yield from inside(header, "brakes", each_of("brake", header.brakes, _brake))


def _brake(brake: n.Brake) -> Variants:
    yield from inside(brake, "at_most", numbers("at most", brake.at_most))


# ---------------------------------------------------------------- files


@dataclass(frozen=True)
class Mutant:
    """A file with one mistake in it."""

    name: str
    file: n.File


@dataclass(frozen=True)
class Folder:
    """A policy and the files that it reads, read once."""

    name: str
    file: n.File
    files: Files
    noticing: dict[str, int] = field(default_factory=dict, compare=False)
    """By its title, how late a test has noticed a mistake: the next mistake is beside it, and that test goes first."""

    def mutants(self) -> Iterator[Mutant]:
        assert self.file.header is not None
        for what, header in _header(self.file.header):
            yield Mutant(f"policy: {what}", replace(self.file, header=header))
        for index, declaration in enumerate(self.file.declarations):
            rest = self.file.declarations
            name = f"{type(declaration).__name__.lower()} {getattr(declaration, 'name', '')}".rstrip()
            if not isinstance(declaration, _TOLD):
                yield Mutant(f"no {name}", replace(self.file, declarations=(*rest[:index], *rest[index + 1 :])))
            made = _VARIANTS.get(type(declaration))
            for what, changed in made(declaration) if made else ():
                mutated = replace(self.file, declarations=(*rest[:index], changed, *rest[index + 1 :]))
                yield Mutant(f"{name}: {what}", mutated)

    def survives(self, file: n.File) -> bool:
        """Whether the file has no errors, and all its tests pass."""
        findings = Findings()
        draft = SetDraft((file,), findings, self.files, {}, {})
        check(draft)
        if findings.errors:
            return False
        policies = resolved(draft, "sha256:mutant")
        tests = sorted(policies.tests, key=lambda test: self.noticing.get(test.title, 0), reverse=True)
        failures = run_tests(compile_policies(policies), tests, stop_at_failure=True).failures
        if failures:
            self.noticing[failures[0].test.title] = 1 + max(self.noticing.values(), default=0)
        return not failures


@cache
def read_policies(path: Path) -> tuple[Folder, ...]:
    """The policies of a folder, each alone."""
    files = Files(Directory(path))
    read = []
    for name in Directory(path).policies():
        file, findings = parse(Source(name, files.text(name)))
        assert not findings, findings
        read.append(Folder(name, file, files))
    return tuple(read)


def _policies_at(path: Path) -> tuple[Folder, ...]:
    if path.is_dir():
        return read_policies(path)
    return tuple(policy for policy in read_policies(path.parent) if policy.name == path.name)


def main(paths: list[str]) -> int:
    """Print the mistakes in these folders or files that nothing notices; 1 where there is one."""
    survivors = total = 0
    for folder in (policy for path in paths for policy in _policies_at(Path(path))):
        assert folder.survives(folder.file), f"the tests of {folder.name} do not pass"
        for mutant in folder.mutants():
            total += 1
            if folder.survives(mutant.file):
                survivors += 1
                print(f"{folder.name}: not noticed: {mutant.name}", flush=True)
    print(f"{total - survivors} of {total} mistakes noticed")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
