"""L15, L16: where the store fails nothing is opened, and what that concerns is named; shadow rules open nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.equivalence.events import Failure
from tests.spec.community import ZONE, Community, brief, judges, says, ticket_of, ticks, told

Make = Callable[..., Community]
FAILS: tuple[Failure, ...] = ("observe", "commit", "file")


@pytest.mark.parametrize("fails", ["observe", "file"])
@pytest.mark.parametrize(
    ("rules", "actions", "names"),
    [
        ("rule r { then hold }", "hold", []),
        ("rule r { then propose remove }", "-", ["p.r"]),
        ("switch s { off after 1h } rule r { then set s } rule t { when s then flag }", "-", ["p.s"]),
        ("duty d { on message within 1h late then lock }", "-", ["p.d"]),
        ('rule r { then notify owner "x" digest 1h }', "-", []),
    ],
)
def test_nothing_is_kept(community: Make, fails: Failure, rules: str, actions: str, names: list[str]) -> None:
    room = community(rules)
    sent = says("u", "x", "20:00", id="e1", message="m")
    failed = room.does(sent, fails)
    assert (brief(failed), told(failed), failed.degraded) == (actions, "-", True)
    assert isinstance(failed.unasked, tuple)
    assert [name for name in failed.unasked if name != "p.t"] == names
    assert brief(room.does(ticks("22:00"))) == "-"
    again = room.does(replace(sent, time=(sent.time or 0) + 1000))
    assert not again.degraded
    assert brief(room.does(ticks("23:00"))) != "-" or again.tickets or "set" in rules


@pytest.mark.parametrize("fails", FAILS)
def test_what_a_brake_counts_is_not_done(community: Make, fails: Failure) -> None:
    header = f'policy p {{ for every group timezone "{ZONE}" brake at most 9 remove within 1h }}'
    room = community(files={"p.policy": header + 'rule r { then remove } rule w { then warn "w", delete }'})
    failed = room.does(says("u", "x"), fails)
    assert (brief(failed), failed.unasked) == ("delete", ("p.r",))


@pytest.mark.parametrize("fails", ["observe", "file"])
def test_a_verdict_is_given_again(community: Make, fails: Failure) -> None:
    room = community("rule r { then hold }")
    ticket = ticket_of(room.does(says("u", "x", message="m")))
    verdict = judges("approve", ticket, "20:01", id="v1")
    failed = room.does(verdict, fails)
    assert (brief(failed), failed.unasked) == ("-", ("verdict",))
    done = room.does(verdict)
    assert (brief(done), told(done)) == ("release", "hold approved")
    assert room.does(verdict).replayed


@pytest.mark.parametrize("fails", FAILS)
def test_strikes_count_once_whatever_fails(community: Make, fails: Failure) -> None:
    room = community('ladder l { at 1 warn "1" at 2 warn "2" } rule r { then strike l, hold }')
    sent = says("u", "x", "20:00", id="e1", message="m")
    failed = room.does(sent, fails)
    assert failed.degraded and told(failed) == "-"
    done = room.does(sent)
    assert (brief(done), told(done)) == ('hold, warn "1"', "hold open")
    assert room.strikes("u", "p.l", "20:01") == 1


@pytest.mark.parametrize(
    ("rules", "would"),
    [
        ("shadow rule r { then hold }", ("hold",)),
        ("shadow rule r { then propose remove, lock }", ("propose remove", "lock")),
        ("switch s { off after 1h } shadow rule r { then set s } rule t { when s then flag }", ("set s 1h",)),
        ('shadow rule r { then notify owner "x" digest 1h }', ("notify owner",)),
    ],
)
def test_shadow_rules_open_nothing(community: Make, rules: str, would: tuple[str, ...]) -> None:
    room = community(rules)
    first = room.does(says("u", "x", "20:00"))
    assert (brief(first), told(first)) == ("-", "-")
    assert [shadow.would for shadow in first.shadow] == [would]
    assert brief(room.does(ticks("22:00"))) == "-"


def test_a_workflow_that_cannot_be_asked_is_silent(community: Make) -> None:
    """The rules that only move a workflow on are never what cannot be asked."""
    room = community("duty d { on join within 1h until message } review r { when message.images > 0 }")
    failed = room.does(says("u", "x", "20:00", images=0), "observe")
    assert (brief(failed), failed.degraded, failed.unasked) == ("-", True, ())
    with_picture = room.does(says("u", "x", "20:01", images=1), "observe")
    assert with_picture.unasked == ("p.r", "p.r.refused")


def test_a_tick_that_fails_is_sent_again(community: Make) -> None:
    room = community('duty d { on message within 1h late then reply "late" }')
    room.does(says("u", "x", "20:00"))
    tick = ticks("21:00", "t1")
    assert room.complains(tick, "file").strip() == "store_unavailable"
    assert brief(room.does(tick)) == 'reply "late"'
    assert brief(room.does(ticks("21:01"))) == "-"
