"""Pickle files, whole binary files, records of one length."""

import array
import datetime
import enum
import gzip
import os
import random
import struct
from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyrite import CorruptBlockError, UnsupportedError
from pyrite.io.pickled import MAGIC, pickled_blocks


class Colour(enum.Enum):
    RED = 1


@dataclass
class Point:
    x: int


City = namedtuple("City", "name country")

RECORDS = [
    None, True, 1, -(2**70), 0.5, 1j, "text", "ä\0", b"bytes", bytearray(b"x"), (), (1, (2,)),
    [1, [2]], {"a": {1}}, frozenset({1}), Decimal("1.50"), datetime.datetime(2026, 1, 2, 3),
    Colour.RED, Point(1), City("Ulm", None), OrderedDict(a=1), defaultdict(list, a=[1]),
    array.array("d", [1.5]), range(5), slice(1, 2), Ellipsis, len, Point, ValueError,
]  # fmt: skip


# -- pickle files -----------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [0, 1, 10, 1000])
def test_records_of_every_kind_come_back(sc, tmp_path, batch):
    path = str(tmp_path / "out")
    sc.parallelize(RECORDS, 3).saveAsPickleFile(path, batch)
    assert sc.pickleFile(path).collect() == RECORDS
    assert sorted(os.listdir(path)) == ["_SUCCESS", "part-00000", "part-00001", "part-00002"]


@pytest.mark.parametrize(("length", "batches"), [(10, 14), (1000, 13), (100_000, 100)])
def test_batches_are_made_as_large_as_is_good(length, batches):
    records = [bytes([i]) * length for i in range(100)] * (100_000 // length // 10 or 1)
    blocks = list(pickled_blocks(records, 0))[1:-1]
    assert all(number for number, _ in blocks)
    assert sum(number for number, _ in blocks) == len(records)
    assert len(blocks) <= batches + len(records) * length // (1 << 16)
    assert all(len(data) < 3 * max(1 << 16, length) for _, data in blocks)


def test_nan_and_functions_come_back(sc, tmp_path):
    sc.parallelize([float("nan"), lambda x: x + 1], 1).saveAsPickleFile(str(tmp_path / "out"))
    nan, function = sc.pickleFile(str(tmp_path / "out")).collect()
    assert nan != nan
    assert function(1) == 2


def test_numpy_arrays_come_back(sc, tmp_path):
    numpy = pytest.importorskip("numpy")
    sc.parallelize([numpy.arange(6).reshape(2, 3)], 1).saveAsPickleFile(str(tmp_path / "out"))
    [found] = sc.pickleFile(str(tmp_path / "out")).collect()
    assert found.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_no_records_come_back(sc, tmp_path):
    sc.parallelize([], 2).saveAsPickleFile(str(tmp_path / "empty"))
    sc.emptyRDD().saveAsPickleFile(str(tmp_path / "none"))
    assert sc.pickleFile(str(tmp_path / "empty")).collect() == []
    assert sc.pickleFile(f"{tmp_path}/empty,{tmp_path}/none").count() == 0


def test_partitions_are_read_in_order(sc, tmp_path):
    sc.range(1000, numSlices=7).saveAsPickleFile(str(tmp_path / "out"))
    assert sc.pickleFile(str(tmp_path / "out"), 4).collect() == list(range(1000))
    assert 4 <= sc.pickleFile(str(tmp_path / "out"), 4).getNumPartitions() <= 7


def test_classes_of_one_program_are_read_by_another(run_script, tmp_path):
    written = run_script(
        "from pyrite import SparkContext\n"
        "class Thing:\n"
        "    def __init__(self, x): self.x = x\n"
        "    def twice(self): return 2 * self.x\n"
        "for workers in ('', '[1]'):\n"
        "    with SparkContext('local' + workers) as sc:\n"
        "        things = sc.range(3).map(Thing)\n"
        f"        things.saveAsPickleFile({str(tmp_path)!r} + '/by%d' % len(workers))\n"
    )
    assert written == []
    for folder in ("by0", "by3"):
        found = run_script(
            "from pyrite import SparkContext\n"
            "with SparkContext('local[1]') as sc:\n"
            f"    print(sc.pickleFile({str(tmp_path / folder)!r}).map(lambda t: t.twice()).sum())\n"
        )
        assert found == ["6"]


def test_existing_folders_and_odd_batches_are_refused(sc, tmp_path):
    with pytest.raises(FileExistsError, match="exists; choose another or delete it"):
        sc.range(3).saveAsPickleFile(str(tmp_path))
    with pytest.raises(ValueError, match="batchSize must be at least 0, not -2"):
        sc.range(3).saveAsPickleFile(str(tmp_path / "out"), -2)
    with pytest.raises(TypeError, match="batchSize must be an int"):
        sc.range(3).saveAsPickleFile(str(tmp_path / "out"), "10")


def test_failing_task_leaves_nothing(sc, tmp_path):
    with pytest.raises(ZeroDivisionError):
        sc.range(3).map(lambda x: 1 // x).saveAsPickleFile(str(tmp_path / "out"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "error", "advice"),
    [
        (b"SEQ\x06!org.apache.hadoop", UnsupportedError, "a Hadoop sequence file, as PySpark's"),
        (
            b"plain text\n",
            ValueError,
            "not written by Pyrite's saveAsPickleFile: it begins with b'",
        ),
        (b"", ValueError, "not written by Pyrite's saveAsPickleFile"),
    ],
)
def test_other_files_are_refused_with_advice(sc, tmp_path, content, error, advice):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(error, match=advice):
        sc.pickleFile(str(tmp_path / "file")).collect()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_damage_is_noticed_wherever_it_is(tmp_path_factory, data):
    from tests.io.reading import read_all

    from pyrite.io.pickled import PickleSource

    whole = b"".join(block for _, block in pickled_blocks(["a", "b", 3, None] * 5, 7))
    place = data.draw(st.integers(len(MAGIC), len(whole) - 1))
    if data.draw(st.booleans()):
        damaged = whole[:place]
    else:
        damaged = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))])
        damaged += whole[place + 1 :]
    path = tmp_path_factory.mktemp("damaged") / "file"
    path.write_bytes(damaged)
    with pytest.raises(CorruptBlockError, match=r"file (was cut short|is damaged or cut short)"):
        read_all(PickleSource(str(path)))


def test_errors_name_the_record(sc, tmp_path):
    sc.range(100, numSlices=1).saveAsPickleFile(str(tmp_path / "out"))
    with pytest.raises(ZeroDivisionError) as caught:
        sc.pickleFile(str(tmp_path / "out")).map(lambda x: 1 // (x - 42)).collect()
    assert any("record 2 of batch 4 of" in note for note in caught.value.__notes__)


# -- binary files -----------------------------------------------------------------------------


def test_binary_files_are_given_as_they_are(sc, tmp_path):
    files = {"a.bin": bytes(range(256)), "b.gz": gzip.compress(b"text"), "c": b""}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "_hidden").write_bytes(b"no")
    found = sc.binaryFiles(str(tmp_path), 3).collectAsMap()
    assert found == {f"file:{tmp_path}/{name}": content for name, content in files.items()}
    assert sc.binaryFiles(f"{tmp_path}/*.bin").keys().collect() == [f"file:{tmp_path}/a.bin"]


@pytest.mark.parametrize("length", [1, 3, 4, 1000])
@pytest.mark.parametrize("parts", [1, 5])
def test_binary_records_are_cut_at_their_length(make_context, tmp_path, length, parts):
    content = random.Random(1).randbytes(length * 211)
    (tmp_path / "data").write_bytes(content)
    (tmp_path / "more").write_bytes(content[: 3 * length])
    sc = make_context("local", {"spark.default.parallelism": parts})
    records = sc.binaryRecords(f"{tmp_path}/data,{tmp_path}/more", length)
    pieces = [content[i : i + length] for i in range(0, len(content), length)]
    assert records.collect() == pieces + pieces[:3]
    assert records.getNumPartitions() >= parts


def test_binary_records_may_be_unpacked(sc, tmp_path):
    (tmp_path / "numbers").write_bytes(struct.pack("<100i", *range(100)))
    numbers = sc.binaryRecords(str(tmp_path), 4).map(lambda x: struct.unpack("<i", x)[0])
    assert numbers.sum() == 4950


def test_binary_records_refuses_parts_of_records(sc, tmp_path):
    (tmp_path / "numbers").write_bytes(b"12345")
    with pytest.raises(ValueError, match=r"numbers has 5 bytes, .* not whole records of 4 bytes"):
        sc.binaryRecords(str(tmp_path), 4).count()
    with pytest.raises(ValueError, match="recordLength must be at least 1, not 0"):
        sc.binaryRecords(str(tmp_path), 0)
    assert sc.binaryRecords(str(tmp_path), 5).collect() == [b"12345"]


def test_missing_files_are_named(sc):
    for dataset in (sc.pickleFile("/no/a"), sc.binaryFiles("/no/a"), sc.binaryRecords("/no/a", 1)):
        with pytest.raises(FileNotFoundError, match="/no/a"):
            dataset.count()
