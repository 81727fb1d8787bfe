"""What a decision costs once the store has answered, and what preparing an event costs, by the number of rules, and by
that of duties and reviews, of members of whom nothing is filed and of one who owes some."""

from __future__ import annotations

from functools import cache

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.policy_texts import policy
from policyd.check.load import load_texts
from policyd.compile.load import CompiledProgram, compile_policies
from policyd.model.event import Event, Group, Member, Message
from policyd.model.records import STAMP, MemberFile, OpenDuty, pack
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
    observed = Observed(now=_EVENING, counts=(1,) * len(prepared.windows), strikes=(0,) * len(prepared.route.ladders))
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


DUTIES = (0, 1, 20)
_DUTY = """
duty o{number} {{ on join  within 24h  until message where message.length >= {number}  late then warn "!" }}
review a{number} {{ when message.images > {number}  pending then hold }}
"""


@cache
def with_duties(duties: int) -> CompiledProgram:
    written = policy(10) + "".join(_DUTY.format(number=number) for number in range(duties))
    policies, found = load_texts({"group.policy": written})
    assert policies is not None, found[0].message()
    return compile_policies(policies)


@pytest.mark.parametrize("filed", [False, True], ids=["nothing", "owes"])
@pytest.mark.parametrize("duties", DUTIES)
def bench_decide_with_duties(benchmark: BenchmarkFixture, duties: int, filed: bool) -> None:
    """Ten other rules; the member owes the first duty, or nothing."""
    compiled = with_duties(duties)
    prepared = compiled.prepare(event(_CLEAN))
    owed = MemberFile({"measured.o0": [OpenDuty("e0", _EVENING, _EVENING)]})
    record = bytes(STAMP) + pack(owed) if filed else b""
    observed = Observed(
        now=_EVENING,
        counts=(1,) * len(prepared.windows),
        strikes=(0,) * len(prepared.route.ladders),
        records=(record,) * len(prepared.records),
    )
    fired = benchmark(compiled.decide, prepared, observed).fired
    assert [one.rule.name for one in fired] == (["measured.o0.done"] if filed and duties else [])


@pytest.mark.parametrize("duties", DUTIES)
def bench_prepare_with_duties(benchmark: BenchmarkFixture, duties: int) -> None:
    benchmark(with_duties(duties).prepare, event(_CLEAN))
