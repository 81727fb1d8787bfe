"""Requests that wait for a store, and the calls that carry them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from hiredis import pack_command
from msgspec import Struct
from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    NoScriptError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from policyd.state.wire import Reply, Word

Answer = tuple[Reply, Reply]
"""What a script answers to a whole call, and to the one request."""

_pack: Final[Callable[..., bytes]] = pack_command

MOST_IN_A_CALL: Final = 64

_REFUSED: Final = (BusyLoadingError, ClusterDownError, MasterDownError, NoScriptError, ReadOnlyError, TryAgainError)


class Batch(Struct, frozen=True):
    """What the requests of one call have in common: the script, and the keys and arguments that come before their own.
    `alone`: the script takes one request a call."""

    script: bytes
    keys: tuple[bytes, ...]
    arguments: tuple[Word, ...]
    alone: bool = False


class Request:
    """`keys` and `words` are its own; `deadline` is a time of the event loop. `asking`: a node of a Cluster is to take
    it although the slot is not its own yet."""

    __slots__ = ("asking", "batch", "deadline", "future", "keys", "words")

    def __init__(
        self,
        batch: Batch,
        keys: Sequence[bytes],
        words: Sequence[Word],
        future: asyncio.Future[Answer],
        deadline: float,
    ) -> None:
        self.asking = False
        self.batch = batch
        self.keys = keys
        self.words = words
        self.future = future
        self.deadline = deadline


class Call:
    """One command on the wire, behind an `ASKING` where its requests need it. `answers`: how many replies come."""

    __slots__ = ("answers", "nonce", "requests", "sent")

    def __init__(self, nonce: bytes, requests: list[Request], sent: float) -> None:
        self.nonce = nonce
        self.requests = requests
        self.sent = sent
        self.answers = 2 if requests[0].asking else 1

    def packed(self) -> bytes:
        """`EVALSHA script number-of-keys keys nonce arguments`."""
        batch = self.requests[0].batch
        keys = list(batch.keys)
        words = [self.nonce, *batch.arguments]
        for request in self.requests:
            keys += request.keys
            words += request.words
        command = _pack((b"EVALSHA", batch.script, len(keys), *keys, *words))
        return command if self.answers == 1 else _pack((b"ASKING",)) + command


def may_pass(error: ResponseError | BusyLoadingError) -> bool:
    """The server refused before anything ran, for a reason that may be gone in a moment."""
    return isinstance(error, _REFUSED) or str(error).startswith("BUSY ")
