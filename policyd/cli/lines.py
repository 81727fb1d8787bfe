"""Lines from a file or a pipe, as soon as they come."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Final

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
