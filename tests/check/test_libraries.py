"""Files without a header are libraries: every policy sees its own copy (law L3)."""

from __future__ import annotations

from policyd.check.load import load_texts
from tests.check.reading import checked, codes

LIBRARY = """lexicon ads { words "加微信" }
rule ads { when message.text matches ads  then strike conduct }
test "广告" { member u1 says "加微信" expect warn because ads }
"""
LADDER = 'ladder conduct { at 1 warn "注意" }\n'
OTHER = "policy q { for every group }\n" + LADDER


def test_each_policy_has_its_own_copy() -> None:
    policies = checked(LADDER, q=OTHER, lib=LIBRARY)
    assert sorted(policies.rules) == ["p.ads", "q.ads"]
    assert [rule.then[0].ladder for rule in policies.rules.values()] == ["p.conduct", "q.conduct"]
    assert [test.title for test in policies.tests] == ["广告"]


def test_a_library_may_need_what_a_policy_declares() -> None:
    _, found = load_texts({"p.policy": "policy p { for every group }", "q.policy": OTHER, "lib.policy": LIBRARY})
    (undeclared,) = found
    assert (undeclared.code, undeclared.span.source.name, undeclared.span.text) == ("C105", "lib.policy", "conduct")
    (policy,) = undeclared.related
    assert (policy.span.source.name, policy.span.text) == ("p.policy", "p")


def test_a_mistake_in_a_library_is_said_once() -> None:
    wrong = "rule r { when message.lenght > 3  then delete }"
    assert codes("rule s { then flag }", q="policy q { for every group }", lib=wrong) == [("C104", "message.lenght")]


def test_names_clash_between_files() -> None:
    value = "let ads = message.links\nrule x { when ads > 2 then flag }"
    found = codes("rule ads { then flag }", lib="rule ads { then delete }", lib2=value)
    assert ("C101", "ads") in found
    assert [code for code, _ in found if code.startswith("C")] == ["C101"]


def test_unused_only_where_no_policy_uses_it() -> None:
    lib = 'lexicon ads { words "加微信" }\nlexicon never { words "代理" }'
    uses = "rule r { when message.text matches ads  then delete }"
    assert codes(uses, q="policy q { for every group }", lib=lib) == [("W501", "never")]


def test_a_broken_header_is_still_a_policy() -> None:
    _, found = load_texts({"p.policy": "policy p { for evry group }\nrule r { when message.links > 0  then delete }"})
    assert "C003" not in {diagnostic.code for diagnostic in found}


def test_what_could_not_be_read_is_not_called_unknown() -> None:
    found = codes("""attribute member.course : : text
        let far = message.length > > 3
        lexicon ads { words "加微信", }}
        ladder conduct { forget after 30 days at 1 warn "x" }
        rule r { when far and message.text matches ads and member.course == "x" then strike conduct }
        rule s { when near then delete }""")
    assert [code for code, _ in found if code.startswith("C")] == ["C104"]
    assert ("C104", "near") in found
