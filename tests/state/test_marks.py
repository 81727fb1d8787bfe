"""Where the marks of messages are kept: in more fields once a ring holds many, and known from all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import redis

from policyd.model.state import Observe, Observed
from policyd.state import census_layout, keys
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore

from .conftest import HOUR, T0, Bot, Run, flush, restricted

FIRST, SECOND, THIRD = b"m", b"n", b"o"
FURTHER_BITS = {FIRST: b"", SECOND: b"\xe0", THIRD: b"\xfc"}
FULL = b"".join(bytes((number,)) * 6 for number in range(64))


def field_of(layer: bytes, message: str) -> bytes:
    digest = keys.message_digest("g1", message)
    bits = [digest[0], digest[1] & 0xFC, *(digest[2] & mask for mask in FURTHER_BITS[layer])]
    return layer + bytes(bits)


@dataclass
class Ring:
    """The ring of now of a store that is not cut into cells."""

    bot: Bot
    client: Any

    @property
    def key(self) -> bytes:
        return keys.rings(keys.cell_prefix("", 0))[self.bot.now // (12 * HOUR) % 3]

    def layers(self) -> list[bytes]:
        """The lines that say how many there are."""
        return [line for line in self.client.hget(self.key, b"").split(b"\n") if line.startswith(b"+")]

    def marks(self) -> dict[bytes, int]:
        """How many are in each field."""
        fields = self.client.hgetall(self.key)
        return {field: len(marks) // 6 for field, marks in fields.items() if census_layout.is_list("receipts", field)}

    def fill(self, layer: bytes, message: str) -> None:
        """The field in which the message will be marked."""
        self.client.hset(self.key, field_of(layer, message), FULL)


@pytest.fixture(params=["valkey", "redis7"])
def ring(request: pytest.FixtureRequest, run: Run) -> Iterator[Ring]:
    server: EmbeddedServer = request.getfixturevalue(request.param)
    flush(server)
    store = RedisStore(restricted(server), virtual=True, deadline=5.0)
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        yield Ring(Bot(store, run), client)
    run(store.close())


def test_marks_spread_over_more_fields_as_they_grow_many(ring: Ring) -> None:
    bot = ring.bot
    known = {
        "one": (FIRST, []),
        "two": (FIRST, [b"+1"]),
        "three": (SECOND, [b"+1"]),
        "four": (SECOND, [b"+1", b"+2"]),
        "five": (THIRD, [b"+1", b"+2"]),
        "six": (THIRD, [b"+1", b"+2"]),
    }
    for message, (layer, lines) in known.items():
        full = message in ("two", "four", "six")
        if full:
            ring.fill(layer, message)
        before = ring.marks()
        assert not bot.sees(message=message).edit
        assert ring.layers() == lines
        assert ring.marks() == before | {field_of(layer, message): 65 if full else 1}

    for hours in (0, 11, 12, 1):
        bot.now += hours * HOUR
        assert all(bot.sees(message=message).edit for message in known), hours
        assert not bot.sees(message=f"new after {hours} hours").edit
    assert ring.layers() == []
    assert field_of(FIRST, "new after 1 hours") in ring.marks(), "a new ring begins with the first layer"


def test_a_new_ring_in_the_place_of_an_old_one(ring: Ring) -> None:
    """It begins with the first layer, however many the old one had."""
    bot = ring.bot
    for message in ("one", "two"):
        bot.sees(message=message)
        ring.fill(FIRST, "two")
    assert ring.layers() == [b"+1"]
    bot.now += 36 * HOUR
    assert not bot.sees(message="three").edit
    assert ring.layers() == []
    assert ring.marks() == {field_of(FIRST, "three"): 1}
    assert bot.sees(message="three").edit


def test_a_server_that_has_just_started_finds_them(ring: Ring) -> None:
    bot = ring.bot
    ring.bot.sees(message="one")
    ring.fill(FIRST, "two")
    for message in ("two", "three"):
        assert not bot.sees(message=message, revision=f"sha256:{message}").edit
    ring.client.function_flush()
    assert all(bot.sees(message=message).edit for message in ("one", "two", "three"))
    ring.client.function_flush()
    assert not bot.sees("e", message="four", revision="sha256:four").edit
    assert bot.sees("e", message="four").revision == "sha256:four"
    assert field_of(SECOND, "four") in ring.marks()


def test_messages_of_one_call_are_known_to_each_other(ring: Ring, run: Run) -> None:
    """Also where the call is made again, as the ring has more layers than were asked for."""

    async def observed(*messages: str) -> list[bool]:
        asks = [
            Observe("", "g1", "u1", f"{messages} {place}", b"8 bytes.", "r", at=T0, message=message)
            for place, message in enumerate(messages)
        ]
        found: dict[int, bool] = {}
        async for part in ring.bot.store.observe_many(asks):
            found |= {place: seen.edit for place, seen in part if isinstance(seen, Observed)}
        return [found[place] for place in range(len(asks))]

    ring.bot.sees(message="one")
    ring.fill(FIRST, "two")
    ring.fill(FIRST, "three")
    assert run(observed("two", "three", "two", "one", "four", "four")) == [False, False, True, True, False, True]
    assert ring.layers() == [b"+1"]
    ring.client.function_flush()
    assert run(observed("five", "two", "five", "six")) == [False, True, True, False]
    assert field_of(SECOND, "five") in ring.marks()


def test_a_mark_across_two_others_is_none(ring: Ring) -> None:
    ring.bot.sees(message="one")
    mark = keys.message_digest("g1", "two")[2:]
    ring.client.hset(ring.key, field_of(FIRST, "two"), b"abc" + mark + b"def")
    assert not ring.bot.sees(message="two").edit
    assert ring.bot.sees(message="two").edit


def test_looking_marks_nothing(ring: Ring, run: Run) -> None:
    """Not even for what is looked at in the same call."""
    looks = [Observe("", "g1", "u1", "", b"8 bytes.", "r", at=T0, message=message) for message in ("one", "two", "two")]
    ring.bot.sees(message="one")
    before = ring.marks()
    assert [seen.edit for seen in run(ring.bot.store.look(looks))] == [True, False, False]
    assert ring.marks() == before
