"""How many disguised words are found, and how much innocent text is hit: the figures of `bench/match.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from bench.data import lexicon, messages, rows, words
from bench.disguise import samples
from policyd.text.contacts import contacts
from policyd.text.lexicon import DEFAULT_RESIST, Lexicon, Technique
from policyd.text.matcher import Matcher
from policyd.text.wordfile import read_words

HOUBB: Final = "lexicons/houbb_dict_v20240407.txt"
WITH_SOUND: Final[frozenset[Technique]] = DEFAULT_RESIST | {"sound"}
POLICIES: Final = Path(__file__).resolve().parents[1] / "policies"


class Share(NamedTuple):
    """`part` of `whole`."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole if self.whole else 0.0


class Recall(NamedTuple):
    """Of the disguised words: found at all, found at exactly their place, and nothing outside them masked."""

    found: Share
    exact: Share
    within: Share


def disguises(count: int = 2_000, seed: int = 1) -> dict[str, Recall]:
    """Words of 2 to 6 characters, disguised at random in real sentences that are clean otherwise, by technique."""
    rng = Random(seed)
    pick = tuple(rng.sample([word for word in words(HOUBB) if 2 <= len(word) <= 6 and word.isalnum()], count))
    matcher = Matcher.build([lexicon(pick)])
    sentences = tuple(text for text in messages("cold.dev.jsonl", 0) if not matcher.search(text))
    counts: Counter[tuple[str, str]] = Counter()
    for sample in samples(pick, sentences, rng):
        technique = "two at a time" if "+" in sample.technique else sample.technique
        hits = matcher.search(sample.text)
        places = {
            (match.start, match.end)
            for match in hits.matches(overlapping=True)
            if match.word == sample.word and match.start < sample.end and match.end > sample.start
        }
        counts[technique, "all"] += 1
        counts[technique, "found"] += bool(places)
        counts[technique, "exact"] += (sample.start, sample.end) in places
        counts[technique, "within"] += all(sample.start <= a and b <= sample.end for a, b in hits.spans())
    techniques = dict.fromkeys(technique for technique, _ in counts)
    kinds = ("found", "exact", "within")
    return {t: Recall(*(Share(counts[t, kind], counts[t, "all"]) for kind in kinds)) for t in techniques}


def toxic_words(resist: frozenset[Technique] = DEFAULT_RESIST, shortest: int = 1) -> dict[str, Share]:
    """The disguised entities of the perturbed corpus that are found, by its technique."""
    perturbed = rows("cntp_perturbed.dev.jsonl")
    entities = tuple(dict.fromkeys(e for row in perturbed for e in row["entities"] if len(e) >= shortest))
    matcher = Matcher.build([lexicon(entities, resist=resist)])
    counts: Counter[tuple[str, bool]] = Counter()
    for row in perturbed:
        disguised = {e for e in row["entities"] if len(e) >= shortest and e in row["original"] and e not in row["text"]}
        if disguised:
            found = {match.word for match in matcher.search(row["text"]).matches(overlapping=True)}
            counts.update((row["technique"], entity in found) for entity in disguised)
    techniques = dict.fromkeys(technique for technique, _ in counts)
    return {t: Share(counts[t, True], counts[t, True] + counts[t, False]) for t in techniques}


def sound_false_hits() -> Share:
    """Safe messages that are hit by sound alone, with the entities of three characters or more."""
    perturbed = rows("cntp_perturbed.dev.jsonl")
    entities = tuple(dict.fromkeys(e for row in perturbed for e in row["entities"] if len(e) >= 3))
    with_sound = Matcher.build([lexicon(entities, resist=WITH_SOUND)])
    without = Matcher.build([lexicon(entities)])
    safe = messages("cold.dev.jsonl", 0)
    return Share(sum(bool(with_sound.search(text)) and not without.search(text) for text in safe), len(safe))


def disguise_false_hits(corpus: str) -> Share:
    """Innocent messages in which the largest list finds words, all of them by noise, repeats or split characters."""
    matcher = Matcher.build([lexicon(words(HOUBB))])
    innocent = messages(corpus, 0)
    views = [{match.view for match in matcher.search(text).matches(overlapping=True)} for text in innocent]
    return Share(sum(bool(found) and found.isdisjoint({"plain", "fold"}) for found in views), len(innocent))


def english_false_hits() -> list[tuple[str, str]]:
    """English words that an entry hits which is not that word."""
    entries = tuple(dict.fromkeys(row["text"] for row in rows("profanity_en_surge.jsonl")))
    matcher = Matcher.build([lexicon(entries)])
    return [
        (word, match.word)
        for word in words("lexicons/english_words_370k.txt")
        for match in matcher.search(word).matches(overlapping=True)
        if match.word.casefold() != word.casefold()
    ]


def shipped_lists() -> list[Lexicon]:
    """The word files of the policies that come with the project."""
    return [
        Lexicon(str(path.relative_to(POLICIES)), read_words(path.read_text("utf-8"), path.name))
        for path in sorted(POLICIES.rglob("words/*.txt"))
    ]


def shipped_false_hits() -> list[tuple[str, str]]:
    """Ordinary words that shipped lists hit."""
    matcher = Matcher.build(shipped_lists())
    ordinary = words("fp_common_words_removed_by_houbb.txt")
    return [(word, match.word) for word in ordinary for match in matcher.search(word).matches()]


def with_contacts(texts: Iterable[str]) -> Share:
    """Texts with at least one contact."""
    found = [bool(contacts(text)) for text in texts]
    return Share(sum(found), len(found))
