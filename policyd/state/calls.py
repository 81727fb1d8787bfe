"""Requests that wait for a store, and the calls that carry them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Literal

from hiredis import pack_command
from msgspec import Struct
from msgspec.structs import replace
from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from policyd.model.state import StoreUnavailable
from policyd.state.gathering import Gathering
from policyd.state.library import reading
from policyd.state.link import Raw
from policyd.state.wire import Reply, Word

Answer = tuple[Reply, Reply]
"""What a script answers to a whole call, and to the one request."""
Answers = tuple[Reply, Sequence[Reply]] | StoreUnavailable
"""Likewise to several; or why there is no answer to any of them."""
Part = tuple[Sequence[int], Answers]
"""The places of some of those that were asked for in a turn, and what they are answered."""

_pack: Final[Callable[..., bytes]] = pack_command

MOST_IN_A_CALL: Final = 64

_REFUSED: Final = (BusyLoadingError, ClusterDownError, MasterDownError, ReadOnlyError, TryAgainError)
_NO_WRITES: Final = ("MISCONF ", "NOREPLICAS ")

Durability = Literal["memory", "replica"]
"""When an answer counts: as the server says it, or when one replica has it too."""


class Limits(Struct, frozen=True):
    """`deadline` in seconds is how long a request waits, retries included; `most_waiting` bounds the queue."""

    deadline: float = 0.05
    most_waiting: int = 10_000
    durability: Durability = "memory"


class Batch(Struct, frozen=True):
    """What the requests of one call have in common: the script, and the keys and arguments that come before their own.
    `alone`: the script takes one request a call. `begins`: each is the first of its event. `passed`: requests of other
    batches that wait behind these may go before them, so that these do not cut a call in two. `refused`: why the server
    took no writes where it is asked for what needs none."""

    script: bytes
    keys: tuple[bytes, ...]
    arguments: tuple[Word, ...]
    alone: bool = False
    passed: bool = False
    begins: bool = False
    refused: str = ""

    def reading(self, refused: str) -> Batch:
        """The same of a server that takes no writes."""
        return replace(self, script=reading(self.script), refused=refused)

    def is_before(self, other: Batch) -> bool:
        """Whether requests of this one may go before those of the other. Those of one cell stay in their order."""
        return other.passed and other.keys != self.keys


class Request(Struct, eq=False):
    """`keys` and `words` are its own; `size` of them is how many answers it gets. `deadline` is a time of the event
    loop. `asking`: a node of a Cluster is to take it although the slot is not its own yet. Who waits for it is told
    once, and may have gone."""

    batch: Batch
    keys: Sequence[bytes]
    words: Sequence[Word]
    size: int
    deadline: float
    asking: bool

    def done(self) -> bool:
        """Whether nobody waits any more."""
        raise NotImplementedError

    def answer(self, shared: Reply, answers: Sequence[Reply]) -> None:
        """`shared`: what the script says to the whole call."""
        raise NotImplementedError

    def fail(self, reason: str) -> None:
        raise NotImplementedError


class Asked(Request):
    """One that a task waits for."""

    future: asyncio.Future[Answer]

    def done(self) -> bool:
        return self.future.done()

    def answer(self, shared: Reply, answers: Sequence[Reply]) -> None:
        if not self.future.done():
            self.future.set_result((shared, answers[0]))

    def fail(self, reason: str) -> None:
        if not self.future.done():
            self.future.set_exception(StoreUnavailable(reason))


class Gathered(Request):
    """Several that a task waits for with others, by their places among them."""

    places: Sequence[int]
    gathering: Gathering[Part]
    told: bool = False

    def done(self) -> bool:
        return self.told or self.gathering.closed

    def answer(self, shared: Reply, answers: Sequence[Reply]) -> None:
        self._tell((shared, answers))

    def fail(self, reason: str) -> None:
        self._tell(StoreUnavailable(reason))

    def _tell(self, answers: Answers) -> None:
        if not self.told:
            self.told = True
            self.gathering.take(self.size, (self.places, answers))


class Call:
    """One command on the wire, behind an `ASKING` where its requests need it, and before a `WAIT` for one replica where
    `wait` says for how many ms. `awaited`: how many replies still come; `replies`: those that have. `size`: how many
    answers the script gives."""

    __slots__ = ("awaited", "nonce", "replies", "requests", "sent", "size", "wait")

    def __init__(self, nonce: bytes, requests: list[Request], sent: float, wait: int = 0) -> None:
        self.nonce = nonce
        self.requests = requests
        self.size = sum([request.size for request in requests])
        self.sent = sent
        self.wait = wait
        self.awaited = 1 + requests[0].asking + bool(wait)
        self.replies: list[Raw] = []

    def packed(self) -> bytes:
        """`FCALL script number-of-keys keys nonce arguments`."""
        batch = self.requests[0].batch
        keys = list(batch.keys)
        words = [self.nonce, *batch.arguments]
        for request in self.requests:
            keys += request.keys
            words += request.words
        command = _pack((b"FCALL", batch.script, len(keys), *keys, *words))
        if self.awaited == 1:
            return command
        asking = _pack((b"ASKING",)) if self.requests[0].asking else b""
        return asking + command + (_pack((b"WAIT", 1, self.wait)) if self.wait else b"")

    @property
    def is_alone(self) -> bool:
        return self.requests[0].batch.alone

    def reply(self) -> Raw:
        """That of the script."""
        return self.replies[-2 if self.wait else -1]

    def is_durable(self) -> bool:
        """Whether as many servers have it as were asked for."""
        return not self.wait or (isinstance(acknowledged := self.replies[-1], int) and acknowledged >= 1)


def may_pass(error: ResponseError | BusyLoadingError) -> bool:
    """The server refused before anything ran, for a reason that may be gone in a moment."""
    return isinstance(error, _REFUSED) or str(error).startswith("BUSY ")


def refuses_writes(error: ResponseError | BusyLoadingError) -> bool:
    """The server has no memory, disk or replicas for what is written, but may be read."""
    return isinstance(error, OutOfMemoryError) or str(error).startswith(_NO_WRITES)
