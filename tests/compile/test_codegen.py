"""The generated code: always the same, of a closed set of nodes, free of author text, on the lines of the policy."""

from __future__ import annotations

import ast
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from policyd.check import resolved as r
from policyd.compile.blind import BlindRule
from policyd.compile.codegen import Generated, generate
from policyd.compile.emit import NODES, module
from policyd.compile.hours import WallClock
from policyd.compile.load import compile_policies
from policyd.compile.plan import PolicyPlan
from policyd.compile.program import Fired
from policyd.language.source import Source, Span
from policyd.language.types import BOOL, TEXT, list_of
from policyd.model.event import Event
from policyd.model.state import Observed
from policyd.text import contacts as finders
from policyd.text.contacts import Contact
from tests.compile import trees as t

_OBSERVED = Observed(now=1_772_452_800_000, counts=(1,), strikes=(0,))
_HOSTILE = (
    "__import__('os').system('echo')", "'); raise SystemExit('", "\\", "\n", '"""', "k0", "None", "{p.event}",
    "\udc80", "x = 1; del x",
)  # fmt: skip


def _code(policies: r.PolicySet) -> Generated:
    plans = [PolicyPlan(policy, WallClock(policy.zone)) for policy in policies.policies]
    return generate(plans, {name: number for number, name in enumerate(policies.lexicons)})


def _dump(policies: r.PolicySet) -> str:
    """All that is generated; of constants that are functions or tables of ours, only where they stand."""
    code = _code(policies)
    lines = []
    for name, unit in code.units.items():
        lines += [name, ast.dump(module(unit.functions), include_attributes=True), *sorted(unit.links)]
        for value in unit.constants.values:
            plain = isinstance(value, str | int | float | tuple | Fired | BlindRule)
            lines.append(repr(sorted(value)) if isinstance(value, frozenset) else repr(value) if plain else "ours")
    rules = [(one.name, one.kinds, one.gate and sorted(one.gate), one.blind) for of in code.rules for one in of]
    return "\n".join([*lines, repr(rules), repr(code.counters)])


def _everything() -> r.PolicySet:
    """A rule for every kind of expression."""
    text, images = t.fact("message.text"), t.fact("message.images")
    exprs: list[r.Expr] = [
        t.matches("bad"), t.no(t.matches("bad", "ads")), t.compare(t.count(), ">", 5), t.fact("member.muted"),
        r.Like(text, "a+", BOOL), r.Known(images, BOOL), r.TextTest("starts with", text, t.const("#"), BOOL),
        r.InList(text, t.const(("a", "b")), True, BOOL), r.TextTest("contains", text, t.const("x"), BOOL),
        r.InList(text, r.ListExpr((t.fact("group.name"),), list_of(TEXT)), True, BOOL),
        t.compare(r.Default(images, t.const(0), images.type), ">", 1), r.LetValue("p.deep", BOOL),
        t.compare(r.FunctionCall("lower", (text,), TEXT), "==", "x"), t.fact("message.forwarded"),
        t.compare(r.Arithmetic("/", images, t.const(2), images.type), "<", 3),
        t.compare(r.Negative(images, images.type), "<=", 3), t.compare(r.Answer("q", TEXT), "!=", "a"),
        t.compare(r.AttributeFact("member", "course", TEXT), "==", "x"), t.const(True),
        t.compare(t.fact("member.role"), ">", t.fact("member.role")), t.compare(t.fact("member.age"), ">=", 5),
        t.on("lockdown"), t.owes(), t.owes("answer"), *(t.is_("ad", one) for one in ("pending", "allowed", "refused")),
        *(r.InRoster(text, "p.students", negated, BOOL) for negated in (False, True)),
        t.compare(r.RosterField(text, "p.students", "class", TEXT), "==", "3"), t.some(t.owes(), t.on("lockdown")),
        t.compare(images, ">", r.SettingValue("p.most", images.type)), r.SettingValue("p.strict", BOOL),
        t.compare(r.Strikes("p.conduct", images.type), ">", 1), t.compare(t.fact("member.silent"), ">", 5),
        *(r.InHours(t.fact("now"), "p.night", negated, BOOL) for negated in (False, True)),
        *(r.InHours(t.fact("member.joined"), "p.night", negated, BOOL) for negated in (False, True)),
    ]  # fmt: skip
    rules = [t.rule(f"r{place:02}", expr, span=t.span(place + 1)) for place, expr in enumerate(exprs)]
    rules += [t.rule(f"z{place:02}", expr, otherwise=t.FLAG, unless=expr) for place, expr in enumerate(exprs)]
    return t.one(
        *rules,
        settings=(t.setting("most", 3, g7=4), t.setting("strict", True)),
        rosters=(t.roster("students", "phone", {"phone": "138", "class": "3"}),),
        reviews=(t.review(),),
        duties=(t.duty(), t.duty("answer", reply=True)),
        lexicons=(t.lexicon("bad", "网赌"), t.lexicon("ads", "代理")),
        hours=(r.Hours("p.night", "Asia/Shanghai", (r.HoursWindow((0,), None, 0, 60),)),),
        counters=(t.counter(where=t.compare(images, ">", 0)),),
        ladders=(r.Ladder("p.conduct", (), 0, 0),),
        exempts=(t.exempt("staff", t.compare(t.fact("member.role"), "==", "admin"), "r00", "r02"),),
        lets=(
            t.let("deep", t.every(r.LetValue("p.long", BOOL), r.LetValue("p.long", BOOL))),
            t.let("long", t.compare(t.fact("message.length"), ">", 300)),
        ),
    )


def test_same_input_same_code() -> None:
    assert _dump(_everything()) == _dump(_everything())


def test_same_code_in_every_process() -> None:
    """No order of a set or dict that depends on the seed of hashes."""
    script = "from tests.compile import test_codegen as t; print(t._dump(t._everything()))"
    root = Path(__file__).parents[2]
    runs = {
        subprocess.run(
            [sys.executable, "-c", script], cwd=root, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(runs) == 1


def test_nodes_of_the_closed_set_alone() -> None:
    code = _code(_everything())
    used = {type(node) for unit in code.units.values() for node in ast.walk(module(unit.functions))}
    assert used == NODES


def test_other_nodes_are_refused() -> None:
    for source in ("import os", "f'{p}'", "lambda: 0", "p.__class__", "print('x')", "open(p)[1:2]", "Name"):
        with pytest.raises(AssertionError):
            module(ast.parse(source).body)


@pytest.mark.parametrize("text", _HOSTILE)
def test_author_text_is_never_code(text: str) -> None:
    """As a name, a word, a constant, a key, an attribute and a file name."""
    source = Source(f"{text}.policy".replace("\n", "").replace("\x00", ""), f"{text}\n" * 3)
    when = t.some(
        r.AttributeFact("member", text, BOOL),
        r.InList(t.fact("message.text"), r.Const((text, "other"), list_of(TEXT)), False, BOOL),
        t.compare(r.Answer(text, TEXT), "==", text),
        r.LetValue(f"p.{text}", BOOL),
    )
    policies = t.one(
        t.rule(text, when, span=t.span(1, source), title=text),
        t.rule("plain", when),
        lets=(t.let(text, t.every(*[t.compare(t.fact("message.text"), "==", text)] * 9)),),
        exempts=(t.exempt(text, t.compare(t.fact("group.name"), "==", text), "plain"),),
    )
    code = _code(policies)
    for unit in code.units.values():
        written = ast.unparse(module(unit.functions))
        assert text in ("\n", "k0", "None", "\\") or text not in written
    fired = compile_policies(policies)
    outcome = fired.decide(fired.prepare(t.message(text)), _OBSERVED)
    assert {one.rule.name for one in outcome.fired} == {f"p.{text}", "p.plain"}


def test_no_name_of_python_is_in_reach() -> None:
    program = compile_policies(_everything())
    for function in program._code.functions.values():
        assert function.__globals__["__builtins__"] == {}


def test_traceback_shows_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the package inside generated code points at the line of the policy, and at its text."""
    source = Source("rules/group.policy", "# first\nrule a {\n  when message.images > 3\n  then flag\n}\n")
    start = source.text.index("message.images")
    place = Span(source, start, start + 5)
    expr = r.Compare(">", t.fact("message.images"), t.const(3), BOOL, span=place)
    program = compile_policies(t.one(t.rule("a", expr, span=Span(source, 8, 20))))
    broken: Event = t.message(images="four")
    with pytest.raises(TypeError) as raised:
        program.decide(program.prepare(broken), _OBSERVED)
    last = traceback.extract_tb(raised.value.__traceback__)[-1]
    assert (last.filename, last.lineno, last.line) == ("rules/group.policy", 3, "when message.images > 3")


def test_what_many_rules_read_is_read_once() -> None:
    """However many rules there are, the text is fetched and measured once."""
    rules = [t.rule(f"r{number:03}", t.compare(t.fact("message.length"), ">", number)) for number in range(100)]
    code = _code(t.one(*rules))
    nodes = [node for unit in code.units.values() for node in ast.walk(module(unit.functions))]
    assert sum(isinstance(node, ast.Attribute) and node.attr == "text" for node in nodes) == 1


def test_what_a_text_holds_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not at all where the rest of the condition is false already."""
    worked_out: list[str] = []

    def one_contact(text: str) -> tuple[Contact]:
        worked_out.append(text)
        return (Contact("number", 0, 1, text),)

    monkeypatch.setattr(finders, "contacts", one_contact)
    contacts = t.compare(t.fact("message.contacts"), ">", 0)
    images = t.compare(t.fact("message.images"), ">", 0)
    program = compile_policies(t.one(*[t.rule(name, t.every(contacts, images)) for name in "abc"]))
    program.decide(program.prepare(t.message("a", images=0)), _OBSERVED)
    assert worked_out == []
    assert len(program.decide(program.prepare(t.message("b", images=1)), _OBSERVED).fired) == 3
    assert worked_out == ["b"]


def test_every_node_is_on_a_line_of_its_rule() -> None:
    code = _code(_everything())
    for unit in code.units.values():
        lines = {getattr(node, "lineno", 1) for node in ast.walk(module(unit.functions))}
        assert lines <= set(range(1, 50))
        assert len(lines) > 1 or unit.source.name != "p.policy"
