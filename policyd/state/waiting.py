"""The requests that wait to be sent, in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from policyd.state.calls import Request


class Waiting:
    """`size`: for how many answers they wait."""

    def __init__(self) -> None:
        self.size = 0
        self._requests: deque[Request] = deque()

    def __len__(self) -> int:
        return len(self._requests)

    @property
    def first(self) -> Request:
        return self._requests[0]

    def append(self, request: Request) -> None:
        self._requests.append(request)
        self.size += request.size

    def pop(self) -> Request:
        """The first one."""
        request = self._requests.popleft()
        self.size -= request.size
        return request

    def put_back(self, requests: Sequence[Request]) -> None:
        """Before all others, in their order."""
        self._requests.extendleft(reversed(requests))
        self.size += sum([request.size for request in requests])
