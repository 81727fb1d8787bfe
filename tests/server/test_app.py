"""What the service tells about itself."""

from __future__ import annotations

from tests.server.service import Service


def test_alive_and_ready(service: Service) -> None:
    assert service.client.get("/healthz").json() == {"status": "alive"}
    assert service.client.get("/readyz").json() == {"status": "ready", "policy": service.engine.program.revision}


def test_not_ready_without_the_store(fresh: Service) -> None:
    fresh.store.fails.add("ready")
    answer = fresh.client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert answer.json()["detail"] == "`ready` is told to fail"
    assert fresh.client.get("/healthz").status_code == 200


def test_the_front_page_says_what_this_is(service: Service) -> None:
    page = service.client.get("/").json()
    assert page["name"] == "policyd"
    assert page["policies"] == ["club"]
    assert page["endpoints"]["evaluate"] == "/v1/evaluate"


def test_elsewhere_is_a_problem_that_says_where_to_go(service: Service) -> None:
    answer = service.client.post("/evaluate")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["hint"] == "events go to `/v1/evaluate`"
    wrong = service.client.post("/healthz")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in wrong.headers["allow"]
