"""All entries of all lexicons, by the keys under which the automata find them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from policyd.text.automaton import finder
from policyd.text.fold import NUMERALS, fold
from policyd.text.lexicon import DEFAULT_RESIST, Entry, Lexicon
from policyd.text.readings import WECHAT_KEYS
from policyd.text.sound import sound
from policyd.text.splits import Composer
from policyd.text.traits import Kind, Traits, kind, traits
from policyd.text.verify import Rule
from policyd.text.views import collapse, strip

_PHRASE: Final = Rule(boundary=False, phrase=True)
# Han without runs, not all numerals: wherever its key stands, the word stands.
_SURE: Final = re.compile(rf"(?![{NUMERALS}]+\Z)(?!.*(.)\1)[\u3400-\u9fff]+")
_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
_DOUBLED: Final = re.compile(r"(.)\1", re.DOTALL)
_AT_ONCE: Final = 1_000
UNSURE: Final = -1
PARTS: Final = -2


class Known(NamedTuple):
    """An entry: the number of its lexicon, the word as written, whether it is an allowed phrase."""

    lexicon: int
    word: str
    phrase: bool


class Outer(NamedTuple):
    """What the neighbours of an entry must not be: of the same kind as its first and last character."""

    left: Kind
    right: Kind


class Table:
    """Keys with the entries that each finds; `find` finds them in a text."""

    def __init__(self, entries: dict[str, list[Known]]) -> None:
        self.keys = [*entries, "\n"]  # an empty automaton cannot be searched
        self.entries: list[tuple[Known, ...]] = [*map(tuple, entries.values()), ()]
        self.find = finder(self.keys)

    def __bool__(self) -> bool:
        return len(self.keys) > 1


class Index:
    """Made once for a set of lexicons; only its cache of traits grows.

    `words` finds entries, parts of characters and spellings of 微信 in the key of a text, `runs` entries and parts that
    a key would not show (女女, 木木) in its bare form, `literals` entries of noise in its folded form, `sounds` entries
    in the key of its reading by sound. `sure[n]` has a bit for each lexicon that certainly has a hit where key n of
    `words` is found, or is `UNSURE`, or `PARTS` for parts that are nothing else; `outer[n]` is what must not stand
    beside it, where all its entries agree. `pairs` of characters stand together in keys of `words`, be it only in such
    as are no Latin words."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self.resist = [lexicon.resist for lexicon in lexicons]
        self.rules = [Rule(lexicon.boundary, "repeats" in lexicon.resist) for lexicon in lexicons]
        self._traits: dict[str, Traits] = {}
        words: dict[str, list[Known]] = {}
        runs: dict[str, list[Known]] = {}
        literals: dict[str, list[Known]] = {}
        sounds: dict[str, list[Known]] = {}
        for number, lexicon in enumerate(lexicons):
            for written, phrase in ((lexicon.entries, False), (lexicon.excepts, True)):
                self._add((words, runs, literals, sounds), number, written, phrase)
        self.latin = any(key.isascii() and key.isalpha() for key in words)
        self._add_parts(words, runs)
        self.words, self.runs, self.literals, self.sounds = map(Table, (words, runs, literals, sounds))
        self.run_cause = _class({run[1] for key in runs for run in _DOUBLED.finditer(key)}, r"([{}])\1")
        self.literal_cause = _class({char for key in literals for char in key}, "[{}]")

    def _add(
        self, tables: tuple[dict[str, list[Known]], ...], lexicon: int, entries: Iterable[Entry], phrase: bool
    ) -> None:
        words, runs, literals, sounds = tables
        written = list(dict.fromkeys(entry.word for entry in entries))
        for word, folded in zip(written, _folded(written), strict=True):
            bare = strip(folded)
            key = collapse(bare)
            if key == word:
                key = word  # one string, not two: memory, and the time of comparing
            known = Known(lexicon, word, phrase)
            if len(key) > 1 or (key and key == bare):
                words.setdefault(key, []).append(known)
            elif key:
                runs.setdefault(bare, []).append(known)
            elif folded and not folded.isspace():
                literals.setdefault(folded, []).append(known)
            else:
                continue
            if "sound" in self.resist[lexicon] and (read := sound(word)):
                sounds.setdefault(collapse(read), []).append(known)

    def _add_parts(self, words: dict[str, list[Known]], runs: dict[str, list[Known]]) -> None:
        splitting = {number for number, resist in enumerate(self.resist) if "split" in resist}
        everywhere = len(splitting) == len(self.resist)
        self.composer = Composer(
            key for key, entries in words.items() if everywhere or any(known.lexicon in splitting for known in entries)
        )
        self.pairs = (self.composer if everywhere else Composer(words)).pairs
        self.wechat = frozenset(WECHAT_KEYS) if any("微信" in key for key in words) else frozenset()
        parts = self.composer.chars_of
        self.sure = [
            UNSURE if key in parts or key in self.wechat else self._surely(key, entries)
            for key, entries in words.items()
        ]
        self.outer = {
            number: outer
            for number, entries in enumerate(words.values())
            if self.sure[number] < 0 and (outer := self._outer(entries))
        }
        for key in (*parts, *sorted(self.wechat)):
            if collapse(key) != key:
                runs.setdefault(key, [])
            elif key not in words:
                words[key] = []
                alone = key in self.wechat or self.composer.stands_alone(key)
                self.sure.append(UNSURE if alone else PARTS)
        self.part_numbers = frozenset(number for number, key in enumerate(words) if key in parts)
        self.wechat_numbers = frozenset(number for number, key in enumerate(words) if key in self.wechat)

    def _surely(self, key: str, entries: list[Known]) -> int:
        if not _SURE.fullmatch(key):
            return UNSURE
        bits = 0
        for lexicon, word, phrase in entries:
            if phrase or not self.resist[lexicon] >= DEFAULT_RESIST:
                return UNSURE
            if word != key and (len(word) != len(key) or not _HAN.fullmatch(word)):
                return UNSURE
            bits |= 1 << lexicon
        return bits

    def _outer(self, known: list[Known]) -> Outer | None:
        """What must not stand beside any of these entries, which have one key."""
        if not known or any(of.phrase or not self.rules[of.lexicon].boundary for of in known):
            return None
        left, right = ({kind(of.word[edge]) for of in known} for edge in (0, -1))
        outer = Outer(left.pop() if len(left) == 1 else "", right.pop() if len(right) == 1 else "")
        return outer if any(outer) else None

    def traits_of(self, word: str) -> Traits:
        """The traits of an entry, worked out when it is first found."""
        known = self._traits.get(word)
        if known is None:
            known = self._traits[word] = traits(word)
        return known

    def rule_of(self, known: Known) -> Rule:
        """What is asked of a hit of this entry."""
        return _PHRASE if known.phrase else self.rules[known.lexicon]


def _folded(words: list[str]) -> Iterator[str]:
    """The words folded. Many at once is several times faster than one by one; all at once would hold up the other
    threads."""
    for first in range(0, len(words), _AT_ONCE):
        some = words[first : first + _AT_ONCE]
        yield from fold("\n".join([word.replace("\n", " ") for word in some])).split("\n")


def _class(chars: set[str], pattern: str) -> re.Pattern[str] | None:
    """The pattern with these characters as its class; None where there are none."""
    return re.compile(pattern.format(re.escape("".join(sorted(chars))))) if chars else None
