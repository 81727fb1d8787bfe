"""Everything that a text holds, once there is reason to look closely."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain
from operator import ne
from typing import Final

from policyd.text.admission import admits
from policyd.text.automaton import Ends
from policyd.text.fold import fold, origins
from policyd.text.hits import Found
from policyd.text.index import Index
from policyd.text.judging import MOST_CLOSELY, MOST_HITS, MOST_PLACES, MOST_READ, Judge, new_found, spotted, summarily
from policyd.text.readings import FILLER, Reading, with_letters, with_wechat, without_digits
from policyd.text.sound import by_sound, meant, sound
from policyd.text.splits import Parts
from policyd.text.traits import traits
from policyd.text.verify import Rule, place
from policyd.text.views import NOISE, Origin, Views, views

_BY_SOUND: Final = Rule(boundary=False, repeats=False)
_FEW: Final = 16


def locate(index: Index, of: Views, ends: Ends) -> list[Found]:
    """The hits of keys that are certain to be words, when there is no cause to look for more."""
    plain = _plainly(index, of, ends)
    if plain is not None:
        return plain
    if of.folded is not of.text or of.key is not of.bare:
        return Judge(index).hits(of, of.origin(), ends, [])
    # Only noise was taken away: how much of it lies before a place says where that place is in the text.
    passed = [] if of.bare is of.text else [at.start() - n for n, at in enumerate(NOISE.finditer(of.text))]
    found: list[Found] = []
    for looked_at, (last, number) in enumerate(ends):
        if looked_at == MOST_PLACES or len(found) >= MOST_HITS:
            return found + summarily(index, of.origin(), ends[looked_at:])
        first = last - len(index.words.keys[number])
        start, end = first + bisect_right(passed, first), last + bisect_right(passed, last - 1)
        entries = index.words.entries[number]
        spotted(found, of.text, start, end, entries, noisy=end - start > last - first)
    return found


def _plainly(index: Index, of: Views, ends: Ends) -> list[Found] | None:
    """The hits of a few words, each of which stands in the text letter by letter and is not repeated; None where one
    does not."""
    if len(ends) > _FEW:
        return None
    text, words = of.text, index.words
    same, runs = of.folded is text, of.key is not of.bare
    found: list[Found] = []
    reached: dict[int, int] = {}
    for _, number in ends:
        key = words.keys[number]
        reached[number] = start = text.find(key, reached.get(number, -1) + 1)
        end = start + len(key)
        if start < 0:
            return None
        if runs or not same:
            around = text[max(start - 1, 0) : start] + text[end : end + 1]
            if key[0] in around or key[-1] in around or (not same and fold(around) is not around):
                return None
        for known in words.entries[number]:
            found.append(new_found(Found, (start, end, "plain" if known[1] == key else "fold", *known)))
    return found


def readings_of(index: Index, text: str, ends: Ends) -> list[Reading]:
    """The readings of a text that gives cause for some, but such as can show no entry."""
    if len(ends) >= MOST_PLACES:  # who finds nearly nothing but hits need not look for further ones
        return []
    readings = with_wechat(text) if index.wechat else []
    if index.latin:
        readings += with_letters(text)
    readings += without_digits(text, index.pairs)
    return readings


def examine(index: Index, of: Views, ends: Ends, readings: Iterable[Reading]) -> list[Found]:
    """All hits, in no order, without those that an allowed phrase covers. `ends` are those of the words' automaton,
    `readings` those of a text that gives cause."""
    runs = _runs(index, of)
    found: list[Found] = []
    if ends or runs:
        origin = of.origin()
        found = Judge(index).hits(of, origin, ends, runs)
        readings = chain(_composed(index, of, origin, ends, runs), readings or _spelled(index, of.text, ends))
    if len(ends) < MOST_PLACES:
        judge = Judge(index, MOST_READ)
        for reading in readings:
            found += _read(index, of.text, reading, judge)
    if index.literal_cause and index.literal_cause.search(of.folded):
        found += _literally(index, of)
    if index.sounds:
        found += _heard(index, of.text, found)
    return _uncovered(found) if any([hit.phrase for hit in found]) else found


def _uncovered(found: list[Found]) -> list[Found]:
    """Those that no allowed phrase of their lexicon covers."""
    starts: dict[int, list[int]] = {}
    reach: dict[int, list[int]] = {}  # how far the phrases go that begin at this start or before
    for hit in sorted([hit for hit in found if hit.phrase]):
        ends = reach.setdefault(hit.lexicon, [])
        starts.setdefault(hit.lexicon, []).append(hit.start)
        ends.append(max(hit.end, ends[-1] if ends else 0))
    kept = []
    for hit in found:
        before = bisect_right(starts.get(hit.lexicon, ()), hit.start)
        if not hit.phrase and (not before or reach[hit.lexicon][before - 1] < hit.end):
            kept.append(hit)
    return kept


def _runs(index: Index, of: Views) -> Ends:
    if of.key is of.bare or index.run_cause is None or not index.run_cause.search(of.bare):
        return []
    return index.runs.find(of.bare)


def _spelled(index: Index, text: str, ends: Ends) -> Iterable[Reading]:
    """The readings of a text that gives no cause but what was found in it."""
    numbers = index.wechat_numbers
    return with_wechat(text) if numbers and any([number in numbers for _, number in ends]) else ()


def _read(index: Index, text: str, reading: Reading, judge: Judge) -> Iterator[Found]:
    """The hits of a reading that are none of the text itself, until the judge has seen enough."""
    for offset, read in reading.windows(text):
        if judge.weary:
            return
        of = views(read)
        ends, runs = index.words.find(of.key), _runs(index, of)
        if not ends and not runs:
            continue
        origin = of.origin()
        changed = list(accumulate(map(ne, read, text[offset : offset + len(read)]), initial=0))
        at, start_of = origin.at, origin.runs
        fresh = [
            (last, number)
            for last, number in ends
            if changed[at[start_of[last - len(index.words.keys[number])]]] < changed[at[start_of[last] - 1] + 1]
        ]
        for hit in judge.hits(of, origin, fresh, runs):
            start, end = offset + hit.start, _over_filler(text, read, offset, hit.end)
            written = text[start:end]
            new = read[hit.start : end - offset] != written
            if reading.technique == "styled":
                new = new and any(map(str.isalpha, written))  # `717` is no word, `7i7` is
            if new and reading.technique in index.resist[hit.lexicon]:
                yield hit._replace(start=start, end=end, view=reading.view)


def _over_filler(text: str, read: str, offset: int, end: int) -> int:
    """The end in the text of what ends in a reading of it: after the fillers that belong to the last character."""
    while end < len(read) and read[end] == FILLER and text[offset + end] != FILLER:
        end += 1
    return offset + end


def _composed(index: Index, of: Views, origin: Origin, ends: Ends, runs: Ends) -> Iterable[Reading]:
    found: list[Parts] = []
    known, at, part_numbers = index.composer.chars_of, origin.runs, index.part_numbers
    for last, number in ends:
        if number in part_numbers:
            parts = index.words.keys[number]
            first = last - len(parts)
            start, end = at[first + 1] - 1, at[last - 1] + 1
            found.append(Parts(start, end, parts))
            if (more := at[last] - at[first] - end + start) and end - start == len(parts):
                found.append(Parts(at[first], at[last], parts, 0 if more > 1 else -1 if at[first] < start else 1))
            elif more:
                found.append(Parts(at[first], at[last], parts))
    for last, number in runs:
        if (parts := index.runs.keys[number]) in known:
            found.append(Parts(last - len(parts), last, parts))
    return index.composer.readings(of.bare, origin, found) if found else ()


def _literally(index: Index, of: Views) -> Iterator[Found]:
    """Entries of noise alone: as they are written."""
    at, text = origins(of.text), of.text
    for last, number in index.literals.find(of.folded)[:MOST_HITS]:
        start, end = at[last - len(index.literals.keys[number])], at[last - 1] + 1
        for known in index.literals.entries[number]:
            if known.phrase or admits(index.resist[known.lexicon], text[start:end], known.word):
                yield Found(start, end, "plain" if text[start:end] == known.word else "fold", *known)


def _heard(index: Index, text: str, found: list[Found]) -> list[Found]:
    """The hits by sound that are not also found otherwise."""
    of = views(by_sound(text))
    ends = index.sounds.find(of.key)
    if not ends:
        return []
    heard = []
    seen = {(hit.start, hit.end, hit.word) for hit in found}
    origin = of.origin()
    for last, number in ends[:MOST_CLOSELY]:
        for known in index.sounds.entries[number]:
            where = place(of.text, origin, last - len(index.sounds.keys[number]), traits(sound(known.word)), _BY_SOUND)
            if where is None:
                continue
            end = _over_filler(text, of.text, 0, where.end)
            if (where.start, end, known.word) not in seen and meant(text[where.start : end], known.word):
                heard.append(Found(where.start, end, "sound", *known))
    return heard
