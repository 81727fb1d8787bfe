"""What stood in the rings of several cells stands in those of others, under the same laws."""

from __future__ import annotations

from policyd.model.records import Desk, OpenTick, TickPlan, Work, pack, unpack
from policyd.state import keys
from policyd.state.backup_cells import Rehousing
from policyd.state.backup_format import Entry

RECEIPT = "x::" + "0" * 24
R1, A2 = "pd:{t/%d}:r1", "pd:{t/%d}:a2"
E1, E2, E3 = (keys.event_digest("g1", event) for event in ("e1", "e2", "e3"))


def ring(key: str, cell: int, expires: int, **parts: object) -> list[Entry]:
    """The entries of a ring as a backup has them: `META` first, and again at the end."""
    meta = parts.pop("meta")
    assert isinstance(meta, bytes)
    name = (key % cell).encode()
    written = [Entry(name, "hash", expires, True, [b"", meta.split(b"\n")[0] + b"\nfirst\n"])]
    listed = parts.pop("fields")
    assert isinstance(listed, dict)
    written.append(Entry(name, "hash", expires, False, [part for pair in listed.items() for part in pair]))
    return [*written, Entry(name, "hash", expires, False, [b"", meta])]


def receipt(revision: int) -> bytes:
    """Of an event that was decided by this revision of the ring's."""
    return b"body" + bytes([revision]) + b"\0\0\0\1\0"


def rehoused(entries: list[Entry], cells: int) -> dict[str, dict[bytes, bytes]]:
    """What a store of so many cells holds then; a string stands under ''."""
    rehousing = Rehousing(cells)
    rehousing.look(entries)
    rehousing.settle()
    held: dict[str, dict[bytes, bytes]] = {}
    for entry in [*(housed for one in entries for housed in rehousing.housed(one)), *rehousing.rest()]:
        if entry.start:
            assert entry.key.decode() not in held
            held[entry.key.decode()] = {}
        pairs = [b"", *entry.parts] if entry.type == "string" else entry.parts
        held[entry.key.decode()] |= dict(zip(pairs[::2], pairs[1::2], strict=True))
    return held


def test_rings_of_one_period_are_one_and_revisions_get_new_numbers() -> None:
    entries = [
        *ring(R1, 0, 5, meta=b"7\nold\nboth\n", fields={E1: receipt(2), E1 + b"c": b"answer", b"w:g1/u1": b"one"}),
        *ring(R1, 1, 9, meta=b"7\nboth\nnew\n", fields={E2: receipt(2), E3: receipt(1), b"g:g2": b"two"}),
    ]
    assert rehoused(entries, 1) == {
        "pd:{t/0}:r1": {
            b"": b"7\nold\nboth\nnew\n",
            E1: receipt(2), E1 + b"c": b"answer", E2: receipt(3), E3: receipt(2),
            b"w:g1/u1": b"one", b"g:g2": b"two",
        }
    }  # fmt: skip


def test_an_older_period_is_over() -> None:
    """A cell where nothing happens keeps a ring that the others have turned."""
    entries = [
        *ring(R1, 0, 9, meta=b"10\nnew\n", fields={E1: receipt(1)}),
        *ring(R1, 1, 5, meta=b"7\nold\n", fields={E2: receipt(1), b"g:g2": b"over"}),
    ]
    assert rehoused(entries, 1) == {"pd:{t/0}:r1": {b"": b"10\nnew\n", E1: receipt(1)}}


def test_a_ring_that_turned_while_it_was_read_counts_from_its_last_start() -> None:
    entries = [
        *ring(R1, 0, 5, meta=b"7\nold\n", fields={E1: receipt(1), b"mab": b"passed"})[:2],
        *ring(R1, 0, 9, meta=b"10\nnew\n", fields={E2: receipt(1), b"mab": b"presen"}),
    ]
    assert rehoused(entries, 1) == {"pd:{t/0}:r1": {b"": b"10\nnew\n", E2: receipt(1), b"mab": b"presen"}}


def test_lists_are_united_each_item_once() -> None:
    entries = [
        *ring(R1, 0, 5, meta=b"7\nx\n", fields={b"mab": b"firstasecond"}),
        *ring(R1, 1, 5, meta=b"7\nx\n+1\n", fields={b"mab": b"second-third", b"nabc": b"fourth"}),
        *ring(R1, 2, 5, meta=b"7\ny\n+1\n", fields={b"nabc": b"-fifth"}),
        *ring(A2, 0, 5, meta=b"3", fields={E1: b"p.a\np.b"}),
        *ring(A2, 1, 5, meta=b"3", fields={E1: b"p.b\np.c"}),
    ]
    assert rehoused(entries, 1) == {
        "pd:{t/0}:r1": {b"": b"7\nx\n+1\ny\n", b"mab": b"firstasecond-third", b"nabc": b"fourth-fifth"},
        "pd:{t/0}:a2": {b"": b"3", E1: b"p.a\np.b\np.c"},
    }


def test_what_names_a_group_goes_to_its_cell_and_the_rest_to_all() -> None:
    cells = 4
    groups = ["g1", "g2", "g3", "组", "组" * 40]
    names = {group: f"w:{keys.encode(group)}/u1".encode() for group in groups}
    entries = [
        *ring(R1, 0, 5, meta=b"7\nx\n", fields={E1: receipt(1)} | {name: b"window" for name in names.values()}),
        *(Entry(b"pd:{t/0}:" + name, "string", 5, True, [b"long"]) for name in names.values()),
        Entry(b"pd:another/layout", "string", 5, True, [b"kept"]),
    ]
    expected = {f"pd:{{t/{cell}}}:r1": {b"": b"7\nx\n", E1: receipt(1)} for cell in range(cells)}
    expected["pd:another/layout"] = {b"": b"kept"}
    for group, name in names.items():
        cell = keys.cell_of(group, cells)
        expected[f"pd:{{t/{cell}}}:r1"][name] = b"window"
        expected[f"pd:{{t/{cell}}}:{name.decode()}"] = {b"": b"long"}
    assert rehoused(entries, cells) == expected


def test_sets_of_a_cells_groups_are_cut_and_united() -> None:
    groups = [f"组{number}" for number in range(20)]
    whole = [
        Entry(b"pd:{t/0}:n", "hash", 5, True, [part for group in groups for part in (group.encode(), b"known")]),
        Entry(b"pd:{t/0}:u", "zset", 5, True, [part for group in groups for part in (group.encode(), b"7")]),
    ]
    cut = rehoused(whole, 4)
    for letter, value in (("n", b"known"), ("u", b"7")):
        for cell in range(4):
            of_cell = {group.encode(): value for group in groups if keys.cell_of(group, 4) == cell}
            assert cut[f"pd:{{t/{cell}}}:{letter}"] == of_cell
    parts = [
        Entry(name.encode(), "hash", 5, True, [part for pair in held.items() for part in pair])
        for name, held in cut.items()
    ]
    assert rehoused(parts, 1) == rehoused(whole, 1)


def test_desks_and_ticks_go_to_all_cells_and_those_of_several_are_united() -> None:
    head = bytes(14)
    desks = [Desk(7, [OpenTick("a", 1, True), OpenTick("b", 2)]), Desk(5, [OpenTick("a", 3), OpenTick("c", 4)])]
    plans = [TickPlan(9, [Work("late", "g1", "p.d", 1)]), TickPlan(8, [Work("late", "g2", "p.d", 1)], more=True)]
    entries = [
        Entry(f"pd:{{t/{cell}}}:{name}".encode(), "string", 5, True, [head + pack(record)])
        for cell in range(2)
        for name, record in (("d:", desks[cell]), ("i:/a", plans[cell]), ("d:g1", Desk(cell)), (RECEIPT, Desk()))
    ]
    held = rehoused(entries[:3] + entries[4:6], 3)
    own = keys.cell_of("g1", 3)
    assert held.pop(f"pd:{{t/{own}}}:d:g1") == {b"": head + pack(Desk(0))}
    assert set(held) == {f"pd:{{t/{cell}}}:{name}" for cell in range(3) for name in ("d:", "i:/a")}
    for cell in range(3):
        desk = unpack(Desk, held[f"pd:{{t/{cell}}}:d:"][b""][14:])
        assert desk == Desk(5, [OpenTick("a", 1), OpenTick("b", 2), OpenTick("c", 4)])
        plan = unpack(TickPlan, held[f"pd:{{t/{cell}}}:i:/a"][b""][14:])
        assert plan == TickPlan(8, plans[0].work + plans[1].work, more=True)
    assert set(rehoused(entries[3:4], 3)) == {f"pd:{{t/{cell}}}:{RECEIPT}" for cell in range(3)}
