"""What all commands share: help, slips, exit codes, faults."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from policyd.cli import check
from policyd.cli.main import COMMANDS
from policyd.cli.output import reader_language
from tests.cli.conftest import BROKEN, Run


def test_every_command_is_in_the_help_and_has_its_own(run: Run) -> None:
    shown = run("--help")
    assert shown.code == 0
    bare = run()
    assert (bare.code, bare.err) == (2, shown.out)
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", shown.out, re.M)
        assert run(name, "--help").out.startswith(f"Usage: policyd {name}")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (["chekc"], 2, "there is no command `chekc`; did you mean `check`?"),
        (["check", "--formt", "json"], 2, "No such option"),
        (["check", "--format", "yaml"], 2, "'yaml' is not one of"),
        (["check", "nowhere"], 3, "nowhere"),
        (["test", "nowhere"], 3, "nowhere"),
        (["evaluate", "policies", "nofile"], 2, "nofile"),
        (["test", "-k", "no such"], 2, "no test has `no such` in its title"),
        (["match", "--lexicon", "nope"], 2, "there is no lexicon `nope`; there are: bad_words"),
        (["serve", "--listen", "0.0.0.0:80"], 2, "without a token"),
        (["serve", "--listen", "eighty"], 2, "eighty"),
    ],
)
def test_what_cannot_be_done_says_why(run: Run, line: list[str], code: int, said: str) -> None:
    ran = run(*line)
    assert ran.code == code
    assert said in ran.out + ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["test", "evaluate", "explain", "match", "serve"])
def test_policies_with_errors_end_with_3_and_the_errors(run: Run, folder: Path, command: str) -> None:
    (folder / "small.policy").write_text(BROKEN, encoding="utf-8")
    ran = run(command, "policies")
    assert ran.code == 3
    assert "small.policy:2:15" in ran.err
    assert ran.out == ""


def test_a_fault_is_one_line_and_a_file(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(_: Path) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(check, "load", fails)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ran = run("check")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert ran.err.startswith("policyd: internal fault [P000]: ZeroDivisionError: by zero; details are in ")
    (details,) = tmp_path.glob("policyd-fault-*.txt")
    assert str(details) in ran.err
    assert "Traceback" in details.read_text(encoding="utf-8")
    monkeypatch.setenv("POLICYD_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run("check")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": ""}, "en"),
    ],
)
def test_the_locale_chooses_the_language(environment: dict[str, str], language: str) -> None:
    assert reader_language(environment) == language


def test_a_reader_who_leaves_early_is_no_error(folder: Path) -> None:
    events = folder / "events.jsonl"
    event = '{"id":"%d","kind":"message","group":{"id":"g"},"member":{"id":"u"},"message":{"id":"m%d","text":"x"}}\n'
    events.write_text("".join(event % (n, n) for n in range(3000)), encoding="utf-8")
    command = [sys.executable, "-m", "policyd", "evaluate", "policies", str(events)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_help_needs_none_of_the_machinery() -> None:
    """`policyd --help` must not load the parser, the matcher or the server."""
    code = "import sys; from policyd.cli.main import main; main(['--help']); print(sorted(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = shown.rpartition("[")[2]
    assert "'policyd.cli.main'" in loaded
    for heavy in ("lark", "uvicorn", "redis", "policyd.check", "policyd.text", "policyd.engine", "asyncio"):
        assert f"'{heavy}'" not in loaded
