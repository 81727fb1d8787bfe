"""What the documents show is true: policies are good, examples give the decisions that stand beside them."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, get_args

import httpx
import pytest

import policyd
from policyd.check.load import load_texts
from policyd.cli.main import COMMANDS
from policyd.compile.load import compile_policies
from policyd.engine.embedded import Embedded
from policyd.engine.scenario import run_tests
from policyd.model.codec import decode, encode
from policyd.model.decision import Do
from policyd.model.event import HANDLED_KINDS
from policyd.model.problem import ProblemCode
from policyd.server.settings import load_settings

ROOT: Final = Path(__file__).resolve().parents[1]
CLASS_GROUP: Final = ROOT / "policies" / "class_group"
DOCUMENTS: Final = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
SHELL: Final = 'policy example { for every group }\nladder conduct { together within 10m  at 1 warn "…" }\n'
"""What an example takes for granted."""
BLOCK: Final = re.compile(r"^```([^\n]*)\n(.*?)^```", re.M | re.S)


def blocks(path: Path, kind: str) -> list[str]:
    return [text for written, text in BLOCK.findall(path.read_text(encoding="utf-8")) if written == kind]


def examples(kind: str) -> list[Any]:
    return [
        pytest.param(text, id=f"{path.name}-{number}")
        for path in DOCUMENTS
        for number, text in enumerate(blocks(path, kind), 1)
    ]


README: Final = ROOT / "README.md"


# ---------------------------------------------------------------- policies


def test_the_first_policy_is_part_of_the_course_group() -> None:
    """Every declaration that the README opens with stands in the policy that `make serve` serves."""
    written = (CLASS_GROUP / "class_group.policy").read_text(encoding="utf-8")
    for declaration in blocks(README, "policy")[0].strip().split("\n\n"):
        assert declaration in written


@pytest.mark.parametrize("text", examples("policy")[1:])
def test_policies_have_no_errors_and_their_tests_pass(text: str) -> None:
    taken = SHELL.splitlines()[0] if "ladder conduct" in text else SHELL
    policies, findings = load_texts({"example.policy": f"{taken}\n{text}"})
    assert [finding.message() for finding in findings if finding.severity == "error"] == []
    assert policies is not None
    report = run_tests(compile_policies(policies))
    assert [result.failure.summary for result in report.results if result.failure] == []


@pytest.mark.parametrize("text", examples("policy-file"))
def test_whole_files_have_no_findings(text: str) -> None:
    policies, findings = load_texts({"my.policy": text})
    assert (findings, policies is not None) == ([], True)
    assert policies is not None
    assert run_tests(compile_policies(policies)).failures == []


# ---------------------------------------------------------------- decisions


@contextmanager
def service(folder: Path, *options: str) -> Iterator[str]:
    """`policyd serve` on a free port, with its own data below `folder`; the address that it prints."""
    command = [sys.executable, "-m", "policyd", "serve", str(CLASS_GROUP), "--listen", "127.0.0.1:0", *options]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = re.search(r"http://[\d.:]+", process.stdout.readline())
        try:
            assert address
            yield address.group()
        finally:
            process.terminate()
            process.stdout.read()


def agrees(shown: Any, came: Any) -> bool:
    """Whether an answer is as it is shown, where `…` stands for what is different each time."""
    if isinstance(shown, dict) and isinstance(came, dict):
        return list(shown) == list(came) and all(agrees(value, came[key]) for key, value in shown.items())
    if isinstance(shown, list) and isinstance(came, list):
        return len(shown) == len(came) and all(map(agrees, shown, came))
    if isinstance(shown, str) and isinstance(came, str) and "…" in shown:
        return re.fullmatch(".+".join(map(re.escape, shown.split("…"))), came) is not None
    return bool(shown == came)


def test_the_readme_curl_gives_the_readme_decision(tmp_path: Path) -> None:
    """The line as it stands there, against the service as it is started there; twice, and after a restart."""
    line = next(text for text in blocks(README, "sh") if text.startswith("curl"))
    shown = json.loads(blocks(README, "json")[0])
    with service(tmp_path) as address:
        words = shlex.split(line.replace("http://127.0.0.1:8900", address))
        first = ask(words)
    assert agrees(shown, first), first
    with service(tmp_path) as address:
        again = ask(shlex.split(line.replace("http://127.0.0.1:8900", address)))
    assert again == first | {"replayed": True}


def ask(words: list[str]) -> Any:
    """What a curl line asks, without curl."""
    data = words[words.index("-d") + 1]
    name, _, value = words[words.index("-H") + 1].partition(": ")
    address = next(word for word in words if word.startswith("http"))
    return httpx.post(address, content=data.encode(), headers={name: value}).raise_for_status().json()


def test_the_readme_library_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (code,) = blocks(README, "python")
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize("text", examples("json event"))
def test_the_events_shown_are_decided(text: str) -> None:
    assert policyd.load(CLASS_GROUP).evaluate(decode(text.encode())).event == json.loads(text)["id"]


def test_the_answer_of_the_protocol_is_the_answer_to_its_message() -> None:
    (shown,) = blocks(ROOT / "docs" / "protocol.md", "json")
    event = json.loads(blocks(ROOT / "docs" / "protocol.md", "json event")[0])
    came = policyd.load(CLASS_GROUP).evaluate(event)
    assert agrees(json.loads(shown), json.loads(encode(came))), came


def test_the_exchanges_of_the_protocol_are_answered_as_shown() -> None:
    """In their order, by the policy that stands before them. Of each answer the parts that are shown."""
    document = ROOT / "docs" / "protocol.md"
    (text,) = blocks(document, "policy-file")
    policies, _ = load_texts({"shop.policy": text})
    assert policies is not None
    engine = Embedded(compile_policies(policies))
    exchanges = list(zip(blocks(document, "json sends"), blocks(document, "json gets"), strict=True))
    assert {json.loads(sent)["kind"] for sent, _ in exchanges} >= {"submission", "verdict", "appeal", "outcome", "tick"}
    for sent, gets in exchanges:
        shown, came = json.loads(gets), json.loads(encode(engine.evaluate(decode(sent.encode()))))
        assert agrees(shown, {key: came[key] for key in shown}), came


def test_the_protocol_names_every_kind_and_action() -> None:
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert [kind for kind in HANDLED_KINDS if kind != "message" and f"| `{kind}`" not in text] == ["leave"]
    (listed,) = re.findall(r"`do` is one of `([a-z_\s]+)`", text)
    assert listed.split() == list(get_args(Do))


def test_bots_are_told_what_every_action_means() -> None:
    text = (ROOT / "docs" / "bots.md").read_text(encoding="utf-8").partition("## What your platform")[0]
    assert [do for do in get_args(Do) if f"`{do}`" not in text] == []


def test_the_protocol_names_every_problem() -> None:
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    unsaid = {"internal", "not_found"}
    assert {code for code in get_args(ProblemCode) if f"`{code}`" not in text} == unsaid


# ---------------------------------------------------------------- commands, settings, links


def test_the_readme_names_every_command() -> None:
    text = README.read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`policyd {name} " not in text] == []


def test_the_settings_shown_are_taken(tmp_path: Path) -> None:
    (text,) = blocks(ROOT / "docs" / "operations.md", "toml")
    (tmp_path / "policyd.toml").write_text(text, encoding="utf-8")
    settings = load_settings({}, {"TELEGRAM_BOT_POLICYD_TOKEN": "secret-enough-for-this"}, tmp_path)
    assert settings.listen == "0.0.0.0:8900"
    assert [bot.name for bot in settings.bots] == ["telegram"]


@pytest.mark.parametrize("path", [*DOCUMENTS, ROOT / "CHANGELOG.md"], ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []
