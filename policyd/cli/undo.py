"""`policyd undo`: takes back what a mistaken rule has done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import msgspec

from policyd.cli import exits, options, stores
from policyd.cli.output import Output
from policyd.language.diagnostics import Language, Phrase

if TYPE_CHECKING:
    from datetime import tzinfo

    from policyd.check.resolved import PolicySet
    from policyd.compile.program import Program
    from policyd.engine.undo import GroupUndone
    from policyd.state.maintenance import Reached
    from policyd.state.store import Store


class Asked(NamedTuple):
    """What is to be taken back: of which rule, since when (as written), in one group or in all of these tenants; with
    `statistics` it is counted."""

    rule: str
    since: str
    group: str | None
    tenants: list[str]
    dry_run: bool
    statistics: bool


class Report(NamedTuple):
    """What was. `since` in ms since the epoch."""

    since: int
    groups: list[Place]


class Place(NamedTuple):
    """What was taken back in a group of a tenant."""

    tenant: str
    done: GroupUndone


@click.command("undo")
@click.option(
    "--rule", required=True, metavar="R", help="A rule or declaration, as decisions name it or without policy."
)
@click.option("--since", required=True, metavar="T", help="2026-03-02, 2026-03-02T20:00, or a length back: 24h, 3d.")
@click.option("--group", metavar="ID", help="In this group only.")
@click.option("--tenant", metavar="NAME", help="Of this tenant only; '' is the one of bots without a tenant.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken back, and take nothing back.")
@stores.named
@options.formats("pretty", "json")
@options.quiet
@options.language
def command(
    rule: str,
    since: str,
    group: str | None,
    tenant: str | None,
    dry_run: bool,
    form: str,
    quiet: bool,
    language: Language | None,
    **flags: Any,
) -> int:
    """Take back what rule R has done since T: strikes, mutes, bans and awards.

    Strikes and awards are taken back at once; what the bot has to do about it comes with the answer to its next tick.
    Says also what was done and cannot be taken back, such as deleted messages. Decisions are remembered for 30 days.
    """
    from policyd.cli.programs import load_program
    from policyd.cli.show_undone import undone_lines

    output = Output(language, quiet)
    settings = stores.settings_of(flags)
    program = load_program(settings.policies, output)
    _note_unknown(rule, program.policy_set, output)
    asked = Asked(rule, since, group, stores.tenants(settings, tenant), dry_run, settings.statistics == "on")
    report = stores.ask(settings, output, partial(_undo, program, asked, output))
    if form == "json":
        told: dict[str, Any] = {"rule": rule, "since": _utc(report.since), "dry_run": dry_run}
        told["groups"] = [{"tenant": each.tenant} | msgspec.to_builtins(each.done) for each in report.groups]
        output.line(msgspec.json.encode(told).decode())
    elif not quiet:
        shown = _shown(report.since, rule, program.policy_set)
        output.lines(undone_lines([(_place(each), each.done) for each in report.groups], rule, shown, dry_run, output))
    return exits.FINE


async def _undo(program: Program, asked: Asked, output: Output, store: Store, reached: Reached) -> Report:
    from policyd.cli.since import instant
    from policyd.engine.undo import undo

    zone = _zone(asked.rule, program.policy_set)
    since = instant(asked.since, await store.now(0), zone)
    if since is None:
        bad = Phrase(
            f"`--since {asked.since}` is no time like 2026-03-02 or 2026-03-02T20:00 and no length like 24h or 3d",
            f"`--since {asked.since}` 应写成时间(2026-03-02 或 2026-03-02T20:00)或时长(24h、3d)",
        )
        raise exits.Stop(exits.USAGE, output.text(bad))
    groups = []
    for tenant in asked.tenants:
        for group in stores.groups_of(reached, tenant, asked.group, "journal", output):
            found = await undo(
                store, program, tenant, asked.rule, since, group, asked.dry_run, statistics=asked.statistics
            )
            if found.undone:
                groups.append(Place(tenant, found))
    return Report(since, groups)


def _place(place: Place) -> str:
    return f"{place.tenant}/{place.done.group}" if place.tenant else place.done.group


def _utc(instant: int) -> str:
    from policyd.engine.instants import rfc3339

    return rfc3339(instant, "UTC")


def _zone(rule: str, policies: PolicySet) -> tzinfo | None:
    """That of the policy which the rule belongs to; None for this machine's."""
    from zoneinfo import ZoneInfo

    owner = next((name.partition(".")[0] for name in _named(rule, policies)), rule.partition(".")[0])
    return next((ZoneInfo(policy.zone) for policy in policies.policies if policy.name == owner), None)


def _named(rule: str, policies: PolicySet) -> list[str]:
    """The rules and declarations that are meant."""
    return [name for name in _names(policies) if rule in (name, name.partition(".")[2])]


def _names(policies: PolicySet) -> list[str]:
    return sorted({name for rule in policies.rules.values() for name in (rule.name, rule.of) if name})


def _note_unknown(rule: str, policies: PolicySet, output: Output) -> None:
    """A rule may have been taken out meanwhile, so that it is unknown is no error."""
    if _named(rule, policies):
        return
    from difflib import get_close_matches

    names = [name for known in _names(policies) for name in (known, known.partition(".")[2])]
    near = get_close_matches(rule, names, n=1)
    hint = (f"; did you mean `{near[0]}`?", f";是不是 `{near[0]}`?") if near else ("", "")
    output.note(
        Phrase(
            f"there is no rule `{rule}` in the policies now: looking for what one of that name has done{hint[0]}",
            f"现在的策略里没有规则 `{rule}`:按这个名字查找过去的处理{hint[1]}",
        )
    )


def _shown(instant: int, rule: str, policies: PolicySet) -> str:
    from datetime import datetime

    return datetime.fromisoformat(_utc(instant)).astimezone(_zone(rule, policies)).strftime("%Y-%m-%d %H:%M")
