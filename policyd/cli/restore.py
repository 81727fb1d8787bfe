"""`policyd restore`: a backup, back into a store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from policyd.cli import exits, options, stores
from policyd.cli.output import Output
from policyd.language.diagnostics import Language, Phrase

if TYPE_CHECKING:
    from policyd.state.backup import Restored


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Remove what the store keeps first.")
@stores.named
@options.formats("pretty", "json")
@options.quiet
@options.language
def command(file: Path, replace: bool, form: str, quiet: bool, language: Language | None, **flags: Any) -> int:
    """Write what the backup FILE holds into the store, which must be empty unless --replace is given.

    The whole file is checked first; a damaged one changes nothing. What has expired since is left out.
    """
    output = Output(language, quiet)
    restored = _restored(file, replace, output, flags)
    if form == "json":
        told = {"file": str(file), "keys": restored.keys, "expired": restored.expired, "replaced": replace}
        output.line(json.dumps(told, ensure_ascii=False))
    elif not quiet:
        output.line(output.text(_about(file, restored)))
    return exits.FINE


def _restored(file: Path, replace: bool, output: Output, flags: dict[str, Any]) -> Restored:
    """Raises `exits.Stop`."""
    from policyd.state.backup import Interrupted, NotEmpty, restore
    from policyd.state.backup_format import DamagedBackup

    settings = stores.settings_of(flags)
    try:
        with stores.reached(settings, output, create=True) as store, stores.KeysDone(output) as progress:
            return restore(store, file, progress, replace=replace)
    except DamagedBackup as error:
        damaged = Phrase(
            f"{file} cannot be restored: {error}. Nothing was changed; take another backup",
            f"{file} 无法恢复:{error}。存储没有任何改动;请换一份备份",
        )
        raise exits.Stop(exits.USAGE, output.text(damaged)) from None
    except NotEmpty:
        taken = Phrase(
            "policyd keeps state in this store already. Nothing was changed; --replace removes that state first",
            "存储里已有 policyd 的状态,没有做任何改动;加上 --replace 会先清除现有状态再恢复",
        )
        raise exits.Stop(exits.USAGE, output.text(taken)) from None
    except Interrupted as error:
        half = Phrase(
            f"{error}. The store holds a part of the backup now; run this again with --replace",
            f"{error}。存储里现在只有备份的一部分;请加上 --replace 重新运行",
        )
        raise exits.Stop(exits.USAGE, output.text(half)) from None


def _about(file: Path, restored: Restored) -> Phrase:
    english, chinese = f"{restored.keys:,} keys restored from {file}", f"已从 {file} 恢复 {restored.keys:,} 个键"
    if restored.expired:
        english += f"; {restored.expired:,} had expired meanwhile"
        chinese += f";另有 {restored.expired:,} 个已经过期"
    return Phrase(english, chinese)
