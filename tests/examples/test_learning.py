"""k-means and logistic regression find what is in the data, and what another method finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.docs.running import example

CENTRES = np.array([(-4.0, 0.0, 1.0), (3.0, 5.0, 1.0)])


@pytest.mark.parametrize("name", ["kmeans", "kmeans_numpy"])
def test_centres_are_the_means_of_the_points_nearest_to_them(name: str, tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    points = CENTRES[chance.integers(2, size=2_000)] + chance.normal(size=(2_000, 3))
    np.savetxt(tmp_path / "points", points)
    lines = example(name, tmp_path / "points", 2)
    found = np.array([line.split() for line in lines], dtype=float)

    nearest = np.linalg.norm(points[:, None] - found, axis=2).argmin(axis=1)
    means = [points[nearest == centre].mean(axis=0) for centre in range(2)]
    assert found == pytest.approx(np.array(means), abs=1e-4)
    assert found == pytest.approx(CENTRES, abs=0.2)


def test_weights_are_those_of_newtons_method(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    explaining = np.column_stack([np.ones(3_000), chance.normal(size=(3_000, 2))])
    observed = chance.random(3_000) < 1 / (1 + np.exp(-explaining @ [0.5, 2.0, -1.0]))
    np.savetxt(tmp_path / "data", np.column_stack([observed, explaining[:, 1:]]))
    line, share = example("logistic_regression", tmp_path / "data")
    found = np.array(line.split()[1:], dtype=float)

    weights = np.zeros(3)
    for _ in range(20):
        odds = 1 / (1 + np.exp(-explaining @ weights))
        hessian = (explaining.T * (odds * (1 - odds))) @ explaining
        weights += np.linalg.solve(hessian, (observed - odds) @ explaining)
    assert found == pytest.approx(weights, abs=1e-4)
    right = np.mean((explaining @ weights > 0) == observed)
    assert share == f"{right:.1%} of 3,000 observations told rightly"
