"""`policyd top`: the members with most in a tally or counter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click
import msgspec

from policyd.cli import exits, options, stores
from policyd.cli.output import Output
from policyd.language.diagnostics import Language, Phrase

if TYPE_CHECKING:
    from policyd.check.resolved import Period, PolicySet
    from policyd.cli.show_top import Shown
    from policyd.engine.tops import Ranking
    from policyd.state.maintenance import Reached
    from policyd.state.store import Store

_MOST: Final = 10


class Asked(NamedTuple):
    """By what members are ranked, where and how many are shown."""

    rankings: list[Ranking]
    policies: PolicySet
    group: str | None
    tenants: list[str]
    most: int


@click.command("top")
@click.argument("name")
@click.argument("group", required=False)
@click.option("--per", type=click.Choice(["day", "week", "month"]), help="In this period.  [default: as declared]")
@click.option("--last", is_flag=True, help="In the last period that is over, not the running one.")
@click.option("--most", metavar="N", type=click.IntRange(1, 10_000), default=_MOST, show_default=True, help="So many.")
@click.option("--tenant", metavar="NAME", help="Of this tenant only; '' is the one of bots without a tenant.")
@stores.named
@options.formats("pretty", "json", "csv")
@options.quiet
@options.language
def command(
    name: str,
    group: str | None,
    per: Period | None,
    last: bool,
    most: int,
    tenant: str | None,
    form: str,
    quiet: bool,
    language: Language | None,
    **flags: Any,
) -> int:
    """Say who has most of NAME, in every group or in GROUP. NAME is a tally (`points` or `class_group.points`), or a
    counter by member that counts per day, week or month.

    Periods are those of the calendar in the policy's time zone.
    """
    from policyd.cli.programs import load_policies
    from policyd.cli.show_top import csv_text, document, top_lines

    output = Output(language, quiet)
    settings = stores.settings_of(flags)
    policies = load_policies(settings.policies, output)
    rankings = _rankings(name, policies, per, last, output)
    asked = Asked(rankings, policies, group, stores.tenants(settings, tenant), most)
    found = stores.ask(settings, output, partial(_read, asked, output))
    if form == "json":
        output.line(msgspec.json.encode({"tops": [document(each) for each in found]}).decode())
    elif form == "csv":
        output.line(csv_text(found).rstrip("\n"))
    else:
        output.lines(top_lines(found, output))
    return exits.FINE


def _rankings(name: str, policies: PolicySet, per: Period | None, last: bool, output: Output) -> list[Ranking]:
    """All that is called so, qualified or plain. Raises `exits.Stop`."""
    from policyd.engine.tops import ranking_of, ranks

    names = [*policies.tallies, *(each.name for each in policies.counters.values() if ranks(each))]
    meant = [each for each in names if name in (each, each.partition(".")[2])]
    if not meant:
        raise exits.Stop(exits.USAGE, output.text(_unknown(name, names, policies)))
    found = [ranking for each in meant if (ranking := ranking_of(each, policies, per, last=last)) is not None]
    if not found:
        declared = policies.counters[meant[0]].per
        bad = Phrase(
            f"the counter `{name}` counts per {declared} only: write --per {declared}, or leave --per out",
            f"计数器 `{name}` 只按 {declared} 计数:写 --per {declared},或不写 --per",
        )
        raise exits.Stop(exits.USAGE, output.text(bad))
    if last and any(ranking.per is None for ranking in found):
        bad = Phrase(
            f"`--last` is about a period, and the tally `{name}` has none: add --per day, week or month",
            f"`--last` 需要周期,而 `{name}` 没有按周期计分:请加 --per day、week 或 month",
        )
        raise exits.Stop(exits.USAGE, output.text(bad))
    return found


def _unknown(name: str, names: list[str], policies: PolicySet) -> Phrase:
    from policyd.model.readers import near_miss

    if any(name in (each, each.partition(".")[2]) for each in policies.counters):
        return Phrase(
            f"members cannot be ranked by the counter `{name}`: it must count `by member` and `per day`, `per week` or"
            " `per month`",
            f"计数器 `{name}` 不能用来排名:它要写 `by member`,并写 `per day`、`per week` 或 `per month`",
        )
    plain = [each.partition(".")[2] for each in names]
    near = near_miss(name, frozenset([*names, *plain]))
    if near:
        hint = (f"did you mean `{near}`?", f"是不是 `{near}`?")
    elif names:
        hint = (f"there are {', '.join(sorted(names))}", f"可用的有 {'、'.join(sorted(names))}")
    else:
        hint = ("the policies have none", "策略里没有任何一个")
    return Phrase(
        f"there is no tally and no counter per day, week or month by member `{name}`; {hint[0]}",
        f"没有叫 `{name}` 的积分,也没有这样按成员、按周期的计数器;{hint[1]}",
    )


async def _read(asked: Asked, output: Output, store: Store, reached: Reached) -> list[Shown]:
    """In the order of tenants, groups and names. Raises `exits.Stop` where there is no such group."""
    from policyd.cli.show_top import Shown
    from policyd.engine.known_groups import known_groups
    from policyd.engine.tops import top

    found, known = list[Shown](), set[str]()
    for tenant in asked.tenants:
        groups = await known_groups(store, tenant)
        known |= groups.keys()
        for group, told in groups.items():
            covering = {
                policy.name for policy in asked.policies.policies if policy.scope.covers(group, tuple(told.tags))
            }
            for ranking in asked.rankings:
                if asked.group in (None, group) and ranking.what.name.partition(".")[0] in covering:
                    now = await store.now(store.cell_of(group))
                    ranked = await top(store, tenant, group, ranking, now, asked.most)
                    found.append(Shown(tenant, group, told.name or "", ranking, ranked))
    if not found:
        raise exits.Stop(exits.USAGE, output.text(_nowhere(asked, known)))
    return found


def _nowhere(asked: Asked, known: set[str]) -> Phrase:
    """Why no group is shown."""
    name = asked.rankings[0].what.name
    if asked.group is None or not known:
        return Phrase(
            f"no group with `{name}` is known yet: groups and members are known from their first event on",
            f"还没有用到 `{name}` 的群:有了第一个事件后才知道群和成员",
        )
    if asked.group in known:
        policy = name.partition(".")[0]
        return Phrase(
            f"policy `{policy}`, which declares `{name}`, does not cover the group `{asked.group}`",
            f"声明 `{name}` 的策略 `{policy}` 不适用于群 `{asked.group}`",
        )
    from policyd.model.readers import near_miss

    near = near_miss(asked.group, frozenset(known))
    hint = (f"; did you mean `{near}`?", f";是不是 `{near}`?") if near else ("", "")
    return Phrase(f"no group `{asked.group}` is known{hint[0]}", f"没有群 `{asked.group}`{hint[1]}")
