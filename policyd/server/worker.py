"""One of several worker processes. It is told what to do on stdin, and ends when that is closed: whoever started it is
gone then."""

from __future__ import annotations

import asyncio
import os
import pickle
import socket
import sys

from policyd.server.serve import serve_on
from policyd.server.workers import Orders


def main() -> int:
    """Serves until SIGTERM; the exit code is that of `serve`."""
    orders: Orders = pickle.load(sys.stdin.buffer)
    with socket.socket(fileno=orders.listener) as listener:
        return serve_on(listener, orders.settings, orders.store_url, meanwhile=_until_orphaned)


async def _until_orphaned() -> None:
    """Returns when nobody holds the other end of stdin any more."""
    loop = asyncio.get_running_loop()
    closed = loop.create_future()

    def read() -> None:
        if not os.read(sys.stdin.fileno(), 64) and not closed.done():
            loop.remove_reader(sys.stdin.fileno())
            closed.set_result(None)

    loop.add_reader(sys.stdin.fileno(), read)
    await closed


if __name__ == "__main__":
    sys.exit(main())
