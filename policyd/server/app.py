"""The service as an ASGI application: the evaluate endpoint, and what tells how the service is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from importlib.metadata import version
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from policyd.engine.pipeline import Engine
from policyd.model.codec import encode
from policyd.model.problem import Problem, ProblemCode, problem
from policyd.model.state import StoreUnavailable
from policyd.server.evaluate import Evaluate

EVALUATE: Final = "/v1/evaluate"
READY_SECONDS: Final = 2.0


def build_app(engine: Engine, evaluate: Evaluate) -> Starlette:
    """Serves `engine`, whose program may be swapped while it runs; `evaluate` is its endpoint."""

    async def about(request: Request) -> Response:
        return JSONResponse(
            {
                "name": "policyd",
                "version": version("policyd"),
                "about": "decides what happens to a message, a join request or an advertisement, by policies",
                "policy": engine.program.revision,
                "policies": [policy.name for policy in engine.program.policy_set.policies],
                "endpoints": {"evaluate": EVALUATE, "alive": "/healthz", "ready": "/readyz"},
            }
        )

    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(request: Request) -> Response:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await engine.store.ready()
        except (StoreUnavailable, TimeoutError) as error:
            detail = str(error) or f"the store did not answer within {READY_SECONDS:.0f} s"
            return problem_response(problem("store_unavailable", detail, hint="look at the store and its address"))
        return JSONResponse({"status": "ready", "policy": engine.program.revision})

    routes = [Route("/", about), Route("/healthz", healthz), Route("/readyz", readyz), Route(EVALUATE, evaluate)]
    return _App(evaluate, routes)


class _App(Starlette):
    """Starlette, but events go straight to their endpoint, past its middleware and routing."""

    def __init__(self, evaluate: Evaluate, routes: list[Route]) -> None:
        super().__init__(routes=routes, exception_handlers={404: _not_found, 405: _wrong_method, 500: _fault})
        self._evaluate = evaluate

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:  # type: ignore[override]
        if scope["type"] == "http" and scope["path"] == EVALUATE:
            return self._evaluate(scope, receive, send)
        return super().__call__(scope, receive, send)


def problem_response(found: Problem, headers: dict[str, str] | None = None) -> Response:
    return Response(encode(found), found.status, headers, media_type="application/problem+json")


async def _not_found(request: Request, error: Exception) -> Response:
    return _simple("not_found", f"there is no `{request.url.path}`", f"events go to `{EVALUATE}`")


async def _wrong_method(request: Request, error: Exception) -> Response:
    detail = f"`{request.url.path}` does not take {request.method}"
    headers: dict[str, str] | None = getattr(error, "headers", None)
    return problem_response(problem("method_not_allowed", detail), headers)


async def _fault(request: Request, error: Exception) -> Response:
    return _simple("internal", "the request could not be answered", "the service's log has the details")


def _simple(code: ProblemCode, detail: str, hint: str) -> Response:
    return problem_response(problem(code, detail, hint=hint))
