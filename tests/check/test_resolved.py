"""What the checker hands on of good policies."""

from __future__ import annotations

import pytest

from policyd.check import resolved as r
from policyd.check.lets import DEEPEST, LARGEST
from policyd.language.types import BOOL, DURATION, INT, NUMBER, ROLE, TEXT, TIME, list_of
from tests.check.reading import checked, codes, condition, policy

HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("message.length > 3", r.Compare(">", r.Fact("message.length", INT), r.Const(3, INT), BOOL)),
        ("message.length > -3", r.Compare(">", r.Fact("message.length", INT), r.Const(-3, INT), BOOL)),
        ("capitals(message.text) > 15%",
         r.Compare(">", r.FunctionCall("capitals", (r.Fact("message.text", TEXT),), NUMBER), r.Const(0.15, NUMBER),
                   BOOL)),
        ("member.age > 1h30m",
         r.Compare(">", r.Fact("member.age", DURATION), r.Const(HOUR * 3 // 2, DURATION), BOOL)),
        ("member.role in [owner, admin]",
         r.InList(r.Fact("member.role", ROLE), r.Const(("owner", "admin"), list_of(ROLE)), False, BOOL)),
        ('"vip" not in group.tags',
         r.InList(r.Const("vip", TEXT), r.Fact("group.tags", list_of(TEXT)), True, BOOL)),
        ("now > 2026-03-01", r.Compare(">", r.Fact("now", TIME), r.Const(1_772_294_400_000, TIME), BOOL)),
        ("known(member.name)", r.Known(r.Fact("member.name", TEXT), BOOL)),
        ("not member.muted", r.Not(r.Fact("member.muted", BOOL), BOOL)),
        ("strikes(l) >= 2", r.Compare(">=", r.Strikes("p.l", INT), r.Const(2, INT), BOOL)),
        ("message.images default 0 > 1",
         r.Compare(">", r.Default(r.Fact("message.images", INT), r.Const(0, INT), INT), r.Const(1, INT), BOOL)),
        ("message.images / 2 > 1",
         r.Compare(">", r.Arithmetic("/", r.Fact("message.images", INT), r.Const(2, INT), NUMBER), r.Const(1, INT),
                   BOOL)),
        ("now - member.joined < 3d",
         r.Compare("<", r.Arithmetic("-", r.Fact("now", TIME), r.Fact("member.joined", TIME), DURATION),
                   r.Const(3 * DAY, DURATION), BOOL)),
        ('message.text like /加.?微信/', r.Like(r.Fact("message.text", TEXT), "加.?微信", BOOL)),
        ("message.domains contains lower(message.text)",
         r.TextTest("contains", r.Fact("message.domains", list_of(TEXT)),
                    r.FunctionCall("lower", (r.Fact("message.text", TEXT),), TEXT), BOOL)),
    ],
)  # fmt: skip
def test_expressions(written: str, expected: r.Expr) -> None:
    assert condition(written) == expected


def test_attributes_lets_lexicons_and_hours_are_qualified() -> None:
    before = """attribute member.level : int
        attribute group.topics : list of text
        let high = member.level > 3
        lexicon ads { words "加微信" }
        hours night { every day 22:00-08:00 }"""
    text = TEXT
    assert condition('high or "x" in group.topics or member.name matches ads or now in night', before) == r.Or(
        (
            r.LetValue("p.high", BOOL),
            r.InList(r.Const("x", text), r.AttributeFact("group", "topics", list_of(text)), False, BOOL),
            r.Matches(r.Fact("member.name", text), ("p.ads",), BOOL),
            r.InHours(r.Fact("now", TIME), "p.night", False, BOOL),
        ),
        BOOL,
    )


def test_a_let_that_renames_a_text_can_be_matched() -> None:
    matches = condition("said matches ads", 'let said = message.text\nlexicon ads { words "加微信" }')
    assert matches == r.Matches(r.Fact("message.text", TEXT), ("p.ads",), BOOL)


def test_a_limit_is_a_counter_and_a_rule() -> None:
    course = policy("""limit flood "刷屏" { at most 5 messages by member within 10s
        unless member.role == admin  then delete }""")
    (counter,), (rule,) = course.counters, course.rules
    assert (counter.name, counter.kind, counter.keys, counter.within, counter.cap) == (
        "p.flood", "message", ("member",), 10_000, 6,
    )  # fmt: skip
    assert rule.when == r.Compare(">", r.CounterValue("p.flood", INT), r.Const(5, INT), BOOL)
    assert (rule.name, rule.title, rule.kinds, rule.from_limit, rule.reads_state) == (
        "p.flood", "刷屏", ("message",), True, True,
    )  # fmt: skip
    assert rule.unless is not None and [action.do for action in rule.then] == ["delete"]


@pytest.mark.parametrize(
    ("uses", "cap"),
    [
        ("busy > 5", 6),
        ("busy >= 5", 6),
        ("5 < busy", 6),
        ("busy > 2.5", 4),
        ("busy in [3, 9]", 10),
        ("busy > 5 or busy > 8 and not busy == 2", 9),
        ("busy > most", 8),
        ("busy < 0", 1),
    ],
)
def test_counters_count_one_above_what_they_are_compared_with(uses: str, cap: int) -> None:
    text = f"let most = 7\ncounter busy counts message by member within 1m\nrule r {{ when {uses}  then flag }}"
    assert policy(text).counters[0].cap == cap


def test_up_to_is_the_cap() -> None:
    text = "counter busy counts message by member within 1m up to 50\nrule r { when busy * 2 > 5  then flag }"
    assert policy(text).counters[0].cap == 50


def identity(definition: str, more: str = "", name: str = "busy") -> str:
    text = f"{more}\ncounter {name} counts {definition}\nrule r {{ when {name} > 3  then flag }}"
    return policy(text).counters[0].identity


def test_identity_is_of_the_meaning_alone() -> None:
    plain = identity("message by member within 10m where message.links > 0")
    assert plain == identity("messages  by member\n within 600s where (message.links > 0)", "# 说明\n")
    renamed = identity("message by member within 10m where linked", "let linked = message.links > 0")
    assert renamed == identity("message by member within 10m where far", "let far = message.links > 0")
    others = [
        identity("message by member within 11m where message.links > 0"),
        identity("message by group within 10m where message.links > 0"),
        identity("edit by member within 10m where message.links > 0"),
        identity("message by member within 10m where message.links > 1"),
        identity("message by member within 10m"),
        identity("message by member within 10m where message.links > 0", name="other"),
        renamed,
    ]
    assert len({plain, *others}) == 1 + len(others)


@pytest.mark.parametrize(
    ("clauses", "stateful"),
    [
        ("when message.links > 0", False),
        ("when member.role == admin unless message.emoji > 3", False),
        ("when message.links > 0 unless strikes(l) > 2", True),
        ("when busy > 3", True),
        ("when late", True),
        ("when member.muted", True),
        ("when member.age > 3d", True),
        ("when now in night", True),
    ],
)
def test_reads_state(clauses: str, stateful: bool) -> None:
    text = f"""counter busy counts message by member within 1m
        let late = now.hour > 22
        hours night {{ every day 22:00-08:00 }}
        ladder l {{ at 1 mute 1h }}
        rule r {{ {clauses} then strike l }}"""
    assert policy(text).rules[0].reads_state is stateful


def test_actions_and_texts() -> None:
    course = policy("""template hello = "你好,{member.name}{{"
        ladder l { at 1 mute 1h saying "{ladder.strikes}" }
        rule a { then warn hello once in 2h, strike l 2 times, assign "g-{member.id}", notify owner "{match.word}" }
        rule b { then forgive l, reply "x" }
        rule c { then forgive l 1 times }""")
    warn, strike, assign, notify = course.rules[0].then
    assert warn.text == r.Text(("你好,", r.Fact("member.name", TEXT), "{"))
    assert warn.once == 2 * HOUR
    assert (strike.ladder, strike.times) == ("p.l", 2)
    assert assign.group == r.Text(("g-", r.Fact("member.id", TEXT)))
    assert notify.audience == "owner" and notify.text == r.Text((r.TextFact("match.word"),))
    assert [rule.then[0].times for rule in course.rules[1:]] == [0, 1]
    (mute,) = course.ladders[0].steps[0].actions
    assert (mute.do, mute.duration) == ("mute", HOUR)


def test_defaults() -> None:
    other = 'policy q "问答" { for groups tagged "a", "b"  if store fails hold }'
    policies = checked("rule r { then flag }", q=other)
    p, q = policies.policies
    assert (p.title, p.scope, p.store_fails, p.zone) == ("p", r.Scope("every"), "allow", "Asia/Shanghai")
    assert (q.title, q.scope, q.store_fails, q.zone) == ("问答", r.Scope("tag", ("a", "b")), "hold", "UTC")
    (rule,) = p.rules
    assert (rule.title, rule.kinds, rule.when, rule.otherwise) == ("r", ("message",), None, ())


def test_hours_are_written_out() -> None:
    course = policy("""hours h { every mon-fri 22:00-08:00, 12:00-13:00  every sun
            on 2026-10-01..2026-10-02  on 2026-12-31 20:00-24:00
            from 2026-01-01 to 2026-12-31  except 2026-05-01..2026-05-05 }
        rule r { when now in h  then flag }""")
    (hours,) = course.hours
    written = [(w.days, w.dates and tuple(map(str, w.dates)), w.start, w.end, bool(w.bounds)) for w in hours.windows]
    weekdays, every_day = (0, 1, 2, 3, 4), tuple(range(7))
    assert written == [
        (weekdays, None, 1320, 1920, True),
        (weekdays, None, 720, 780, True),
        ((6,), None, 0, 1440, True),
        (every_day, ("2026-10-01", "2026-10-02"), 0, 1440, False),
        (every_day, ("2026-12-31", "2026-12-31"), 1200, 1440, False),
    ]
    assert all(len(window.excepts) == 1 for window in hours.windows)


def test_exempt_from_everything_and_from_some() -> None:
    course = policy("""rule b { then flag }
        limit a { at most 5 messages by member within 1m  then delete }
        exempt all { when member.role == owner  from everything }
        exempt some { when member.role == admin  from b, a, b }""")
    assert [exempt.rules for exempt in course.exempts] == [("p.a", "p.b"), ("p.a", "p.b")]


def test_resist() -> None:
    def resist(clause: str) -> frozenset[str]:
        text = f'lexicon l {{ words "加微信" {clause} }}\nrule r {{ when message.text matches l  then delete }}'
        return frozenset(policy(text).lexicons[0].resist)

    usual = resist("")
    assert "case" in usual and "sound" not in usual
    assert resist("resist none") == frozenset()
    assert resist("resist width, case") == {"width", "case"}
    assert resist("resist sound") == usual | {"sound"}


def test_lets_stand_on_one_another_up_to_a_bound() -> None:
    def chain(length: int) -> str:
        lets = "\n".join(f"let a{n} = a{n - 1} + 1" for n in range(1, length))
        return f"let a0 = message.links\n{lets}\nrule r {{ when a{length - 1} > 3  then flag }}"

    assert codes(chain(DEEPEST)) == []
    assert codes(chain(DEEPEST + 1)) == [("C121", f"a{DEEPEST}")]


def test_lets_written_out_have_a_bound() -> None:
    doubled = "\n".join(f"let a{n} = a{n - 1} and a{n - 1}" for n in range(1, 14))
    found = codes(f"let a0 = message.links > 0\n{doubled}\nrule r {{ when a13  then flag }}")
    assert found == [("C121", "a11")]
    assert 6 * 2**10 - 3 <= LARGEST < 6 * 2**11 - 3
