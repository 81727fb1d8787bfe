"""The same rules on the same messages through the engines that one could take instead, in one run.

Run: `make bench-one FILE=bench/peers.py`. Twenty rules `length > N and role == "member" or images > M` look at
messages with the lengths of real chats. Before anything is timed every peer must name the same rules as policyd does.
Peers that are not installed are left out. What is printed: microseconds for a clean message, and how many times what
policyd needs, from the event to the rules that fired.

Each peer is used as its documentation says is fast: rules are compiled once, the message is handed over in the form
that it takes, and where it can answer for all rules in one call, it is asked once.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.load import texts
from policyd.check.load import load_texts
from policyd.compile.load import compile_policies
from policyd.model.event import Event, Group, Member, Message
from policyd.model.state import Observed

RULES: Final = tuple((120 + 40 * number, 3 + number) for number in range(20))
"""N and M of each rule."""
ASKED: Final = 300
Told = dict[str, Any]
"""`length`, `role`, `images`, as peers take them."""
Decide = Callable[[Any], Sequence[int]]


class Peer(NamedTuple):
    """`make` gives what is called for a message, `form` brings a message into the form that it takes."""

    package: str
    make: Callable[[Any], Decide]
    form: Callable[[Any, Told], Any] = lambda module, told: told


def said() -> Iterator[tuple[str, Told]]:
    """Messages: real texts, with now and then many images, by members and others."""
    chance = random.Random(7)
    found = texts()
    for _ in range(ASKED):
        text = chance.choice(found) * chance.choice((1, 1, 1, 6))
        role = chance.choice(("member", "member", "member", "admin"))
        images = chance.choice((0, 0, 0, 1, 2, 5, 11))
        yield text, {"length": len(text), "role": role, "images": images}


# ---------------------------------------------------------------- policyd


def policyd(_: object = None) -> Callable[[Event], Sequence[int]]:
    rules = "\n".join(
        f"rule r{number:02} {{ when message.length > {length} and member.role == member or message.images > {images} "
        f"then flag }}"
        for number, (length, images) in enumerate(RULES)
    )
    policies, found = load_texts({"peers.policy": f"policy peers {{ for every group }}\n{rules}\n"})
    assert policies is not None, found[0].message()
    program = compile_policies(policies)
    observed = Observed(now=1_772_452_800_000)

    def decide(event: Event) -> Sequence[int]:
        fired = program.decide(program.prepare(event), observed).fired
        return [int(each.rule.name[-2:]) for each in fired] if fired else ()

    return decide


def event(text: str, told: Told) -> Event:
    return Event(
        id="e1", kind="message", group=Group("g1"), member=Member("u1", role=told["role"]),
        message=Message(id="m1", text=text, images=told["images"]),
    )  # fmt: skip


# ---------------------------------------------------------------- peers


def zen(module: Any) -> Decide:
    rules = [
        module.compile_expression(f"length > {length} and role == 'member' or images > {images}")
        for length, images in RULES
    ]
    return lambda told: [number for number, rule in enumerate(rules) if rule.evaluate(told)]


def rule_engine(module: Any) -> Decide:
    rules = [module.Rule(f'length > {length} and role == "member" or images > {images}') for length, images in RULES]
    return lambda told: [number for number, rule in enumerate(rules) if rule.matches(told)]


def json_logic(module: Any) -> Decide:
    rules = [
        {"or": [{"and": [{">": [{"var": "length"}, length]}, {"==": [{"var": "role"}, "member"]}]},
                {">": [{"var": "images"}, images]}]}
        for length, images in RULES
    ]  # fmt: skip
    return lambda told: [number for number, rule in enumerate(rules) if module.jsonLogic(rule, told)]


def cel(module: Any) -> Decide:
    environment = module.Environment()
    programs = [
        environment.program(environment.compile(f'length > {length} && role == "member" || images > {images}'))
        for length, images in RULES
    ]
    return lambda told: [number for number, program in enumerate(programs) if program.evaluate(told)]


def cedar_of_text(module: Any) -> Decide:
    """With its policies as text, which it reads for every decision."""
    return _cedar(module, _CEDAR_RULES, "[]")


def cedar(module: Any) -> Decide:
    """With policies and entities read beforehand."""
    return _cedar(module, module.PolicySet.from_str(_CEDAR_RULES), module.Entities.from_json_str("[]"))


_CEDAR_RULES: Final = "\n".join(
    f'@id("{number}") permit(principal, action, resource) when '
    f'{{ context.length > {length} && context.role == "member" || context.images > {images} }};'
    for number, (length, images) in enumerate(RULES)
)


def _cedar(module: Any, policies: Any, entities: Any) -> Decide:

    def decide(told: Told) -> Sequence[int]:
        asked = {"principal": 'U::"u"', "action": 'A::"message"', "resource": 'G::"g"', "context": told}
        reasons = module.is_authorized(asked, policies, entities).diagnostics.reasons
        return sorted(int(reason.removeprefix("policy")) for reason in reasons)

    return decide


def rego(module: Any) -> Decide:
    interpreter = module.Interpreter()
    rules = "\n".join(
        f'fired contains {number} if {{ input.length > {length}; input.role == "member" }}\n'
        f"fired contains {number} if {{ input.images > {images} }}"
        for number, (length, images) in enumerate(RULES)
    )
    interpreter.add_module("peers", f"package peers\n{rules}\n")

    def decide(told: Told) -> Sequence[int]:
        interpreter.set_input(told)
        return sorted(json.loads(str(interpreter.query("data.peers.fired")))["expressions"][0])

    return decide


PEERS: Final = {
    "zen-engine": Peer("zen", zen),
    "rule-engine": Peer("rule_engine", rule_engine),
    "json-logic": Peer("json_logic", json_logic),
    "cel-python": Peer("celpy", cel, lambda module, told: module.json_to_cel(told)),
    "cedarpy": Peer("cedarpy", cedar),
    "cedarpy, policies as text": Peer("cedarpy", cedar_of_text),
    "regopy": Peer("regopy", rego),
}


CLEAN: Final[Told] = {"length": 20, "role": "member", "images": 0}


def bench_decide_policyd(benchmark: BenchmarkFixture) -> None:
    """From the event to the rules that fired."""
    assert benchmark(policyd(), event("x" * 20, CLEAN)) == ()


@pytest.mark.parametrize("name", PEERS)
def bench_decide(benchmark: BenchmarkFixture, name: str) -> None:
    peer = PEERS[name]
    module = pytest.importorskip(peer.package, reason=f"{name} is not installed")
    decide, ours = peer.make(module), policyd()
    for text, told in said():
        assert list(decide(peer.form(module, told))) == list(ours(event(text, told))), told
    assert not benchmark(decide, peer.form(module, CLEAN))
