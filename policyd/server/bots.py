"""Who may ask: bots and their tokens. A token is known only by its digest."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

_DIGEST: Final = re.compile("[0-9a-f]{64}")
_KEYS: Final = frozenset({"name", "token_sha256", "token_env", "groups", "tenant"})


class BotError(Exception):
    """A `[[bot]]` is not valid."""


@dataclass(frozen=True)
class Bot:
    """`digests`: SHA-256 of its tokens in hexadecimal, two at most so that they can be changed without a gap. `groups`
    it may ask about, None for all. `tenant`: whose state it works on."""

    name: str
    digests: tuple[str, ...]
    groups: frozenset[str] | None = None
    tenant: str = ""
    token_env: str | None = None

    def may_ask(self, group: str) -> bool:
        return self.groups is None or group in self.groups


ANYONE: Final = Bot("anyone", ())
"""Who asks where no token is needed."""


def read_bots(tables: Any, environment: Mapping[str, str]) -> tuple[Bot, ...]:
    """Raises `BotError`."""
    if not isinstance(tables, list):
        raise BotError("bots are written as [[bot]] tables")
    return tuple(_bot(table, environment) for table in tables)


def find(bots: tuple[Bot, ...], authorization: str) -> Bot | None:
    """The bot whose token this `Authorization` header carries. Every token is compared, each in constant time."""
    scheme, _, token = authorization.partition(" ")
    digest = sha256(token.strip().encode()).hexdigest()
    found = None
    for bot in bots:
        for known in bot.digests:
            if hmac.compare_digest(known, digest) and scheme.lower() == "bearer":
                found = bot
    return found


def _bot(table: Any, environment: Mapping[str, str]) -> Bot:
    name = table.get("name") if isinstance(table, dict) else None
    if not isinstance(name, str) or not name:
        raise BotError("every [[bot]] has a `name`")
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise BotError(f"bot `{name}`: there is no `{unknown[0]}`; there are {', '.join(sorted(_KEYS))}")
    groups, tenant = table.get("groups"), table.get("tenant", "")
    if groups is not None and not (isinstance(groups, list) and all(isinstance(group, str) for group in groups)):
        raise BotError(f"bot `{name}`: `groups` is a list of group ids")
    if not isinstance(tenant, str):
        raise BotError(f"bot `{name}`: `tenant` is a text")
    return Bot(
        name,
        _digests(name, table, environment),
        None if groups is None else frozenset(groups),
        tenant,
        table.get("token_env"),
    )


def _digests(name: str, table: dict[str, Any], environment: Mapping[str, str]) -> tuple[str, ...]:
    variable = table.get("token_env")
    if variable is not None:
        token = environment.get(str(variable))
        if not token:
            raise BotError(f"bot `{name}`: the variable {variable} (its `token_env`) is not set")
        return (sha256(token.encode()).hexdigest(),)
    written = table.get("token_sha256")
    digests = written if isinstance(written, list) else [written]
    if not 1 <= len(digests) <= 2 or not all(isinstance(each, str) and _DIGEST.fullmatch(each) for each in digests):
        raise BotError(
            f"bot `{name}`: `token_sha256` is the SHA-256 of its token in 64 hexadecimal digits, or a list of two"
        )
    return tuple(digests)
