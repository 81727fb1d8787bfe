"""`policyd bench`: what it measures, what it says, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policyd.check.load import load
from policyd.cli import exits
from policyd.cli.throughput import measure, usual_messages
from policyd.compile.load import compile_policies
from policyd.engine.embedded import Embedded
from tests.cli.conftest import Run

QUICK = ("--seconds", "0.1")


def test_it_says_how_fast_and_is_content(run: Run) -> None:
    ran = run("bench", *QUICK, "--min-rps", "1", "--format", "json")
    assert ran.code == exits.FINE
    found = json.loads(ran.out)
    assert found["events"] >= 1500 and found["refused"] == 0
    assert 0 < found["median_us"] <= found["p99_us"] and found["per_second"] > 0
    shown = run("bench", *QUICK)
    assert "events a second on one core" in shown.out and "refused" in shown.err


def test_too_slow_has_an_exit_code_of_its_own(run: Run) -> None:
    ran = run("bench", *QUICK, "--min-rps", "100000000")
    assert ran.code == exits.TOO_SLOW
    assert "fewer than the 100,000,000 that --min-rps asks for" in ran.err


FILES = {
    "no JSON": ("{", "jsonl:1 is no JSON object"),
    "no object": ("[1]", "jsonl:1 is no JSON object"),
    "no event": ('\n{"kind": "message"}', "jsonl:2 is no event at /group"),
    "nothing": ("\n\n", "has no events"),
}


@pytest.mark.parametrize(("written", "says"), FILES.values(), ids=FILES)
def test_files_without_events_are_refused(run: Run, tmp_path: Path, written: str, says: str) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text(written, "utf-8")
    ran = run("bench", *QUICK, "--events", file)
    assert ran.code == exits.USAGE and says in ran.err


def test_every_event_is_decided_afresh(folder: Path) -> None:
    """No repeats, which would be cheap, and no windows that fill up; what cannot be an event is counted."""
    policies, _ = load(folder)
    assert policies is not None
    program = compile_policies(policies)
    decided: list[object] = []

    class Watched(Embedded):
        def evaluate(self, event: object, *, explain: bool = False) -> object:  # type: ignore[override]
            decision = super().evaluate(event, explain=explain)  # type: ignore[arg-type]
            decided.append(decision)
            return decision

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("policyd.cli.throughput.Embedded", Watched)
        found = measure(program, [*usual_messages(policies), {"kind": "nothing"}], 0.05, lambda part: None)
    assert len(decided) + found.refused == found.events and found.refused > 0
    assert len({decision.event for decision in decided}) == len(decided)  # type: ignore[attr-defined]
    assert not any(decision.replayed or decision.actions for decision in decided)  # type: ignore[attr-defined]
