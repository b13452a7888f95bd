import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.io.reading import read_all

from pyrite.core.outcome import Metrics
from pyrite.io import committer as committer_module
from pyrite.io import output
from pyrite.io.committer import Committer, check_absent
from pyrite.io.filesystem import FileSystem, LocalFiles, filesystem
from pyrite.io.output import PartFile
from pyrite.io.text import TextSource


@pytest.fixture(params=["local", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where output goes: a place with folders that can be renamed, and one without."""
    return str(tmp_path) if request.param == "local" else f"memory://{tmp_path}"


def names(folder: str) -> list[str]:
    store = filesystem(folder)
    return [entry.name for entry in store.entries(folder)] if store.find(folder) else []


def write(committer: Committer, records: list[Any], partitions: int = 3) -> list[PartFile]:
    return [
        committer.writer.write(partition, 0, records[partition::partitions], Metrics())
        for partition in range(partitions)
    ]


def test_output_is_whole_and_nothing_else_is_left(folder: str):
    committer = Committer(f"{folder}/deep/out")
    committer.prepare()
    parts = write(committer, ["a", "b", "c", "d"])
    assert committer.destination not in names(f"{folder}/deep")
    committer.commit(reversed(parts))
    assert names(f"{folder}/deep") == ["out"]
    assert names(f"{folder}/deep/out") == ["_SUCCESS", "part-00000", "part-00001", "part-00002"]
    assert read_all(TextSource(f"{folder}/deep/out")) == ["a", "d", "b", "c"]


def test_only_accepted_attempts_are_in_the_output(folder: str):
    committer = Committer(f"{folder}/out")
    committer.prepare()
    committer.writer.write(0, 0, ["lost"], Metrics())
    accepted = committer.writer.write(0, 1, ["kept"], Metrics())
    committer.writer.write(0, 2, ["late"], Metrics())
    committer.commit([accepted])
    assert read_all(TextSource(f"{folder}/out")) == ["kept"]
    assert names(folder) == ["out"]


def test_no_partitions_make_an_empty_output(folder: str):
    committer = Committer(f"{folder}/out")
    committer.prepare()
    committer.commit([])
    assert names(f"{folder}/out") == ["_SUCCESS"]


def test_abort_leaves_nothing(folder: str):
    committer = Committer(f"{folder}/out")
    committer.prepare()
    write(committer, ["a"])
    committer.abort()
    assert names(folder) == []
    committer.abort()


def test_existing_output_is_refused_before_any_work(folder: str):
    store = filesystem(folder)
    store.make_folder(f"{folder}/out")
    store.create(f"{folder}/out/part-00000").close()
    for refused in (check_absent, Committer):
        with pytest.raises(FileExistsError, match="out exists; choose another or delete it"):
            refused(f"{folder}/out/")


def test_output_that_appears_meanwhile_is_kept(folder: str):
    first, second = Committer(f"{folder}/out"), Committer(f"{folder}/out")
    for committer in (first, second):
        committer.prepare()
    parts = write(second, ["second"], 1)
    first.commit(write(first, ["first"], 1))
    with pytest.raises(FileExistsError, match="out exists"):
        second.commit(parts)
    second.abort()
    assert read_all(TextSource(f"{folder}/out")) == ["first"]
    assert names(folder) == ["out"]


def test_the_last_step_never_replaces_what_came_in_between(tmp_path: Path, monkeypatch):
    committer = Committer(tmp_path / "out")
    committer.prepare()
    parts = write(committer, ["mine"], 1)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "theirs").touch()
    monkeypatch.setattr(committer_module, "check_absent", lambda path: None)
    with pytest.raises(OSError, match="not empty"):
        committer.commit(parts)
    committer.abort()
    assert names(f"{tmp_path}/out") == ["theirs"]


def test_two_files_for_one_partition_are_refused(folder: str):
    committer = Committer(f"{folder}/out")
    committer.prepare()
    parts = [committer.writer.write(0, attempt, ["a"], Metrics()) for attempt in (0, 1)]
    with pytest.raises(ValueError, match="more than one file"):
        committer.commit(parts)


def test_a_part_that_is_not_as_it_was_written_is_refused(tmp_path: Path):
    committer = Committer(tmp_path / "out")
    committer.prepare()
    (part,) = write(committer, ["abc"], 1)
    Path(part.path).write_bytes(b"ab")
    with pytest.raises(OSError, match=f"{part.path}: a task wrote 4 bytes .* sees 2"):
        committer.commit([part])
    Path(part.path).unlink()
    with pytest.raises(OSError, match="sees no file"):
        committer.commit([part])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("path", ["/", "memory://out"])
def test_an_output_folder_needs_a_folder_above(path: str):
    with pytest.raises((ValueError, FileExistsError)):
        Committer(path)


@pytest.mark.parametrize(
    "codec", ["org.apache.hadoop.io.compress.GzipCodec", "bzip2", "zstd", "lz4"]
)
def test_compressed_output(folder: str, codec: str):
    records = [f"record {i}" for i in range(10_000)]
    committer = Committer(f"{folder}/out", codec)
    committer.prepare()
    parts = write(committer, records, 2)
    assert sum(part.bytes for part in parts) < 100_000
    committer.commit(parts)
    assert sorted(read_all(TextSource(f"{folder}/out"))) == sorted(records)


# -- what one attempt writes -------------------------------------------------------------


@pytest.fixture
def committer(tmp_path: Path) -> Iterator[Committer]:
    committer = Committer(tmp_path / "out")
    committer.prepare()
    yield committer
    committer.abort()
    assert os.listdir(tmp_path) == []


def test_records_become_lines(committer: Committer):
    metrics = Metrics()
    records = ["é", b"\xc3\xa9", 1, (1, "a"), None, "", 2.5]
    part = committer.writer.write(7, 3, iter(records), metrics)
    content = Path(part.path).read_bytes()
    assert content.decode() == "é\né\n1\n(1, 'a')\nNone\n\n2.5\n"
    assert (part.partition, part.bytes, part.records) == (7, len(content), 7)
    assert (metrics.bytes_written, metrics.records_written) == (len(content), 7)


def test_many_records_of_all_sizes(committer: Committer):
    records = [str(i) * (100_000 if i % 1000 == 0 else 1) for i in range(20_000)]
    part = committer.writer.write(0, 0, records, Metrics())
    assert Path(part.path).read_text().split("\n") == [*records, ""]


def attempts(committer: Committer) -> list[str]:
    return os.listdir(committer.writer.folder)


def test_a_failed_attempt_leaves_nothing(committer: Committer):
    def records() -> Iterator[str]:
        yield from map(str, range(100_000))
        raise ConnectionResetError(104, "the user's own error")

    with pytest.raises(ConnectionResetError) as caught:
        committer.writer.write(0, 0, records(), Metrics())
    assert caught.value.filename is None  # not blamed on the output file
    assert attempts(committer) == []


@pytest.mark.parametrize("codec", [None, "gzip", "bzip2", "zstd", "lz4"])
@pytest.mark.parametrize("count", [1, 200_000])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch, codec, count):
    class FullDisk(LocalFiles):
        def create(self, path: str) -> Any:
            super().create(path).close()
            return open("/dev/full", "wb")

    monkeypatch.setattr(output, "filesystem", lambda path: FullDisk())
    committer = Committer(tmp_path / "out", codec)
    committer.prepare()
    records = map(os.urandom, [50] * count)
    with pytest.raises(OSError, match=r"No space left on device.*part-00000-0") as caught:
        committer.writer.write(0, 0, (record.hex() for record in records), Metrics())
    assert caught.value.errno == errno.ENOSPC
    assert attempts(committer) == []


def test_an_attempt_after_abort_fails_and_brings_nothing_back(tmp_path: Path):
    committer = Committer(tmp_path / "out")
    committer.prepare()
    committer.abort()
    with pytest.raises(FileNotFoundError, match="part-00000-0"):
        committer.writer.write(0, 0, ["a"], Metrics())
    assert os.listdir(tmp_path) == []


def test_files_of_one_process_cannot_be_written_from_others(run_clean):
    run_clean(
        "import os, pytest\n"
        "from pyrite.core.outcome import Metrics\n"
        "from pyrite.io.committer import Committer\n"
        "from pyrite.core.errors import UnsupportedError\n"
        "committer = Committer('memory:///a/out')\n"
        "committer.prepare()\n"
        "if os.fork() == 0:\n"
        "    with pytest.raises(UnsupportedError, match='lives in one process'):\n"
        "        committer.writer.write(0, 0, ['a'], Metrics())\n"
        "    os._exit(0)\n"
        "assert os.waitstatus_to_exitcode(os.wait()[1]) == 0\n"
    )


# -- a driver killed at any moment -------------------------------------------------------


class Killed(BaseException):
    """The end of the driver: nothing is tidied up after it."""


class Mortal:
    """A file system that dies before its n-th change."""

    def __init__(self, store: FileSystem, lives: int) -> None:
        self._store = store
        self._lives = lives

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._store, name)
        if name not in {"create", "make_folder", "move", "remove"}:
            return operation

        def mortal(*arguments: Any) -> Any:
            if self._lives == 0:
                raise Killed
            self._lives -= 1
            return operation(*arguments)

        return mortal


def test_whenever_the_driver_dies_output_is_whole_or_absent(folder: str, monkeypatch):
    whole = ["_SUCCESS", "part-00000", "part-00001", "part-00002"]
    seen = []
    for lives in range(30):
        store = Mortal(filesystem(folder), lives)
        monkeypatch.setattr(committer_module, "filesystem", lambda path, store=store: store)
        committer = Committer(f"{folder}/{lives}/out")
        died = True
        try:
            committer.prepare()
            parts = write(committer, ["a", "b", "c", "d"])
            committer.commit(parts)
            died = False
        except Killed:
            pass
        found = names(f"{folder}/{lives}/out")
        # Where folders cannot be renamed, what lacks _SUCCESS is no output.
        complete = "_SUCCESS" in found
        assert not complete or found == whole
        if filesystem(folder).renames_folders:
            assert found in ([], whole)
        seen.append((died, complete))

        # The next run is not disturbed.
        if filesystem(folder).find(f"{folder}/{lives}/out") is None:
            monkeypatch.setattr(committer_module, "filesystem", filesystem)
            again = Committer(f"{folder}/{lives}/out")
            again.prepare()
            again.commit(write(again, ["a", "b", "c", "d"]))
            assert names(f"{folder}/{lives}/out") == whole
        if not died:
            break
    assert seen[0] == (True, False)
    assert (True, True) in seen  # killed while tidying up
    assert seen[-1] == (False, True)


def test_a_commit_that_fails_half_way_is_undone_by_abort(folder: str, monkeypatch):
    for lives in range(1, 30):
        store = Mortal(filesystem(folder), lives)
        monkeypatch.setattr(committer_module, "filesystem", lambda path, store=store: store)
        committer = Committer(f"{folder}/out")
        try:
            committer.prepare()
            committer.commit(write(committer, ["a", "b"], 2))
            break
        except Killed:
            store._lives = -1
            committer.abort()
            if "out" in names(folder):  # all but the tidying up was done
                assert names(f"{folder}/out") == ["_SUCCESS", "part-00000", "part-00001"]
                break
            assert names(folder) == []
    assert names(folder) == ["out"]


def test_abort_removes_what_tasks_change_meanwhile(tmp_path, monkeypatch):
    committer = Committer(str(tmp_path / "out"))
    committer.prepare()
    committer.writer.write(0, 0, ["a"], Metrics())
    rmtree, calls = shutil.rmtree, []

    def interfering(path):
        calls.append(path)
        if len(calls) < 3:  # a task removes a file while the folder is walked
            raise FileNotFoundError(path)
        rmtree(path)

    monkeypatch.setattr(shutil, "rmtree", interfering)
    committer.abort()
    assert list(tmp_path.iterdir()) == []
