"""What bots can do on which platform."""

from __future__ import annotations

from typing import get_args

import pytest

from policyd.model.decision import Do
from policyd.model.event import ROLES
from policyd.model.platforms import ALWAYS, PROFILES, ability

SECOND = 1000
DAY = 86_400 * SECOND


def test_the_platforms_of_the_protocol_are_there() -> None:
    assert set(PROFILES) == {
        "telegram", "discord", "qq", "onebot", "feishu", "dingtalk", "wecom", "wechat", "matrix",
    }  # fmt: skip


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_in_words_that_are_known(name: str) -> None:
    profile = PROFILES[name]
    assert profile.name == name
    assert profile.does <= set(get_args(Do)) - ALWAYS - {"mask"}, "no platform lets a bot rewrite what others said"
    assert profile.protects | profile.keeps <= set(ROLES)
    assert (profile.mute_least, profile.mute_most) == (0, 0) or "mute" in profile.does
    assert "unmute" not in profile.does or "mute" in profile.does
    assert ("hold" in profile.does) == ("delete" in profile.does) == ("release" in profile.does)
    for note in (profile.note_en, profile.note_zh):
        assert note
        assert "\n" not in note


CANNOT = {
    "telegram": {"slow"},
    "discord": {"admit", "refuse"},
    "feishu": {"mute", "ban", "slow"},
    "dingtalk": {"delete", "ban"},
    "wecom": {"delete", "mute", "remove", "ban"},
    "wechat": {"delete", "mute", "ban", "lock"},
    "qq": {"delete", "mute", "remove"},
    "onebot": {"slow", "unban"},
    "matrix": {"slow"},
}


@pytest.mark.parametrize("name", PROFILES)
def test_what_a_platform_cannot_do(name: str) -> None:
    assert CANNOT[name].isdisjoint(PROFILES[name].does)


@pytest.mark.parametrize(
    ("names", "asked", "mutes"),
    [
        (("telegram",), 10 * SECOND, 40 * SECOND),
        (("telegram",), 30 * SECOND, 40 * SECOND),
        (("telegram",), 3600 * SECOND, 3600 * SECOND),
        (("telegram",), 400 * DAY, 366 * DAY - 10 * SECOND),
        (("discord",), 60 * DAY, 28 * DAY),
        (("discord",), 5 * SECOND, 5 * SECOND),
        (("onebot",), 90 * DAY, 30 * DAY),
        (("mute",), 900 * DAY, 900 * DAY),
        (("telegram", "discord"), 60 * DAY, 28 * DAY),
        (("discord", "telegram"), 5 * SECOND, 40 * SECOND),
    ],
)
def test_mutes_are_brought_within_what_the_platform_does(names: tuple[str, ...], asked: int, mutes: int) -> None:
    """On Telegram well within: a mute of just 30 s that arrives a moment later would last for ever."""
    assert ability(names).mute(asked) == mutes


def test_actions_beside_a_platform_add_to_it() -> None:
    found = ability(("wecom", "remove", "levitate"))
    assert {"remove", "warn", "reply"} <= found.does
    assert "delete" not in found.does
    assert ability(()).does == ALWAYS
    assert ability(("onebot", "wechat")).protects == {"owner", "admin"}
