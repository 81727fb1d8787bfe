"""Who is known: what is kept of groups and members, and what an event of a known member costs."""

from __future__ import annotations

from typing import Any, Final

import pytest

from policyd.engine.embedded import finish
from policyd.model.codec import event_from
from policyd.model.records import STAMP, KnownGroup, KnownMember, Record, unpack
from tests.engine.scene import Scene, compiled

DUTY: Final = "duty intro { on join  within 24h  until message where message.length >= 10  late then call out }"
KEEPS: Final = 'policy club { for groups tagged "a"  timezone "Asia/Shanghai" } ' + DUTY.replace("out", 'out "x"')
KEEPS_NOTHING: Final = 'policy club { for groups tagged "a" } rule r { when message.text == "bad"  then delete }'
GROUP: Final = {"id": "g1", "tags": ["a"], "name": "One", "size": 3}
JOINED: Final = "2026-02-20T09:00:00+08:00"
JOINED_AT: Final = 1_771_549_200_000


def known(scene: Scene, member: str = "u1") -> KnownMember | None:
    (stored,) = finish(scene.store.inner.read("", 0, [Record("member", "g1", member)]))
    return unpack(KnownMember, stored[STAMP:])


def known_group(scene: Scene) -> KnownGroup | None:
    (stored,) = finish(scene.store.inner.read("", 0, [Record("group", "g1")]))
    return unpack(KnownGroup, stored[STAMP:])


def meets(scene: Scene, kind: str = "message", *, group: Any = GROUP, **member: Any) -> int:
    """How many calls of the store an event about u1 costs beside its figures, of whom this is told."""
    scene.count += 1
    scene.minute += 1
    tree = {
        "id": f"e{scene.count}", "kind": kind, "group": group, "member": {"id": "u1", **member},
        "time": f"2026-03-02T12:{scene.minute:02}:00+08:00", "message": {"text": "hi"}, "request": {},
    }  # fmt: skip
    before = len(scene.store.calls)
    scene.tell(event_from(tree))
    return sum(call not in ("figures", "count") for call in scene.store.calls[before:])


def test_a_known_member_costs_nothing_more() -> None:
    scene = Scene(KEEPS)
    assert meets(scene, name="Ming") > 1
    assert [meets(scene, name="Ming") for _ in range(3)] == [1, 1, 1]
    assert meets(scene, name="Bob") > 1
    assert meets(scene, name="Bob", group={**GROUP, "size": 4}) > 1
    assert meets(scene, name="Bob", group={**GROUP, "size": 4}) == 1
    scene.engine.swap(compiled(KEEPS + " rule r { when false  then flag }"))
    assert meets(scene, name="Bob", group={**GROUP, "size": 4}) == 1


@pytest.mark.parametrize(
    "keeping",
    [
        "tally points by member rule r { on join  then add 1 to points }",
        "streak words { each day message  at 2 then reply }".replace("reply", 'reply "x"'),
        "tiers standing by member { every week  tier all otherwise }",
    ],
)
def test_standing_makes_members_known(keeping: str) -> None:
    scene = Scene('policy club { for groups tagged "a" } ' + keeping)
    meets(scene, name="Ming")
    met, group = known(scene), known_group(scene)
    assert met is not None and met.name == "Ming" and group is not None and group.size == 3


@pytest.mark.parametrize(("policy", "group"), [(KEEPS_NOTHING, GROUP), (KEEPS, {"id": "g1"})])
def test_nothing_is_kept_where_nobody_needs_it(policy: str, group: Any) -> None:
    scene = Scene(policy)
    assert meets(scene, group=group) == 1
    assert (known(scene), known_group(scene)) == (None, None)


def test_what_is_told_last_counts_and_the_rest_stays() -> None:
    scene = Scene(KEEPS)
    meets(scene, name="Ming", role="admin", attributes={"a": 1, "b": 2})
    since = scene.store.inner._instant
    meets(scene, joined=JOINED, attributes={"b": 3}, group={"id": "g1", "tags": ["a"]})
    assert known(scene) == KnownMember(JOINED_AT, "Ming", "admin", JOINED_AT, {"a": 1, "b": 3})
    assert known_group(scene) == KnownGroup(since, "One", ("a",), 3, {})


@pytest.mark.parametrize("kind", ["message", "join", "profile"])
def test_who_leaves_is_forgotten_and_met_anew(kind: str) -> None:
    scene = Scene(KEEPS)
    meets(scene, "join", name="Ming")
    meets(scene, "leave", name="Ming")
    assert known(scene) is None
    assert known_group(scene) is not None
    meets(scene, kind)
    assert known(scene) == KnownMember(scene.store.inner._instant)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("request", {}),
        ("leave", {}),
        ("message", {"role": "bot"}),
        ("sanction", {"action": "ban"}),
        ("sanction", {"action": "remove"}),
    ],
)
def test_who_is_not_in_the_group_is_not_met(kind: str, told: dict[str, str]) -> None:
    scene = Scene(KEEPS)
    if kind == "sanction":
        scene.tell(scene.event(kind, group=GROUP, sanction=told))
    else:
        meets(scene, kind, **told)
    assert known(scene) is None
    assert known_group(scene) is not None
