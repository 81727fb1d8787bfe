"""What `make bench-check` measures: each beside a yardstick of the same run, so that machines and busy hours compare.

Inputs are made here and are the same on every machine, whatever lies beside the repository. Times are of the
processor, so that what else runs counts little.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count, cycle
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import msgspec

from bench.http import load as load_server
from bench.http import running
from bench.peers import CLEAN, event, policyd
from bench.policy_texts import policy, policy_with_words
from policyd.check.load import load_texts
from policyd.compile.load import CompiledProgram, compile_policies
from policyd.engine.embedded import Embedded
from policyd.model.codec import encode
from policyd.text.matcher import Matcher

NOON: Final = "2026-03-02T12:00:00+08:00"
WORDS: Final = 20_000
_PHRASES: Final = (
    "今天的作业在哪里交", "老师好", "第三章的例题没有看懂", "晚上一起讨论项目吗", "收到", "谢谢大家", "hello everyone",
    "请问明天几点上课", "资料已经放在群文件里了", "ok", "周末有人一起跑步吗", "这个问题我也遇到过,重启一下就好了",
    "see you tomorrow at 10", "哈哈哈", "图片看不清,能再发一次吗", "12345", "附件见 https://example.com/notes",
)  # fmt: skip

Timed = Callable[[], float]
"""Does a fixed amount of work; seconds of processor time for it."""


class Pair(NamedTuple):
    """The work that is measured, and the yardstick."""

    work: Timed
    yardstick: Timed


class Measure(NamedTuple):
    """`what` is said of it; `rounds`: how often both take turns."""

    what: str
    rounds: int
    prepared: Callable[[], Any]
    """A context manager that gives the `Pair`."""


def texts(number: int) -> list[str]:
    """Messages of one to four phrases."""
    chance = Random(number)
    return ["。".join(chance.choices(_PHRASES, k=chance.choice((1, 1, 2, 2, 4)))) for _ in range(number)]


def timed(work: Callable[[], object]) -> Timed:
    def one() -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    return one


def plain_python() -> Timed:
    """Small dictionaries, attributes, calls and comparisons: what decisions and trees are made of."""

    class Thing(msgspec.Struct):
        number: int
        name: str

    def work() -> None:
        found: dict[str, int] = {}
        for number in range(4_000):
            thing = Thing(number, f"n{number % 50}")
            found[thing.name] = found.get(thing.name, 0) + (thing.number > 10 and thing.number % 3 == 0)

    return timed(work)


def scattered_python() -> Timed:
    """Look-ups all over a large table, and JSON: what waits for memory, as searching and keeping state do."""
    table: dict[str, Any] = {f"key {number}": [number, str(number)] for number in range(200_000)}
    keys = list(table)
    Random(5).shuffle(keys)
    places, read = cycle(range(0, len(keys), 2_000)), msgspec.json.Decoder().decode
    body = json.dumps({"id": "e1", "group": {"id": "g1"}, "message": {"text": _PHRASES[2]}}).encode()

    def work() -> None:
        begin = next(places)
        found = 0
        for key in keys[begin : begin + 2_000]:
            number, shown = table[key]
            found += len(shown) + number % 3
        for _ in range(200):
            read(body)

    return timed(work)


# ---------------------------------------------------------------- measures


def compiled(written: dict[str, str], files: dict[str, str] | None = None) -> CompiledProgram:
    policies, found = load_texts(written, files) if files else load_texts(written)
    assert policies is not None, found[0].message()
    return compile_policies(policies)


@contextmanager
def deciding() -> Iterator[Pair]:
    decide, message = policyd(), event("x" * 20, CLEAN)

    def work() -> None:
        for _ in range(2_000):
            decide(message)

    yield Pair(timed(work), plain_python())


@contextmanager
def matching() -> Iterator[Pair]:
    program = compiled(*policy_with_words(2, WORDS))
    search = Matcher.build(list(program.policy_set.lexicons.values())).search
    said = texts(600)

    def work() -> None:
        for text in said:
            search(text)

    yield Pair(timed(work), scattered_python())


@contextmanager
def language() -> Iterator[Pair]:
    written = {"group.policy": policy(100)}
    yield Pair(timed(lambda: compiled(written)), scattered_python())


@contextmanager
def engine() -> Iterator[Pair]:
    decider = Embedded(compiled(*policy_with_words(50, WORDS)))
    numbers, said = count(), cycle(texts(1000))

    def message() -> bytes:
        number = next(numbers)
        return json.dumps({
            "id": f"e{number}", "kind": "message", "time": NOON, "group": {"id": f"g{number % 20}", "size": 100},
            "member": {"id": f"u{number}", "name": "小明", "role": "member"},
            "message": {"id": f"m{number}", "text": next(said), "images": 0},
        }).encode()  # fmt: skip

    def work() -> float:
        bodies = [message() for _ in range(500)]
        return timed(lambda: [encode(decider.evaluate(body)) for body in bodies])()

    yield Pair(work, scattered_python())


@contextmanager
def service() -> Iterator[Pair]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="policyd-bench-")))
        policies = folder / "policies"
        policies.mkdir()
        (policies / "group.policy").write_text(policy(50), "utf-8")
        ours, echo = (stack.enter_context(running(name, folder, policies)) for name in ("memory", "echo"))

        def seconds(server: Any) -> Timed:
            return lambda: load_server(server, 4_000, 64, 1)["cpu_us"] / 1e6

        yield Pair(seconds(ours), seconds(echo))


MEASURES: Final = {
    "decide": Measure("20 rules on a clean message, to plain Python", 40, deciding),
    "match": Measure(f"clean messages against {WORDS:,} words, to scattered look-ups", 40, matching),
    "language": Measure("a policy of 100 rules from text to code, to scattered look-ups", 12, language),
    "engine": Measure("events from bytes to bytes in memory, to scattered look-ups", 40, engine),
    "service": Measure("requests to the service in memory, 64 connections, to an echo", 5, service),
}
