"""Text files as datasets: one record per line, or one per file.

A split ``[start, end)`` of a plain file owns the lines whose first byte lies in it, whatever
it takes to read them to their ends; so every line is read once, wherever the cuts fall.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from operator import length_hint
from typing import Any, BinaryIO

from pyrite.core.context import TaskContext
from pyrite.core.outcome import Metrics
from pyrite.io.bzip2 import read_bzip2
from pyrite.io.compression import BZIP2, codec_of
from pyrite.io.filesystem import uri
from pyrite.io.lines import line_start, split_lines, whole_lines
from pyrite.io.source import FileSource, read_range, read_whole
from pyrite.io.splits import SPLIT_BYTES, FilePartition, FileSplit


class _TextFiles(FileSource):
    """What the sources of text have in common; see `TextSource`."""

    def __init__(
        self,
        address: str | os.PathLike[str],
        min_partitions: int = 1,
        *,
        use_unicode: bool = True,
        encoding: str = "utf-8",
        errors: str = "strict",
        split_bytes: int = SPLIT_BYTES,
        side_by_side: int = 1,
    ) -> None:
        super().__init__(
            address, min_partitions, split_bytes=split_bytes, side_by_side=side_by_side
        )
        codecs.lookup_error(errors)
        self.use_unicode = use_unicode
        self.encoding = codecs.lookup(encoding).name
        self.errors = errors


class TextSource(_TextFiles):
    """The lines of text files, without their ends (LF, CR or CRLF).

    Parameters:
        address, min_partitions, split_bytes, side_by_side: as in `FileSource`.
        use_unicode: give str; else the lines' bytes as they are in the file, whatever the
            encoding.
        encoding: of the files. One in which CR and LF are not the bytes 13 and 10 (UTF-16,
            EBCDIC) is read by one task per file. A UTF-8 byte order mark is taken off.
        errors: what to do with bytes that are not in ``encoding``, as in `bytes.decode`.

    Raises:
        LookupError: no such ``encoding``, or no such way to treat ``errors``.
        UnicodeDecodeError: (when read) a line is not in ``encoding``; names file and offset.
    """

    @property
    def _cuts_bytes(self) -> bool:
        """May lines be cut as bytes, before they are decoded? Else they are made UTF-8 first."""
        return not self.use_unicode or "\r\n".encode(self.encoding) == b"\r\n"

    @property
    def _in_utf8(self) -> bool:
        """May the text begin with a byte order mark?"""
        return self.encoding == "utf-8" or not (self.use_unicode and self._cuts_bytes)

    def can_cut(self, path: str) -> bool:
        return self._cuts_bytes and codec_of(path) in (None, BZIP2)

    def read(self, split: FilePartition, task: TaskContext) -> Iterator[Any]:
        batches = self._batches(split, task)
        task.on_close(batches.close)
        # One list of lines per block, strung together in C: no Python step per record.
        return chain.from_iterable(batches)

    def _batches(
        self, partition: FilePartition, task: TaskContext
    ) -> Generator[Iterator[Any], None, None]:
        for split in partition:
            with split.open() as file:
                offset, chunks, within = self._stream(file, split, task.metrics)
                for block in whole_lines(chunks):
                    place = _Place(split.path + within, block, offset)
                    if split.start == 0 and offset == 0 and self._in_utf8:
                        place.skip(codecs.BOM_UTF8)
                    offset += len(block)
                    error = self._cut(place)
                    task.metrics.records_read += place.count
                    task.position = place
                    yield place.lines
                    if error is not None:
                        task.position = None  # the error says where it is itself
                        raise error
        task.position = None

    def _stream(
        self, file: BinaryIO, split: FileSplit, metrics: Metrics
    ) -> tuple[int, Iterator[bytes], str]:
        """Where the split's first line begins, its bytes, and in what that is counted."""
        path, start, end, size = split.path, split.start, split.end, split.size
        if not self._cuts_bytes:
            whole = read_whole(file, split, metrics)
            return 0, _as_utf8(whole, self.encoding, self.errors, path), " (as UTF-8)"
        if codec_of(path) is None:
            first, last = line_start(file, start, size), line_start(file, end, size)
            return first, read_range(file, path, first, last, metrics), ""
        if end - start == size:
            return 0, read_whole(file, split, metrics), " (uncompressed)"
        within = f" (uncompressed, from the bzip2 block at byte {start} on)"
        return 0, read_bzip2(file, split, metrics), within

    def _cut(self, place: _Place) -> UnicodeDecodeError | None:
        """Cut the place's block into lines. If one cannot be decoded: those before it, and why."""
        encoding, errors = self.encoding, self.errors
        if not self._cuts_bytes:
            encoding, errors = "utf-8", "surrogatepass"
        if not self.use_unicode:
            place.give(place.block.splitlines())
            return None
        try:
            place.give(split_lines(place.block, encoding, errors))
        except UnicodeDecodeError:
            lines: list[str] = []
            for line in place.block.splitlines():
                try:
                    lines.append(line.decode(encoding, errors))
                except UnicodeDecodeError as error:
                    place.give(lines)
                    return _undecodable(error, place.line(len(lines)))
            raise
        return None


class WholeTextSource(_TextFiles):
    """Pairs of (path, content), one per file; the path as ``file:/data/a`` or ``s3://b/a``.

    Parameters:
        address, min_partitions, split_bytes, side_by_side: as in `FileSource`.
        use_unicode: give the content as str; else as bytes.
        encoding, errors: as in `TextSource`. The content is not changed in any other way.

    Raises:
        UnicodeDecodeError: (when read) a file is not in ``encoding``; names file and offset.
    """

    def read(self, split: FilePartition, task: TaskContext) -> Iterator[tuple[str, Any]]:
        for part in split:
            task.position = lambda path=part.path: path
            with part.open() as file:
                content = b"".join(read_whole(file, part, task.metrics))
            task.metrics.records_read += 1
            yield uri(part.path), self._decode(content, part.path)
        task.position = None

    def _decode(self, content: bytes, path: str) -> str | bytes:
        if not self.use_unicode:
            return content
        try:
            return content.decode(self.encoding, self.errors)
        except UnicodeDecodeError as error:
            # A message about the line, not the file, to the driver.
            begin = content.rfind(b"\n", 0, error.start) + 1
            start, end = error.start - begin, error.end - begin
            line = content[begin : error.end]
            about = UnicodeDecodeError(error.encoding, line, start, end, error.reason)
            raise _undecodable(about, f"{path}, line at byte {begin}") from None


class _Place:
    """A block of whole lines, and how far it has been read: worked out only when asked.

    Parameters:
        file: what the block is part of, for people.
        block: its bytes.
        offset: of the block's first byte.
    """

    def __init__(self, file: str, block: bytes, offset: int) -> None:
        self.file = file
        self.block = block
        self.offset = offset
        self.count = 0
        self.lines: Iterator[Any] = iter(())

    def skip(self, prefix: bytes) -> None:
        """Leave out these bytes, if the block begins with them."""
        if self.block.startswith(prefix):
            self.block = self.block[len(prefix) :]
            self.offset += len(prefix)

    def give(self, lines: list[Any]) -> None:
        """Set the lines to be read."""
        self.count, self.lines = len(lines), iter(lines)

    def line(self, index: int) -> str:
        """Where line ``index`` of the block begins."""
        before = self.block.splitlines(keepends=True)[:index]
        return f"{self.file}, line at byte {self.offset + sum(map(len, before))}"

    def __call__(self) -> str:
        # A list's iterator knows how many items it has left to give.
        taken = self.count - length_hint(self.lines)
        return self.line(max(0, taken - 1))


def _as_utf8(chunks: Iterable[bytes], encoding: str, errors: str, path: str) -> Iterator[bytes]:
    """The same text in UTF-8."""
    try:
        for text in codecs.iterdecode(chunks, encoding, errors):
            yield text.encode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise _undecodable(error, path) from None


def _undecodable(error: UnicodeDecodeError, where: str) -> UnicodeDecodeError:
    """The same error, saying where and what to do. New, as an error is pickled as it was made."""
    reason = f"{error.reason} ({where}; use encoding=... or errors='replace')"
    return UnicodeDecodeError(error.encoding, error.object, error.start, error.end, reason)
