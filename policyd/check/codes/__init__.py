"""Everything that the checker can find, registered by importing this package. The parser's kinds are beside the parser.

`C` is an error, `W` a warning; the hundreds are those of the modules here.
"""

from policyd.check.codes import (
    actions,
    counters,
    declarations,
    deferred,
    doubts,
    files,
    names,
    settings,
    standing,
    standing_doubts,
    types,
    warnings,
    workflows,
)

__all__ = [
    "actions",
    "counters",
    "declarations",
    "deferred",
    "doubts",
    "files",
    "names",
    "settings",
    "standing",
    "standing_doubts",
    "types",
    "warnings",
    "workflows",
]
