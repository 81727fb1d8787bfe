"""New policies while the service runs: checked, compiled and tested aside, then swapped in, or left with the reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from policyd.check.load import load
from policyd.compile.load import compile_policies
from policyd.compile.program import Program
from policyd.engine.scenario import run_tests
from policyd.language.diagnostics import Diagnostic
from policyd.language.render import render
from policyd.server.warming import warm_up


class InvalidPolicies(Exception):
    """The message shows every error."""


def load_program(directory: Path) -> Program:
    """The policies of a directory, compiled. Raises `InvalidPolicies`."""
    policies, found = load(directory)
    if policies is None:
        raise InvalidPolicies(_shown(found))
    return compile_policies(policies)


def load_tested_program(directory: Path) -> Program:
    """As `load_program`, the tests of the policies pass, and no event waits for what it is the first to need. Raises
    `InvalidPolicies`."""
    program = load_program(directory)
    lines = []
    for result in run_tests(program).failures:
        if result.failure is not None:
            place = result.failure.span
            said = result.failure.summary.en
            lines.append(f'{place.source.name}:{place.line}: test "{result.test.title}": {said}')
    if lines:
        raise InvalidPolicies("\n".join([*lines, f"{_count(len(lines), 'test')} of the policies failed"]))
    warm_up(program)
    return program


class Decider(Protocol):
    """What decides by a program: an engine, or what stands for several."""

    @property
    def program(self) -> Program: ...

    def swap(self, program: Program) -> None: ...


class Reloader:
    """Reloads one at a time; of requests that come meanwhile, one more reload is left. `good` is called when the
    policies are found to be good, whether they have changed or not."""

    def __init__(
        self, engine: Decider, directory: Path, say: Callable[[str], None], good: Callable[[], None] = lambda: None
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._say = say
        self._good = good
        self._running: asyncio.Task[None] | None = None
        self._again = False

    def request(self) -> None:
        """From the event loop: a signal has come."""
        if self._running is not None and not self._running.done():
            self._again = True
            return
        self._running = asyncio.get_running_loop().create_task(self._reload())

    async def done(self) -> None:
        """Returns when no reload is running."""
        if self._running is not None:
            await self._running

    async def _reload(self) -> None:
        while True:
            self._again = False
            await self._reload_once()
            if not self._again:
                return

    async def _reload_once(self) -> None:
        try:
            program = await asyncio.to_thread(load_tested_program, self._directory)
        except InvalidPolicies as error:
            self._say(f"{error}\npolicies not reloaded: the ones before stay in force")
            return
        except Exception as error:
            self._say(f"policies not reloaded, the ones before stay in force: {type(error).__name__}: {error}")
            return
        self._good()
        if program.revision == self._engine.program.revision:
            self._say(f"policies unchanged ({program.revision})")
            return
        self._engine.swap(program)
        self._say(f"policies reloaded: {program.revision}")


def _shown(found: list[Diagnostic]) -> str:
    errors = [each for each in found if each.severity == "error"]
    texts = [render(each) for each in errors]
    return "\n\n".join([*texts, f"{_count(len(errors), 'error')} in the policies"])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
