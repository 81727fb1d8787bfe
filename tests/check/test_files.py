"""Folders on disk: what is read, what is refused, and the revision (laws L3 and L4)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policyd.check.load import load, load_texts
from policyd.check.resolved import PolicySet

HEADER = 'policy course { for every group  timezone "Asia/Shanghai" }\n'
LEXICON = 'lexicon ads { file "words/ads.txt" }\nrule r { when message.text matches ads  then delete }\n'


def write(root: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def codes(root: Path) -> list[tuple[str, str]]:
    policies, found = load(root)
    assert (policies is None) == any(diagnostic.severity == "error" for diagnostic in found)
    return [(diagnostic.code, diagnostic.span.text) for diagnostic in found]


def loaded(root: Path) -> PolicySet:
    policies, found = load(root)
    assert policies is not None, [diagnostic.message() for diagnostic in found]
    return policies


def test_all_policies_below_a_folder_are_one_set(tmp_path: Path) -> None:
    write(tmp_path, a_dot_policy=HEADER, deep__er__b_dot_policy="policy b { for every group }",
          notes_dot_txt="rule", _dot_git__c_dot_policy="nonsense")  # fmt: skip
    assert [policy.name for policy in loaded(tmp_path).policies] == ["b", "course"]


def test_word_files_lie_beside_their_policy(tmp_path: Path) -> None:
    write(tmp_path, deep__a_dot_policy=HEADER + LEXICON, deep__words__ads_dot_txt="# 广告\n加微信\n\n代理 # 常见\n")
    (lexicon,) = loaded(tmp_path).lexicons.values()
    assert [(entry.word, entry.file, entry.line) for entry in lexicon.entries] == [
        ("加微信", "deep/words/ads.txt", 2), ("代理", "deep/words/ads.txt", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["../ads.txt", "words/../../ads.txt", "/etc/hosts", "C:/ads.txt", r"words\\ads.txt", "", "./ads.txt", "a//b"],
)
def test_word_files_stay_inside(tmp_path: Path, name: str) -> None:
    write(tmp_path, ads_dot_txt="加微信")
    root = write(tmp_path / "policies", a_dot_policy=HEADER + LEXICON.replace("words/ads.txt", name))
    assert codes(root) == [("C006", f'"{name}"')]


def test_links_are_refused(tmp_path: Path) -> None:
    write(tmp_path, ads_dot_txt="加微信", folder__ads_dot_txt="加微信")
    root = write(tmp_path / "policies", a_dot_policy=HEADER + LEXICON)
    (root / "words").mkdir()
    (root / "words" / "ads.txt").symlink_to(tmp_path / "ads.txt")
    assert codes(root) == [("C007", '"words/ads.txt"')]
    (root / "words" / "ads.txt").unlink()
    (root / "words").rmdir()
    (root / "words").symlink_to(tmp_path / "folder")
    assert codes(root) == [("C007", '"words/ads.txt"')]
    (root / "b.policy").symlink_to(root / "a.policy")
    assert [code for code, _ in codes(root)] == ["C007", "C007"]


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    root = write(tmp_path, a_dot_policy=HEADER + LEXICON)
    (root / "words").mkdir()
    os.mkfifo(root / "words" / "ads.txt")
    assert codes(root) == [("C009", '"words/ads.txt"')]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file(tmp_path: Path) -> None:
    root = write(tmp_path, a_dot_policy=HEADER)
    (root / "a.policy").chmod(0)
    assert [code for code, _ in codes(root)] == ["C009"]


def test_nothing_to_load(tmp_path: Path) -> None:
    assert codes(tmp_path) == [("C001", "")]
    _, (found,) = load(tmp_path)
    assert str(tmp_path) in found.message() and found.span.source.name == str(tmp_path)
    assert codes(tmp_path / "missing") == [("C002", "")]
    write(tmp_path, lib_dot_policy="rule r { when message.links > 0  then delete }")
    assert [code for code, _ in codes(tmp_path)] == ["C003"]


def test_other_encodings(tmp_path: Path) -> None:
    write(tmp_path, a_dot_policy=(HEADER + "# 群规").encode("gb18030"))
    policies, found = load(tmp_path)
    assert policies is None
    assert [diagnostic.code for diagnostic in found] == ["P101"]
    write(tmp_path, a_dot_policy=b"\xef\xbb\xbf" + HEADER.encode())
    assert loaded(tmp_path).policies


def test_revision_is_of_names_and_bytes(tmp_path: Path) -> None:
    write(tmp_path, a_dot_policy=HEADER + LEXICON, words__ads_dot_txt="加微信\n")
    first = loaded(tmp_path).revision
    assert first.startswith("sha256:") and len(first) == 71
    assert loaded(tmp_path).revision == first
    in_memory, _ = load_texts({"a.policy": HEADER + LEXICON}, {"words/ads.txt": "加微信\n"})
    assert in_memory is not None and in_memory.revision == first
    write(tmp_path, words__ads_dot_txt="加微信\r\n")
    second = loaded(tmp_path).revision
    (tmp_path / "a.policy").rename(tmp_path / "b.policy")
    assert len({first, second, loaded(tmp_path).revision}) == 3
