"""Where records come from."""

import bz2
import gzip

import lz4.frame
import pytest
import zstandard


@pytest.mark.parametrize(
    ("records", "slices", "expected"),
    [
        ([0, 2, 3, 4, 6], 5, [[0], [2], [3], [4], [6]]),
        (list(range(7)), 3, [[0, 1], [2, 3], [4, 5, 6]]),
        (list(range(10)), 4, [[0, 1], [2, 3], [4, 5], [6, 7, 8, 9]]),
        (range(10), 4, [[0, 1], [2, 3, 4], [5, 6], [7, 8, 9]]),
        (range(10, 0, -4), 2, [[10], [6, 2]]),
        ([1, 2], 4, [[], [1], [], [2]]),
        ([], 2, [[], []]),
        (range(0), 2, [[], []]),
        ("abc", 2, [["a"], ["b", "c"]]),
        ({"key": 1}, 1, [["key"]]),
    ],
)
def test_parallelize_cuts_as_pyspark_does(sc, records, slices, expected):
    assert sc.parallelize(records, slices).glom().collect() == expected


def test_parallelize_takes_an_iterator(sc):
    assert sc.parallelize((x * x for x in range(4)), 2).collect() == [0, 1, 4, 9]


def test_parallelize_without_slices_gives_each_worker_one(sc):
    assert sc.parallelize([1, 2, 3, 4]).getNumPartitions() == sc.defaultParallelism


def test_records_are_taken_when_the_dataset_is_made(sc):
    records = [1, 2]
    dataset = sc.parallelize(records)
    records.append(3)
    assert dataset.collect() == [1, 2]


def test_records_of_a_long_range_are_not_made_in_the_driver(sc):
    assert sc.parallelize(range(10**15), 10**3).take(2) == [0, 1]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((3,), [0, 1, 2]), ((1, 4), [1, 2, 3]), ((1, 8, 3), [1, 4, 7]), ((3, 0, -1), [3, 2, 1])],
)
def test_range_is_pythons(sc, arguments, expected):
    assert sc.range(*arguments).collect() == expected


def test_range_to_an_end_obeys_its_step(sc):
    assert sc.range(7, step=3).collect() == [0, 3, 6]


def test_empty_dataset_has_no_partitions(sc):
    assert sc.emptyRDD().getNumPartitions() == 0
    assert sc.emptyRDD().glom().collect() == []


@pytest.fixture
def folder(tmp_path):
    """Files of many kinds, and a folder in a folder."""
    (tmp_path / "a.txt").write_bytes(b"a1\na2\n")
    (tmp_path / "b.txt").write_bytes(b"b1\r\nb2")
    (tmp_path / "c.txt.gz").write_bytes(gzip.compress(b"c1\n"))
    (tmp_path / "d.bz2").write_bytes(bz2.compress(b"d1\n"))
    (tmp_path / "e.zst").write_bytes(zstandard.compress(b"e1\n"))
    (tmp_path / "f.lz4").write_bytes(lz4.frame.compress(b"f1\n"))
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / ".hidden").write_text("no\n")
    return tmp_path


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.txt"], ["a1", "a2"]),
        (["a.txt", "b.txt"], ["a1", "a2", "b1", "b2"]),
        (["*.txt"], ["a1", "a2", "b1", "b2"]),
        (["{a,b}.t?t"], ["a1", "a2", "b1", "b2"]),
        (["[ab].txt", "d.bz2"], ["a1", "a2", "b1", "b2", "d1"]),
        (["c.txt.gz"], ["c1"]),
        (["e.zst"], ["e1"]),
        (["f.lz4"], ["f1"]),
        ([""], ["a1", "a2", "b1", "b2", "c1", "d1", "e1", "f1"]),
    ],
)
def test_text_file_reads_files_lists_globs_and_folders(sc, folder, names, expected):
    path = ",".join(str(folder / name) for name in names)
    assert sorted(sc.textFile(path).collect()) == expected


def test_text_file_has_as_many_partitions_as_asked_for_and_each_line_once(sc, tmp_path):
    lines = [f"line {i}" for i in range(1000)]
    (tmp_path / "big").write_text("\n".join(lines))
    dataset = sc.textFile(str(tmp_path / "big"), 7)
    assert dataset.getNumPartitions() >= 7
    assert dataset.collect() == lines


def test_text_file_gives_bytes_if_asked(sc, folder):
    assert sc.textFile(str(folder / "a.txt"), use_unicode=False).collect() == [b"a1", b"a2"]


def test_whole_text_files_give_name_and_content(sc, folder):
    files = sc.wholeTextFiles(str(folder / "*.txt")).collectAsMap()
    assert {name.rpartition("/")[2]: text for name, text in files.items()} == {
        "a.txt": "a1\na2\n",
        "b.txt": "b1\r\nb2",
    }


def test_missing_file_is_told_by_the_first_action(sc, tmp_path):
    missing = sc.textFile(str(tmp_path / "missing"))
    with pytest.raises(FileNotFoundError, match="missing"):
        missing.count()


def test_empty_file_has_no_lines(sc, tmp_path):
    (tmp_path / "empty").touch()
    assert sc.textFile(str(tmp_path / "empty")).collect() == []
