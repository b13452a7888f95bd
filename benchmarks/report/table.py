"""Results as Markdown tables: ratios, targets, times, memory, and other figures of Pyrite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.engines import engine as engine_module
from benchmarks.jobs.catalogue import JOBS
from benchmarks.measure.child import Result
from benchmarks.report.ratios import Runs, agreement, middle, ratio, ratios, stopped, values
from benchmarks.report.targets import TARGETS, geometric_mean, verdicts

Results = Mapping[str, Runs]
"""By job, then by engine."""


IN_BYTES = ("worker", "spilled")
"""Measures of figures that are not seconds."""


def title(engine: str) -> str:
    return engine_module(engine).TITLE


def tables(results: Results, sizes: Mapping[str, int], engines: Sequence[str]) -> str:
    """Everything that there is to show."""
    peers = [engine for engine in engines if engine != "pyrite"]
    compared = [job for job in results if not JOBS[job].apart]
    parts = []
    if compared and peers and "pyrite" in engines:
        parts += ["## Ratios", ratio_table(results, compared, peers)]
        parts += ["## Targets", target_table(results, engines)]
    parts += ["## Times", time_table(results, sizes, engines)]
    parts += ["## Processor time, of all processes, in seconds"]
    parts += [measure_table(results, engines, "cpu", 1.0)]
    parts += ["## Peak memory, of all processes, in MiB"]
    parts += [measure_table(results, engines, "tree", 2**-20)]
    if figures := figure_rows(results, engines):
        head = ("job", "figure", *map(title, engines))
        parts += ["## Other figures, in seconds or MiB", markdown([head, *figures])]
    return "\n\n".join(parts)


# -- tables ----------------------------------------------------------------------------------------


def ratio_table(results: Results, jobs: Sequence[str], peers: Sequence[str]) -> str:
    """A peer's time by Pyrite's; in bold where a target is missed."""
    rows = [("job", *map(title, peers), "answers")]
    for job in jobs:
        cells = (ratio_cell(job, results[job], peer) for peer in peers)
        rows.append((job, *cells, agreement(job, results[job])))
    found = ratios({job: results[job] for job in jobs}, peers)
    means = (geometric_mean(list(found[peer].values())) if found[peer] else None for peer in peers)
    rows.append(("geometric mean", *("-" if mean is None else f"{mean:.2f}" for mean in means), ""))
    return markdown(rows)


def ratio_cell(job: str, runs: Runs, peer: str) -> str:
    found = ratio(job, runs, peer)
    if found is None:
        limit = stopped(runs.get(peer, ()))
        ours = middle(runs.get("pyrite", ()), JOBS[job].measure)
        if limit and ours:
            size = 1 if JOBS[job].measure != "each" else JOBS[job].size_for(peer, JOBS[job].size)
            return f"> {number(limit / size / ours)}"
        return absent(runs.get(peer, ()))
    text = number(found)
    missed = peer in TARGETS and found < TARGETS[peer].least(job)
    return f"**{text}**" if missed else text


def target_table(results: Results, engines: Sequence[str]) -> str:
    rows = [("target", "measured", "")]
    for wanted, measured, met in verdicts(ratios(results, engines)):
        engine, _, rest = wanted.partition(":")
        rows.append((f"{title(engine)}:{rest}", measured, "met" if met else "MISSED"))
    return markdown(rows)


def time_table(results: Results, sizes: Mapping[str, int], engines: Sequence[str]) -> str:
    """Median (least-most), in seconds."""
    rows = [("job", "what", *map(title, engines))]
    for job, runs in results.items():
        cells = (time_cell(job, runs.get(engine, ())) for engine in engines)
        rows.append((job, JOBS[job].heading(sizes[job]), *cells))
    return markdown(rows)


def time_cell(job: str, runs: Sequence[Result]) -> str:
    measure = JOBS[job].measure
    found = values(runs, measure)
    if not found:
        limit = stopped(runs)
        return f"> {limit:g} s" if limit else absent(runs)
    unit, factor = ("us each", 1e6) if measure == "each" else ("s", 1.0)
    low, high = number(min(found) * factor), number(max(found) * factor)
    return f"{number((middle(runs, measure) or 0) * factor)} {unit} ({low}-{high}; {len(found)})"


def measure_table(results: Results, engines: Sequence[str], measure: str, factor: float) -> str:
    rows = [("job", *map(title, engines))]
    for job, runs in results.items():
        found = [middle(runs.get(engine, ()), measure) for engine in engines]
        rows.append((job, *("-" if each is None else number(each * factor) for each in found)))
    return markdown(rows)


def figure_rows(results: Results, engines: Sequence[str]) -> list[tuple[str, ...]]:
    """What some jobs show besides; medians."""
    rows = []
    for job, runs in results.items():
        for measure, label in JOBS[job].figures:
            factor = 2**-20 if measure in IN_BYTES else 1.0
            found = [middle(runs.get(engine, ()), measure) for engine in engines]
            cells = ("-" if each is None else number(each * factor) for each in found)
            rows.append((job, label, *cells))
    return rows


# -- cells -----------------------------------------------------------------------------------------


def absent(runs: Sequence[Result]) -> str:
    return "failed" if runs else "-"


def line(job: str, engine: str, result: Result) -> str:
    """What one run came to, for whoever waits."""
    if "stopped" in result:
        return f"{job:<14} {engine:<16} stopped after {result['stopped']:g} s"
    if "error" in result:
        return f"{job:<14} {engine:<16} FAILED\n{result['error']}"
    return (
        f"{job:<14} {engine:<16} {number(result['seconds']):>8} s  {number(result['cpu']):>6} s "
        f"of processors  start {number(result['answered'])} s  {result['tree'] / 2**20:,.0f} MiB"
    )


def number(value: float) -> str:
    """Three digits that matter, or all there are before the point."""
    decimals = 0 if value >= 100 or value == 0 else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:,.{decimals}f}"


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table that reads well as it is; the first row is its head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([padded[0], rule, *padded[1:]])
