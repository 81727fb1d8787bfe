"""What bots can do on which platform (law L17), and the limits of each.

From the platforms' own documentation, as read in 2026:

- Telegram: Bot API, restrictChatMember and banChatMember ("less than 30 seconds or more than 366 days … forever"),
  deleteMessage, setChatPermissions, approveChatJoinRequest, createChatInviteLink; slow mode has no method.
- Discord: guild member `communication_disabled_until` (28 days at most; owner and administrators are exempt), channel
  `rate_limit_per_user` (0 to 21,600 s); applications to join have no method for bots.
- QQ: the official group bot sends, and recalls its own within two minutes. OneBot 11: delete_msg, set_group_ban (30
  days at most; administrators cannot act on each other or on the owner), set_group_kick, set_group_whole_ban,
  set_group_add_request; nothing takes `reject_add_request` back.
- Feishu: im/v1 messages delete (other people's within a year, where the bot is owner, administrator or creator), chat
  members delete, chat moderation for all at once; nothing mutes one member.
- DingTalk: im sceneGroups muteMembers/set (the client offers 30 days at most; owner and administrators cannot be
  muted), muteSettings, members; a robot recalls its own messages only.
- WeCom: message/recall within 24 hours, of what the application sent itself.
- WeChat: no interface for groups; an account that owns a group can remove and invite, and can neither delete nor mute.
- Matrix: client-server API, redact, kick, ban, invite and `m.room.power_levels`, none of them against a power level
  that is not lower than the bot's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, get_args

from msgspec import Struct

from policyd.model.decision import Do

_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
ON_THE_WAY: Final = 10_000
"""What a mute may lose until the platform has it, where one outside the bounds would last for ever (ms)."""
ALWAYS: Final = frozenset({"flag", "reply", "notify", "propose", "add"})
"""What every bot can do, whatever it names: these ask for no more than saying something."""
_TEXTS: Final = frozenset({"warn", "call_out"})
_CONTENT: Final = frozenset({"hold", "delete", "release"})
"""To hold a message is to delete it and keep it; to release it, to post it again."""
_MUTE: Final = frozenset({"mute", "unmute"})
_LOCK: Final = frozenset({"lock", "unlock"})
_ENTRY: Final = frozenset({"admit", "refuse"})
_PLACE: Final = frozenset({"assign", "move"})
"""To bring a member into another group, by adding or by an invitation."""


class Profile(Struct, frozen=True):
    """What bots can do on a platform, besides `ALWAYS`. Lengths in ms, 0 for no bound. A mute outside its bounds is
    refused, or lasts for ever where `mute_forever_outside`. `protects`: roles that no bot can mute, remove or ban;
    `keeps`: roles whose messages it cannot delete. `own_delete_within`: how long it can take back its own messages."""

    name: str
    does: frozenset[str]
    note_en: str
    note_zh: str
    mute_least: int = 0
    mute_most: int = 0
    mute_forever_outside: bool = False
    protects: frozenset[str] = frozenset()
    keeps: frozenset[str] = frozenset()
    own_delete_within: int = 0


_LEADERS: Final = frozenset({"owner", "admin"})
PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        Profile(
            "telegram",
            _TEXTS | _CONTENT | _MUTE | {"remove", "ban", "unban"} | _ENTRY | _LOCK | _PLACE,
            "mutes under 30 s or over 366 days are for ever; no slow mode; other groups by invitation link",
            "短于 30 秒或长于 366 天的禁言等于永久;不能设慢速模式;转群通过邀请链接",
            mute_least=30_000,
            mute_most=366 * _DAY,
            mute_forever_outside=True,
            protects=_LEADERS,
        ),
        Profile(
            "discord",
            _TEXTS | _CONTENT | _MUTE | {"remove", "ban", "unban", "slow"} | _LOCK | _PLACE,
            "timeouts end at 28 days; slow mode up to 6 h; bots do not answer applications to join; groups are roles",
            "超时(禁言)最长 28 天;慢速模式最长 6 小时;机器人不能审批入群;分组即身份组",
            mute_most=28 * _DAY,
            protects=_LEADERS,
        ),
        Profile(
            "qq",
            _TEXTS,
            "the official group bot sends, and takes back its own within 2 minutes; name what else yours was granted",
            "官方群机器人只能发消息,2 分钟内可撤回自己的消息;另获授权的动作请逐个写明",
            own_delete_within=2 * _MINUTE,
        ),
        Profile(
            "onebot",
            _TEXTS | _CONTENT | _MUTE | {"remove", "ban"} | _ENTRY | _LOCK,
            "mutes end at 30 days and are shown in minutes; administrators cannot act on each other or on the owner;"
            " a ban is a removal that refuses further requests and is lifted by hand",
            "禁言最长 30 天,按分钟显示;管理员之间、对群主不能操作;封禁即移出并拒绝再次申请,需人工解除",
            mute_most=30 * _DAY,
            protects=_LEADERS,
            keeps=_LEADERS,
        ),
        Profile(
            "feishu",
            _TEXTS | _CONTENT | {"remove"} | _LOCK | _PLACE,
            "the bot must be owner, administrator or creator; messages of the last year; all are muted or nobody",
            "机器人须为群主、管理员或创建者;只能撤回一年内的消息;只能全员禁言,不能禁言单个成员",
            protects=frozenset({"owner"}),
            own_delete_within=_DAY,
        ),
        Profile(
            "dingtalk",
            _TEXTS | _MUTE | {"remove"} | _LOCK | _PLACE,
            "scene groups; mutes end at 30 days; a robot takes back its own messages only",
            "限场景群;禁言最长 30 天;机器人只能撤回自己的消息",
            mute_most=30 * _DAY,
            protects=_LEADERS,
        ),
        Profile(
            "wecom",
            _TEXTS,
            "takes back only what the application sent itself, within 24 h; members are the administrators' to remove",
            "只能撤回应用自己 24 小时内发出的消息;移出成员由管理员进行",
            own_delete_within=_DAY,
        ),
        Profile(
            "wechat",
            _TEXTS | {"remove"} | _PLACE,
            "can neither delete nor mute; removes and invites where the account owns the group",
            "不能撤回他人消息,不能禁言;账号为群主时可移出、邀请成员",
            protects=frozenset({"owner"}),
            own_delete_within=2 * _MINUTE,
        ),
        Profile(
            "matrix",
            _TEXTS | _CONTENT | _MUTE | {"remove", "ban", "unban"} | _ENTRY | _LOCK | _PLACE,
            "a mute is a power level that the bot restores at `until`; nothing against a level not below the bot's own",
            "禁言即降低权限等级,到 `until` 时由机器人恢复;不能操作等级不低于机器人的成员",
            protects=_LEADERS,
        ),
    )
}


class Ability(Struct, frozen=True):
    """What a bot that names its capabilities can do. Where it names several platforms: what any of them does, within
    the limits of each."""

    does: frozenset[str]
    mute_least: int = 0
    mute_most: int = 0
    protects: frozenset[str] = frozenset()
    keeps: frozenset[str] = frozenset()

    def mute(self, duration: int) -> int:
        """The length nearest to `duration` that the platform mutes for (ms)."""
        longest = self.mute_most or duration
        return max(min(duration, longest), self.mute_least)


CAPABILITIES: Final = frozenset(get_args(Do)) | frozenset(PROFILES)
"""What an event may name under `capabilities`."""

MOST_CAPABILITIES: Final = 100


@lru_cache(maxsize=256)
def ability(names: tuple[str, ...]) -> Ability:
    """Of actions and platforms that an event names; other names are passed over."""
    found = [PROFILES[name] for name in names if name in PROFILES]
    does = ALWAYS.union(names, *(profile.does for profile in found))
    mute = [_bounds(profile) for profile in found]
    return Ability(
        does,
        max((least for least, _ in mute), default=0),
        min((most for _, most in mute if most), default=0),
        frozenset().union(*(profile.protects for profile in found)),
        frozenset().union(*(profile.keeps for profile in found)),
    )


def _bounds(profile: Profile) -> tuple[int, int]:
    """Well within, where a mute outside lasts for ever."""
    margin = ON_THE_WAY if profile.mute_forever_outside else 0
    return profile.mute_least + margin if profile.mute_least else 0, max(0, profile.mute_most - margin)
