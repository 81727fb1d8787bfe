"""What went wrong with a request, as an RFC 9457 problem document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType

ProblemCode = Literal[
    "malformed_json", "malformed_msgpack", "unauthorized", "group_not_allowed", "not_found", "method_not_allowed",
    "timeout",
    "event_id_reused", "too_large", "unsupported_media_type", "invalid_event", "overloaded", "internal",
    "store_unavailable", "not_ready",
]  # fmt: skip

_KINDS: Final[dict[ProblemCode, tuple[int, str]]] = {
    "malformed_json": (400, "the body is not valid JSON"),
    "malformed_msgpack": (400, "the body is not valid MessagePack"),
    "unauthorized": (401, "a valid token is needed"),
    "group_not_allowed": (403, "the token does not cover this group"),
    "not_found": (404, "there is nothing at this address"),
    "method_not_allowed": (405, "this address does not take this method"),
    "timeout": (408, "the request took too long to arrive"),
    "event_id_reused": (409, "the event id was used before for something else"),
    "too_large": (413, "the request is too large"),
    "unsupported_media_type": (415, "the content type is not supported"),
    "invalid_event": (422, "the event is not valid"),
    "overloaded": (429, "too many requests are waiting"),
    "internal": (500, "policyd has made a mistake"),
    "store_unavailable": (503, "the store does not answer"),
    "not_ready": (503, "the service is not ready"),
}


class Problem(Struct, frozen=True):
    """One problem. `pointer` (RFC 6901) leads to the place in the body, `hint` says what to do about it."""

    type: str
    title: str
    status: int
    code: ProblemCode
    detail: str
    pointer: str | UnsetType = UNSET
    hint: str | UnsetType = UNSET


class Failure(Struct, frozen=True):
    """Stands where a decision would, for an event that has none. `event` is its id, as far as it could be read."""

    event: str | None
    problem: Problem


class EventError(Exception):
    """The event cannot be decided; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def problem(
    code: ProblemCode, detail: str, *, pointer: str | UnsetType = UNSET, hint: str | UnsetType = UNSET
) -> Problem:
    """A problem with the status and title of its code."""
    status, title = _KINDS[code]
    return Problem(f"urn:policyd:problem:{code}", title, status, code, detail, pointer, hint)


def pointer(path: Iterable[str | int]) -> str:
    """RFC 6901: the place in a document, from its keys and indexes, outermost first."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)
