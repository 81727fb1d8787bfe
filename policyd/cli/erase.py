"""`policyd erase`: removes a member from every key of the store."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from policyd.cli import exits, options, stores
from policyd.cli.output import Output
from policyd.language.diagnostics import Language, Phrase

if TYPE_CHECKING:
    from policyd.state.census_layout import Kind
    from policyd.state.erase import Erased

_WINDOWS: Final = ("group windows", "member windows", "text windows")
_RECORDS: Final[dict[Kind, tuple[str, str, str]]] = {
    "files": ("file", "files", "份档案"),
    "members": ("place among the members", "places among the members", "条群成员记录"),
    "tickets": ("ticket", "tickets", "张工单"),
    "threads": ("question that waits", "questions that wait", "个待答复的问题"),
    "parcels": ("part of waiting actions", "parts of waiting actions", "处待执行的动作"),
    "ticks": ("part of a tick", "parts of ticks", "处 tick 内容"),
    "dues": ("thing that comes due", "things that come due", "个到期事项"),
    "journals": ("entry of the journal", "entries of the journal", "条处理日志"),
}
_EVERYWHERE: Final = "\x02"
"""The group under which the store keeps what counts across groups."""


@click.command("erase")
@click.argument("member")
@click.option("--group", metavar="ID", help="In this group only.")
@click.option("--tenant", metavar="NAME", help="Of this tenant only; '' is the one of bots without a tenant.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@stores.named
@options.formats("pretty", "json")
@options.quiet
@options.language
def command(
    member: str,
    group: str | None,
    tenant: str | None,
    dry_run: bool,
    form: str,
    quiet: bool,
    language: Language | None,
    **flags: Any,
) -> int:
    """Remove MEMBER from every key of the store, and from the store's files.

    Backups, logs of decisions and the files of replicas are not touched: they are yours to remove.
    """
    from policyd.state.erase import Whom, erase, forget_traces

    output = Output(language, quiet)
    settings = stores.settings_of(flags)
    whom = Whom(member, group, tenant, _counters(settings.policies, output))
    with stores.reached(settings, output) as store:
        erased = erase(store, whom, only_look=dry_run)
        problems = [] if dry_run else forget_traces(store, member)
    if form == "json":
        told = {"member": member, "dry_run": dry_run, "erased": erased, "problems": problems}
        output.line(msgspec.json.encode(told).decode())
    elif not quiet:
        output.lines(_lines(member, erased, dry_run, output))
    for problem in problems:
        output.problem(problem)
    return exits.USAGE if problems else exits.FINE


def _counters(policies: Path, output: Output) -> Collection[str]:
    """Identities of the counters by a text, of which a member's id may be one."""
    from policyd.check.load import load

    found = load(policies)[0] if policies.is_dir() else None
    if found is None:
        output.note(
            Phrase(
                f"no valid policies in {policies}: windows by a text that is the member's id (such as joins by inviter)"
                " are not looked for; they lapse by themselves",
                f"{policies} 里没有有效的策略:不查找以该成员 id 为键的窗口(例如按邀请人计数),它们会自行过期",
            )
        )
        return ()
    return [counter.identity for counter in found.counters.values() if any(key not in _PLAIN for key in counter.keys)]


_PLAIN: Final = ("member", "group")


def _lines(member: str, erased: list[Erased], dry_run: bool, output: Output) -> Iterator[str]:
    if not erased:
        yield output.text(Phrase(f"nothing is kept of {member}", f"没有保存 {member} 的任何状态"))
        return
    number = len(erased)
    did = ("would be removed", "将被移除") if dry_run else ("was removed", "已被移除")
    yield output.text(
        Phrase(f"{member} {did[0]} from {number} group{'s' * (number > 1)}:", f"{member} {did[1]},涉及 {number} 个群:")
    )
    for each in erased:
        group = output.text(_ACROSS) if each.group == _EVERYWHERE else each.group or output.text(_ALL)
        place = f"{each.tenant}/{group}" if each.tenant else group
        yield f"  {place}: {output.text(_held(each))}"


_ACROSS: Final = Phrase("(across groups)", "(跨群)")
_ALL: Final = Phrase("(all groups)", "(所有群)")


def _held(erased: Erased) -> Phrase:
    windows = sum(erased.removed.get(kind, 0) for kind in _WINDOWS)
    english, chinese = [], []
    if windows:
        english.append(f"{windows} key{'s' * (windows > 1)} of windows")
        chinese.append(f"{windows} 个计数窗口的键")
    if "standing" in erased.removed:
        english.append(f"standing ({erased.strikes} strike{'s' * (erased.strikes != 1)}{', muted' * erased.muted})")
        chinese.append(f"处罚记录({erased.strikes} 次{',禁言中' * erased.muted})")
    for kind, (one, several, phrase) in _RECORDS.items():
        if number := erased.removed.get(kind, 0):
            english.append(f"{number} {one if number == 1 else several}")
            chinese.append(f"{number} {phrase}")
    return Phrase(", ".join(english), "、".join(chinese))
