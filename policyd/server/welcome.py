"""What the service prints when it starts: where it listens, by which policies, on which store, and how to try it."""

from __future__ import annotations

import json
import shlex
from importlib.metadata import version
from typing import Any

from policyd.check.resolved import Policy, PolicySet
from policyd.reference.reading import matches_in, own_expressions
from policyd.server.app import EVALUATE
from policyd.server.contents import contents_of
from policyd.server.settings import Settings


def welcome(settings: Settings, policies: PolicySet, address: str) -> str:
    """`address` as it can be called: `127.0.0.1:8900`."""
    url = f"http://{address}"
    lines = [
        f"policyd {version('policyd')} listens on {url}",
        f"  policies  {settings.policies}: {policies_line(policies)}",
        f"  revision  {policies.revision}",
        f"  store     {store_line(settings)}",
        "  try it    " + curl(settings, policies, url),
        "  reload    send SIGHUP; stop with Ctrl-C",
    ]
    return "\n".join(lines)


def policies_line(policies: PolicySet) -> str:
    """Every policy with how much there is of it."""
    return "; ".join(f"{policy.name} ({_contents(policy)})" for policy in policies.policies)


def _contents(policy: Policy) -> str:
    counts = contents_of(policy)
    workflows = [_count(counts.workflows, "workflow")] if counts.workflows else []
    return ", ".join([_count(counts.rules, "rule"), *workflows, _count(_words(policy), "word")])


def store_line(settings: Settings) -> str:
    clock = ", on the events' own clock (for trying out)" if settings.clock == "event" else ""
    if settings.redis:
        return "Redis or Valkey at " + settings.redis.rpartition("@")[2].rpartition("//")[2] + clock
    if settings.store == "memory":
        return f"memory (nothing is kept when the service stops){clock}"
    return f"embedded Valkey, kept in {settings.data_dir}{clock}"


def curl(settings: Settings, policies: PolicySet, url: str) -> str:
    """A command that asks about a message which, if possible, some policy acts on."""
    token = " -H 'authorization: Bearer TOKEN'" if settings.bots else ""
    body = json.dumps(example(policies), ensure_ascii=False, separators=(",", ":"))
    return f"curl -s {url}{EVALUATE} -H 'content-type: application/json'{token} -d {shlex.quote(body)}"


def example(policies: PolicySet) -> dict[str, Any]:
    """An event of a group that the first policy covers."""
    policy = policies.policies[0]
    group: dict[str, Any] = {"id": "g1"}
    if policy.scope.by == "id":
        group = {"id": policy.scope.values[0]}
    elif policy.scope.by == "tag":
        group["tags"] = [policy.scope.values[0]]
    text = _telling_word(policy, policies) or "hello"
    member = {"id": "u1", "name": "Ming"}
    return {"id": "try-1", "kind": "message", "group": group, "member": member, "message": {"id": "m1", "text": text}}


def _telling_word(policy: Policy, policies: PolicySet) -> str | None:
    """The first word of the first lexicon that a rule for messages looks for."""
    for rule in policy.rules:
        if "message" in rule.kinds:
            for expr in own_expressions(rule):
                for match in matches_in(expr, policies):
                    for name in match.lexicons:
                        for entry in policies.lexicons[name].entries:
                            return entry.word
    return None


def _words(policy: Policy) -> int:
    return sum(len(lexicon.entries) for lexicon in policy.lexicons)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
