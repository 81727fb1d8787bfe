"""Answers to requests, as ASGI messages and as they go over the wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct

from policyd.model.codec import Form, encode
from policyd.model.problem import Problem

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]
_TYPES: Final = {"json": b"application/json", "msgpack": b"application/msgpack"}
_PROBLEM: Final = b"application/problem+json"


class Answer(Struct, frozen=True, gc=False):
    """`media`: its content type; `headers`: beside that and the length."""

    body: bytes
    media: bytes
    status: int = 200
    headers: tuple[Header, ...] = ()


def answer(body: bytes, form: Form) -> Answer:
    return Answer(body, _TYPES[form])


def refusal(problem: Problem, *headers: Header) -> Answer:
    """A problem document, which is JSON whatever the request was (RFC 9457)."""
    return Answer(encode(problem), _PROBLEM, problem.status, headers)


async def send_answer(send: Send, answer: Answer) -> None:
    head = [(b"content-type", answer.media), (b"content-length", b"%d" % len(answer.body)), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": head})
    await send({"type": "http.response.body", "body": answer.body})


def over_the_wire(answer: Answer) -> bytes:
    """A whole HTTP/1.1 response."""
    if answer.status == 200 and not answer.headers:
        return b"%b%d\r\n\r\n%b" % (_OK[answer.media], len(answer.body), answer.body)
    more = b"".join([b"%b: %b\r\n" % header for header in answer.headers])
    return _HEAD % (_lines[answer.status], answer.media, len(answer.body), more) + answer.body


_HEAD: Final = b"HTTP/1.1 %b\r\ncontent-type: %b\r\ncontent-length: %d\r\n%b\r\n"
_OK: Final = {media: b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: " % media for media in _TYPES.values()}
"""What a decision is sent with, up to its length."""
_lines: Final = {status.value: f"{status.value} {status.phrase}".encode() for status in HTTPStatus}
