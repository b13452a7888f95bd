import io
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pyrite.io.lines import first_line, line_start, split_lines, whole_lines

content = st.lists(
    st.sampled_from([b"\n", b"\r", b"\r\n", b"a", b"bc", "é€𝄞".encode(), b"\x0c", b"\xe2\x80\xa8"]),
    max_size=40,
).map(b"".join)


def chunked(data: bytes, cuts: list[int]) -> list[bytes]:
    bounds = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(bounds)]


@given(content, st.lists(st.integers(0, 100)))
def test_whole_lines_keeps_the_bytes_and_cuts_only_at_line_ends(data: bytes, cuts: list[int]):
    blocks = list(whole_lines(chunked(data, cuts)))
    assert b"".join(blocks) == data
    assert [line for block in blocks for line in block.splitlines()] == data.splitlines()


@given(content, st.lists(st.integers(0, 100)))
def test_first_line(data: bytes, cuts: list[int]):
    expected = data.splitlines(keepends=True)[:1]
    assert b"".join(first_line(iter(chunked(data, cuts)))) == b"".join(expected)


@given(content, st.integers(0, 120))
def test_line_start_is_the_next_line_wherever_one_looks_from(data: bytes, at: int):
    starts, position = [], 0
    for line in data.splitlines(keepends=True):
        starts.append(position)
        position += len(line)
    expected = next((start for start in starts if start >= at), len(data))
    assert line_start(io.BytesIO(data), at, len(data)) == expected


def test_line_start_looks_beyond_one_read():
    data = b"x" * 100_000 + b"\r\n" + b"y"
    assert line_start(io.BytesIO(data), 7, len(data)) == 100_002
    data = b"x" * ((1 << 14) - 1) + b"\r\n" + b"y"  # the CRLF lies across two reads
    assert line_start(io.BytesIO(data), 1, len(data)) == len(data) - 1


@given(content)
def test_split_lines_is_bytes_splitlines_decoded(block: bytes):
    assert split_lines(block, "utf-8", "strict") == [x.decode() for x in block.splitlines()]


@given(content.map(lambda data: data.replace(b"bc", b"\xff")))
def test_split_lines_treats_bad_bytes_line_by_line(block: bytes):
    for errors in ("replace", "ignore", "backslashreplace"):
        expected = [line.decode("utf-8", errors) for line in block.splitlines()]
        assert split_lines(block, "utf-8", errors) == expected
