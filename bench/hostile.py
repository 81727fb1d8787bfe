"""What very long texts cost that are made to cost much: `.venv/bin/python -m bench.hostile` prints the worst.

Every text has 64 KiB of UTF-8, the most that an event may have. Measured is the CPU time of the thread, since a
crowded machine would tell more of itself than of policyd; the best of three, objects frozen as the service has them.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final, NamedTuple

from bench import recall
from bench.data import lexicon, present, words
from policyd.text.contacts import contacts, domains, emoji, fingerprint, links
from policyd.text.mask import mask
from policyd.text.matcher import Matcher
from policyd.text.splits import parts_table

SIZE: Final = 64 * 1024
_SEPARATORS: Final = " .,-_*~·、。，!|/#@+=^&…"
_REPEATED: Final = (
    "网赌", "网 赌", "網賭", "网\u200b赌\u200d", "网👨\u200d👩\u200d👧赌", "网①赌", "网赌赌", "反网赌", "弓虽女干",
    "木木女女", "加薇❤", "微信", "微信abcde1 ", "a", "1", "木", "@", "微",
    ".", " ", "\u200b", "\u0301", "😀", "👨\u200d👩\u200d👧",
    "🇨🇳", "1️⃣", "aabb", "a ", "a.", "a-.", "@a", "a.b@", "ab1@x.com ", "@abcde1 ", "a.com/", "x1.co.uk ", "https://",
    "www.", "[a", "fuck ", "f*ck ", "f u c k ", "wh0re ", "w0 ", "1,000",
    "1-", "2026-01-01 ", "１", "①", "㎏", "ﷺ", "㌖",
    "ᄒ", "한", "각", "pinyin ", "白人ban", "\ud800", "\U0010ffff",
)  # fmt: skip


class Cost(NamedTuple):
    """Milliseconds of CPU time that one call took on a text of this kind."""

    milliseconds: float
    call: str
    kind: str


def texts(seed: int = 1) -> Iterator[tuple[str, str]]:
    """Kinds of texts, each with one of 64 KiB."""
    rng = Random(seed)
    entries = words(recall.HOUBB)
    short = [word for word in entries if len(word) == 2]
    parts = [part for ways in parts_table().values() for part in ways]
    chars = "".join(short)
    made: dict[str, Callable[[], str]] = {
        "all hits": lambda: rng.choice(short),
        "all entries": lambda: rng.choice(entries),
        "characters of entries": lambda: rng.choice(chars),
        "characters of entries and noise": lambda: rng.choice(chars) + rng.choice(_SEPARATORS),
        "characters of entries, letters, digits": lambda: rng.choice(chars) + rng.choice("abcx1"),
        "hits and noise inside": lambda: "·".join(rng.choice(short)),
        "hits, repeated": lambda: "".join(char * rng.randint(1, 4) for char in rng.choice(short)),
        "separators": lambda: rng.choice(_SEPARATORS),
        "parts of characters": lambda: rng.choice(parts),
        "digits": lambda: rng.choice("0123456789"),
        "digits and noise": lambda: rng.choice("0123456789") + rng.choice(_SEPARATORS),
        "letters, digits, signs": lambda: rng.choice("abcxyz0123$@!*"),
        "combining marks": lambda: chr(rng.randrange(0x300, 0x370)),
        "zero width": lambda: rng.choice("\u200b\u200c\u200d\u2060"),
        "domains": lambda: f"http://x{rng.randrange(10**6)}.com ",
        "emoji": lambda: chr(rng.randrange(0x1F300, 0x1FAFF)),
        "styled letters": lambda: rng.choice("ⓕⓤⓒⓚ𝐟𝐮𝐜𝐤🅵"),
        "any of the basic plane": lambda: chr(rng.randrange(0x20, 0x10000)),
        "any code points": lambda: chr(rng.randrange(0x20, 0x110000)),
    }
    for kind, make in made.items():
        yield kind, _filled(make)
    for piece in _REPEATED:
        yield f"{piece!a}, repeated", _filled(lambda piece=piece: piece)  # type: ignore[misc]


def _filled(make: Callable[[], str]) -> str:
    pieces: list[str] = []
    left = SIZE
    while left > 0:
        pieces.append(make())
        left -= len(pieces[-1].encode("utf-8", "surrogatepass"))
    return "".join(pieces[:-1])


def _milliseconds(what: Callable[[], Any]) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.thread_time()
        what()
        best = min(best, time.thread_time() - start)
    return best * 1_000


def costs(matcher: Matcher) -> list[Cost]:
    """What each call takes on each text, the most first."""
    found = []
    for kind, text in texts():
        hits = matcher.search(text)
        spans = hits.spans()
        calls: dict[str, Callable[[], Any]] = {
            "search": lambda text=text: matcher.search(text),  # type: ignore[misc]
            "search, matches": lambda text=text: matcher.search(text).matches(),  # type: ignore[misc]
            "search, spans": lambda text=text: matcher.search(text).spans(),  # type: ignore[misc]
            "mask": lambda text=text, spans=spans: mask(text, spans),  # type: ignore[misc]
        }
        calls |= {
            name: lambda text=text, what=what: what(text)  # type: ignore[misc]
            for name, what in {
                "contacts": contacts, "links": links, "domains": domains, "emoji": emoji, "fingerprint": fingerprint,
            }.items()
        }  # fmt: skip
        found += [Cost(_milliseconds(what), name, kind) for name, what in calls.items()]
    return sorted(found, reverse=True)


def worst() -> dict[str, Cost]:
    """The most that each call took, with 65,141 entries."""
    matcher = Matcher.build([lexicon(words(recall.HOUBB))])
    gc.collect()
    gc.freeze()
    try:
        measured = costs(matcher)
    finally:
        gc.unfreeze()
    most: dict[str, Cost] = {}
    for cost in measured:
        most.setdefault(cost.call, cost)
    return most


def report() -> None:
    """Prints the worst of each call."""
    print("\n| hostile text of 64 KiB, 65,141 entries | worst, ms of CPU | text |")
    print("| --- | --- | --- |")
    for cost in worst().values():
        print(f"| {cost.call} | {cost.milliseconds:.1f} | {cost.kind} |")


def main() -> int:
    """Prints everything."""
    if not present():
        print("the data of bench/data.py are not beside the repository", file=sys.stderr)
        return 2
    report()
    return 0


if __name__ == "__main__":
    sys.exit(main())
