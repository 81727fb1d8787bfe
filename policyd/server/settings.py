"""Settings of the service: `policyd.toml`, overridden by `POLICYD_*`, overridden by flags; unknown keys are errors."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal

from policyd.model.readers import near_miss
from policyd.server.bots import Bot, BotError, read_bots

FILE: Final = "policyd.toml"
PREFIX: Final = "POLICYD_"
MOST_WORKERS: Final = 256
_NOT_SETTINGS: Final = frozenset({"POLICYD_DEBUG", "POLICYD_CONFIG", "POLICYD_TOKEN"})
"""Variables that mean something else: how faults are shown, where the file is, a client's token."""


class SettingsError(Exception):
    """A setting is unknown or not valid; the message says which, where it came from and what to write."""


@dataclass(frozen=True)
class Limits:
    """`body`, `event` in bytes; `array` in events; `in_flight` in requests; `receive_seconds` for a body to arrive."""

    body: int = 1 << 20
    event: int = 64 << 10
    array: int = 1000
    in_flight: int = 1000
    receive_seconds: int = 10


@dataclass(frozen=True)
class Settings:
    """`store`: `embedded` keeps its data in `data_dir`, `memory` keeps nothing; with `redis` (a URL) neither is used.
    `durability`: with `replica` nothing is answered before a replica of `redis` has it. `store_deadline_ms` is how long
    an event waits for the store, retries included, before it is decided as `if store fails` says.
    `clock`: `event` takes the events' own times instead of the store's, to try out recorded traffic: an instant is the
    `time` of the event, which the bot then has to send. `statistics`: `off` counts nothing for groups, and what
    conditions read of them is unknown. `workers`: processes that share the store and decide at the same time."""

    policies: Path = Path("policies")
    listen: str = "127.0.0.1:8900"
    store: Literal["embedded", "memory"] = "embedded"
    redis: str | None = None
    data_dir: Path = Path(".policyd")
    durability: Literal["memory", "replica"] = "memory"
    store_deadline_ms: int = 50
    clock: Literal["store", "event"] = "store"
    workers: int = 1
    statistics: Literal["on", "off"] = "on"
    limits: Limits = Limits()
    bots: tuple[Bot, ...] = field(default=())

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; the host of `[::1]:80` without its brackets."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def store_url(self) -> str | None:
        """As `open_store` takes it: None for the embedded store."""
        return self.redis or (None if self.store == "embedded" else "memory")


_PLAIN: Final = (
    "policies", "listen", "store", "redis", "data_dir", "durability", "store_deadline_ms", "clock", "workers",
    "statistics",
)  # fmt: skip
_CHOICES: Final = {
    "store": ("embedded", "memory"),
    "durability": ("memory", "replica"),
    "clock": ("store", "event"),
    "statistics": ("on", "off"),
}
_NUMBERS: Final = ("store_deadline_ms", "workers")
_LIMITS: Final = tuple(each.name for each in fields(Limits))


def load_settings(flags: Mapping[str, Any], environment: Mapping[str, str], folder: Path) -> Settings:
    """Settings for a service started in `folder`. `flags` by setting name, None where not given; `config` names another
    file. Raises `SettingsError`."""
    values: dict[str, Any] = {}
    limits: dict[str, int] = {}
    config = flags.get("config") or environment.get("POLICYD_CONFIG")
    path = Path(config) if config else folder / FILE
    bots: tuple[Bot, ...] = ()
    if config or path.exists():
        document = _document(path)
        _take(document, values, limits, str(path))
        bots = _bots(document, environment, path)
    _take(_from_environment(environment, bots), values, limits, "the environment")
    given = {name: value for name, value in flags.items() if value is not None and name != "config"}
    _take(given, values, limits, "the command line")
    return _checked(replace(Settings(), **values, limits=Limits(**limits), bots=bots))


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None


def _bots(document: Mapping[str, Any], environment: Mapping[str, str], path: Path) -> tuple[Bot, ...]:
    try:
        return read_bots(document.get("bot", []), environment)
    except BotError as error:
        raise SettingsError(f"{path}: {error}") from None


def _from_environment(environment: Mapping[str, str], bots: tuple[Bot, ...]) -> dict[str, Any]:
    """`POLICYD_LISTEN` is `listen`, `POLICYD_LIMITS_BODY` is `limits.body`."""
    passed = _NOT_SETTINGS | {bot.token_env for bot in bots if bot.token_env}
    found: dict[str, Any] = {}
    for variable, text in environment.items():
        if variable.startswith(PREFIX) and variable not in passed:
            name = variable.removeprefix(PREFIX).lower()
            if name in _NUMBERS:
                found[name] = _number(text, variable)
            elif name.startswith("limits_"):
                found.setdefault("limits", {})[name.removeprefix("limits_")] = _number(text, variable)
            else:
                found[name] = text
    return found


def _number(text: str, variable: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise SettingsError(f'{variable} is a whole number, not "{text}"') from None


def _take(given: Mapping[str, Any], values: dict[str, Any], limits: dict[str, int], where: str) -> None:
    """Lays `given` over what is there."""
    for name, value in given.items():
        if name == "limits" and isinstance(value, Mapping):
            for limit, number in value.items():
                limits[limit] = _limit(limit, number, where)
        elif name in _PLAIN:
            values[name] = _plain(name, value, where)
        elif name != "bot":
            raise SettingsError(_unknown(name, (*_PLAIN, "limits", "bot"), where))
    if values.get("redis") and "store" in given and "redis" not in given:
        values.pop("redis")


def _limit(name: str, number: Any, where: str) -> int:
    if name not in _LIMITS:
        raise SettingsError(_unknown(name, _LIMITS, f"the limits of {where}"))
    return _from_one(f"limit `{name}`", number, where)


def _from_one(what: str, number: Any, where: str) -> int:
    if type(number) is not int or number < 1:
        raise SettingsError(f"{what} in {where} is a whole number from 1, not {number!r}")
    return number


def _plain(name: str, value: Any, where: str) -> Any:
    if name in _NUMBERS:
        return _from_one(f"`{name}`", value, where)
    if isinstance(value, Path):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise SettingsError(f"`{name}` in {where} is a text, not {value!r}")
    choices = _CHOICES.get(name)
    if choices and value not in choices:
        raise SettingsError(f'`{name}` in {where} is {" or ".join(choices)}, not "{value}"')
    return Path(value) if name in ("policies", "data_dir") else value


def _unknown(name: str, known: tuple[str, ...], where: str) -> str:
    near = near_miss(name, frozenset(known))
    hint = f"did you mean `{near}`?" if near else f"there are {', '.join(known)}"
    return f"there is no setting `{name}` (in {where}); {hint}"


def _checked(settings: Settings) -> Settings:
    """Refuses what does not go together. Raises `SettingsError`."""
    host, _, port = settings.listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise SettingsError(f'`listen` is an address and a port like 127.0.0.1:8900, not "{settings.listen}"')
    if settings.durability == "replica" and not settings.redis:
        raise SettingsError(
            'durability = "replica" goes with `redis` only: a store of the service\'s own has no replicas (it answers '
            "after its file is on disk)"
        )
    if settings.workers > MOST_WORKERS:
        raise SettingsError(f"`workers` is a whole number from 1 to {MOST_WORKERS}, not {settings.workers}")
    if settings.workers > 1 and (settings.store_url == "memory" or settings.clock == "event"):
        why = 'store = "memory"' if settings.store_url == "memory" else 'clock = "event"'
        raise SettingsError(f"{settings.workers} workers do not go with {why}: each would know its own only")
    if not settings.bots and settings.address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise SettingsError(
            f"listening on {settings.listen} without a token would let anyone decide and count: give every bot one "
            f"under [[bot]] in {FILE}, or listen on 127.0.0.1"
        )
    return settings


def show_settings(settings: Settings) -> str:
    """All settings as TOML, secrets hidden."""
    lines = [f"{name} = {_toml(getattr(settings, name))}" for name in _PLAIN if getattr(settings, name) is not None]
    lines += ["", "[limits]", *(f"{name} = {getattr(settings.limits, name)}" for name in _LIMITS)]
    for bot in settings.bots:
        lines += [
            "",
            "[[bot]]",
            f"name = {_toml(bot.name)}",
            'token_sha256 = "(hidden)"',
            f"tenant = {_toml(bot.tenant)}",
        ]
        if bot.groups is not None:
            lines.append(f"groups = [{', '.join(_toml(group) for group in bot.groups)}]")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if "://" in text and "@" in text:
        scheme, _, rest = text.partition("://")
        text = f"{scheme}://(hidden)@{rest.rpartition('@')[2]}"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
