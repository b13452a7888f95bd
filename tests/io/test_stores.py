"""Stores behind fsspec, shown with the one that needs no server: memory."""

from collections.abc import Iterator

import fsspec
import pytest
from tests.io.reading import read, read_all

from pyrite.io.filesystem import filesystem
from pyrite.io.paths import resolve
from pyrite.io.text import TextSource, WholeTextSource


@pytest.fixture
def store() -> Iterator[fsspec.AbstractFileSystem]:
    store = fsspec.filesystem("memory")
    store.pipe({"/in/b": b"3\n4", "/in/a": b"1\r\n2\r\n", "/in/_SUCCESS": b"", "/in/x/c": b"5"})
    yield store
    store.rm("/in", recursive=True)


def test_addresses(store):
    def names(address: str) -> list[str]:
        return [entry.path for entry in resolve(address)]

    assert names("memory://in/a") == ["memory://in/a"]
    assert names("memory:///in/?") == ["memory:///in/a", "memory:///in/b", "memory:///in/x/c"]
    assert names("memory://in/**/{a,c}") == ["memory://in/a", "memory://in/x/c"]
    with pytest.raises(IsADirectoryError, match=r"memory://in holds a folder, x"):
        names("memory://in/")
    with pytest.raises(FileNotFoundError, match="memory://in/nothing"):
        names("memory://in/nothing")


def test_content_travels_to_tasks_in_other_processes(store):
    source = TextSource("memory://in/{a,b}")
    assert source.num_partitions == 1
    split = source.split(0)
    store.rm("/in/a")
    assert [part.content for part in split] == [b"1\r\n2\r\n", b"3\n4"]
    assert read_all(source) == ["1", "2", "3", "4"]
    assert read(WholeTextSource("memory://in/x")) == [[("memory://in/x/c", "5")]]


def test_a_file_that_travels_does_so_once(store):
    store.pipe("/in/a", b"".join(b"%d\n" % i for i in range(10_000)))
    source = TextSource("memory://in/a", 7)
    assert source.num_partitions == 1
    assert read_all(source) == [str(i) for i in range(10_000)]


def test_a_store_is_opened_once():
    assert filesystem("memory://a") is filesystem("memory://b")


def test_local_disk_through_fsspec_reads_the_same(tmp_path):
    (tmp_path / "a").write_bytes(b"1\r\n2\n3\r4")
    assert read_all(TextSource(f"local://{tmp_path}/a", 3)) == ["1", "2", "3", "4"]
