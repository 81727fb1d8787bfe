"""What schedules say of figures: `{stats.week}` and `{top.points}`, in Chinese and English, a few lines each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from msgspec.structs import replace

from policyd.check.resolved import Action, PolicySet, Rule, TextFact
from policyd.compile.program import Outcome
from policyd.engine.case import Case, plain, policy_of
from policyd.engine.figures import Figures
from policyd.engine.past_days import PastDays
from policyd.engine.statistics import REACH, Span, span_statistics
from policyd.engine.tops import Ranked, ranking_of, top
from policyd.model.local_days import PERIODS
from policyd.reference.printing import show_duration
from policyd.state.store import Store

_DAYS: Final = {"stats.day": 1, "stats.week": 7, "stats.month": 30}
_NAMED: Final = 5
_MINUTE: Final = 60_000
NONE_YET: Final = "暂无统计 / no figures yet"
NOBODY_YET: Final = "暂无 / nobody yet"


async def with_summaries(store: Store, figures: Figures, case: Case, outcome: Outcome) -> Case:
    """The case with what the texts of the rules that fired say of figures. Raises `StoreUnavailable`."""
    wanted = {
        (policy_of(fired.rule.name), name) for fired in (*outcome.fired, *outcome.shadow) for name in _names(fired.rule)
    }
    if case.observed is None or not wanted:
        return case
    told: dict[tuple[str, str], str] = {}
    for policy, name in sorted(wanted):
        if name in _DAYS:
            told[policy, name] = await _summary(figures, case, _DAYS[name])
        else:
            told[policy, name] = await _top(store, case, policy, name)
    return replace(case, summaries=told)


def _names(rule: Rule) -> Iterator[str]:
    """Of the figures that its texts name."""
    actions: list[Action | None] = [*rule.then, *rule.otherwise]
    while actions:
        action = actions.pop()
        if action is None:
            continue
        actions += (action.proposed, action.expire)
        for text in (action.text, action.group):
            for part in () if text is None else text.parts:
                if isinstance(part, TextFact) and part.name.startswith(("stats.", "top.")):
                    yield part.name


async def _top(store: Store, case: Case, policy: str, name: str) -> str:
    """The lines of `top.NAME` or `top.NAME.PERIOD`."""
    parts = name.split(".")[1:]
    per = next((each for each in PERIODS if len(parts) > 1 and parts[-1] == each), None)
    written = ".".join(parts[:-1] if per else parts)
    policies = case.program.policy_set
    ranking = ranking_of(written if "." in written else f"{policy}.{written}", policies, per, last=True)
    if ranking is None or case.now is None:
        return ""
    return "\n".join(top_lines(await top(store, case.ask.tenant, case.ask.group, ranking, case.now))) or NOBODY_YET


def top_lines(ranked: list[Ranked]) -> Iterator[str]:
    for place, each in enumerate(ranked, 1):
        yield f"{place}. {' '.join(each.name.split())} {each.value}"


# ---------------------------------------------------------------- {stats.*}


async def _summary(figures: Figures, case: Case, days: int) -> str:
    assert case.observed is not None
    if not figures.on:
        return ""
    place = case.ask.tenant, case.ask.group, case.prepared.route.zone
    past = await figures.past(place, case.observed.now, case.ask.at, REACH, case.event.group.size)
    return summary(past, days, case.event.group.size, case.program.policy_set)


def summary(past: PastDays, days: int, size: int | None, policies: PolicySet) -> str:
    """The last `days` days, compared with as many before where these are known."""
    if not past.is_known:
        return NONE_YET
    now, before = span_statistics(past, days, size), None
    if past.since is not None and past.since <= past.today - 2 * days:
        before = span_statistics(past.earlier(days), days)
    titles = {name: rule.title for name, rule in policies.rules.items()}
    return "\n".join(_lines(now, before, titles))


def _lines(now: Span, before: Span | None, titles: Mapping[str, str]) -> Iterator[str]:
    within = f"{now.days}d"
    yield f"{'昨天 / yesterday' if now.days == 1 else f'近 {now.days} 天 / last {now.days} days'} · {_dates(now)}"
    yield f"消息 messages {_number(now.messages, None if before is None else before.messages)}"
    active = f"发言 active {_number(_active(now), None if before is None else _active(before))}"
    share = now.speakers[within]
    yield active if share is None else f"{active} · 占 {share:.0%} of {now.size:,}"
    if any((now.joins, now.leaves, now.requests)):
        joins = _number(now.joins, None if before is None else before.joins)
        leaves = _number(now.leaves, None if before is None else before.leaves)
        yield f"入群 joins {joins} · 退群 leaves {leaves} · 申请 requests {now.requests:,}"
    retained = [(days, part) for days, part in now.retention.items() if part is not None and int(days[:-1]) <= now.days]
    if retained:
        yield "留存 retention " + " · ".join(f"{days} {part:.0%}" for days, part in retained)
    if now.violations:
        total = _number(sum(now.violations.values()), None if before is None else sum(before.violations.values()))
        yield f"违规 violations {total}: {_most(now.violations, titles)}"
    if now.actions:
        done = {do.replace("_", " "): number for do, number in now.actions.items()}
        yield f"处理 actions {sum(done.values()):,}: {_most(done, {})}"
    if now.tickets.opened or now.tickets.settled_by_human:
        mean = now.tickets.mean_seconds
        took = "" if mean is None else f" · 平均 mean {show_duration(_in_minutes(mean))}"
        yield f"工单 tickets {now.tickets.opened:,} · 已答复 answered {now.tickets.settled_by_human:,}{took}"
    if now.overruled:
        yield f"被推翻 overruled {sum(now.overruled.values()):,}: {_most(now.overruled, titles)}"


def _active(span: Span) -> int:
    return {1: span.active_1d, 7: span.active_7d, 30: span.active_30d}[span.days]


def _dates(span: Span) -> str:
    return span.last[5:] if span.days == 1 else f"{span.first[5:]} – {span.last[5:]}"


def _number(now: int, before: int | None) -> str:
    return f"{now:,} ({(now - before) / before:+.0%})" if before else f"{now:,}"


def _most(found: Mapping[str, int], titles: Mapping[str, str]) -> str:
    """The first few of them, under their titles."""
    named = [f"{titles.get(name) or plain(name) or name} {number:,}" for name, number in islice(found.items(), _NAMED)]
    return ", ".join([*named, "…"] if len(found) > _NAMED else named)


def _in_minutes(seconds: float) -> int:
    """In ms, of whole minutes, at least one."""
    return max(1, round(seconds * 1000 / _MINUTE)) * _MINUTE
