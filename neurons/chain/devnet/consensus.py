"""Stake-weighted consensus of one epoch: computes incentives and permits from weights and stakes. Pure functions.

Formula: Yuma consensus (Bittensor whitepaper, sections "consensus" and "incentive"). For each seat j the consensus
C_j is the largest weight that more than KAPPA of the active stake supports; weights above it are clipped to it; the
incentive is the stake-weighted sum of the clipped weights, scaled to a sum of 1. So no validator can pay a miner more
than the majority of the stake agrees to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

KAPPA = 0.5
"""Share of the stake that must support a weight."""


def compute_incentives(
    stakes: Mapping[int, float], weights: Mapping[int, Mapping[int, float]], seats: int
) -> list[float]:
    """Return the incentive of each of the `seats`, with a sum of 1, or all 0 if no weights count.

    stakes: stake of the permitted and active validators by uid. weights: their weights by uid of the validator, then
    of the seat, in any scale. A validator's weight for itself does not count.
    """
    rows = {uid: _row(uid, weights.get(uid, {})) for uid in sorted(stakes)}
    total = sum(stakes.values())
    if total <= 0:
        return [0.0] * seats
    share = {uid: stake / total for uid, stake in sorted(stakes.items())}
    ranks = []
    for seat in range(seats):
        column = [(rows[uid].get(seat, 0.0), share[uid]) for uid in rows]
        consensus = find_consensus(column)
        ranks.append(sum(part * min(weight, consensus) for weight, part in column))
    whole = sum(ranks)
    return [rank / whole for rank in ranks] if whole > 0 else [0.0] * seats


def find_consensus(column: Sequence[tuple[float, float]]) -> float:
    """Return the largest weight that more than KAPPA of the stake supports, from (weight, share of stake) pairs."""
    behind = 0.0
    for weight, share in sorted(column, reverse=True):
        behind += share
        if behind > KAPPA:
            return weight
    return 0.0


def compute_permits(stakes: Sequence[float], places: int, least: float) -> list[bool]:
    """Return which uids may validate: the `places` largest stakes of at least `least`; ties go to the lower uid."""
    order = sorted(range(len(stakes)), key=lambda uid: (-stakes[uid], uid))
    chosen = {uid for uid in order[:places] if stakes[uid] >= least and stakes[uid] > 0}
    return [uid in chosen for uid in range(len(stakes))]


def _row(uid: int, weights: Mapping[int, float]) -> dict[int, float]:
    others = {seat: weight for seat, weight in weights.items() if seat != uid and weight > 0}
    total = sum(others.values())
    return {seat: weight / total for seat, weight in others.items()} if total > 0 else {}
