"""`POST /v1/evaluate`: the one endpoint that bots call, as a plain ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

from policyd.engine.pipeline import Engine
from policyd.model.codec import Form, decode, encode, event_id, read, split
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.problem import EventError, Failure, Problem, problem
from policyd.server.answers import Answer, Header, Send, answer, over_the_wire, refusal, send_answer
from policyd.server.bots import ANYONE, Bot, find
from policyd.server.lanes import Placed, stretches
from policyd.server.outage import Outage
from policyd.server.settings import Settings
from policyd.state.memory import MemoryStore

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
_FORMS: Final[dict[bytes, Form]] = {
    b"application/json": "json",
    b"application/msgpack": "msgpack",
    b"application/x-msgpack": "msgpack",
    b"application/vnd.msgpack": "msgpack",
}
_DRAINED: Final = 16
"""So many times the allowed length is read of a body that is too long."""
_RETRY_AFTER: Final = (b"retry-after", b"1")
AT_ONCE: Final = 128
"""So many events of all arrays together, and one array is read in a turn of the event loop: turns must stay well within
the deadline of the store, or answers that are there would be read too late."""
_ASIDE: Final = contextlib.nullcontext()
"""A tick takes no turn: it may have much to do, and nobody waits for that."""
_WAITING: Final = Failure(None, problem("internal", "this event was not decided"))
_log: Final = logging.getLogger("policyd")


class Refused(Exception):
    """The request as a whole is refused."""

    def __init__(self, problem: Problem, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = headers


class Evaluate:
    """Decides one event or an array of them. Nothing but a mistake of policyd itself gives a 5xx."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._limits = settings.limits
        self._bots = settings.bots
        self._outage = Outage()
        self._at_hand = isinstance(engine.store, MemoryStore)
        self._in_flight = 0
        self._reading = asyncio.Lock()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application."""
        self._in_flight += 1
        try:
            body = await self._body(scope, receive)
        except Refused as refused:
            answered = refusal(refused.problem, *refused.headers)
        else:
            answered = await self._answered(scope["headers"], scope["query_string"], body)
        finally:
            self._in_flight -= 1
        await send_answer(send, answered)

    async def respond(self, headers: Iterable[Header], body: bytes) -> bytes:
        """The HTTP response to a POST that arrived whole, without a query."""
        self._in_flight += 1
        try:
            return over_the_wire(await self._answered(headers, b"", body))
        finally:
            self._in_flight -= 1

    def waits(self, body: bytes) -> bool:
        """Whether the answer to it may have to wait: for a store, or for the turns that arrays take."""
        return not (self._at_hand and body.startswith(b"{"))

    async def _answered(self, headers: Iterable[Header], query: bytes, body: bytes) -> Answer:
        """The answer to a POST with this body, whatever comes of it."""
        try:
            return answer(*await self._decided(dict(headers), query, body))
        except Refused as refused:
            return refusal(refused.problem, *refused.headers)
        except EventError as error:
            waits = (_RETRY_AFTER,) if error.problem.code == "overloaded" else ()
            return refusal(error.problem, *waits)
        except Exception:
            _log.exception("an event could not be decided; this is a mistake of policyd")
            detail = "the event could not be decided; the service's log has the details"
            return refusal(problem("internal", detail))

    async def _decided(self, headers: dict[bytes, bytes], query: bytes, body: bytes) -> tuple[bytes, Form]:
        self._check_room()
        bot = self._bot(headers)
        form = _form(headers)
        if len(body) > self._limits.body:
            raise self._too_long()
        explain = b"explain" in query and _asks_explain(query)
        events = split(body, form)
        if events is None:
            return encode(await self._decide(self._event(body, form, bot), bot, explain), form), form
        if len(events) > self._limits.array:
            detail = f"the array has {len(events)} events, and {self._limits.array} are allowed"
            raise Refused(problem("too_large", detail, hint="send several requests"))
        return encode(await self._decide_many(events, form, bot, explain), form), form

    def _check_room(self) -> None:
        if self._in_flight > self._limits.in_flight:
            detail = f"more than {self._limits.in_flight} requests are waiting"
            raise Refused(problem("overloaded", detail, hint="try again in a second"), _RETRY_AFTER)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """The body of a request that may be answered."""
        if scope["method"] != "POST":
            detail = f"`{scope['path']}` takes POST, not {scope['method']}"
            raise Refused(problem("method_not_allowed", detail), (b"allow", b"POST"))
        self._check_room()
        headers = dict(scope["headers"])
        self._bot(headers)
        _form(headers)
        message = await receive()
        return await self._rest(message, receive) if message.get("more_body") else message.get("body", b"")

    def _bot(self, headers: dict[bytes, bytes]) -> Bot:
        if not self._bots:
            return ANYONE
        bot = find(self._bots, headers.get(b"authorization", b"").decode("latin-1"))
        if bot is None:
            hint = "send the header `authorization: Bearer TOKEN`"
            refused = problem("unauthorized", "the request carries no token that is known here", hint=hint)
            raise Refused(refused, (b"www-authenticate", b"Bearer"))
        return bot

    async def _rest(self, first: Message, receive: Receive) -> bytes:
        """The whole of a body that comes in pieces."""
        try:
            async with asyncio.timeout(self._limits.receive_seconds):
                return await self._pieces(first.get("body", b""), receive)
        except TimeoutError:
            detail = f"the body did not arrive within {self._limits.receive_seconds} s"
            raise Refused(problem("timeout", detail), (b"connection", b"close")) from None

    async def _pieces(self, body: bytes, receive: Receive) -> bytes:
        """A body that is too long is read to its end and dropped, so that the sender gets to read the refusal; only a
        much too long one is cut off."""
        pieces, length, more = [body], len(body), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(problem("timeout", "the sender went away before the body was whole"))
            piece = message.get("body", b"")
            length += len(piece)
            more = message.get("more_body", False)
            if length <= self._limits.body:
                pieces.append(piece)
            elif length > _DRAINED * self._limits.body:
                raise self._too_long((b"connection", b"close"))
        if length > self._limits.body:
            raise self._too_long()
        return b"".join(pieces)

    def _too_long(self, *headers: tuple[bytes, bytes]) -> Refused:
        detail = f"the body is longer than {self._limits.body} bytes"
        return Refused(problem("too_large", detail, hint="send several requests"), *headers)

    async def _decide(self, event: Event, bot: Bot, explain: bool) -> Decision:
        """Raises `EventError`."""
        decision = await self._engine.evaluate(event, bot.tenant, explain=explain)
        if decision.degraded:
            self._outage.note()
        return decision

    def _event(self, body: bytes | memoryview, form: Form, bot: Bot) -> Event:
        """Raises `EventError`."""
        if len(body) > self._limits.event:
            detail = f"the event has {len(body)} bytes, and {self._limits.event} are allowed"
            raise EventError(problem("too_large", detail))
        event = decode(body, form)
        if not bot.may_ask(event.group.id):
            raise EventError(_not_allowed(bot, event.group.id))
        return event

    async def _decide_many(
        self, bodies: list[bytes | memoryview], form: Form, bot: Bot, explain: bool
    ) -> list[Decision | Failure]:
        """Events of one group one after the other, as their order counts; groups side by side."""
        answers: list[Decision | Failure] = [_WAITING] * len(bodies)
        events: list[Placed] = []
        async with self._reading:
            for place, body in enumerate(bodies):
                try:
                    events.append((place, self._event(body, form, bot)))
                except EventError as error:
                    answers[place] = Failure(_id_in(body, form), error.problem)
            await asyncio.sleep(0)

        async def decide(lane: list[Placed]) -> None:
            for place, event in lane:
                async with _ASIDE if event.kind == "tick" else self._turns:
                    try:
                        answers[place] = await self._decide(event, bot, explain)
                    except EventError as error:
                        answers[place] = Failure(event.id, error.problem)

        for lanes in stretches(events):
            if len(lanes) == 1:
                await decide(*lanes)
            else:
                async with asyncio.TaskGroup() as group:
                    for lane in lanes:
                        group.create_task(decide(lane))
        return answers


def _not_allowed(bot: Bot, group: str) -> Problem:
    if not group:
        detail = f"bot `{bot.name}` may not ask about every group"
        hint = "send a tick for each of its groups, with `group`"
        return problem("group_not_allowed", detail, pointer="/group", hint=hint)
    return problem("group_not_allowed", f"bot `{bot.name}` may not ask about group `{group}`", pointer="/group/id")


def _form(headers: dict[bytes, bytes]) -> Form:
    media = headers.get(b"content-type", b"")
    form = _FORMS.get(media) or _FORMS.get(media.partition(b";")[0].strip().lower())
    if form is None:
        came = f"`{media.decode('latin-1')[:80]}`" if media else "no content type"
        hint = "send the header `content-type: application/json` (or application/msgpack)"
        raise Refused(problem("unsupported_media_type", f"the request has {came}", hint=hint))
    return form


def _asks_explain(query: bytes) -> bool:
    return parse_qs(query.decode("latin-1")).get("explain", ["0"])[-1] not in ("0", "false", "")


def _id_in(body: bytes | memoryview, form: Form) -> str | None:
    """The id of an event that was refused, if it can be read."""
    try:
        return event_id(read(body, form))
    except EventError:
        return None
