"""The long search: `python -m tests.equivalence.run --pairs 1000000 --workers 4`.

Prints how far it is, and at the end how many pairs reached what. Differences are written to `cases/`, made small.
"""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from multiprocessing import get_context

from tests.equivalence.cases import write
from tests.equivalence.search import SEQUENCES, WITH_STANDING, WITH_WORKFLOWS, Findings, search

SHOWN_EVERY = 5.0
"""Seconds between two lines of progress."""


def main() -> int:
    """Exit code 0 where the evaluators agree on every pair, else 1."""
    options = argparse.ArgumentParser(description="hold the reference and the compiled evaluator against each other")
    options.add_argument("--pairs", type=int, default=20_000)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--seed", type=int, default=0, help="of the first policy set")
    options.add_argument("--most-cases", type=int, default=5, help="stop after so many differences")
    options.add_argument("--workflows", type=float, default=WITH_WORKFLOWS, help="share of policies that have them")
    options.add_argument("--standing", type=float, default=WITH_STANDING, help="share of these that have standing")
    asked = options.parse_args()
    started = time.monotonic()
    found = Findings()
    seeds = range(asked.seed, asked.seed + -(-asked.pairs // SEQUENCES))
    shown = started
    with get_context("spawn").Pool(asked.workers) as workers:
        for findings in workers.imap_unordered(
            partial(search, share=asked.workflows, standing=asked.standing), seeds, chunksize=8
        ):
            found.add(findings)
            for case in findings.cases:
                print(f"{write(case).name}: {case.difference[:300]}", file=sys.stderr)
            if time.monotonic() - shown > SHOWN_EVERY:
                shown = time.monotonic()
                rate = found.pairs / (shown - started)
                print(f"{found.pairs:,} pairs, {rate:,.0f} a second, {len(found.cases)} differ", file=sys.stderr)
            if len(found.cases) >= asked.most_cases:
                workers.terminate()
                break
    print(summary(found, time.monotonic() - started))
    return 1 if found.cases else 0


def summary(found: Findings, seconds: float) -> str:
    lines = [f"{found.pairs:,} pairs in {seconds:,.0f} s, {len(found.cases)} differ"]
    for case in found.cases:
        lines += [f"  {case.difference[:300]}"]
    lines.append("share of pairs with at least one:")
    lines += _shares(found.reached, found.pairs)
    lines.append(f"and of {found.sampled:,} pairs looked at closely:")
    lines += _shares(found.sampled_reach, found.sampled)
    return "\n".join(lines)


def _shares(reached: dict[str, int], of: int) -> list[str]:
    return [f"  {count / max(of, 1):7.2%}  {name}" for name, count in sorted(reached.items(), key=lambda one: -one[1])]


if __name__ == "__main__":
    sys.exit(main())
