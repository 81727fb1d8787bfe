"""What the platforms that a policy names cannot do (law L17)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.roots import actions_of
from policyd.check.suggest import did_you_mean
from policyd.check.walk import with_parts
from policyd.check.wording import listed
from policyd.language.diagnostics import Phrase, Related
from policyd.language.source import Span
from policyd.model.decision import Do
from policyd.model.platforms import ALWAYS, PROFILES, Profile

_TOLD: Final = frozenset(get_args(Do))
"""Actions that a bot carries out; the others change what policyd keeps."""
_MEANT: Final = {
    "微信": "wechat", "企业微信": "wecom", "企微": "wecom", "飞书": "feishu", "lark": "feishu", "钉钉": "dingtalk",
    "电报": "telegram", "tg": "telegram", "qq群": "qq", "wxwork": "wecom", "weixin": "wechat", "napcat": "onebot",
    "cqhttp": "onebot", "element": "matrix", "dc": "discord",
}  # fmt: skip
"""What people call platforms."""
_MOST_PLACES: Final = 3
_MOST_UNITS: Final = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"))


def platforms(policy: PolicyDraft) -> None:
    for name in policy.header.platforms:
        profile = PROFILES.get(name.text)
        if profile is None:
            every = listed(PROFILES)
            nothing = Phrase(f"there are {every.en}", f"现有:{every.zh}")
            meant = _MEANT.get(name.text.casefold())
            hint = Phrase(f"did you mean `{meant}`?", f"是否想写 `{meant}`?") if meant else None
            policy.report("W350", name.span, name=name.text, hint=hint or did_you_mean(name.text, PROFILES, nothing))
        else:
            _check(profile, policy)


def _check(profile: Profile, policy: PolicyDraft) -> None:
    impossible: dict[str, list[Span]] = {}
    for action in with_parts(actions_of(policy)):
        do = action.do.replace(" ", "_")
        if do in _TOLD and do not in ALWAYS and do not in profile.does:
            impossible.setdefault(action.do, []).append(action.span)
        elif do == "mute":
            _check_mute(action, profile, policy)
    note = Phrase(profile.note_en, profile.note_zh)
    for word, places in impossible.items():
        first, *others = sorted(set(places), key=lambda span: (span.source.name, span.start))
        related = [Related(span, Phrase("here too", "这里也是")) for span in others[:_MOST_PLACES]]
        policy.report("W351", first, *related, action=word, platform=profile.name, note=note)


def _check_mute(action: r.Action, profile: Profile, policy: PolicyDraft) -> None:
    duration = action.duration or 0
    if duration < profile.mute_least or (profile.mute_most and duration > profile.mute_most):
        bounds = list(_bounds(profile))
        en, zh = " and ".join(bound.en for bound in bounds), ",".join(bound.zh for bound in bounds)
        policy.report("W352", action.span, platform=profile.name, bounds=Phrase(en, zh))


def _bounds(profile: Profile) -> Iterator[Phrase]:
    if profile.mute_least:
        least = _written(profile.mute_least)
        yield Phrase(f"at least {least}", f"至少 {least}")
    if profile.mute_most:
        most = _written(profile.mute_most)
        yield Phrase(f"at most {most}", f"最多 {most}")


def _written(duration: int) -> str:
    """`28d`: in the largest unit that divides it."""
    size, unit = next((size, unit) for size, unit in _MOST_UNITS if duration % size == 0)
    return f"{duration // size}{unit}"
