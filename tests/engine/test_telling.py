"""The short way decides as the long one does, and is taken only where the long one would change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from policyd.check.resolved import PolicySet
from policyd.engine.acquaintance import Acquaintances
from policyd.engine.case import Case
from policyd.engine.conclude import conclude, resolved
from policyd.engine.course import course_of
from policyd.engine.embedded import finish
from policyd.engine.filing import file
from policyd.engine.observe import observe_for
from policyd.engine.reading import Reading
from policyd.engine.recording import record
from policyd.engine.sanctions import NOBODY
from policyd.engine.telling import only_tells, told
from policyd.model.event import Event
from tests.engine.scene import Scene, done

POLICY = """policy club { for every group  timezone "UTC" }
lexicon bad { words "spam" }
ladder conduct { at 1 warn "x" }
streak days { each day message }
rule a_flag "A" { on message, edit  when message.text contains "flag" or message.text matches bad  then flag }
rule b_flag { on message, edit  when message.text contains "both"  then flag }
rule c_said { on message  when message.text contains "said"  then notify owner "said" }
rule d_greet { on join  then reply "hi {member.name}", assign "new" }
rule e_named { on profile  when member.name == "Ming"  then notify owner "named", slow 1m  otherwise lock }
rule f_gone { on message  when message.text contains "gone"  then delete }
rule g_held { on message  when message.text contains "held"  then hold }
rule h_struck { on message  when message.text contains "struck"  then strike conduct }
rule i_once { on join  when member.role == moderator  then reply "once" once in 1h }
shadow rule j_dark { on message  when message.text contains "dark"  then delete, mute 1h }
shadow rule j_dim { on message  when message.text contains "dim"  then delete }
shadow rule j_grim { on message  when message.text contains "grim"  then strike conduct }
rule k_offer { on join  when member.role == admin  then propose remove }
"""
NOBODY_IS_MET = Acquaintances(PolicySet((), (), ""))
BEFORE = "hello"
"""Said before each event, so that the day's streak goes on already."""


def both_ways(club: Scene, event: Event) -> tuple[bool, Any, Any, list[str]]:
    """Whether the short way is taken, what either decides, and what the long one asks of the store."""
    program = club.engine.program
    prepared, reading = program.prepare(event), Reading(program.policy_set)
    ask = observe_for(prepared, "", program.revision)
    case = Case(ask, event, program, prepared, finish(club.store.observe(ask)))
    outcome = program.decide(prepared, case.observed)
    short = told(case, outcome, reading) if only_tells(case, outcome, reading) else None
    asked = len(club.store.calls)
    course = course_of(case, outcome, NOBODY, reading)
    course.settled = finish(record(club.store, course, ()))
    course.resolved = resolved(course, ())
    finish(file(club.store, course, NOBODY_IS_MET))
    return short is not None, short, conclude(course), club.store.calls[asked:]


@pytest.mark.parametrize(
    ("kind", "parts", "short"),
    [
        ("message", {"text": "fine"}, True),
        ("message", {"text": "a flag"}, True),
        ("message", {"text": "spam, both"}, True),
        ("edit", {"text": "flag both"}, True),
        ("message", {"text": "flag", "capabilities": ["notify"]}, True),
        ("message", {"text": "said"}, False),
        ("message", {"text": "said", "id": None}, True),
        ("message", {"text": "flag gone"}, False),
        ("message", {"text": "held"}, False),
        ("message", {"text": "struck"}, False),
        ("message", {"text": "dark"}, False),
        ("message", {"text": "dark", "id": None}, True),
        ("message", {"text": "dim"}, True),
        ("message", {"text": "dim flag"}, True),
        ("message", {"text": "dim gone"}, False),
        ("message", {"text": "grim"}, False),
        ("join", {}, True),
        ("join", {"capabilities": ["reply"]}, True),
        ("join", {"role": "moderator"}, False),
        ("join", {"role": "admin"}, False),
        ("profile", {}, True),
        ("profile", {"member": "u2", "role": "owner"}, True),
        ("request", {}, False),
        ("outcome", {"outcome": {"event": "e0", "action": "delete", "ok": True}}, True),
        ("outcome", {"outcome": {"event": "e0", "action": "delete", "ok": False}}, False),
    ],
)
def test_both_ways_decide_alike(kind: str, parts: dict[str, Any], short: bool) -> None:
    club = Scene(POLICY)
    club.says(BEFORE)
    club.tell(club.event("join"))
    event = club.event(kind, **parts)
    took, quick, slow, asked = both_ways(club, event)
    assert took is short
    if short:
        assert quick == slow
        assert not {"commit", "file"} & set(asked)


def test_several_rules_that_flag_are_one_flag_with_all_reasons() -> None:
    decision = Scene(POLICY).says("flag, both: spam")
    assert done(decision) == ["flag"]
    assert [because.rule for because in decision.actions[0].because] == ["club.a_flag", "club.b_flag"]
    assert [match.word for match in decision.matches] == ["spam"]


def test_what_changes_the_store_is_never_only_told() -> None:
    """The first message of the day continues the streak."""
    club = Scene(POLICY)
    took, _, _, asked = both_ways(club, club.event("message", "flag"))
    assert not took and "file" in asked
