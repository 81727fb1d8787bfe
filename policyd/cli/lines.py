"""Lines from a file or a pipe, as soon as they come; events in them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Final

from policyd.model.codec import event_id, read
from policyd.model.problem import EventError

_CHUNK: Final = 1 << 16


def batches(name: str) -> Iterator[list[bytes]]:
    """All complete lines that can be read at once, without their line breaks; the last one may lack its own. `-` is
    stdin. Raises OSError."""
    descriptor = sys.stdin.fileno() if name == "-" else os.open(name, os.O_RDONLY)
    rest = [b""]
    try:
        while chunk := os.read(descriptor, _CHUNK):
            head, newline, tail = chunk.rpartition(b"\n")
            if not newline:
                rest.append(tail)
                continue
            yield (b"".join(rest) + head).split(b"\n")
            rest = [tail]
        if last := b"".join(rest):
            yield [last]
    finally:
        if name != "-":
            os.close(descriptor)


def read_id(line: bytes) -> str | None:
    """The id of an event that was refused, as far as it can be read."""
    try:
        return event_id(read(line))
    except EventError:
        return None
