"""Whether an event stays as cheap when policies, lists, groups and members become many.

Run: `python -m bench.growth` (`--members N`, `--groups N`, `--only` one of `rules`, `words`, `compile`, `memory`,
`service`, `memory-store`, `embedded`).
Small and large take turns on the same clean messages; the ratio is the median of the rounds'. How groups and members
are measured stands in `bench/crowds.py`.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Final

from rich.progress import Progress

from bench.crowds import Progressed, embedded, in_memory, in_service
from bench.ending import clean_up_on_term
from bench.http import load as load_server
from bench.http import running
from bench.kept import Figure, Point, Result, against, keep
from bench.load import texts
from bench.policy_texts import made_up_words, policy
from policyd.check.load import load_texts
from policyd.compile.load import CompiledProgram, compile_policies
from policyd.engine.embedded import finish
from policyd.engine.pipeline import Engine
from policyd.model.codec import decode, encode
from policyd.state.memory import MemoryStore

ROUNDS: Final = 30
BATCH: Final = 300
RULES: Final = (10, 100, 1_000)
WORDS: Final = (1_000, 10_000, 100_000)
MOST_RULES: Final = 10_000
MOST_SECONDS: Final = 10.0
MOST_MEGABYTES: Final = 200.0
_HEADER: Final = 'policy growth { for every group  timezone "Asia/Shanghai" }\n'


def compiled(written: str, words: Sequence[str] = ()) -> CompiledProgram:
    files = {"words.txt": "\n".join(words)} if words else {}
    policies, found = load_texts({"growth.policy": written}, files)
    assert policies is not None, found[0].message()
    return compile_policies(policies)


def with_rules(rules: int) -> str:
    """Each with a lexicon of its own, of two words."""
    words = made_up_words(2 * RULES[-1])
    return _HEADER + "\n".join(
        f'lexicon l{number} {{ words "{words[2 * number]}", "{words[2 * number + 1]}" }}\n'
        f"rule r{number} {{ on message, edit when message.text matches l{number} then delete }}"
        for number in range(rules)
    )


LISTED: Final = f"""{_HEADER}
lexicon listed {{ file "words.txt" }}
rule listed {{ when message.text matches listed then delete }}
"""


class Evaluating:
    """An engine on the memory store, from the bytes of an event to those of its decision."""

    def __init__(self, program: CompiledProgram) -> None:
        self._engine = Engine(program, MemoryStore())
        self._number = 0

    def message(self, text: str) -> bytes:
        self._number += 1
        number = self._number
        return encode({
            "id": f"e{number}", "kind": "message", "group": {"id": f"g{number % 20}"},
            "member": {"id": f"u{number % 1000}"}, "message": {"id": f"m{number}", "text": text, "images": 0},
        })  # fmt: skip

    def bytes_of(self, body: bytes) -> bytes:
        return encode(finish(self._engine.evaluate(decode(body))))

    def is_clean(self, text: str) -> bool:
        return not finish(self._engine.evaluate(decode(self.message(text)))).actions

    def seconds(self, said: Sequence[str]) -> float:
        """For one event."""
        bodies = [self.message(text) for text in said]
        began = time.perf_counter()
        for body in bodies:
            self.bytes_of(body)
        return (time.perf_counter() - began) / len(said)


def clean(largest: Evaluating) -> list[str]:
    """Real messages of which even the largest says nothing, in an order of their own."""
    found = [text for text in dict.fromkeys(texts()) if largest.is_clean(text)]
    Random(5).shuffle(found)
    return [found[number % len(found)] for number in range(BATCH)]


def turns(sizes: Sequence[int], made: Sequence[Evaluating], step: Callable[[], None]) -> dict[int, list[float]]:
    """Microseconds of an event of a clean message, by size and round."""
    said = clean(made[-1])
    took: dict[int, list[float]] = {size: [] for size in sizes}
    gc.collect()
    for _ in range(ROUNDS):
        for size, each in zip(sizes, made, strict=True):
            took[size].append(each.seconds(said) * 1e6)
        step()
    return took


def grown(plot: str, what: str, took: dict[int, list[float]], most: float, result: Result) -> None:
    """The figures of each size, as a ratio to the smallest; `most`: of the largest."""
    smallest, largest = min(took), max(took)
    for size, rounds in took.items():
        figure = against(
            f"an event of a clean message, {size:,} {what}", "us", rounds, took[smallest], f"{smallest:,} {what}"
        )
        if size == largest:
            figure.target, figure.met = f"at most {most:g} times", (figure.ratio or 0.0) <= most
        result.figures.append(figure)
        result.points.append(Point(plot, "engine, memory store", size, round(1e6 / figure.median)))


def rules(result: Result, bar: Progressed) -> None:
    step = bar("lexicon rules", ROUNDS)
    made = [Evaluating(compiled(with_rules(size))) for size in RULES]
    grown("rules", "lexicon rules", turns(RULES, made, step), 1.5, result)


def words(result: Result, bar: Progressed) -> None:
    step = bar("entries of a list", ROUNDS)
    listed = made_up_words(WORDS[-1])
    made = [Evaluating(compiled(LISTED, listed[:size])) for size in WORDS]
    grown("words", "entries", turns(WORDS, made, step), 2.0, result)


def compiling(result: Result, bar: Progressed) -> None:
    step = bar(f"{MOST_RULES:,} rules from text to code", 1)
    written = policy(MOST_RULES)
    began = time.perf_counter()
    compiled(written)
    took = time.perf_counter() - began
    step()
    name, target = f"{MOST_RULES:,} rules from text to code, once", f"under {MOST_SECONDS:g} s"
    result.figures.append(Figure(name, "s", took, target=target, met=took < MOST_SECONDS))


def memory(result: Result, bar: Progressed) -> None:
    """Of a worker that has answered requests."""
    step = bar(f"memory of a worker with {WORDS[-1]:,} entries", 1)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="policyd-bench-")))
        policies = folder / "policies"
        policies.mkdir()
        (policies / "growth.policy").write_text(LISTED, "utf-8")
        (policies / "words.txt").write_text("\n".join(made_up_words(WORDS[-1])), "utf-8")
        server = stack.enter_context(running("embedded", folder, policies))
        load_server(server, 4_000, 64, 1)
        megabytes = resident(server.pid)
    step()
    if megabytes is None:
        result.notes.append("The memory of a worker was not measured: the system does not say it.")
        return
    name, target = f"memory of a worker with {WORDS[-1]:,} entries", f"under {MOST_MEGABYTES:g} MB"
    result.figures.append(Figure(name, "MB", megabytes, target=target, met=megabytes < MOST_MEGABYTES))


def resident(pid: int) -> float | None:
    """Megabytes of a process that are in memory."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--members", type=int, default=1_000_000)
    options.add_argument("--groups", type=int, default=10_000)
    options.add_argument("--only", choices=PARTS, help="one part; what the others found last is not kept")
    asked = options.parse_args()
    result, began = Result("growth", "python -m bench.growth"), time.monotonic()
    if asked.only:
        result.command += f" --only {asked.only}"
    with Progress() as progress:

        def bar(title: str, steps: int) -> Callable[[], None]:
            task = progress.add_task(title, total=steps)
            return lambda: progress.advance(task)

        for name, part in PARTS.items():
            if asked.only in (None, name):
                part(asked.groups, asked.members, result, bar)
    result.seconds = round(time.monotonic() - began, 1)
    keep(result)


PARTS: Final[dict[str, Callable[[int, int, Result, Progressed], None]]] = {
    "rules": lambda groups, members, result, bar: rules(result, bar),
    "words": lambda groups, members, result, bar: words(result, bar),
    "compile": lambda groups, members, result, bar: compiling(result, bar),
    "memory": lambda groups, members, result, bar: memory(result, bar),
    "service": in_service,
    "memory-store": in_memory,
    "embedded": embedded,
}


if __name__ == "__main__":
    clean_up_on_term()
    main()
