"""Whatever stands in the files, the checker answers with findings: damaged policies never raise."""

from __future__ import annotations

import random
import re

import pytest

from policyd.check.load import load_texts
from policyd.language.render import render
from tests.diagnostics.cases import cases, tables

TOKEN = re.compile(r'"[^"\n]*"|\w+(?:\.\w+)*|[^\w\s]|\s+')
POLICIES = [case.policy for table in tables() for case in cases(table)]
TABLE = "phone,class\n13800000000,A\n,B\n1\n"
VOCABULARY = sorted({token for text in POLICIES for token in TOKEN.findall(text)})


def damaged(chance: random.Random) -> str:
    tokens = TOKEN.findall(chance.choice(POLICIES) + "\n".join(chance.choice(POLICIES).split("\n")[1:]))
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(tokens))
        match chance.randrange(3):
            case 0:
                tokens[place] = ""
            case 1:
                tokens[place] = chance.choice(VOCABULARY)
            case _:
                other = chance.randrange(len(tokens))
                tokens[place], tokens[other] = tokens[other], tokens[place]
    return "".join(tokens)


@pytest.mark.parametrize("seed", range(8))
def test_damaged_policies(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        text = damaged(chance)
        policies, found = load_texts({"a.policy": text}, {"words/ads.txt": "加微信\n", "students.csv": TABLE})
        assert (policies is None) == any(diagnostic.severity == "error" for diagnostic in found), text
        for diagnostic in found:
            assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(diagnostic.span.source.text)
            assert render(diagnostic, "en") and render(diagnostic, "zh")
