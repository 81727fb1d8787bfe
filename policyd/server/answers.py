"""Answers as ASGI messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from policyd.model.codec import Form, encode
from policyd.model.problem import Problem

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_TYPES: Final = {"json": b"application/json", "msgpack": b"application/msgpack"}


async def send_answer(send: Send, body: bytes, form: Form) -> None:
    await _send(send, 200, body, _TYPES[form])


async def send_problem(send: Send, problem: Problem, *headers: tuple[bytes, bytes]) -> None:
    """A problem document, which is JSON whatever the request was (RFC 9457)."""
    await _send(send, problem.status, encode(problem), b"application/problem+json", *headers)


async def _send(send: Send, status: int, body: bytes, media: bytes, *headers: tuple[bytes, bytes]) -> None:
    length = str(len(body)).encode()
    head = [(b"content-type", media), (b"content-length", length), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
