"""What the planner makes of persisted datasets."""

import operator

from pyrite.blocks.level import StorageLevel
from pyrite.core.ids import BlockId
from pyrite.core.outcome import BlockChange
from pyrite.lineage.dependency import Aggregator, Shuffle
from pyrite.lineage.narrow import Transformed
from pyrite.lineage.ops import Map
from pyrite.lineage.partitioner import HashPartitioner
from pyrite.lineage.sources import Collection
from pyrite.lineage.wide import CoGrouped, Shuffled
from pyrite.plan.persisted import Persisted
from pyrite.plan.planner import Planner


class Desk:
    """A planner, and the blocks that it hears of."""

    def __init__(self):
        self.persisted = Persisted()
        self.planner = Planner(self.persisted)
        for worker in ("worker:0", "worker:1"):
            self.persisted.worker_joined(worker, "here")

    def keep(self, node, *places):
        """Persist a dataset, whose blocks are in these places, by partition."""
        self.persisted.add(node.id, StorageLevel.MEMORY_ONLY)
        for partition, place in enumerate(places):
            self.hear(node, partition, place)
        return node

    def hear(self, node, partition, place, held=True):
        self.persisted.changed(BlockChange(BlockId(node.id, partition), place, held, 1))
        if not held:
            self.planner.expire(node.id)

    def plan(self, node):
        return self.planner.plan(node, range(node.num_partitions), lambda it, task: None, "job")


def numbers(partitions=2):
    return Collection.of(range(10), partitions)


def mapped(node):
    return Transformed(node, Map(abs))


def shuffled(node, partitions=2):
    add = Aggregator(abs, operator.add, operator.add)
    return Shuffled(Shuffle(node, HashPartitioner(partitions), add, "reduceByKey"))


def test_tasks_are_pinned_to_their_blocks_and_get_no_splits():
    desk = Desk()
    data = desk.keep(mapped(numbers()), "worker:0", "worker:1")
    (stage,) = desk.plan(mapped(data)).stages
    assert stage.spec.pinned
    assert stage.spec.preferred == {0: ("worker:0",), 1: ("worker:1",)}
    assert stage.splits(0) == {}
    assert stage.blocks == {data.id}


def test_a_missing_block_brings_the_lineage_back_and_the_others_are_still_near():
    desk = Desk()
    data = desk.keep(mapped(numbers()), "worker:0")
    (stage,) = desk.plan(data).stages
    assert not stage.spec.pinned
    assert stage.spec.preferred == {0: ("worker:0",)}
    assert len(stage.splits(1)) == 1
    assert stage.blocks == set()


def test_a_block_on_disk_can_be_read_with_one_in_memory():
    desk = Desk()
    left = desk.keep(mapped(numbers()), "worker:0", "worker:1")
    right = desk.keep(mapped(numbers()), "here", "worker:1")
    both = CoGrouped((left, right), HashPartitioner(2))
    both._edges, both.parents = [None, None], (left, right)  # as if they were partitioned so
    (stage,) = desk.plan(both).stages
    assert stage.spec.preferred == {0: ("worker:0",), 1: ("worker:1",)}
    assert stage.blocks == {left.id, right.id}


def test_blocks_that_no_task_can_read_together_are_made_where_they_are_not():
    desk = Desk()
    left = desk.keep(mapped(numbers()), "worker:0", "worker:0")
    right = desk.keep(mapped(numbers()), "worker:1", "worker:0")
    both = CoGrouped((left, right), HashPartitioner(2))
    both._edges, both.parents = [None, None], (left, right)
    (stage,) = desk.plan(both).stages
    assert stage.spec.pinned
    assert len(stage.blocks) == 1


def test_stages_behind_the_blocks_are_left_out_and_come_back_under_their_numbers():
    desk = Desk()
    data = shuffled(mapped(numbers()))
    wide = shuffled(desk.keep(mapped(data)))
    before = desk.plan(wide)
    assert len(before.stages) == 3
    for partition in range(2):
        desk.hear(wide.shuffle.parent, partition, "worker:0")
    assert len(desk.plan(wide).stages) == 3, "its map stage was planned before"
    other = shuffled(wide.shuffle.parent)
    assert len(desk.plan(other).stages) == 2
    desk.hear(wide.shuffle.parent, 1, "worker:0", held=False)
    again = desk.plan(other)
    assert len(again.stages) == 3
    assert again.stages[0].spec.stage == before.stages[0].spec.stage


def test_plans_do_not_grow_with_the_lineage_behind_the_blocks():
    desk = Desk()
    data, sizes = numbers(), []
    for _ in range(100):
        data = desk.keep(mapped(data), "worker:0", "worker:1")
        sizes.append(len(desk.plan(mapped(data)).stages[0].program.code))
    assert max(sizes) - min(sizes) < 10
