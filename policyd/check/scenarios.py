"""Tests: whether what they name exists."""

from __future__ import annotations

from typing import Final

from policyd.check.draft import WHAT, Findings, PolicyDraft, SetDraft
from policyd.check.givens import check_given
from policyd.check.suggest import did_you_mean
from policyd.check.wording import listed
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase

_FIRING, _TALLY = WHAT[n.Rule], WHAT[n.Tally]
_HELD: Final = (n.Ladder, n.Tally, n.Streak, n.Tiers)
_STANDING: Final = Phrase("ladder, tally, streak or `tiers`", "阶梯、积分、打卡或等级")


def scenarios(draft: SetDraft) -> None:
    rules = _firing(draft.policies)
    broken = frozenset().union(*draft.lost_names.values())
    for file in draft.files:
        for declaration in file.declarations:
            if isinstance(declaration, n.Test):
                _check(declaration, draft, rules, broken)


def _check(test: n.Test, draft: SetDraft, rules: frozenset[str], broken: frozenset[str]) -> None:
    groups: set[str] = set()
    for step in test.steps:
        match step:
            case n.Given():
                if step.what == "group":
                    groups.add(step.id)
                check_given(step, draft)
            case n.Has():
                _check_has(step, draft, broken)
            case n.Expect() | n.Each():
                expect = step if isinstance(step, n.Expect) else step.expect
                _check_because(expect, rules, broken, draft.findings)
                _check_awards(expect, draft, broken)
            case n.Does():
                _check_group(step, groups, draft.findings)
                _check_evidence(step, draft)
    if not any(isinstance(step, n.Expect | n.Each | n.Has) for step in test.steps):
        draft.findings.report("W550", test.span)


def _check_has(step: n.Has, draft: SetDraft, broken: frozenset[str]) -> None:
    """A tier is a word, and everything else a number."""
    _check_name(step.ladder, _all_names(draft.policies, _HELD), broken, _STANDING, draft.findings)
    found = [node for policy in draft.policies if (node := _held(step.ladder.text, policy)) is not None]
    tiers = [tier.name for node in found if isinstance(node, n.Tiers) for tier in node.tiers]
    name = step.ladder.text
    if step.tier is None and tiers and all(isinstance(node, n.Tiers) for node in found):
        hint = Phrase(f"write one of its tiers: `has {name} {tiers[0]}`", f"请写等级名称:`has {name} {tiers[0]}`")
        draft.findings.report("C557", step.span, name=name, hint=hint)
    elif step.tier is not None and found and not tiers:
        hint = Phrase(f"write a number: `has {name} 3`", f"请写数字:`has {name} 3`")
        draft.findings.report("C557", step.tier.span, name=name, hint=hint)
    elif step.tier is not None and tiers and step.tier.text not in tiers:
        every = listed(dict.fromkeys(tiers))
        nothing = Phrase(f"there are {every.en}", f"现有:{every.zh}")
        hint = did_you_mean(step.tier.text, tiers, nothing)
        draft.findings.report("C629", step.tier.span, name=step.tier.text, of=name, hint=hint)


def _held(name: str, policy: PolicyDraft) -> object | None:
    """What a test calls so: ladders before values, plain or qualified."""
    plain = name.removeprefix(f"{policy.name}.")
    every = (policy.names["ladder"].get(plain), policy.names["value"].get(plain))
    return next((node for node in every if isinstance(node, _HELD)), None)


def _check_awards(expect: n.Expect, draft: SetDraft, broken: frozenset[str]) -> None:
    for item in expect.items:
        if item.target is not None:
            _check_name(item.target, _all_names(draft.policies, (n.Tally,)), broken, _TALLY, draft.findings)


def _firing(policies: list[PolicyDraft]) -> frozenset[str]:
    """Names of everything that fires, and of the rules that workflows become and that are shown, plain and
    qualified."""
    found: set[str] = set()
    for policy in policies:
        shown = (name for name, rule in policy.rules.items() if not rule.quiet)
        for name in (*policy.names["firing"], *shown):
            found |= {name, policy.qualified(name)}
    return frozenset(found)


def _all_names(policies: list[PolicyDraft], types: tuple[type, ...]) -> frozenset[str]:
    """Names of all policies, plain and qualified."""
    found: set[str] = set()
    for policy in policies:
        for names in policy.names.values():
            for name, node in names.items():
                if isinstance(node, types):
                    found |= {name, policy.qualified(name)}
    return frozenset(found)


def _check_because(expect: n.Expect, rules: frozenset[str], broken: frozenset[str], findings: Findings) -> None:
    if expect.because and not expect.items:
        findings.report("C554", expect.because[0].span.to(expect.because[-1].span))
    for name in expect.because:
        _check_name(name, rules, broken, _FIRING, findings)


def _check_name(name: n.Name, known: frozenset[str], broken: frozenset[str], what: Phrase, findings: Findings) -> None:
    if name.text in known or not broken.isdisjoint(name.parts):
        return
    nothing = Phrase("tests name what some policy of this folder declares", "测试只能引用本目录的策略中声明过的名称")
    findings.report("C105", name.span, name=name.text, what=what, hint=did_you_mean(name.text, known, nothing))


def _check_evidence(does: n.Does, draft: SetDraft) -> None:
    """Evidence that no review needs is refused by the endpoint."""
    needed = sorted({need for policy in draft.policies for review in policy.reviews.values() for need in review.needs})
    for key, value in does.fields:
        for item in value.items if key == "evidence" and isinstance(value, n.ListOf) else ():
            if isinstance(item, n.Constant) and item.value not in needed:
                every = listed(needed)
                nothing = Phrase(f"reviews need {every.en}", f"审核需要 {every.zh}")
                if not needed:
                    nothing = Phrase("declare what a review `needs`", "请先在审核中写 `needs`")
                hint = did_you_mean(str(item.value), needed, nothing)
                draft.findings.report("C556", item.span, name=str(item.value), hint=hint)


def _check_group(does: n.Does, groups: set[str], findings: Findings) -> None:
    for key, value in does.fields:
        if key == "group" and isinstance(value, n.Constant) and isinstance(value.value, str) and groups:
            if value.value not in groups:
                begin = f'given group "{value.value}"'
                say = Phrase(f"begin the test with `{begin}`", f"请在测试开头写 `{begin}`")
                findings.report("C553", value.span, name=value.value, hint=did_you_mean(value.value, groups, say))
