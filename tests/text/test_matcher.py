"""Words found in disguise, where they stand, and where they are not."""

from __future__ import annotations

import pytest

from policyd.text.lexicon import DEFAULT_RESIST, Entry, Lexicon, Technique
from policyd.text.mask import mask
from policyd.text.matcher import Matcher


def lexicon(*words: str, name: str = "list", excepts: tuple[str, ...] = (), boundary: bool = True) -> Lexicon:
    return Lexicon(
        name,
        tuple(Entry(word, "words.txt", line) for line, word in enumerate(words, 1)),
        tuple(Entry(word, "words.txt", line) for line, word in enumerate(excepts, 1)),
        boundary=boundary,
    )


@pytest.mark.parametrize(
    ("word", "text", "found", "view"),
    [
        ("网赌", "来玩网赌吧", "网赌", "plain"),
        ("网赌", "网 赌 加我", "网 赌", "noise"),
        ("网赌", "網賭", "網賭", "fold"),
        ("网赌", "网\u200b赌", "网\u200b赌", "fold"),
        ("网赌", "网🎲🎲赌", "网🎲🎲赌", "noise"),
        ("网赌", "一网网赌赌赌。", "网网赌赌赌", "repeats"),
        ("黑气", "黒気", "黒気", "fold"),
        ("fuck", "ƒυϲκ!", "ƒυϲκ", "fold"),
        ("fuck", "oh f.u.c.k you", "f.u.c.k", "noise"),
        ("fuck", "Fuuuck", "Fuuuck", "repeats"),
        ("fuck", "Ⓕⓤc⒦ it", "Ⓕⓤc⒦", "fold"),
        ("下三滥", "下3滥招式", "下3滥", "fold"),
        ("+V", "有兴趣+v吗", "+v", "fold"),
        ("好好", "好好学习", "好好", "plain"),
        ("@@@@", "哈@@@@哈", "@@@@", "plain"),
        ("强奸", "说弓虽女干这", "弓虽女干", "split"),
        ("树林", "一片树 木木吗", "树 木木", "split"),
        ("网赌", "网①赌", "网①赌", "noise"),
        ("whore", "that wh0re!", "wh0re", "fold"),
        ("fuck", "what the F*CK", "F*CK", "fold"),
        ("微信", "加我薇❤", "薇❤", "fold"),
        ("微信", "➕vx: abc_123", "vx", "fold"),
        ("网赌", "网🅰️赌", "网🅰️赌", "noise"),
        ("网赌", "网🇨🇳🔥赌🇨🇳", "网🇨🇳🔥赌", "noise"),
        ("网赌", "网1️⃣🔥赌", "网1️⃣🔥赌", "noise"),
        ("三陪", "叁陪", "叁陪", "fold"),
        ("fuck", "I f_u_c_k", "f_u_c_k", "noise"),
        ("12高考", "一12高考", "12高考", "plain"),
        ("煞笔bt", "煞煞煞笔btt", "煞煞煞笔btt", "repeats"),
        ("仿钞", "人人方钞", "人方钞", "split"),
        ("撕扒莪", "撕扌扌八莪", "撕扌扌八莪", "split"),
        ("咨询", "谘詢", "谘詢", "fold"),
        ("sb", "你是s b吧", "s b", "noise"),
        ("tits", "7i7s", "7i7s", "fold"),
        ("网赌", "網9賭吧", "網9賭", "noise"),
        ("女女", "女1女", "女1女", "noise"),
        ("网赌", "b𠔉网赌", "网赌", "plain"),
        ("𠔉手", "𠔉𠔉手手", "𠔉𠔉手手", "repeats"),
        ("扣一", "来扣1吧", "扣1", "fold"),
    ],
)
def test_disguises_are_seen_through(word: str, text: str, found: str, view: str) -> None:
    matches = Matcher.build([lexicon(word)]).search(text).matches()
    assert [(m.word, m.text, m.view) for m in matches] == [(word, found, view)]
    assert text[matches[0].start : matches[0].end] == found


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("ass", "assessment"),
        ("butt", "but it was fine"),
        ("av", "have"),
        ("raper", "a rapper"),
        ("六四", "64 GB"),
        ("好好", "好人"),
        ("网赌", "网-----赌"),
        ("ass", "a s s u m e"),
        ("110", "1-10"),
        ("g", "5㎏"),
        ("微信", "发射卫星"),
        ("goza", "142,460"),
        ("好马", "两个女子人"),
        ("ass", "I a s s u m e"),
        ("god", "good day"),
        ("bc", "BBC"),
        ("kill", "K I'll come"),
        ("ur", "and u r late"),
        ("tit", "D1119717"),
        ("Ｂ", "в море"),
        ("六亖", "622"),
        ("涨一二", "涨1.2"),
        ("二三人", "⑫3人"),
        ("乎乏", "呎乎但"),
    ],
)
def test_innocent_text_is_left_alone(word: str, text: str) -> None:
    assert not Matcher.build([lexicon(word)]).search(text)


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("法轮功", "说法仑功吗", "法仑功"),
        ("白人班级", "进百人办既了", "百人办既"),
        ("白人班级", "干净的bai ren ban ji了", "bai ren ban ji"),
        ("白人班级", "这BairenBan级啊", "BairenBan级"),
        ("陕西人", "我是山西人", None),
        ("女拳师", "女权,是的", None),
        ("加油", "家油", None),
    ],
)
def test_words_of_three_syllables_are_heard_when_asked(word: str, text: str, found: str | None) -> None:
    by_sound = Lexicon("list", lexicon(word).entries, resist=DEFAULT_RESIST | {"sound"})
    matches = Matcher.build([by_sound]).search(text).matches()
    assert [(m.text, m.view) for m in matches] == ([(found, "sound")] if found else [])
    assert not Matcher.build([lexicon(word)]).search(text)


@pytest.mark.parametrize(
    ("technique", "text"),
    [
        ("width", "ｗａｎｇ赌"),
        ("case", "WANG赌"),
        ("script", "wang賭"),
        ("noise", "wang·赌"),
        ("noise", "wang\u200b赌"),
        ("repeats", "waaang赌"),
        ("split", "wang贝者"),
        ("styled", "ⓦang赌"),
    ],
)
def test_a_lexicon_sees_through_no_more_than_it_resists(technique: Technique, text: str) -> None:
    entries = lexicon("wang赌").entries
    only: frozenset[Technique] = frozenset({technique})
    for resist, found in ((DEFAULT_RESIST - only, False), (only, True), (frozenset[Technique](), False)):
        hits = Matcher.build([Lexicon("list", entries, resist=resist)]).search(text)
        assert bool(hits) is found, resist
    assert Matcher.build([Lexicon("list", entries, resist=frozenset())]).search("是wang赌")


def test_an_allowed_phrase_wins_over_the_entry_inside_it() -> None:
    matcher = Matcher.build([lexicon("赌博", excepts=("反赌博",)), lexicon("赌", name="other")])
    hits = matcher.search("反 赌 博,不要赌博")
    assert [(m.lexicon, m.start) for m in hits.matches()] == [("other", 2), ("list", 8), ("other", 8)]
    assert hits.lexicons == {"list", "other"}
    assert hits.bits == 0b11


def test_selection_is_leftmost_longest_per_lexicon_and_masks_all() -> None:
    hits = Matcher.build([lexicon("我的世界", "我的", "世界杯")]).search("我的世界杯")
    assert [m.word for m in hits.matches()] == ["我的世界"]
    assert hits.spans() == ((0, 5),)


def test_masks_cover_what_hangs_on_the_last_character() -> None:
    text = "a网赌\u0301\u200d!"
    hits = Matcher.build([lexicon("网赌")]).search(text)
    assert mask(text, hits.spans()) == "a****!"


def test_a_list_of_nothing_finds_nothing() -> None:
    assert not Matcher.build([]).search("任何")
    assert not Matcher.build([lexicon("", "\u200b", " ")]).search("任何 !!!!!")


def test_a_large_list_that_has_not_changed_is_not_built_again() -> None:
    words = [f"{number}号词" for number in range(3_000)]
    built = Matcher.build([lexicon(*words)])
    moved = Lexicon("list", tuple(Entry(word, "moved.txt", 1) for word in words))
    assert Matcher.build([moved]) is built
    for other in (lexicon(*words, "又一"), lexicon(*words, name="other"), lexicon(*words, boundary=False)):
        assert Matcher.build([other]) is not built
