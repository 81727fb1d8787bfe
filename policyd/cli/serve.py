"""`policyd serve`: the endpoint that bots call."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from policyd.cli import exits
from policyd.cli.output import Output
from policyd.server.settings import SettingsError, load_settings, show_settings


@click.command("serve")
@click.argument("policies", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--listen", metavar="HOST:PORT", help="Where to listen.  [default: 127.0.0.1:8900]")
@click.option("--store", type=click.Choice(["embedded", "memory"]), help="Where state is kept.  [default: embedded]")
@click.option("--redis", metavar="URL", help="Keep state in this Redis or Valkey instead.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Folder of the embedded store.  [default: .policyd]")
@click.option(
    "--durability",
    type=click.Choice(["memory", "replica"]),
    help="Answer once the Redis has it, or once a replica has it too.  [default: memory]",
)
@click.option("--clock", type=click.Choice(["store", "event"]), help="Whose time counts; `event` is for trying out.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that decide side by side.  [default: 1]")
@click.option("--config", type=click.Path(dir_okay=False), help="Settings file.  [default: policyd.toml, if there]")
@click.option("--print-settings", is_flag=True, help="Show the settings that would be used, secrets hidden, and stop.")
def command(print_settings: bool, **flags: Any) -> int:
    """Answer bots over HTTP by the policies in DIR, until stopped.

    Settings come from policyd.toml, then from POLICYD_* variables, then from these options. SIGHUP reloads the
    policies; where they have become invalid, the old ones stay.
    """
    try:
        settings = load_settings(flags, os.environ, Path.cwd())
    except SettingsError as error:
        raise exits.Stop(exits.USAGE, str(error)) from None
    if print_settings:
        Output().line(show_settings(settings).rstrip("\n"))
        return exits.FINE
    from policyd.server.serve import serve

    return serve(settings)
