"""Settings, what groups make of them, what they do without, and what applies in a group."""

from __future__ import annotations

import pytest

from policyd.check import resolved as r
from policyd.check.applies import AppliedPolicy, applies
from policyd.check.load import load_texts
from policyd.language.types import BOOL, DURATION, INT, NUMBER, ROLE, TEXT, Type, list_of
from tests.check.reading import checked, codes, policy


@pytest.mark.parametrize(
    ("written", "type", "value"),
    [
        ("300", INT, 300),
        ("-3", INT, -3),
        ("0.5", NUMBER, 0.5),
        ("15%", NUMBER, 0.15),
        ("5m", DURATION, 300_000),
        ('"x"', TEXT, "x"),
        ("true", BOOL, True),
        ("moderator", ROLE, "moderator"),
    ],
)
def test_a_setting_is_of_the_type_of_its_default(written: str, type: Type, value: object) -> None:
    found = policy(f"setting s = {written}\nrule r {{ when s == s  then flag }}")
    assert found.settings == (r.Setting("p.s", type, value),)  # type: ignore[arg-type]
    use = r.SettingValue("p.s", type)
    assert found.rules[0].when == r.Compare("==", use, use, BOOL)


@pytest.mark.parametrize(
    ("default", "own", "allowed"),
    [("3", "5", True), ("0.5", "1", True), ("3", "0.5", False), ("3", "5m", False), ('"x"', '"y"', True),
     ("owner", "admin", True), ("owner", "mon", False), ("true", "1", False), ("3", "[3]", False)],
)  # fmt: skip
def test_an_override_is_of_the_same_type(default: str, own: str, allowed: bool) -> None:
    text = f'setting s = {default}\ngroup "g" {{ s = {own} }}\nrule r {{ when s == s  then flag }}'
    found = {code for code, _ in codes(text)}
    assert found == (set() if allowed else {"C570"} if own.startswith("[") else {"C571"})


def test_a_limit_counts_far_enough_for_every_group() -> None:
    found = policy("""setting most = 5
        group "g1" { most = 3 }  group "g2", "g3" { most = 40 }
        limit flood { at most most messages by member within 10s  then delete }""")
    (counter,), (rule,) = found.counters, found.rules
    assert counter.cap == 41
    assert rule.when == r.Compare(">", r.CounterValue("p.flood", INT), r.SettingValue("p.most", INT), BOOL)
    assert found.settings[0].values == {"g1": 3, "g2": 40, "g3": 40}


@pytest.mark.parametrize("own", ["10000", "-1"])
def test_a_limit_is_bounded_in_every_group(own: str) -> None:
    limit = "limit l { at most most messages by member within 9s then flag }"
    text = f'setting most = 5\ngroup "g" {{ most = {own} }}\n{limit}'
    assert codes(text) == [("C406", "most")]


def test_a_counter_compared_with_a_setting_needs_no_bound_of_its_own() -> None:
    found = policy("""setting most = 7
        counter busy counts message by member within 1m
        rule r { when busy >= most  then flag }""")
    assert found.counters[0].cap == 8


WITHOUT = """group "g2", "g1" { without a, b }
    group "g1" { without d }
    group "g3" { without e }
    rule a { when message.links > 0  then flag }
    rule b { when message.links > 1  unless member.muted  then flag }
    duty d { on join  within 1d  until message  late then reply "x" }
    review e { when message.links > 5  exempt a  pending then hold }"""


def in_groups(*groups: str, negated: bool = False) -> r.InList:
    return r.InList(r.Fact("group.id", TEXT), r.Const(groups, list_of(TEXT)), negated, BOOL)


def test_what_a_group_does_without_is_silent_there() -> None:
    found = policy(WITHOUT)
    unless = {rule.name: rule.unless for rule in found.rules}
    assert unless == {
        "p.a": in_groups("g1", "g2"),
        "p.b": r.Or((r.Fact("member.muted", BOOL), in_groups("g1", "g2")), BOOL),
        "p.d.open": in_groups("g1"),
        "p.d.done": None,
        "p.d.late": None,
        "p.e": in_groups("g3"),
        "p.e.allowed": in_groups("g3"),
        "p.e.refused": in_groups("g3"),
    }
    (exempt,) = found.exempts
    assert isinstance(exempt.when, r.And) and exempt.when.items[-1] == in_groups("g3", negated=True)
    assert found.without == {
        "g1": {"p.a", "p.b", "p.d"}, "g2": {"p.a", "p.b"}, "g3": {"p.e"},
    }  # fmt: skip


def test_conditions_on_groups_are_not_called_doubtful() -> None:
    """What nobody has written is neither always nor never true."""
    text = 'group "g1" { without a }\nrule a { when message.links > 0  unless message.links > 9  then flag }'
    assert codes(text) == []


def test_what_applies_in_a_group() -> None:
    texts = {
        "a.policy": """policy a "甲" { for groups tagged "course" }
            setting longest = 300
            setting most = 5
            group "g7" { longest = 500  without long }
            rule long "太长" { when message.length > longest  then flag }
            rule many { when message.links > most  then flag }
            duty d { on join  within 1d  until message  late then reply "x" }""",
        "b.policy": 'policy b { for groups "g1" }\nrule r { when message.links > 0  then flag }',
    }
    policies, found = load_texts(texts)
    assert policies is not None and not found
    (applied,) = applies(policies, "g7", ["course"])
    assert [(setting.name, setting.value, setting.own) for setting in applied.settings] == [
        ("a.longest", 500, True), ("a.most", 5, False),
    ]  # fmt: skip
    assert [setting.place.text for setting in applied.settings] == ["longest = 500", "setting most = 5"]
    assert applied.applies == ("a.d", "a.many")
    assert [(each.name, each.title) for each in applied.without] == [("a.long", "太长")]
    assert names(applies(policies, "g1", ())) == ["b"]
    assert names(applies(policies, "g1", ("course",))) == ["a", "b"]
    assert applies(policies, "g9", ()) == ()


def names(applied: tuple[AppliedPolicy, ...]) -> list[str]:
    return [policy.name for policy in applied]


def test_a_library_says_what_groups_want_for_every_policy() -> None:
    library = 'setting most = 3\ngroup "g7" { most = 9 }\nrule r { when message.links > most  then flag }'
    policies = checked("", library=library)
    assert policies.policies[0].settings[0].values == {"g7": 9}
