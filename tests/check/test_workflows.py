"""What the checker makes of schedules, sweeps, reviews, duties, brakes and appeals."""

from __future__ import annotations

from datetime import date

import pytest

from policyd.check import resolved as r
from policyd.check.load import load_texts
from policyd.language.types import BOOL, INT, ROLE, TEXT, list_of
from tests.check.reading import policy

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
REVIEW = "review ads { when message.contacts > 0 and message.links > 0  %s }"
CONTACTS = r.Compare(">", r.Fact("message.contacts", INT), r.Const(0, INT), BOOL)
LINKS = r.Compare(">", r.Fact("message.links", INT), r.Const(0, INT), BOOL)


def rules(text: str) -> dict[str, r.Rule]:
    return {rule.name: rule for rule in policy(text).rules}


def stands(standing: str, *more: r.Expr) -> r.And:
    return r.And((CONTACTS, LINKS, *more, r.ReviewIs("p.ads", standing, BOOL)), BOOL)  # type: ignore[arg-type]


def does(rule: r.Rule) -> list[tuple[str, str | None]]:
    return [(action.do, action.subject) for action in rule.then]


# ---------------------------------------------------------------- rules


def test_everything_that_fires_says_what_it_is_of() -> None:
    found = rules("""rule a { then flag }
        limit b { at most 3 messages by member within 1m  then flag }
        schedule c { every day 09:00  then lock }
        duty d { on join  within 1d  until message  remind after 1h then reply "1"  late then reply "2" }
        review e { when message.links > 0 }
        sweep f { every day 09:00  when member.muted  then warn "x" }""")
    assert {name: (rule.of, rule.kinds, rule.quiet) for name, rule in found.items()} == {
        "p.a": ("p.a", ("message",), False),
        "p.b": ("p.b", ("message",), False),
        "p.c": ("p.c", ("schedule p.c",), False),
        "p.d.open": ("p.d", ("join",), True),
        "p.d.done": ("p.d", ("message",), True),
        "p.d.remind": ("p.d", ("remind p.d",), False),
        "p.d.late": ("p.d", ("late p.d",), False),
        "p.e": ("p.e", ("message", "edit"), False),
        "p.e.refused": ("p.e", ("message", "edit"), False),
        "p.e.allowed": ("p.e", ("message", "edit"), True),
        "p.f": ("p.f", ("sweep p.f",), False),
    }
    assert all(name == rule.name for name, rule in found.items())


# ---------------------------------------------------------------- timed


def test_when_schedules_come() -> None:
    (found,) = policy("""hours night { every day 22:00-08:00 }
        schedule s { every mon-wed, sun 09:00, 24:00  first mon of month 20:00  last day of month 18:00
            every month on 1, 15 08:00  when night closes  on 2999-10-01 09:30  then unlock }""").schedules
    assert found.timings == (
        r.EveryDays((0, 1, 2, 6), (540, 1440)),
        r.DayOfMonth(1, 0, 1200),
        r.DayOfMonth(-1, None, 1080),
        r.DayOfMonth(1, None, 480),
        r.DayOfMonth(15, None, 480),
        r.HoursEdge("p.night", "closes"),
        r.OnDate(date(2999, 10, 1), 570),
    )


def test_a_schedule_reads_the_group_and_a_sweep_the_member() -> None:
    found = rules("""counter busy counts message by group within 1h
        ladder conduct { at 1 mute 1h }
        schedule s { every day 09:00  when busy > 100 and group.size > 10  then slow 10s, lock }
        sweep w { every day 09:00  when strikes(conduct) > 1 and member.age default 0s > 1d  unless member.role == owner
            then propose remove once in 30d, strike conduct, reply "{member.name}" }""")
    assert found["p.s"].reads_state and found["p.w"].reads_state
    assert found["p.s"].when is not None and found["p.w"].unless is not None
    assert does(found["p.w"]) == [("propose", None), ("strike", None), ("reply", None)]


# ---------------------------------------------------------------- reviews


def test_a_review_is_three_rules() -> None:
    text = REVIEW % """unless member.role == owner  needs licence, photos, licence
        approve member at most 2 per week, valid 30d by 2 moderators
        pending then hold, warn "{ticket.missing}"  refused then mute 1h"""
    found = rules(text)
    owner = r.Compare("==", r.Fact("member.role", ROLE), r.Const("owner", ROLE), BOOL)
    assert [found[name].when for name in ("p.ads", "p.ads.refused", "p.ads.allowed")] == [
        stands("pending"), stands("refused"), stands("allowed"),
    ]  # fmt: skip
    assert {rule.unless for rule in found.values()} == {owner}
    assert all(rule.reads_state for rule in found.values())
    assert does(found["p.ads"]) == [("pend review", "p.ads"), ("hold", None), ("warn", None)]
    assert does(found["p.ads.refused"]) == [("refuse review", "p.ads"), ("mute", None)]
    assert does(found["p.ads.allowed"]) == [("use review", "p.ads")]
    assert policy(text).reviews == (
        r.Review("p.ads", "ads", ("message", "edit"), ("licence", "photos"), "member", 2, "week", 30 * DAY, 2),
    )


def test_what_a_review_leaves_out() -> None:
    found = policy(REVIEW % "")
    assert found.reviews == (r.Review("p.ads", "ads", ("message", "edit"), (), "content", 0, None, 0, 1),)
    assert [does(rule)[1:] for rule in found.rules] == [[("hold", None)], [], [("delete", None)]]
    assert found.exempts == ()


def test_an_approval_exempts() -> None:
    found = policy("rule links { when message.links > 3  then delete }\n" + REVIEW % "on message  exempt links")
    assert found.exempts == (r.Exempt("p.ads", stands("allowed"), ("p.links",), True),)
    assert found.reviews[0].kinds == ("message",)


def test_what_a_review_does_not_cover_it_does_not_allow() -> None:
    """An unknown `unless` silences nothing, so it takes nothing out here either."""
    found = policy(
        "rule links { when message.links > 3  then delete }\n" + REVIEW % "unless member.muted  exempt links"
    )
    muted = r.Default(r.Fact("member.muted", BOOL), r.Const(False, BOOL), BOOL)
    assert found.exempts[0].when == stands("allowed", r.Not(muted, BOOL))


def test_approved_is_what_some_review_allows() -> None:
    found = policy(REVIEW % "" + """
        review more { when message.images > 3 }
        let fine = message.approved
        rule r { when not fine and message.approved  then flag }""")
    lets = {let.name: let.value for let in found.lets}
    images = r.Compare(">", r.Fact("message.images", INT), r.Const(3, INT), BOOL)
    assert lets["p.message.approved"] == r.Or(
        (stands("allowed"), r.And((images, r.ReviewIs("p.more", "allowed", BOOL)), BOOL)), BOOL
    )
    assert lets["p.fine"] == r.LetValue("p.message.approved", BOOL)
    (rule,) = (rule for rule in found.rules if rule.name == "p.r")
    assert rule.reads_state


# ---------------------------------------------------------------- duties


def test_a_duty() -> None:
    text = """hours peak { every day 19:00-21:00 }
        hours night { every day 22:00-08:00 }
        duty intro "自我介绍" { on join, message where member.name != "x"  within 3m in peak, 1d otherwise
            until message where message.length >= 10 and message.images == 0  pause in night  each  even if removed
            remind after 2h then reply "b"  remind after 1h then reply "a"  late then propose remove }"""
    found = policy(text)
    assert found.duties == (
        r.Duty("p.intro", "自我介绍", ("join", "message"), (r.Within(3 * MINUTE, "p.peak"), r.Within(DAY, None)), (), 0,
               "p.night", (HOUR, 2 * HOUR), True, False, True, False, True),
    )  # fmt: skip
    made = {rule.name: rule for rule in found.rules}
    assert [made[f"p.intro.{part}"].then[0].text for part in ("remind", "remind2")] == [r.Text(("a",)), r.Text(("b",))]
    assert made["p.intro.remind2"].kinds == ("remind2 p.intro",)
    assert does(made["p.intro.open"]) == [("open duty", "p.intro")]
    assert does(made["p.intro.done"]) == [("close duty", "p.intro")]
    done = made["p.intro.done"].when
    assert isinstance(done, r.And)
    assert [type(item) for item in done.items] == [r.DutyOpen, r.Compare, r.Compare]
    assert made["p.intro.done"].reads_state and not made["p.intro.open"].reads_state


@pytest.mark.parametrize(
    ("by", "roles"),
    [
        ("moderators", ("moderator", "admin", "owner")),
        ("admins", ("admin", "owner")),
        ("owner", ("owner",)),
        (None, None),
    ],
)
def test_a_duty_until_a_reply(by: str | None, roles: tuple[str, ...] | None) -> None:
    """Who answers is asked for by the roles themselves: a bot is none of the staff."""
    clause = "until reply" if by is None else f"until reply by {by}"
    found = policy(f'duty q {{ on message  within 15m  {clause}  late then notify admins "x"  together }}')
    assert found.duties[0].reply and found.duties[0].together
    (done,) = (rule for rule in found.rules if rule.name == "p.q.done")
    owed = r.DutyOpen("p.q", BOOL)
    if roles is None:
        assert done.when == owed
    else:
        answers = r.InList(r.Fact("member.role", ROLE), r.Const(roles, list_of(ROLE)), False, BOOL)
        assert done.when == r.And((owed, answers), BOOL)
    assert done.kinds == ("message",)


def test_a_weekly_deadline_and_a_duty_that_nothing_closes() -> None:
    found = policy('duty q { on join  due sun 24:00  late then reply "x" }')
    assert (found.duties[0].due_days, found.duties[0].due_time, found.duties[0].within) == ((6,), 1440, ())
    assert {rule.name for rule in found.rules} == {"p.q.open", "p.q.late"}


# ---------------------------------------------------------------- actions


def test_actions_that_wait() -> None:
    (rule,) = policy("""rule r { when message.links > 0
        then hold for 3d then delete,
             propose mute 1h saying "x" once in 7d by 2 moderators for 1d then notify owner "y",
             notify moderators "z" digest 1h, slow 0s, move to "g2", assign "a", lock, unlock }""").rules
    hold, propose, notify, slow, move, *_ = rule.then
    assert (hold.wait, hold.expire) == (3 * DAY, r.Action("delete"))
    assert propose.proposed == r.Action("mute", text=r.Text(("x",)), duration=HOUR)
    assert (propose.once, propose.by, propose.wait) == (7 * DAY, 2, DAY)
    assert propose.expire == r.Action("notify", text=r.Text(("y",)), audience="owner")
    assert (notify.digest, slow.duration, move.group) == (HOUR, 0, r.Text(("g2",)))


@pytest.mark.parametrize(
    ("written", "duration"), [("set s", 30 * MINUTE), ("set s for 1h", HOUR), ("set s for 0s", 0)]
)
def test_how_long_a_switch_is_set(written: str, duration: int) -> None:
    found = policy(f"switch s {{ off after 30m }}\nrule r {{ when not s  then {written} }}")
    action = found.rules[0].then[0]
    assert (action.subject, action.duration) == ("p.s", duration)
    assert found.rules[0].when == r.Not(r.SwitchOn("p.s", BOOL), BOOL)
    assert found.rules[0].reads_state


@pytest.mark.parametrize("kind", ["mark", "verdict", "appeal"])
def test_members_are_acted_on_where_there_is_one(kind: str) -> None:
    (rule,) = policy(f'rule r {{ on {kind}  then warn "x" }}').rules
    assert rule.kinds == (kind,)


# ---------------------------------------------------------------- exemptions, brakes, appeals


def test_exemptions_of_workflows_are_kept_from_the_beginning() -> None:
    found = policy(REVIEW % "" + """
        duty intro { on join  within 1d  until message  late then reply "x" }
        schedule s { every day 09:00  then lock }
        exempt staff { when group.size > 3  from intro, ads, s }
        exempt all { when group.size > 9  from everything }""")
    opening = ("p.ads", "p.ads.allowed", "p.ads.refused", "p.intro.open", "p.s")
    assert [exempt.rules for exempt in found.exempts] == [opening, opening]


def test_brakes_and_appeals() -> None:
    header = """policy p { for every group  platform telegram, qq, telegram
        brake at most 20 remove, ban within 1h  brake at most 3 call out within 10m }"""
    rest = 'appeal { within 5d  decided by owner }\nrule r { then call out "x" }'
    policies, _ = load_texts({"p.policy": f"{header}\n{rest}"})
    assert policies is not None
    (found,) = policies.policies
    assert found.brakes == (
        r.Brake("p.brake", 20, ("remove", "ban"), HOUR), r.Brake("p.brake2", 3, ("call_out",), 10 * MINUTE),
    )  # fmt: skip
    assert found.appeals == r.Appeals(5 * DAY, "owner")
    assert found.platforms == ("telegram", "qq")


def test_appeals_left_to_themselves() -> None:
    assert policy("appeal {}").appeals == r.Appeals(3 * DAY, "moderators")
    assert policy("rule r { then flag }").appeals is None


def test_counters_and_ladders_across_groups() -> None:
    found = policy("""counter a counts message by member within 1h across groups
        counter b counts message by member within 1h
        ladder l across groups { at 1 mute 1h }
        rule r { when a > 3 or b > 3  then strike l }""")
    assert [counter.across_groups for counter in found.counters] == [True, False]
    assert found.counters[0].identity != found.counters[1].identity
    assert found.ladders[0].across_groups


def test_text_facts_of_workflows() -> None:
    said = "{duty.left} {duty.members} {group.id}"
    found = rules(f'duty d {{ on join  within 1d  until message  remind after 1h then reply "{said}" }}')
    text = found["p.d.remind"].then[0].text
    parts = (r.TextFact("duty.left"), " ", r.TextFact("duty.members"), " ", r.Fact("group.id", TEXT))
    assert text == r.Text(parts)


@pytest.mark.parametrize(
    ("broken", "reader"),
    [
        ("review ads { when }", "rule r { when not message.approved  then delete }"),
        ("duty d { within }", 'exempt e { when member.role == owner  from d }\ngroup "g" { without d }'),
        ("switch s { off }", "rule r { when s  then set s for 1h }"),
        ("setting s =", 'group "g" { s = 3 }\nlimit l { at most s messages by member within 1m  then flag }'),
        ("roster t { file }", "rule r { when member.name in t and t(member.name).x == \"y\"  then flag }"),
        ("hours h { every }", "schedule s { when h opens  then lock }"),
        ("rule b { then ban, }, }", "rule r { when message.links > 0  then flag }"),
    ],
)
def test_what_could_not_be_read_is_not_called_unknown(broken: str, reader: str) -> None:
    header = 'policy p { for every group  timezone "Asia/Shanghai"  brake at most 3 ban within 1h }'
    _, found = load_texts({"p.policy": f"{header}\n{broken}\n{reader}"})
    assert found and all(each.code.startswith("P") for each in found), [each.message() for each in found]
