"""How fast a policy set decides on this machine: events in memory, from their bytes to those of the answer."""

from __future__ import annotations

import gc
import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from policyd.check.resolved import PolicySet, Scope
from policyd.compile.program import Program
from policyd.engine.embedded import Embedded
from policyd.model.codec import encode
from policyd.model.problem import EventError

ROUND: Final = 500
"""Events between two looks at the clock."""
_PHRASES: Final = (
    "今天的作业在哪里交", "老师好,第三章的例题没有看懂", "收到,谢谢", "晚上一起讨论项目吗", "资料已经放在群文件里了",
    "请问明天几点上课?", "ok", "see you tomorrow at 10", "周末有人一起跑步吗", "图片看不清,能再发一次吗",
    "这个问题我也遇到过,重启一下就好了", "hello everyone", "附件见 https://example.com/notes", "哈哈哈", "12345",
)  # fmt: skip


class Throughput(Struct, frozen=True):
    """`per_second`: the median of the rounds. Microseconds of single events. `refused`: events that had a problem."""

    policy: str
    events: int
    per_second: int
    median_us: float
    p99_us: float
    refused: int


def measure(
    program: Program, events: Sequence[dict[str, Any]], seconds: float, say: Callable[[float], None]
) -> Throughput:
    """Decides the events over and over, each time with an id and a member of their own, for so long. `say` is told
    which part is done."""
    engine = Embedded(program)
    fresh = _fresh(events)
    rates: list[float] = []
    took: list[float] = []
    refused = 0
    gc.freeze()
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds or len(rates) < 3:
        say(min(1.0, passed / seconds))
        bodies = [next(fresh) for _ in range(ROUND)]
        started = time.perf_counter()
        refused += sum(_decide(engine, body, took) for body in bodies)
        rates.append(ROUND / (time.perf_counter() - started))
    warm = took[ROUND:]
    return Throughput(
        program.revision, len(took), round(statistics.median(rates[1:])), round(statistics.median(warm) * 1e6, 1),
        round(sorted(warm)[len(warm) * 99 // 100] * 1e6, 1), refused,
    )  # fmt: skip


def _decide(engine: Embedded, body: bytes, took: list[float]) -> bool:
    """Whether it was refused."""
    started = time.perf_counter()
    try:
        encode(engine.evaluate(body))
        return False
    except EventError:
        return True
    finally:
        took.append(time.perf_counter() - started)


def _fresh(events: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    for number, event in zip(itertools.count(), itertools.cycle(events)):
        told = {**event, "id": f"bench-{number}"}
        if isinstance(member := told.get("member"), dict):
            told["member"] = {**member, "id": f"{member.get('id')}-{number}"}
        if isinstance(message := told.get("message"), dict):
            told["message"] = {**message, "id": f"m{number}"}
        yield msgspec.json.encode(told)


def usual_messages(policies: PolicySet) -> list[dict[str, Any]]:
    """Ordinary messages at noon in a group of each policy, where no events are given."""
    zone = policies.policies[0].zone if policies.policies else "UTC"
    noon = datetime.now(ZoneInfo(zone)).replace(hour=12, minute=0, second=0, microsecond=0).isoformat()
    groups = [_group(policy.scope, place) for place, policy in enumerate(policies.policies)] or [{"id": "g"}]
    return [
        {
            "kind": "message", "time": noon, "group": group, "member": {"id": "u", "name": "小明", "role": "member"},
            "message": {"text": text, "images": 0},
        }
        for text in _PHRASES
        for group in groups
    ]  # fmt: skip


def _group(scope: Scope, place: int) -> dict[str, Any]:
    if scope.by == "id":
        return {"id": scope.values[0], "size": 100}
    return {"id": f"g{place}", "size": 100, "tags": list(scope.values[:1])}
