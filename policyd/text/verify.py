"""Judging a place where the key of an entry was found: is it the word, where does it stand, how was it disguised?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from policyd.text.fold import FOLD, REST_OF_SYLLABLE, fold
from policyd.text.traits import Traits, kind
from policyd.text.views import MAX_NOISE, Origin

# Noise that stands between the words of ordinary sentences; any other symbol within a word was put there on purpose.
_ORDINARY: Final = frozenset(" \t\r\n\u00a0\u3000-‐‑–—'’‘\"“”.,:;!?/&…、，。：；！？（）()《》「」·")

_APOSTROPHES: Final = frozenset("'’")
_EMOJI: Final = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
_MOST_WITH_EMOJI: Final = 40
# A word of these alone is Russian, not Latin in disguise: `ВВС` is an air force.
_RUSSIAN: Final = re.compile("[А-Яа-яЁё]+")


class Place(NamedTuple):
    """Where a word stands in the original text, and the disguise that it wore there."""

    start: int
    end: int
    view: str


class Rule(NamedTuple):
    """What a lexicon wants of every hit. `phrase`: an allowed phrase, which wants the noise that it is written with
    and nothing else."""

    boundary: bool = True
    repeats: bool = True
    phrase: bool = False


def place(text: str, origin: Origin, first: int, entry: Traits, rule: Rule) -> Place | None:
    """The place of an entry whose key begins at `first` of the text's key, or None when it is not the word."""
    last = first + entry.size - 1
    runs = origin.runs
    if isinstance(runs, range):  # nothing is repeated in the text
        is_there = sum(entry.counts) == entry.size
        return _judge(text, origin, (first, last + 1), (first, last), entry, rule, "") if is_there else None
    longer = _longer(runs, first, entry)
    if longer is None:
        return None
    inner = any(longer[1:-1])
    bare = _narrow(origin, first, last, entry)
    if rule.repeats and any(longer):
        wider = _widen(text, origin, first, longer, entry)
        # What noise parts from the word is no repetition: `good day` has one `d` at the end of `good`.
        longer[-1], longer[0] = wider[1] - bare[1], bare[0] - wider[0] + (wider[1] - bare[1] if first == last else 0)
        found = None
        if any(longer) and _repeated_on_purpose(longer, entry):
            found = _judge(text, origin, wider, (first, last), entry, rule, "repeats")
        if found:
            return found
    return None if inner else _judge(text, origin, bare, (first, last), entry, rule, "")


def _narrow(origin: Origin, first: int, last: int, entry: Traits) -> tuple[int, int]:
    """The bare range with no more of the runs at both ends than the entry has."""
    runs = origin.runs
    if first == last:
        return runs[first], runs[first] + entry.counts[0]
    return runs[first + 1] - entry.counts[0], runs[last] + entry.counts[-1]


def _longer(runs: Sequence[int], first: int, entry: Traits) -> list[int] | None:
    """By how much each run of the text is longer than the entry's; None when one is shorter."""
    longer = []
    for offset, count in enumerate(entry.counts):
        more = runs[first + offset + 1] - runs[first + offset] - count
        if more < 0:
            return None
        longer.append(more)
    return longer


def _repeated_on_purpose(longer: list[int], entry: Traits) -> bool:
    """Numbers never repeat for emphasis. A letter that is merely doubled within a word makes another word: `rapper` is
    not `raper`; `fuuuck` and `ffuucckk` are on purpose, and so is all where other characters are repeated as well. A
    character doubled at one end only may belong to what is around it: of `东东西` only `东西` is the word. A letter
    doubled in front is on purpose, for words do not begin so, but `BBC` does."""
    if set(entry.kinds) == {"digit"}:
        return False
    if sum(longer) == 1 and any(longer[end] and not entry.kinds[end] for end in (0, -1)):
        return False
    letters = [
        (more, more + count)
        for more, count, of in zip(longer, entry.counts, entry.kinds, strict=True)
        if of == "letter"
    ]
    runs = [length for more, length in letters if more]
    if not runs or len(runs) < sum(map(bool, longer)) or max(runs) > 2 or len(runs) > 1:
        return True
    return letters[0][0] > 0 and len(letters) > 2


def _widen(text: str, origin: Origin, first: int, longer: list[int], entry: Traits) -> tuple[int, int]:
    """The bare range with the whole runs at both ends; over noise only where noise is inside the word, too."""
    at, runs = origin.at, origin.runs
    last = first + entry.size - 1
    noisy = sum(map(bool, longer)) > 1
    near, far = _narrow(origin, first, last, entry)
    if _dense(origin, runs[first], runs[last + 1]):
        begin, stop = runs[first], runs[last + 1]
    else:
        noisy = noisy and any(_gap(text, at, index) for index in range(near + 1, far))
        begin, stop = near, far
        while begin > runs[first] and (noisy or not _gap(text, at, begin)):
            begin -= 1
        while stop < runs[last + 1] and (noisy or not _gap(text, at, stop)):
            stop += 1
    # `一` and `1` fold alike, but of `一12` the entry `12` is only the end.
    while begin < near and entry.kinds[0] == "digit" and not text[at[begin]].isdigit():
        begin += 1
    while stop > far and entry.kinds[-1] == "digit" and not text[at[stop - 1]].isdigit():
        stop -= 1
    return begin, stop


def _dense(origin: Origin, near: int, far: int) -> bool:
    """Whether nothing at all stands between these characters of the bare text."""
    return origin.even and origin.at[far - 1] - origin.at[near] == far - 1 - near


def _gap(text: str, at: Sequence[int], index: int) -> str:
    """The noise between two neighbours of the bare text; characters that the fold drops are none."""
    if at[index] - at[index - 1] <= 1:
        return ""
    return "".join(c for c in text[at[index - 1] + 1 : at[index]] if FOLD.get(ord(c), c))


def _judge(
    text: str, origin: Origin, bare: tuple[int, int], key: tuple[int, int], entry: Traits, rule: Rule, view: str
) -> Place | None:
    at = origin.at
    near, far = bare
    if (near and at[near - 1] == at[near]) or (far < len(at) and at[far] == at[far - 1]):
        return None  # it begins or ends within one character of the original
    start, end = at[near], at[far - 1] + 1
    gaps: dict[int, str] = {}
    if not _dense(origin, near, far):
        gaps = {index: gap for index in range(near + 1, far) if (gap := _gap(text, at, index))}
    if rule.boundary and not _bounded(text, at, near, far, entry):
        return None
    if any(map(_wide, gaps.values())) and not _own_gaps(origin, key[0], entry, gaps):
        return None
    if (gaps or entry.gaps) and not _gaps_fit(text, origin, bare, gaps, key[0], entry, rule):
        return None
    if entry.latin and _RUSSIAN.fullmatch(text, start, end):
        return None
    if entry.numeral and not _same_numerals(text, origin, key, entry):
        return None
    if entry.lead or entry.trail:
        before, after = _noise_before(text, start, entry.lead), _noise_after(text, end, entry.trail)
        if before is None or after is None:
            return None
        start, end = before, after
    found = text[start:end]
    return Place(start, end, view or ("plain" if found == entry.word else "noise" if gaps else "fold"))


def _noise_before(text: str, start: int, lead: str) -> int | None:
    """Where the entry's own noise in front of `start` begins, or None when other characters stand there."""
    for wanted in reversed(lead):
        start -= 1
        while start >= 0 and FOLD.get(ord(text[start])) == "":
            start -= 1
        if start < 0 or not _same(text[start], wanted):
            return None
    return start


def _noise_after(text: str, end: int, trail: str) -> int | None:
    if trail and (rest := REST_OF_SYLLABLE(text, end)):
        end = rest.end()
    for wanted in trail:
        while end < len(text) and FOLD.get(ord(text[end])) == "":
            end += 1
        if end == len(text) or not _same(text[end], wanted):
            return None
        end += 1
    return end


def _same(noise: str, wanted: str) -> bool:
    return unicodedata.normalize("NFKC", fold(noise)) == unicodedata.normalize("NFKC", wanted)


def _same_numerals(text: str, origin: Origin, key: tuple[int, int], entry: Traits) -> bool:
    """An entry of numerals alone is found as it is written: `六四` is not `64`."""
    digits = (text[origin.at[origin.runs[index]]].isdigit() for index in range(key[0], key[1] + 1))
    return all(digit == (of == "digit") for digit, of in zip(digits, entry.kinds, strict=True))


def _bounded(text: str, at: Sequence[int], near: int, far: int, entry: Traits) -> bool:
    """Letters end at letters, digits at digits: `av` is not in `have`, but in `1av2`."""
    left, right = entry.kinds[0], entry.kinds[-1]
    if left and not entry.lead and near and kind(text[at[near - 1]]) == left and not _gap(text, at, near):
        return False
    inside = right and not entry.trail and far < len(at) and kind(text[at[far]]) == right
    return not (inside and not _gap(text, at, far))


def _wide(gap: str) -> bool:
    """More noise than a word reaches over. Of emoji it is more, since one may be made of many characters."""
    return len(gap) > MAX_NOISE and (len(gap) > _MOST_WITH_EMOJI or not _EMOJI.search(gap))


def _own_gaps(origin: Origin, first: int, entry: Traits, gaps: dict[int, str]) -> bool:
    return all(_in_key(origin, first, entry, index) in entry.gaps for index, gap in gaps.items() if _wide(gap))


def _gaps_fit(
    text: str, origin: Origin, bare: tuple[int, int], gaps: dict[int, str], first: int, entry: Traits, rule: Rule
) -> bool:
    """Whether noise stands where it may and must. Between two letters or digits ordinary punctuation joins words, not
    parts of one: there every letter has to stand alone, as in `f.u.c.k`, but for one pair in a longer word."""
    wanted = entry.gaps if rule.phrase else entry.word_gaps
    if not wanted <= {_in_key(origin, first, entry, index) for index in gaps}:
        return False
    if rule.phrase:
        return True
    at = origin.at
    spaced = any(
        kind(text[at[index - 1]])
        and kind(text[at[index]])
        and not _ORDINARY.isdisjoint(gap)
        and _in_key(origin, first, entry, index) not in entry.gaps
        for index, gap in gaps.items()
    )
    if not spaced:
        return True
    cuts = [bare[0], *sorted(gaps), bare[1]]
    sizes = [len({text[at[i]] for i in range(a, b)}) for a, b in pairwise(cuts)]
    if max(sizes) > 2 or sizes.count(2) > 1 or sizes.count(1) < 2:
        return False
    if len({gap in _APOSTROPHES for gap in gaps.values()}) > 1:
        return False  # `K I'll`
    if sizes == [1, 1] and any(any(map(str.isspace, gap)) for gap in gaps.values()) and _beside_words(text, at, bare):
        return False
    return _stands_alone(text, at, bare, marked=not any(map(str.isspace, gaps.values())))


def _in_key(origin: Origin, first: int, entry: Traits, index: int) -> tuple[int, bool]:
    """Which character of the entry's key a place in the bare text belongs to, and whether it lies within its run."""
    for number in range(entry.size):
        start = origin.runs[first + number]
        if start <= index < origin.runs[first + number + 1]:
            return number, index > start
    return -1, False


def _beside_words(text: str, at: Sequence[int], bare: tuple[int, int]) -> bool:
    """Whether letters stand beside it: `r u` in an English sentence is two words, `s b` in a Chinese one is one."""
    near, far = bare
    return bool((near and kind(text[at[near - 1]]) == "letter") or (far < len(at) and kind(text[at[far]]) == "letter"))


def _stands_alone(text: str, at: Sequence[int], bare: tuple[int, int], *, marked: bool) -> bool:
    """Whether no further single letter is spaced out before or after: `a s s u m e` holds no `ass`. Where signs part
    the letters, `marked`, one behind a mere space is none of them: `I f_u_c_k`."""
    near, far = bare
    before = near > 0 and kind(text[at[near - 1]]) and (near == 1 or _gap(text, at, near - 1))
    after = far < len(at) and kind(text[at[far]]) and (far + 1 == len(at) or _gap(text, at, far + 1))
    if marked:
        before = before and not _gap(text, at, near).isspace()
        after = after and not _gap(text, at, far).isspace()
    return not before and not after
