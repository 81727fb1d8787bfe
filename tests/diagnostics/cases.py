"""Wrong policies and what is said about them, read from the tables beside this file.

A case is a heading, the policy, word files if any, and what `policyd check` prints. `python -m tests.diagnostics.cases`
writes what is printed now into the tables; the difference is then read by a human before it is kept.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policyd.check.load import load_texts
from policyd.language.diagnostics import Language
from policyd.language.render import render

HERE: Final = Path(__file__).resolve().parent
_CASE: Final = re.compile(r"^## (?P<title>.+)\n(?P<body>(?:(?!^## ).*\n?)*)", re.M)
_BLOCK: Final = re.compile(r"^```(?P<kind>\w+)(?: (?P<name>\S+))?\n(?P<text>(?:(?!^```$).*\n)*)^```$", re.M)


@dataclass(frozen=True)
class Case:
    """`printed` is what the table says; `body` the whole case as written."""

    table: Path
    title: str
    policy: str
    words: dict[str, str]
    printed: str
    body: str

    @property
    def language(self) -> Language:
        return "zh" if self.table.stem.endswith("_zh") else "en"

    def prints_now(self) -> str:
        _, found = load_texts({"group.policy": self.policy}, self.words)
        return "\n\n".join(render(diagnostic, self.language).rstrip("\n") for diagnostic in found) + "\n"


def cases(table: Path) -> Iterator[Case]:
    for match in _CASE.finditer(table.read_text(encoding="utf-8")):
        policy, printed, words = "", "", {}
        for block in _BLOCK.finditer(match["body"]):
            if block["kind"] == "policy":
                policy = block["text"]
            elif block["kind"] == "words":
                words[block["name"]] = block["text"]
            else:
                printed = block["text"]
        yield Case(table, match["title"].strip(), policy, words, printed, match.group(0))


def tables() -> list[Path]:
    return sorted(HERE.glob("*.md"))


def write_tables() -> None:
    """Puts what is printed now into every table."""
    for table in tables():
        text = table.read_text(encoding="utf-8")
        for case in cases(table):
            bare = re.sub(r"\n```text\n(?:(?!^```$).*\n)*^```\n?", "\n", case.body, flags=re.M).rstrip("\n")
            text = text.replace(case.body, f"{bare}\n\n```text\n{case.prints_now()}```\n\n", 1)
        table.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        print(f"{table.name}: {len(list(cases(table)))} cases", file=sys.stderr)


if __name__ == "__main__":
    write_tables()
