"""The shuffles that a stage reads are found, whatever the numbers of datasets and shuffles."""

import subprocess
import sys

from pyrite.lineage.dependency import Shuffle
from pyrite.lineage.narrow import Union
from pyrite.lineage.partitioner import HashPartitioner
from pyrite.lineage.sources import Collection
from pyrite.lineage.wide import CoGrouped, Shuffled
from pyrite.plan.edges import shuffles_read


def test_shuffle_with_the_number_of_a_dataset_beside_it_is_found():
    """Datasets and shuffles are counted apart: shuffle 0 and dataset 0 have nothing in common."""
    source = Collection.of([("x", 1)], 1)
    shuffle = Shuffle(source, HashPartitioner(1))
    source.id = shuffle.id
    for parents in ((Shuffled(shuffle), source), (source, Shuffled(shuffle))):
        assert shuffles_read(Union(parents)) == [shuffle]


def test_shuffle_read_twice_is_given_once():
    shuffle = Shuffle(Collection.of([("x", 1)], 1), HashPartitioner(1))
    assert shuffles_read(Union((Shuffled(shuffle), Shuffled(shuffle)))) == [shuffle]


def test_each_side_of_a_cogroup_is_found():
    sides = [Collection.of([("x", 1)], 1) for _ in range(5)]
    assert len(shuffles_read(CoGrouped(sides, HashPartitioner(3)))) == 5


PROGRAM = """
from pyrite import SparkContext
with SparkContext("local") as sc:
    pairs = sc.parallelize([("x", 1), ("x", 2)], 1)
    print(sorted(pairs.reduceByKey(lambda a, b: a + b).union(pairs).collect()))
"""


def test_first_shuffle_of_a_program_in_a_union_with_its_own_source():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "[('x', 1), ('x', 2), ('x', 3)]\n"
