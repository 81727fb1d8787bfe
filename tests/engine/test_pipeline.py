"""The path of an event through the engine, on the in-memory store: what is given, when, and what is remembered."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from policyd.engine.embedded import Embedded, finish
from policyd.engine.pipeline import Engine
from policyd.model.decision import Decision
from policyd.model.problem import EventError
from policyd.state.memory import MemoryStore
from tests.engine.scene import FailingStore, Scene, compiled, done

LADDER = """
ladder conduct {
  forget after 30d
  together within 10m
  at 1 warn "{member.name}: {rule.title} {ladder.strikes}/{ladder.left}/{ladder.next}"
  at 2 call out "again"
  at 3 mute 24h
  at 4 remove
}
lexicon bad { words "spamword" }
rule words "bad words" { on message, edit  when message.text matches bad  then delete, strike conduct }
"""
HEADER = 'policy club { for every group  timezone "Asia/Shanghai" }\n'


def scene(declarations: str, header: str = HEADER) -> Scene:
    return Scene(header + declarations)


def test_strikes_climb_and_the_steps_speak_for_the_rule() -> None:
    club = scene(LADDER)
    said = [done(club.says("a spamword b", at=minute)) for minute in (0, 20, 40, 60, 80)]
    assert said == [
        ["delete", "warn: Ming: bad words 1/1/call out"],
        ["delete", "call_out: again"],
        ["delete", "mute 86400"],
        ["delete", "remove"],
        ["delete", "remove"],
    ]


def test_the_decision_says_where_the_member_stands() -> None:
    club = scene(LADDER)
    decision = club.says("a spamword b", at=0)
    stand = decision.ladders["club.conduct"]
    assert (stand.strikes, stand.step, stand.next, stand.forgotten) == (1, 1, "call out", "2026-04-01T12:00:00+08:00")
    together = club.says("spamword", at=5).ladders["club.conduct"]
    assert (together.strikes, together.step, together.next) == (1, None, "call out")
    (match,) = decision.matches
    assert (match.lexicon, match.word, match.start, match.end) == ("bad", "spamword", 2, 10)


def test_a_clean_message_costs_one_round_trip_and_a_violation_three() -> None:
    """The first one of the day closes the days before."""
    club = scene(LADDER)
    assert club.says("hello").verdict == "allow"
    assert club.store.calls == ["observe", "figures"]
    assert club.says("hello").verdict == "allow"
    assert club.store.calls == ["observe", "figures", "observe"]
    club.says("spamword")
    assert club.store.calls == ["observe", "figures", "observe", "observe", "commit", "count"]


def test_without_statistics_nothing_is_counted() -> None:
    club = scene(LADDER)
    club.engine = Engine(club.engine.program, club.store, statistics=False)
    club.says("hello")
    club.says("spamword")
    assert club.store.calls == ["observe", "observe", "commit"]
    assert {ask.presence for ask in club.store.asks} == {""}


@pytest.mark.parametrize(
    ("then", "calls"),
    [("flag", []), ("delete", ["commit"]), ("hold", ["commit", "file"])],
)  # fmt: skip
def test_what_may_be_taken_back_is_kept_in_the_journal(then: str, calls: list[str]) -> None:
    club = scene(f"rule short {{ when message.length < 3  then {then} }}")
    assert club.says("x").verdict == then
    assert club.store.calls == ["observe", "figures", *calls, "count"]
    journal = finish(club.store.inner.journal("", "g1", 0))
    assert len(journal) == (then != "flag")


def test_a_repeat_gives_the_same_decision_and_changes_nothing() -> None:
    club = scene(LADDER)
    event = club.event("message", "spamword")
    first = club.tell(event)
    again = club.tell(event)
    assert club.store.calls == ["observe", "figures", "commit", "count", "observe", "count"]
    assert again.replayed and not first.replayed
    assert done(again) == done(first) and again.ladders == first.ladders
    assert club.says("spamword", at=30).ladders["club.conduct"].strikes == 2


def test_the_new_name_of_a_profile_is_its_content() -> None:
    club = scene("rule named { on profile  then flag }".replace("flag", 'notify owner "x"'))
    event = club.event("profile", event_id="same")
    club.tell(event)
    with pytest.raises(EventError):
        club.tell(replace(event, member=replace(event.member, name="other")))


def test_what_the_store_is_told_of_messages_and_edits() -> None:
    for rules, spoke in ((LADDER, False), (LADDER + " rule back { on join when member.silent > 1d then flag }", True)):
        club = scene(rules.replace("flag", 'notify owner "x"'))
        club.says("x", id="m1")
        club.tell(club.event("edit", "x", id="m1"))
        club.tell(club.event("join"))
        assert [(ask.message, ask.is_edit, ask.spoke) for ask in club.store.asks] == [
            ("m1", False, spoke), ("m1", True, False), (None, False, False),
        ]  # fmt: skip


@pytest.mark.parametrize("change", [{"text": "other"}, {"member": "u2"}, {"kind": "edit", "text": "spamword"}])
def test_an_event_id_used_for_something_else_is_an_error(change: dict[str, Any]) -> None:
    club = scene(LADDER)
    club.tell(club.event("message", "spamword", event_id="same", id="m1"))
    other = {"kind": "message", "text": "spamword", **change}
    with pytest.raises(EventError) as caught:
        club.tell(club.event(other.pop("kind"), other.pop("text"), event_id="same", id="m1", **other))
    assert (caught.value.problem.status, caught.value.problem.code) == (409, "event_id_reused")


def test_names_and_roles_may_differ_between_deliveries() -> None:
    club = scene(LADDER)
    club.tell(club.event("message", "spamword", event_id="same", id="m1", at=1))
    again = club.event(
        "message", "spamword", event_id="same", id="m1", at=2, role="admin", group={"id": "g1", "size": 9}
    )
    assert club.tell(again).replayed


def test_a_crash_between_observe_and_commit_is_repaired_by_the_repeat() -> None:
    club = scene(LADDER)
    event = club.event("message", "spamword")
    club.store.fails = {"commit"}
    lame = club.tell(event)
    assert lame.degraded and lame.unasked == ("club.conduct",) and done(lame) == ["delete"]
    club.store.fails = set()
    mended = club.tell(event)
    assert mended.replayed and not mended.degraded
    assert done(mended) == ["delete", "warn: Ming: bad words 1/1/call out"]


def test_edits_count_once() -> None:
    club = scene(LADDER)
    assert done(club.says("hello", id="m1", at=0)) == []
    assert done(club.tell(club.event("edit", "spamword", id="m1", at=20)))[0] == "delete"
    assert done(club.tell(club.event("edit", "spamword again", id="m1", at=40))) == ["delete"]
    assert done(club.says("spamword as a message", id="m1", at=60)) == ["delete"]
    assert club.says("spamword", id="m2", at=80).ladders["club.conduct"].strikes == 2


NEWER = """
ladder l { at 1 warn "x" }
rule two { when strikes(l) > 1  then flag }
rule s { when message.text == "s"  then strike l }
"""


def test_earlier_policies_answer_repeats_of_their_events() -> None:
    club = scene(LADDER)
    event = club.event("message", "spamword")
    first = club.tell(event)
    club.engine.swap(compiled(HEADER + "rule all { then hold }" + NEWER))
    again = club.tell(event)
    assert again.policy == first.policy and done(again) == done(first) and again.replayed
    assert done(club.says("spamword")) == ["hold"]


def test_a_repeat_of_policies_that_are_forgotten_is_degraded() -> None:
    club = scene(LADDER)
    event = club.event("message", "spamword")
    club.tell(event)
    fresh = Engine(compiled(HEADER + NEWER), club.store)
    again = finish(fresh.evaluate(event))
    assert again.degraded and again.replayed and again.unasked == ("club.two",)


def test_the_first_rule_that_strikes_hardest_speaks_for_the_step() -> None:
    club = scene(
        'ladder l { at 1 warn "{rule.title}"  at 5 warn "{rule.title}!" }\n'
        'rule a "one" { then strike l }\n'
        'rule b "two" { then strike l 5 times }\n'
        'rule c "three" { then strike l 5 times }'
    )
    decision = club.says("x")
    assert done(decision) == ["warn: two!"]
    assert [because.rule for because in decision.actions[0].because] == ["club.a", "club.b", "club.c"]


def test_the_most_that_any_rule_forgives_is_forgiven() -> None:
    club = scene(
        'ladder l { at 9 warn "x" }\nrule s { when message.text == "s"  then strike l 5 times }\n'
        'rule a { when message.text in ["some", "all"]  then forgive l 2 times }\n'
        'rule b { when message.text in ["some", "all"]  then forgive l 1 times }\n'
        'rule c { when message.text == "all"  then forgive l }'
    )
    stands = [club.says(text, at=at).ladders["club.l"].strikes for at, text in enumerate(("s", "some", "s", "all"))]
    assert stands == [5, 3, 8, 0]


def test_the_next_step_is_named_by_its_heaviest_action() -> None:
    club = scene('ladder l { at 1 warn "x"  at 2 warn "y", mute 1h, notify owner "z" }\nrule s { then strike l }')
    assert club.says("x").ladders["club.l"].next == "mute"


NOT_MUTED = [
    'ladder l { at 1 remove }\nrule r { when message.text == "x"  then mute 1h, strike l }',
    'ladder l { at 1 mute 1h }\nrule r { when message.text == "x"  then remove, strike l }',
    'ladder l { at 1 mute 1h }\nshadow rule r { when message.text == "x"  then strike l }',
    'rule r { when message.text == "x"  then mute 1h }\nrule s { when message.text == "x"  then ban }',
]


@pytest.mark.parametrize("declarations", NOT_MUTED)
def test_a_mute_that_is_not_given_is_not_recorded(declarations: str) -> None:
    club = scene(declarations + "\nrule muted { when member.muted  then flag }")
    club.says("x", at=0)
    assert club.says("y", at=5).verdict == "allow"


def test_matches_are_those_of_rules_for_this_kind_leftmost_first() -> None:
    club = scene(
        'lexicon b { words "second" }\nlexicon a { words "first", "second" }\n'
        "rule r { on edit  when message.text matches [a, b]  then flag }"
    )
    assert club.says("first second", id="m1").matches == ()
    again = club.says("first second", id="m1")
    assert [(match.lexicon, match.start) for match in again.matches] == [("a", 0), ("a", 6), ("b", 6)]


# ---------------------------------------------------------------- store failure (law L15)

STATEFUL = """
ladder l { at 3 mute 1h }
rule struck { on message, edit, join, request  when strikes(l) > 1  then flag }
rule plain { on message, edit, join, request  when member.id == "u1"  then notify owner "seen", strike l }
"""

FAILING = [
    ("allow", "message", "allow", ["notify owner: seen"]),
    ("hold", "message", "hold", ["hold", "notify owner: seen"]),
    ("deny", "message", "delete", ["delete", "notify owner: seen"]),
    ("allow", "edit", "allow", []),
    ("deny", "edit", "delete", ["delete"]),
    ("hold", "join", "allow", ["notify owner: seen"]),
    ("deny", "join", "allow", ["notify owner: seen"]),
    ("allow", "request", "hold", ["hold", "notify owner: seen"]),
    ("deny", "request", "refuse", ["refuse", "notify owner: seen"]),
]


@pytest.mark.parametrize(("says", "kind", "verdict", "actions"), FAILING)
def test_without_the_store_the_policy_says_what_happens(says: str, kind: str, verdict: str, actions: list[str]) -> None:
    stateful = STATEFUL.replace("flag", 'notify admins "x"')
    club = scene(stateful, f"policy club {{ for every group  if store fails {says} }}\n")
    club.store.fails = {"observe"}
    decision = club.tell(club.event(kind, "x"))
    assert (decision.verdict, done(decision), decision.degraded) == (verdict, actions, True)
    assert decision.unasked == ("club.l", "club.struck")[1 if kind == "edit" else 0 :]


def test_throttled_texts_are_not_said_without_the_store() -> None:
    club = scene('rule r { then warn "no" once in 1h, mute 1h saying "hush" once in 1h, remove saying "x" once in 1h }')
    club.store.fails = {"observe"}
    assert done(club.says("x")) == ["remove"]


# ---------------------------------------------------------------- texts, throttles, mutes


def test_a_throttled_text_is_said_once_and_the_action_stays() -> None:
    club = scene('rule r { then delete, warn "no" once in 1h, mute 1h saying "hush" once in 30m }')
    assert done(club.says("x", at=0)) == ["delete", "mute 3600: hush"]
    assert [each.do for each in club.says("x", at=10).overridden] == []
    assert done(club.says("x", at=20)) == ["delete", "mute 3600"]
    later = club.says("x", at=70)
    assert done(later) == ["delete", "mute 3600: hush"]
    assert [each.do for each in later.overridden] == ["warn"]


def test_a_mute_never_shortens_the_running_one() -> None:
    club = scene(
        'rule long { when message.text == "long"  then mute 2h }\n'
        'rule short { when message.text == "short"  then mute 1h }'
    )
    assert done(club.says("long", at=0)) == ["mute 7200"]
    assert done(club.says("short", at=30)) == ["mute 5400"]
    assert done(club.says("short", at=90)) == ["mute 3600"]


def test_masks_hide_what_the_masking_rules_found() -> None:
    club = scene(
        'lexicon bad { words "spamword" }\nlexicon other { words "fine" }\n'
        "let hit = message.text matches bad\n"
        "rule m { when hit then mask }\nrule n { when message.text matches other then flag }\n"
        "rule p { when message.text like /[0-9]{4}/ then mask }"
    )
    decision = club.says("a spamword is fine 12345678")
    assert decision.masked == "a ******** is fine ********"
    assert decision.verdict == "mask"
    assert club.says("fine").masked is None


HIDDEN = [
    ("message.contacts > 0", "mail ************* or see ********************* now"),
    ("message.links > 0", "mail a@example.org or see ********************* now"),
    ('message.domains contains "example.com"', "mail a@example.org or see ********************* now"),
]


@pytest.mark.parametrize(("condition", "masked"), HIDDEN)
def test_masks_hide_contacts_and_links_where_a_rule_reads_them(condition: str, masked: str) -> None:
    club = scene(f"rule m {{ when {condition}  then mask }}")
    assert club.says("mail a@example.org or see https://example.com/x now").masked == masked


def test_shadow_rules_are_reported_and_climb_ladders_of_their_own() -> None:
    club = scene(LADDER + 'shadow rule trial { when message.text == "trial" then delete, strike conduct }')
    first = club.says("trial", at=0)
    assert done(first) == [] and first.ladders == {} and first.verdict == "allow"
    assert [(each.rule, each.would) for each in first.shadow] == [
        ("club.trial", ("delete", "strike conduct", "warn")),
    ]
    for minute in (20, 40):
        last = club.says("trial", at=minute)
    assert last.shadow[0].would == ("delete", "strike conduct", "mute 24h")
    assert club.says("spamword", at=60).ladders["club.conduct"].strikes == 1


# ---------------------------------------------------------------- sanctions


def sanction(club: Scene, action: str, at: int, **more: Any) -> Decision:
    return club.tell(club.event("sanction", at=at, sanction={"by": "mod", "action": action, **more}))


def test_a_human_strike_counts_and_runs_no_step() -> None:
    club = scene(LADDER)
    by_hand = sanction(club, "warn", 0)
    assert done(by_hand) == [] and by_hand.ladders["club.conduct"].strikes == 1
    assert done(club.says("spamword", at=1)) == ["delete", "call_out: again"]


def test_a_pardon_clears_the_ladder_and_ends_its_mute() -> None:
    club = scene(LADDER)
    for minute in (0, 20, 40):
        club.says("spamword", at=minute)
    pardon = sanction(club, "pardon", 50)
    assert done(pardon) == ["unmute"] and pardon.ladders["club.conduct"].strikes == 0
    assert pardon.ladders["club.conduct"].forgotten is None
    assert done(sanction(club, "release", 51)) == []
    assert club.says("spamword", at=60).ladders["club.conduct"].strikes == 1


def test_a_human_mute_is_kept_and_released() -> None:
    club = scene("rule muted { when member.muted then delete }")
    sanction(club, "warn", 0, seconds=3600)
    assert club.says("x", at=1).verdict == "allow"
    sanction(club, "mute", 2, seconds=3600)
    assert club.says("x", at=30).verdict == "delete"
    assert done(sanction(club, "release", 40)) == ["unmute"]
    assert club.says("x", at=50).verdict == "allow"


LADDERS = """
ladder one { at 1 warn "x" }
ladder two { at 1 warn "x" }
rule r { when message.text == "s"  then strike one, strike two }
"""
UNCLEAR = [
    ({"action": "warn"}, "a sanction strikes one ladder, and there are several"),
    ({"action": "warn", "ladder": "none"}, "there is no ladder `none` in this group"),
    ({"action": "pardon", "ladder": "club.none"}, "there is no ladder `club.none` in this group"),
]


@pytest.mark.parametrize(("part", "detail"), UNCLEAR)
def test_a_sanction_whose_ladder_is_unclear_is_refused(part: dict[str, Any], detail: str) -> None:
    club = scene(LADDERS)
    with pytest.raises(EventError) as caught:
        sanction(club, at=0, **part)
    assert caught.value.problem.detail == detail
    assert caught.value.problem.hint == "name one of `club.one`, `club.two`"
    assert club.store.calls == []


def test_a_sanction_may_name_its_ladder_either_way() -> None:
    club = scene(LADDERS)
    assert list(sanction(club, "warn", 0, ladder="two").ladders) == ["club.two"]
    assert list(sanction(club, "warn", 1, ladder="club.one").ladders) == ["club.one"]
    assert sorted(sanction(club, "pardon", 2, ladder="one").ladders) == ["club.one"]
    assert sorted(sanction(club, "pardon", 3).ladders) == ["club.one", "club.two"]


def test_a_sanction_that_rules_strike_for_too_is_one_strike() -> None:
    club = scene(LADDER + "rule noted { on sanction  then strike conduct }")
    assert sanction(club, "warn", 0).ladders["club.conduct"].strikes == 1
    assert [strike.ladder for strike in club.store.changes[-1].strikes] == ["club.conduct"]


# ---------------------------------------------------------------- the embedded engine


def test_the_embedded_engine_takes_bytes_text_values_and_events() -> None:
    engine = Embedded(compiled(HEADER + LADDER))
    tree = {"id": "1", "kind": "message", "group": {"id": "g"}, "member": {"id": "u"}, "message": {"text": "spamword"}}
    text = str(tree).replace("'", '"')
    assert engine.evaluate(tree).verdict == engine.evaluate(text).verdict == "delete"
    assert engine.evaluate(text.encode()).replayed
    for bad in ({**tree, "id": 5}, "{", b"\xff", '"\ud800"'):
        with pytest.raises(EventError):
            engine.evaluate(bad)


def test_an_engine_works_on_any_store() -> None:
    store = MemoryStore(virtual=True)
    assert FailingStore().calls == []
    assert Engine(compiled(HEADER + LADDER), store).program.revision.startswith("sha256:")
