"""Texts as long as an event may carry: nothing raises, and what is far inside is found where it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyd.text.contacts import contacts, domains, emoji, fingerprint, links
from policyd.text.hits import MOST_MATCHES
from policyd.text.lexicon import DEFAULT_RESIST, Entry, Lexicon
from policyd.text.mask import mask
from policyd.text.matcher import Matcher

LONG = 64 * 1024
WORDS = ("网赌", "强奸", "树林", "fuck", "ass", "微信", "女女", "一夜情", "@@@@", "+V", "傻逼", "白人班级")
MATCHER = Matcher.build(
    [
        Lexicon("all", tuple(Entry(word, "", 1) for word in WORDS), (Entry("反网赌", "", 1),)),
        Lexicon("heard", tuple(Entry(word, "", 1) for word in WORDS), resist=DEFAULT_RESIST | {"sound"}),
    ]
)
PIECES = (
    "网赌", "反网赌", "女子", "木", "f*ck ", "w0", "a ", "f u c k ", "加薇❤", "傻....逼", "!", "\u0301", "\u200b", "😀",
    "ᄒ", "각", "１", "pinyin ", "网①赌", "https://", "a.", "@a", "微", "\ud800", "㎏", "白人ban ",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_no_long_text_raises(piece: str) -> None:
    text = piece * (LONG // len(piece))
    hits = MATCHER.search(text)
    assert bool(hits) == bool(hits.matches())
    assert all(0 <= start < end <= len(text) for start, end in hits.spans())
    contacts(text), domains(text), emoji(text), fingerprint(text)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(min_size=1, max_size=6)), min_size=1, max_size=6))
def test_no_mixture_raises_and_everything_lies_on_the_text(pieces: list[str]) -> None:
    text = "".join(pieces) * (LONG // len("".join(pieces).encode("utf-8", "surrogatepass")))
    hits = MATCHER.search(text)
    for match in hits.matches():
        assert match.text == text[match.start : match.end] != ""
    spans = hits.spans()
    assert len(mask(text, spans)) == len(text)
    assert bool(hits) == bool(spans)
    contacts(text), links(text), domains(text), emoji(text), fingerprint(text)


def test_every_hit_of_many_is_hidden_and_nothing_else() -> None:
    text = "网赌hello" * 4_000
    hits = MATCHER.search(text)
    assert len(hits.matches(["all"])) == MOST_MATCHES
    assert mask(text, hits.spans(["all"])) == "**hello" * 4_000


@pytest.mark.parametrize("flood", ["网赌", "网 赌 ", "網賭", "fuck ", "反网赌 网赌", "网赌赌"])
def test_nothing_hides_behind_a_flood_of_hits(flood: str) -> None:
    lexicons = [
        Lexicon("flooded", tuple(Entry(word, "", 1) for word in ("网赌", "fuck")), (Entry("反网赌", "", 1),)),
        Lexicon("other", (Entry("傻逼", "", 1),)),
    ]
    text = flood * (40_000 // len(flood)) + "傻*逼"
    hits = Matcher.build(lexicons).search(text)
    assert hits.lexicons == {"flooded", "other"}
    assert [(m.text, m.end) for m in hits.matches(["other"])][-1][1] == len(text)
    assert mask(text, hits.spans()).endswith("***")


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("弓虽女干", "强奸"),
        ("网①赌", "网赌"),
        ("f*ck", "fuck"),
        ("加薇❤", "微信"),
        ("树木木", "树林"),
        ("傻傻逼逼", "傻逼"),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 63, 64, 65, 1023, 5_000])
def test_a_disguise_far_inside_is_found_where_it_is(written: str, word: str, before: int) -> None:
    text = "哈" * before + "," + written + "," + "嘿" * 3_000
    matches = MATCHER.search(text).matches(["all"])
    start = before + 1 + (1 if word == "微信" else 0)
    assert [(m.word, m.start, m.end) for m in matches] == [(word, start, before + 1 + len(written))]


def test_disguises_far_apart_are_each_found() -> None:
    gap = "嘿" * 700
    text = gap.join(["弓虽女干", "网①赌", "弓虽女干", "wh0re", "f*ck"])
    matches = MATCHER.search(text).matches(["all"])
    assert [m.word for m in matches] == ["强奸", "网赌", "强奸", "fuck"]
    assert [m.text for m in matches] == ["弓虽女干", "网①赌", "弓虽女干", "f*ck"]
