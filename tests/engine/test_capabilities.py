"""What a platform cannot do is replaced (law L17), as tables."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from msgspec import UNSET, structs

from policyd.engine.capabilities import FALLBACKS, fit
from policyd.engine.resolve import Clock, Resolved
from policyd.model.decision import Action, Because, Do
from policyd.model.event import Event, Group, Member
from policyd.model.platforms import ALWAYS, PROFILES
from policyd.model.wording import IMPOSSIBLE

NOW = 1_772_424_000_000
CLOCK = Clock(NOW, 0, {"a": "Asia/Shanghai"})
BECAUSE = (Because("a.r", "why"),)
HOUR = 3600
DAY = 24 * HOUR


def event(*capabilities: str, role: Any = None, kind: str = "message", **more: Any) -> Event:
    return Event("e1", kind, Group("g"), Member("u1", "小明", role), capabilities=capabilities, **more)


def act(do: Any, **more: Any) -> Action:
    return Action(do, BECAUSE, **{"member": "u1", "text": "say", **more})


def fitted(action: Action, of: Event, clock: Clock = CLOCK) -> tuple[Action, ...]:
    return fit(Resolved("delete", (action,), ()), of, clock).actions


def told(to: str, do: str) -> Action:
    text = IMPOSSIBLE.format(action=do.replace("_", " "), name="小明")
    return Action("notify", BECAUSE, member="u1", to=to, text=text, instead_of=do)


CHAINS: list[tuple[str, tuple[str, ...], list[str]]] = [
    ("mask", ("delete", "hold"), ["delete"]),
    ("mask", ("hold",), ["hold"]),
    ("mask", (), ["flag"]),
    ("delete", ("hold", "mute"), ["notify moderators"]),
    ("hold", ("delete",), ["notify moderators"]),
    ("release", (), ["notify moderators"]),
    ("warn", ("call_out",), ["call_out"]),
    ("warn", (), ["reply"]),
    ("call_out", ("warn",), ["reply"]),
    ("mute", ("call_out",), ["call_out", "notify moderators"]),
    ("mute", ("remove",), ["reply", "notify moderators"]),
    ("unmute", (), ["notify moderators"]),
    ("remove", ("ban",), ["notify admins"]),
    ("ban", ("remove",), ["remove"]),
    ("ban", ("mute",), ["notify admins"]),
    ("unban", (), ["notify moderators"]),
    ("admit", (), ["notify admins"]),
    ("refuse", (), ["notify admins"]),
    ("lock", ("unlock",), ["notify admins"]),
    ("unlock", ("lock",), ["notify admins"]),
    ("slow", ("lock",), ["notify admins"]),
    ("assign", ("move",), ["notify admins"]),
    ("move", ("assign",), ["notify admins"]),
]


def spelled(action: Action) -> str:
    return action.do if action.do != "notify" else f"notify {action.to}"


@pytest.mark.parametrize(("do", "can", "done"), CHAINS, ids=str)
def test_an_impossible_action_gives_way_to_the_first_possible_one(
    do: str, can: tuple[str, ...], done: list[str]
) -> None:
    found = fitted(act(do, seconds=HOUR, until="x", ladder="a.l", step=2), event(*can))
    assert [spelled(action) for action in found] == done
    assert {action.instead_of for action in found} == {do}
    assert {action.because for action in found} == {BECAUSE}
    for action in found:
        assert (action.seconds, action.until) == (UNSET, UNSET)
        if action.do != "notify":
            assert (action.text, action.member, action.ladder, action.step) == ("say", "u1", "a.l", 2)
        else:
            assert action == told(str(action.to), do)


def test_every_action_is_possible_or_has_a_way_out() -> None:
    assert set(FALLBACKS) | ALWAYS == set(get_args(Do))
    for do in get_args(Do):
        assert fitted(act(do), event()) != (), do
        assert {action.do for action in fitted(act(do), event())} <= ALWAYS


def test_what_is_possible_stays_as_it_is() -> None:
    for do in get_args(Do):
        action = act(do, seconds=HOUR, until="x")
        assert fitted(action, event(do)) == (action,)
        resolved = Resolved("allow", (action,), ())
        unlimited = structs.replace(event(), capabilities=None)
        assert fit(resolved, unlimited, CLOCK) is resolved
        assert fit(resolved, event(do), CLOCK) is resolved


def test_a_mute_without_a_text_only_tells_the_moderators() -> None:
    assert fitted(act("mute", text=UNSET), event("call_out")) == (told("moderators", "mute"),)


def test_a_request_can_always_wait() -> None:
    held = act("hold", ticket="t1")
    assert fitted(held, event(kind="request")) == (held,)
    assert fitted(held, event())[0].ticket == "t1", "the moderators are told which ticket it is"


def test_the_others_keep_their_places_and_the_verdict_stays() -> None:
    asked = tuple(act(do) for do in ("delete", "mute", "notify"))
    found = fit(Resolved("delete", asked, ()), event("wechat"), CLOCK)
    assert [spelled(action) for action in found.actions] == [
        "notify moderators", "call_out", "notify moderators", f"notify {UNSET}",
    ]  # fmt: skip
    assert found.verdict == "delete"


LENGTHS = [
    ("telegram", 5, 40, "2026-03-02T12:00:40+08:00"),
    ("telegram", 400 * DAY, 366 * DAY - 10, "2027-03-03T11:59:50+08:00"),
    ("discord", 60 * DAY, 28 * DAY, "2026-03-30T12:00:00+08:00"),
    ("discord", HOUR, HOUR, "asked"),
]


@pytest.mark.parametrize(("platform", "asked", "seconds", "until"), LENGTHS)
def test_mutes_are_told_as_long_as_the_platform_mutes(platform: str, asked: int, seconds: int, until: str) -> None:
    (found,) = fitted(act("mute", seconds=asked, until="asked"), event(platform))
    assert (found.seconds, found.until, found.instead_of) == (seconds, until, UNSET)


def test_without_an_instant_a_mute_has_no_end() -> None:
    (found,) = fitted(act("mute", seconds=60 * DAY), event("discord"), Clock(None, None, {}))
    assert (found.seconds, found.until) == (28 * DAY, UNSET)
    (found,) = fitted(structs.replace(act("mute", seconds=60 * DAY), because=()), event("discord"))
    assert found.until == "2026-03-30T04:00:00+00:00"


PROTECTED = [
    ("telegram", "owner", "mute", True),
    ("telegram", "admin", "remove", True),
    ("telegram", "moderator", "ban", False),
    ("telegram", None, "ban", False),
    ("telegram", "owner", "delete", False),
    ("onebot", "admin", "delete", True),
    ("onebot", "member", "delete", False),
    ("onebot", "owner", "warn", False),
    ("feishu", "owner", "remove", True),
    ("matrix", "owner", "unmute", True),
]


@pytest.mark.parametrize(("platform", "role", "do", "protected"), PROTECTED)
def test_the_owner_hears_of_what_no_bot_may_do_to_leaders(
    platform: str, role: str | None, do: str, protected: bool
) -> None:
    found = fitted(act(do), event(platform, role=role))
    assert found == ((told("owner", do),) if protected else (act(do),))


@pytest.mark.parametrize("platform", PROFILES)
@pytest.mark.parametrize("role", ["owner", "member", None])
def test_on_every_platform_only_what_it_can_do_is_left(platform: str, role: str | None) -> None:
    can = PROFILES[platform].does | ALWAYS
    for do in get_args(Do):
        found = fitted(act(do, seconds=500 * DAY, until="x"), event(platform, role=role))
        assert {action.do for action in found} <= can
        assert found
