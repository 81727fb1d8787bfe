"""Settings: what overrides what, and what is refused with which words."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from policyd.server.bots import find
from policyd.server.settings import Limits, Settings, SettingsError, load_settings, show_settings

DIGEST = sha256(b"secret").hexdigest()


def loaded(
    toml: str | None = None, flags: dict[str, Any] | None = None, folder: Path = Path("."), **env: str
) -> Settings:
    if toml is not None:
        (folder / "policyd.toml").write_text(toml, encoding="utf-8")
    return load_settings(flags or {}, env, folder)


def test_without_anything_there_are_defaults(tmp_path: Path) -> None:
    assert loaded(folder=tmp_path, PATH="/bin", POLICYD_DEBUG="1") == Settings()


def test_flags_win_over_the_environment_over_the_file(tmp_path: Path) -> None:
    toml = 'listen = "127.0.0.1:1"\nstore = "memory"\ndata_dir = "d"\n[limits]\nbody = 10\narray = 5\n'
    flags = {"listen": "127.0.0.1:3", "policies": Path("p"), "store": None}
    found = loaded(toml, flags, tmp_path, POLICYD_LISTEN="127.0.0.1:2", POLICYD_DATA_DIR="e", POLICYD_LIMITS_BODY="20")
    assert found == Settings(
        policies=Path("p"), listen="127.0.0.1:3", store="memory", data_dir=Path("e"), limits=Limits(body=20, array=5)
    )


def test_a_store_that_is_asked_for_later_replaces_a_redis_of_the_file(tmp_path: Path) -> None:
    toml = 'redis = "redis://db"\n'
    assert loaded(toml, {}, tmp_path).store_url == "redis://db"
    assert loaded(toml, {"store": "memory"}, tmp_path).store_url == "memory"
    assert loaded(toml, {"store": "embedded"}, tmp_path).store_url is None


def test_how_long_and_for_whom_the_store_is_waited_for(tmp_path: Path) -> None:
    toml = 'redis = "redis://db"\ndurability = "replica"\nstore_deadline_ms = 80\n'
    found = loaded(toml, {}, tmp_path)
    assert (found.durability, found.store_deadline_ms) == ("replica", 80)
    assert loaded(show_settings(found), {}, tmp_path) == found
    other = loaded(toml, {"durability": "memory"}, tmp_path, POLICYD_STORE_DEADLINE_MS="120")
    assert (other.durability, other.store_deadline_ms) == ("memory", 120)


def test_statistics_are_on_unless_they_are_turned_off(tmp_path: Path) -> None:
    assert loaded("", {}, tmp_path).statistics == "on"
    assert loaded("", {}, tmp_path, POLICYD_STATISTICS="off").statistics == "off"
    found = loaded('statistics = "off"\n', {}, tmp_path)
    assert loaded(show_settings(found), {}, tmp_path) == found
    with pytest.raises(SettingsError, match=r'`statistics` in .* is on or off, not "no"'):
        loaded('statistics = "no"\n', {}, tmp_path)


def test_another_file_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text('listen = "127.0.0.1:7"\n', encoding="utf-8")
    assert loaded(flags={"config": str(path)}, folder=tmp_path).address == ("127.0.0.1", 7)
    assert loaded(folder=tmp_path, POLICYD_CONFIG=str(path)).address == ("127.0.0.1", 7)
    assert loaded('listen = "[::1]:8"\n', folder=tmp_path).address == ("::1", 8)


REFUSED = [
    ('lisen = "x"', {}, {}, "there is no setting `lisen` (in {path}); did you mean `listen`?"),
    ("[limits]\nboddy = 1", {}, {}, "there is no setting `boddy` (in the limits of {path}); did you mean `body`?"),
    ("[limits]\nbody = 0", {}, {}, "limit `body` in {path} is a whole number from 1, not 0"),
    ("listen = 5", {}, {}, "`listen` in {path} is a text, not 5"),
    ("listen =", {}, {}, "{path} is not valid TOML: "),
    ("", {"listen": "8900"}, {}, "`listen` is an address and a port like 127.0.0.1:8900, not"),
    ("", {"listen": "127.0.0.1:99999"}, {}, "`listen` is an address and a port like 127.0.0.1:8900, not"),
    ("", {}, {"POLICYD_LISTN": "x"}, "there is no setting `listn` (in the environment); did you mean `listen`?"),
    ("", {}, {"POLICYD_LIMITS_BODY": "x"}, 'POLICYD_LIMITS_BODY is a whole number, not "x"'),
    ("", {}, {"POLICYD_STORE": "disk"}, '`store` in the environment is embedded or memory, not "disk"'),
    ("", {}, {"POLICYD_STORE_DEADLINE_MS": "x"}, 'POLICYD_STORE_DEADLINE_MS is a whole number, not "x"'),
    ("store_deadline_ms = 0", {}, {}, "`store_deadline_ms` in {path} is a whole number from 1, not 0"),
    ("store_deadline_ms = '50'", {}, {}, "`store_deadline_ms` in {path} is a whole number from 1, not '50'"),
    ("durability = 'disk'", {}, {}, '`durability` in {path} is memory or replica, not "disk"'),
    ("", {"durability": "replica"}, {}, 'durability = "replica" goes with `redis` only'),
    ("", {"clock": "bot"}, {}, '`clock` in the command line is store or event, not "bot"'),
    ("", {"listen": "0.0.0.0:80"}, {}, "listening on 0.0.0.0:80 without a token would let anyone"),
    ("", {"config": "/nowhere/x.toml"}, {}, "/nowhere/x.toml cannot be read: No such file or directory"),
    ("[[bot]]\ntenant = 'x'", {}, {}, "{path}: every [[bot]] has a `name`"),
    ("[[bot]]\nname = 'a'\ntoken = 'x'", {}, {}, "{path}: bot `a`: there is no `token`; there are groups, name,"),
    ("[[bot]]\nname = 'a'\ntoken_sha256 = 'x'", {}, {}, "{path}: bot `a`: `token_sha256` is the SHA-256 of its token"),
    ("[[bot]]\nname = 'a'\ntoken_env = 'T'", {}, {}, "{path}: bot `a`: the variable T (its `token_env`) is not set"),
    ("bot = 5", {}, {}, "{path}: bots are written as [[bot]] tables"),
]


@pytest.mark.parametrize(("toml", "flags", "env", "message"), REFUSED)
def test_what_is_not_right_is_refused(
    toml: str, flags: dict[str, Any], env: dict[str, str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(toml, flags, tmp_path, **env)
    assert str(caught.value).startswith(message.format(path=tmp_path / "policyd.toml"))


def test_a_token_opens_the_world(tmp_path: Path) -> None:
    toml = f'[[bot]]\nname = "b"\ntoken_sha256 = "{DIGEST}"\ngroups = ["g"]\ntenant = "t"\n'
    found = loaded(toml, {"listen": "0.0.0.0:80"}, tmp_path)
    bot = find(found.bots, "Bearer secret")
    assert bot is not None and bot.tenant == "t" and bot.may_ask("g") and not bot.may_ask("h")
    assert find(found.bots, "Bearer wrong") is None
    by_variable = '[[bot]]\nname = "b"\ntoken_env = "POLICYD_MY_TOKEN"\n'
    assert find(loaded(by_variable, {}, tmp_path, POLICYD_MY_TOKEN="secret").bots, "Bearer secret")


def test_shown_settings_hide_secrets_and_read_back(tmp_path: Path) -> None:
    toml = f'redis = "redis://user:pass@db:1/0"\n[[bot]]\nname = "b"\ntoken_sha256 = "{DIGEST}"\n'
    shown = show_settings(loaded(toml, {}, tmp_path))
    assert "pass" not in shown and DIGEST not in shown
    assert 'redis = "redis://(hidden)@db:1/0"' in shown
    plain = show_settings(loaded('listen = "127.0.0.1:5"\n', {}, tmp_path))
    assert loaded(plain, {}, tmp_path) == Settings(listen="127.0.0.1:5")
