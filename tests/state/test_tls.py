"""Stores that are spoken to by TLS, and what is said where that does not come about."""

from __future__ import annotations

import asyncio
import gc
import re
import shutil
import socket
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import redis

from policyd.model.state import Observe, StoreUnavailable
from policyd.state.connecting import Connector
from policyd.state.embedded import launcher
from policyd.state.maintenance import reach
from policyd.state.opening import open_store
from tests.faults.servers import SLOTS, free_ports, wait_until

ASK = Observe("", "g", "u", "e", b"8 bytes.", "r")
LINE = re.compile(r"^[^\n]+$")


class Secured:
    """Servers that speak TLS only, by a certificate that says `127.0.0.1`."""

    def __init__(self, folder: Path, binary: str, stack: ExitStack) -> None:
        self.certificate = folder / "certificate.pem"
        self.key = folder / "key.pem"
        self._folder = folder
        self._binary = binary
        self._stack = stack

    def start(self, *words: str) -> int:
        """The port of a new server with these settings."""
        (port,) = free_ports(1)
        folder = self._folder / str(port)
        folder.mkdir()
        files = [
            "--tls-cert-file",
            self.certificate,
            "--tls-key-file",
            self.key,
            "--tls-ca-cert-file",
            self.certificate,
        ]
        ports = ["--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
        secured = [*map(str, files), *ports, "--tls-auth-clients", "no", "--tls-cluster", "yes", *words]
        command = [*launcher(), self._binary, *self._first(words), *secured]
        process = self._stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        self._stack.callback(process.kill)
        wait_until(lambda: self._listens(port))
        return port

    def client(self, port: int) -> redis.Redis:
        return redis.Redis(
            port=port, host="127.0.0.1", ssl=True, ssl_ca_certs=str(self.certificate),
            ssl_certfile=str(self.certificate), ssl_keyfile=str(self.key),
        )  # fmt: skip

    def _first(self, words: tuple[str, ...]) -> list[str]:
        """A Sentinel keeps what it learns in a file of settings."""
        if "--sentinel" not in words:
            return []
        file = self._folder / "sentinel.conf"
        file.touch()
        return [str(file)]

    def _listens(self, port: int) -> bool:
        with self.client(port) as client, suppress(redis.ConnectionError):
            return bool(client.ping())
        return False


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    openssl, binary = shutil.which("openssl"), speaks_tls()
    if openssl is None:
        pytest.skip("no `openssl` command is installed to make a certificate with")
    if binary is None:
        pytest.skip("no redis-server or valkey-server that was built with TLS is installed")
    folder = tmp_path_factory.mktemp("tls")
    with ExitStack() as stack:
        servers = Secured(folder, binary, stack)
        made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=policyd-test"
        named = [
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            str(servers.key),
            "-out",
            str(servers.certificate),
        ]
        subprocess.run([openssl, *made.split(), *named], check=True, capture_output=True)
        yield servers


def speaks_tls() -> str | None:
    """A server that knows `tls-port`. One that was built without TLS complains of that, others of the certificate."""
    for name in ("redis-server", "valkey-server"):
        if binary := shutil.which(name):
            command = [binary, "--port", "0", "--tls-port", "1"]
            said = subprocess.run(command, capture_output=True, text=True, timeout=10).stdout
            if "No tls-cert-file configured" in said:
                return binary
    return None


def single(secured: Secured) -> str:
    return f"rediss://127.0.0.1:{secured.start()}"


def watched(secured: Secured) -> str:
    master = secured.start("--tls-replication", "yes")
    sentinel = secured.start("--tls-replication", "yes", "--sentinel")
    with secured.client(sentinel) as client:
        client.sentinel_monitor("pd", "127.0.0.1", master, 1)
    return f"rediss+sentinel://127.0.0.1:{sentinel}/pd"


def cluster(secured: Secured) -> str:
    port = secured.start("--cluster-enabled", "yes")
    with secured.client(port) as client:
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, SLOTS - 1)
        wait_until(lambda: bool(client.cluster("info")["cluster_state"] == "ok"))
    return f"rediss+cluster://127.0.0.1:{port}"


@pytest.mark.parametrize("kind", [single, watched, cluster])
def test_a_store_by_tls(kind: Callable[[Secured], str], secured: Secured, tmp_path: Path) -> None:
    async def scenario() -> list[bool]:
        async with open_store(url, tmp_path, deadline=5.0) as store:
            await store.ready()
            return [(await store.observe(ASK)).replayed for _ in range(2)]

    url = f"{kind(secured)}?ssl_ca_certs={secured.certificate}"
    assert asyncio.run(scenario()) == [False, True]
    with reach(url, tmp_path) as reached:
        assert not reached.is_empty()


def refusal(url: str, folder: Path, *, looking_after: bool) -> str:
    """Why the store cannot be used, as an operator reads it: by the service, or by a command that looks after it."""

    async def opened() -> None:
        async with open_store(url, folder):
            pass

    with pytest.raises(StoreUnavailable) as raised:
        if looking_after:
            with reach(url, folder):
                pass
        else:
            asyncio.run(opened())
    said = str(raised.value)
    del raised
    with warnings.catch_warnings():  # A handshake that is broken off ends after its loop: asyncio leaves the transport.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    return said


@pytest.mark.parametrize("looking_after", [False, True])
def test_refusals_say_what_to_do(looking_after: bool, secured: Secured, tmp_path: Path) -> None:
    def said(url: str) -> str:
        text = refusal(url, tmp_path, looking_after=looking_after)
        assert LINE.match(text) and text.startswith("the store at ")
        return text

    trust = f"?ssl_ca_certs={secured.certificate}"
    port = secured.start()
    untrusted = said(f"rediss://127.0.0.1:{port}")
    assert "its certificate is not trusted (self-signed certificate)" in untrusted
    assert "`?ssl_ca_certs=FILE`" in untrusted
    other = said(f"rediss://localhost:{port}{trust}")
    assert "write the server as its certificate names it" in other and "ssl_check_hostname=false" in other
    assert "if it speaks TLS on this port, write rediss://" in said(f"redis://127.0.0.1:{port}")
    assert "if it speaks TLS on this port, write rediss://" in said(f"redis://:word@127.0.0.1:{port}")
    strict = secured.start("--tls-auth-clients", "yes")
    assert "`&ssl_certfile=FILE&ssl_keyfile=FILE`" in said(f"rediss://127.0.0.1:{strict}{trust}")


def test_a_server_without_tls_is_named(secured: Secured, tmp_path: Path) -> None:
    """It waits for the rest of what it takes for a command."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"rediss://127.0.0.1:{listener.getsockname()[1]}?ssl_ca_certs={secured.certificate}"
        said = refusal(url, tmp_path, looking_after=False)
    assert "if it does not speak TLS on this port, write redis://" in said


def test_a_client_with_a_certificate_is_let_in(secured: Secured, tmp_path: Path) -> None:
    port = secured.start("--tls-auth-clients", "yes")
    own = f"&ssl_certfile={secured.certificate}&ssl_keyfile={secured.key}"
    with reach(f"rediss://127.0.0.1:{port}?ssl_ca_certs={secured.certificate}{own}", tmp_path) as store:
        assert store.is_empty()
    with reach(f"rediss://localhost:{port}?ssl_cert_reqs=none{own}", tmp_path) as store:
        assert store.is_empty()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("rediss://h?ssl_ca_certs=/nowhere.pem", "a file that the options name cannot be read: No such file"),
        (f"rediss://h?ssl_ca_certs={__file__}", "what `ssl_ca_certs` names cannot be used"),
        ("rediss://h?ssl_ca_cert=x", "there is no option `ssl_ca_cert`; there are db, ssl_ca_certs, "),
        ("rediss://h?password=secret", "there is no option `password`"),
        ("rediss://h?ssl_cert_reqs=maybe", "`ssl_cert_reqs` is none or optional or required"),
        ("redis://h?ssl_ca_certs=x", "`ssl_ca_certs` is for TLS: write the scheme with two s, as in rediss://"),
        ("redis+cluster://h?ssl_ca_certs=x", "`ssl_ca_certs` is for TLS"),
        ("rediss+sentinel://h/pd?socket_timeout=1", "there is no option `socket_timeout`"),
    ],
)
@pytest.mark.parametrize("looking_after", [False, True])
def test_options_that_cannot_be(url: str, why: str, looking_after: bool, tmp_path: Path) -> None:
    said = refusal(url, tmp_path, looking_after=looking_after)
    assert why in said and said.startswith("store `") and "secret" not in said
    with pytest.raises(ValueError, match=re.escape(why)):
        Connector(url.replace("+cluster", "").replace("+sentinel", ""))
