"""What authors read for the mistakes that they make. `mistakes.txt` has a wrong policy and what is printed for it, in
both languages. After a meant change, `python -m tests.language.test_mistakes` writes what is printed now; read the
difference before keeping it."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyd.language.render import render
from tests.language.reading import read

CASES = Path(__file__).with_name("mistakes.txt")
BETWEEN, PRINTED = "\n====\n", "\n----\n"


def cases() -> list[tuple[str, str]]:
    blocks = CASES.read_text(encoding="utf-8").rstrip("\n").split(BETWEEN)
    return [(policy, printed) for policy, _, printed in (block.partition(PRINTED) for block in blocks)]


def printed_for(policy: str) -> str:
    findings = read(policy)[1]
    return "\n".join(render(finding, language) for finding in findings for language in ("en", "zh"))


@pytest.mark.parametrize(("policy", "printed"), cases())
def test_mistakes(policy: str, printed: str) -> None:
    assert printed_for(policy) == printed


def rewrite() -> None:
    blocks = (f"{policy}{PRINTED}{printed_for(policy)}" for policy, _ in cases())
    CASES.write_text(BETWEEN.join(blocks) + "\n", encoding="utf-8")


if __name__ == "__main__":
    rewrite()
