"""The evaluate endpoint over real HTTP: decisions, arrays, forms, and everything that is refused."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import msgspec
import pytest

from policyd.model.state import StoreOverloaded
from policyd.server.bots import Bot
from policyd.server.evaluate import AT_ONCE
from policyd.server.settings import Limits, Settings
from tests.server.service import Service, event, running


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code
    assert {"type", "title", "status", "code", "detail"} <= set(found)
    return found


def test_a_decision_has_every_part_in_the_order_of_the_protocol(fresh: Service) -> None:
    answer = fresh.ask(event(1, "a spamword"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    decision = answer.json()
    assert list(decision) == [
        "event", "policy", "verdict", "actions", "matches", "masked", "ladders", "overridden", "shadow", "tickets",
        "degraded", "replayed",
    ]  # fmt: skip
    assert decision["verdict"] == "delete"
    assert decision["actions"] == [
        {"do": "delete", "because": [{"rule": "club.words"}]},
        {
            "do": "warn", "because": [{"rule": "club.words"}], "member": "u1", "text": "first",
            "ladder": "club.conduct", "step": 1,
        },
    ]  # fmt: skip
    assert decision["ladders"] == {"club.conduct": {"strikes": 1, "step": 1, "next": "call out", "forgotten": None}}


def test_msgpack_in_msgpack_out(fresh: Service) -> None:
    answer = fresh.post(msgspec.msgpack.encode(event(1, "a spamword")), "application/msgpack")
    assert answer.headers["content-type"] == "application/msgpack"
    by_msgpack = msgspec.msgpack.decode(answer.content)
    assert by_msgpack == {**fresh.ask(event(1, "a spamword")).json(), "replayed": False}


def test_an_array_is_answered_in_order_with_problems_in_their_places(fresh: Service) -> None:
    bad = {**event("bad"), "kind": "mesage"}
    answers = fresh.ask([event(1, "spamword"), bad, 7, event(1, "spamword"), event(1, "other"), event(2, "spamword")])
    assert answers.status_code == 200
    found = answers.json()
    assert [each.get("verdict") for each in found] == ["delete", None, None, "delete", None, "delete"]
    assert [each["event"] for each in found] == ["e1", "ebad", None, "e1", "e1", "e2"]
    assert [each["problem"]["code"] for each in found if "problem" in each] == [
        "invalid_event", "invalid_event", "event_id_reused",
    ]  # fmt: skip
    assert found[3]["replayed"] is True
    assert found[5]["ladders"]["club.conduct"]["strikes"] == 2
    assert fresh.ask([]).json() == []


def test_an_array_over_many_groups_keeps_the_order_within_each(fresh: Service) -> None:
    many = [{**event(f"{n}", "spamword"), "group": {"id": f"g{n % 100}"}} for n in range(300)]
    found = fresh.ask(many).json()
    assert [each["event"] for each in found] == [each["id"] for each in many]
    assert [each["ladders"]["club.conduct"]["strikes"] for each in found] == [1] * 100 + [2] * 100 + [3] * 100


def test_many_arrays_at_once_take_turns_with_the_store(fresh: Service) -> None:
    """Whatever comes at once, a turn of the event loop stays short, so that answers are read in time."""
    inside: list[int] = [0]
    observe = fresh.store.observe

    async def counted(ask: Any) -> Any:
        inside.append(inside[-1] + 1)
        for _ in range(5):
            await asyncio.sleep(0)
        inside.append(inside[-1] - 1)
        return await observe(ask)

    fresh.store.observe = counted  # type: ignore[method-assign]
    arrays = [[{**event(f"{a}-{n}"), "group": {"id": f"{a}-{n}"}} for n in range(100)] for a in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(fresh.ask, arrays))
    assert [[each["event"] for each in answer.json()] for answer in answers] == [
        [each["id"] for each in array] for array in arrays
    ]
    assert 1 < max(inside) <= AT_ONCE


def test_a_store_with_too_much_to_do_asks_to_come_again(fresh: Service) -> None:
    async def full(ask: Any) -> Any:
        raise StoreOverloaded("4096 requests wait for the store already")

    fresh.store.observe = full  # type: ignore[method-assign]
    answer = fresh.ask(event(1))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert problem_of(answer)["detail"] == "4096 requests wait for the store already"


def test_explain_is_given_where_it_is_asked_for(service: Service) -> None:
    decision = service.ask(event("why"), params={"explain": "1"}).json()
    assert {rule["rule"] for rule in decision["explain"]["rules"]} == {"club.many", "club.words"}
    assert "explain" not in service.ask(event("why2"), params={"explain": "0"}).json()


def test_a_request_that_nobody_decides_is_held(service: Service) -> None:
    asked = {**event("r"), "kind": "request", "request": {}}
    assert service.ask(asked).json()["verdict"] == "hold"


DEEP = b'{"id":"x","kind":"message","a":' + b"[" * 64 + b"]" * 64 + b"}"
GOOD = json.dumps(event("never")).encode()
BAD_REQUESTS = [
    (b"", {}, 400, "malformed_json"),
    (b"{", {}, 400, "malformed_json"),
    (GOOD.replace(b'"hello"', b"NaN"), {}, 400, "malformed_json"),
    (GOOD.replace(b"hello", b"\\ud800"), {}, 400, "malformed_json"),
    (GOOD.replace(b"hello", b"\xff"), {}, 400, "malformed_json"),
    (GOOD[:-1] + b',"id":"other"}', {}, 400, "malformed_json"),
    (DEEP, {}, 400, "malformed_json"),
    (b"[" * 200_000, {}, 400, "malformed_json"),
    (b"[" + GOOD + b", {]", {}, 400, "malformed_json"),
    (GOOD, {"media": None}, 415, "unsupported_media_type"),
    (GOOD, {"media": "text/plain"}, 415, "unsupported_media_type"),
    (GOOD, {"media": "application/msgpack"}, 400, "malformed_msgpack"),
    (b"\xc1", {"media": "application/msgpack"}, 400, "malformed_msgpack"),
    (GOOD.replace(b"hello", b"x" * 70_000), {}, 413, "too_large"),
    (b" " * (1 << 20) + GOOD, {}, 413, "too_large"),
    (json.dumps([event(n) for n in range(1001)]).encode(), {}, 413, "too_large"),
    (b"7", {}, 422, "invalid_event"),
    (b"{}", {}, 422, "invalid_event"),
    (GOOD.replace(b"u1", b"u\\u0000"), {}, 422, "invalid_event"),
    (GOOD.replace(b'"message", "time"', b'"late club.duty", "time"'), {}, 422, "invalid_event"),
    (GOOD.replace(b"enever", b"~late club.duty 1 u1"), {}, 422, "invalid_event"),
    (b'{"id": "t", "kind": "tick", "tick": {"ack": 7}}', {}, 422, "invalid_event"),
]


@pytest.mark.parametrize(("body", "options", "status", "code"), BAD_REQUESTS, ids=lambda value: str(value)[:30])
def test_bad_input_gets_the_right_refusal_and_counts_nothing(
    service: Service, body: bytes, options: dict[str, Any], status: int, code: str
) -> None:
    calls = list(service.store.calls)
    answer = service.post(body, **options)
    assert (answer.status_code, problem_of(answer)["code"]) == (status, code)
    assert service.store.calls == calls


def test_a_chunked_body_is_taken_and_a_long_one_refused(service: Service) -> None:
    def pieces(count: int) -> Any:
        yield GOOD[:10]
        yield b" " * count if count else b""
        yield GOOD[10:]

    head = {"content-type": "application/json"}
    whole = service.client.post("/v1/evaluate", content=iter([GOOD[:9], GOOD[9:]]), headers=head)
    assert whole.json()["event"] == "enever"
    long = service.client.post("/v1/evaluate", content=pieces(1 << 20), headers=head)
    assert problem_of(long)["code"] == "too_large"


def test_only_post_is_taken(service: Service) -> None:
    answer = service.client.get("/v1/evaluate")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert problem_of(answer)["code"] == "method_not_allowed"


def test_an_id_that_is_used_again_for_something_else_conflicts(service: Service) -> None:
    service.ask(event("twice", "one"))
    answer = service.ask(event("twice", "two"))
    assert (answer.status_code, problem_of(answer)["code"]) == (409, "event_id_reused")


def test_a_dead_store_gives_what_the_policy_says(fresh: Service, caplog: pytest.LogCaptureFixture) -> None:
    fresh.store.fails = {"observe"}
    decision = fresh.ask(event(1, "spamword")).json()
    assert (decision["verdict"], decision["degraded"]) == ("delete", True)
    assert decision["unasked"] == ["club.conduct", "club.many"]
    assert [action["do"] for action in decision["actions"]] == ["delete"]
    assert "1 decision was made without the store" in caplog.text


def test_a_mistake_of_policyd_is_a_500_without_details(fresh: Service, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(ask: object) -> None:
        raise RuntimeError("secret detail")

    fresh.store.observe = broken  # type: ignore[method-assign,assignment]
    answer = fresh.ask(event(1))
    assert (answer.status_code, problem_of(answer)["code"]) == (500, "internal")
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text


def test_too_many_requests_at_once_are_turned_away() -> None:
    with running(Settings(limits=Limits(in_flight=1))) as service:
        entered, leave = threading.Event(), threading.Event()
        observe = service.store.observe

        async def slow(ask: Any) -> Any:
            entered.set()
            await asyncio.to_thread(leave.wait, 10)
            return await observe(ask)

        service.store.observe = slow  # type: ignore[method-assign]
        first: list[httpx.Response] = []
        thread = threading.Thread(target=lambda: first.append(service.ask(event(1))))
        thread.start()
        assert entered.wait(10)
        answer = service.ask(event(2))
        leave.set()
        thread.join(10)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert problem_of(answer)["code"] == "overloaded"
        assert first[0].status_code == 200


def test_a_body_that_does_not_arrive_is_given_up() -> None:
    import socket

    with running(Settings(limits=Limits(receive_seconds=1))) as service:
        host, _, port = service.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as slow:
            slow.sendall(b"POST /v1/evaluate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n")
            slow.sendall(b"content-length: 100\r\n\r\n{")
            assert b" 408 " in slow.recv(4096).splitlines()[0]


# ---------------------------------------------------------------- tokens


@pytest.fixture(scope="module")
def guarded() -> Any:
    from hashlib import sha256

    bots = (
        Bot("one", (sha256(b"new").hexdigest(), sha256(b"old").hexdigest()), frozenset({"g1"}), "t1"),
        Bot("two", (sha256(b"second").hexdigest(),), None, "t2"),
    )
    with running(Settings(bots=bots)) as service:
        yield service


TOKENS = [
    (None, 401),
    ("Bearer wrong", 401),
    ("Basic new", 401),
    ("Bearer", 401),
    ("Bearer new", 200),
    ("bearer old", 200),
    ("Bearer second", 200),
]


@pytest.mark.parametrize(("header", "status"), TOKENS)
def test_a_token_is_needed_where_bots_have_one(guarded: Service, header: str | None, status: int) -> None:
    headers = {"authorization": header} if header else {}
    answer = guarded.ask(event("token"), headers=headers)
    assert answer.status_code == status
    if status == 401:
        assert problem_of(answer)["code"] == "unauthorized"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_covers_its_groups_and_its_tenant(guarded: Service) -> None:
    elsewhere = {**event("x", "spamword"), "group": {"id": "g2"}}
    refused = guarded.ask(elsewhere, headers={"authorization": "Bearer new"})
    assert (refused.status_code, problem_of(refused)["code"]) == (403, "group_not_allowed")
    both = guarded.ask([elsewhere, event("y")], headers={"authorization": "Bearer new"}).json()
    assert [each.get("problem", {}).get("code") for each in both] == ["group_not_allowed", None]
    for token in ("new", "second"):
        decision = guarded.ask(event("tenant", "spamword"), headers={"authorization": f"Bearer {token}"}).json()
        assert decision["ladders"]["club.conduct"]["strikes"] == 1 and not decision["replayed"]
