"""What every store does, law by law (LANGUAGE.md L8-L14)."""

from __future__ import annotations

from typing import Any

import pytest

from policyd.model.state import (
    EventIdReused,
    Forgive,
    LadderRead,
    LadderStep,
    StoreUnavailable,
    Strike,
    Throttle,
    Window,
)

from .conftest import DAY, HOUR, MINUTE, SECOND, T0, Bot

FLOOD = Window("p.flood#1", "member", 10 * SECOND, 6, "new")
STEPS = ((1, 0), (2, 0), (3, DAY), (4, -1))
CONDUCT = Strike("p.conduct", 1, 30 * DAY, 10 * MINUTE, STEPS)


def conduct(times: int = 1, *, human: bool = False, together: int = 10 * MINUTE, forget: int = 30 * DAY) -> Strike:
    return Strike("p.conduct", times, forget, together, STEPS, human)


def test_window_is_half_open_and_counts_this_event(bot: Bot) -> None:
    assert bot.sees(windows=(FLOOD,)).counts == (1,)
    bot.now += 10 * SECOND - 1
    assert bot.sees(windows=(FLOOD,)).counts == (2,)
    bot.now += 1
    assert bot.sees(windows=(FLOOD,)).counts == (2,)


def test_window_saturates_and_other_members_and_groups_have_their_own(bot: Bot) -> None:
    assert [bot.sees(windows=(FLOOD,)).counts[0] for _ in range(8)] == [1, 2, 3, 4, 5, 6, 6, 6]
    assert bot.sees(windows=(FLOOD,), member="u2").counts == (1,)
    assert bot.sees(windows=(FLOOD,), group="g2").counts == (1,)
    assert bot.sees(windows=(FLOOD,), tenant="t2").counts == (1,)


def test_group_window_counts_all_members(bot: Bot) -> None:
    window = Window("p.busy#1", "group", MINUTE, 100, "always")
    assert [bot.sees(windows=(window,), member=f"u{n % 3}").counts[0] for n in range(5)] == [1, 2, 3, 4, 5]


def test_windows_answer_in_the_order_asked(bot: Bot) -> None:
    asked = tuple(Window(f"p.c{n}#1", "member" if n % 2 else "group", MINUTE, 9, "always") for n in range(6))
    bot.sees(windows=asked[:3])
    assert bot.sees(windows=asked[::-1]).counts == (1, 1, 1, 2, 2, 2)


@pytest.mark.parametrize(
    ("bump", "first", "second", "edited"),
    [("never", 0, 0, 0), ("new", 1, 1, 1), ("edit", 0, 1, 2), ("always", 1, 2, 3)],
)
def test_edits_count_only_where_asked(bot: Bot, bump: Any, first: int, second: int, edited: int) -> None:
    window = (Window("p.c#1", "member", MINUTE, 9, bump),)
    assert bot.sees(windows=window, message="m1").counts == (first,)
    again = bot.sees(windows=window, message="m1")
    assert (again.edit, again.counts) == (True, (second,))
    assert bot.sees(windows=window, message="m2", is_edit=True).counts == (edited,)


def test_clock_that_goes_back_takes_the_window_with_it(bot: Bot) -> None:
    for step in (0, 4, 4):
        bot.now += step * SECOND
        bot.sees(windows=(FLOOD,))
    bot.now -= DAY - HOUR
    assert bot.sees(windows=(FLOOD,)).counts == (4,)
    bot.now += 2 * SECOND
    assert bot.sees(windows=(FLOOD,)).counts == (4,)
    bot.now += 4 * SECOND
    assert bot.sees(windows=(FLOOD,)).counts == (4,)


def test_repeated_event_changes_nothing_and_answers_as_before(bot: Bot) -> None:
    asked: dict[str, Any] = {"windows": (FLOOD,), "ladders": (LadderRead("p.conduct", 0),), "mute": True}
    first = bot.sees("a", **asked)
    bot.sees("b", **asked)
    committed = bot.commits("b", strikes=(conduct(3),), mute=HOUR)
    bot.now += SECOND
    again = bot.sees("a", **asked | {"revision": "sha256:2"})
    assert (again.now, again.counts, again.strikes, again.mute_until) == (first.now, (1,), (0,), 0)
    assert (again.replayed, again.revision, again.committed) == (True, "sha256:1", None)
    assert bot.sees("b", **asked).committed == committed
    assert bot.sees("c", **asked).counts == (3,)


@pytest.mark.parametrize(("after", "known"), [(0, True), (24 * HOUR, True), (36 * HOUR + 1, False)])
def test_event_ids_are_known_for_a_day(bot: Bot, after: int, known: bool) -> None:
    bot.sees("a", message="m")
    bot.now += after
    assert bot.sees("a", message="m").replayed is known
    assert bot.sees("b", message="m").edit


def test_event_id_with_other_content_is_refused(bot: Bot) -> None:
    bot.sees("a", windows=(FLOOD,))
    with pytest.raises(EventIdReused, match="`a` was used before"):
        bot.sees("a", digest=b"another.", windows=(FLOOD,))
    assert bot.sees("a", group="g2", digest=b"another.").replayed is False
    assert bot.sees("b", windows=(FLOOD,)).counts == (2,)


def test_commit_needs_an_observation(bot: Bot) -> None:
    with pytest.raises(StoreUnavailable, match="no longer knows"):
        bot.commits("a", strikes=(conduct(),))
    assert bot.sees("b", ladders=(LadderRead("p.conduct", 0),)).strikes == (0,)


def test_commit_needs_an_observation_that_is_still_known(bot: Bot) -> None:
    first = bot.sees("a")
    bot.now += 40 * HOUR
    bot.sees("b", group="g2")
    with pytest.raises(StoreUnavailable, match="no longer knows"):
        bot.commits("a", now=first.now, strikes=(conduct(),))


def test_second_commit_answers_as_the_first(bot: Bot) -> None:
    bot.sees("a")
    first = bot.commits("a", strikes=(conduct(),), throttles=(Throttle("p.r#0", HOUR),), mute=HOUR)
    assert bot.commits("a", strikes=(conduct(2),), throttles=(Throttle("p.r#0", HOUR),)) == first
    assert bot.sees("b", ladders=(LadderRead("p.conduct", 0),)).strikes == (1,)


def test_ladder_climbs_and_repeats_its_last_step(bot: Bot) -> None:
    steps = []
    for n in range(6):
        steps.append(bot.does(f"a{n}", strikes=(conduct(together=0),)).steps[0])
        bot.now += HOUR
    assert [(step.strikes, step.step) for step in steps] == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 4)]
    assert steps[-1].newest == bot.now - HOUR


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((1, 2), [(1, 1), (3, 3)]),
        ((5,), [(5, 4)]),
        ((2, 7), [(2, 2), (9, 4)]),
    ],
)
def test_heavy_strikes_run_the_highest_step_passed(bot: Bot, times: Any, expected: Any) -> None:
    got = [bot.does(f"a{n}", strikes=(conduct(k, together=0),)).steps[0] for n, k in enumerate(times)]
    assert [(step.strikes, step.step) for step in got] == expected


def test_one_burst_is_one_incident(bot: Bot) -> None:
    assert bot.does("a", strikes=(conduct(),)).steps == (LadderStep(1, 1, False, T0),)
    bot.now += 10 * MINUTE - 1
    assert bot.does("b", strikes=(conduct(3),)).steps == (LadderStep(1, 0, True, T0),)
    bot.now += 1
    assert bot.does("c", strikes=(conduct(),)).steps == (LadderStep(2, 2, False, bot.now),)


def test_humans_strike_without_a_step_or_an_incident(bot: Bot) -> None:
    assert bot.does("a", strikes=(conduct(human=True),)).steps == (LadderStep(1, 0, False, T0),)
    assert bot.does("b", strikes=(conduct(),)).steps == (LadderStep(2, 2, False, T0),)
    assert bot.does("c", strikes=(conduct(human=True),)).steps == (LadderStep(3, 0, False, T0),)


def test_strikes_are_forgotten(bot: Bot) -> None:
    bot.does("a", strikes=(conduct(),))
    bot.now += 30 * DAY - 1
    asked = (LadderRead("p.conduct", 30 * DAY), LadderRead("p.conduct", 0), LadderRead("p.other", 0))
    assert bot.sees(ladders=asked).strikes == (1, 1, 0)
    bot.now += 1
    assert bot.sees(ladders=asked[:1]).strikes == (0,)
    assert bot.does("b", strikes=(conduct(),)).steps == (LadderStep(1, 1, False, bot.now),)


@pytest.mark.parametrize(("times", "left"), [(1, 4), (2, 3), (3, 2), (4, 1), (9, 0), (0, 0)])
def test_newest_strikes_are_forgiven_first(bot: Bot, times: int, left: int) -> None:
    bot.does("a", strikes=(conduct(3),))
    bot.now += HOUR
    bot.does("b", strikes=(conduct(2),))
    newest = 0 if not left else T0 if left <= 3 else bot.now
    forgiven = bot.does("c", forgives=(Forgive("p.conduct", times, 30 * DAY),)).forgiven
    assert forgiven == (LadderStep(left, 0, False, newest),)


def test_forgiving_comes_before_striking(bot: Bot) -> None:
    bot.does("a", strikes=(conduct(3),))
    both = bot.does("b", strikes=(conduct(),), forgives=(Forgive("p.conduct", 0, 30 * DAY),))
    assert (both.forgiven[0].strikes, both.steps[0]) == (0, LadderStep(1, 1, False, T0))


def test_late_strike_finds_its_place(bot: Bot) -> None:
    bot.sees("late")
    bot.now += HOUR
    bot.does("a", strikes=(conduct(2),))
    bot.now -= HOUR
    assert bot.commits("late", strikes=(conduct(human=True),)).steps[0].strikes == 3
    bot.now += HOUR
    forgiven = bot.does("b", forgives=(Forgive("p.conduct", 2, 0),)).forgiven[0]
    assert (forgiven.strikes, forgiven.newest) == (1, T0)


@pytest.mark.parametrize(
    ("changes", "until"),
    [
        ([{"mute": HOUR}], HOUR),
        ([{"mute": 2 * HOUR}, {"mute": HOUR}], 2 * HOUR),
        ([{"mute": HOUR}, {"mute": 2 * HOUR}], 2 * HOUR),
        ([{"strikes": (conduct(3),)}], DAY),
        ([{"strikes": (conduct(3),), "mute": 2 * DAY}], 2 * DAY),
        ([{"strikes": (conduct(4),), "mute": HOUR}], 0),
        ([{"strikes": (conduct(3),), "mute": -1}], 0),
        ([{"mute": HOUR}, {"mute": -1}], HOUR),
        ([{"strikes": (conduct(3, human=True),)}], 0),
        ([{"mute": HOUR}, {"unmute": True}], 0),
        ([{"mute": 2 * HOUR}, {"unmute": True, "mute": HOUR}], HOUR),
    ],
)
def test_mutes(bot: Bot, changes: list[dict[str, Any]], until: int) -> None:
    committed = [bot.does(f"a{n}", **change) for n, change in enumerate(changes)]
    expected = T0 + until if until else 0
    assert committed[-1].mute_until == expected
    assert committed[-1].was_muted_until == (committed[-2].mute_until if len(committed) > 1 else 0)
    assert bot.sees(mute=True).mute_until == expected
    assert bot.sees().mute_until == 0
    bot.now = T0 + until
    assert bot.sees(mute=True).mute_until == 0


def test_throttle_speaks_once(bot: Bot) -> None:
    once = (Throttle("p.r#0", HOUR), Throttle("p.r#1", DAY), Throttle("p.r#0", HOUR))
    assert bot.does("a", throttles=once).spoken == (True, True, False)
    assert bot.does("b", throttles=once, member="u2").spoken == (True, True, False)
    bot.now += HOUR - 1
    assert bot.does("c", throttles=once).spoken == (False, False, False)
    bot.now += 1
    assert bot.does("d", throttles=once).spoken == (True, False, False)


def test_what_was_given_for_a_message_is_kept(bot: Bot) -> None:
    assert bot.sees("a", message="m").given == frozenset()
    bot.commits("a", message="m", given=("p.x", "p.y"))
    assert bot.does("b", message="n", given=("p.z",)).steps == ()
    again = bot.sees(message="m")
    assert (again.given, again.edit) == (frozenset({"p.x", "p.y"}), True)
    bot.now += 30 * DAY
    assert bot.sees("c", message="m", is_edit=True).given == frozenset({"p.x", "p.y"})
    bot.commits("c", message="m", given=("p.z",))
    assert bot.sees("c", message="m", is_edit=True).given == frozenset({"p.x", "p.y"})
    bot.now += 30 * DAY
    assert bot.sees(message="m", is_edit=True, group="g2").given == frozenset()
    assert bot.sees(message="m", is_edit=True).given == frozenset({"p.x", "p.y", "p.z"})
    bot.now += 15 * DAY + 1
    assert bot.sees(message="m", is_edit=True).given == frozenset()


def test_silence_is_since_the_last_message(bot: Bot) -> None:
    assert bot.sees(silence=True, spoke=True, message="m").last_seen == 0
    bot.now += DAY
    assert bot.sees(silence=True).last_seen == T0
    assert bot.sees(silence=True, spoke=True, message="m").last_seen == T0
    assert bot.sees(silence=True, spoke=True, message="n").last_seen == T0
    assert bot.sees(silence=True).last_seen == T0 + DAY
    assert bot.sees(spoke=True).last_seen == 0
    assert bot.sees(silence=True, member="u2").last_seen == 0


def test_what_was_given_is_kept_from_the_commit_on(bot: Bot) -> None:
    period = 15 * DAY
    bot.now = (T0 // period + 1) * period - 1
    first = bot.sees("a", message="m")
    bot.now += 1
    bot.sees("b")
    bot.commits("a", now=first.now, message="m", given=("p.x",))
    bot.now += 3 * period - 1
    assert bot.sees(message="m", is_edit=True).given == frozenset({"p.x"})
    bot.now += 1
    assert bot.sees(message="m", is_edit=True).given == frozenset()
