"""`saveAsTextFile`: complete or absent."""

import gzip
import os
import signal

import pytest


def parts(folder):
    return sorted(path.name for path in folder.glob("part-*"))


def lines(folder):
    return "".join((folder / name).read_text() for name in parts(folder)).splitlines()


def test_each_partition_is_a_file_and_success_closes_the_folder(sc, tmp_path):
    sc.parallelize(["a", 1, None, ("b", 2.5), "ä", b"raw"], 3).saveAsTextFile(str(tmp_path / "out"))
    assert parts(tmp_path / "out") == ["part-00000", "part-00001", "part-00002"]
    assert lines(tmp_path / "out") == ["a", "1", "None", "('b', 2.5)", "ä", "raw"]
    assert (tmp_path / "out" / "_SUCCESS").exists()
    assert os.listdir(tmp_path) == ["out"]


def test_empty_partitions_are_empty_files(sc, tmp_path):
    sc.parallelize([], 2).saveAsTextFile(str(tmp_path / "out"))
    assert parts(tmp_path / "out") == ["part-00000", "part-00001"]
    assert lines(tmp_path / "out") == []


def test_no_partitions_are_a_folder_without_parts(sc, tmp_path):
    sc.emptyRDD().saveAsTextFile(str(tmp_path / "out"))
    assert parts(tmp_path / "out") == []
    assert (tmp_path / "out" / "_SUCCESS").exists()


@pytest.mark.parametrize("codec", ["org.apache.hadoop.io.compress.GzipCodec", "gzip"])
def test_compressed_output(sc, tmp_path, codec):
    sc.parallelize(["a", "b"], 1).saveAsTextFile(str(tmp_path / "out"), codec)
    assert gzip.decompress((tmp_path / "out" / "part-00000.gz").read_bytes()) == b"a\nb\n"


@pytest.mark.parametrize("codec", [None, "gzip", "bzip2", "zstd", "lz4"])
def test_what_was_saved_is_read_again(sc, tmp_path, codec):
    text = [f"line {i}" for i in range(1000)]
    sc.parallelize(text, 3).saveAsTextFile(str(tmp_path / "out"), codec)
    assert sc.textFile(str(tmp_path / "out")).collect() == text


def test_unknown_codec_is_refused_before_work_starts(sc, tmp_path, journal):
    dataset = sc.range(2).map(journal.note)
    with pytest.raises(ValueError, match="rot13"):
        dataset.saveAsTextFile(str(tmp_path / "out"), "rot13")
    assert journal.lines() == []
    assert not (tmp_path / "out").exists()


def test_existing_folder_is_refused_before_work_starts(sc, tmp_path, journal):
    (tmp_path / "out").mkdir()
    with pytest.raises(FileExistsError, match="out"):
        sc.range(2).map(journal.note).saveAsTextFile(str(tmp_path / "out"))
    assert journal.lines() == []
    assert os.listdir(tmp_path / "out") == []


def test_failing_task_leaves_nothing(sc, tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    with pytest.raises(ZeroDivisionError):
        sc.range(4, numSlices=4).map(lambda x: 1 / (x - 2)).saveAsTextFile(str(folder / "out"))
    assert os.listdir(folder) == []


@pytest.mark.chaos
def test_killed_attempts_leave_no_part_of_theirs(make_context, tmp_path, journal):
    def deadly(partition, records):
        yield from records
        if partition % 2 and journal.first_time(partition):
            os.kill(os.getpid(), signal.SIGKILL)

    numbers = make_context("local[2]").range(400, numSlices=4).mapPartitionsWithIndex(deadly)
    numbers.saveAsTextFile(str(tmp_path / "out"))
    assert parts(tmp_path / "out") == [f"part-{i:05d}" for i in range(4)]
    assert lines(tmp_path / "out") == [str(i) for i in range(400)]


def test_attempts_that_failed_leave_no_part_of_theirs(make_context, tmp_path, journal):
    def shaky(x):
        if x == 7 and journal.first_time(x):
            raise OSError("try again")
        return x

    make_context("local").range(9, numSlices=2).map(shaky).saveAsTextFile(str(tmp_path / "out"))
    assert lines(tmp_path / "out") == [str(i) for i in range(9)]
