"""The jobs that come back to their data: log mining, PageRank, k-means, logistic regression."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nsmallest
from typing import Any

from benchmarks.engines.ray_data.columns import arrow_batches, cut, lines, numbers
from benchmarks.jobs.agreed import PARTS


def log_mining(data: Any, megabytes: int, source: str) -> Iterator[Any]:
    return searches(errors(data, source).materialize())


def log_mining_cold(data: Any, megabytes: int, source: str) -> Iterator[Any]:
    return searches(errors(data, source))


def errors(data: Any, source: str) -> Any:
    return containing(lines(data, source), " ERROR ")


def containing(lines: Any, text: str) -> Any:
    def found(batch: Any) -> Any:
        import pyarrow.compute as pc

        return batch.filter(pc.match_substring(batch["line"], text))

    return arrow_batches(lines, found)


def searches(errors: Any) -> Iterator[Any]:
    def times(batch: Any) -> Any:
        import pyarrow as pa

        return pa.table({"time": [line.split()[1] for line in batch["line"].to_pylist()]})

    found = errors.count()
    yield found
    allocator = containing(errors, "Allocator").count()
    yield allocator
    seen = arrow_batches(containing(errors, "xception"), times).to_pandas()
    yield found, allocator, sorted(seen["time"])[::1000]


def pagerank(data: Any, copies: int, source: str) -> Iterator[Any]:
    """The ranks are few: each batch of links gets them all, and nothing else moves."""
    import numpy as np

    graph = arrow_batches(lines(data, source), linked).materialize()
    names = np.array(sorted(set(graph.unique("page")) | set(graph.unique("other"))))

    def numbered(batch: Any) -> Any:
        return {end: np.searchsorted(names, batch[end]) for end in ("page", "other")}

    def degrees(batch: Any) -> Any:
        return {"part": np.bincount(batch["page"], minlength=len(names))[None]}

    def given(batch: Any, shares: Any) -> Any:
        return {"part": np.bincount(batch["other"], shares[batch["page"]], len(names))[None]}

    links = graph.map_batches(numbered, batch_size=None).materialize()
    degree = np.maximum(parts_added(links.map_batches(degrees, batch_size=None)), 1)
    ranks = np.full(len(names), 1 / len(names))
    for _ in range(10):
        shares = {"shares": ranks / degree}
        sums = parts_added(links.map_batches(given, batch_size=None, fn_kwargs=shares))
        ranks = 0.15 / len(names) + 0.85 * sums
    pages = zip(map(str, names.tolist()), ranks.tolist(), strict=True)
    best = nsmallest(5, pages, key=lambda page: (-round(page[1], 12), page[0]))
    yield len(names), [(name, round(rank, 12)) for name, rank in best]


def linked(batch: Any) -> Any:
    import pyarrow as pa

    page, other = cut(batch["line"])
    return pa.table({"page": page.cast(pa.int64()), "other": other.cast(pa.int64())})


def parts_added(parts: Any) -> Any:
    """The sum of the arrays in the column ``part``."""
    return sum(row["part"] for row in parts.iter_rows())


def kmeans_arrays(data: Any, size: int, source: str) -> Iterator[Any]:
    from benchmarks.jobs.kernels import means, normal, sums

    rows = size // PARTS
    blocks = (
        numbers(data, PARTS)
        .map_batches(lambda batch: {"points": normal(int(batch["id"][0]), rows)})
        .materialize()
    )
    centres = blocks.take_batch(4)["points"]
    for _ in range(10):
        parts = blocks.map_batches(
            lambda batch, centres: {"part": sums(batch["points"], centres)[None]},
            batch_size=None,
            fn_kwargs={"centres": centres},
        )
        centres = means(parts_added(parts))
        yield centres.round(6).tolist()


def logistic(data: Any, size: int, source: str) -> Iterator[Any]:
    import numpy as np

    from benchmarks.jobs.kernels import WIDTH, gradient, observed

    def block(batch: Any) -> Any:
        found, explaining = observed(int(batch["id"][0]), rows)
        return {"found": found, "explaining": explaining}

    def slope(batch: Any, weights: Any) -> Any:
        return {"part": gradient((batch["found"], batch["explaining"]), weights)[None]}

    rows = size // PARTS
    blocks = numbers(data, PARTS).map_batches(block).materialize()
    weights = np.zeros(WIDTH)
    for _ in range(20):
        slopes = blocks.map_batches(slope, batch_size=None, fn_kwargs={"weights": weights})
        weights = weights + parts_added(slopes) / size
        yield weights.round(6).tolist()
