import io

import pytest
from tests.io.reading import read_all

from pyrite.io.compression import (
    BZIP2,
    GZIP,
    LZ4,
    ZSTD,
    Codec,
    CorruptFileError,
    codec_named,
    codec_of,
)
from pyrite.io.text import TextSource

CODECS = pytest.mark.parametrize("codec", [GZIP, BZIP2, ZSTD, LZ4], ids=lambda codec: codec.name)
LINES = [f"line {i} {i * i}" for i in range(20_000)]
TEXT = "\n".join(LINES).encode() + b"\n"


def compress(codec: Codec, data: bytes) -> bytes:
    file = io.BytesIO()
    writer = codec.writer(file)
    writer.write(data)
    writer.close()
    return file.getvalue()


@CODECS
def test_what_is_written_is_read(codec: Codec, tmp_path):
    path = tmp_path / f"a{codec.extension}"
    path.write_bytes(compress(codec, TEXT))
    assert read_all(TextSource(path)) == LINES


@CODECS
def test_members_one_after_the_other(codec: Codec, tmp_path):
    path = tmp_path / f"a{codec.extension}"
    parts = (TEXT[:1000], b"", TEXT[1000:70_000], TEXT[70_000:])
    path.write_bytes(b"".join(compress(codec, part) for part in parts))
    for partitions in (1, 5):
        assert read_all(TextSource(path, partitions)) == LINES


@CODECS
def test_an_empty_file_and_an_empty_member_have_no_lines(codec: Codec, tmp_path):
    (tmp_path / f"a{codec.extension}").write_bytes(b"")
    (tmp_path / f"b{codec.extension}").write_bytes(compress(codec, b""))
    assert read_all(TextSource(tmp_path)) == []


@CODECS
def test_a_file_cut_short_is_named(codec: Codec, tmp_path):
    path = tmp_path / f"a{codec.extension}"
    whole = compress(codec, TEXT)
    for kept in (2, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:kept])
        for partitions in (1, 3):
            with pytest.raises(CorruptFileError, match=f"{path}: .*cut short"):
                read_all(TextSource(path, partitions))


@CODECS
def test_a_damaged_file_is_named(codec: Codec, tmp_path):
    path = tmp_path / f"a{codec.extension}"
    damaged = bytearray(compress(codec, TEXT))
    damaged[len(damaged) // 2] ^= 0x55
    for content in (bytes(damaged), b"no such data"):
        path.write_bytes(content)
        with pytest.raises(CorruptFileError, match=str(path)):
            read_all(TextSource(path))


@CODECS
def test_the_same_records_make_the_same_file(codec: Codec):
    assert compress(codec, TEXT) == compress(codec, TEXT)


def test_zeros_after_gzip_members(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(compress(GZIP, b"1\n") + bytes(100) + compress(GZIP, b"2\n") + bytes(5))
    assert read_all(TextSource(path)) == ["1", "2"]


def test_codecs_by_name():
    for codec in (GZIP, BZIP2, ZSTD, LZ4):
        for name in (f"org.apache.hadoop.io.compress.{codec.hadoop}", codec.name, codec.hadoop):
            assert codec_named(name) is codec
        assert codec_of(f"/a/b.txt{codec.extension}") is codec
    assert codec_named("gz") is GZIP
    assert codec_of("/a.gz/b") is None
    with pytest.raises(ValueError, match=r"SnappyCodec.*GzipCodec"):
        codec_named("org.apache.hadoop.io.compress.SnappyCodec")
