"""Brakes: past so many of an action, a human is asked first (law L19)."""

from __future__ import annotations

from policyd.check.resolved import Brake, Policy
from policyd.model.decision import Action
from policyd.model.records import Board


def brakes_on(action: Action, policies: list[Policy]) -> list[Brake]:
    """The brakes of the policies whose rules ask for it, in the order of the policies and as written."""
    asking = {because.rule.partition(".")[0] for because in action.because}
    return [
        brake for policy in policies if policy.name in asking for brake in policy.brakes if action.do in brake.actions
    ]


def is_stopped(action: Action, policies: list[Policy], board: Board, now: int) -> bool:
    """Whether a brake stops it; where none does, each that watches it counts it."""
    brakes = brakes_on(action, policies)
    if any(len(_lately(brake, board, now)) >= brake.at_most for brake in brakes):
        return True
    for brake in brakes:
        board.brakes[brake.name] = [*_lately(brake, board, now), now]
    return False


def _lately(brake: Brake, board: Board, now: int) -> list[int]:
    return [instant for instant in board.brakes.get(brake.name, []) if instant > now - brake.within]
