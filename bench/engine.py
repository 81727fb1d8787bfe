"""What the engine costs around `decide`: from the bytes of an event to those of its decision, on the in-memory store.

Run: `make bench-one FILE=bench/engine.py`. Each round evaluates `BATCH` events; figures are for the batch. In turns
with it the same events are read, searched for the list's words as they are written, and an answer is written, by the
libraries alone: no engine in Python could do less. What counts is printed: microseconds for an event, events a second,
and what the least would take of that.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count, cycle, islice
from typing import Any

import ahocorasick
import msgspec
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.community import HOUBB, community
from bench.data import present, words
from bench.load import texts
from policyd.check.load import load
from policyd.compile.load import compile_policies
from policyd.compile.program import Program
from policyd.engine.embedded import Embedded, finish
from policyd.engine.pipeline import Engine
from policyd.model.codec import decode, encode
from policyd.model.decision import Decision
from policyd.model.problem import EventError
from policyd.state.memory import MemoryStore

BATCH = 128
TURN = 64
NOW = datetime.now(UTC).isoformat(timespec="milliseconds")
OURS = "今天的作业在哪里交?"
_numbers = count()
_answer = {"event": "e", "policy": "sha256:", "verdict": "allow", "actions": [], "matches": []}


def message(text: str, number: int) -> bytes:
    """A message of a member of its own, so that no window fills up."""
    event = {
        "id": f"e{number}", "kind": "message", "time": NOW,
        "group": {"id": f"g{number % 20}", "tags": ["course"]},
        "member": {"id": f"u{number}", "name": "小明", "role": "member"},
        "message": {"id": f"m{number}", "text": text, "images": 0, "videos": [], "files": 0, "forwarded": False},
    }  # fmt: skip
    return json.dumps(event, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    policies, found = load(community(tmp_path_factory.mktemp("community")))
    assert policies is not None, found
    return compile_policies(policies)


@pytest.fixture
def engine(program: Program) -> Embedded:
    return Embedded(program)


@pytest.fixture(scope="module")
def least() -> Callable[[bytes], bytes]:
    """The yardstick."""
    automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
    for number, word in enumerate(words(HOUBB) if present() else ("网赌",)):
        automaton.add_word(word, number)
    automaton.make_automaton()
    read, write = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode

    def work(body: bytes) -> bytes:
        list(automaton.iter(read(body)["message"]["text"]))
        return write(_answer)

    return work


def _beside(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], work: Callable[[list[bytes]], Any],
    least: Callable[[bytes], bytes], said: Iterator[str], rounds: int = 60,
) -> None:  # fmt: skip
    """Runs both in turns on fresh events, and prints the medians of the rounds."""
    took: dict[str, list[float]] = {"engine": [], "least": []}

    def fresh() -> tuple[tuple[list[bytes]], dict[str, Any]]:
        bodies = [message(text, next(_numbers)) for text in islice(said, BATCH)]
        took["least"].append(_seconds(each(least), bodies))
        return (bodies,), {}

    benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda bodies: took["engine"].append(_seconds(work, bodies)), setup=fresh, rounds=rounds, warmup_rounds=5
    )
    ours, floor = (statistics.median(took[name]) / BATCH for name in ("engine", "least"))
    benchmark.extra_info.update(events=BATCH, per_second=round(1 / ours), of_least=round(floor / ours, 3))
    with capsys.disabled():
        print(f"\n{ours * 1e6:.1f} us, {1 / ours:.0f} a second, {floor / ours:.2f} of the least", end="")


def each(work: Callable[[bytes], Any]) -> Callable[[list[bytes]], list[Any]]:
    """Of work for one event: that for several, one after the other."""
    return lambda bodies: [work(body) for body in bodies]


def _seconds(work: Callable[[list[bytes]], Any], bodies: list[bytes]) -> float:
    started = time.perf_counter()
    work(bodies)
    return time.perf_counter() - started


def bench_decode(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], least: Callable[[bytes], bytes]
) -> None:
    """JSON to a checked event."""
    _beside(benchmark, capsys, each(decode), least, cycle([OURS]))


@pytest.mark.parametrize("which", ["real", "clean", "violation", "explained"])
def bench_evaluate(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], engine: Embedded,
    least: Callable[[bytes], bytes], which: str,
) -> None:  # fmt: skip
    """`real`: messages as they come in chats, a fifth with a word of the list; `violation`: a strike, a ladder step,
    two texts, a match."""
    said = {"real": cycle(texts()), "violation": cycle(["来玩网赌"])}.get(which, cycle([OURS]))
    explain = which == "explained"
    _beside(benchmark, capsys, each(lambda body: encode(engine.evaluate(body, explain=explain))), least, said)


def bench_evaluate_together(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], program: Program, least: Callable[[bytes], bytes]
) -> None:
    """The real messages, as many at a time as the service decides in a turn under load."""
    deciding = Engine(program, MemoryStore(virtual=True))

    def work(bodies: list[bytes]) -> None:
        for begin in range(0, len(bodies), TURN):
            told: list[bytes] = []
            asked = [(decode(body), "") for body in bodies[begin : begin + TURN]]
            finish(deciding.evaluate_many(asked, partial(_tell, told)))
            assert len(told) == len(asked)

    _beside(benchmark, capsys, work, least, cycle(texts()))


def _tell(told: list[bytes], place: int, decision: Decision | EventError) -> None:
    told.append(encode(decision))


def bench_repeat(benchmark: BenchmarkFixture, engine: Embedded) -> None:
    """The same event again: observed and decided as the first time."""
    bodies = [message(OURS, next(_numbers)) for _ in range(BATCH)]
    for body in bodies:
        engine.evaluate(body)
    benchmark.extra_info["events"] = BATCH

    def again() -> None:
        for body in bodies:
            engine.evaluate(body)

    benchmark.pedantic(again, rounds=60, warmup_rounds=5)  # type: ignore[no-untyped-call]
