"""PageRank gives the ranks that others published or calculated."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from tests.docs.running import example


def saved(folder: Path) -> dict[str, float]:
    lines = [line for part in folder.glob("part-*") for line in part.read_text().splitlines()]
    return {name: float(rank) for name, rank in (line.split("\t") for line in lines)}


def power_iteration(links: list[tuple[str, str]], rounds: int) -> dict[str, float]:
    """The ranks by the textbook: pages without links give all that they have to all alike."""
    others = defaultdict(set)
    for page, other in links:
        others[page].add(other)
    pages = {page for link in links for page in link}
    ranks = dict.fromkeys(pages, 1 / len(pages))
    for _ in range(rounds):
        lost = sum(rank for page, rank in ranks.items() if page not in others)
        given = dict.fromkeys(pages, (0.15 + 0.85 * lost) / len(pages))
        for page, linked in others.items():
            for other in linked:
                given[other] += 0.85 * ranks[page] / len(linked)
        ranks = given
    return ranks


def test_pages_without_links_give_to_all_alike(tmp_path: Path) -> None:
    links = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("b", "e"), ("b", "e"), ("d", "d")]
    (tmp_path / "web").write_text("# from to\n" + "".join(f"{a} {b}\n" for a, b in links))
    example("pagerank", tmp_path / "web", 100, tmp_path / "ranks")
    assert saved(tmp_path / "ranks") == pytest.approx(power_iteration(links, 200), abs=1e-7)


def test_votes_on_administrators_of_wikipedia(shared_data: Path, tmp_path: Path) -> None:
    """All as they are calculated here; the best five as the data's page gives them, too, which took
    its figures some 4e-10 before the last of the way."""
    source = shared_data / "graph" / "wiki-Vote.txt"
    lines = example("pagerank", source, 60, tmp_path / "ranks")
    best = {name: float(rank) for rank, name in map(str.split, lines[:5])}
    assert best == pytest.approx(
        {
            "4037": 0.00460717352,
            "15": 0.00367986407,
            "6634": 0.00358685188,
            "2625": 0.00328365617,
            "2398": 0.00260863537,
        },
        abs=5e-10,
    )
    text = source.read_text()
    links = [tuple(line.split()) for line in text.splitlines() if not line.startswith("#")]
    ranks = saved(tmp_path / "ranks")
    assert len(ranks) == 7115
    assert ranks == pytest.approx(power_iteration(links, 100), abs=1e-12)


def test_published_ranks_of_a_network_of_peers(shared_data: Path, tmp_path: Path) -> None:
    """libgrape-lite's: ten rounds, with each link in both directions."""
    with (tmp_path / "both").open("w") as file:
        for line in (shared_data / "graph" / "p2p-31.e").read_text().splitlines():
            one, other, _ = line.split()
            file.write(f"{one} {other}\n{other} {one}\n")
    example("pagerank", tmp_path / "both", 10, tmp_path / "ranks")
    published = (shared_data / "graph" / "p2p-31-PR").read_text().splitlines()
    expected = {name: float(rank) for name, rank in map(str.split, published)}
    assert saved(tmp_path / "ranks") == pytest.approx(expected, rel=1e-12)
