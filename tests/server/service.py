"""A real service in this process, on a free port."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from policyd.engine.pipeline import Engine
from policyd.server.serve import uvicorn_config
from policyd.server.settings import Settings
from tests.engine.scene import FailingStore, compiled

POLICY = """policy club { for every group  timezone "UTC"  if store fails hold }
ladder conduct { at 1 warn "first"  at 2 call out "second"  at 3 mute 24h }
lexicon bad { words "spamword" }
counter seen counts message by member within 1h up to 100
rule words { on message, edit  when message.text matches bad  then delete, strike conduct }
rule many { when seen > 90  then flag }
rule admission { on request  when request.text contains "please"  then admit  otherwise refuse "say please" }
"""


class Service:
    """What a test can do to a running service."""

    def __init__(self, url: str, engine: Engine, store: FailingStore) -> None:
        self.url = url
        self.engine = engine
        self.store = store
        self.client = httpx.Client(base_url=url, timeout=10)

    def post(self, content: bytes, media: str | None = "application/json", **headers: str) -> httpx.Response:
        head = {"content-type": media} if media else {}
        return self.client.post("/v1/evaluate", content=content, headers={**head, **headers})

    def ask(self, body: Any, **options: Any) -> httpx.Response:
        return self.client.post("/v1/evaluate", json=body, **options)


@contextmanager
def running(settings: Settings | None = None, policy: str = POLICY) -> Iterator[Service]:
    """Serves until the block ends. The clock is the events' own."""
    store = FailingStore()
    engine = Engine(compiled(policy), store)
    server = uvicorn.Server(uvicorn_config(engine, settings or Settings()))
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
        thread.start()
        service = Service(f"http://127.0.0.1:{port}", engine, store)
        try:
            yield service
        finally:
            service.client.close()
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive()


def event(number: int | str, text: str = "hello", **more: Any) -> dict[str, Any]:
    return {
        "id": f"e{number}", "kind": "message", "time": "2026-03-02T12:00:00Z", "group": {"id": "g1"},
        "member": {"id": "u1"}, "message": {"id": f"m{number}", "text": text}, **more,
    }  # fmt: skip
