"""A checked policy set, compiled: prepares events, and decides them from what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from policyd.check.resolved import PolicySet, Rule
from policyd.compile.codegen import generate
from policyd.compile.hours import WallClock
from policyd.compile.kept import records
from policyd.compile.link import link
from policyd.compile.plan import PolicyPlan
from policyd.compile.program import NOTHING_FIRED, Fired, Hits, Outcome, Prepared
from policyd.compile.scope import CompiledRoute, route
from policyd.compile.text_facts import NO_TEXT, TextFacts
from policyd.compile.windows import Memos
from policyd.language.collector import paused_collector
from policyd.model.event import EVERY_GROUP, NOBODY, Event, Group
from policyd.model.state import Observed, Window
from policyd.text.matcher import Matcher

_REMEMBERED: Final = 50_000
"""Routes by key; past it, all are worked out anew as their events come."""


def compile_policies(policy_set: PolicySet) -> CompiledProgram:
    """The program of a policy set."""
    with paused_collector():
        return CompiledProgram(policy_set)


class Ready(Prepared):
    """A prepared event with what the compiled program keeps of it. `places`: where in the route's counters the windows
    stand, where some are left out."""

    route: CompiledRoute
    texts: TextFacts
    places: tuple[int, ...] | None


Key = tuple[str, tuple[str, ...], str]
"""What an event's route depends on: the group's id where policies ask for it, its tags, the kind."""


class CompiledProgram:
    """Thread-safe: what it keeps besides the code are caches, each replaced as a whole."""

    def __init__(self, policy_set: PolicySet) -> None:
        clocks: dict[str, WallClock] = {}
        self._plans = [
            PolicyPlan(policy, clocks.setdefault(policy.zone, WallClock(policy.zone))) for policy in policy_set.policies
        ]
        matcher = Matcher.build(list(policy_set.lexicons.values()))
        self._search = matcher.search
        self._code = link(generate(self._plans, {name: number for number, name in enumerate(matcher.names)}))
        for plan in self._plans:
            assert plan.needs, "worked out now, not when the first event comes"
        self.policy_set = policy_set
        self.revision = policy_set.revision
        self._by_id = any(policy.scope.by == "id" for policy in policy_set.policies)
        self._blanks: dict[Key, Ready] = {}
        self._distinct: dict[tuple[tuple[int, ...], str], Ready] = {}

    def prepare(self, event: Event) -> Prepared:
        """Matches the event's texts and says what must be observed."""
        group = event.group
        key = (group.id if self._by_id else "", group.tags, event.kind)
        blank = self._blanks.get(key)
        if blank is None:
            blank = self._new_blank(key, group)
        taken = blank.route
        if taken.idle:
            return replace(blank, event=event)
        hits: dict[str, Hits] = {}
        hit = False
        for name, read in taken.subjects:
            text = read(event)
            if text is not None:
                found = hits[name] = self._search(text)
                hit = hit or found.bits != 0
        texts = TextFacts(event.message.text) if taken.text and event.message is not None else NO_TEXT
        ready = replace(blank, event=event, hits=hits, hit=hit, texts=texts)
        if taken.records:
            ready.records = records(taken.records, event)
        if not taken.fixed:
            _count(ready)
        return ready

    def decide(self, prepared: Any, observed: Observed | None) -> Outcome:
        """What fires. `prepared` must come from this program."""
        ready: Ready = prepared
        if observed is None:
            return _decide_blind(ready)
        taken = ready.route
        visits = taken.edit_visits if observed.edit else taken.visits
        counts: Sequence[int | None] = observed.counts
        if ready.places is not None:
            counts = _spread(counts, ready.places, len(taken.counters))
        memo: dict[Any, Any] = {}
        out: list[Fired] = []
        for function, places in visits.always:
            function(ready, observed, counts, places, memo, out)
        if ready.hit:
            for function, places in visits.gated.opened(ready.hits):
                function(ready, observed, counts, places, memo, out)
        return _outcome(out, ()) if out else NOTHING_FIRED

    def _new_blank(self, key: Key, group: Group) -> Ready:
        """One for all groups that the same policies cover."""
        if len(self._blanks) >= _REMEMBERED:
            self._blanks = {}
            self._distinct = {}
        covering = tuple(
            place for place, plan in enumerate(self._plans) if plan.policy.scope.covers(group.id, group.tags)
        )
        kind = key[-1]
        blank = self._distinct.get((covering, kind))
        if blank is None:
            blank = self._distinct[covering, kind] = _blank(kind, route(kind, covering, self._plans, self._code))
        self._blanks[key] = blank
        return blank


def _blank(kind: str, taken: CompiledRoute) -> Ready:
    """An event of the route, to be copied for each."""
    return Ready(
        taken, Event("", kind, EVERY_GROUP, NOBODY), {}, False,
        taken.windows, taken.counters, taken.wide_windows, taken.amounts, (), NO_TEXT, None,
    )  # fmt: skip


def _count(ready: Ready) -> None:
    """The windows of this event and what it adds to them. Where all windows are those of the route, so is the tuple."""
    memos: Memos = ({}, {})
    if ready.route.choices:
        _choose_windows(ready, memos)
    if ready.route.weighed:
        countings = ready.route.countings
        chosen = countings if ready.places is None else [countings[place] for place in ready.places]
        ready.amounts = tuple(
            [one.amount(at, ready, memos) for one, at in zip(chosen, ready.windows, strict=True) if one.weighed]
        )


def _choose_windows(ready: Ready, memos: Memos) -> None:
    """The windows of this event: those whose key is known, counting it where their `where` is true."""
    windows: list[Window | None] = list(ready.windows)
    is_unknown = False
    for place, counting in ready.route.choices:
        window = windows[place] = counting.window(ready, memos)
        is_unknown = is_unknown or window is None
    if is_unknown:
        _leave_out_unknown(ready, windows)
    else:
        ready.windows = tuple(windows)  # type: ignore[arg-type]


def _leave_out_unknown(ready: Ready, windows: list[Window | None]) -> None:
    places = tuple([place for place, window in enumerate(windows) if window is not None])
    left = len(windows) - ready.wide_windows
    ready.windows = tuple([window for window in windows if window is not None])
    ready.counters = tuple([ready.counters[place] for place in places])
    ready.wide_windows = sum([place >= left for place in places])
    ready.places = places


def _spread(counts: Sequence[int | None], places: tuple[int, ...], length: int) -> list[int | None]:
    """The counts at the places of their counters; None for counters that were not observed."""
    spread: list[int | None] = [None] * length
    for place, count in zip(places, counts, strict=True):
        spread[place] = count
    return spread


def _decide_blind(ready: Ready) -> Outcome:
    """The store failed: what reads no state is decided as ever, the rest only where the state cannot matter."""
    visits = ready.route.visits
    memo: dict[int, Any] = {}
    out: list[Fired] = []
    unasked: list[Rule] = []
    for function, places in (*visits.stateless, *visits.stateless_gated.opened(ready.hits)):
        function(ready, None, None, places, memo, out)
    for function, places in visits.blind:
        function(ready, None, None, places, memo, out, unasked)
    return _outcome(out, unasked)


def _outcome(out: list[Fired], unasked: Sequence[Rule]) -> Outcome:
    if len(out) > 1:
        out.sort(key=lambda fired: fired.rule.name)
    shadow = [fired for fired in out if fired.rule.shadow]
    if shadow:
        out = [fired for fired in out if not fired.rule.shadow]
    if len(unasked) > 1:
        unasked = sorted(unasked, key=lambda rule: rule.name)
    return Outcome(tuple(out), tuple(shadow), tuple(unasked))
