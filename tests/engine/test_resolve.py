"""Strongest wins on each axis (law L8), as tables."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from policyd.engine.asked import Asked
from policyd.engine.resolve import Clock, Resolved, resolve
from policyd.model.decision import Because

HOUR = 3_600_000
CLOCK = Clock(1_772_424_000_000, 0, {"a": "Asia/Shanghai", "b": "UTC"})


def ask(line: str, rule: str = "a.r", **more: object) -> Asked:
    """`mute 2h` by a rule."""
    do, _, hours = line.partition(" ")
    duration = int(hours.removesuffix("h")) * HOUR if hours else None
    text = more.pop("text", None)
    because = (Because(rule) if text is None or "ladder" in more else Because(rule, str(text)),)
    return Asked(do, because, text, duration, **more)  # type: ignore[arg-type]


def settle(*asked: Asked, request: bool = False, clock: Clock = CLOCK, unmute: bool = False) -> Resolved:
    return resolve(asked, "u1", request, clock, unmute)


def names(resolved: Resolved) -> list[str]:
    return [action.do for action in resolved.actions]


AXES = [
    ("", "", "allow"),
    ("flag mask", "mask", "mask"),
    ("delete hold flag", "delete", "delete"),
    ("warn call_out", "call_out", "allow"),
    ("ban remove warn delete", "delete ban", "delete"),
    ("notify assign reply warn flag", "flag warn reply notify assign", "flag"),
    ("slow unlock move unban propose delete", "delete unban move unlock slow", "delete"),
    ("unlock lock reply", "reply lock", "allow"),
]


@pytest.mark.parametrize(("asked", "actions", "verdict"), AXES)
def test_the_strongest_of_each_axis_in_the_order_of_axes(asked: str, actions: str, verdict: str) -> None:
    resolved = settle(*map(ask, asked.split()))
    assert names(resolved) == actions.split()
    assert resolved.verdict == verdict


REQUESTS = [
    ("", "hold", "hold"),
    ("admit", "admit", "admit"),
    ("admit hold", "hold", "hold"),
    ("admit hold refuse ban", "ban refuse", "refuse"),
    ("refuse assign", "refuse", "refuse"),
    ("assign", "hold", "hold"),
    ("admit assign", "admit assign", "admit"),
]


@pytest.mark.parametrize(("asked", "actions", "verdict"), REQUESTS)
def test_requests_have_an_axis_of_their_own(asked: str, actions: str, verdict: str) -> None:
    resolved = settle(*map(ask, asked.split()), request=True)
    assert names(resolved) == actions.split()
    assert resolved.verdict == verdict


def test_a_request_that_nobody_decided_is_held_for_no_reason() -> None:
    (held,) = settle(request=True).actions
    assert held.because == ()


STRONGER = [
    ("mute 1h", "mute 2h"),
    ("ban 10h", "ban 20h"),
    ("ban 1000h", "ban"),
    ("mute 1000h", "remove"),
    ("remove", "ban 1h"),
]


@pytest.mark.parametrize(("weak", "strong"), STRONGER)
@pytest.mark.parametrize("turned", [False, True])
def test_longer_is_stronger_and_the_weaker_is_overridden(weak: str, strong: str, turned: bool) -> None:
    pair = [ask(weak, "a.weak"), ask(strong, "a.strong")]
    resolved = settle(*(reversed(pair) if turned else pair))
    (action,) = resolved.actions
    (lost,) = resolved.overridden
    assert [because.rule for because in action.because] == ["a.strong"]
    assert [because.rule for because in lost.because] == ["a.weak"]
    assert (lost.do, lost.by) == (weak.split()[0], strong.split()[0])


def test_equal_actions_merge_with_all_reasons_and_distinct_texts_in_name_order() -> None:
    resolved = settle(
        ask("warn", "a.z", text="later"), ask("warn", "a.b", text="first"), ask("warn", "a.c", text="first"),
        ask("warn", "a.a"),
    )  # fmt: skip
    (action,) = resolved.actions
    assert action.because == (Because("a.a"), Because("a.b", "first"), Because("a.c", "first"), Because("a.z", "later"))
    assert action.text == "first\nlater"


def test_a_step_and_a_rule_that_ask_the_same_keep_the_ladder() -> None:
    resolved = settle(
        ask("warn", "a.z", text="mine"),
        ask("warn", "a.b", text="step", ladder="a.y", step=2),
        ask("warn", "a.b", text="other", ladder="a.x", step=1),
    )
    (action,) = resolved.actions
    assert (action.ladder, action.step) == ("a.x", 1)
    assert action.text == "other\nstep\nmine"
    assert action.because == (Because("a.b"), Because("a.z", "mine"))


def test_texts_to_others_unite_and_equal_ones_merge() -> None:
    resolved = settle(
        ask("notify", "a.b", text="x", to="owner"), ask("notify", "a.a", text="x", to="owner"),
        ask("notify", "a.a", text="x", to="admins"), ask("reply", "a.a", text="y"), ask("reply", "a.a", text="x"),
    )  # fmt: skip
    assert [(action.do, action.to or None, action.text, len(action.because)) for action in resolved.actions] == [
        ("reply", None, "x", 1), ("reply", None, "y", 1), ("notify", "admins", "x", 1), ("notify", "owner", "x", 2),
    ]  # fmt: skip


TIMES = [
    ("mute 1h", CLOCK, 3600, "2026-03-02T13:00:00+08:00"),
    ("mute 1h", Clock(CLOCK.now, 1_772_424_000_000 + 5 * HOUR, CLOCK.zones), 18000, "2026-03-02T17:00:00+08:00"),
    ("ban 1h", Clock(CLOCK.now, 1_772_424_000_000 + 5 * HOUR, CLOCK.zones), 3600, "2026-03-02T13:00:00+08:00"),
    ("mute 1h", Clock(1_772_424_000_001, None, CLOCK.zones), 3600, "2026-03-02T13:00:00.001+08:00"),
    ("mute 1h", Clock(None, None, CLOCK.zones), 3600, None),
    ("ban", CLOCK, None, None),
]


@pytest.mark.parametrize(("line", "clock", "seconds", "until"), TIMES)
def test_times_count_from_the_event_in_the_zone_of_the_policy(
    line: str, clock: Clock, seconds: int | None, until: str | None
) -> None:
    (action,) = settle(ask(line), clock=clock).actions
    assert (action.seconds or None, action.until or None) == (seconds, until)


def test_the_end_of_a_mute_is_said_after_the_axes() -> None:
    resolved = settle(ask("warn"), ask("reply", text="x"), unmute=True)
    assert names(resolved) == ["warn", "unmute", "reply"]
    assert resolved.actions[1].because == ()


def test_locking_overrides_unlocking_and_the_longest_slow_stands_for_all() -> None:
    resolved = settle(
        ask("unlock", "a.x"), ask("lock", "a.y"), ask("slow 1h", "a.x"), ask("slow 2h", "a.z"), ask("slow 1h", "a.y")
    )
    assert [(lost.do, lost.by) for lost in resolved.overridden] == [("unlock", "lock")]
    lock, slow = resolved.actions
    assert (slow.seconds, slow.until) == (7200, UNSET)
    assert [because.rule for because in slow.because] == ["a.x", "a.y", "a.z"]
    assert lock.member is UNSET


@pytest.mark.parametrize(
    ("ticket", "rule", "actions", "verdict"),
    [
        # beside the axes of the event, which has a verdict of its own
        ("release", "flag", "flag release", "flag"),
        ("delete", "flag", "flag delete", "flag"),
        ("admit assign", "reply", "admit reply assign", "allow"),
        # on the axis of members, as every action on them
        ("mute 2h", "mute 1h", "mute", "allow"),
        ("mute 1h", "ban", "ban", "allow"),
    ],
)
def test_what_a_ticket_asks_for_comes_beside_what_rules_ask_for(
    ticket: str, rule: str, actions: str, verdict: str
) -> None:
    planned = [ask(line, "a.t", ticket="t1", message="m1") for line in _lines(ticket)]
    resolved = settle(*planned, ask(rule, "a.r"))
    assert (names(resolved), resolved.verdict) == (actions.split(), verdict)
    told = [action for action in resolved.actions if action.because == (Because("a.t"),)]
    assert all((action.ticket, action.message, action.member) == ("t1", "m1", "u1") for action in told)


def _lines(line: str) -> list[str]:
    """`mute 2h` is one action, `admit assign` two."""
    return [line] if line.endswith("h") else line.split()


def test_proposals_wait_for_their_tickets() -> None:
    resolved = settle(ask("propose", "a.x"), ask("propose", "a.y"))
    assert (resolved.actions, len(resolved.proposals)) == ((), 2)


def test_what_a_ticket_and_a_rule_ask_alike_is_done_once() -> None:
    (action,) = settle(ask("assign", "a.t", to="g2", ticket="t1"), ask("assign", "a.r", to="g2")).actions
    assert (action.ticket, [because.rule for because in action.because]) == ("t1", ["a.r", "a.t"])
