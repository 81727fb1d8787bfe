"""Answers as ASGI messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from policyd.model.codec import Form, encode
from policyd.model.problem import Problem

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]
_TYPES: Final = {
    "json": (b"content-type", b"application/json"),
    "msgpack": (b"content-type", b"application/msgpack"),
}
_PROBLEM: Final = (b"content-type", b"application/problem+json")


async def send_answer(send: Send, body: bytes, form: Form) -> None:
    head = [_TYPES[form], (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


async def send_problem(send: Send, problem: Problem, *headers: Header) -> None:
    """A problem document, which is JSON whatever the request was (RFC 9457)."""
    body = encode(problem)
    head = [_PROBLEM, (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": problem.status, "headers": head})
    await send({"type": "http.response.body", "body": body})
