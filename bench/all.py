"""Runs the benchmarks one after the other: `python -m bench.all [NAME ...]`, all where none is named.

Each leaves what it found in `bench/out/`, for `python -m bench.report`. One that fails is said to, and the others run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from typing import Final, NamedTuple

from rich.console import Console

from bench.ending import clean_up_on_term, program, run
from bench.kept import OUT, Result, keep
from bench.measured import read

MEASURED: Final = ("language", "match", "decide", "engine", "peers")
"""By pytest-benchmark."""
PRINTING: Final = {"state": ("bench.state", "--events", "16000"), "limiters": ("bench.limiters",)}
"""Those whose lines are kept as they are."""
KEEPING: Final = {"growth": "bench.growth", "http": "bench.http"}
NAMES: Final = (*MEASURED, *PRINTING, *KEEPING)
_CONSOLE: Final = Console()


class Ran(NamedTuple):
    seconds: float
    worked: bool


def measured(name: str) -> bool:
    """Runs a file of pytest-benchmark and keeps its figures."""
    raw = OUT / f"{name}.raw.json"
    raw.unlink(missing_ok=True)
    options = ["-o", "python_files=*.py", "-o", "python_functions=bench_*", "--benchmark-only", "-q", "-p", "no:xdist"]
    began = time.monotonic()
    worked = run([sys.executable, "-m", "pytest", f"bench/{name}.py", *options, f"--benchmark-json={raw}"])
    if raw.is_file():
        result = read(name, raw)
        result.seconds = round(time.monotonic() - began, 1)
        keep(result)
        raw.unlink()
    return worked


def printing(name: str) -> bool:
    """Runs a benchmark that prints its table, and keeps the lines."""
    began = time.monotonic()
    command = [sys.executable, "-u", "-m", *PRINTING[name]]
    lines = []
    with program(command, subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(f"  {line.rstrip()}", flush=True)
            lines.append(line.rstrip())
    worked = process.returncode == 0
    if worked:
        result = Result(name, f"python -m {' '.join(PRINTING[name])}", printed=lines)
        result.seconds = round(time.monotonic() - began, 1)
        keep(result)
    return worked


def ran(name: str) -> Ran:
    began = time.monotonic()
    (OUT / f"{name}.json").unlink(missing_ok=True)
    if name in MEASURED:
        worked = measured(name)
    elif name in PRINTING:
        worked = printing(name)
    else:
        worked = run([sys.executable, "-m", KEEPING[name]])
    return Ran(time.monotonic() - began, worked)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", choices=[[], *NAMES], metavar="NAME", help=", ".join(NAMES))
    names = options.parse_args().names or NAMES
    OUT.mkdir(exist_ok=True)
    failed = []
    for place, name in enumerate(names, 1):
        _CONSOLE.rule(f"{place} of {len(names)}: {name}")
        found = ran(name)
        _CONSOLE.print(f"{name} took {found.seconds:.0f} s{'' if found.worked else ' and FAILED'}")
        if not found.worked:
            failed.append(name)
    return 1 if failed else 0


if __name__ == "__main__":
    clean_up_on_term()
    sys.exit(main())
