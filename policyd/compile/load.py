"""A checked policy set, compiled: prepares events, and decides them from what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from policyd.check.resolved import PolicySet, Rule
from policyd.compile.codegen import generate
from policyd.compile.hours import WallClock
from policyd.compile.kept import records
from policyd.compile.link import link
from policyd.compile.plan import PolicyPlan
from policyd.compile.program import NOTHING_FIRED, Fired, Hits, Outcome, Prepared
from policyd.compile.scope import Route, route
from policyd.compile.text_facts import NO_TEXT, TextFacts
from policyd.compile.windows import Memos
from policyd.language.collector import paused_collector
from policyd.model.event import Event, Group
from policyd.model.state import Observed, Window
from policyd.text.matcher import Matcher

_REMEMBERED: Final = 50_000
"""Routes by group and kind; past it, all are worked out anew as their events come."""


def compile_policies(policy_set: PolicySet) -> CompiledProgram:
    """The program of a policy set."""
    with paused_collector():
        return CompiledProgram(policy_set)


class Ready(Prepared):
    """A prepared event with what the compiled program keeps of it. `places`: where in the route's counters the windows
    stand, where some are left out."""

    route: Route
    texts: TextFacts
    places: tuple[int, ...] | None


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
        self._policy_set = policy_set
        self._by_id = any(policy.scope.by == "id" for policy in policy_set.policies)
        self._routes: dict[tuple[str, tuple[str, ...], str], Route] = {}
        self._distinct: dict[tuple[tuple[int, ...], str], Route] = {}

    @property
    def policy_set(self) -> PolicySet:
        return self._policy_set

    @property
    def revision(self) -> str:
        return self._policy_set.revision

    def prepare(self, event: Event) -> Prepared:
        """Matches the event's texts and says what must be observed."""
        taken = self._route(event)
        hits: dict[str, Hits] = {}
        hit = False
        for key, read in taken.subjects:
            text = read(event)
            if text is not None:
                found = hits[key] = self._search(text)
                hit = hit or found.bits != 0
        texts = TextFacts(event.message.text) if taken.text and event.message is not None else NO_TEXT
        ready = Ready(
            event, taken.policies, hits, hit, taken.windows, taken.counters, taken.ladders, taken.ladder_names,
            taken.mute, taken.silence, taken.spoke, taken.wide_windows, taken.wide_ladders,
            records(taken.records, event) if taken.records else (), taken.amounts, taken.figures, taken.zone,
            taken, texts, None,
        )  # fmt: skip
        if not taken.fixed:
            _count(ready)
        return ready

    def decide(self, prepared: Prepared, observed: Observed | None) -> Outcome:
        """What fires. `prepared` must come from this program."""
        assert isinstance(prepared, Ready)
        if observed is None:
            return _decide_blind(prepared)
        taken = prepared.route
        visits = taken.edit_visits if observed.edit else taken.visits
        counts: Sequence[int | None] = observed.counts
        if prepared.places is not None:
            counts = _spread(counts, prepared.places, len(taken.counters))
        memo: dict[Any, Any] = {}
        out: list[Fired] = []
        for function, places in visits.always:
            function(prepared, observed, counts, places, memo, out)
        if prepared.hit:
            for function, places in visits.gated.opened(prepared.hits):
                function(prepared, observed, counts, places, memo, out)
        return _outcome(out, ()) if out else NOTHING_FIRED

    def _route(self, event: Event) -> Route:
        group = event.group
        key = (group.id if self._by_id else "", group.tags, event.kind)
        found = self._routes.get(key)
        if found is None:
            if len(self._routes) >= _REMEMBERED:
                self._routes = {}
            found = self._routes[key] = self._new_route(group, event.kind)
        return found

    def _new_route(self, group: Group, kind: str) -> Route:
        """One for all groups that the same policies cover."""
        covering = tuple(
            place for place, plan in enumerate(self._plans) if plan.policy.scope.covers(group.id, group.tags)
        )
        found = self._distinct.get((covering, kind))
        if found is None:
            if len(self._distinct) >= _REMEMBERED:
                self._distinct = {}
            found = self._distinct[covering, kind] = route(kind, covering, self._plans, self._code)
        return found


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
    taken = ready.route
    windows: list[Window | None] = list(taken.windows)
    for place, counting in taken.choices:
        windows[place] = counting.window(ready, memos)
    known = tuple([window for window in windows if window is not None])
    ready.windows = known
    if len(known) < len(windows):
        places = tuple([place for place, window in enumerate(windows) if window is not None])
        ready.counters = tuple([taken.counters[place] for place in places])
        ready.places = places
        left = len(windows) - taken.wide_windows
        ready.wide_windows = sum([place >= left for place in places])


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
    return Outcome(
        fired=tuple(fired for fired in out if not fired.rule.shadow),
        shadow=tuple(fired for fired in out if fired.rule.shadow),
        unasked=tuple(sorted(unasked, key=lambda rule: rule.name)),
    )
