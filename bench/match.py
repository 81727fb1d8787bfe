"""How well and how fast words are found: `.venv/bin/python -m bench.match` prints the tables of the README.

Data: `bench/data.py`. Speed is the median over real messages of the best of several runs each, beside the same messages
through pyahocorasick (by code points and by bytes), ahocorasick_rs and `re` in the same process: those find entries as
they are written and nothing else.
"""

from __future__ import annotations

import gc
import re
import resource
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, Final, NamedTuple

import ahocorasick
import ahocorasick_rs
from pytest_benchmark.fixture import BenchmarkFixture

from bench import evasion_cases, hostile, recall
from bench.data import lexicon, messages, present, words
from policyd.text.matcher import Matcher

_RUNS: Final = 5
_MESSAGES: Final = 2_000
_MESSAGES_FOR_RE: Final = 20  # `re` takes tens of milliseconds for each


class Speed(NamedTuple):
    """Microseconds for a message, the median, of clean messages and of those with a hit."""

    clean: float
    hit: float


def _medians(searches: dict[str, Callable[[str], Any]], texts: Iterable[str]) -> dict[str, float]:
    """Message by message, so that whatever else the machine does meets all searches alike."""
    best: dict[str, list[int]] = {name: [] for name in searches}
    for text in texts:
        for name, what in searches.items():
            runs = []
            for _ in range(_RUNS):
                start = time.perf_counter_ns()
                what(text)
                runs.append(time.perf_counter_ns() - start)
            best[name].append(min(runs))
    return {name: statistics.median(runs) / 1_000 for name, runs in best.items()}


def _raw(entries: tuple[str, ...], read: Callable[[str], str]) -> Callable[[str], Any]:
    automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
    for number, entry in enumerate(entries):
        automaton.add_word(read(entry), number)
    automaton.make_automaton()
    return lambda text: list(automaton.iter(read(text)))


def _utf_8(text: str) -> str:
    """Its bytes as characters."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def speeds() -> dict[str, Speed]:
    """Microseconds a message with 65,141 entries, by the library that searches."""
    entries = words(recall.HOUBB)
    matcher = Matcher.build([lexicon(entries)])
    real = [text for label in (0, 1) for text in messages("cold.dev.jsonl", label)]
    clean = [text for text in real if not matcher.search(text)][:_MESSAGES]
    hit = [text for text in real if matcher.search(text)][:_MESSAGES]
    rust = ahocorasick_rs.AhoCorasick(list(entries))
    pattern = re.compile("|".join(map(re.escape, entries)))
    searches: dict[str, Callable[[str], Any]] = {
        "pyahocorasick, bytes": _raw(entries, _utf_8),
        "policyd, all default views": matcher.search,
        "policyd, and where the words stand": lambda text: matcher.search(text).matches(),
        "pyahocorasick, code points": _raw(entries, str),
        "ahocorasick_rs": lambda text: rust.find_matches_as_indexes(text, overlapping=True),
    }
    gc.disable()
    try:
        fast = _medians(searches, clean), _medians(searches, hit)
        slow = (_medians({"re": pattern.findall}, texts[:_MESSAGES_FOR_RE]) for texts in (clean, hit))
        of_clean, of_hit = (one | other for one, other in zip(fast, slow, strict=True))
    finally:
        gc.enable()
    return {name: Speed(of_clean[name], of_hit[name]) for name in of_clean}


def many_entries(count: int = 100_000) -> tuple[str, ...]:
    """So many different entries: the real lists, and pairs of their words."""
    known = dict.fromkeys([*words(recall.HOUBB), *words("lexicons/ALL_konsheng_no_urls.txt")])
    both = list(known)
    for one, other in pairwise(both):
        if len(known) >= count:
            break
        known[one[:3] + other[:3]] = None
    return tuple(known)[:count]


def building() -> tuple[float, float]:
    """Seconds and megabytes that 100,000 entries take. Run first: memory is counted at its highest."""
    entries = lexicon(many_entries())
    Matcher.build([lexicon(("一次",))])  # the tables are read before the clock runs
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    matcher = Matcher.build([entries])
    seconds = time.perf_counter() - start
    assert matcher.names
    return seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_024


def swapping() -> tuple[float, float]:
    """Milliseconds that an evaluation in another thread waits at most while a list of 100,000 entries is built, and
    while one is built again that has not changed."""
    entries = lexicon(many_entries())
    in_use = Matcher.build([lexicon(("网赌",))])
    waits: list[float] = []
    built: list[Matcher] = []
    for _ in range(2):
        worst = 0.0
        builder = threading.Thread(target=lambda: built.append(Matcher.build([entries])))
        builder.start()
        while builder.is_alive():
            start = time.perf_counter()
            in_use.search("今天来玩网赌吧")
            time.sleep(0.000_5)
            worst = max(worst, time.perf_counter() - start)
        waits.append(worst * 1_000)
    return waits[0], waits[1]


def _print_quality() -> None:
    print("\n| disguise, at random | words | found | place exact | nothing else masked |")
    print("| --- | --- | --- | --- | --- |")
    for technique, found in recall.disguises().items():
        shares = " | ".join(f"{share.value:.4f}" for share in found)
        print(f"| {technique} | {found.found.whole} | {shares} |")
    default = recall.toxic_words()
    sound = recall.toxic_words(recall.WITH_SOUND, shortest=3)
    print("\n| technique of ToxiBenchCN | words | found | `resist sound`, words of 3 or more |")
    print("| --- | --- | --- | --- |")
    for technique, share in default.items():
        print(f"| {technique} | {share.whole} | {share.value:.4f} | {sound[technique].value:.4f} |")
    heard = recall.sound_false_hits()
    advertised, ordinary = (recall.with_contacts(messages("spam_zh_telegram.dev.jsonl", label)) for label in (1, 0))
    print("\n| innocent text | texts | hit |\n| --- | --- | --- |")
    for corpus in ("cold", "spam_zh_telegram", "spam_zh_sms10k", "spam_en_uci_sms"):
        seen = recall.disguise_false_hits(f"{corpus}.dev.jsonl")
        print(f"| {corpus}, by noise, repeats or split alone, 65,141 entries | {seen.whole} | {seen.value:.4f} |")
    print(f"| safe COLD messages, by sound alone | {heard.whole} | {heard.value:.4f} |")
    print(f"| English words, by another entry of 1,598 | 370,103 | {len(recall.english_false_hits())} |")
    print(f"| ordinary words, by shipped lists | 727 | {len(recall.shipped_false_hits())} |")
    print("\n| contacts | texts | found |\n| --- | --- | --- |")
    print(f"| advertisements | {advertised.whole} | {advertised.value:.4f} |")
    print(f"| ordinary chat | {ordinary.whole} | {ordinary.value:.4f} |")


def _print_cases() -> None:
    print("\nevasion cases decided otherwise, and why:")
    for row, found in evasion_cases.failures():
        reason = evasion_cases.OTHERWISE.get(row["id"], "NOT ON PURPOSE")
        print(f"  {row['id']} {row['kind']} {row['technique']}: found {found}; {reason}")


def _print_speed() -> None:
    measured = speeds()
    raw = measured["pyahocorasick, bytes"]
    print("\n| 65,141 entries, real messages | clean, µs | hit, µs | clean, times | hit, times |")
    print("| --- | --- | --- | --- | --- |")
    for name, speed in measured.items():
        times = f"{speed.clean / raw.clean:.2f} | {speed.hit / raw.hit:.2f}"
        print(f"| {name} | {speed.clean:.1f} | {speed.hit:.1f} | {times} |")


def main() -> int:
    """Prints everything."""
    if not present():
        print("the data of bench/data.py are not beside the repository", file=sys.stderr)
        return 2
    seconds, megabytes = building()
    print(f"100,000 entries: built in {seconds:.2f} s, {megabytes:.0f} MB")
    changed, unchanged = swapping()
    print(f"an evaluation meanwhile waits {changed:.0f} ms at most, {unchanged:.0f} ms when the list has not changed")
    _print_speed()
    hostile.report()
    _print_quality()
    _print_cases()
    return 0


def bench_search_clean(benchmark: BenchmarkFixture) -> None:
    """One clean message of 31 characters among 65,141 entries."""
    matcher = Matcher.build([lexicon(words(recall.HOUBB))])
    texts = messages("cold.dev.jsonl", 0)
    text = next(text for text in texts if len(text) == 31 and not matcher.search(text))
    benchmark(matcher.search, text)


if __name__ == "__main__":
    sys.exit(main())
