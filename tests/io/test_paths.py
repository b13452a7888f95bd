import os
from pathlib import Path

import pytest

from pyrite.io.filesystem import absolute, filesystem, uri
from pyrite.io.paths import resolve


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "b.txt",
        "a.txt",
        "c.log",
        "_SUCCESS",
        ".hidden",
        "odd[1].txt",
        "odd,2.txt",
        "x/1/part-00000",
        "x/1/_SUCCESS",
        "x/2/part-00000",
        "x/.git/part-00000",
        "x/1/deep/part-00001",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def names(tree: Path, address: str) -> list[str]:
    parts = (part if part.startswith("file:") else f"{tree}/{part}" for part in address.split(";"))
    return [os.path.relpath(entry.path, tree) for entry in resolve(",".join(parts))]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("a.txt", ["a.txt"]),
        ("b.txt;a.txt", ["b.txt", "a.txt"]),
        ("a.txt;a.txt", ["a.txt", "a.txt"]),
        ("x/2", ["x/2/part-00000"]),
        ("x/2/", ["x/2/part-00000"]),
        ("?.txt", ["a.txt", "b.txt"]),
        ("[b-z].*", ["b.txt", "c.log"]),
        ("[^a].*", ["b.txt", "c.log"]),
        ("[!a].*", ["b.txt", "c.log"]),
        ("{b,a}.txt", ["a.txt", "b.txt"]),
        ("{a.txt,c.{log,txt}}", ["a.txt", "c.log"]),
        ("{x/2,x/1}/part-*", ["x/1/part-00000", "x/2/part-00000"]),
        ("a.{txt,txt}", ["a.txt"]),
        ("odd\\[1\\].txt", ["odd[1].txt"]),
        ("*/2/*", ["x/2/part-00000"]),
        ("x/?", ["x/1/part-00000", "x/2/part-00000"]),
        ("**/part-00001", ["x/1/deep/part-00001"]),
        ("x/**", ["x/1/deep/part-00001", "x/1/part-00000", "x/2/part-00000"]),
        ("**/*.txt", ["a.txt", "b.txt", "odd,2.txt", "odd[1].txt"]),
        ("x/**/1/*", ["x/1/part-00000"]),
        ("_SUCCESS", ["_SUCCESS"]),
        ("_*", ["_SUCCESS"]),
        ("{*.log,_*}", ["_SUCCESS", "c.log"]),
    ],
)
def test_what_an_address_means(tree: Path, address: str, expected: list[str]):
    if address == "x/?":  # folder x/1 holds a folder
        with pytest.raises(IsADirectoryError):
            names(tree, address)
    else:
        assert names(tree, address) == expected


def test_addresses_of_local_files(tree: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tree)
    here = str(tree / "a.txt")
    for address in ("a.txt", "./a.txt", f"file:{here}", f"file://{here}", "x/../a.txt"):
        assert [entry.path for entry in resolve(address)] == [here]
    assert resolve(Path("a.txt"))[0].size == 5
    assert uri(absolute("a.txt")) == f"file:{here}"


@pytest.mark.parametrize("address", ["nothing", "nothing/*.txt", "*.csv", "a.txt/b", "_*.txt"])
def test_missing_input_is_named(tree: Path, address: str):
    with pytest.raises(FileNotFoundError, match="input") as caught:
        names(tree, address)
    assert address in str(caught.value)


@pytest.mark.parametrize("address", ["", "a,", ",a"])
def test_an_empty_path_is_refused(tree: Path, monkeypatch: pytest.MonkeyPatch, address: str):
    monkeypatch.chdir(tree)
    (tree / "a").touch()
    with pytest.raises(ValueError, match="empty"):
        resolve(address)


def test_a_folder_in_a_folder_is_refused_with_advice(tree: Path):
    with pytest.raises(IsADirectoryError, match=r"holds a folder, deep; .*/x/1/\*\*"):
        names(tree, "x/1")


def test_links_in_a_circle_end(tree: Path):
    (tree / "x" / "loop").symlink_to(tree / "x")
    (tree / "x" / "2" / "to-nothing").symlink_to(tree / "nothing")
    assert len(names(tree, "x/**")) == 3


def test_a_missing_package_is_named():
    with pytest.raises(ImportError, match="pip install adlfs"):
        filesystem("abfs://container/a")


def test_an_unknown_scheme_is_refused():
    with pytest.raises(ValueError, match="gopher://"):
        filesystem("gopher://hole/a")


def test_local_files_need_no_fsspec(run_clean):
    run_clean(
        "import sys\n"
        "from pyrite.io.text import TextSource\n"
        "from pyrite.io.committer import Committer\n"
        "assert TextSource('.').split_bytes\n"
        "heavy = {'fsspec', 'zstandard', 'lz4', 'asyncio'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
