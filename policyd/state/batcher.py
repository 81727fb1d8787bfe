"""Many waiting requests, one connection: what waits at the same time goes out as one call of a script.

A request that is cancelled does not disturb the reading: every answer is read, and matched to its call by a nonce.
Retries are ours: a call whose fate is unknown is sent again until its deadline, as both scripts are idempotent.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Final

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import AskError, BusyLoadingError, RedisError, ResponseError

from policyd.model.state import StoreOverloaded, StoreUnavailable
from policyd.state.calls import (
    MOST_IN_A_CALL,
    Answer,
    Asked,
    Batch,
    Call,
    Gathered,
    Limits,
    Part,
    Request,
    may_pass,
    refuses_writes,
)
from policyd.state.connecting import abandon
from policyd.state.gathering import Gathering
from policyd.state.library import WRITING, is_forgotten
from policyd.state.link import Link, Raw
from policyd.state.parcels import Parcel
from policyd.state.waiting import Waiting
from policyd.state.wire import Word

_LOG: Final = logging.getLogger("policyd.state")

MOST_IN_FLIGHT: Final = 3
"""Calls: of two turns of events, and of what is counted. While these are under way the next batch grows."""

MOST_TOGETHER: Final = 16
"""The same where calls are of several cells, and each takes what waits for one: they are written together, once all
before are answered, so that batches grow, and client and server read, write and awake once for all."""

MOST_ALONE: Final = 64
"""The same for calls that take one request each."""

_TICK: Final = 0.005
_PAUSE: Final = 0.005
_LONGEST_PAUSE: Final = 0.5
_CONNECT_PATIENCE: Final = 0.5
_DEADLINES_UNTIL_LOST: Final = 4
_QUIET: Final = 10.0
"""Seconds between two warnings of the same."""


class _Lost(Exception):
    """The connection is of no use any more, and why."""


class Batcher:
    """`connect` gives a connection that is ready to use; its errors say why there is none. `redirect` takes what a node
    of a Cluster says belongs to another. `several`: requests are of several cells. Made inside a running event loop.

    While the store is known to be away, requests fail at once, and a task looks whether it is back."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[AbstractConnection]],
        limits: Limits,
        *,
        redirect: Callable[[list[Request], AskError], None] | None = None,
        several: bool = False,
    ) -> None:
        self.connections = 0
        self._several = several
        self._connect = connect
        self._redirect = redirect
        self._deadline = limits.deadline
        self._waited = f"the store did not answer within {limits.deadline * 1000:.0f} ms"
        self._most_waiting = limits.most_waiting
        self._wait = int(limits.deadline * 1000) if limits.durability == "replica" else 0
        self._waiting = Waiting()
        self._in_flight: deque[Call] = deque()
        self._pausing: list[Request] = []
        self._taken: list[Request] = []
        self._nonces = itertools.count(1)
        self._answered = 0
        self._answered_at = 0.0
        self._away: str | None = None
        self._refusing_since: float | None = None
        self._quiet_until = 0.0
        self._link: Link | None = None
        self._sending = False
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._task = self._loop.create_task(self._run())

    def ask(self, batch: Batch, keys: Sequence[bytes], words: Sequence[Word]) -> asyncio.Future[Answer]:
        """What the script will answer to the whole call, and to this request. Raises `StoreUnavailable`."""
        future: asyncio.Future[Answer] = self._loop.create_future()
        self._put(Asked(batch, keys, words, 1, self._loop.time() + self._deadline, False, future))
        return future

    def ask_for(self, gathering: Gathering[Part], parcel: Parcel) -> None:
        """The same for several of a turn."""
        places, deadline = parcel.places, self._loop.time() + self._deadline
        self._put(Gathered(parcel.batch, parcel.keys, parcel.words, len(places), deadline, False, places, gathering))

    def _put(self, request: Request) -> None:
        if self._away is not None:
            raise StoreUnavailable(self._away)
        number = self._waiting.size
        if number + request.size > self._most_waiting:
            raise StoreOverloaded(f"{number} requests wait for the store already")
        if number and request.batch.begins and self._is_overloaded():
            raise StoreOverloaded("more is asked of the store than it can do in time")
        self._waiting.append(request)
        if not number:
            self._start()

    def _is_overloaded(self) -> bool:
        """Whether requests wait for long though the store answers: such as come now would wait in vain."""
        long_ago = self._loop.time() - self._deadline / 2
        began_to_wait = self._waiting.first.deadline - self._deadline
        return began_to_wait < long_ago <= self._answered_at

    @property
    def away(self) -> bool:
        """Whether requests fail at once."""
        return self._away is not None

    def take_over(self, requests: Iterable[Request], *, asking: bool) -> None:
        """Requests of another batcher, with their deadlines. All of a turn of the event loop stay in their order."""
        if not self._taken:
            self._loop.call_soon(self._begin_with_taken)
        for request in requests:
            request.asking = asking
            self._taken.append(request)

    def _begin_with_taken(self) -> None:
        requests, self._taken = self._taken, []
        self._again(requests)

    async def close(self) -> None:
        """What still waits fails."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._stop_timer()
        self._go_away("the store was closed")

    # ------------------------------------------------------------ connections

    async def _run(self) -> None:
        """Connects, serves, and connects again; ever more rarely while nothing is ever answered."""
        barren = 0
        while True:
            reason = await self._one_connection()
            barren = 0 if self._answered else barren + 1
            pause = min(_LONGEST_PAUSE, _PAUSE * 2 ** min(barren, 16)) if barren > 1 else 0.0
            if pause >= self._deadline:
                self._go_away(reason)
            await asyncio.sleep(pause)

    async def _one_connection(self) -> str:
        """From connecting until it is lost; says why it was."""
        self._answered = 0
        try:
            connection = await asyncio.wait_for(self._connect(), _CONNECT_PATIENCE)
        except (OSError, RedisError, StoreUnavailable) as error:
            return f"the store cannot be used: {str(error) or 'it does not answer'}"
        self.connections += 1
        self._refusing_since = self._away = None
        try:
            self._link = Link(connection, self._hear, self._send)
            self._send()
            await self._link.ended()
        except (RedisError, OSError, _Lost) as error:
            return f"the connection to the store was lost: {error}"
        except Exception:
            _LOG.exception("the connection to the store failed in a way that is not foreseen; it is made anew")
            return "the connection to the store was lost"
        finally:
            self._link = None
            await abandon(connection)
            calls, self._in_flight = self._in_flight, deque()
            self._again(request for call in calls for request in call.requests)
        raise AssertionError("unreachable")

    def _send(self) -> None:
        self._sending = False
        if self._link is not None and self._waiting.size:
            self._link.send(self._commands())

    def _commands(self) -> Iterator[bytes]:
        """Those of all calls that may be under way now."""
        most = MOST_IN_FLIGHT
        if self._several:
            most = MOST_TOGETHER if all(call.is_alone for call in self._in_flight) else 0
        while requests := self._next_requests(most):
            call = Call(b"%x" % next(self._nonces), requests, self._loop.time(), self._wait)
            self._in_flight.append(call)
            yield call.packed()

    def _next_requests(self, most: int) -> list[Request]:
        """Those at the head of the queue that share a call; such as may come later are passed over, and stay at the
        head. Who has been cancelled meanwhile is left out: nothing was sent for it. None where `most` calls, or more,
        are under way."""
        waiting = self._waiting
        while waiting and waiting.first.done():
            waiting.pop()
        if not waiting or len(self._in_flight) >= (MOST_ALONE if waiting.first.batch.alone else most):
            return []
        requests = [waiting.pop()]
        batch, size = requests[0].batch, requests[0].size
        if batch.alone or requests[0].asking:
            return requests
        passed: list[Request] = []
        while waiting:
            request = waiting.first
            if request.asking or not (request.batch is batch or batch.is_before(request.batch)):
                break
            if request.batch is batch and size + request.size > MOST_IN_A_CALL:
                break
            waiting.pop()
            if request.batch is not batch:
                passed.append(request)
            elif not request.done():
                requests.append(request)
                size += request.size
        if passed:
            waiting.put_back(passed)
        return requests

    def _hear(self, reply: Raw) -> None:
        if not self._in_flight:
            raise _Lost("an answer came that nobody asked for")
        call = self._in_flight[0]
        call.replies.append(reply)
        call.awaited -= 1
        if not call.awaited:
            self._in_flight.popleft()
            self._finish(call, call.reply())

    def _finish(self, call: Call, reply: Raw) -> None:
        """Gives the requests of a call their answers. Raises `_Lost` where they are not theirs."""
        if isinstance(reply, Exception):
            self._refused(call, reply)
        elif isinstance(reply, list) and len(reply) == call.size + 2 and reply[0] == call.nonce:
            self._answered += 1
            self._answered_at = self._loop.time()
            self._refusing_since = None
            if not call.is_durable():
                self._later(call.requests)
                return
            begin = 2
            for request in call.requests:
                request.answer(reply[1], reply[begin : begin + request.size])
                begin += request.size
        else:
            self._in_flight.appendleft(call)
            raise _Lost("an answer came that belongs to another call")

    def _refused(self, call: Call, error: ResponseError | BusyLoadingError) -> None:
        """The whole call failed, and changed nothing: the scripts check everything before they write."""
        if isinstance(error, AskError) and self._redirect is not None:
            self._answered += 1
            self._redirect(call.requests, error)
            return
        if is_forgotten(error):
            self._in_flight.appendleft(call)
            raise _Lost("it has forgotten the scripts")
        if may_pass(error):
            self._refusing_since = self._refusing_since or self._loop.time()
            if self._loop.time() - self._refusing_since > self._deadline:
                self._in_flight.appendleft(call)
                raise _Lost(f"it refuses everything: {error}")
            self._later(call.requests)
            return
        batch = call.requests[0].batch
        if refuses_writes(error) and batch.script in WRITING:
            self._without_writes(call.requests, batch.reading(str(error)))
            return
        for request in call.requests:
            request.fail(f"the store refused: {batch.refused or error}")

    def _without_writes(self, requests: Sequence[Request], reading: Batch) -> None:
        """Asks once more, for what needs none: repeats of what is known already, and what is only looked at. To `ready`
        the store is there, so the log has to say what is wrong."""
        now = self._loop.time()
        if now >= self._quiet_until:
            self._quiet_until = now + _QUIET
            _LOG.warning("the store takes no writes, so new events are decided without it: %s", reading.refused)
        for request in requests:
            request.batch = reading
        self._again(requests)

    # ------------------------------------------------------------ requests

    def _later(self, requests: Iterable[Request]) -> None:
        """Puts them back after a pause, with all that are refused meanwhile and in the order of these."""
        if not self._pausing:
            self._loop.call_later(_PAUSE, self._resume)
        self._pausing += requests

    def _resume(self) -> None:
        requests, self._pausing = self._pausing, []
        self._again(requests)

    def _again(self, requests: Iterable[Request]) -> None:
        """Puts them back at the head of the queue, in their order, as far as there is time for them."""
        now, back = self._loop.time(), []
        for request in requests:
            if request.deadline <= now:
                request.fail(self._waited)
            elif not request.done():
                back.append(request)
        self._waiting.put_back(back)
        self._stop_timer()  # it was set for others, which may be given up later
        self._start()

    def _start(self) -> None:
        """Sends at the end of this turn of the event loop, with all that is asked for in it."""
        if not self._sending:
            self._sending = True
            self._loop.call_soon(self._send)
        if self._timer is None:
            self._wake(self._loop.time())

    def _wake(self, now: float) -> None:
        """Has `_tick` called when the next is to be given up of all that is outstanding, but not more often than each
        `_TICK`. What is asked for from then on is to be given up later."""
        times = [request.deadline for call in self._in_flight for request in call.requests if not request.done()]
        if self._waiting:
            times.append(self._waiting.first.deadline)
        if self._in_flight:
            times.append(self._in_flight[0].sent + self._deadline * _DEADLINES_UNTIL_LOST)
        self._timer = self._loop.call_at(max(min(times), now + _TICK), self._tick) if times else None

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        """Fails what is past its deadline; a connection on which nothing comes for several is lost."""
        now = self._loop.time()
        while self._waiting and (self._waiting.first.deadline <= now or self._waiting.first.done()):
            self._waiting.pop().fail(self._waited)
        for call in self._in_flight:
            for request in call.requests:
                if request.deadline <= now:
                    request.fail(self._waited)
        if self._in_flight and now - self._in_flight[0].sent > self._deadline * _DEADLINES_UNTIL_LOST:
            lost = _Lost("it does not answer any more")
            if self._link is not None:
                self._link.end(lost)
            self._go_away(str(lost))
        if self._waiting:
            self._send()
        self._wake(now)

    def _go_away(self, reason: str) -> None:
        """From now on nobody waits for this store until it is back."""
        self._away = reason
        while self._waiting:
            self._waiting.pop().fail(reason)
        for requests in (self._pausing, self._taken, *(call.requests for call in self._in_flight)):
            for request in requests:
                request.fail(reason)
