"""Plain HTTP to the service over connections that are kept: a bot's library, as small as it can be."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import msgspec

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Wire:
    """To one address; as many connections as there are requests at the same time."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._idle: list[Connection] = []

    async def post(self, document: Any) -> tuple[int, Any]:
        """Status and answer. Raises `OSError` or `EOFError` where the connection is lost on the way."""
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection(self._host, self._port)
        body = msgspec.json.encode(document)
        head = (
            f"POST /v1/evaluate HTTP/1.1\r\nhost: {self._host}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        try:
            writer.write(head.encode() + body)
            await writer.drain()
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
            length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
            answer = await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        return int(lines[0].split(" ")[1]), msgspec.json.decode(answer)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle = []
