"""Nothing that a benchmark started stays when it is ended itself, by CI or `timeout` as well as by Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final

from bench.kept import ROOT

_ENDED: Final = 128 + signal.SIGTERM
"""The exit code by which shells know it."""


def clean_up_on_term() -> None:
    """From here on SIGTERM ends the program by an exception, as Ctrl-C does: what it started is ended before it."""
    signal.signal(signal.SIGTERM, _end)


@contextmanager
def program(command: Sequence[str], stdout: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """Runs a program in the project's folder and waits for it at the end. Is this one ended meanwhile, so is that; by
    Ctrl-C a terminal ends both."""
    with subprocess.Popen(command, cwd=ROOT, stdout=stdout, text=True) as process:
        try:
            yield process
        except SystemExit:
            process.terminate()
            raise


def run(command: Sequence[str]) -> bool:
    """Whether the program worked."""
    with program(command) as process:
        return process.wait() == 0


def _end(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # nothing interrupts the cleaning up
    sys.exit(_ENDED)
