"""What it costs to load policies: parse, check, compile, by the number of rules; and 50 rules with 50,000 words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.policy_texts import policy, policy_with_words
from policyd.check.load import load_texts
from policyd.check.resolved import PolicySet
from policyd.compile.load import compile_policies
from policyd.language.parse import parse
from policyd.language.source import Source

SIZES = (10, 50, 1_000, 10_000)


def _measure(benchmark: BenchmarkFixture, what: Callable[[], Any], rounds: int) -> Any:
    return benchmark.pedantic(what, rounds=rounds)  # type: ignore[no-untyped-call]


def _rounds(rules: int) -> int:
    return max(1, min(20, 2_000 // rules))


def _loaded(texts: dict[str, str], words: dict[str, str]) -> PolicySet:
    policies, found = load_texts(texts, words)
    assert policies is not None, found[0].message()
    return policies


@pytest.mark.parametrize("rules", SIZES)
def bench_parse(benchmark: BenchmarkFixture, rules: int) -> None:
    text = policy(rules)
    _, found = _measure(benchmark, lambda: parse(Source("group.policy", text)), _rounds(rules))
    assert not found


@pytest.mark.parametrize("rules", SIZES)
def bench_parse_and_check(benchmark: BenchmarkFixture, rules: int) -> None:
    texts = {"group.policy": policy(rules)}
    _measure(benchmark, lambda: _loaded(texts, {}), _rounds(rules))


@pytest.mark.parametrize("rules", SIZES)
def bench_compile(benchmark: BenchmarkFixture, rules: int) -> None:
    policies = _loaded({"group.policy": policy(rules)}, {})
    _measure(benchmark, lambda: compile_policies(policies), _rounds(rules))


def bench_from_scratch_with_words(benchmark: BenchmarkFixture) -> None:
    """50 rules and 50,000 words: parse, check and compile."""
    texts, words = policy_with_words(50, 50_000)
    _measure(benchmark, lambda: compile_policies(_loaded(texts, words)), 5)
