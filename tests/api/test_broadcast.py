"""Broadcast variables: written once, read by all tasks, gone when told."""

import gc
import io
import os
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from operator import add

import numpy as np
import psutil
import pytest
from tests.conftest import wait_until

from pyrite import Broadcast, BroadcastGone, DriverOnlyError, SerializationError, StoppedError

MB = 1 << 20


def files(sc):
    """The broadcast values in the context's folder."""
    return sorted(name for name in os.listdir(sc._driver.folder) if name.startswith("broadcast"))


@pytest.mark.parametrize("value", [None, 5, "text", [1, 2, 3], {"a": {1, 2}}, range(3), add, ()])
def test_value_is_the_same_everywhere(sc, value):
    held = sc.broadcast(value)
    assert held.value == value
    assert sc.parallelize([0, 1], 2).map(lambda x: held.value).collect() == [value, value]


def test_what_happens_to_the_object_afterwards_is_not_seen(sc):
    numbers = [1, 2]
    held = sc.broadcast(numbers)
    numbers.append(3)
    assert sc.parallelize([0], 1).map(lambda x: held.value).collect() == [[1, 2]]
    assert held.value == [1, 2]


def test_functions_and_classes_of_the_program(sc):
    class Scale:
        def __init__(self, by):
            self.by = by

    held = sc.broadcast({"double": lambda x: 2 * x, "scale": Scale(10)})
    scaled = sc.range(3).map(lambda x: held.value["double"](x) * held.value["scale"].by)
    assert scaled.collect() == [0, 20, 40]


def test_arrays_are_read_only_in_tasks_and_in_the_driver(sc):
    held = sc.broadcast({"a": np.arange(1000), "b": np.ones((3, 4))})

    def write(x):
        held.value["a"][0] = 1

    with pytest.raises(ValueError, match="read-only"):
        sc.parallelize([1], 1).foreach(write)
    with pytest.raises(ValueError, match="read-only"):
        held.value["a"][0] = 1
    sums = sc.parallelize([0], 1).map(lambda x: (held.value["a"].sum(), held.value["b"].sum()))
    assert sums.collect() == [(499500, 12)]


def test_it_goes_in_records_in_other_broadcasts_and_back(sc):
    inner = sc.broadcast(7)
    outer = sc.broadcast({"inner": inner})
    assert sc.parallelize([inner, {"in": [inner]}], 1).map(
        lambda x: x.value if isinstance(x, Broadcast) else x["in"][0].value
    ).collect() == [7, 7]
    assert sc.range(1).map(lambda x: outer.value["inner"].value).collect() == [7]
    pairs = sc.parallelize([(1, inner), (2, inner)], 2).groupByKey(2)
    assert pairs.mapValues(lambda found: [each.value for each in found]).collectAsMap() == {
        1: [7],
        2: [7],
    }
    [back] = sc.parallelize([0], 1).map(lambda x: inner).collect()
    with pytest.raises(DriverOnlyError, match=r"<Broadcast \d+: .*came out of a task"):
        _ = back.value


def test_use_in_generators_and_in_threads_of_a_task(sc):
    held = sc.broadcast({"n": 5})

    def lazily(records):
        for x in records:
            yield x + held.value["n"]

    def in_threads(records):
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda x: x + held.value["n"], records))

    numbers = sc.range(40, numSlices=2)
    assert numbers.mapPartitions(lazily).sum() == 980
    assert numbers.mapPartitions(in_threads).sum() == 980


def test_function_takes_a_number_along_and_not_the_value(make_context, monkeypatch):
    sent = []
    from pyrite.cluster import process

    encode = process.encode
    monkeypatch.setattr(
        process, "encode", lambda *each: sent.append(sum(map(len, encode(*each)))) or encode(*each)
    )
    sc = make_context("local[2]")
    held = sc.broadcast(np.zeros(100 * MB, np.uint8))
    assert sc.range(4, numSlices=4).map(lambda x: len(held.value)).sum() == 400 * MB
    assert 0 < sum(sent) < 20_000


def test_value_cannot_be_set(sc):
    held = sc.broadcast(1)
    for _ in range(2):
        with pytest.raises(AttributeError, match="make another broadcast"):
            held.value = 2
        assert held.value == 1


def test_unpersisted_value_is_read_again(sc):
    held = sc.broadcast([1])
    lengths = sc.range(2, numSlices=2).map(lambda x: len(held.value))
    for blocking in (False, True):
        assert lengths.collect() == [1, 1]
        held.unpersist(blocking)
    assert lengths.collect() == [1, 1]
    assert held.value == [1]


def test_workers_let_go_of_what_is_unpersisted(make_context):
    sc = make_context("local[1]")
    held = sc.broadcast(np.zeros(MB))

    def mapped(_):
        gc.collect()
        with open("/proc/self/maps") as maps:
            return sum("/broadcast-" in line for line in maps)

    sc.parallelize([0], 1).foreach(lambda x: held.value.sum())
    assert sc.parallelize([0], 1).map(mapped).collect() == [1]
    held.unpersist()
    assert sc.parallelize([0], 1).map(mapped).collect() == [0]
    sc.parallelize([0], 1).foreach(lambda x: held.value.sum())
    held.destroy()
    assert sc.parallelize([0], 1).map(mapped).collect() == [0]


def test_use_after_destroy_is_an_error_that_names_the_broadcast(sc):
    held = sc.broadcast([1])
    lengths = sc.range(2, numSlices=2).map(lambda x: (x, len(held.value)))
    sums = lengths.reduceByKey(add)
    assert held.value == [1]
    assert sums.count() == 2
    held.destroy()
    with pytest.raises(BroadcastGone, match=r"<Broadcast \d+: broadcast at .*:\d+> was destroyed"):
        _ = held.value
    with pytest.raises(SerializationError, match=r"variable 'held'.*<Broadcast .*was destroyed"):
        lengths.count()
    assert sums.count() == 2  # its map output is there
    held.destroy()  # as often as one likes
    held.unpersist()


def test_task_that_comes_too_late_for_the_value_says_so(sc):
    held = sc.broadcast([1])
    records = sc.parallelize([held], 1)
    held.destroy()
    with pytest.raises(BroadcastGone, match=r"<Broadcast \d+: .*> was destroyed"):
        records.map(lambda x: x.value).collect()


def test_unpersist_and_destroy_are_for_the_driver(sc):
    held = sc.broadcast(1)
    for method in ("unpersist", "destroy"):
        with pytest.raises(DriverOnlyError, match=r"can only be \w+ in the driver"):
            sc.parallelize([1], 1).foreach(lambda x, method=method: getattr(held, method)())
    assert held.value == 1


def test_value_that_cannot_be_pickled_is_named(sc):
    gc.collect()  # what earlier tests have left
    before = files(sc)
    with pytest.raises(SerializationError, match="the item 'lock', a lock, cannot be pickled"):
        sc.broadcast({"fine": 1, "lock": threading.Lock()})
    with pytest.raises(SerializationError, match="SparkContext is used inside"):
        sc.broadcast([sc])
    assert files(sc) == before


def test_stopped_context_takes_none_and_those_it_had_say_so(make_context):
    sc = make_context("local")
    held = sc.broadcast([1])
    sc.stop()
    with pytest.raises(StoppedError):
        sc.broadcast(1)
    with pytest.raises(BroadcastGone, match="its context stopped"):
        _ = held.value
    held.unpersist()
    held.destroy()


def test_file_goes_when_the_program_lets_go_of_the_broadcast(make_context):
    sc = make_context("local[2]")
    held = sc.broadcast([1])
    doubled = sc.range(4).map(lambda x, b=held: x + len(b.value))
    del held
    gc.collect()
    assert doubled.sum() == 10
    assert files(sc) == ["broadcast-0"]
    del doubled
    gc.collect()
    wait_until(lambda: files(sc) == [])
    for _ in range(5):
        held = sc.broadcast(bytes(1000))
        sc.range(4).map(lambda x, b=held: len(b.value)).sum()
    gc.collect()
    wait_until(lambda: files(sc) == ["broadcast-5"])


def test_broadcast_in_a_global_that_has_another_value_now(make_context, shuffle_files):
    """The map stage was pickled with the first one: it must be there when the stage runs again."""
    sc = make_context("local[2]")
    names = {"sc": sc, "held": sc.broadcast(1)}
    exec("def shifted(x): return x % 2, x + held.value", names)
    sums = sc.range(4, numSlices=2).map(names["shifted"]).reduceByKey(add, 2)
    assert dict(sums.collect()) == {0: 4, 1: 6}
    names["held"] = sc.broadcast(10)
    gc.collect()
    os.unlink(shuffle_files()[0])
    assert dict(sums.collect()) == {0: 4, 1: 6}
    del sums
    gc.collect()
    # Dropped shuffles are told of with the next job, once the loop has let go of the last.
    wait_until(lambda: sc.range(1).count() and files(sc) == ["broadcast-1"])


def test_broadcast_that_only_records_hold_stays(make_context):
    sc = make_context("local[2]")
    records = sc.parallelize([sc.broadcast(7)], 1)
    outer = sc.broadcast([sc.broadcast(8)])
    gc.collect()
    assert records.map(lambda x: x.value).collect() == [7]
    assert sc.range(1).map(lambda x: outer.value[0].value).collect() == [8]
    outer.destroy()


def test_dump_and_load(sc, tmp_path):
    held = sc.broadcast([1, 2])
    with open(tmp_path / "value", "wb") as file:
        held.dump(held.value, file)
        assert file.closed
    assert held.load_from_path(str(tmp_path / "value")) == [1, 2]
    with open(tmp_path / "value", "rb") as file:
        assert sc.broadcast(0).load(file) == [1, 2]
    with pytest.raises(pickle.PicklingError, match="Could not serialize broadcast: TypeError"):
        held.dump(threading.Lock(), io.BytesIO())


def test_workers_share_the_pages_of_an_array_and_the_driver_has_none(make_context, tmp_path):
    sc = make_context("local[2]")
    size = 200 * MB
    driver = psutil.Process()
    array = np.ones(size, np.uint8)
    before = driver.memory_info().rss
    held = sc.broadcast(array)
    assert driver.memory_info().rss - before < 20 * MB  # written as it is, straight to the file
    del array

    def touch(x):
        """Bytes of the mapping in this process: all of them, its share, its own."""
        assert held.value.sum() == size
        (tmp_path / f"read-{x}").touch()
        wait_until(lambda: len(list(tmp_path.glob("read-*"))) == 2, 60)
        found = {}
        inside = False
        with open("/proc/self/smaps") as lines:
            for line in lines:
                field, *rest = line.split()
                if not field.endswith(":"):
                    inside = "/broadcast-" in line
                elif inside and rest[-1] == "kB":
                    found[field] = found.get(field, 0) + int(rest[0]) * 1024
        (tmp_path / f"seen-{x}").touch()
        wait_until(lambda: len(list(tmp_path.glob("seen-*"))) == 2, 60)
        return found["Rss:"], found["Pss:"], found["Private_Dirty:"] + found["Private_Clean:"]

    for resident, share, private in sc.parallelize([0, 1], 2).map(touch).collect():
        assert resident >= size
        assert share < 0.51 * resident
        assert private < MB
    assert driver.memory_info().rss < before - size + 40 * MB
    assert held.value.sum() == size  # mapped by the driver, too


def test_a_dataset_cannot_be_broadcast(sc):
    with pytest.raises(SerializationError, match=r"given an RDD; give it what collect\(\)"):
        sc.broadcast(sc.range(3))
