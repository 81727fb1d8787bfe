"""`policyd stats`: the figures of groups, and what the store holds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click
import msgspec

from policyd.cli import exits, options, stores
from policyd.cli.output import Output
from policyd.language.diagnostics import Language, Phrase

if TYPE_CHECKING:
    from policyd.check.resolved import PolicySet
    from policyd.cli.group_figures import GroupFigures
    from policyd.server.settings import Settings
    from policyd.state.maintenance import Reached
    from policyd.state.store import Store

_DAYS: Final = 30


class Asked(NamedTuple):
    """Over how many days, of one group or of all of these tenants. `recorded`: the clock is that of the events."""

    policies: PolicySet | None
    tenants: list[str]
    group: str | None
    days: int
    recorded: bool


@click.command("stats")
@click.argument("group", required=False)
@click.option("--days", metavar="N", type=int, default=_DAYS, show_default=True, help="Over the last N days.")
@click.option("--tenant", metavar="NAME", help="Of this tenant only; '' is the one of bots without a tenant.")
@click.option("--keys", is_flag=True, help="How many keys and bytes the store holds of each kind, instead.")
@stores.named
@options.formats("pretty", "json", "csv")
@options.quiet
@options.language
def command(
    group: str | None,
    days: int,
    tenant: str | None,
    keys: bool,
    form: str,
    quiet: bool,
    language: Language | None,
    **flags: Any,
) -> int:
    """Say what happened in GROUP, or in short in every group: over the last days that are over, in the time zone of the
    group's first policy. What each figure means is said in docs/statistics.md.

    With --keys, what the store holds. Bytes are the server's own (MEMORY USAGE), of every key; those of hashes are
    estimated from 1000 of their fields.
    """
    output = Output(language, quiet)
    settings = stores.settings_of(flags)
    if keys:
        from policyd.cli.show_keys import show_keys

        return show_keys(settings, group, form, output)
    _check_days(days, output)
    policies = _policies(settings, output)
    tenants = stores.tenants(settings, tenant)
    recorded = settings.clock == "event"
    asked = Asked(policies, tenants, group, days, recorded)
    found = stores.ask(settings, output, partial(_read, asked, output))
    _show(found, group, form, policies, output)
    return exits.FINE


async def _read(asked: Asked, output: Output, store: Store, reached: Reached) -> list[GroupFigures]:
    """Raises `exits.Stop` where there is nothing to show."""
    from policyd.cli.group_figures import read_figures

    known = {tenant: stores.groups_of(reached, tenant, None, "figures", output) for tenant in asked.tenants}
    places = [(tenant, each) for tenant, groups in known.items() for each in groups]
    wanted = places if asked.group is None else [(tenant, asked.group) for tenant in asked.tenants]
    read = [
        await read_figures(store, asked.policies, tenant, each, asked.days, recorded=asked.recorded)
        for tenant, each in wanted
    ]
    found = [each for each in read if each is not None]
    if not found:
        raise exits.Stop(exits.USAGE, output.text(_nothing(asked.group, sorted({each for _, each in places}))))
    return found


def _show(
    found: list[GroupFigures], group: str | None, form: str, policies: PolicySet | None, output: Output
) -> None:  # fmt: skip
    from policyd.cli.group_figures import document
    from policyd.cli.show_stats import group_lines, many_lines
    from policyd.cli.stats_csv import csv_text

    if form == "json":
        told = [document(each, with_days=group is not None) for each in found]
        output.line(msgspec.json.encode({"groups": told}).decode())
    elif form == "csv":
        output.line(csv_text(found).rstrip("\n"))
    elif group is None:
        output.lines(many_lines(found, output))
    else:
        titles = {} if policies is None else {name: rule.title for name, rule in policies.rules.items()}
        for place, each in enumerate(found):
            output.lines(["", ""] if place else [])
            output.lines(group_lines(each, titles, output))


def _check_days(days: int, output: Output) -> None:
    from policyd.cli.group_figures import MOST_DAYS

    if not 1 <= days <= MOST_DAYS:
        bad = Phrase(
            f"`--days {days}`: days are kept for two years, so N is 1 to {MOST_DAYS}",
            f"`--days {days}`:统计保留两年,N 为 1 到 {MOST_DAYS}",
        )
        raise exits.Stop(exits.USAGE, output.text(bad))


def _policies(settings: Settings, output: Output) -> PolicySet | None:
    """Those of the settings, which tell time zones and the titles of rules; None where there are none that can be
    read, which is said."""
    from policyd.check.load import load

    policies = load(settings.policies)[0] if settings.policies.is_dir() else None
    if policies is None:
        untold = Phrase(
            f"there are no valid policies in {settings.policies}: days are shown in UTC, rules without titles",
            f"{settings.policies} 里没有可用的策略:日期按 UTC 计算,规则不显示名称",
        )
        output.note(untold)
    return policies


def _nothing(group: str | None, known: list[str]) -> Phrase:
    if group is None or not known:
        return Phrase(
            "nothing has been counted yet: figures begin with the first event of a group (unless the service runs with"
            ' statistics = "off")',
            '还没有统计数据:群里有第一个事件后开始统计(服务设置 statistics = "off" 时不统计)',
        )
    from policyd.model.readers import near_miss

    near = near_miss(group, frozenset(known))
    hint = (f"did you mean `{near}`?", f"是不是 `{near}`?") if near else (
        "`policyd stats` lists those that have some", "`policyd stats` 列出有统计的群"
    )  # fmt: skip
    return Phrase(f"there are no figures of a group `{group}`; {hint[0]}", f"没有群 `{group}` 的统计;{hint[1]}")
