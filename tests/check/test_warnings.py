"""Where warnings begin and end: the cases on both sides of each line."""

from __future__ import annotations

import pytest

from policyd.check.load import load_texts
from tests.check.reading import HEADER, codes

LADDER = "ladder c { forget after 30d  together within 10m  at 1 warn \"a\"  at 2 mute 1h }\n"


def idle_limits(*limits: str) -> list[str]:
    text = "\n".join(f"limit l{place} {{ at most {limit} }}" for place, limit in enumerate(limits))
    _, found = load_texts({"p.policy": HEADER + LADDER + text + "\nrule s { when message.links > 0  then strike c }"})
    assert {diagnostic.code for diagnostic in found} <= {"W401"}
    return [diagnostic.span.source.line(diagnostic.span.line).split()[1] for diagnostic in found]


@pytest.mark.parametrize(
    ("first", "second", "idle"),
    [
        ("5 messages by member within 1m then delete", "6 messages by member within 1m then delete", ["l1"]),
        ("6 messages by member within 1m then delete", "5 messages by member within 1m then delete", ["l0"]),
        ("5 messages by member within 1m then delete", "5 messages by member within 1m then delete", ["l1"]),
        ("5 messages by member within 1m then delete", "5 messages by member within 2m then delete", ["l0"]),
        ("5 messages by member within 1m then delete", "6 messages by member within 2m then delete", []),
        ("5 messages by member within 1m then delete", "6 messages by group within 1m then delete", []),
        ("5 messages by member within 1m then delete", "6 edits by member within 1m then delete", []),
        ("5 messages by member within 1m then delete", "6 messages by member within 1m then hold", ["l1"]),
        ("5 messages by member within 1m then hold", "6 messages by member within 1m then delete", []),
        ("5 messages by member within 1m then delete", "6 messages by member within 1m then delete, strike c", []),
        ("5 messages by member within 1m then mute 1h", "6 messages by member within 1m then mute 2h", []),
        ("5 messages by member within 1m unless member.role == admin then delete",
         "6 messages by member within 1m then delete", []),
        ("5 messages by member within 1m where message.links > 0 then delete",
         "6 messages by member within 1m then delete", []),
    ],
)  # fmt: skip
def test_limits_that_add_nothing(first: str, second: str, idle: list[str]) -> None:
    assert idle_limits(first, second) == idle


@pytest.mark.parametrize(
    ("steps", "strikes", "skipped"),
    [
        ((1, 2, 3), (1,), []),
        ((1, 2, 3), (2,), ["at 1"]),
        ((1, 2, 3), (3,), ["at 1", "at 2"]),
        ((1, 2, 3), (3, 1), []),
        ((1, 4), (3,), []),
        ((2, 3), (2,), []),
    ],
)
def test_steps_that_never_run(steps: tuple[int, ...], strikes: tuple[int, ...], skipped: list[str]) -> None:
    ladder = " ".join(f"at {at} mute {at}h" for at in steps)
    rules = "\n".join(f"rule r{n} {{ when message.links > {n}  then strike c {n} times }}" for n in strikes)
    found = codes(f"ladder c {{ forget after 30d  {ladder} }}\n{rules}")
    assert {code for code, _ in found} <= {"W321"}
    assert [" ".join(text.split()[:2]) for _, text in found] == skipped


@pytest.mark.parametrize(
    ("condition", "rare"),
    [
        ("member.age < 3d", 1),
        ("member.age default 0s < 3d", 0),
        ("known(member.age) and member.age < 3d", 0),
        ("message.links > 0 and now - member.joined < 3d", 1),
        ("new", 1),
        ("member.role == admin", 0),
    ],
)
def test_facts_that_are_rarely_known(condition: str, rare: int) -> None:
    text = f"let new = member.age < 1d\nrule r {{ when {condition}  then flag }}\nrule s {{ when new  then flag }}"
    found = [code for code, _ in codes(text) if code == "W304"]
    assert len(found) == (2 if "joined" in condition else 1)
    alone = [code for code, _ in codes(f"rule r {{ when {condition}  then flag }}") if code == "W304"]
    assert len(alone) == (rare if condition != "new" else 0)


@pytest.mark.parametrize(
    ("actions", "weaker"),
    [
        ('warn "x", mute 1h', ['warn "x"']),
        ('delete, warn "x"', []),
        ("hold, delete, flag", ["hold", "flag"]),
        ("mute 1h, mute 2h", []),
        ('reply "x", notify owner "y", delete', []),
        ('call out "x", warn "y"', ['warn "y"']),
    ],
)
def test_actions_that_never_happen(actions: str, weaker: list[str]) -> None:
    found = codes(f"rule r {{ when message.links > 0  then {actions} }}")
    assert found == [("W302", text) for text in weaker]


def test_only_the_first_of_many_doubtful_words_are_shown() -> None:
    words = ", ".join(f'"{chr(0x4E00 + place)}"' for place in range(9))
    rule = "rule r { when message.text matches l  then flag }"
    _, found = load_texts({"p.policy": f"{HEADER}lexicon l {{ words {words} }}\n{rule}"})
    assert [diagnostic.code for diagnostic in found] == ["W522"] * 5
    assert "4 more" in found[-1].message() and "more" not in found[0].message()
