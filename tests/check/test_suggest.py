"""Which name was meant."""

from __future__ import annotations

import pytest

from policyd.check.facts import FACTS, SYNONYMS, TEXT_FACTS, TIER
from policyd.check.figure_facts import FIGURES
from policyd.check.suggest import closest, fact_meant
from policyd.check.values import ENUM_OF


@pytest.mark.parametrize(
    ("name", "candidates", "meant"),
    [
        ("conduc", ["conduct", "ads"], "conduct"),
        ("Conduct", ["conduct"], "conduct"),
        ("nigth", ["night", "light"], "night"),
        ("gambling", ["gambling_words", "ads"], "gambling_words"),
        ("广告语", ["广告词", "赌博词"], "广告词"),
        ("夜晚", ["夜间", "上课"], "夜间"),
        ("夜", ["夜间"], "夜间"),
        ("夜", ["上课"], None),
        ("ad", ["ads", "id"], "ads"),
        ("ad", ["it"], None),
        ("flood", ["welcome"], None),
        ("abcdef", ["uvwxyz"], None),
        ("", ["x"], None),
        ("x" * 5000, ["x" * 4999], None),
    ],
)
def test_closest(name: str, candidates: list[str], meant: str | None) -> None:
    assert closest(name, candidates) == meant


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("message.lenght", "message.length"),
        ("mesage.text", "message.text"),
        ("message.content", "message.text"),
        ("msg.content", "message.text"),
        ("user.nickname", "member.name"),
        ("sender.role", "member.role"),
        ("chat.title", "group.name"),
        ("images", "message.images"),
        ("member.course", None),
        ("weather.tomorrow", None),
        ("", None),
        (".", None),
    ],
)
def test_fact_meant(name: str, meant: str | None) -> None:
    assert fact_meant(name) == meant


def test_synonyms_mean_something_and_hide_nothing() -> None:
    figures = {f"{name}({days}d)" for name, info in FIGURES.items() for days in info.days}
    known = {*FACTS, *TEXT_FACTS, *ENUM_OF, "request.answer", TIER, *figures}
    assert {meant for meant in SYNONYMS.values() if meant not in known} == set()
    assert {name for name in SYNONYMS if name in FACTS or name in ENUM_OF} == set()
