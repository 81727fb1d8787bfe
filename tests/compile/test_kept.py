"""What rules read of settings, rosters, switches, reviews and duties, and which records must be read along for it."""

from __future__ import annotations

from typing import Any

import pytest

from policyd.check import resolved as r
from policyd.compile import kept
from policyd.compile.load import compile_policies
from policyd.language.types import BOOL, DURATION, TEXT
from policyd.model.event import NOBODY, Event, Group, Member
from policyd.model.records import (
    Approval,
    Board,
    MemberFile,
    OpenDuty,
    Record,
    ReviewFile,
    Thread,
    Use,
    pack,
)
from policyd.model.state import Observed
from tests.compile import trees as t

_NOW = 1_772_452_800_000
_STAMP = b"12345678"
_OPEN = OpenDuty("e0", _NOW - 60_000, _NOW + 60_000)
_REVIEWS = (t.review(), t.review("member_ad", approve="member"), t.review("daily", at_most=1, per="day"))
_DUTIES = (t.duty(), t.duty("acknowledge"), t.duty("answer", reply=True))
_ROSTER = t.roster(
    "students",
    "phone",
    {"phone": "138", "class": "3班", "note": ""},
    {"phone": "138", "class": "second row", "note": "x"},
)
_SETTINGS = (
    t.setting("longest", 300, g7=500), t.setting("strict", False, g7=True), t.setting("word", "网赌", g7="博彩"),
    t.setting("least", 2),
)  # fmt: skip


def _policies(*rules: r.Rule, **fields: Any) -> r.PolicySet:
    return t.one(
        *rules, settings=_SETTINGS, rosters=(_ROSTER,), reviews=_REVIEWS, duties=_DUTIES,
        switches=(r.Switch("p.lockdown", 0),), **fields,
    )  # fmt: skip


def _values(expr: r.Expr, event: Event, *kept: Any) -> bool | None:
    """What the expression is, asked in every form; None where it is unknown. `kept`: the records, None for none."""
    rules = [
        t.rule("a", expr),
        t.rule("b", t.no(expr)),
        t.rule("c", t.every(expr, expr, t.const(True))),
        t.rule("d", expr, otherwise=t.FLAG),
        t.rule("e", t.compare(expr, "==", True)),
        t.rule("f", r.Known(expr, BOOL)),
        t.rule("g", t.some(expr, t.const(False)), then=t.DELETE),
        t.rule("h", t.const(True), unless=expr),
        t.rule("i", r.LetValue("p.let", BOOL)),
    ]
    program = compile_policies(_policies(*rules, lets=(t.let("let", t.every(*[expr] * 9)),)))
    prepared = program.prepare(event)
    records = tuple(b"" if one is None else _STAMP + pack(one) for one in kept)
    assert len(records) == len(prepared.records)
    outcome = program.decide(prepared, Observed(now=_NOW, records=records))
    found = "".join(sorted(one.rule.name[2:] + ("-" if one.otherwise else "") for one in outcome.fired))
    return {"acdefgi": True, "bd-fh": False, "h": None}[found]


def _wrote(text: str = "hello", **fields: Any) -> Event:
    return t.message(text, **fields)


_PHONE = r.AttributeFact("member", "phone", TEXT)


def _phone(number: object) -> Event:
    return t.message(member=Member("u1", attributes={"phone": number}))  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("number", "known"),
    [("138", True), (" 138 ", True), ("139", False), ("", False), (None, None), (138, None)],
)
def test_rosters_have_members(number: object, known: bool | None) -> None:
    listed = r.InRoster(_PHONE, "p.students", False, BOOL)
    missing = r.InRoster(_PHONE, "p.students", True, BOOL)
    assert _values(listed, _phone(number)) is known
    assert _values(missing, _phone(number)) is (None if known is None else not known)


@pytest.mark.parametrize(
    ("number", "column", "cell"),
    [
        ("138", "class", "3班"), ("138 ", "class", "3班"), ("138", "note", None), ("139", "class", None),
        (None, "class", None), ("138", "phone", "138"),
    ],
)  # fmt: skip
def test_rosters_tell_of_members(number: object, column: str, cell: str | None) -> None:
    """The first row of a key counts; an empty cell tells nothing."""
    field = r.RosterField(_PHONE, "p.students", column, TEXT)
    assert _values(t.compare(field, "==", "3班"), _phone(number)) is (None if cell is None else cell == "3班")
    assert _values(r.Known(field, BOOL), _phone(number)) is (cell is not None)
    assert _values(t.compare(r.Default(field, t.const("?"), TEXT), "==", cell or "?"), _phone(number)) is True


@pytest.mark.parametrize(("group", "special"), [("g7", True), ("g1", False)])
def test_settings_by_group(group: str, special: bool) -> None:
    event = t.message("x" * 400, group=Group(group))
    length = t.fact("message.length")
    assert _values(t.compare(length, ">", r.SettingValue("p.longest", length.type)), event) is not special
    assert _values(r.SettingValue("p.strict", BOOL), event) is special
    assert _values(t.compare(r.SettingValue("p.word", TEXT), "==", "博彩"), event) is special
    assert _values(t.compare(r.SettingValue("p.least", length.type), "==", 2), event) is True


@pytest.mark.parametrize(
    ("board", "state"),
    [
        (None, False), (Board(), False), (Board({"p.lockdown": _NOW + 1}), True), (Board({"p.lockdown": _NOW}), False),
        (Board({"p.other": _NOW + 1}), False),
    ],
)  # fmt: skip
def test_switches(board: Board | None, state: bool) -> None:
    assert _values(t.on("lockdown"), _wrote(), board) is state


@pytest.mark.parametrize(
    ("file", "state"),
    [
        (None, False), (MemberFile(), False), (MemberFile({"p.introduction": [_OPEN]}), True),
        (MemberFile({"p.introduction": []}), False), (MemberFile({"p.acknowledge": [_OPEN]}), False),
    ],
)  # fmt: skip
def test_duties_of_members(file: MemberFile | None, state: bool) -> None:
    assert _values(t.owes(), _wrote(), file) is state


@pytest.mark.parametrize(
    ("asked_by", "state"), [("u2", True), ("u1", False), (None, False)], ids=["other", "oneself", "nobody"]
)
def test_duties_until_a_reply(asked_by: str | None, state: bool) -> None:
    thread = None if asked_by is None else Thread({"p.answer": (asked_by, _OPEN)})
    assert _values(t.owes("answer"), _wrote(reply_to="m0"), thread) is state
    assert _values(t.owes("answer"), _wrote()) is False


def _review(**fields: Any) -> MemberFile:
    return MemberFile(reviews={f"p.{name}": ReviewFile(**fields) for name in ("ad", "member_ad", "daily")})


_FINGERPRINT = "买二手自行车"


@pytest.mark.parametrize(
    ("name", "file", "standing"),
    [
        ("ad", None, "pending"),
        ("ad", _review(), "pending"),
        ("ad", _review(approvals=[Approval(_FINGERPRINT, 0)]), "allowed"),
        ("ad", _review(approvals=[Approval(_FINGERPRINT, 0, _NOW + 1)]), "allowed"),
        ("ad", _review(approvals=[Approval(_FINGERPRINT, 0, _NOW)]), "pending"),
        ("ad", _review(approvals=[Approval("别的", 0)]), "pending"),
        ("ad", _review(approvals=[Approval("", 0)]), "allowed"),
        ("ad", _review(refused=[_FINGERPRINT]), "refused"),
        ("ad", _review(refused=["别的"]), "pending"),
        ("ad", _review(refused=[""]), "refused"),
        ("ad", _review(refused=[""], approvals=[Approval(_FINGERPRINT, 0)]), "allowed"),
        ("member_ad", _review(approvals=[Approval("", 0)]), "allowed"),
        ("member_ad", _review(refused=[""]), "refused"),
        ("daily", _review(approvals=[Approval("", 0)]), "allowed"),
        ("daily", _review(approvals=[Approval("", 0)], uses=[Use("m7", _NOW - 1000)]), "refused"),
        ("daily", _review(approvals=[Approval("", 0)], uses=[Use("m1", _NOW - 1000)]), "allowed"),
        ("daily", _review(approvals=[Approval("", 0)], uses=[Use("m7", _NOW - 86_400_000)]), "allowed"),
    ],
)
def test_reviews(name: str, file: MemberFile | None, standing: str) -> None:
    for asked in ("pending", "allowed", "refused"):
        assert _values(t.is_(name, asked), _wrote("买二手自行车 123"), file) is (asked == standing)


@pytest.mark.parametrize("text", [None, "", "123"])
def test_approved_content_without_a_fingerprint_is_the_message(text: str | None) -> None:
    """So that one approved picture does not let all pictures through."""
    file = _review(approvals=[Approval("=m1", 0)], refused=["=m2"])
    event = t.message(text)
    assert _values(t.is_("ad", "allowed"), event, file) is True


def test_unknown_without_the_store() -> None:
    exprs: list[r.Expr] = [
        t.on("lockdown"),
        t.owes(),
        t.owes("answer"),
        *(t.is_("ad", one) for one in ("pending", "allowed")),
    ]
    rules = [t.rule(f"r{place}", expr) for place, expr in enumerate(exprs)]
    rules += [t.rule(f"s{place}", r.Known(expr, BOOL)) for place, expr in enumerate(exprs)]
    program = compile_policies(_policies(*rules))
    outcome = program.decide(program.prepare(_wrote(reply_to="m0")), None)
    assert [rule.name for rule in outcome.unasked] == [f"p.r{place}" for place in range(5)]
    assert outcome.fired == ()


def test_quiet_rules_are_not_missed() -> None:
    """Neither where the store fails nor in shadow."""
    rules = (t.rule("a", t.owes(), quiet=True), t.rule("b", quiet=True, shadow=True), t.rule("c", shadow=True))
    program = compile_policies(_policies(*rules))
    prepared = program.prepare(_wrote())
    assert program.decide(prepared, None).unasked == ()
    records = (_STAMP + pack(MemberFile({"p.introduction": [_OPEN]})),)
    outcome = program.decide(prepared, Observed(now=_NOW, records=records))
    assert [one.rule.name for one in outcome.fired] == ["p.a"]
    assert [one.rule.name for one in outcome.shadow] == ["p.c"]


_BOARD, _FILE, _THREAD = Record("board", "g1"), Record("file", "g1", "u1"), Record("thread", "g1", "m0")


@pytest.mark.parametrize(
    ("expr", "event", "records"),
    [
        (t.const(True), _wrote(), ()),
        (t.on("lockdown"), _wrote(), (_BOARD,)),
        (t.owes(), _wrote(), (_FILE,)),
        (t.is_("ad", "pending"), _wrote(), (_FILE,)),
        (t.owes("answer"), _wrote(), ()),
        (t.owes("answer"), _wrote(reply_to="m0"), (_THREAD,)),
        (t.some(t.owes("answer"), t.on("lockdown"), t.owes()), _wrote(reply_to="m0"), (_BOARD, _FILE, _THREAD)),
        (r.LetValue("p.let", BOOL), _wrote(), (_BOARD,)),
    ],
)
def test_records_that_are_read_along(expr: r.Expr, event: Event, records: tuple[Record, ...]) -> None:
    program = compile_policies(_policies(t.rule("a", expr), lets=(t.let("let", t.on("lockdown")),)))
    assert program.prepare(event).records == records
    on_joins = compile_policies(_policies(t.rule("a", expr, kinds=("join",)), lets=(t.let("let", t.on("lockdown")),)))
    assert on_joins.prepare(event).records == ()


def test_texts_of_later_actions_are_read_too() -> None:
    """What a proposal says and what is done at its deadline is rendered now."""
    said = r.Text((t.count(), t.on("lockdown")))
    later = (r.Action("propose", proposed=r.Action("mute", text=said, duration=1)),)
    expires = (r.Action("hold", wait=1, expire=r.Action("reply", text=said)),)
    for then in (later, expires):
        program = compile_policies(_policies(t.rule("a", then=then), counters=(t.counter(),)))
        prepared = program.prepare(_wrote())
        assert (prepared.counters, prepared.records) == (("p.flood",), (_BOARD,))


def test_nothing_is_decoded_where_nothing_is_filed(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a record once, however many rules ask."""
    decoded: list[str] = []

    def file(value: bytes) -> MemberFile:
        decoded.append("file")
        return MemberFile({"p.introduction": [_OPEN]})

    monkeypatch.setitem(kept._DECODE, "file", file)
    rules = [t.rule(f"r{number}", t.owes(name)) for number, name in enumerate(("introduction", "acknowledge") * 5)]
    program = compile_policies(_policies(*rules, t.rule("z", t.is_("ad", "pending"))))
    prepared = program.prepare(_wrote())
    assert len(program.decide(prepared, Observed(now=_NOW, records=(b"",))).fired) == 1
    assert decoded == []
    assert len(program.decide(prepared, Observed(now=_NOW, records=(_STAMP + b"x",))).fired) == 6
    assert decoded == ["file"]


def test_rules_on_what_comes_due() -> None:
    """Any text is a kind; an event of that kind is looked at by its rules alone."""
    late = t.rule("introduction.late", kinds=("late p.introduction",))
    swept = t.rule("silent", t.compare(t.fact("member.silent"), ">", 5), kinds=("sweep p.silent",))
    nightly = t.rule("nightly", t.on("lockdown"), kinds=("schedule p.nightly",))
    program = compile_policies(_policies(late, swept, nightly, t.rule("other")))

    def fired(kind: str, observed: Observed) -> list[str]:
        event = Event(id="e", kind=kind, group=Group("g1"), member=NOBODY)
        return [one.rule.name for one in program.decide(program.prepare(event), observed).fired]

    on = (_STAMP + pack(Board({"p.lockdown": _NOW + 5})),)
    assert fired("late p.introduction", Observed(now=_NOW)) == ["p.introduction.late"]
    assert fired("sweep p.silent", Observed(now=_NOW, last_seen=_NOW - 6)) == ["p.silent"]
    assert fired("sweep p.silent", Observed(now=_NOW, last_seen=_NOW - 5)) == []
    assert fired("schedule p.nightly", Observed(now=_NOW, records=on)) == ["p.nightly"]
    assert fired("schedule p.nightly", Observed(now=_NOW, records=(b"",))) == []
    assert fired("remind p.introduction", Observed(now=_NOW)) == []
    assert program.prepare(_wrote()).route.spoke, "a sweep asks how long members have been silent"


def test_across_groups_is_observed_last() -> None:
    """In every policy's own order, whichever keys are unknown; each rule reads its own."""
    named = {"keys": ("group", t.fact("member.name"))}
    counters = (
        t.counter("a", across_groups=True), t.counter("b"), t.counter("c", across_groups=True, **named),
        t.counter("d", **named),
    )  # fmt: skip
    ladders = tuple(r.Ladder(f"p.{name}", (), 5, 0, across_groups=name in "ac") for name in "abcd")
    rules = [t.rule(name, t.compare(t.count(name), ">", 1)) for name in "abcd"]
    rules += [t.rule(f"l{name}", t.compare(r.Strikes(f"p.{name}", DURATION), ">", 1)) for name in "abcd"]
    program = compile_policies(_policies(*rules, counters=counters, ladders=ladders))
    for member, order, wide in ((Member("u1", "小明"), "bdac", 2), (Member("u1"), "ba", 1)):
        prepared = program.prepare(t.message(member=member))
        assert [window.cell.partition(":")[0] for window in prepared.windows] == [f"id-{name}" for name in order]
        assert prepared.counters == tuple(f"p.{name}" for name in order)
        assert (prepared.wide_windows, prepared.route.wide_ladders) == (wide, 2)
        assert [ladder.ladder for ladder in prepared.route.ladders] == ["p.b", "p.d", "p.a", "p.c"]
        for place, name in enumerate(order):
            counts = tuple(2 if other == place else 1 for other in range(len(order)))
            outcome = program.decide(prepared, Observed(now=_NOW, counts=counts, strikes=(0,) * 4))
            assert [one.rule.name for one in outcome.fired] == [f"p.{name}"]
        for place, name in enumerate("bdac"):
            strikes = tuple(2 if other == place else 1 for other in range(4))
            outcome = program.decide(prepared, Observed(now=_NOW, counts=(0,) * len(order), strikes=strikes))
            assert [one.rule.name for one in outcome.fired] == [f"p.l{name}"]


def test_nobody_has_no_id() -> None:
    kinds = ("message", "notice")
    known = t.rule("a", r.Known(t.fact("member.id"), BOOL), kinds=kinds)
    matched = t.rule("b", t.no(t.matches("bad", of="member.id")), kinds=kinds)
    program = compile_policies(_policies(known, matched, lexicons=(t.lexicon("bad", "网赌"),)))
    for member, names in ((Member("u1"), ["p.a", "p.b"]), (NOBODY, [])):
        event = Event(id="e", kind="notice", group=Group("g1"), member=member)
        outcome = program.decide(program.prepare(event), Observed(now=_NOW))
        assert [one.rule.name for one in outcome.fired] == names
