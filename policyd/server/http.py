"""HTTP for the evaluate endpoint: uvicorn's protocol, with a short way for events that arrive whole.

A turn of the event loop reads all requests that are there, then decides them one after the other, then writes all
answers: a processor that changes between these for each request works with cold caches, which costs as much again as
the decisions do. Whatever is not an ordinary request for a decision goes uvicorn's way, through ASGI.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Final, Protocol

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from policyd.engine.eager import begin
from policyd.server.answers import Header

_AT_ONCE: Final = 64
"""So many requests are decided in a turn of the event loop, so that answers of the store are read in time."""
_UNANSWERED: Final = 2
"""While so many turns wait for their first answers, requests gather for the next: one turn is worked on here while the
store works on the other, and many small ones would cost both twice as much for each request."""
_PATIENCE: Final = 0.004
"""Seconds after which a turn begins however many wait."""
_TELLING: Final = frozenset({b"connection", b"proxy-connection", b"expect"})
"""Headers without which a request that keeps its connection is of HTTP/1.1, and neither upgrades nor waits to go on."""


class Endpoint(Protocol):
    """Answers POSTs that arrived whole, each with a whole response, told by its place. Must not raise."""

    def admit(self) -> bytes | None:
        """Whether one more may wait: None, and it is counted until it is answered; else the response to it."""

    def respond_together(
        self, requests: Sequence[Exchange], respond: Callable[[int, bytes], None]
    ) -> Coroutine[Any, Any, None]: ...


class _NobodyWaits:
    """Stands for the event that uvicorn's cycles wait at."""

    def set(self) -> None: ...


class Exchange:
    """A request that is being answered. To uvicorn's protocol it is the connection's cycle, as its own are."""

    disconnected = False
    response_complete = False
    keep_alive = True
    message_event: Final = _NobodyWaits()

    def __init__(self, protocol: EventProtocol, headers: list[Header]) -> None:
        self.protocol = protocol
        self.headers = headers
        self.body = b""

    def finish(self, response: bytes) -> None:
        self.response_complete = True
        self.headers, self.body = [], b""
        transport = self.protocol.transport
        if self.disconnected or transport.is_closing():
            return
        transport.write(response)
        if not self.keep_alive:
            transport.close()
        self.protocol.on_response_complete()


class Turn:
    """Requests that are decided together."""

    __slots__ = ("is_answered", "requests")

    def __init__(self, requests: Sequence[Exchange]) -> None:
        self.requests = requests
        self.is_answered = False


class Inbox:
    """The requests that wait for a decision, and the answers that wait to be written, of one server."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._requests: list[Exchange] = []
        self._is_due = False
        self._patience: asyncio.TimerHandle | None = None
        self._unanswered = 0
        self._answered: list[tuple[Exchange, bytes]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, exchange: Exchange) -> None:
        """Who may not wait is turned away at once, not when all before have been decided."""
        refused = self._endpoint.admit()
        if refused is not None:
            self._tell(exchange, refused)
            return
        self._requests.append(exchange)
        self._begin()

    def _begin(self) -> None:
        """A turn, once there is room for one."""
        if self._is_due or not self._requests:
            return
        if self._unanswered < _UNANSWERED or len(self._requests) >= _AT_ONCE:
            self._is_due = True
            self._be_patient_no_more()
            asyncio.get_running_loop().call_soon(self._decide)
        elif self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(_PATIENCE, self._decide)

    def _decide(self) -> None:
        self._is_due = False
        self._be_patient_no_more()
        turn, self._requests = Turn(self._requests[:_AT_ONCE]), self._requests[_AT_ONCE:]
        self._unanswered += 1
        task = begin(self._endpoint.respond_together(turn.requests, partial(self._answer, turn)))
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._begin()
        self._flush()

    def _be_patient_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _answer(self, turn: Turn, place: int, response: bytes) -> None:
        self._tell(turn.requests[place], response)
        if not turn.is_answered:
            turn.is_answered = True
            self._unanswered -= 1
            self._begin()

    def _tell(self, exchange: Exchange, response: bytes) -> None:
        if not self._answered:
            asyncio.get_running_loop().call_soon(self._flush)
        self._answered.append((exchange, response))

    def _flush(self) -> None:
        answered, self._answered = self._answered, []
        for exchange, response in answered:
            exchange.finish(response)


class EventProtocol(HttpToolsProtocol):
    """One connection. An exchange goes the short way if it is a POST to `path`, without a query, of HTTP/1.1 that keeps
    the connection, if nothing is before it on the connection, and if it has arrived whole."""

    def __init__(self, *arguments: Any, inbox: Inbox, path: bytes, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._inbox = inbox
        self._path = path
        self._short: Exchange | None = None
        self._is_plain = True
        self._idle_since = 0.0

    def data_received(self, data: bytes) -> None:
        """As uvicorn's own, without a call more for each; there are no web sockets."""
        self._idle_since = 0.0
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            told = "Invalid HTTP request received."
            self.logger.warning(told)
            self.send_400_response(told)
        except httptools.HttpParserUpgrade:
            self._unsupported_upgrade_warning()
        if self._short is not None:
            self._go_long(self._short)

    def on_message_begin(self) -> None:
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self._is_plain = True

    def on_header(self, name: bytes, value: bytes) -> None:
        lowered = name.lower()
        if lowered in _TELLING:
            self._is_plain = False
            super().on_header(name, value)
        else:
            self.headers.append((lowered, value))

    def on_headers_complete(self) -> None:
        parser = self.parser
        before: Any = self.cycle
        if (
            (before is None or before.response_complete)
            and self.url == self._path
            and parser.get_method() == b"POST"
            and parser.should_keep_alive()
            and (self._is_plain or self._may_be_short())
            and not self.flow.write_paused
        ):
            self._short = Exchange(self, self.headers)
        else:
            self._as_usual()

    def _may_be_short(self) -> bool:
        """Whether a request with telling headers is of HTTP/1.1, and neither upgrades nor waits to go on."""
        parser = self.parser
        return not self.expect_100_continue and not parser.should_upgrade() and parser.get_http_version() == "1.1"

    def on_body(self, body: bytes) -> None:
        if self._short is None:
            super().on_body(body)
        else:
            self._short.body = self._short.body + body if self._short.body else body

    def on_message_complete(self) -> None:
        if self._short is None:
            super().on_message_complete()
        else:
            self.cycle = self._short  # type: ignore[assignment]
            self._inbox.add(self._short)
            self._short = None

    def _go_long(self, exchange: Exchange) -> None:
        """The rest of the body is still to come."""
        self._short = None
        self._as_usual()
        if exchange.body:
            super().on_body(exchange.body)

    def _as_usual(self) -> None:
        """Begins uvicorn's own cycle."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()

    # ------------------------------------------------------------ idle connections
    # One timer a connection, which looks when the connection was last used, instead of one for each request.

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_after(self.timeout_keep_alive)

    def _unset_keepalive_if_required(self) -> None:
        self._idle_since = 0.0

    def timeout_keep_alive_handler(self) -> None:
        self.timeout_keep_alive_task = None
        since = self._idle_since or self.loop.time()
        left = since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_after(left)
        else:
            super().timeout_keep_alive_handler()

    def _look_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None
        super().connection_lost(exc)
