"""Finding the words of all lexicons in a text, with one automaton."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import ahocorasick

from policyd.text.admission import admits
from policyd.text.fold import fold, origins
from policyd.text.hits import NOTHING, Found, Hits
from policyd.text.lexicon import Entry, Lexicon
from policyd.text.readings import CAUSE, FILLER, Reading, with_letters, with_wechat, without_digits
from policyd.text.sound import by_sound, meant, sound
from policyd.text.splits import Composer
from policyd.text.traits import Traits, readable, traits
from policyd.text.verify import Place, Rule, place
from policyd.text.views import Origin, collapse, strip

_PHRASE = Rule(boundary=False, phrase=True)
_BY_SOUND = Rule(boundary=False, repeats=False)


class Known(NamedTuple):
    """An entry: the number of its lexicon, the word as written, whether it is an allowed phrase."""

    lexicon: int
    word: str
    phrase: bool


def fed(key: str) -> str:
    """A key as the automaton takes it: the bytes of UTF-8 as characters. pyahocorasick looks through the children of
    a node one by one, and a node of Chinese characters has thousands, one of bytes has 64."""
    return key.encode("utf-8", "surrogatepass").decode("latin-1")


def automaton(keys: Iterable[str]) -> Any:
    """Finds (end in bytes, number of the key)."""
    made = ahocorasick.Automaton(ahocorasick.STORE_INTS)
    for number, key in enumerate(chain(keys, ["\n"])):  # never empty: an empty one cannot be searched
        made.add_word(fed(key), number)
    made.make_automaton()
    return made


class Matcher:
    """Immutable after `build`, and safe to search from several threads."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self.names: tuple[str, ...] = tuple(lexicon.name for lexicon in lexicons)
        self._resist = [lexicon.resist for lexicon in lexicons]
        self._rules = [Rule(lexicon.boundary, "repeats" in lexicon.resist) for lexicon in lexicons]
        self._entries: list[Known] = []
        self._traits: dict[int, Traits] = {}
        keys: dict[str, list[int]] = {}
        literal: dict[str, list[int]] = {}
        for number, lexicon in enumerate(lexicons):
            self._add(keys, literal, number, lexicon.entries, False)
            self._add(keys, literal, number, lexicon.excepts, True)
        self._composer = Composer(
            key
            for key, entries in keys.items()
            if any("split" in self._resist[self._entries[entry].lexicon] for entry in entries)
        )
        self._latin = any(key.isascii() and not key.isdigit() for key in keys)
        self._wechat = any("微信" in key for key in keys)
        for parts in self._composer.plain():
            keys.setdefault(parts, [])
        self._keys = list(keys)
        self._by_key = [*keys.values(), []]
        self._automaton = automaton(self._keys)
        self._doubled_parts = self._composer.doubled()
        self._doubled = automaton(self._doubled_parts)
        self._literals = list(literal.items())
        self._literal = automaton(literal)
        heard: dict[str, list[int]] = {}
        for number, known in enumerate(self._entries):
            if "sound" in self._resist[known.lexicon]:
                heard.setdefault(sound(known.word), []).append(number)
        heard.pop("", None)
        self._sounds = list(heard.items())
        self._sound = automaton(map(collapse, heard))

    @classmethod
    def build(cls, lexicons: Sequence[Lexicon]) -> Matcher:
        """A matcher for all entries of these lexicons. Entries that fold to nothing are left out."""
        return cls(lexicons)

    def _add(
        self,
        keys: dict[str, list[int]],
        literal: dict[str, list[int]],
        lexicon: int,
        entries: Iterable[Entry],
        phrase: bool,
    ) -> None:
        seen: set[str] = set()
        for entry in entries:
            folded = fold(entry.word)
            bare = strip(folded)
            if entry.word in seen or not folded.strip():
                continue
            seen.add(entry.word)
            if readable(bare):
                keys.setdefault(collapse(bare), []).append(len(self._entries))
            else:
                literal.setdefault(folded, []).append(len(self._entries))
            self._entries.append(Known(lexicon, entry.word, phrase))

    def search(self, text: str) -> Hits:
        """All words that stand in the text. Never raises, whatever the text."""
        folded = fold(text)
        bare = strip(folded)
        key = collapse(bare)
        ends = list(self._automaton.iter(fed(key)))
        if not (ends or self._wechat or self._sounds) and bare is text and key is text:
            return NOTHING
        return self._examine(text, folded, bare, key, ends)

    def _examine(self, text: str, folded: str, bare: str, key: str, ends: list[tuple[int, int]]) -> Hits:
        found: list[Found] = []
        readings: Iterator[Reading]
        if ends or key is not bare:
            origin = Origin(text)
            found += self._judged(text, origin, key, ends)
            readings = chain(self._composed(bare, key, text, origin, ends), self._other(text))
        else:
            readings = self._other(text)
        for reading in readings:
            found += self._read(text, reading)
        if self._literals and bare is not folded:
            found += self._literally(text, folded)
        if self._sounds:
            found += self._heard(text, {(hit.start, hit.end, hit.word) for hit in found})
        if not found:
            return NOTHING
        phrases = [hit for hit in found if hit.phrase]
        hits = [hit for hit in found if not hit.phrase and not any(_covers(phrase, hit) for phrase in phrases)]
        return Hits(text, self.names, hits) if hits else NOTHING

    def _judged(self, text: str, origin: Origin, key: str, ends: list[tuple[int, int]]) -> Iterator[Found]:
        data = key.encode("utf-8", "surrogatepass")
        for end, number in ends:
            entries = self._by_key[number]
            if not entries:
                continue
            first = len(data[: end + 1].decode("utf-8", "surrogatepass")) - len(self._keys[number])
            for entry in entries:
                known = self._entries[entry]
                rule = _PHRASE if known.phrase else self._rules[known.lexicon]
                where = place(text, origin, first, self._traits_of(entry), rule)
                if where is not None and self._admitted(text, where, known):
                    yield Found(*where, *known)

    def _traits_of(self, entry: int) -> Traits:
        known = self._traits.get(entry)
        if known is None:
            known = self._traits[entry] = traits(self._entries[entry].word)
        return known

    def _admitted(self, text: str, where: Place, known: Known) -> bool:
        return known.phrase or admits(self._resist[known.lexicon], text[where.start : where.end], known.word)

    def _read(self, text: str, reading: Reading) -> Iterator[Found]:
        """The hits of a reading that are none of the text itself."""
        read = reading.text
        key = collapse(strip(fold(read)))
        for hit in self._judged(read, Origin(read), key, list(self._automaton.iter(fed(key)))):
            end = hit.end
            while end < len(read) and read[end] == FILLER and text[end] != FILLER:
                end += 1
            if read[hit.start : end] != text[hit.start : end] and reading.technique in self._resist[hit.lexicon]:
                yield hit._replace(end=end, view=reading.view)

    def _heard(self, text: str, seen: set[tuple[int, int, str]]) -> Iterator[Found]:
        """The hits by sound that are not also found otherwise."""
        read = by_sound(text)
        origin = Origin(read)
        key = collapse(strip(fold(read)))
        data = key.encode("utf-8", "surrogatepass")
        for end, number in self._sound.iter(fed(key)):
            entries = self._sounds[number][1]
            heard = traits(self._sounds[number][0])
            first = len(data[: end + 1].decode("utf-8", "surrogatepass")) - heard.size
            where = place(read, origin, first, heard, _BY_SOUND)
            if where is None:
                continue
            stop = where.end
            while stop < len(read) and read[stop] == FILLER and text[stop] != FILLER:
                stop += 1
            for entry in entries:
                known = self._entries[entry]
                if (where.start, stop, known.word) not in seen and meant(text[where.start : stop], known.word):
                    yield Found(where.start, stop, "sound", *known)

    def _other(self, text: str) -> Iterator[Reading]:
        if CAUSE.search(text):
            if self._latin:
                yield from with_letters(text)
            yield from without_digits(text)
        if self._wechat:
            yield from with_wechat(text)

    def _composed(
        self, bare: str, key: str, text: str, origin: Origin, ends: list[tuple[int, int]]
    ) -> Iterator[Reading]:
        found: list[tuple[int, int, str]] = []
        data = key.encode("utf-8", "surrogatepass")
        for end, number in ends:
            parts = self._keys[number]
            if parts in self._composer.chars_of:
                last = len(data[: end + 1].decode("utf-8", "surrogatepass"))
                found.append((origin.runs[last - len(parts)], origin.runs[last], parts))
                found.append((origin.runs[last - len(parts) + 1] - 1, origin.runs[last - 1] + 1, parts))
        if key is not bare and self._doubled_parts:
            data = bare.encode("utf-8", "surrogatepass")
            for end, number in self._doubled.iter(fed(bare)):
                parts = self._doubled_parts[number]
                last = len(data[: end + 1].decode("utf-8", "surrogatepass"))
                found.append((last - len(parts), last, parts))
        return self._composer.readings(text, bare, origin, found) if found else iter(())

    def _literally(self, text: str, folded: str) -> Iterator[Found]:
        at = origins(text)
        data = folded.encode("utf-8", "surrogatepass")
        for end, number in self._literal.iter(fed(folded)):
            word, entries = self._literals[number]
            last = len(data[: end + 1].decode("utf-8", "surrogatepass"))
            start, stop = at[last - len(word)], at[last - 1] + 1
            for entry in entries:
                known = self._entries[entry]
                where = Place(start, stop, "plain" if text[start:stop] == known.word else "fold")
                if self._admitted(text, where, known):
                    yield Found(*where, *known)


def _covers(phrase: Found, hit: Found) -> bool:
    return phrase.lexicon == hit.lexicon and phrase.start <= hit.start and hit.end <= phrase.end
