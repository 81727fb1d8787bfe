"""What members have earned: accounts of tallies, streaks and tiers, as the member's file tells."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.model.records import Account, Run
from policyd.reference.environment import Environment, Value
from policyd.reference.periods import day_of, number_of


def of_member(expr: r.TallyValue | r.StreakValue | r.TierValue, env: Environment) -> Value:
    """Unknown without the store."""
    if env.file is None or env.now is None:
        return None
    match expr:
        case r.TallyValue(name):
            account = env.file.accounts.get(name, Account())
            return balance(env.policies.tallies[name], account, day_of(env.zone, env.now), last=expr.last)
        case r.StreakValue(name):
            return length(env.policies.streaks[name], env.file.runs.get(name, Run()), day_of(env.zone, env.now))
        case r.TierValue(name):
            placed = env.file.tiers.get(name)
            return None if placed is None or placed.tier not in env.policies.tiers[name].tiers else placed.tier


def balance(tally: r.Tally, account: Account, today: int, *, last: bool) -> int:
    """What was added altogether, or in the running period, or (`last`) in the one before it."""
    if tally.per is None:
        return account.total
    wanted = number_of(tally.per, today) - last
    if tally.per == "month":
        return account.months.get(wanted, 0)
    return sum(amount for day, amount in account.days.items() if number_of(tally.per, day) == wanted)


def length(streak: r.Streak, run: Run, today: int) -> int:
    """How long the streak is if it may still be continued, by repairs if need be; else it is broken."""
    missing = number_of(streak.per, today) - run.last - 1
    left = streak.repairs - run.repaired.get(number_of(streak.repair_per, today), 0)
    return run.length if missing <= max(0, left) else 0
