"""The bodies of requests that come through ASGI, and why a request as a whole is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from policyd.model.problem import Problem, problem
from policyd.server.settings import Limits

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
_DRAINED: Final = 16
"""So many times the allowed length is read of a body that is too long."""


class Refused(Exception):
    """The request as a whole is refused."""

    def __init__(self, problem: Problem, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = headers


async def body_of(receive: Receive, limits: Limits) -> bytes:
    """Raises `Refused` where it is too long, takes too long, or never comes."""
    message = await receive()
    return await _rest(message, receive, limits) if message.get("more_body") else message.get("body", b"")


async def _rest(first: Message, receive: Receive, limits: Limits) -> bytes:
    """The whole of a body that comes in pieces."""
    try:
        async with asyncio.timeout(limits.receive_seconds):
            return await _pieces(first.get("body", b""), receive, limits)
    except TimeoutError:
        detail = f"the body did not arrive within {limits.receive_seconds} s"
        raise Refused(problem("timeout", detail), (b"connection", b"close")) from None


async def _pieces(body: bytes, receive: Receive, limits: Limits) -> bytes:
    """A body that is too long is read to its end and dropped, so that the sender gets to read the refusal; only a much
    too long one is cut off."""
    pieces, length, more = [body], len(body), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(problem("timeout", "the sender went away before the body was whole"))
        piece = message.get("body", b"")
        length += len(piece)
        more = message.get("more_body", False)
        if length <= limits.body:
            pieces.append(piece)
        elif length > _DRAINED * limits.body:
            raise too_long(limits, (b"connection", b"close"))
    if length > limits.body:
        raise too_long(limits)
    return b"".join(pieces)


def too_long(limits: Limits, *headers: tuple[bytes, bytes]) -> Refused:
    detail = f"the body is longer than {limits.body} bytes"
    return Refused(problem("too_large", detail, hint="send several requests"), *headers)
