"""`policyd backup`: everything that the store keeps, into a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from policyd.cli import exits, options, stores
from policyd.cli.output import Output
from policyd.language.diagnostics import Language, Phrase


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@stores.named
@options.formats("pretty", "json")
@options.quiet
@options.language
def command(file: Path, form: str, quiet: bool, language: Language | None, **flags: Any) -> int:
    """Write everything that the store keeps to FILE, also while a service is running on it.

    The file replaces an older FILE only when it is whole. It fits Redis and Valkey of any version.
    """
    from policyd.state.backup import back_up

    output = Output(language, quiet)
    with stores.reached(stores.settings_of(flags), output) as store, stores.KeysDone(output) as progress:
        keys = back_up(store, file, progress)
    size = file.stat().st_size
    if form == "json":
        output.line(json.dumps({"file": str(file), "keys": keys, "bytes": size}, ensure_ascii=False))
    elif not quiet:
        told = Phrase(
            f"{file}: {keys:,} keys, {stores.in_bytes(size)}", f"{file}:{keys:,} 个键,{stores.in_bytes(size)}"
        )
        output.line(output.text(told))
    return exits.FINE
