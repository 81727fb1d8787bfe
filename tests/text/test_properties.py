"""What holds for any text and any list."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policyd.text.contacts import contacts, domains, emoji, fingerprint
from policyd.text.fold import fold, origins
from policyd.text.lexicon import DEFAULT_RESIST, Entry, Lexicon, Technique
from policyd.text.mask import mask
from policyd.text.matcher import Matcher

# Letters that disguises are made of, more often than chance would have them, among any code points at all.
DISGUISING = st.sampled_from("网赌網賭弓虽强女子木林aA@ß0１①ⓐ𝐚é\u0301\u200b\ufe0f가ᄀㅏ한️,. !!《》+v微信xX\ud800")
ANY = st.text(st.one_of(DISGUISING, st.characters()), max_size=40)
WORDS = st.lists(st.text(st.one_of(DISGUISING, st.characters()), min_size=1, max_size=5), max_size=6)
SOUND: frozenset[Technique] = DEFAULT_RESIST | {"sound"}


def matcher(words: list[str], excepts: list[str], *, boundary: bool = True) -> Matcher:
    entries = tuple(Entry(word, "", line) for line, word in enumerate(words, 1))
    allowed = tuple(Entry(word, "", line) for line, word in enumerate(excepts, 1))
    return Matcher.build(
        [Lexicon("some", entries, allowed, SOUND, boundary), Lexicon("plain", entries, (), frozenset(), boundary)]
    )


@settings(max_examples=400, deadline=None)
@given(ANY, WORDS, WORDS, st.booleans())
def test_hits_lie_on_the_text_and_masks_touch_nothing_else(
    text: str, words: list[str], excepts: list[str], boundary: bool
) -> None:
    hits = matcher(words, excepts, boundary=boundary).search(text)
    matches = hits.matches(overlapping=True)
    assert bool(hits) == bool(matches)
    assert hits.lexicons == {match.lexicon for match in matches}
    for match in matches:
        assert 0 <= match.start < match.end <= len(text)
        assert match.text == text[match.start : match.end]
        assert match.word in words
        assert match.lexicon == "some" or match.text == match.word
    spans = hits.spans()
    assert all(before < start < end for before, (start, end) in zip([-1, *(e for _, e in spans)], spans, strict=False))
    hidden = mask(text, spans)
    assert len(hidden) == len(text)
    for index, char in enumerate(hidden):
        inside = any(start <= index < end for start, end in spans)
        assert char == "*" if inside else char == text[index]


@settings(max_examples=400, deadline=None)
@given(ANY, WORDS)
@example("가", ["가"])
@example("x가나각y", ["가나", "각"])
@example("각: 가!", ["각:", "가!"])
def test_matching_is_the_same_after_normalisation(text: str, words: list[str]) -> None:
    found = {}
    for form in ("NFC", "NFD"):
        some = matcher([unicodedata.normalize("NFC", word) for word in words], [])
        hits = some.search(unicodedata.normalize(form, text))
        found[form] = [(fold(match.word), fold(match.text)) for match in hits.matches(["some"])]
    assert found["NFC"] == found["NFD"]


@given(ANY)
def test_folding_again_changes_nothing_and_every_part_has_an_origin(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    at = origins(text)
    assert len(at) == len(folded)
    assert list(at) == sorted(at)
    assert all(0 <= index < len(text) for index in at)
    assert fold(unicodedata.normalize("NFD", text)) == folded == fold(unicodedata.normalize("NFC", text))


@settings(max_examples=300, deadline=None)
@given(st.text(st.one_of(st.sampled_from("0123456789一二三qv微信加:@./wtme-_ ①８"), st.characters()), max_size=60))
def test_contacts_lie_on_the_text_and_do_not_overlap(text: str) -> None:
    last = 0
    for contact in contacts(text):
        assert last <= contact.start < contact.end <= len(text)
        assert contact.text == text[contact.start : contact.end]
        last = contact.end
    assert len(set(domains(text))) == len(domains(text))
    assert 0 <= emoji(text) <= len(text)
    assert fingerprint(text + " 123 !") == fingerprint(text)
