"""`policyd check` in all its forms."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import BROKEN, POLICY, Run

UNUSED = POLICY + 'lexicon nobody { words "abc" }\n'


def test_good_policies_say_what_they_are(run: Run) -> None:
    ran = run("check")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("no problems found\nsmall: 3 rules, 2 words, 2 tests · sha256:")
    assert run("check", "-q").out == ""


def test_one_of_a_kind_is_singular(run: Run, folder: Path) -> None:
    one = 'policy one { for every group }\nrule r { when message.text contains "x"  then flag }\n'
    (folder / "small.policy").write_text(one, encoding="utf-8")
    assert "one: 1 rule, 0 words, 0 tests · sha256:" in run("check").out


def test_workflows_are_counted_as_they_are_written(run: Run, folder: Path) -> None:
    duty = 'duty hello { on join within 24h until message remind after 1h then reply "x" late then reply "y" }'
    (folder / "small.policy").write_text(f"{POLICY}{duty}", encoding="utf-8")
    assert "small: 3 rules, 1 workflow, 2 words, 0 tests" in run("check").out
    assert "规则 3 条,流程 1 个,词 2 个" in run("check", "--lang", "zh").out


def test_errors_are_shown_with_their_lines(run: Run, folder: Path) -> None:
    (folder / "small.policy").write_text(BROKEN, encoding="utf-8")
    ran = run("check")
    assert ran.code == 3
    assert "policies/small.policy:2:15: error[" in ran.out
    assert "2 | rule r { when mesage.text matches bad  then delete }" in ran.out
    assert "^^^^^^^^^^^" in ran.out
    assert "did you mean `message.text`" in ran.out
    assert ran.out.endswith("errors, 0 warnings\n") or ran.out.endswith("error, 0 warnings\n")
    assert "\x1b" not in ran.out


def test_chinese(run: Run, folder: Path) -> None:
    (folder / "small.policy").write_text(BROKEN, encoding="utf-8")
    shown = run("check", "--lang", "zh").out
    assert "错误[" in shown
    assert "警告 0 个" in shown


def test_warnings_do_not_fail_and_quiet_leaves_them_out(run: Run, folder: Path) -> None:
    (folder / "small.policy").write_text(UNUSED, encoding="utf-8")
    ran = run("check")
    assert ran.code == 0
    assert "warning[" in ran.out
    assert "0 errors, 1 warning" in ran.out
    assert run("check", "--quiet").out == ""


def test_json(run: Run, folder: Path) -> None:
    assert json.loads(run("check", "--format", "json").out) == {"diagnostics": []}
    (folder / "small.policy").write_text(BROKEN, encoding="utf-8")
    ran = run("check", "--format", "json")
    first = json.loads(ran.out)["diagnostics"][0]
    assert ran.code == 3
    assert list(first) == [
        "severity", "code", "title", "message", "help", "file", "line", "column", "end_line", "end_column",
    ]  # fmt: skip
    place = [first[key] for key in ("severity", "file", "line", "column", "end_line", "end_column")]
    assert place == ["error", "small.policy", 2, 15, 2, 26]


def test_github(run: Run, folder: Path) -> None:
    assert run("check", "--format", "github").out == ""
    (folder / "small.policy").write_text(BROKEN, encoding="utf-8")
    lines = run("check", "--format", "github").out.splitlines()
    assert lines[0].startswith("::error file=policies/small.policy,line=2,col=15,endLine=2,endColumn=26,title=")
    assert all("::" in line[2:] and "\n" not in line for line in lines)


def test_sarif(run: Run, folder: Path) -> None:
    assert json.loads(run("check", "--format", "sarif").out)["runs"][0]["results"] == []
    (folder / "small.policy").write_text(BROKEN, encoding="utf-8")
    log = json.loads(run("check", "--format", "sarif").out)
    result = log["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert (log["version"], result["level"]) == ("2.1.0", "error")
    assert place["artifactLocation"]["uri"] == "policies/small.policy"
    assert place["region"] == {"startLine": 2, "startColumn": 15, "endLine": 2, "endColumn": 26}
    assert result["ruleId"] in {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}


@pytest.mark.parametrize(("text", "failures"), [(POLICY, 0), (BROKEN, 2), (UNUSED, 0)])
def test_junit(run: Run, folder: Path, text: str, failures: int) -> None:
    (folder / "small.policy").write_text(text, encoding="utf-8")
    suites = ElementTree.fromstring(run("check", "--format", "junit").out)
    assert suites.tag == "testsuites"
    assert int(suites.attrib["failures"]) == len(suites.findall(".//failure")) == failures
    assert int(suites.attrib["tests"]) == len(suites.findall(".//testcase")) >= 1


@pytest.mark.parametrize("directory", ["nowhere", ".", "policies/empty", "policies/small.policy"])
def test_a_folder_without_policies_is_named_once(run: Run, folder: Path, directory: str) -> None:
    (folder / "empty").mkdir()
    (folder / "small.policy").rename(folder / "small.txt")
    ran = run("check", directory)
    assert ran.code == 3
    assert ran.out.startswith(f"{directory}:1:1: error[C00")
    assert run("check", directory, "--format", "github").out.startswith(f"::error file={directory},line=1,col=1,")


GROUPED = """policy club "俱乐部" { for groups tagged "course"  timezone "Asia/Shanghai" }
setting longest = 300
setting patience = 90m
setting word = "你好"
setting least = member
group "g7" { longest = 500  without flood, greet }
rule too_long "篇幅" { when message.length > longest and member.role >= least then delete }
rule greet { on join then reply "{word}" }
rule old { when known(member.age) and member.age < patience then flag }
limit flood "刷屏" { at most 5 messages by member within 10s then delete }
"""


def test_what_applies_in_a_group(run: Run, folder: Path) -> None:
    (folder / "small.policy").write_text(GROUPED, encoding="utf-8")
    ran = run("check", "--group", "g7", "--tag", "course", "-q")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        'club "俱乐部"  policies/small.policy:1',
        "  settings",
        "    least     member  as everywhere           policies/small.policy:5",
        "    longest   500     its own, elsewhere 300  policies/small.policy:6",
        "    patience  1h30m   as everywhere           policies/small.policy:3",
        '    word      "你好"  as everywhere           policies/small.policy:4',
        "  does without",
        '    flood "刷屏"  policies/small.policy:10',
        "    greet         policies/small.policy:8",
        "  applies",
        "    old, too_long",
    ]
    shown = run("check", "--group", "g1", "--tag", "course", "--lang", "zh").out
    assert "默认值" in shown
    assert "不适用" not in shown
    assert "no policy covers the group g7; name its tags" in run("check", "--group", "g7").out


def test_what_applies_in_a_group_as_json(run: Run, folder: Path) -> None:
    (folder / "small.policy").write_text(GROUPED, encoding="utf-8")
    told = json.loads(run("check", "--group", "g7", "--tag", "course", "--format", "json").out)
    assert told["diagnostics"] == []
    (policy,) = told["group"]["policies"]
    assert (told["group"]["id"], told["group"]["tags"], policy["name"]) == ("g7", ["course"], "club")
    assert policy["applies"] == ["club.old", "club.too_long"]
    assert [(each["name"], each["line"]) for each in policy["without"]] == [("club.flood", 10), ("club.greet", 8)]
    assert {each["name"]: (each["value"], each["own"]) for each in policy["settings"]} == {
        "club.least": ("member", False), "club.longest": (500, True), "club.patience": (5_400_000, False),
        "club.word": ("你好", False),
    }  # fmt: skip
    (folder / "small.policy").write_text(BROKEN, encoding="utf-8")
    ran = run("check", "--group", "g7", "--format", "json")
    assert ran.code == 3
    assert list(json.loads(ran.out)) == ["diagnostics"]


@pytest.mark.parametrize("line", [["--tag", "x"], ["--group", "g7", "--format", "sarif"]])
def test_what_does_not_go_together_is_refused(run: Run, line: list[str]) -> None:
    ran = run("check", *line)
    assert (ran.code, ran.out) == (2, "")
