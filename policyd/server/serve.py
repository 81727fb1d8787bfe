"""Runs the service from its settings until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from functools import partial
from typing import Any, Final

import uvicorn

from policyd.compile.program import Program
from policyd.engine.pipeline import Engine
from policyd.model.state import StoreUnavailable
from policyd.server.app import EVALUATE, build_app
from policyd.server.evaluate import Evaluate
from policyd.server.reload import InvalidPolicies, Reloader, load_program
from policyd.server.settings import Settings
from policyd.server.warming import warm_up
from policyd.server.welcome import welcome
from policyd.server.workers import Workers
from policyd.state.opening import open_server, open_store
from policyd.state.store import Store

FINE: Final = 0
CANNOT_START: Final = 2
INVALID: Final = 3
_SHUTDOWN_SECONDS: Final = 10
_KEEP_ALIVE_SECONDS: Final = 75
"""Longer than bots' clients keep idle connections, so that it is they who close them."""
_BACKLOG: Final = 2048
_COLLECTED_AFTER: Final = (2_000, 5, 2_000)
"""Objects made until the first pass over them, in which nobody is answered: half a millisecond for so many, up to nine
for 20,000. Then how many of these until a pass over what is left, and of those until one over everything."""


def serve(settings: Settings, *, say: Callable[[str], None] | None = None) -> int:
    """Serves until SIGTERM or SIGINT; SIGHUP reloads the policies. Returns the exit code: 0, or 3 where the policies
    are not valid, 2 where the address or the store cannot be used; the reason is then on stderr. Must be called from
    the main thread."""
    logging.basicConfig(format="%(levelname)s %(message)s", stream=sys.stderr)
    say = say or _say
    try:
        program = load_program(settings.policies)
        listener = _listen(settings)
    except InvalidPolicies as error:
        print(error, file=sys.stderr, flush=True)
        return INVALID
    except OSError as error:
        _complain(f"cannot listen on {settings.listen}: {error.strerror or error}{_port_hint(error)}")
        return CANNOT_START
    with listener:
        if settings.workers > 1:
            return _run(_serve_together(settings, program, listener, say))
        return _run(_serve_alone(settings, program, listener, settings.store_url, say))


def serve_on(
    listener: socket.socket,
    settings: Settings,
    store_url: str,
    *,
    meanwhile: Callable[[], Awaitable[None]],
) -> int:
    """As `serve`, on a socket that listens already and a store that is there; also until `meanwhile` returns. It says
    nothing but why it cannot go on."""
    logging.basicConfig(format="%(levelname)s %(message)s", stream=sys.stderr)
    try:
        program = load_program(settings.policies)
    except InvalidPolicies as error:
        print(error, file=sys.stderr, flush=True)
        return INVALID
    return _run(_serve_alone(settings, program, listener, store_url, _say_nothing, meanwhile))


def _run(serving: Coroutine[Any, Any, int]) -> int:
    try:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            return runner.run(serving)
    except StoreUnavailable as error:
        _complain(str(error))
        return CANNOT_START


async def _serve_alone(
    settings: Settings,
    program: Program,
    listener: socket.socket,
    store_url: str | None,
    say: Callable[[str], None],
    meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> int:
    async with _open_store(settings, store_url, say) as store:
        engine = Engine(program, store, statistics=settings.statistics == "on")
        server = _Server(uvicorn_config(engine, settings), settings, engine, say)
        warm_up(program)
        _calm_collector()
        watching = None if meanwhile is None else asyncio.create_task(_end_after(meanwhile, server))
        await server.serve([listener])
        if watching is not None:
            watching.cancel()
    return FINE


async def _serve_together(
    settings: Settings, program: Program, listener: socket.socket, say: Callable[[str], None]
) -> int:
    """By several processes, on one store."""
    async with contextlib.AsyncExitStack() as stack:
        url = settings.store_url
        if url is None:
            url = await stack.enter_async_context(open_server(settings.data_dir, say))
        else:
            await _look_for(settings, url, say)
        say(welcome(settings, program.policy_set, _address(listener)))
        return await Workers(settings, program, url, listener, say).run()


async def _look_for(settings: Settings, url: str, say: Callable[[str], None]) -> None:
    """Raises `StoreUnavailable` where the store cannot be used: once, not by every worker."""
    async with _open_store(settings, url, say):
        return


async def _end_after(meanwhile: Callable[[], Awaitable[None]], server: uvicorn.Server) -> None:
    await meanwhile()
    server.should_exit = True


class _Server(uvicorn.Server):
    """uvicorn with our signals, and a word to the operator when it is ready."""

    def __init__(self, config: uvicorn.Config, settings: Settings, engine: Engine, say: Callable[[str], None]) -> None:
        super().__init__(config)
        self._settings = settings
        self._engine = engine
        self._speak = say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets:
            self._speak(welcome(self._settings, self._engine.program.policy_set, _address(sockets[0])))

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stops at SIGTERM and SIGINT, so that the store is closed and the exit code is ours; reloads at SIGHUP."""
        loop = asyncio.get_running_loop()
        reloader = Reloader(self._engine, self._settings.policies, self._speak)
        loop.add_signal_handler(signal.SIGHUP, reloader.request)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)


def uvicorn_config(engine: Engine, settings: Settings) -> uvicorn.Config:
    evaluate = Evaluate(engine, settings)
    return uvicorn.Config(
        build_app(engine, evaluate),
        interface="asgi3",
        http=_protocol(evaluate),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        date_header=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )


def _protocol(evaluate: Evaluate) -> Any:
    """What makes the protocol of a connection. httptools is made for CPython alone."""
    if sys.implementation.name != "cpython":
        return "auto"
    from policyd.server.http import EventProtocol, Inbox

    return partial(EventProtocol, inbox=Inbox(evaluate), path=EVALUATE.encode())


def _calm_collector() -> None:
    """What is loaded by now stays, and the path of an event makes no cycles: the collector has little to look for."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AFTER)


@contextlib.asynccontextmanager
async def _open_store(settings: Settings, url: str | None, say: Callable[[str], None]) -> AsyncIterator[Store]:
    async with open_store(
        url,
        settings.data_dir,
        deadline=settings.store_deadline_ms / 1000,
        durability=settings.durability,
        virtual=settings.clock == "event",
        say=say,
    ) as store:
        yield store


def _listen(settings: Settings) -> socket.socket:
    """A listening socket. Raises OSError. It names its protocol, for asyncio to send at once what is written."""
    host, port = settings.address
    family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _port_hint(error: OSError) -> str:
    if error.errno != errno.EADDRINUSE:
        return ""
    return "; stop what listens there, or choose another port with --listen 127.0.0.1:PORT"


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _say(text: str) -> None:
    print(text, flush=True)


def _say_nothing(text: str) -> None: ...


def _complain(text: str) -> None:
    print(f"policyd: {text}", file=sys.stderr, flush=True)
