"""L16, L18: shadow rules act on nothing; words that were found, masks, and what texts say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.spec.community import Community, brief, edits, joins, says

Make = Callable[..., Community]


def test_l16_shadow_rules_only_tell(community: Make) -> None:
    room = community(
        'ladder conduct { at 1 warn "1" at 2 mute 24h, notify owner "x" }\n'
        'shadow rule s { when message.text != "quiet" then delete, strike conduct, notify moderators "s" }\n'
        'rule r { when message.text == "real" then strike conduct }\n'
        "rule reads { when strikes(conduct) > 1 then flag }\n"
        'exempt e { when message.text == "spared" from s }'
    )
    first = room.does(says("u", "a", "20:00"))
    assert (brief(first), first.verdict, first.ladders) == ("-", "allow", {})
    rule = ("delete", "strike conduct", "notify moderators")
    assert [(shadow.rule, shadow.would) for shadow in first.shadow] == [("p.s", (*rule, "warn"))]
    assert room.does(says("u", "quiet", "20:01")).shadow == ()
    assert room.does(says("u", "spared", "20:02")).shadow == ()
    real = room.does(says("u", "real", "20:03"))
    assert brief(real) == 'warn "1"'
    assert real.shadow[0].would == (*rule, "mute 24h", "notify owner")
    assert room.strikes("u", "p.conduct", "20:04") == 1
    assert brief(room.does(says("u", "a", "20:05"))) == "-"  # a shadow's mute mutes nobody


def test_l16_shadow_ladders_count_edits_once_too(community: Make) -> None:
    room = community(
        'ladder conduct { at 1 warn "1" at 2 remove }\n'
        'shadow rule s { on message, edit when message.text contains "bad" then strike conduct }'
    )
    events = [says("u1", "bad", message="m"), edits("u1", "bad!", "20:01", message="m"), says("u1", "bad", "20:02")]
    would = [room.does(event).shadow[0].would for event in events]
    assert would == [("strike conduct", "warn"), ("strike conduct",), ("strike conduct", "remove")]


LEXICONS = 'lexicon ads { words "加微信", "优惠" } lexicon bets { words "网赌" except "反网赌" }\n'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("来玩网赌", [("bets", "网赌", "网赌", 2, 4)]),
        ("網 賭 加微信", [("bets", "网赌", "網 賭", 0, 3), ("ads", "加微信", "加微信", 4, 7)]),
        ("反网赌,优惠", [("ads", "优惠", "优惠", 4, 6)]),
        ("大家好", []),
    ],
)
def test_l18_matches_have_their_place_in_the_original_text(
    community: Make, text: str, found: list[tuple[str, str, str, int, int]]
) -> None:
    decision = community(f"{LEXICONS}rule r {{ when message.text matches [ads, bets] then flag }}").does(
        says("u", text)
    )
    assert [(hit.lexicon, hit.word, hit.text, hit.start, hit.end) for hit in decision.matches] == found


@pytest.mark.parametrize(
    ("rules", "text", "masked"),
    [
        ("rule r { when message.text matches ads then mask }", "请加微信,网赌", "请***,网赌"),
        ("rule r { when message.text matches [ads, bets] then mask }", "请加 微信,网赌", "请****,**"),
        ("let bad = message.text matches bets rule r { when bad then mask }", "来网赌", "来**"),
        ("rule r { when message.text like /[0-9]{3,}/ then mask }", "call 12345 or 99", "call ***** or 99"),
        ("rule r { when message.links > 0 then mask }", "see https://x.com/a now", "see *************** now"),
        # only what masking rules look for is hidden
        ("rule r { when message.text matches ads then mask } rule s { when message.text matches bets then flag }",
         "加微信网赌", "***网赌"),
        # and only where masking is what happens
        ("rule r { when message.text matches ads then mask } rule s { when message.text matches bets then delete }",
         "加微信网赌", None),
        ("rule r { when message.text matches ads then mask }", "大家好", None),
    ],
)  # fmt: skip
def test_l18_mask_hides_exactly_what_masking_rules_found(
    community: Make, rules: str, text: str, masked: str | None
) -> None:
    assert community(LEXICONS + rules).does(says("u", text)).masked == masked


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("{member.name}: {message.length}", "小明: 5"),
        ("{{{member.name}}", "{小明}"),
        ("{message.images}{member.role}{ladder.strikes}.", "."),
        ("{message.longest_video} {message.forwarded} {half}", "1m15s true 2.5"),
        ("{rule.title}, {match.word} in {match.lexicon}: {match.text}", "Titel, 网赌 in bets: 网 赌"),
        ("{now} {now.weekday}", "2026-03-02 20:00 mon"),
        ("{group.tags} {event.kind}", "a, b message"),
    ],
)
def test_what_texts_print(community: Make, text: str, printed: str) -> None:
    room = community(
        f"{LEXICONS}let half = message.length / 2\n"
        f'rule r "Titel" {{ when message.text matches bets then reply "{text}" }}'
    )
    event = says("u", "来网 赌!", videos=(75, 3.5), forwarded=True, tags=("a", "b"), member_facts={"name": "小明"})
    assert brief(room.does(event)) == f'reply "{printed}"'


def test_templates_are_texts(community: Make) -> None:
    room = community('template welcome = "欢迎 {member.name}!"\nrule greet { on join then reply welcome }')
    assert brief(room.does(joins("小明"))) == 'reply "欢迎 小明!"'
