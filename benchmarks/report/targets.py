"""The figures to reach: how many times a peer's time is to be Pyrite's."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

BY_HAND = 1 / 1.15
"""Pyrite may take 1.15 times as long as the best plain Python."""


@dataclass(frozen=True)
class Target:
    """What is wanted of the comparison with one peer.

    Parameters:
        each: the least ratio of any job.
        mean: the least geometric mean, or 0.
        jobs: the least ratio of some jobs.
    """

    each: float
    mean: float = 0.0
    jobs: tuple[tuple[str, float], ...] = ()

    def least(self, job: str) -> float:
        return dict(self.jobs).get(job, self.each)


TARGETS = {
    "pyspark": Target(
        2.0, 5.0, (("wordcount", 8.0), ("squares", 10.0), ("startup", 10.0), ("tinyjobs", 8.0))
    ),
    "by_hand": Target(BY_HAND),
    "dask_bag": Target(1.0),
    "dask_distributed": Target(1.0),
    "ray_data": Target(1.0),
}
"""By engine; nothing is promised of the others."""


def geometric_mean(ratios: list[float]) -> float:
    return float(prod(ratios) ** (1 / len(ratios)))


def verdicts(ratios: dict[str, dict[str, float]]) -> list[tuple[str, str, bool]]:
    """(what is wanted, what was measured, whether it is met) from ratios by engine and job."""
    found = []
    for engine, target in TARGETS.items():
        measured = ratios.get(engine)
        if not measured:
            continue
        if target.mean:
            mean = geometric_mean(list(measured.values()))
            wanted = f"{engine}: geometric mean >= {target.mean:g}"
            found.append((wanted, f"{mean:.1f}", mean >= target.mean))
        for job, least in target.jobs:
            if job in measured:
                wanted = f"{engine}: {job} >= {least:g}"
                found.append((wanted, f"{measured[job]:.1f}", measured[job] >= least))
        low = {job: ratio for job, ratio in measured.items() if ratio < target.each}
        text = ", ".join(f"{job} {ratio:.2f}" for job, ratio in sorted(low.items(), key=_ratio))
        worst = min(measured.items(), key=_ratio)
        found.append(
            (
                f"{engine}: every job >= {target.each:.2f}",
                text or f"least: {worst[0]} {worst[1]:.2f}",
                not low,
            )
        )
    return found


def _ratio(item: tuple[str, float]) -> float:
    return item[1]
