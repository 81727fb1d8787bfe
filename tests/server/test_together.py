"""Requests that are answered together: each gets its own answer, whatever the others are."""

from __future__ import annotations

import asyncio
import json
from hashlib import sha256
from typing import Any

import pytest
from msgspec import Struct

from policyd.engine.pipeline import Engine
from policyd.model.codec import encode
from policyd.model.state import Observe, Observed
from policyd.server.answers import Header
from policyd.server.bots import Bot
from policyd.server.evaluate import Evaluate
from policyd.server.settings import Limits, Settings
from tests.engine.scene import FailingStore, compiled
from tests.server.service import POLICY, event

JSON = (b"content-type", b"application/json")


class Posted(Struct):
    headers: list[Header]
    body: bytes


def posted(body: Any, *headers: Header) -> Posted:
    return Posted(list(headers) or [JSON], body if isinstance(body, bytes) else json.dumps(body).encode())


def answers(endpoint: Evaluate, requests: list[Posted]) -> list[tuple[int, Any]]:
    """Status and body of each; every request is answered once, those that were not admitted at once."""
    refused = [endpoint.admit() for _ in requests]
    found = {place: response for place, response in enumerate(refused) if response is not None}
    admitted = [place for place in range(len(requests)) if place not in found]

    def respond(number: int, response: bytes) -> None:
        assert admitted[number] not in found
        found[admitted[number]] = response

    asyncio.run(endpoint.respond_together([requests[place] for place in admitted], respond))
    parts = [found[place].partition(b"\r\n\r\n") for place in range(len(requests))]
    return [(int(head.split()[1]), json.loads(body)) for head, _, body in parts]


def test_each_gets_what_it_would_get_alone() -> None:
    requests = [
        posted(event(1)),
        posted(event(2, "spamword")),
        posted(b"{"),
        posted([event(3), {}, event(4, "spamword")]),
        posted(event(5), (b"content-type", b"text/plain")),
        posted(event(1)),
        posted(event(1, "another text")),
        posted(b""),
        posted({**event(6), "kind": "nothing"}),
    ]
    together = answers(served(), requests)
    alone = served()
    assert together == [answers(alone, [each])[0] for each in requests]
    assert [status for status, _ in together] == [200, 200, 400, 200, 415, 200, 409, 400, 422]
    assert together[1][1]["verdict"] == "delete"


@pytest.mark.parametrize("where", ["observe", "encode"])
def test_a_mistake_spoils_only_its_own_event(
    where: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FailingStore()
    observe = store.observe

    async def observe_or_break(ask: Observe) -> Observed:
        if ask.event == "e2":
            raise RuntimeError("secret detail")
        return await observe(ask)

    def encode_or_break(found: Any, *form: Any) -> bytes:
        if getattr(found, "event", None) == "e2":
            raise RuntimeError("secret detail")
        return encode(found, *form)

    if where == "observe":
        store.observe = observe_or_break  # type: ignore[method-assign]
    else:
        monkeypatch.setattr("policyd.server.evaluate.encode", encode_or_break)
    events = [event(number, "spamword", member={"id": f"u{number}"}) for number in (1, 2, 3)]
    found = answers(served(store), list(map(posted, events)))
    assert [status for status, _ in found] == [200, 500, 200]
    assert [body["ladders"]["club.conduct"]["strikes"] for _, body in (found[0], found[2])] == [1, 1]
    assert "secret" not in str(found[1])
    assert "decided alone" in caplog.text


def test_so_many_as_may_wait_are_decided_and_the_others_turned_away() -> None:
    endpoint = served(limits=Limits(in_flight=2))
    found = answers(endpoint, [posted(event(number)) for number in range(4)])
    assert [status for status, _ in found] == [200, 200, 429, 429]
    assert [status for status, _ in answers(endpoint, [posted(event(9))])] == [200]


def test_each_bot_asks_for_its_own_tenant() -> None:
    bots = [Bot(tenant, (sha256(tenant.encode()).hexdigest(),), tenant=tenant) for tenant in ("one", "two")]
    tokens = (b"one", b"two", b"unknown")
    requests = [posted(event(1, "spamword"), JSON, (b"authorization", b"Bearer " + token)) for token in tokens]
    found = answers(served(bots=tuple(bots)), requests)
    assert [status for status, _ in found] == [200, 200, 401]
    assert [body["replayed"] for _, body in found[:2]] == [False, False]


def served(store: FailingStore | None = None, **settings: Any) -> Evaluate:
    return Evaluate(Engine(compiled(POLICY), store or FailingStore()), Settings(**settings))
