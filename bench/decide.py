"""What a decision costs once the store has answered, and what preparing an event costs, by the number of rules."""

from __future__ import annotations

from functools import cache

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.policy_texts import policy
from policyd.check.load import load_texts
from policyd.compile.load import CompiledProgram, compile_policies
from policyd.model.event import Event, Group, Member, Message
from policyd.model.state import Observed

SIZES = (10, 50, 1_000, 10_000)
_CLEAN = "大家好,今天晚上八点开始直播课程,请准时参加,记得带上笔记本"
_BAD = f"{_CLEAN},坏词5号"
_EVENING = 1_772_452_800_000


@cache
def program(rules: int) -> CompiledProgram:
    policies, found = load_texts({"group.policy": policy(rules)})
    assert policies is not None, found[0].message()
    return compile_policies(policies)


def event(text: str) -> Event:
    message = Message(id="m1", text=text, images=0, videos=(), forwarded=False)
    member = Member("u1", name="小明", role="member", joined=_EVENING - 10 * 86_400_000)
    return Event(id="e1", kind="message", group=Group("g1", size=100), member=member, message=message)


def _decide(benchmark: BenchmarkFixture, rules: int, text: str) -> int:
    compiled = program(rules)
    prepared = compiled.prepare(event(text))
    observed = Observed(now=_EVENING, counts=(1,) * len(prepared.windows), strikes=(0,) * len(prepared.ladders))
    return len(benchmark(compiled.decide, prepared, observed).fired)


@pytest.mark.parametrize("rules", SIZES)
def bench_decide_clean(benchmark: BenchmarkFixture, rules: int) -> None:
    """Words matched beforehand; half of the rules are on words, a tenth on requests, the others are looked at."""
    assert _decide(benchmark, rules, _CLEAN) == 0


@pytest.mark.parametrize("rules", SIZES)
def bench_decide_one_word(benchmark: BenchmarkFixture, rules: int) -> None:
    assert _decide(benchmark, rules, _BAD) == 1


@pytest.mark.parametrize("rules", SIZES)
def bench_prepare_clean(benchmark: BenchmarkFixture, rules: int) -> None:
    """Matching the text, and saying what must be observed."""
    benchmark(program(rules).prepare, event(_CLEAN))


def bench_decide_without_store(benchmark: BenchmarkFixture) -> None:
    compiled = program(50)
    benchmark(compiled.decide, compiled.prepare(event(_CLEAN)), None)
