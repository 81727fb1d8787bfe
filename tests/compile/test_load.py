"""The program as a whole: shared by threads, bounded in what it remembers, deaf to the order of declarations."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from policyd.check import resolved as r
from policyd.check.load import load_texts
from policyd.compile import load
from policyd.compile.load import compile_policies
from policyd.language.types import BOOL
from policyd.model.event import Event, Group
from policyd.model.state import Observed
from tests.compile import trees as t

_NIGHT = r.Hours("p.night", "Europe/Berlin", (r.HoursWindow(tuple(range(7)), None, 22 * 60, 32 * 60),))
_HOUR = 3_600_000


def _policies() -> r.PolicySet:
    return t.one(
        t.rule("hour", t.compare(t.fact("now.hour"), ">", 11)),
        t.rule("night", r.InHours(t.fact("now"), "p.night", False, BOOL)),
        t.rule("words", t.matches("bad")),
        zone="Europe/Berlin",
        scope=r.Scope("id", tuple(f"g{number}" for number in range(0, 100, 2))),
        hours=(_NIGHT,),
        lexicons=(t.lexicon("bad", "网赌"),),
    )


def _case(number: int) -> tuple[Event, Observed]:
    text = "网 赌" if number % 3 == 0 else "大家好"
    return t.message(text, group=Group(f"g{number % 100}")), Observed(now=1_772_452_800_000 + number // 7 % 24 * _HOUR)


def test_threads_share_a_program() -> None:
    """Caches of one thread never show in the answers of another."""

    def names(program: load.CompiledProgram, number: int) -> list[str]:
        event, observed = _case(number)
        return [one.rule.name for one in program.decide(program.prepare(event), observed).fired]

    numbers = list(range(2400))
    random.Random(1).shuffle(numbers)
    alone = [names(compile_policies(_policies()), number) for number in range(0, 2400, 16)]
    shared = compile_policies(_policies())
    with ThreadPoolExecutor(8) as pool:
        answers = dict(zip(numbers, pool.map(lambda number: names(shared, number), numbers), strict=True))
    assert [answers[number] for number in range(0, 2400, 16)] == alone
    assert {len(answer) for answer in answers.values()} >= {0, 1, 2, 3}


def test_remembers_no_more_groups_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "_REMEMBERED", 10)
    program = compile_policies(_policies())
    for number in range(200):
        event, _ = _case(number)
        assert len(program.prepare(event).route.policies) == (number % 2 == 0)
        assert len(program._blanks) <= 10


_PARTS = [
    'lexicon bad { words "网赌" }',
    "ladder conduct { at 1 warn \"一\" at 2 mute 1h }",
    "limit flood { at most 2 messages by member within 10s then delete }",
    "rule a { when message.text matches bad then delete, strike conduct }",
    "rule b { when long and now in night then hold }",
    "let long = message.length > 5",
    "hours night { every day 22:00-08:00 }",
    "exempt staff { when member.role == admin from a, flood }",
]  # fmt: skip


def test_order_never_matters() -> None:
    """Law L7, and that declarations may stand in any order and file."""
    answers = set()
    for seed in range(6):
        parts = random.Random(seed).sample(_PARTS, len(_PARTS))
        texts = {"p.policy": 'policy p { for every group timezone "UTC" }\n' + "\n".join(parts[:4])}
        texts["more.policy"] = "\n".join(parts[4:])
        policies, found = load_texts(texts)
        assert policies is not None, found[0].message()
        program = compile_policies(policies)
        prepared = program.prepare(t.message("我来聊一聊网赌"))
        outcome = program.decide(prepared, Observed(now=23 * _HOUR, counts=(3,)))
        blind = program.decide(prepared, None)
        answers.add(
            (
                prepared.windows,
                tuple(one.rule.name for one in outcome.fired),
                tuple(one.rule.name for one in blind.fired),
                tuple(rule.name for rule in blind.unasked),
            )
        )
    assert [answer[1:] for answer in answers] == [(("p.a", "p.b", "p.flood"), ("p.a",), ("p.b", "p.flood"))]
