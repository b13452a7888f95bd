"""Results as pictures: the ratios of all peers, and how costs grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.report.targets import geometric_mean

# Okabe and Ito's colours, which people with any colour vision tell apart.
_COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999933",
)  # fmt: skip
_MARKS = "osD^vP*X"
_HEIGHT = 0.32  # of a job's line, in inches


def ratio_plot(
    path: Path, ratios: Mapping[str, Mapping[str, float]], titles: Mapping[str, str], caption: str
) -> None:
    """A line for each job, a mark for each peer: its time by Pyrite's, on a logarithmic scale.

    Parameters:
        path: of the picture (PNG).
        ratios: by engine and job.
        titles: of the engines.
        caption: shown below.
    """
    jobs = list(dict.fromkeys(job for each in ratios.values() for job in each))
    plt = pyplot()
    figure, axes = plt.subplots(figsize=(9, 1.6 + _HEIGHT * (len(jobs) + 1)))
    for number, (engine, each) in enumerate(ratios.items()):
        if not each:
            continue
        style = {"color": _COLOURS[number % len(_COLOURS)], "marker": _MARKS[number % len(_MARKS)]}
        mean = geometric_mean(list(each.values()))
        label = f"{titles[engine]}: {mean:.1f}"
        places = [jobs.index(job) for job in each]
        axes.scatter(list(each.values()), places, s=34, alpha=0.85, label=label, **style)
        axes.scatter([mean], [len(jobs)], s=70, **style)
    axes.set_yticks([*range(len(jobs) + 1)], [*jobs, "geometric mean"])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.axvline(1, color="black", linewidth=1)
    axes.axhline(len(jobs) - 0.5, color="grey", linewidth=0.5)
    axes.grid(axis="x", alpha=0.3)
    axes.grid(axis="y", alpha=0.15)
    axes.set_xlabel(f"time, times that of Pyrite: on the right, Pyrite is faster\n{caption}")
    axes.legend(title="geometric mean", loc="upper left", bbox_to_anchor=(1.01, 1))
    save(figure, path)


def growth_plot(
    path: Path, curves: Sequence[tuple[str, str, Mapping[str, Mapping[int, float]]]], caption: str
) -> None:
    """Pictures side by side, of cost against size.

    Parameters:
        curves: of each picture the label of x, the label of y, and by a line's name the points.
    """
    plt = pyplot()
    figure, panes = plt.subplots(
        1, len(curves), figsize=(5 * len(curves), 4), squeeze=False, layout="constrained"
    )
    for axes, (size, cost, lines) in zip(panes[0], curves, strict=True):
        for number, (name, points) in enumerate(lines.items()):
            style = {"color": _COLOURS[number], "marker": _MARKS[number]}
            axes.plot(list(points), list(points.values()), label=name, **style)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set_xlabel(size)
        axes.set_ylabel(cost)
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend()
    figure.supxlabel(caption, fontsize="small")
    save(figure, path)


def pyplot() -> Any:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def save(figure: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, bbox_inches="tight", metadata={"Software": None})
    pyplot().close(figure)
