"""`policyd evaluate`, `explain` and `match`: lines in, lines out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import policyd
from policyd.model.records import ticket_id
from tests.cli.conftest import Run


def says(number: int, text: str, second: int = 0, **message: Any) -> dict[str, Any]:
    return {
        "id": f"e{number}",
        "kind": "message",
        "time": f"2026-03-02T20:00:{second:02}+08:00",
        "group": {"id": "g1"},
        "member": {"id": "u1", "name": "Ming"},
        "message": {"id": f"m{number}", "text": text, **message},
    }


def write(folder: Path, *lines: object) -> Path:
    path = folder.parent / "events.jsonl"
    shown = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text("\n".join(shown), encoding="utf-8")
    return path


def test_evaluate_answers_every_line_as_the_library_does(run: Run, folder: Path) -> None:
    events = [says(1, "hello"), says(2, "来 网 赌", 1), says(3, "spam", 2), says(2, "来 网 赌", 1)]
    ran = run("evaluate", "policies", write(folder, *events))
    assert (ran.code, ran.err) == (0, "")
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert [answer["verdict"] for answer in answers] == ["allow", "delete", "delete", "delete"]
    assert [answer["ladders"]["small.conduct"]["strikes"] for answer in answers[1:]] == [1, 1, 1]
    assert answers[3] == answers[1] | {"replayed": True}
    engine = policyd.load(folder)
    assert [engine.evaluate(event).verdict for event in events] == [answer["verdict"] for answer in answers]


def test_evaluate_puts_a_problem_where_a_decision_cannot_be(run: Run, folder: Path) -> None:
    broken = says(7, "x") | {"member": {}}
    ran = run("evaluate", "policies", write(folder, "{", broken, "", says(1, "hello"), '{"id":"e9","kind":"late x"}'))
    assert ran.code == 0
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert [answer["event"] for answer in answers] == [None, "e7", "e1", "e9"]
    assert [answer.get("problem", {}).get("code") for answer in answers] == [
        "malformed_json", "invalid_event", None, "invalid_event",
    ]  # fmt: skip
    assert answers[1]["problem"]["pointer"] == "/member/id"
    assert ran.err == "3 of 4 events had a problem\n"


def test_evaluate_answers_a_pipe_line_by_line(folder: Path) -> None:
    """A bot may write an event and wait for the answer before it writes the next."""
    command = [sys.executable, "-m", "policyd", "evaluate", "policies"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        for number in (1, 2):
            process.stdin.write(json.dumps(says(number, "spam")).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["event"] == f"e{number}"
        process.stdin.write(json.dumps(says(3, "no line break")).encode())
        process.stdin.close()
        assert json.loads(process.stdout.readline())["event"] == "e3"
    assert process.returncode == 0


def test_explain_says_rule_values_and_what_came_nearest(run: Run, folder: Path) -> None:
    events = write(folder, says(1, "来 网 赌", images=4), says(2, "hello", images=3), says(3, "x") | {"member": {}})
    ran = run("explain", "policies", events)
    assert ran.code == 0
    first, second, third = ran.out.rstrip().split("\n\n")
    assert first.splitlines() == [
        'e1 · message · Ming · "来 网 赌"',
        "  delete",
        "    delete ← small.bad",
        r'    warn "first: bad words\ntoo many" ← small.bad, small.many → small.conduct 1',
        "    hold (small.many) gives way to delete",
        "    small.conduct: 1 strike, next mute",
        '    "网 赌" [2:5] = "网赌" (bad_words, noise)',
        '  `small.bad` (policies/small.policy:7) fired, then: message.text = "来 网 赌"',
        "  `small.many` (policies/small.policy:8) fired, then: message.images = 4, member.role = ?",
    ]
    assert second.splitlines()[-1] == (
        "  `small.many` (policies/small.policy:8) came nearest: `message.images > 3` is false, not true (3 against 3)"
    )
    assert third.splitlines() == ["e3", "  invalid_event: expected a value, but nothing came (/member/id)"]


WORKFLOWS = """policy small { for every group  timezone "UTC" }
ladder conduct { at 1 warn "first"  at 2 mute 1h }
rule bad { when message.text contains "bad"  then delete, strike conduct }
review ads { when message.text contains "advert"  needs licence  refused then delete }
schedule nightly { every day 22:00  then lock }
duty hello { on join  within 24h  until message  late then call out "who?" }
appeal { within 3d }
"""


def test_explain_says_what_waits_what_was_taken_back_and_what_was_missed(run: Run, folder: Path) -> None:
    (folder / "small.policy").write_text(WORKFLOWS, encoding="utf-8")

    def event(number: int, kind: str, day: int, **part: Any) -> dict[str, Any]:
        time = f"2026-03-{day:02}T12:00:00Z"
        who = {} if kind in ("tick", "verdict") else {"member": {"id": "u1"}}
        return {"id": f"e{number}", "kind": kind, "time": time, "group": {"id": "g1"}, **who, **part}

    ticket = ticket_id("g1", "appeal", "e3")
    events = write(
        folder,
        event(1, "join", 2),
        event(2, "message", 2, message={"id": "m2", "text": "advert"}),
        event(3, "message", 2, message={"id": "m3", "text": "bad"}, capabilities=["wechat"]),
        event(4, "appeal", 2, appeal={"event": "e3"}),
        event(5, "verdict", 2, verdict={"ticket": ticket, "by": "m1", "decision": "approve"}),
        event(6, "tick", 5),
    )
    joined, held, struck, appealed, taken_back, ticked = run("explain", "policies", events).out.rstrip().split("\n\n")
    assert joined.splitlines()[0] == "e1 · join · u1"
    waits = ticket_id("g1", "review", "small.ads", "u1", "1")
    assert f"    hold (ticket {waits}) ← small.ads" in held
    assert f"    ticket {waits}: review, open, waits for licence" in held
    assert "(instead of delete) ← small.bad" in struck
    assert f"    ticket {ticket}: appeal, open" in appealed
    assert "    e3 is taken back; stays: delete, warn" in taken_back.splitlines()
    assert ticked.splitlines()[0] == "e6 · tick"
    assert "    lock (group g1) ← small.nightly" in ticked.splitlines()
    assert "    small.nightly of 2026-03-03T22:00:00+00:00 (g1) is too old to be carried out" in ticked.splitlines()
    assert "(代替 delete)" in run("explain", "policies", events, "--lang", "zh").out


def test_explain_as_json_is_the_decision_with_its_explanation(run: Run, folder: Path) -> None:
    ran = run("explain", "policies", write(folder, says(1, "spam")), "--format", "json")
    answer = json.loads(ran.out)
    assert answer["verdict"] == "delete"
    assert [rule["rule"] for rule in answer["explain"]["rules"]] == ["small.bad", "small.many"]


def test_match_shows_words_in_their_disguise(run: Run, folder: Path) -> None:
    texts = write(folder, "玩網 賭", "反网赌", {"text": "SPAM, spam"})
    assert run("match", "policies", texts).out.splitlines() == [
        "1: 玩***",
        "    網 賭 [1:4] = 网赌 (bad_words, noise)",
        "3: ****, ****",
        "    SPAM [0:4] = spam (bad_words, fold)",
        "    spam [6:10] = spam (bad_words, plain)",
    ]
    answers = [json.loads(line) for line in run("match", "policies", texts, "--format", "json").out.splitlines()]
    assert [answer["line"] for answer in answers] == [1, 2, 3]
    assert [len(answer["matches"]) for answer in answers] == [1, 0, 2]
    assert answers[0] == {
        "line": 1,
        "masked": "玩***",
        "matches": [{"lexicon": "bad_words", "word": "网赌", "text": "網 賭", "start": 1, "end": 4, "view": "noise"}],
    }


def test_match_reports_how_good_the_words_are(run: Run, folder: Path) -> None:
    messages = [("网 赌", 1), ("spam", 1), ("something else", 1), ("hello", 0), ("spam for breakfast", 0)]
    labelled = write(folder, *({"text": text, "label": label} for text, label in messages), "")
    assert run("match", "policies", "--report", labelled).out.splitlines() == [
        "3 messages should be found, 2 should not",
        "           found  recall  false  share",
        "all        2      66.67%  1      50.00%",
        "bad_words  2      66.67%  1      50.00%",
        "plain      1      33.33%  1      50.00%",
        "noise      1      33.33%  0      0.00%",
        "",
        "entry  false  of these alone  found  lexicon    where",
        "spam   1      1               1      bad_words  small.policy:5",
    ]
    document = json.loads(run("match", "policies", "--report", labelled, "--format", "json").out)
    assert (document["wanted"], document["all"]) == (3, {"name": "all", "found": 2, "false": 1})


@pytest.mark.parametrize(
    "line", ["spam", "[]", '{"text": "spam"}', '{"text": 5, "label": 1}', '{"text": "x", "label": "a"}']
)
def test_a_report_needs_labels(run: Run, folder: Path, line: str) -> None:
    ran = run("match", "policies", "--report", write(folder, {"text": "x", "label": True}, line))
    assert ran.code == 2
    assert 'events.jsonl:2: a line is {"text": "…", "label": 1}' in ran.err
