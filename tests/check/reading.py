"""Short ways to check a policy in tests."""

from __future__ import annotations

from policyd.check.load import load_texts
from policyd.check.resolved import Expr, Policy, PolicySet

HEADER = 'policy p { for every group  timezone "Asia/Shanghai" }\n'


def checked(text: str, **libraries: str) -> PolicySet:
    """The set of one policy `p`, to which a header is added, and libraries; it must have no errors."""
    texts = {"p.policy": HEADER + text} | {f"{name}.policy": body for name, body in libraries.items()}
    policies, found = load_texts(texts)
    errors = [(d.code, d.span.text, d.message()) for d in found if d.severity == "error"]
    assert policies is not None, errors
    return policies


def policy(text: str, **libraries: str) -> Policy:
    return next(each for each in checked(text, **libraries).policies if each.name == "p")


def condition(text: str, before: str = "", on: str = "message") -> Expr:
    """The resolved condition of a rule."""
    rules = policy(f"{before}\nrule r {{ on {on}  when {text}  then strike l }}\nladder l {{ at 1 ban }}").rules
    rule = next(rule for rule in rules if rule.name == "p.r")
    assert rule.when is not None
    return rule.when


def codes(text: str, **libraries: str) -> list[tuple[str, str]]:
    """Code and underlined text of everything that is found."""
    texts = {"p.policy": HEADER + text} | {f"{name}.policy": body for name, body in libraries.items()}
    return [(diagnostic.code, diagnostic.span.text) for diagnostic in load_texts(texts)[1]]
