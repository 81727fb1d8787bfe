"""The store that the settings name, for commands that look after it."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click

from policyd.cli import exits
from policyd.cli.output import Output
from policyd.language.diagnostics import Phrase
from policyd.model.state import StoreUnavailable
from policyd.server.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from policyd.state.group_names import Kept
    from policyd.state.maintenance import Reached
    from policyd.state.store import Store

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")
_BETWEEN: Final = 0.1
_PATIENCE: Final = 30.0


def named(function: F) -> F:
    """`--redis`, `--data-dir` and `--config`, as `serve` takes them."""
    for option in (
        click.option("--config", type=click.Path(dir_okay=False), help="Settings file.  [default: policyd.toml]"),
        click.option("--data-dir", type=click.Path(path_type=Path), help="Folder of the embedded store."),
        click.option("--redis", metavar="URL", help="The Redis or Valkey that keeps state."),
    ):
        function = option(function)
    return function


def settings_of(flags: dict[str, Any]) -> Settings:
    """As a service that was started here would have them. Raises `exits.Stop`."""
    try:
        return load_settings(flags, os.environ, Path.cwd())
    except SettingsError as error:
        raise exits.Stop(exits.USAGE, str(error)) from None


@contextmanager
def reached(settings: Settings, output: Output, *, create: bool = False) -> Iterator[Reached]:
    """The store of the settings, while a service runs on it or not. Raises `exits.Stop` where it cannot be used, also
    for what happens on the way."""
    from policyd.state.maintenance import reach

    if settings.store_url == "memory":
        memory = Phrase(
            "with `store = memory` nothing is kept, so there is nothing to look after; name the store that the service"
            " uses: --redis, or --data-dir with POLICYD_STORE=embedded",
            "`store = memory` 不保存任何状态;请用 --redis 或 --data-dir 指明服务所用的存储",
        )
        raise exits.Stop(exits.USAGE, output.text(memory))
    try:
        with reach(settings.store_url, settings.data_dir, create=create) as store:
            yield store
    except StoreUnavailable as error:
        raise exits.Stop(exits.USAGE, str(error)) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise exits.Stop(exits.USAGE, f"{where}{error.strerror or error}") from None


def ask(settings: Settings, output: Output, work: Callable[[Store, Reached], Awaitable[T]]) -> T:
    """The answer of `work` on the store of the settings, as the engine speaks to it and as commands look after it.
    Raises as `reached`."""
    with reached(settings, output) as found:
        return asyncio.run(_asked(settings, found, work))


async def _asked(settings: Settings, found: Reached, work: Callable[[Store, Reached], Awaitable[T]]) -> T:
    from policyd.state.redis import RedisStore

    url = settings.store_url or f"unix://{_socket(found)}"
    store = RedisStore(url, deadline=_PATIENCE, virtual=settings.clock == "event")
    try:
        await store.open()
        return await work(store, found)
    finally:
        await store.close()


def _socket(found: Reached) -> str:
    """Where the embedded store listens."""
    return cast(str, found.nodes[0].get_connection_kwargs()["path"])


def tenants(settings: Settings, tenant: str | None) -> list[str]:
    """The one that is named, or those of all bots of the settings."""
    return [tenant] if tenant is not None else sorted({"", *(bot.tenant for bot in settings.bots)})


def groups_of(found: Reached, tenant: str, group: str | None, kind: Kept, output: Output) -> list[str]:
    """The one that is named, or all that keep something of the kind; says where it cannot tell some."""
    from policyd.state.group_names import group_names

    if group is not None:
        return [group]
    names, more = group_names(found, tenant, kind)
    if more:
        untold = Phrase(
            f"{more} more group{'s' * (more > 1)} with long ids cannot be listed: name each as GROUP",
            f"另有 {more} 个群的 id 过长,无法列出:请逐个指定群",
        )
        output.note(untold)
    return names


def in_bytes(size: float) -> str:
    """`1.5 MiB`."""
    unit = 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size /= 1024
        unit += 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size:.0f} B"


class KeysDone:
    """How many keys are done, on a terminal only."""

    def __init__(self, output: Output) -> None:
        self._shows = sys.stderr.isatty() and not output.quiet
        self._next = 0.0

    def __call__(self, keys: int) -> None:
        if self._shows and time.monotonic() >= self._next:
            sys.stderr.write(f"\r{keys:,} …")
            sys.stderr.flush()
            self._next = time.monotonic() + _BETWEEN

    def __enter__(self) -> KeysDone:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shows:
            sys.stderr.write("\r\x1b[K")
