"""`POST /v1/evaluate`: the one endpoint that bots call, as a plain ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any, Final, Protocol
from urllib.parse import parse_qs

from policyd.engine.eager import begin
from policyd.engine.pipeline import Engine
from policyd.engine.together import Tell, TenantEvent
from policyd.model.codec import Form, decode, encode, event_id, read, split
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.problem import EventError, Failure, Problem, problem
from policyd.server.answers import Answer, Header, Send, answer, over_the_wire, refusal, send_answer
from policyd.server.bodies import Receive, Refused, body_of, too_long
from policyd.server.bots import ANYONE, Bot, find
from policyd.server.outage import Outage
from policyd.server.settings import Settings
from policyd.server.turns import Placed, turns

Scope = MutableMapping[str, Any]
Respond = Callable[[int, bytes], None]
"""Takes the response to a request, by its place."""
_FORMS: Final[dict[bytes, Form]] = {
    b"application/json": "json",
    b"application/msgpack": "msgpack",
    b"application/x-msgpack": "msgpack",
    b"application/vnd.msgpack": "msgpack",
}
_RETRY_AFTER: Final = (b"retry-after", b"1")
AT_ONCE: Final = 2
"""So many turns of arrays are decided at the same time, and one array is read in a turn of the event loop: these must
stay well within the deadline of the store, or answers that are there would be read too late."""
_ASIDE: Final = contextlib.nullcontext()
_WAITING: Final = Failure(None, problem("internal", "this event was not decided"))
_log: Final = logging.getLogger("policyd")


class Request(Protocol):
    headers: list[Header]
    body: bytes


class Evaluate:
    """Decides one event or an array of them. Nothing but a mistake of policyd itself gives a 5xx."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._limits = settings.limits
        self._bots = settings.bots
        self._outage = Outage()
        self._in_flight = 0
        self._reading = asyncio.Lock()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._clock_of_one = asyncio.Lock() if settings.clock == "event" else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application."""
        self._in_flight += 1
        try:
            body = await self._body(scope, receive)
        except Refused as refused:
            answered = _failed(refused)
        else:
            answered = await self._answered(scope["headers"], scope["query_string"], body)
        finally:
            self._in_flight -= 1
        await send_answer(send, answered)

    def admit(self) -> bytes | None:
        """Counts a request in that is to be answered by `respond_together`; the response where there is no room."""
        self._in_flight += 1
        try:
            self._check_room()
        except Refused as refused:
            self._in_flight -= 1
            return over_the_wire(_failed(refused))
        return None

    async def respond_together(self, requests: Sequence[Request], respond: Respond) -> None:
        """The HTTP responses to POSTs that arrived whole, without a query, and were admitted. Single events are decided
        together."""
        events: list[TenantEvent] = []
        places: list[tuple[int, Form]] = []
        tasks = []

        def tell(place: int, answered: Answer) -> None:
            self._in_flight -= 1
            respond(place, over_the_wire(answered))

        async def alone(place: int) -> None:
            tell(place, await self._answered(requests[place].headers, b"", requests[place].body))

        for place, request in enumerate(requests):
            if not request.body.startswith(b"{"):
                tasks.append(begin(alone(place)))
                continue
            try:
                bot, form = self._asked(dict(request.headers), request.body)
                events.append((self._event(request.body, form, bot), bot.tenant))
            except Exception as error:
                tell(place, _failed(error))
            else:
                places.append((place, form))
        await self._decide_together(events, places, tell, alone)
        for task in filter(None, tasks):
            await task

    async def _decide_together(
        self,
        events: Sequence[TenantEvent],
        places: Sequence[tuple[int, Form]],
        tell: Callable[[int, Answer], None],
        alone: Callable[[int], Awaitable[None]],
    ) -> None:
        """Tells every answer. What made the whole fail fails alone the second time, and the others get their answers:
        to decide an event again changes nothing."""
        waiting = dict(enumerate(places))

        def decided(number: int, found: Decision | EventError) -> None:
            place, form = waiting[number]
            answered = _failed(found) if isinstance(found, EventError) else answer(encode(found, form), form)
            del waiting[number]
            if isinstance(found, Decision):
                self._note(found)
            tell(place, answered)

        try:
            await self._evaluate_many(events, decided)
        except Exception:
            _log.exception("events could not be decided together; each is decided alone")
            for place, _ in list(waiting.values()):
                await alone(place)

    async def _answered(self, headers: Iterable[Header], query: bytes, body: bytes) -> Answer:
        """The answer to a POST with this body, whatever comes of it."""
        try:
            return answer(*await self._decided(dict(headers), query, body))
        except Exception as error:
            return _failed(error)

    async def _decided(self, headers: dict[bytes, bytes], query: bytes, body: bytes) -> tuple[bytes, Form]:
        bot, form = self._asked(headers, body)
        explain = b"explain" in query and _asks_explain(query)
        events = split(body, form)
        if events is None:
            async with self._clock_of_one or _ASIDE:
                decision = await self._engine.evaluate(self._event(body, form, bot), bot.tenant, explain=explain)
            self._note(decision)
            return encode(decision, form), form
        if len(events) > self._limits.array:
            detail = f"the array has {len(events)} events, and {self._limits.array} are allowed"
            raise Refused(problem("too_large", detail, hint="send several requests"))
        return encode(await self._decide_many(events, form, bot, explain), form), form

    def _asked(self, headers: dict[bytes, bytes], body: bytes) -> tuple[Bot, Form]:
        """Who asks, and in which form. Raises `Refused`."""
        bot, form = self._bot(headers), _form(headers)
        if len(body) > self._limits.body:
            raise too_long(self._limits)
        return bot, form

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """The body of a request that may be answered."""
        if scope["method"] != "POST":
            detail = f"`{scope['path']}` takes POST, not {scope['method']}"
            raise Refused(problem("method_not_allowed", detail), (b"allow", b"POST"))
        self._check_room()
        headers = dict(scope["headers"])
        self._bot(headers)
        _form(headers)
        return await body_of(receive, self._limits)

    def _check_room(self) -> None:
        if self._in_flight > self._limits.in_flight:
            detail = f"more than {self._limits.in_flight} requests are waiting"
            raise Refused(problem("overloaded", detail, hint="try again in a second"), _RETRY_AFTER)

    def _bot(self, headers: dict[bytes, bytes]) -> Bot:
        if not self._bots:
            return ANYONE
        bot = find(self._bots, headers.get(b"authorization", b"").decode("latin-1"))
        if bot is None:
            hint = "send the header `authorization: Bearer TOKEN`"
            refused = problem("unauthorized", "the request carries no token that is known here", hint=hint)
            raise Refused(refused, (b"www-authenticate", b"Bearer"))
        return bot

    def _note(self, decision: Decision) -> None:
        if decision.degraded:
            self._outage.note()

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

        for turn in turns(events) if self._clock_of_one is None else ([placed] for placed in events):
            await self._decide_turn(turn, answers, bot.tenant, explain)
        return answers

    async def _decide_turn(
        self, turn: Sequence[Placed], answers: list[Decision | Failure], tenant: str, explain: bool
    ) -> None:
        """Ticks need no permission: they may have much to do, and nobody waits for that."""

        def decided(number: int, found: Decision | EventError) -> None:
            place, event = turn[number]
            if isinstance(found, EventError):
                answers[place] = Failure(event.id, found.problem)
            else:
                self._note(found)
                answers[place] = found

        is_tick = turn[0][1].kind == "tick"
        async with _ASIDE if is_tick else self._turns:
            await self._evaluate_many([(event, tenant) for _, event in turn], decided, explain=explain)

    async def _evaluate_many(self, events: Sequence[TenantEvent], decided: Tell, *, explain: bool = False) -> None:
        """As `Engine.evaluate_many`. Where events bring the clock of the store it is that of one event at a time."""
        if self._clock_of_one is None:
            await self._engine.evaluate_many(events, decided, explain=explain)
            return
        for number, event in enumerate(events):
            async with self._clock_of_one:
                await self._engine.evaluate_many([event], _at(number, decided), explain=explain)


def _at(number: int, decided: Tell) -> Tell:
    """Tells the decision on one event as that with this number."""
    return lambda _, found: decided(number, found)


def _failed(error: Exception) -> Answer:
    """What is answered where a request fails."""
    if isinstance(error, Refused):
        return refusal(error.problem, *error.headers)
    if isinstance(error, EventError):
        waits = (_RETRY_AFTER,) if error.problem.code == "overloaded" else ()
        return refusal(error.problem, *waits)
    _log.error("an event could not be decided; this is a mistake of policyd", exc_info=error)
    detail = "the event could not be decided; the service's log has the details"
    return refusal(problem("internal", detail))


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
