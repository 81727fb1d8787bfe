"""Keys and bytes are counted under the right kind; every name that is made can be read."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import cast

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from policyd.model.records import Record
from policyd.state import census_layout as layout
from policyd.state import keys
from policyd.state.census import Count, take_census
from policyd.state.census_layout import Key, Name
from policyd.state.embedded import EmbeddedServer
from policyd.state.maintenance import reach

from .conftest import flush

ids = st.text(max_size=40) | st.sampled_from(["", "u1", "!", "a/b:c", "{x}", "*", "用户" * 30])


@given(ids, st.integers(0, 99), ids, ids, ids)
def test_every_name_can_be_read(tenant: str, cell: int, group: str, member: str, text: str) -> None:
    prefix = keys.cell_prefix(tenant, cell)
    field = keys.member_field(group, member)
    in_tenant, in_group, of_member = (keys.encode(name).encode() for name in (tenant, group, member))
    window = layout.window_of_text("p.c", text)
    by_text = f"p.c:{blake2b(text.encode(), digest_size=8).hexdigest()}"
    expected = {
        prefix.encode() + field[1:]: Name("member windows", in_group, of_member),
        keys.member_standing(prefix, field): Name("standing", in_group, of_member),
        prefix.encode() + keys.group_field(group)[1:]: Name("group windows", in_group),
        (prefix + keys.text_window(group, None, by_text)).encode(): Name("text windows", in_group, None, window),
        (prefix + keys.text_window(group, member, by_text)).encode(): Name("text windows", in_group, of_member, window),
    }
    expected |= {
        keys.of_record(prefix, Record("file", group, member)).key: Name("files", in_group, of_member),
        keys.of_record(prefix, Record("thread", group, text)).key: Name("threads", in_group),
        keys.of_record(prefix, Record("board", group)).key: Name("boards", in_group),
        keys.of_record(prefix, Record("ticket", group, text)).key: Name("tickets", in_group),
        keys.of_record(prefix, Record("member", group, member)).key: Name("members", in_group),
        keys.of_record(prefix, Record("parcel", group, text)).key: Name("parcels", in_group),
        keys.of_record(prefix, Record("group", group)).key: Name("groups"),
        keys.of_record(prefix, Record("tick", group, text)).key: Name("ticks", in_group),
        keys.of_record(prefix, Record("desk", group)).key: Name("desks", in_group),
        keys.journal(prefix, group): Name("journals", in_group),
        keys.open_figures(prefix, group): Name("open figures", in_group),
        keys.closed_figures(prefix, group): Name("figures", in_group),
        keys.filing(prefix, group, text): Name("filings", in_group),
        keys.dues(prefix, group): Name("dues", in_group),
        keys.dues(prefix, None): Name("dues"),
    }
    assert len(expected) == 20
    for place, ring in enumerate(keys.rings(prefix)):
        expected[ring] = Name("receipts" if place < 3 else "given")
    for key, name in expected.items():
        assert layout.read_key(key) == Key(in_tenant, cell, name)
    for whose in (field, keys.group_field(group)):
        assert whose[0] == len(whose) - 1
        assert layout.read_name(whose[1:]).group == in_group
    assert layout.read_name(field[1:]).member == of_member


@given(st.binary(max_size=13))
def test_a_digest_is_hardly_ever_a_name(digest: bytes) -> None:
    assert layout.is_window(digest) <= digest.startswith((b"g:", b"w:", b"k:", b"s:"))


@given(ids)
def test_ids_are_shown_as_they_were(name: str) -> None:
    encoded = keys.encode(name)
    assert layout.shown(encoded.encode()) == (encoded if encoded.startswith("!") else name)


@pytest.mark.parametrize("which", ["valkey", "redis7"])
def test_keys_fields_and_bytes_by_kind(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server: EmbeddedServer = request.getfixturevalue(which)
    flush(server)
    with reach(server.url, tmp_path) as store:
        client = store.nodes[0]
        assert take_census(store).kinds == {}
        client.set("other", "theirs")
        for number in range(1200):
            client.set(f"pd:{{/0}}:s:g/{number}", "x" * number)
        client.set("pd:{t/1}:k:g/u:0123456789abcdef", "x")
        client.set("pd:{t/1}:new:kind", "x")
        client.hset("pd:{/0}:q:g1", mapping={"t1": "x" * 900, "t2": "y"})
        client.hset("pd:{/0}:h:g1", mapping={"": "1 2 3 4 5", "20516": "x" * 300})
        client.hset("pd:{/0}:o:g1", mapping={"20517:m05": 1, "20517:a": 2, "20524:x7": -1})
        client.zadd("pd:{/0}:u:g1", {f"file/u{number}": number for number in range(3)})
        client.hset("pd:{/0}:r1", mapping={str(number): "x" * 13 for number in range(700)})
        census = take_census(store)
        sizes = {key: memory_of(client, key) for key in cast(list[bytes], client.keys())}
    assert {kind: (count.keys, count.entries) for kind, count in census.kinds.items()} == {
        "dues": (1, 3), "figures": (1, 2), "open figures": (1, 3), "other": (1, 0), "receipts": (1, 700),
        "standing": (1200, 0), "text windows": (1, 0),
        "tickets": (1, 2),
    }  # fmt: skip
    assert census.foreign == 1
    assert census.kinds["standing"] == Count(1200, 0, sum(size for key, size in sizes.items() if b":s:" in key))
    assert census.kinds["receipts"].bytes == sizes[b"pd:{/0}:r1"]
    assert sum(count.bytes for count in census.kinds.values()) == sum(sizes.values()) - sizes[b"other"]
    assert census.memory > sum(sizes.values())
    assert census.server.startswith(which[:5])


def memory_of(client: redis.Redis, key: bytes) -> int:
    """Of all its fields."""
    return client.memory_usage(key.decode(), samples=0) or 0
