"""A folder with small policies, and a way to run a command line on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from policyd.cli.main import main

POLICY = """policy small {
  for every group
  timezone "Asia/Shanghai"
}
lexicon bad_words { words "网赌", "spam"  except "反网赌" }
ladder conduct { together within 10m  at 1 warn "first: {rule.title}"  at 2 mute 1h }
rule bad "bad words" { on message, edit  when message.text matches bad_words  then delete, strike conduct }
rule many { when message.images > 3  unless member.role == admin  then hold, warn "too many" once in 1h }
rule entry { on request  when request.answer("why?") == "fun"  then admit  otherwise refuse "no" }
"""
TESTS = """test "bad words go" { member u1 says "网赌"  expect delete, warn because bad }
test "pictures" { member u1 says "x" with images 4  expect hold, warn }
"""
BROKEN = "policy small { for every group }\nrule r { when mesage.text matches bad  then delete }\n"


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`policies/small.policy` below the working folder; English, no colour."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "POLICYD_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "small.policy").write_text(POLICY + TESTS, encoding="utf-8")
    return policies


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process."""

    def run_line(*arguments: object) -> Ran:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        return Ran(code, *capfd.readouterr())

    return run_line
