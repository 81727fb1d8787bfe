"""The shape of the house: sizes, names, and what must not stand in the repository (layers: `make lint`)."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = sorted((ROOT / "policyd").rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def tracked() -> list[Path]:
    """Every text file that git keeps, or all files where there is no git."""
    try:
        listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]
    return [path for name in listing.stdout.splitlines() if (path := ROOT / name).is_file()]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= LONGEST_FILE
    assert {name: lines for name, lines in functions(path) if lines > LONGEST_FUNCTION} == {}


def test_every_module_says_what_it_is() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in CODE}
    assert [path for path, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []


def test_no_catch_all_modules() -> None:
    vague = {"utils", "util", "helpers", "misc", "common", "stuff"}
    assert [path for path in CODE if path.stem in vague] == []


FORBIDDEN = {
    "a registry or mirror address": re.compile(r"https?://[^\s\"']*(?:pypi|pythonhosted|npmjs|mirror|/simple\b)", re.I),
    "an absolute path of a machine": re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/\w"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
}


def test_nothing_of_a_machine_is_committed() -> None:
    found = []
    for path in tracked():
        if path == Path(__file__).resolve():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for what, pattern in FORBIDDEN.items():
            hit = pattern.search(text)
            if hit:
                found.append(f"{path.relative_to(ROOT)}: {what}: {hit.group()}")
    assert found == []


def test_requirements_are_pinned_with_hashes() -> None:
    for name in ("run.txt", "dev.txt"):
        lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
        pins = [line for line in lines if line and not line.startswith((" ", "#"))]
        assert pins
        assert [line for line in pins if "==" not in line.split(";")[0]] == []
        assert sum("--hash=sha256:" in line for line in lines) >= len(pins)
