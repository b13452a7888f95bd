"""Datasets of columns, from files (of ASCII) and formulas, and answers that are made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.jobs.agreed import PARTS, SPLITS


def lines(data: Any, source: str) -> Any:
    """A column ``line``. `read_text` would read the file in one task, as it does not divide any."""

    def read(batch: Any) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        text = pa.array([part_of(source, int(batch["id"][0]))], pa.large_string())
        return pa.table({"line": pc.split_pattern(text, "\n").flatten()})

    return data.range(SPLITS, override_num_blocks=SPLITS).map_batches(read)


def part_of(source: str, number: int) -> str:
    """The lines that begin in one of `SPLITS` parts of a file, but for the last line feed."""
    size = Path(source).stat().st_size
    begin, end = size * number // SPLITS, size * (number + 1) // SPLITS
    with open(source, "rb") as file:
        if begin:
            file.seek(begin - 1)
            file.readline()
        text = file.read(max(0, end - file.tell()))
        if text and not text.endswith(b"\n"):
            text += file.readline()
    return text.decode("ascii").removesuffix("\n")


def arrow_batches(dataset: Any, function: Any) -> Any:
    """Whole blocks, as Arrow's tables."""
    return dataset.map_batches(function, batch_size=None, batch_format="pyarrow")


def cut(lines: Any) -> tuple[Any, Any]:
    """What is before the first tab, and what is behind."""
    import pyarrow.compute as pc

    both = pc.split_pattern(lines.combine_chunks(), "\t", max_splits=1)
    return pc.list_element(both, 0), pc.list_element(both, 1)


def numbers(data: Any, size: int) -> Any:
    """A column ``id``."""
    return data.range(size, override_num_blocks=PARTS)


def summed(dataset: Any, column: str) -> tuple[int, int]:
    """See `benchmarks.jobs.programs.summed`."""

    def count_and_sum(batch: Any) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        return pa.table({"count": [len(batch)], "sum": [pc.sum(batch[column]).as_py() or 0]})

    parts = arrow_batches(dataset, count_and_sum).take_all()
    return sum(part["count"] for part in parts), sum(part["sum"] for part in parts)


def ranked(dataset: Any, keys: list[str], number: str) -> Any:
    """See `benchmarks.jobs.programs.ranked`."""
    table = dataset.to_pandas()
    best = table.sort_values([number, *keys], ascending=[False, *(True for _ in keys)]).head(5)
    found = best[[*keys, number]].values.tolist()
    pairs = [(key[0] if len(keys) == 1 else tuple(key), count) for *key, count in found]
    return len(table), int(table[number].sum()), pairs
