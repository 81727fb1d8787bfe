"""Options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_DIRECTORY: Final = "policies"

directory = click.argument("directory", metavar="[DIR]", default=DEFAULT_DIRECTORY, type=click.Path(path_type=Path))
language = click.option("--lang", "language", type=click.Choice(["en", "zh"]), help="Language of what is said.")
quiet = click.option("-q", "--quiet", is_flag=True, help="Print findings only.")


def formats(*names: str) -> Callable[[F], F]:
    """`--format`, the first of `names` by default."""
    return click.option(
        "--format", "form", type=click.Choice(names), default=names[0], show_default=True, help="Form of the output."
    )


class EventFile(click.Path):
    """A file to read, or `-` for stdin."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, allow_dash=True, readable=True)


def source(name: str = "file") -> Callable[[F], F]:
    """`[FILE|-]`, stdin by default."""
    return click.argument(name, metavar="[FILE|-]", default="-", type=EventFile())
