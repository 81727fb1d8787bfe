"""Settings, rosters, switches and the declarations of workflows: every clause, what may be left out, in any order."""

from __future__ import annotations

import pytest

from policyd.language.nodes import (
    Action,
    Appeal,
    Brake,
    Call,
    Compare,
    Constant,
    Counter,
    DayOfMonth,
    Declaration,
    DueAt,
    Duty,
    EveryDays,
    GroupSettings,
    Header,
    HoursEdge,
    In,
    Ladder,
    Let,
    Limit,
    Name,
    OnDate,
    Override,
    Placeholder,
    Remind,
    Review,
    Roster,
    Rule,
    Schedule,
    Setting,
    Sweep,
    Switch,
    Text,
    Timing,
    Until,
    Within,
)
from policyd.language.types import EVENT_KIND
from tests.language.reading import expression, found, one, read

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
A, B, C = Name(("a",)), Name(("b",)), Name(("c",))
LOCK, DELETE, HOLD = (Action("lock"),), (Action("delete"),), (Action("hold"),)
JOIN, MESSAGE = Name(("join",)), Name(("message",))
NINE = (EveryDays(EVERY_DAY, (540,)),)
DAILY = (Within(24 * HOUR),)


def number(value: int) -> Constant:
    return Constant("int", value)


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("setting a = 300", Setting("a", number(300))),
        ('setting a = "x"', Setting("a", Constant("text", "x"))),
        ("setting a = -1.5", Setting("a", expression("-1.5"))),
        ('group "g7" { }', GroupSettings(("g7",))),
        (
            'group "g7", "g8" { a = 500 b.c = 30m without x, y.z }',
            GroupSettings(
                ("g7", "g8"),
                (Override(A, number(500)), Override(Name(("b", "c")), Constant("duration", 30 * MINUTE))),
                (Name(("x",)), Name(("y", "z"))),
            ),
        ),
        ('group "g7" { without x, p.y a = 5 }', GroupSettings(
            ("g7",), (Override(A, number(5)),), (Name(("x",)), Name(("p", "y")))
        )),
        ('group "g7" "g8" { without x a = true }', GroupSettings(
            ("g7", "g8"), (Override(A, Constant("bool", True)),), (Name(("x",)),)
        )),
        ('roster a { file "a.csv" key phone }', Roster("a", "a.csv", Name(("phone",)))),
        ('roster a { key 手机 file "a/b.csv" }', Roster("a", "a/b.csv", Name(("手机",)))),
        ("switch a { }", Switch("a")),
        ("switch a { off after 1h30m }", Switch("a", 90 * MINUTE)),
        ("appeal { }", Appeal()),
        ("appeal { within 3d decided by owner }", Appeal(3 * DAY, "owner")),
        ("appeal { decided by moderators }", Appeal(None, "moderators")),
    ],
)  # fmt: skip
def test_values_and_appeals(written: str, tree: Declaration) -> None:
    declaration = one(written)
    assert declaration == tree
    assert declaration.span.text == written


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("every day 22:00", [EveryDays(EVERY_DAY, (1320,))]),
        ("every mon-fri, sun 22:00, 23:00", [EveryDays((0, 1, 2, 3, 4, 6), (1320, 1380))]),
        ("every fri-mon 24:00,", [EveryDays((0, 4, 5, 6), (1440,))]),
        ("first mon of month 20:00", [DayOfMonth(1, 0, 1200)]),
        ("second tue of month 0:00", [DayOfMonth(2, 1, 0)]),
        ("third  wed of month 20:00", [DayOfMonth(3, 2, 1200)]),
        ("fourth thu of  month 20:00", [DayOfMonth(4, 3, 1200)]),
        ("fifth sun of month 20:00", [DayOfMonth(5, 6, 1200)]),
        ("last fri of month 9:00, 18:00", [DayOfMonth(-1, 4, 540), DayOfMonth(-1, 4, 1080)]),
        ("first day of month 18:00", [DayOfMonth(1, None, 1080)]),
        ("last day of month 18:00", [DayOfMonth(-1, None, 1080)]),
        ("every month on 15 09:00", [DayOfMonth(15, None, 540)]),
        ("every month on 1, 31 09:00, 10:00", [DayOfMonth(day, None, at) for day in (1, 31) for at in (540, 600)]),
        ("on 2026-10-01 09:00", [OnDate("2026-10-01", 540)]),
        ("on 2026-1-5 9:00, 10:00", [OnDate("2026-01-05", 540), OnDate("2026-01-05", 600)]),
        ("when night opens", [HoursEdge(Name(("night",)), "opens")]),
        ("when a.b closes", [HoursEdge(Name(("a", "b")), "closes")]),
    ],
)
def test_timings(written: str, tree: list[Timing]) -> None:
    schedule = one(f"schedule a {{ {written} then lock }}")
    assert schedule == Schedule("a", None, tuple(tree), None, LOCK)
    assert isinstance(schedule, Schedule)
    assert {timing.span.text for timing in schedule.timings} == {written}
    assert one(f"sweep a {{ {written} then lock }}") == Sweep("a", None, tuple(tree), None, None, LOCK)


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        (
            'schedule a "t" { then lock, unlock when b > 3 every day 09:00 when night opens }',
            Schedule(
                "a", "t", (*NINE, HoursEdge(Name(("night",)), "opens")), Compare(">", B, number(3)),
                (Action("lock"), Action("unlock")),
            ),
        ),
        ("schedule a { when b.c every day 09:00 then lock }", Schedule("a", None, NINE, Name(("b", "c")), LOCK)),
        (
            'sweep a "t" { every day 09:00 when b unless c then notify member "x" once in 30d }',
            Sweep("a", "t", NINE, B, C, (Action("notify", Text(("x",)), audience="member", once=30 * DAY),)),
        ),
        ("review a { when b }", Review("a", None, (), B, None)),
        (
            'review a "t" { on messages, edit when b unless c needs x, y approve content at most 2 per week, valid 30d '
            "by 3 moderators exempt z, w pending then hold refused then delete }",
            Review(
                "a", "t", (MESSAGE, Name(("edit",))), B, C, (Name(("x",)), Name(("y",))), "content", 2,
                Name(("week",)), 30 * DAY, 3, (Name(("z",)), Name(("w",))), HOLD, DELETE,
            ),
        ),
        (
            "review a { exempt z.w, needs x, when b refused then delete pending then hold by 1 moderator }",
            Review(
                "a", None, (), B, None, (Name(("x",)),), by=1, exempt=(Name(("z", "w")),), pending=HOLD, refused=DELETE
            ),
        ),
        ("review a { when b approve member }", Review("a", None, (), B, None, approve="member")),
        (
            "review a { when b approve by 2 moderators, at most 1 per day valid 2h member, }",
            Review("a", None, (), B, None, (), "member", 1, Name(("day",)), 2 * HOUR, 2),
        ),
        (
            "duty a { on join within 24h }",
            Duty("a", None, (JOIN,), None, DAILY, None, None),
        ),
        (
            'duty a "t" { on joins, message where b within 24h until message where c pause in night '
            "remind after 20h then lock remind after 22h then delete late then hold together each even if removed }",
            Duty(
                "a", "t", (JOIN, MESSAGE), B, DAILY, None, Until(MESSAGE, None, C), Name(("night",)),
                (Remind(20 * HOUR, LOCK), Remind(22 * HOUR, DELETE)), HOLD, True, True, True,
            ),
        ),
        (
            "duty a { even  if removed until reply by admins where c within 3m in peak, 90s in p.q, 15m otherwise "
            "on join }",
            Duty(
                "a", None, (JOIN,), None,
                (Within(3 * MINUTE, Name(("peak",))), Within(90 * SECOND, Name(("p", "q"))), Within(15 * MINUTE)),
                None, Until(Name(("reply",)), "admins", C), even_if_removed=True,
            ),
        ),
        (
            "duty a { on notice due sun 24:00 until message late then lock }",
            Duty("a", None, (Name(("notice",)),), None, (), DueAt((6,), 1440), Until(MESSAGE), late=LOCK),
        ),
        (
            "duty a { on join due mon-wed, fri 9:00 each }",
            Duty("a", None, (JOIN,), None, (), DueAt((0, 1, 2, 4), 540), None, each=True),
        ),
        (
            "duty a { on join due day 9:00 together }",
            Duty("a", None, (JOIN,), None, (), DueAt(EVERY_DAY, 540), None, together=True),
        ),
    ],
)  # fmt: skip
def test_workflows(written: str, tree: Declaration) -> None:
    declaration = one(written)
    assert declaration == tree
    assert declaration.span.text == written


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("lock", Action("lock")),
        ("unlock", Action("unlock")),
        ("slow 10s", Action("slow", duration=10 * SECOND)),
        ('move to "g {a}"', Action("move", group=Text(("g ", Placeholder(A))))),
        ("set a", Action("set", target=A)),
        ("set a.b for 30m", Action("set", target=Name(("a", "b")), duration=30 * MINUTE)),
        ("hold for 2d then delete", Action("hold", wait=2 * DAY, expire=Action("delete"))),
        ("hold for 2d then release", Action("hold", wait=2 * DAY, expire=Action("release"))),
        ("hold for 2d then admit", Action("hold", wait=2 * DAY, expire=Action("admit"))),
        ('hold for 2d then refuse "x"', Action("hold", wait=2 * DAY, expire=Action("refuse", Text(("x",))))),
        ("propose remove", Action("propose", proposed=Action("remove"))),
        ("propose mute 24h", Action("propose", proposed=Action("mute", duration=DAY))),
        ("propose ban saying a", Action("propose", proposed=Action("ban", A))),
        (
            "propose remove saying a by 2 moderators for 3d then mute 24h",
            Action(
                "propose", proposed=Action("remove", A), by=2, wait=3 * DAY, expire=Action("mute", duration=DAY)
            ),
        ),
        ("propose delete for 3d then delete", Action(
            "propose", proposed=Action("delete"), wait=3 * DAY, expire=Action("delete")
        )),
        ("reply a digest 1h", Action("reply", A, digest=HOUR)),
        ('notify admins "x" digest 1h', Action("notify", Text(("x",)), audience="admins", digest=HOUR)),
        ("reply a once in 2h digest 1h", Action("reply", A, once=2 * HOUR, digest=HOUR)),
        ("reply a digest 1h once in 2h", Action("reply", A, once=2 * HOUR, digest=HOUR)),
    ],
)  # fmt: skip
def test_actions(written: str, tree: Action) -> None:
    rule = one(f"rule r {{ then {written}, {written}, otherwise {written} }}")
    assert isinstance(rule, Rule)
    assert (rule.then, rule.otherwise) == ((tree, tree), (tree,))
    assert {action.span.text for action in (*rule.then, *(rule.otherwise or ()))} == {written}


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        (
            "policy p { brake at most 20 remove, ban within 1h platform telegram, qq "
            "brake at most 3 call  out within 1d }",
            Header(
                "p",
                brakes=(Brake(20, ("remove", "ban"), HOUR), Brake(3, ("call out",), DAY)),
                platforms=(Name(("telegram",)), Name(("qq",))),
            ),
        ),
        ("policy p { platform wechat, }", Header("p", platforms=(Name(("wechat",)),))),
    ],
)
def test_headers(written: str, tree: Header) -> None:
    file, findings = read(written)
    assert (file.header, findings) == (tree, [])


def test_forms_that_have_become_wider() -> None:
    assert expression('students(member.phone).class == "A"') == Compare(
        "==", Call(Name(("students",)), (Name(("member", "phone")),), Name(("class",))), Constant("text", "A")
    )
    assert expression("member.phone in students") == In(Name(("member", "phone")), Name(("students",)), False)
    limit = one("limit a { at most longest messages by member within 1h across groups then delete }")
    assert isinstance(limit, Limit)
    assert (limit.at_most, limit.at_most_span.text) == (Name(("longest",)), "longest")
    assert limit.counting.across_groups
    counter = one("counter a counts messages by member.company across groups within 1d")
    assert isinstance(counter, Counter)
    assert counter.counting.across_groups
    ladder = one("ladder a across groups { at 1 flag }")
    assert isinstance(ladder, Ladder)
    assert ladder.across_groups


def test_spans_of_names_and_clauses() -> None:
    group = one('group "g7", "g8" { a = 5 }')
    assert isinstance(group, GroupSettings)
    assert (group.groups_span.text, group.overrides[0].span.text) == ('"g7", "g8"', "a = 5")
    roster = one('roster  a { file "x.csv" key phone }')
    assert isinstance(roster, Roster)
    assert (roster.name_span.text, roster.file_span.text, roster.key.span.text) == ("a", '"x.csv"', "phone")
    duty = one("duty a { on join within 3m in peak, 5m otherwise until reply by owner remind after 1m then lock }")
    assert isinstance(duty, Duty)
    assert duty.until is not None
    assert [part.span.text for part in duty.within] == ["3m in peak", "5m otherwise"]
    assert (duty.until.span.text, duty.reminders[0].span.text) == ("until reply by owner", "remind after 1m then lock")
    call = expression("f(x).y")
    assert isinstance(call, Call)
    assert call.column is not None
    assert (call.span.text, call.column.span.text) == ("f(x).y", "y")


@pytest.mark.parametrize(
    ("text", "code", "underlined"),
    [
        ("schedule a { then lock }", "P136", "schedule a"),
        ("schedule a { every day 9:00 }", "P136", "schedule a"),
        ("sweep a { when b then lock }", "P136", "sweep a"),
        ("review a { pending then hold }", "P136", "review a"),
        ("duty a { within 24h }", "P136", "duty a"),
        ("duty a { on join }", "P136", "duty a"),
        ("duty a { on join within 3m in peak }", "P136", "within"),
        ("roster a { key b }", "P136", "roster a"),
        ('roster a { file "b" }', "P136", "roster a"),
        ("duty a { on join within 3m due sun 9:00 }", "P163", "due"),
        ("duty a { due sun 9:00 on join within 3m }", "P163", "within"),
        ("duty a { on join within 3m, 4m in b, 5m otherwise }", "P164", "4m in b"),
        ("schedule a { every month on 0 9:00 then lock }", "P161", "0"),
        ("schedule a { every month on 32 9:00 then lock }", "P161", "32"),
        ("schedule a { every month on 1.5 9:00 then lock }", "P114", "1.5"),
        ("schedule a { every day 24:01 then lock }", "P112", "24:01"),
        ("schedule a { on 2026-02-30 9:00 then lock }", "P111", "2026-02-30"),
        ("review a { when b approve at most 1 per hour }", "P162", "hour"),
        ("review a { when b approve by 1 moderator by 2 moderators }", "P135", "by"),
        ("review a { when b approve member by 1 moderator pending then hold by 2 moderators }", "P135", "by"),
        ("review a { when b approve valid 3d, valid 4d }", "P135", "valid"),
        ("review a { when b approve at most 3 per day at most 4 per week }", "P135", "at most"),
        ("review a { when b approve member approve content }", "P135", "approve"),
        ("review a { when b needs c needs d }", "P135", "needs"),
        ("review a { when b refused then hold refused then delete }", "P135", "refused"),
        ("duty a { on join on leave within 3m }", "P135", "on"),
        ("duty a { on join within 3m until message until edit }", "P135", "until"),
        ("duty a { on join within 3m until reply by owner by admins }", "P135", "by"),
        ("duty a { on join within 3m each each }", "P135", "each"),
        ("duty a { on join within 3m together together }", "P135", "together"),
        ("duty a { on join within 3m even if removed even if removed }", "P135", "even if removed"),
        ("duty a { on join within 3m late then lock late then unlock }", "P135", "late"),
        ("duty a { on join within 3m pause in b pause in c }", "P135", "pause in"),
        ("switch a { off after 3m off after 4m }", "P135", "off after"),
        ("appeal { decided by owner decided by admins }", "P135", "decided by"),
        ('roster a { file "b" key c key d }', "P135", "key"),
        ('group "g" { without a without b }', "P135", "without"),
        ("policy p { platform qq platform telegram }", "P135", "platform"),
        ("rule r { then propose propose remove }", "P168", "propose"),
        ("rule r { then release }", "P133", "release"),
        ("rule r { then warn a digest 1h digest 2h }", "P133", "digest"),
    ],
)
def test_findings(text: str, code: str, underlined: str) -> None:
    assert found(text) == [(code, underlined)]
    if code == "P136" and underlined != "within":
        file, _ = read(text)
        assert (file.declarations, [f"{one.keyword} {one.name}" for one in file.unread]) == ((), [underlined])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schedule a { every day 9:00 }", "add `then lock`"),
        ("schedule a { a }", "expected `every`, `every month on`, `first`, `last`, `on`, `then`, `when` or `}`"),
        (
            "limit a { at most 5 messages x }",
            "expected `across groups`, `at most`, `by`, `per`, `then`, `unless`, `up to`, `where`, `within` or `}`",
        ),
        ("review a { approve at most 5 }", "expected `per`"),
        ("duty a { on join within 3m then lock }", "write `late then`"),
        ("duty a { on join within 3m late then lock then flag }", "write `,`"),
        ("review a { when b then hold }", "write `pending then`"),
        ("review a { when b needs c then hold }", "write `pending then`"),
        ("schedule a { every month on x }", "expected a number"),
    ],
)
def test_what_could_stand_there(text: str, expected: str) -> None:
    assert [finding.help() for finding in read(text)[1]] == [expected]


DECLARED = (
    'group "g1" {\n  a = 5\n  without r\n}',
    'roster s {\n  file "x.csv"\n  key phone\n}',
    "switch w {\n  off after 3h\n}",
    "schedule n {\n  every month on 3 09:00\n  when night opens\n  then lock\n}",
    "sweep v {\n  every day 03:00\n  when a\n  then propose remove for 3d then mute 24h\n}",
    "review ads {\nwhen a\nneeds licence\nexempt no_contacts\npending then hold for 3d then delete\n}",
    "duty d {\n  on join where b\n  within 24h\n  until message where c\n  late then lock\n}",
    "appeal {\n  within 3d\n}",
    "setting t = 3",
)


@pytest.mark.parametrize("broken", range(len(DECLARED)))
def test_a_broken_declaration_hides_no_other(broken: int) -> None:
    """Nor the end of its own: what it seems to declare is known, and there is one finding."""
    whole, findings = read("\n".join(DECLARED))
    assert findings == []
    cut = list(DECLARED)
    first = cut[broken].split("\n")[0]
    cut[broken] = cut[broken].replace(first, first.replace("{", "{ ,").replace("= 3", "= ,"), 1)
    file, findings = read("\n".join(cut))
    assert [finding.span.text for finding in findings] == [","]
    assert file.declarations == whole.declarations[:broken] + whole.declarations[broken + 1 :]
    assert len(file.unread) == 1


@pytest.mark.parametrize("broken", range(len(DECLARED) - 1))
def test_a_missing_closing_brace_hides_nothing(broken: int) -> None:
    whole, _ = read("\n".join(DECLARED))
    cut = list(DECLARED)
    cut[broken] = cut[broken].removesuffix("}")
    file, findings = read("\n".join(cut))
    assert [(finding.code, finding.span.text) for finding in findings] == [("P131", "{")]
    assert file.declarations == whole.declarations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('group "g" { a == 5\n b = 3\n c 4\n without "x" }', ["P144", "P133", "P165"]),
        ("duty d { on join within 24 hours\nuntil message when b\nlate remove }", ["P110", "P141", "P154"]),
        ("schedule s { every month on x\nfirst mon 9:00\nthen lock for 8h }", ["P133", "P154", "P169"]),
        ("rule r {\n then hold for 3d then kick\n when a = 3 }", ["P141", "P137"]),
        ("review v { when a\n approve 2 per day\n by 2 moderators\n pending hold }", ["P154", "P154"]),
    ],
)
def test_all_broken_clauses_are_told(text: str, expected: list[str]) -> None:
    assert [code for code, _ in found(text)] == expected


CLAUSE_WORDS = (
    "first second third fourth fifth last opens closes needs approve content valid pending refused due late together "
    "each remind pause even decided key without platform month submits outcome tick marks failed as lock unlock slow "
    "move set propose release digest off reply"
).split()
DECLARATION_WORDS = "setting group roster switch schedule sweep review duty appeal".split()


@pytest.mark.parametrize("word", [*CLAUSE_WORDS, *DECLARATION_WORDS])
def test_words_of_workflows_are_names_where_names_stand(word: str) -> None:
    assert found(f"let {word} = 1 let b = {word} + {word} setting {word} = {word}") == []
    assert found(f"counter {word} counts messages by {word}, {word}.{word} within 1h where {word}") == []
    assert (
        found(f"rule r {{ when {word} and {word}.{word} > {word}({word}).{word} then warn {word}, set {word} }}") == []
    )
    assert found(f"limit l {{ at most {word} messages by {word} within 1h then strike {word} 2 times, flag }}") == []
    name = Name((word,))
    duty = one(f"duty d {{ on join within 3m in {word}, 5m otherwise pause in {word} late then notify owner {word} }}")
    assert isinstance(duty, Duty)
    assert (duty.pause, duty.within[0].hours, duty.late) == (name, name, (Action("notify", name, audience="owner"),))
    schedule = one(f"schedule s {{ when {word} opens when {word} then reply {word} }}")
    assert isinstance(schedule, Schedule)
    assert (schedule.timings, schedule.when) == ((HoursEdge(name, "opens"),), name)
    review = one(f"review v {{ when {word} needs {word}, x approve member exempt {word} }}")
    assert isinstance(review, Review)
    assert (review.needs, review.exempt) == ((name, Name(("x",))), (name,))
    if word != "without":
        twice = one(f'group "g" {{ {word} = {word} {word} = -3 without {word} {word} = [1, {word}] }}')
        assert isinstance(twice, GroupSettings)
        assert [override.setting for override in twice.overrides] == [name] * 3
        assert twice.overrides[0].value == name


@pytest.mark.parametrize("word", CLAUSE_WORDS)
def test_words_of_clauses_are_names_of_declarations(word: str) -> None:
    for text in (
        f"rule {word} {{ then delete }}", f"schedule {word} {{ every day 9:00 then lock }}",
        f"duty {word} {{ on join within 3m }}", f"switch {word} {{ }}",
    ):  # fmt: skip
        declaration = one(text)
        assert getattr(declaration, "name", "") == word


@pytest.mark.parametrize("kind", EVENT_KIND.members)
def test_every_kind_can_be_limited_by_a_setting(kind: str) -> None:
    limit = one(f"limit l {{ at most longest {kind} by member within 1h then flag }}")
    assert isinstance(limit, Limit)
    assert (limit.at_most, limit.counting.kind) == (Name(("longest",)), kind)


def test_settings_of_groups_and_given_groups_are_told_apart() -> None:
    file, findings = read(
        'let a = group.size > 3\ngroup "g1" { b = 1 } group "g2" { b = 2 }\n'
        'test "t" {\n  given group "g1"\n  given group "g2" tagged "x"\n}\ngroup "g3", "g4", "g5" { b = 3 }'
    )
    unclosed, missing = read('rule r { then flag\n  group "g1", "g2", "g3" { b = 1 }')
    assert [(finding.code, len(unclosed.declarations)) for finding in missing] == [("P131", 2)]
    assert findings == []
    kinds = [type(declaration).__name__ for declaration in file.declarations]
    assert kinds == ["Let", "GroupSettings", "GroupSettings", "Test", "GroupSettings"]


def test_clauses_at_the_margin_are_no_declarations() -> None:
    file, findings = read("review r {\nwhen a\nexempt b\npending then hold\n}\nlet c = 1")
    assert findings == []
    assert isinstance(file.declarations[0], Review)
    assert file.declarations[0].exempt == (B,)
    assert file.declarations[1] == Let("c", number(1))
