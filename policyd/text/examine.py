"""Everything that a text holds, once there is reason to look closely."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple

from policyd.text.admission import admits
from policyd.text.automaton import character_ends
from policyd.text.fold import fold, origins
from policyd.text.hits import Found
from policyd.text.index import Index
from policyd.text.readings import CAUSE, FILLER, Reading, with_letters, with_wechat, without_digits
from policyd.text.sound import by_sound, meant, sound
from policyd.text.traits import traits
from policyd.text.verify import Place, Rule, place
from policyd.text.views import NOISE, Origin, collapse, strip

_BY_SOUND: Final = Rule(boundary=False, repeats=False)


class Views(NamedTuple):
    """A text and its views, each the same object as the one before where nothing changed."""

    text: str
    folded: str
    bare: str
    key: str

    def origin(self) -> Origin:
        """Where the characters of the key come from."""
        return Origin(*self)


def views(text: str) -> Views:
    """The views of a text."""
    folded = fold(text)
    bare = strip(folded)
    return Views(text, folded, bare, collapse(bare))


def locate(index: Index, of: Views, ends: list[tuple[int, int]]) -> list[Found]:
    """The hits of keys that are certain to be words, when there is no cause to look for more."""
    if of.folded is not of.text or of.key is not of.bare:
        return list(_judged(index, of, of.origin(), character_ends(of.key, ends), []))
    # Only noise was taken away: how much of it lies before a place says where that place is in the text.
    passed = [] if of.bare is of.text else [at.start() - n for n, at in enumerate(NOISE.finditer(of.text))]
    found = []
    for last, number in character_ends(of.key, ends):
        key = index.words.keys[number]
        first = last - len(key)
        start, end = first + bisect_right(passed, first), last + bisect_right(passed, last - 1)
        for entry in index.words.entries[number]:
            known = index.entries[entry]
            view = "noise" if end - start > len(key) else "plain" if known.word == key else "fold"
            found.append(Found(start, end, view, *known))
    return found


def examine(index: Index, of: Views, ends: list[tuple[int, int]]) -> list[Found]:
    """All hits, in no order, without those that an allowed phrase covers. `ends` are those of the words' automaton."""
    origin = of.origin()
    ends = character_ends(of.key, ends)
    runs = _runs(index, of)
    found = list(_judged(index, of, origin, ends, runs))
    for reading in _readings(index, of, origin, ends, runs):
        found += _read(index, of.text, reading)
    if index.literal_cause and index.literal_cause.search(of.folded):
        found += _literally(index, of)
    if index.sounds:
        found += _heard(index, of.text, {(hit.start, hit.end, hit.word) for hit in found})
    return _uncovered(found) if any(hit.phrase for hit in found) else found


def _uncovered(found: list[Found]) -> list[Found]:
    """Those that no allowed phrase of their lexicon covers."""
    starts: dict[int, list[int]] = {}
    reach: dict[int, list[int]] = {}  # how far the phrases go that begin at this start or before
    for hit in sorted(hit for hit in found if hit.phrase):
        ends = reach.setdefault(hit.lexicon, [])
        starts.setdefault(hit.lexicon, []).append(hit.start)
        ends.append(max(hit.end, ends[-1] if ends else 0))
    kept = []
    for hit in found:
        before = bisect_right(starts.get(hit.lexicon, ()), hit.start)
        if not hit.phrase and (not before or reach[hit.lexicon][before - 1] < hit.end):
            kept.append(hit)
    return kept


def _runs(index: Index, of: Views) -> list[tuple[int, int]]:
    if of.key is of.bare or index.run_cause is None or not index.run_cause.search(of.bare):
        return []
    return index.runs.find(of.bare)


def _judged(
    index: Index, of: Views, origin: Origin, ends: list[tuple[int, int]], runs: list[tuple[int, int]]
) -> Iterator[Found]:
    """The hits among what was found in the key and, for runs, in the bare text."""
    text, at, words = of.text, origin.at, index.words
    candidates: list[tuple[int, list[int]]] = []
    for last, number in ends:
        first = last - len(words.keys[number])
        if index.sure[number] >= 0 and of.key is of.bare:
            start, end = at[first], at[last - 1] + 1
            if text[start:end] == words.keys[number]:
                for entry in words.entries[number]:
                    known = index.entries[entry]
                    yield Found(start, end, "plain" if known.word == words.keys[number] else "fold", *known)
                continue
        candidates.append((first, words.entries[number]))
    if runs:
        within = {(bisect_left(origin.runs, last) - 1, number) for last, number in runs}
        candidates += [(first, index.runs.entries[number]) for first, number in within]
    for first, entries in candidates:
        for entry in entries:
            known = index.entries[entry]
            where = place(text, origin, first, index.traits_of(entry), index.rule_of(known))
            if where is not None and (known.phrase or _admits(index, text, where, known.lexicon, known.word)):
                yield Found(*where, *known)


def _admits(index: Index, text: str, where: Place, lexicon: int, word: str) -> bool:
    return admits(index.resist[lexicon], text[where.start : where.end], word)


def _readings(
    index: Index, of: Views, origin: Origin, ends: list[tuple[int, int]], runs: list[tuple[int, int]]
) -> Iterator[Reading]:
    readings = [_composed(index, of, origin, ends, runs)]
    causes = of.folded is not of.text and CAUSE.search(of.text) is not None
    if index.wechat and (causes or any(index.words.keys[number] in index.wechat for _, number in ends)):
        readings.append(with_wechat(of.text))
    if causes:
        if index.latin:
            readings.append(with_letters(of.text))
        readings.append(without_digits(of.text))
    return chain(*readings)


def _read(index: Index, text: str, reading: Reading) -> Iterator[Found]:
    """The hits of a reading that are none of the text itself."""
    for offset, read in reading.windows(text):
        of = views(read)
        ends, runs = index.words.find(of.key), _runs(index, of)
        if not ends and not runs:
            continue
        for hit in _judged(index, of, of.origin(), ends, runs):
            start, end = offset + hit.start, _over_filler(text, read, offset, hit.end)
            new = read[hit.start : end - offset] != text[start:end]
            if new and reading.technique in index.resist[hit.lexicon]:
                yield hit._replace(start=start, end=end, view=reading.view)


def _over_filler(text: str, read: str, offset: int, end: int) -> int:
    """The end in the text of what ends in a reading of it: after the fillers that belong to the last character."""
    while end < len(read) and read[end] == FILLER and text[offset + end] != FILLER:
        end += 1
    return offset + end


def _composed(
    index: Index, of: Views, origin: Origin, ends: list[tuple[int, int]], runs: list[tuple[int, int]]
) -> Iterator[Reading]:
    found: list[tuple[int, int, str]] = []
    known, at = index.composer.chars_of, origin.runs
    for last, number in ends:
        if (parts := index.words.keys[number]) in known:
            first = last - len(parts)
            found.append((at[first], at[last], parts))
            found.append((at[first + 1] - 1, at[last - 1] + 1, parts))
    for last, number in runs:
        if (parts := index.runs.keys[number]) in known:
            found.append((last - len(parts), last, parts))
    return index.composer.readings(of.bare, origin, found) if found else iter(())


def _literally(index: Index, of: Views) -> Iterator[Found]:
    """Entries of noise alone: as they are written."""
    at = origins(of.text)
    for last, number in index.literals.find(of.folded):
        start, end = at[last - len(index.literals.keys[number])], at[last - 1] + 1
        for entry in index.literals.entries[number]:
            known = index.entries[entry]
            where = Place(start, end, "plain" if of.text[start:end] == known.word else "fold")
            if known.phrase or _admits(index, of.text, where, known.lexicon, known.word):
                yield Found(*where, *known)


def _heard(index: Index, text: str, seen: set[tuple[int, int, str]]) -> Iterator[Found]:
    """The hits by sound that are not also found otherwise."""
    of = views(by_sound(text))
    ends = index.sounds.find(of.key)
    if not ends:
        return
    origin = of.origin()
    for last, number in ends:
        for entry in index.sounds.entries[number]:
            known = index.entries[entry]
            where = place(
                of.text, origin, last - len(index.sounds.keys[number]), traits(sound(known.word)), _BY_SOUND
            )
            if where is None:
                continue
            end = _over_filler(text, of.text, 0, where.end)
            if (where.start, end, known.word) not in seen and meant(text[where.start : end], known.word):
                yield Found(where.start, end, "sound", *known)
