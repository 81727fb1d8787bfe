"""The scripts of `lua/`, as a library of functions that servers keep (`FUNCTION LOAD`).

Functions rather than scripts that are called by their digest: what a function works by may be made once in the life of
a server, where a script makes it anew at every call, which took a third of a call of one event. The library and its
functions are named after what is in them, so that several versions of policyd may use a server at a time."""

from __future__ import annotations

import re
from hashlib import sha1
from importlib import resources
from typing import Final

from redis.exceptions import BusyLoadingError, ResponseError

_INCLUDE: Final = re.compile(r"^--#include (\w+)$", re.M)


def source(name: str) -> str:
    """A file of `lua/`, with the parts that it includes."""
    return _INCLUDE.sub(lambda line: _file(line[1]), _file(name))


def _file(name: str) -> str:
    return resources.files("policyd.state").joinpath("lua", f"{name}.lua").read_text("utf-8")


_WRITE: Final = ("commit", "retract", "file", "count", "figures")
_READ: Final = ("read", "due", "listed", "journal")
_READING: Final = "_reading"
"""What the name of a function ends with that does the same, but may write nothing."""
_SOURCES: Final = {name: source(name) for name in ("observe", *_WRITE, *_READ)}


def _made_once(name: str, library: str) -> str:
    """Of a file that gives the function. A library can do nothing while it is loaded, so the first call makes it."""
    return f"""
local {name}
local function {name}_or_made(keys, arguments)
  {name} = {name} or (function()
{_SOURCES[name]}
  end)()
  return {name}(keys, arguments)
end
{_registered(library, name, f"{name}_or_made")}{_registered(library, name + _READING, f"{name}_or_made", reads=True)}"""


def _made_anew(name: str, library: str) -> str:
    """Of a file that is what the function does with KEYS and ARGV."""
    twin = _registered(library, name + _READING, name, reads=True) if name in _WRITE else ""
    return f"""
local function {name}(KEYS, ARGV)
{_SOURCES[name]}
end
{_registered(library, name, name, reads=name in _READ)}{twin}"""


def _registered(library: str, name: str, function: str, *, reads: bool = False) -> str:
    flags = ", flags={'no-writes'}" if reads else ""
    return f"redis.register_function{{function_name='{library}_{name}', callback={function}{flags}}}\n"


def _named(library: str) -> bytes:
    """The library under this name."""
    functions = [_made_once("observe", library), *[_made_anew(name, library) for name in (*_WRITE, *_READ)]]
    return "".join([f"#!lua name={library}\n", *functions]).encode()


NAME: Final = "policyd_" + sha1(_named(""), usedforsecurity=False).hexdigest()[:16]
"""Of the library, with which those of its functions begin."""
LIBRARY: Final = _named(NAME)


def _function(name: str) -> bytes:
    return f"{NAME}_{name}".encode()


OBSERVE: Final = _function("observe")
COMMIT: Final = _function("commit")
RETRACT: Final = _function("retract")
FILE: Final = _function("file")
COUNT: Final = _function("count")
FIGURES: Final = _function("figures")
READ: Final = _function("read")
DUE: Final = _function("due")
LISTED: Final = _function("listed")
JOURNAL: Final = _function("journal")

WRITING: Final = frozenset({OBSERVE, COMMIT, RETRACT, FILE, COUNT, FIGURES})


def reading(function: bytes) -> bytes:
    """The same as one of `WRITING`, but it breaks off where it would write. A server that takes no writes as its memory
    is full, runs no other: repeats are told the same all the same."""
    return function + _READING.encode()


def is_forgotten(error: ResponseError | BusyLoadingError) -> bool:
    """Whether the server says that it does not have the library."""
    return str(error).startswith("Function not found")
