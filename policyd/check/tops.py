"""What texts print of who is best: `{top.points.month}`."""

from __future__ import annotations

from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import WHAT, PolicyDraft
from policyd.check.resolved_standing import PERIODS
from policyd.check.suggest import did_you_mean
from policyd.check.wording import PERIOD, listed, one
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase

TOP: Final = "top"
_BY_MEMBER: Final = ("member",)


def best(placeholder: n.Placeholder, policy: PolicyDraft) -> r.TextFact | None:
    """The list of the best, by a tally or by a counter of members; says what is wrong where there is none."""
    name = placeholder.name
    _, of, *rest = name.parts
    if len(rest) > 1 or (rest and rest[0] not in PERIODS):
        every = listed(PERIODS)
        hint = Phrase(f"behind `{of}` may stand {every.en}", f"`{of}` 后可写 {every.zh}")
        policy.report("C626", name.span, name=name.text, hint=hint)
        return None
    declared = policy.find("value", of)
    if declared is None and of in policy.broken:
        return None
    hint_ = _why_not(of, declared, rest, policy)
    if hint_ is not None:
        policy.report("C626", name.span, name=name.text, hint=hint_)
        return None
    return r.TextFact(name.text, span=placeholder.span)


def _why_not(of: str, declared: object, rest: list[str], policy: PolicyDraft) -> Phrase | None:
    if isinstance(declared, n.Tally):
        return None
    if not isinstance(declared, n.Counter):
        known = [each for each, node in policy.names["value"].items() if isinstance(node, n.Tally | n.Counter)]
        every = listed(sorted(known))
        nothing = Phrase(f"it lists tallies and counters: {every.en}", f"可以列出积分和计数:{every.zh}")
        if not known:
            nothing = Phrase("declare what is added up: `tally points by member`",
                             "请先声明积分:`tally points by member`")  # fmt: skip
        what = one(WHAT[type(declared)]) if type(declared) in WHAT else None
        wrong = Phrase(f"`{of}` is {what.en}; {nothing.en}", f"`{of}` 是{what.zh};{nothing.zh}") if what else None
        return wrong or did_you_mean(of, known, nothing)
    counting = declared.counting
    if tuple(key.text for key in counting.keys) != _BY_MEMBER:
        return Phrase(f"let `{of}` count `by member`", f"请让 `{of}` 按 `member` 计数")
    per = counting.per.text if counting.per else None
    if per is None:
        return Phrase(f"let `{of}` count `per day`, `per week` or `per month` instead of `within`",
                      f"请把 `{of}` 的 `within` 改为 `per day`、`per week` 或 `per month`")  # fmt: skip
    if rest and rest[0] != per:
        return Phrase(f"`{of}` counts per {per}: write `{{top.{of}}}`",
                      f"`{of}` 按{PERIOD[per].zh}计数:请写 `{{top.{of}}}`")  # fmt: skip
    return None
