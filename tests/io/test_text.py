import bz2
import gzip
import pickle
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.io.reading import read, read_all, task_for

from pyrite.io.splits import FileSplit
from pyrite.io.text import TextSource, WholeTextSource

pieces = st.sampled_from(["\n", "\r", "\r\n", "a", "some words", "é€𝄞", "\u2028", "\x85", "\ufeff"])
text = st.lists(pieces, max_size=60).map("".join)
in_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def expected_lines(data: bytes) -> list[str]:
    return [line.decode() for line in data.removeprefix(b"\xef\xbb\xbf").splitlines()]


@in_folder
@given(text=text, bom=st.booleans(), parts=st.integers(1, 70))
def test_every_line_once_whatever_the_number_of_partitions(tmp_path, text, bom, parts):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf" * bom + text.encode())
    assert read_all(TextSource(path, parts)) == expected_lines(path.read_bytes())


@in_folder
@given(text=text, cuts=st.lists(st.integers(0, 200), max_size=6))
def test_every_line_once_whatever_the_cuts(tmp_path, text, cuts):
    path, data = tmp_path / "a.txt", text.encode()
    path.write_bytes(data)
    source = TextSource(path)
    bounds = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    lines = []
    for start, end in pairwise(bounds):
        split = (FileSplit(str(path), start, end, len(data)),)
        lines += source.read(split, task_for(source, 0))
    assert lines == expected_lines(data)


def test_a_line_belongs_to_the_split_in_which_it_begins(tmp_path):
    (tmp_path / "a").write_bytes(b"12345\n7890\n")
    source = TextSource(tmp_path / "a")
    for cut, first in ((5, ["12345"]), (6, ["12345"]), (7, ["12345", "7890"])):
        split = (FileSplit(str(tmp_path / "a"), 0, cut, 11),)
        assert list(source.read(split, task_for(source, 0))) == first


def test_lines_longer_than_a_read(tmp_path):
    lines = ["x" * 300_000, "", "é" * 200_000]
    (tmp_path / "a").write_text("\n".join(lines))
    for parts in (1, 2, 9):
        assert read_all(TextSource(tmp_path / "a", parts)) == lines


def test_several_files_in_one_partition(tmp_path):
    for name, data in (("a", b"1\n2"), ("b", b""), ("c", b"\xef\xbb\xbf3\n\n")):
        (tmp_path / name).write_bytes(data)
    assert read(TextSource(tmp_path)) == [["1", "2", "3", ""]]


def test_metrics_count_bytes_and_records(tmp_path):
    (tmp_path / "a").write_bytes(b"1\n22\n333\n")
    source = TextSource(tmp_path / "a")
    task = task_for(source, 0)
    assert len(list(source.compute(0, task))) == 3
    assert (task.metrics.bytes_read, task.metrics.records_read) == (9, 3)


def test_bytes_as_they_are(tmp_path):
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfa\xff\r\n\xe9\x85b\n")
    assert read_all(TextSource(tmp_path / "a", 3, use_unicode=False)) == [b"a\xff", b"\xe9\x85b"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp037", "utf-8-sig"])
def test_encodings_whose_line_ends_are_other_bytes(tmp_path, encoding):
    # U+0A00 has a byte 10 in UTF-16 that is no line end.
    lines = ["ab", "", "c"] if encoding == "cp037" else ["ab", "\u0a00é", "", "𝄞"]
    for end in ("\n", "\r\n", "\r"):
        (tmp_path / "a").write_bytes(end.join(lines).encode(encoding))
        source = TextSource(tmp_path / "a", 4, encoding=encoding)
        assert source.num_partitions == 1
        assert read_all(source) == lines


@pytest.mark.parametrize("encoding", ["iso-8859-1", "shift_jis", "gb18030", "cp1252"])
def test_encodings_that_keep_line_ends(tmp_path, encoding):
    lines = ["日本語" if encoding in ("shift_jis", "gb18030") else "café", "x" * 30, ""]
    (tmp_path / "a").write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    source = TextSource(tmp_path / "a", 4, encoding=encoding)
    assert source.num_partitions > 1
    assert read_all(source) == lines


def test_unknown_encoding_is_refused_at_once(tmp_path):
    with pytest.raises(LookupError, match="klingon"):
        TextSource(tmp_path, encoding="klingon")
    with pytest.raises(LookupError, match="pray"):
        TextSource(tmp_path, errors="pray")


def test_an_undecodable_line_is_named_after_the_good_ones_are_read(tmp_path):
    (tmp_path / "a").write_bytes(b"one\r\ntwo\r\nth\xffree\r\nfour")
    source = TextSource(tmp_path / "a")
    records = source.compute(0, task_for(source, 0))
    assert [next(records), next(records)] == ["one", "two"]
    with pytest.raises(UnicodeDecodeError) as caught:
        next(records)
    message = str(pickle.loads(pickle.dumps(caught.value)))  # as it reaches the driver
    assert f"{tmp_path / 'a'}, line at byte 10" in message
    assert "use encoding=... or errors='replace'" in message
    assert caught.value.object == b"th\xffree"


def test_an_undecodable_file_in_a_wide_encoding_is_named(tmp_path):
    (tmp_path / "a").write_bytes(b"\xff\xfea\0\n\0\x00\xdc")
    with pytest.raises(UnicodeDecodeError, match=f"{tmp_path / 'a'}; use encoding"):
        read(TextSource(tmp_path / "a", encoding="utf-16"))


def test_errors_replace(tmp_path):
    (tmp_path / "a").write_bytes(b"one\nth\xffree\n")
    assert read_all(TextSource(tmp_path / "a", errors="replace")) == ["one", "th\ufffdree"]


def test_position_follows_the_records(tmp_path):
    data = b"\xef\xbb\xbfone\r\n\xc3\xa9\nthree\rfour\n"
    (tmp_path / "a").write_bytes(data)
    source = TextSource(tmp_path / "a")
    task = task_for(source, 0)
    offsets = (3, 8, 11, 17)
    for _, offset in zip(source.compute(0, task), offsets, strict=True):
        assert task.position is not None
        assert task.position().endswith(f"a, line at byte {offset}")
    assert task.position is None


def test_position_in_a_compressed_file(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"one\ntwo\n"))
    source = TextSource(tmp_path / "a.gz")
    task = task_for(source, 0)
    records = source.compute(0, task)
    next(records), next(records)
    assert task.position is not None
    assert task.position() == f"{tmp_path}/a.gz (uncompressed), line at byte 4"


def test_a_task_that_stops_early_closes_its_file(tmp_path):
    (tmp_path / "a").write_bytes(b"1\n" * 1000)
    source = TextSource(tmp_path / "a")
    task = task_for(source, 0)
    records = source.compute(0, task)
    next(records)
    task.close()  # a file left open would be a ResourceWarning, which is an error here
    del records


def test_a_file_cut_short_while_it_is_read(tmp_path):
    (tmp_path / "a").write_bytes(b"1\n" * 100_000)
    source = TextSource(tmp_path / "a")
    assert source.num_partitions == 1
    (tmp_path / "a").write_bytes(b"1\n")
    with pytest.raises(OSError, match="became shorter"):
        read(source)


def test_a_missing_input_is_an_error_when_it_is_needed(tmp_path):
    source = TextSource(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError, match=f"does not exist: {tmp_path}/nothing"):
        _ = source.num_partitions


def test_whole_files(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo")
    (tmp_path / "b.txt.bz2").write_bytes(bz2.compress("é".encode()))
    (tmp_path / "c.txt").write_bytes(b"")
    source = WholeTextSource(tmp_path)
    assert read(source) == [
        [
            (f"file:{tmp_path}/a.txt", "one\r\ntwo"),
            (f"file:{tmp_path}/b.txt.bz2", "é"),
            (f"file:{tmp_path}/c.txt", ""),
        ]
    ]
    assert read_all(WholeTextSource(tmp_path / "a.txt", use_unicode=False)) == [
        (f"file:{tmp_path}/a.txt", b"one\r\ntwo")
    ]


def test_whole_files_in_partitions(tmp_path):
    for i in range(10):
        (tmp_path / f"{i}").write_bytes(b"x" * 100)
    assert [len(part) for part in read(WholeTextSource(tmp_path, 5))] == [2] * 5


def test_an_undecodable_whole_file_is_named(tmp_path):
    (tmp_path / "a").write_bytes(b"one\ntwo\nth\xffree\n")
    with pytest.raises(UnicodeDecodeError) as caught:
        read(WholeTextSource(tmp_path))
    assert f"position 2: invalid start byte ({tmp_path}/a, line at byte 8" in str(caught.value)


@pytest.mark.parametrize("parts", [1, 3, 40])
@pytest.mark.parametrize(
    ("name", "encoding", "lines", "words"),
    [
        ("war-and-peace.txt", "utf-8", 65_008, 566_320),
        # One word fewer than the file's own count, which takes the byte order mark for one.
        ("moby-dick.txt", "utf-8", 22_333, 215_829),
        ("sherlock-holmes.txt", "iso-8859-1", 13_053, 107_537),
        ("alice.txt", "utf-8", 3_736, 29_465),
        ("tinyshakespeare.txt", "utf-8", 40_000, 202_651),
    ],
)
def test_real_books(shared_data: Path, name, encoding, lines, words, parts):
    source = TextSource(shared_data / "text" / name, parts, encoding=encoding)
    records = read_all(source)
    assert source.num_partitions == parts
    assert len(records) == lines
    assert sum(len(record.split()) for record in records) == words
