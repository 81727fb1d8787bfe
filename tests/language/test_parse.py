"""What holds for every text: nothing raises, spans lie in the source, one broken declaration hides no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policyd.language import keywords
from policyd.language.nodes import Constant, Let
from policyd.language.render import as_dict, render
from policyd.language.source import NOWHERE, Source, Span
from tests.language.reading import one, read

COMMENT = re.compile(r"[#\uff03][^\r\n]*")
ROOT = Path(__file__).parents[2]
BEGINNING = 'policy p { for every group }\nlexicon words { words "a" }\n'
DECLARATIONS = (
    'rule one { when message.text matches words then delete, warn "{member.name}" }',
    "limit two {\n  at most 5 messages by member within 10s\n  then flag\n}",
    "  ladder three { at 1 flag at 2 mute 24h }",
    'lexicon four {\n  words "a", "b"\n  except "}{"\n}',
    "hours five { every day 22:00-8:00 } # }",
    "exempt six { when a like /}{/ from one }",
    "shadow rule seven {\n  then flag }",
    'test "eight" {\n  member u1 says "a" expect delete\n}',
    'group "g1", "g2" {\n  nine = 5  without one\n}',
    "schedule ten { every mon 9:00\n  when five opens then lock, propose remove for 3d then mute 24h }",
    "review eleven {\n  when a  needs b, c\n  approve at most 2 per day, valid 3d\n  exempt one\n pending then hold\n}",
    "duty twelve {\n  on join within 3m in five, 5m otherwise\n  until reply by admins  late then flag\n}",
    "switch thirteen {\n  off after 3h }",
    "streak fourteen {\n  each day before 22:00 message where a\n  repair 1 per week\n at 7 then add 1 to two }",
    "tiers fifteen by member {\n  every week score a\n  tier x >= 80\n  tier y otherwise\n}",
)
WORDS = (
    "policy attribute let template lexicon hours counter limit ladder rule shadow exempt test words file "
    'on when unless then otherwise at most 5 messages by member within 10s delete , warn "a" { } ( ) [ ] '
    "= == : . .. / + - * % and or not in matches like /a/ contains starts with every day mon 22:00 "
    '2026-10-01 given group says expect nothing because a b member.name "{a}" """ " \' # \n \u3000 ， “ ” \u200b '
    "\u202e 1h30m 15% 5x if ; brake setting name for sum group roster switch schedule sweep review duty appeal key "
    "off after every month on first of opens needs approve member content per week valid moderators pending refused "
    "due until reply pause remind late together each even removed decided owner without propose hold 3d release digest "
    "lock move to set slow tick outcome failed submits appeals moderator approves marks as posts notice replying "
    "tally streak tiers tier score >= before repair distinct sums add points has join.inviter"
).split(" ")


def spans(value: object) -> Iterator[Span]:
    """Every span of a tree."""
    if isinstance(value, Span):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from spans(item)
    elif is_dataclass(value) and not isinstance(value, Source):
        for field in fields(value):
            yield from spans(getattr(value, field.name))


def check_everything(text: str) -> None:
    file, findings = read(text)
    inside = [span for span in spans((file.header, file.declarations)) if span != NOWHERE]
    inside += [span for finding in findings for span in (finding.span, *(place.span for place in finding.related))]
    for span in inside:
        assert span.source is file.source
        assert 0 <= span.start <= span.end <= len(text)
        assert span.start < span.end or span.start == len(text)
    for finding in findings:
        for language in ("en", "zh"):
            assert finding.code in render(finding, language)
        place = as_dict(finding)
        assert (place["line"], place["column"]) <= (place["end_line"], place["end_column"])
    if not findings and COMMENT.sub("", text.removeprefix("\ufeff")).strip():
        assert file.header or file.declarations


@given(st.text())
@settings(deadline=None)
def test_any_text(text: str) -> None:
    check_everything(text)


@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
@settings(max_examples=400, deadline=None)
def test_any_words(text: str) -> None:
    check_everything(text)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_any_damage(data: st.DataObject) -> None:
    """A policy with a piece cut out or put in somewhere else."""
    text = BEGINNING + "\n".join(DECLARATIONS)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 20, len(text))))
    put_in = data.draw(st.sampled_from((*WORDS, "")))
    check_everything(text[:start] + put_in + text[end:])


@pytest.mark.parametrize("broken", range(len(DECLARATIONS)))
def test_a_missing_closing_brace_hides_nothing(broken: int) -> None:
    whole, _ = read(BEGINNING + "\n".join(DECLARATIONS))
    cut = list(DECLARATIONS)
    head, _, rest = cut[broken].rpartition("}" if "#" not in cut[broken] else "} #")
    cut[broken] = head + (" #" + rest if "#" in cut[broken] else rest)
    file, findings = read(BEGINNING + "\n".join(cut))
    assert [finding.code for finding in findings] == ["P131"]
    assert findings[0].span.text == "{"
    assert (file.header, file.declarations) == (whole.header, whole.declarations)


@pytest.mark.parametrize("broken", range(len(DECLARATIONS)))
def test_a_broken_declaration_hides_no_other(broken: int) -> None:
    whole, _ = read(BEGINNING + "\n".join(DECLARATIONS))
    cut = list(DECLARATIONS)
    cut[broken] = cut[broken].replace("{", "{ ,", 1)
    file, findings = read(BEGINNING + "\n".join(cut))
    assert [finding.span.text for finding in findings] == [","]
    assert file.declarations == whole.declarations[: broken + 1] + whole.declarations[broken + 2 :]
    assert len(file.unread) == 1


@pytest.mark.parametrize("word", sorted(keywords.DECLARATIONS))
def test_words_of_declarations_before_a_body_are_no_names(word: str) -> None:
    """One finding, and the declaration is read."""
    for head in ("rule", "shadow rule", "exempt", "limit", "policy", "hours"):
        text = f"let a = 1\n{head} {word} {{ }} let b = 1"
        named = [finding for finding in read(text)[1] if finding.code != "P136"]
        assert [(finding.code, finding.span.text) for finding in named] == [("P134", word)]
        assert read(text)[0].declarations[0] == Let("a", Constant("int", 1))
        assert read(text)[0].declarations[-1] == Let("b", Constant("int", 1))


def test_a_declaration_whose_name_is_missing_does_not_take_the_next_one() -> None:
    after = "limit flood { at most 5 messages by member within 1h then delete }"
    for between in (" ", "\n"):
        file, findings = read(f"rule{between}{after}")
        assert [(finding.code, finding.span.text) for finding in findings] == [("P133", "rule")]
        assert file.declarations == (one(after),)


def test_declarations_may_share_a_line() -> None:
    file, findings = read("let a = 1 let b = 2 rule c { then delete } let d = rule")
    assert findings == []
    assert [getattr(declaration, "name", "") for declaration in file.declarations] == ["a", "b", "c", "d"]
    assert file.declarations[0] == Let("a", Constant("int", 1))


def test_findings_come_in_the_order_of_the_text() -> None:
    starts = [
        finding.span.start for finding in read("rule a { then kick }\nlet b = 5x\nrul c { }\nlet d = 2026-13-01")[1]
    ]
    assert len(starts) == 4
    assert starts == sorted(starts)


def policies_of(path: Path) -> list[str]:
    return re.findall(r"^```policy\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("number", range(len(policies_of(ROOT / "grammar" / "LANGUAGE.md"))))
def test_examples_of_the_manual(number: int) -> None:
    text = policies_of(ROOT / "grammar" / "LANGUAGE.md")[number]
    assert [render(finding) for finding in read(text)[1]] == []


def test_the_policy_of_the_design() -> None:
    design = ROOT.parent / "shared" / "design" / "LANGUAGE.md"
    if not design.exists():
        pytest.skip("the design is not beside this checkout")
    for text in policies_of(design):
        file, findings = read(text)
        assert [(finding.code, finding.span.text) for finding in findings] == []
        assert file.header is not None and len(file.declarations) == 15
