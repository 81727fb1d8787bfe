"""What a benchmark found, as `bench/report.py` reads it: a file of JSON a question in `bench/out/`."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

ROOT: Final = Path(__file__).resolve().parents[1]
OUT: Final = Path(__file__).with_name("out")


class Point(msgspec.Struct, omit_defaults=True):
    """Where a figure stands in a plot: a line of it, and the place on the axis."""

    plot: str
    line: str
    x: float
    y: float


class Figure(msgspec.Struct, omit_defaults=True):
    """`ratio`: how many times the yardstick of the same run. `target`: what it should be, in words; `met`: whether it
    is. None where there is no such thing."""

    name: str
    unit: str
    median: float
    p99: float | None = None
    ratio: float | None = None
    yardstick: str = ""
    target: str = ""
    met: bool | None = None


class Result(msgspec.Struct, omit_defaults=True):
    """Everything that one run of a benchmark found. `printed`: the lines of one that prints its own table; `notes`:
    what was left out and why, in whole sentences."""

    question: str
    command: str
    figures: list[Figure] = []
    points: list[Point] = []
    printed: list[str] = []
    notes: list[str] = []
    seconds: float = 0.0
    at: str = ""
    commit: str = ""
    machine: str = ""


def keep(result: Result, folder: Path = OUT) -> None:
    """Writes the result in place of what was found before."""
    folder.mkdir(exist_ok=True)
    result.at, result.commit, result.machine = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), commit(), machine()
    path = folder / f"{result.question}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")


def kept(question: str, folder: Path = OUT) -> Result | None:
    """What was found last, None where it was not run."""
    path = folder / f"{question}.json"
    return msgspec.json.decode(path.read_bytes(), type=Result) if path.is_file() else None


def p99(found: Sequence[float]) -> float:
    """The value that one in a hundred exceeds."""
    return sorted(found)[len(found) * 99 // 100]


def against(name: str, unit: str, ours: Sequence[float], yardstick: Sequence[float], what: str) -> Figure:
    """The figure of rounds that took turns with those of a yardstick: the ratio is the median of the rounds'."""
    ratio = statistics.median(one / other for one, other in zip(ours, yardstick, strict=True))
    return Figure(name, unit, statistics.median(ours), p99(ours) if len(ours) >= 20 else None, ratio, what)


def commit() -> str:
    """The short name of the commit, with `+` where files differ from it; empty outside a repository."""
    try:
        name = _git("rev-parse", "--short", "HEAD")
        return name + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def machine() -> str:
    """The processor, how many of it, the system and Python."""
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, {_python()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _python() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"
