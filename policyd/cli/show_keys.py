"""What a store holds, by kind of keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from policyd.cli import exits, stores
from policyd.cli.output import Output
from policyd.language.diagnostics import Phrase

if TYPE_CHECKING:
    from policyd.server.settings import Settings
    from policyd.state.census import Census

_KINDS: Final = {
    "receipts": Phrase("receipts and short windows", "事件回执与短窗口"),
    "given": Phrase("given for messages", "消息已有的处理"),
    "standing": Phrase("standing of members", "成员处罚记录"),
    "member windows": Phrase("windows of members", "成员计数窗口"),
    "group windows": Phrase("windows of groups", "群计数窗口"),
    "text windows": Phrase("windows by a text", "按文本计数窗口"),
    "journals": Phrase("journals of what was done", "处理日志"),
    "figures": Phrase("figures of days that are over", "已结束日期的统计"),
    "open figures": Phrase("figures of open days", "未结束日期的统计"),
    "files": Phrase("files of members", "成员档案"),
    "threads": Phrase("threads that wait for a reply", "待答复的消息"),
    "boards": Phrase("boards of groups", "群状态板"),
    "tickets": Phrase("tickets of groups", "群工单"),
    "members": Phrase("members of groups", "群成员"),
    "groups": Phrase("known groups", "已知的群"),
    "parcels": Phrase("actions that wait for a tick", "等待 tick 的动作"),
    "ticks": Phrase("ticks", "tick"),
    "desks": Phrase("progress of ticks", "tick 进度"),
    "dues": Phrase("what comes due", "到期事项"),
    "filings": Phrase("receipts of filings", "归档回执"),
    "other": Phrase("of another version", "其他版本的键"),
}


def show_keys(settings: Settings, group: str | None, form: str, output: Output) -> int:
    """Prints the census of the store. Raises `exits.Stop` where that cannot be."""
    from policyd.state.census import take_census

    if group is not None or form == "csv":
        bad = Phrase(
            "`--keys` is about the whole store: leave GROUP out, and take --format pretty or json",
            "`--keys` 针对整个存储:不要写群,格式用 pretty 或 json",
        )
        raise exits.Stop(exits.USAGE, output.text(bad))
    with stores.reached(settings, output) as store:
        census = take_census(store)
    if form == "json":
        output.line(msgspec.json.encode(census).decode())
    else:
        output.lines(_table(census, output))
    return exits.FINE


def _table(census: Census, output: Output) -> Iterator[str]:
    yield f"{'keys':>12} {'fields':>12} {'bytes':>12}"
    for kind, count in census.kinds.items():
        fields = f"{count.entries:,}" if count.entries else ""
        yield f"{count.keys:>12,} {fields:>12} {stores.in_bytes(count.bytes):>12}  {output.text(_KINDS[kind])}"
    total = sum(count.keys for count in census.kinds.values())
    size = sum(count.bytes for count in census.kinds.values())
    yield f"{total:>12,} {'':>12} {stores.in_bytes(size):>12}  {output.text(Phrase('in all', '合计'))}"
    if not output.quiet:
        memory = stores.in_bytes(census.memory)
        yield output.text(
            Phrase(
                f"{census.server}, {memory} in all, {census.foreign:,} keys of others",
                f"{census.server},共用 {memory},另有 {census.foreign:,} 个不属于 policyd 的键",
            )
        )
