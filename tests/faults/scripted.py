"""A server that connects as it should and then refuses every call of a script with one error."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Self

import hiredis

INFO = b"# Server\r\nredis_version:7.0.15\r\n# Memory\r\nmaxmemory_policy:noeviction\r\n"

REFUSALS = {
    "forgotten": b"-ERR Function not found",
    "LOADING": b"-LOADING Redis is loading the dataset in memory",
    "READONLY": b"-READONLY You can't write against a read only replica.",
    "OOM": b"-OOM command not allowed when used memory > 'maxmemory'.",
    "MISCONF": b"-MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.",
    "BUSY": b"-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
    "MOVED": b"-MOVED 3999 127.0.0.1:6381",
    "CLUSTERDOWN": b"-CLUSTERDOWN The cluster is down",
    "NOPERM": b"-NOPERM this user has no permissions to run the 'fcall' command",
    "nonsense": b"+OK",
    "another's answer": b"*3\r\n$1\r\nx\r\n$0\r\n\r\n$0\r\n",
}


class ScriptedServer:
    """Listens on a unix socket. `refusal` names one of `REFUSALS`."""

    def __init__(self, listen: Path, refusal: str) -> None:
        self.url = f"unix://{listen}"
        self.refusal = refusal
        self.asked: list[list[bytes]] = []
        self._listen = listen
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._serve, self._listen)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        commands = hiredis.Reader()
        self._writers.add(writer)
        try:
            while data := await reader.read(1 << 16):
                commands.feed(data)
                while (command := commands.gets()) is not False:
                    writer.write(self._answer(command) + b"\r\n")
                await writer.drain()
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _answer(self, command: list[bytes]) -> bytes:
        match [word.upper() for word in command[:2]]:
            case [b"INFO", *_]:
                return b"$%d\r\n%s" % (len(INFO), INFO)
            case [b"FCALL", *_]:
                self.asked.append(command)
                return REFUSALS[self.refusal]
            case _:
                return b"+OK"
