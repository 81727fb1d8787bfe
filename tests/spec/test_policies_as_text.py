"""L1, L3, L4: characters, directories and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from policyd.check.load import load, load_texts
from tests.spec.community import Community, brief, says

RULE = 'rule r { when message.text contains "x" then delete }'


def errors(files: dict[str, str]) -> list[str]:
    """What is underlined by errors."""
    _, findings = load_texts(files)
    return [found.span.text for found in findings if found.severity == "error"]


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        (RULE, True),
        (RULE.replace("rule r", "rule VIP群"), True),
        (RULE.replace("rule r", "rule QQ群_2"), True),
        (RULE.replace("rule r", "rule pаy"), False),  # a Cyrillic letter between Latin ones
        (RULE.replace("rule r", "rule r\u200b"), False),
        (RULE.replace(" when", "\u202e when"), False),
        (RULE.replace('"x"', '"x\u202e"'), False),
        (RULE.replace('"x"', '"x\u200b"'), True),
        ("\ufeff" + RULE, True),
        ("# \u202e\n" + RULE, False),
    ],
)
def test_l1_characters(text: str, valid: bool) -> None:
    """Outside strings no invisible characters, inside them no bidirectional controls; names do not mix scripts."""
    mark, rest = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    found = errors({"p.policy": f"{mark}policy p {{ }}\n{rest}"})
    assert (found == []) is valid, found


def test_l3_files_of_a_directory_are_one_set(community: Callable[..., Community]) -> None:
    """A policy sees the declarations of library files, wherever they stand."""
    files = {
        "z/words.policy": 'lexicon spam { words "spam" }',
        "a.policy": "policy a { }\nrule r { when message.text matches spam then delete }",
        "m.policy": "policy m { }\nrule r { when message.text matches spam then flag }",
    }
    decision = community(files=files).does(says("u1", "spam"))
    assert brief(decision) == "delete"
    assert [(over.do, over.because[0].rule) for over in decision.overridden] == [("flag", "m.r")]


def test_l3_each_policy_has_its_own_copy_of_a_library(community: Callable[..., Community]) -> None:
    files = {
        "library.policy": 'ladder conduct { at 1 warn "1" at 2 warn "2" }',
        "a.policy": 'policy a { for groups "g1" }\nrule r { then strike conduct }',
        "b.policy": 'policy b { for every group }\nrule r { when message.text == "b" then strike conduct }',
    }
    room = community(files=files)
    assert brief(room.does(says("u1", "a"))) == 'warn "1"'
    assert brief(room.does(says("u1", "b"))) == 'warn "2\n1"'
    assert (room.strikes("u1", "a.conduct", "20:01"), room.strikes("u1", "b.conduct", "20:01")) == (2, 1)


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (RULE, "limit r { at most 1 messages by member within 1m then flag }", True),  # both fire
        ("let v = 1", "template v = \"x\"", True),  # both are values
        ("counter v counts message by member within 1m", "let v = 1", True),
        ('ladder r { at 1 warn "x" }', RULE, False),
        ('lexicon v { words "x" }', "let v = 1", False),
    ],
)  # fmt: skip
def test_l3_one_namespace_for_what_fires_and_one_for_values(first: str, second: str, clash: bool) -> None:
    _, findings = load_texts({"p.policy": f"policy p {{ }}\n{first}\n", "q.policy": f"{second}\n"})
    clashes = [found for found in findings if found.severity == "error"]
    assert bool(clashes) is clash
    for found in clashes:
        places = {found.span.source.name, *(related.span.source.name for related in found.related)}
        assert places == {"p.policy", "q.policy"}  # both places are shown


@pytest.mark.parametrize(
    ("path", "valid"),
    [("words/ads.txt", True), ("../ads.txt", False), ("/etc/passwd", False), ("link.txt", False), ("none.txt", False)],
)
def test_l4_word_files_stay_inside(tmp_path: Path, path: str, valid: bool) -> None:
    folder = tmp_path / "policies"
    (folder / "words").mkdir(parents=True)
    (folder / "words" / "ads.txt").write_text("加微信\n", encoding="utf-8")
    (tmp_path / "ads.txt").write_text("加微信\n", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "ads.txt")
    text = f'policy p {{ }}\nlexicon ads {{ file "{path}" }}\nrule r {{ when message.text matches ads then delete }}\n'
    (folder / "p.policy").write_text(text, encoding="utf-8")
    policies, findings = load(folder)
    assert (policies is not None) is valid, [found.message() for found in findings]
    assert [found.span.text for found in findings if found.severity == "error"] == ([] if valid else [f'"{path}"'])
