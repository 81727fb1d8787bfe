"""Nothing of an erased member is left in the records of workflows, and everything of others stays."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from policyd.model.records import (
    Board,
    Evidence,
    JournalEntry,
    KnownMember,
    MemberFile,
    OpenDuty,
    Parcel,
    Record,
    ReviewFile,
    Thread,
    Ticket,
    TickPlan,
    Vote,
    Work,
    pack,
    stamp,
    unpack,
)
from policyd.model.state import Commit, Due, Filing, LadderRead, Observe, Put, Strike, Window
from policyd.state import erase_records
from policyd.state.embedded import EmbeddedServer
from policyd.state.erase import Whom, erase
from policyd.state.maintenance import reach
from policyd.state.record_values import without
from policyd.state.redis import RedisStore

from .conftest import DAY, HOUR, T0, Run, flush

WHO = "member-to-forget-小明"
STAYS = "member-who-stays"
GROUPS = ("g1", "组/2", "x" * 90)
EVERYWHERE = "\x02"


@pytest.fixture(params=["valkey", "redis7"])
def server(request: pytest.FixtureRequest) -> EmbeddedServer:
    """Each kind of server in turn, empty."""
    found: EmbeddedServer = request.getfixturevalue(request.param)
    flush(found)
    return found


@pytest.fixture
def store(server: EmbeddedServer, run: Run) -> Iterator[RedisStore]:
    store = RedisStore(server.url, deadline=10.0)
    yield store
    run(store.close())


def dump(server: EmbeddedServer) -> bytes:
    """Every key and everything in it."""
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        found: list[Any] = []
        for key in client.keys():
            read = {b"hash": client.hgetall, b"zset": client.zrange, b"string": client.get}[client.type(key)]
            found.append((key, read(key, 0, -1) if read == client.zrange else read(key)))
        return b" ".join(flattened(found))


def flattened(found: Any) -> Iterator[bytes]:
    if isinstance(found, bytes):
        yield found
    elif isinstance(found, dict):
        yield from flattened(list(found.items()))
    elif found is not None:
        for each in found:
            yield from flattened(each)


def ticket(group: str, member: str, *votes: str) -> Ticket:
    by = tuple(Vote(each, "approve", f"verdict {place}") for place, each in enumerate(votes))
    return Ticket(f"t-{member}", "hold", group, member, "e", T0, votes=by)


def records(group: str, member: str) -> dict[Record, msgspec.Struct]:
    """All that workflows would keep of two members of a group, of which this is one."""
    duty = OpenDuty("e", T0, T0 + DAY)
    actions = [{"do": "unmute", "member": member}, {"do": "reply", "text": "x", "member": STAYS}]
    return {
        Record("file", group, member): MemberFile(
            {"p.duty": [duty]}, {"p.review": ReviewFile("t", 1, {"licence": Evidence("file-1")})}
        ),
        Record("thread", group, "m1"): Thread({"p.answer": (member, duty)}),
        Record("thread", group, "m2"): Thread({"p.answer": (member, duty), "p.other": (STAYS, duty)}),
        Record("board", group): Board({"p.quiet": T0 + DAY}),
        Record("ticket", group, f"t-{member}"): ticket(group, member, STAYS),
        Record("ticket", group, f"t-{STAYS}"): ticket(group, STAYS, member, "another"),
        Record("member", group, member): KnownMember(T0, "小明"),
        Record("member", group, STAYS): KnownMember(T0),
        Record("group", group): KnownMember(T0),
        Record("parcel", group, "p1"): Parcel(msgspec.json.encode(actions)),
        Record("parcel", group, "p2"): Parcel(msgspec.json.encode(actions[:1])),
        Record("tick", group, "t"): TickPlan(
            T0, [Work("late", group, "p.duty", T0, (member,)), Work("late", group, "p.d", T0, (member, STAYS))]
        ),
        Record("tick", "", "t"): TickPlan(T0, [Work("ticket", "g", "t", T0)], [Work("late", "g", "p", T0, (member,))]),
    }


def populate(store: RedisStore, run: Run, member: str) -> None:
    for group in GROUPS:
        kept = records(group, member)
        puts = tuple(Put(record, None, pack(struct), 90 * DAY) for record, struct in kept.items())
        names = (f"file/{member}", f"file/{STAYS}", f"ticket/t-{member}", f"ticket/t-{STAYS}", "thread/m1")
        dues = tuple(Due(group, name, T0 + place) for place, name in enumerate(names))
        run(store.file(Filing("", 0, group, "f", stamp(group, "f"), puts, dues)))
        live(store, run, group, member)
        live(store, run, group, STAYS, member, STAYS)


def live(store: RedisStore, run: Run, group: str, who: str, *awarded: str) -> None:
    """An event that counts, strikes, and leaves a journal, with others for whom it added something."""
    windows = tuple(Window(f"p.c{span}", "member", span, 5, "always") for span in (HOUR, 40 * DAY))
    ask = Observe("", group, who, f"e{secrets.token_hex(4)}", bytes(8), "r", windows=windows)
    seen = run(store.observe(ask))
    entry = JournalEntry(ask.event, who, None, {"p.r": ["strike"]}, {"p.l": ("1",)}, awarded=[*awarded])
    strike = (Strike("p.l", 1, 0, 0, ()),)
    run(store.commit(Commit("", group, who, ask.event, bytes(8), seen.now, strikes=strike, journal=pack(entry))))


def test_nothing_names_the_member_and_others_stay(
    server: EmbeddedServer, store: RedisStore, run: Run, tmp_path: Path
) -> None:
    populate(store, run, WHO)
    before = dump(server)
    assert before.count(WHO.encode()) > 10 * len(GROUPS)
    with reach(server.url, tmp_path) as reached:
        looked = erase(reached, Whom(WHO), only_look=True)
        assert dump(server) == before
        assert erase(reached, Whom(WHO)) == looked
        assert erase(reached, Whom(WHO)) == []
    assert WHO.encode() not in dump(server)
    of_group = {each.group: each.removed for each in looked}
    assert set(of_group) == {"", "g1", "组/2", next(name for name in of_group if name.startswith("!"))}
    assert of_group["g1"] == {
        "dues": 2, "files": 1, "journals": 2, "member windows": 2, "members": 1, "parcels": 2, "standing": 1,
        "threads": 2, "tickets": 2, "ticks": 1,
    }  # fmt: skip
    for group in GROUPS:
        check_what_stays(store, run, group)


def check_what_stays(store: RedisStore, run: Run, group: str) -> None:
    def read(record: Record, of: type[Any]) -> Any:
        return unpack(of, run(store.read("", 0, [record]))[0][8:])

    kept = records(group, WHO)
    for record in (Record("board", group), Record("member", group, STAYS), Record("group", group)):
        assert read(record, type(kept[record])) == kept[record]
    assert read(Record("thread", group, "m1"), Thread) is None
    assert list(read(Record("thread", group, "m2"), Thread).duties) == ["p.other"]
    assert read(Record("parcel", group, "p2"), Parcel) is None
    [action] = msgspec.json.decode(read(Record("parcel", group, "p1"), Parcel).actions)
    assert action["member"] == STAYS
    assert [vote.by for vote in read(Record("ticket", group, f"t-{STAYS}"), Ticket).votes] == ["", "another"]
    assert [work.who for work in read(Record("tick", group, "t"), TickPlan).work] == [(STAYS,)]
    dues = run(store.due("", 0, group, T0 + DAY, 99))
    assert [due.name for due in dues] == [f"file/{STAYS}", f"ticket/t-{STAYS}", "thread/m1"]
    assert run(store.next_due("", 0, group)) == T0 + 1
    assert run(store.next_due("", 0, None)) == T0 + 1
    [journaled] = run(store.journal("", group, 0))
    entry = unpack(JournalEntry, journaled.journal)
    assert entry is not None and (entry.member, entry.awarded) == (STAYS, [STAYS])
    assert journaled.committed.steps and journaled.now


def test_a_filing_that_was_worked_out_before_is_refused(
    server: EmbeddedServer, store: RedisStore, run: Run, tmp_path: Path
) -> None:
    populate(store, run, WHO)
    record = Record("ticket", "g1", f"t-{STAYS}")
    [stored] = run(store.read("", 0, [record]))
    with reach(server.url, tmp_path) as reached:
        erase(reached, Whom(WHO))
    put = Put(record, stored[:8], stored[8:], DAY)
    assert run(store.file(Filing("", 0, "g1", "late", stamp("g1", "late"), (put,)))).answer is None
    assert WHO.encode() not in dump(server)


def test_what_is_kept_across_groups_goes_too(
    server: EmbeddedServer, store: RedisStore, run: Run, tmp_path: Path
) -> None:
    for who in (WHO, STAYS):
        live(store, run, EVERYWHERE, who)
    with reach(server.url, tmp_path) as reached:
        [erased] = erase(reached, Whom(WHO))
    assert (erased.group, erased.strikes) == (EVERYWHERE, 1)
    assert erased.removed == {"journals": 1, "member windows": 2, "standing": 1}
    assert WHO.encode() not in dump(server)
    ask = Observe("", EVERYWHERE, STAYS, "e", bytes(8), "r", ladders=(LadderRead("p.l", 0),))
    assert run(store.observe(ask)).strikes == (1,)


def test_another_group_is_not_touched(server: EmbeddedServer, store: RedisStore, run: Run, tmp_path: Path) -> None:
    populate(store, run, WHO)
    with reach(server.url, tmp_path) as reached:
        assert {erased.group for erased in erase(reached, Whom(WHO, group="g1"))} == {"g1"}
    for group in GROUPS[1:]:
        assert run(store.read("", 0, [Record("member", group, WHO)])) != (b"",)


def test_a_record_that_changes_meanwhile_loses_only_the_member(
    server: EmbeddedServer, store: RedisStore, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vote comes in while the ticket is being changed."""
    populate(store, run, WHO)
    record = Record("ticket", "g1", f"t-{STAYS}")
    later: list[bytes] = []

    def interfering(kind: Any, stored: bytes, member: str) -> bytes:
        left = without(kind, stored, member)
        if kind == "tickets" and left not in (stored, b"") and len(later) < 2:
            later.append(pack(ticket("g1", STAYS, WHO, "another", f"late vote {len(later)}")))
            put = Put(record, None, later[-1], DAY)
            event = secrets.token_hex(4)
            run(store.file(Filing("", 0, "g1", event, stamp("g1", event), (put,))))
        return left

    monkeypatch.setattr(erase_records, "without", interfering)
    with reach(server.url, tmp_path) as reached:
        erase(reached, Whom(WHO, group="g1"))
    found = unpack(Ticket, run(store.read("", 0, [record]))[0][8:])
    assert found is not None
    assert [vote.by for vote in found.votes] == ["", "another", "late vote 1"]


def test_what_cannot_be_read_is_left(server: EmbeddedServer, store: RedisStore, run: Run, tmp_path: Path) -> None:
    for kind in ("thread", "ticket", "parcel", "tick"):
        put = Put(Record(kind, "g1", "x"), None, b"\xc1" + WHO.encode(), DAY)
        run(store.file(Filing("", 0, "g1", kind, bytes(8), (put,))))
    before = dump(server)
    with reach(server.url, tmp_path) as reached:
        assert erase(reached, Whom(WHO)) == []
    assert dump(server) == before
