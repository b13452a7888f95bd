"""Compressed files: gzip, bzip2, Zstandard and LZ4, known by their extension.

All are read as streams of members, one after the other, as `cat a.gz b.gz` makes them.
LZ4 is its frame format, as of the ``lz4`` command; Hadoop's own framing is not read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from pyrite.core.errors import PyriteError


class CorruptFileError(PyriteError, OSError):
    """A compressed file is damaged or cut short; the message names it."""


class Decompressor(Protocol):
    """Of one member; every codec's package has this shape."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes | None: ...
    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Codec:
    """A compressed format.

    Parameters:
        name: for people.
        extension: of its files, with the dot.
        hadoop: Hadoop's class for it, without the package.
        decompressor: makes the reader of one member.
        writer: wraps a file to be written; closing it leaves the file open.
    """

    name: str
    extension: str
    hadoop: str
    decompressor: Callable[[], Decompressor]
    writer: Callable[[BinaryIO], Any]

    def decompress(self, chunks: Iterable[bytes], path: str) -> Iterator[bytes]:
        """The content of a compressed file; ``path`` is for messages.

        Raises:
            CorruptFileError: it is not in this format, is damaged, or is cut short.
        """
        member = None
        for chunk in chunks:
            while chunk:
                if member is None:
                    chunk = chunk.lstrip(b"\0")  # padding between members, as gzip allows
                    if not chunk:
                        break
                    member = self.decompressor()
                try:
                    content = member.decompress(chunk)
                except Exception as error:  # each package has its own kind
                    raise CorruptFileError(
                        f"{path}: not {self.name} data, or damaged: {error}"
                    ) from error
                if content:
                    yield content
                chunk = b""
                if member.eof:
                    chunk, member = member.unused_data or b"", None
        if member is not None:
            raise CorruptFileError(f"{path}: the {self.name} data is cut short")


def _gzip_decompressor() -> Decompressor:
    import zlib

    return zlib.decompressobj(wbits=31)


def _gzip_writer(file: BinaryIO) -> Any:
    import gzip

    # No time stamp: the same records make the same file.
    return gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0)


def _bzip2_decompressor() -> Decompressor:
    import bz2

    return bz2.BZ2Decompressor()


def _bzip2_writer(file: BinaryIO) -> Any:
    import bz2

    return bz2.BZ2File(file, "wb")


def _zstd_decompressor() -> Decompressor:
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj()


def _zstd_writer(file: BinaryIO) -> Any:
    import zstandard

    return zstandard.ZstdCompressor(write_checksum=True).stream_writer(file, closefd=False)


def _lz4_decompressor() -> Decompressor:
    import lz4.frame

    decompressor: Decompressor = lz4.frame.LZ4FrameDecompressor()
    return decompressor


def _lz4_writer(file: BinaryIO) -> Any:
    import lz4.frame

    return lz4.frame.LZ4FrameFile(file, "wb", content_checksum=True)


GZIP = Codec("gzip", ".gz", "GzipCodec", _gzip_decompressor, _gzip_writer)
BZIP2 = Codec("bzip2", ".bz2", "BZip2Codec", _bzip2_decompressor, _bzip2_writer)
ZSTD = Codec("zstd", ".zst", "ZStandardCodec", _zstd_decompressor, _zstd_writer)
LZ4 = Codec("LZ4", ".lz4", "Lz4Codec", _lz4_decompressor, _lz4_writer)

_CODECS = (GZIP, BZIP2, ZSTD, LZ4)


def codec_of(path: str) -> Codec | None:
    """The codec that a file's extension tells, or None for a plain file."""
    extension = os.path.splitext(path)[1].lower()
    return next((codec for codec in _CODECS if codec.extension == extension), None)


def codec_named(name: str) -> Codec:
    """The codec of this name: Hadoop's class (``org.apache.hadoop.io.compress.GzipCodec``),
    its last part, an extension (``gz``) or a common name (``gzip``, ``zstd``).

    Raises:
        ValueError: there is none.
    """
    short = name.rpartition(".")[2].lower()
    for codec in _CODECS:
        if short in {codec.name.lower(), codec.extension[1:], codec.hadoop.lower()}:
            return codec
    known = ", ".join(codec.hadoop for codec in _CODECS)
    raise ValueError(f"unknown compression codec {name!r}; known are {known}")
