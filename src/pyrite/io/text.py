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
from pyrite.io.lines import count_lines, joined, line_start, split_lines, whole_lines
from pyrite.io.source import FileSource, read_range, read_whole
from pyrite.io.splits import SPLIT_BYTES, FilePartition, FileSplit
from pyrite.lineage.blocks import TextBlock, TextBlocks


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


class TextSource(_TextFiles, TextBlocks):
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
        for block in self._blocks(partition, task, 0):
            yield block.lines()
            block.check()
        task.position = None

    def blocks(self, partition: int, task: TaskContext, size: int) -> Iterator[TextBlock]:
        blocks = self._blocks(task.splits[self.id, partition], task, size)
        task.on_close(blocks.close)
        return blocks

    def size(self, partition: int, task: TaskContext) -> int:
        return sum(split.end - split.start for split in task.splits[self.id, partition])

    @property
    def is_utf8(self) -> bool:
        return self.use_unicode and self.encoding == "utf-8"

    def _blocks(
        self, partition: FilePartition, task: TaskContext, size: int
    ) -> Generator[_Block, None, None]:
        """Blocks of whole lines, of about ``size`` bytes if chunks of the file are smaller."""
        for split in partition:
            with split.open() as file:
                offset, chunks, within = self._stream(file, split, task.metrics)
                for content in whole_lines(joined(chunks, size) if size else chunks):
                    block = _Block(self, task, split.path + within, content, offset)
                    if split.start == 0 and offset == 0 and self._in_utf8:
                        block.leave_out(codecs.BOM_UTF8)
                    offset += len(content)
                    yield block

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

    def cut_lines(self, block: _Block) -> tuple[list[Any], UnicodeDecodeError | None]:
        """The lines of a block. If one cannot be decoded: those before it, and why."""
        encoding, errors = self.encoding, self.errors
        if not self._cuts_bytes:
            encoding, errors = "utf-8", "surrogatepass"
        if not self.use_unicode:
            return block.content.splitlines(), None
        try:
            return split_lines(block.content, encoding, errors), None
        except UnicodeDecodeError:
            lines: list[str] = []
            for line in block.content.splitlines():
                try:
                    lines.append(line.decode(encoding, errors))
                except UnicodeDecodeError as error:
                    return lines, _undecodable(error, block.line(len(lines)))
            raise


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


class _Block(TextBlock):
    """A block of whole lines, and how far it has been read: worked out only when asked.

    Parameters:
        file: what the block is part of, for people.
        offset: of the block's first byte.
    """

    def __init__(
        self, source: TextSource, task: TaskContext, file: str, content: bytes, offset: int
    ) -> None:
        self.content = content
        self._source = source
        self._task = task
        self._file = file
        self._offset = offset
        self._count = 0
        self._left: Iterator[Any] = iter(())
        self._error: UnicodeDecodeError | None = None

    def leave_out(self, prefix: bytes) -> None:
        """Leave out these bytes, if the block begins with them."""
        if self.content.startswith(prefix):
            self.content = self.content[len(prefix) :]
            self._offset += len(prefix)

    def lines(self) -> Iterator[Any]:
        lines, self._error = self._source.cut_lines(self)
        self._count, self._left = len(lines), iter(lines)
        self._task.metrics.records_read += self._count
        self._task.position = self
        return self._left

    def check(self) -> None:
        if self._error is not None:
            self._task.position = None  # the error says where it is itself
            raise self._error

    def is_done(self) -> None:
        self._task.metrics.records_read += count_lines(self.content)

    def line(self, index: int) -> str:
        """Where line ``index`` of the block begins."""
        before = self.content.splitlines(keepends=True)[:index]
        return f"{self._file}, line at byte {self._offset + sum(map(len, before))}"

    def __call__(self) -> str:
        # A list's iterator knows how many items it has left to give.
        taken = self._count - length_hint(self._left)
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
