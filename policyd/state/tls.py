"""What may stand behind the `?` of a store's URL, TLS above all, and what hinders the first words with a server."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qs, urlsplit

import redis

HANDSHAKE_PATIENCE: Final = 2.0
"""Seconds. A server without TLS may wait for ever for the rest of what it takes for a command."""

_TLS: Final = (
    "ssl_ca_certs",
    "ssl_ca_path",
    "ssl_certfile",
    "ssl_keyfile",
    "ssl_cert_reqs",
    "ssl_check_hostname",
)
_CHECKS: Final = ("none", "optional", "required")
_TRUST: Final = "name the certificate of who signed it: `?ssl_ca_certs=FILE` in the URL"
_OTHER_NAME: Final = (
    "write the server as its certificate names it, or `ssl_check_hostname=false` behind the `?` of the URL where your"
    " own authority signs for nobody else"
)
_CLIENT: Final = "`&ssl_certfile=FILE&ssl_keyfile=FILE` in the URL, or `tls-auth-clients no` in the server's settings"
_X509_EXPIRED: Final = 10
_X509_OTHER_NAME: Final = (62, 64)


def is_tls(url: str) -> bool:
    """Whether the scheme says so: `rediss://`, `rediss+sentinel://`, `rediss+cluster://`."""
    return urlsplit(url).scheme.partition("+")[0] == "rediss"


def check_options(url: str) -> None:
    """Looks at what stands behind the `?`, and into the files that it names. Raises `ValueError`."""
    given = {name: values[0] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}
    for name in given:
        if name in _TLS and not is_tls(url):
            raise ValueError(f"`{name}` is for TLS: write the scheme with two s, as in rediss://")
        if name not in _TLS and name != "db":
            raise ValueError(f"there is no option `{name}`; there are db, {', '.join(_TLS)}")
    if given.get("ssl_cert_reqs", "required") not in _CHECKS:
        raise ValueError(f"`ssl_cert_reqs` is {' or '.join(_CHECKS)}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority, own = given.get("ssl_ca_certs"), given.get("ssl_certfile")
    try:
        if authority is not None:
            context.load_verify_locations(authority)
        if own is not None:
            context.load_cert_chain(own, given.get("ssl_keyfile"), lambda: "")
    except ssl.SSLError as error:
        named = "`ssl_ca_certs` names" if own is None else "`ssl_ca_certs`, `ssl_certfile` and `ssl_keyfile` name"
        raise ValueError(f"what {named} cannot be used: {error.reason or error}") from None
    except OSError as error:
        raise ValueError(f"a file that the options name cannot be read: {error.strerror or error}") from None


def explain(error: Exception, *, tls: bool) -> str:
    """What hindered the first words with a server, and what to do where TLS is the reason."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _distrust(cause)
        if isinstance(cause, ssl.SSLError) and "CERTIFICATE_REQUIRED" in (cause.reason or ""):
            return f"it asks for a certificate of the client: {_CLIENT}"
        if isinstance(cause, ssl.SSLError) and "WRONG_VERSION" in (cause.reason or ""):
            return "it does not speak TLS on this port: name another port, or write the scheme with one s, redis://"
    if tls and any(isinstance(cause, redis.TimeoutError | TimeoutError) for cause in causes):
        return "it does not finish a TLS handshake: if it does not speak TLS on this port, write redis://"
    if not any(map(_is_hanging_up, causes)):
        return str(error)
    if tls:
        return f"it closed the connection before it answered: if it asks for a certificate of the client, {_CLIENT}"
    return "it closed the connection before it answered: if it speaks TLS on this port, write rediss://"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_hanging_up(cause: BaseException) -> bool:
    hung_up = ConnectionResetError | BrokenPipeError | ssl.SSLEOFError | redis.InvalidResponse
    return isinstance(cause, hung_up) or str(cause).startswith("Connection closed by server")


def _distrust(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == _X509_EXPIRED:
        return "its certificate has expired: give the server a new one"
    what = _OTHER_NAME if error.verify_code in _X509_OTHER_NAME else _TRUST
    return f"its certificate is not trusted ({error.verify_message.rstrip('.')}): {what}"
