"""Whether policyd is as fast as it was: `make bench-check`, which CI asserts.

Each measure and its yardstick take turns; what counts is the median of how many times the yardstick the work took,
against `bench/baseline.json`. What is slower than the margin allows is measured three times more, and the median of all
counts: a machine that does other things is slow now and then, lost speed is lost most times. `--write` makes today's
figures the baseline.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from bench.checked import MEASURES, Measure
from bench.ending import clean_up_on_term

BASELINE: Final = Path(__file__).with_name("baseline.json")
MARGIN: Final = 0.3
"""Whoever loses 30 % of the throughput takes 1.43 times as long."""
TRIES: Final = 4
_GAIN: Final = 0.3
"""Faster by so much, the baseline says nothing any more."""

Say = Callable[[str], None]


class Compared(NamedTuple):
    """`ratio` to the yardstick, as `was` in the baseline."""

    name: str
    ratio: float
    was: float
    margin: float

    @property
    def is_slower(self) -> bool:
        return self.ratio > self.was * (1 + self.margin)

    @property
    def is_faster(self) -> bool:
        return self.ratio < self.was * (1 - _GAIN)


def ratio(measure: Measure, say: Say = lambda _: None) -> float:
    """The median over the rounds."""
    found: list[float] = []
    with measure.prepared() as pair:
        pair.yardstick()
        pair.work()
        for done in range(measure.rounds):
            yardstick, work = pair.yardstick(), pair.work()
            found.append(work / yardstick)
            say(f"  {done + 1} of {measure.rounds}")
    return statistics.median(found)


def compared(name: str, measure: Measure, was: float, margin: float = MARGIN, say: Say = lambda _: None) -> Compared:
    """Measured once where it is as fast as it was; else the median of `TRIES`, the lower of the middle two."""
    first = Compared(name, ratio(measure, say), was, margin)
    if not first.is_slower:
        return first
    more = [ratio(measure, say) for _ in range(TRIES - 1)]
    return first._replace(ratio=statistics.median_low([first.ratio, *more]))


def verdict(each: Compared) -> str:
    change = each.ratio / each.was - 1
    said = f"{each.name:10} {each.ratio:8.3f} times the yardstick, was {each.was:8.3f} ({change:+.0%})"
    if each.is_slower:
        return f"{said}  SLOWER than the {each.margin:.0%} allowed: find out why, or `python -m bench.check --write`"
    if each.is_faster:
        return f"{said}  much faster: `python -m bench.check --write` keeps it so"
    return said


def check(measures: Mapping[str, Measure], baseline: Mapping[str, float], say: Say, progress: Say) -> bool:
    """Whether nothing is slower. Says so of each measure."""
    fine = True
    for name, measure in measures.items():
        if name not in baseline:
            say(f"{name:10} is not in {BASELINE.name}: `python -m bench.check --write {name}` puts it there")
            fine = False
            continue
        found = compared(name, measure, baseline[name], say=progress)
        say(verdict(found))
        fine = fine and not found.is_slower
    return fine


def write(measures: Mapping[str, Measure], baseline: Mapping[str, float], say: Say, progress: Say) -> None:
    """The median of `TRIES` times."""
    found = dict(baseline)
    for name, measure in measures.items():
        found[name] = round(statistics.median(ratio(measure, progress) for _ in range(TRIES)), 3)
        say(f"{name:10} {found[name]:8.3f} times the yardstick: {measure.what}")
    kept = {name: found[name] for name in MEASURES if name in found}
    BASELINE.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", choices=[[], *MEASURES], help="which measures; all where none is named")
    options.add_argument("--write", action="store_true", help="make what is measured now the baseline")
    asked = options.parse_args()
    chosen = {name: MEASURES[name] for name in asked.names or MEASURES}
    baseline = json.loads(BASELINE.read_text("utf-8")) if BASELINE.exists() else {}
    began = time.monotonic()
    if asked.write:
        write(chosen, baseline, _say, _progress)
        return 0
    fine = check(chosen, baseline, _say, _progress)
    _say(f"{'as fast as it was' if fine else 'NOT as fast as it was'}, measured in {time.monotonic() - began:.0f} s")
    return 0 if fine else 1


def _say(line: str) -> None:
    print(f"\r{line}" if sys.stderr.isatty() else line, flush=True)


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{line}   ", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    clean_up_on_term()
    sys.exit(main())
