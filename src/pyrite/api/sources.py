"""Where datasets come from: collections of the driver's, and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pyrite.api.application import Application
from pyrite.api.dataset import node_of, positive
from pyrite.api.rdd import RDD
from pyrite.api.transformations import union_of
from pyrite.lineage.sources import Collection, Empty

T = TypeVar("T")


class Sources(Application):
    """The side of a `SparkContext` that makes datasets."""

    @property
    def defaultMinPartitions(self) -> int:
        """Partitions of a text file, at least, where no number is given: one for each worker."""
        return self.defaultParallelism

    def parallelize(self, c: Iterable[T], numSlices: int | None = None) -> RDD[T]:
        """The items of a collection as a dataset.

        Parameters:
            c: any iterable; a range stays a range.
            numSlices: number of partitions.

        Example:
            >>> sc.parallelize([0, 2, 3, 4, 6], 5).glom().collect()
            [[0], [2], [3], [4], [6]]
        """
        number = self.defaultParallelism if numSlices is None else positive("numSlices", numSlices)
        records = c if isinstance(c, range) else list(c)
        return self._source(Collection.of(records, number))

    def range(
        self, start: int, end: int | None = None, step: int = 1, numSlices: int | None = None
    ) -> RDD[int]:
        """The numbers of ``range(start, end, step)``, or of ``range(0, start, step)``.

        Example:
            >>> sc.range(2, 8, 3).collect()
            [2, 5]
        """
        numbers = range(0, start, step) if end is None else range(start, end, step)
        return self.parallelize(numbers, numSlices)

    def emptyRDD(self) -> RDD[Any]:
        """No records, no partitions."""
        return self._source(Empty())

    def textFile(
        self,
        name: str,
        minPartitions: int | None = None,
        use_unicode: bool = True,
        *,
        encoding: str = "utf-8",
        errors: str = "replace",
    ) -> RDD[str]:
        """The lines of text files, without their ends.

        Parameters:
            name: a file, a folder (its files), a glob, several of them with commas between, or
                an fsspec address such as ``s3://bucket/key``. Files ending in .gz, .bz2, .zst
                and .lz4 are decompressed.
            minPartitions: at least so many, where the files can be cut so fine.
            use_unicode: False gives bytes.
            encoding: of the files.
            errors: what to do with bytes that are not in ``encoding``, as in `open`. By default
                they become U+FFFD, as on PySpark; ``"strict"`` raises instead, and says where.

        Raises:
            FileNotFoundError: (by the first action) there is no such file.
            UnicodeDecodeError: (in a task, with ``"strict"``) a line is not in ``encoding``.
        """
        from pyrite.io.text import TextSource

        return self._source(
            TextSource(
                name,
                self._min_partitions(minPartitions),
                use_unicode=use_unicode,
                encoding=encoding,
                errors=errors,
                **self._cutting(),
            )
        )

    def wholeTextFiles(
        self,
        path: str,
        minPartitions: int | None = None,
        use_unicode: bool = True,
        *,
        encoding: str = "utf-8",
        errors: str = "replace",
    ) -> RDD[tuple[str, str]]:
        """``(path, content)`` of each file; parameters as for `textFile`."""
        from pyrite.io.text import WholeTextSource

        return self._source(
            WholeTextSource(
                path,
                self._min_partitions(minPartitions),
                use_unicode=use_unicode,
                encoding=encoding,
                errors=errors,
                **self._cutting(),
            )
        )

    def pickleFile(self, name: str, minPartitions: int | None = None) -> RDD[Any]:
        """The records that `RDD.saveAsPickleFile` wrote. Unpickling runs code that the files name:
        read only what you trust.

        Parameters:
            name: as in `textFile`.
            minPartitions: at least so many, where there are files enough: files are not cut.

        Raises:
            FileNotFoundError: (by the first action) there is no such file.
            UnsupportedError: (in a task) a file is a sequence file of Hadoop's.
            CorruptBlockError: (in a task) a file is damaged or cut short.
        """
        from pyrite.io.pickled import PickleSource

        return self._source(
            PickleSource(name, self._min_partitions(minPartitions), **self._cutting())
        )

    def binaryFiles(self, path: str, minPartitions: int | None = None) -> RDD[tuple[str, bytes]]:
        """``(path, bytes)`` of each file, compressed ones as they are; parameters as for
        `textFile`."""
        from pyrite.io.binary import BinaryFileSource

        return self._source(
            BinaryFileSource(path, self._min_partitions(minPartitions), **self._cutting())
        )

    def binaryRecords(self, path: str, recordLength: int) -> RDD[bytes]:
        """Records of ``recordLength`` bytes each, from files that hold nothing else.

        Raises:
            FileNotFoundError: (by the first action) there is no such file.
            ValueError: ``recordLength`` is less than 1; or (by the first action) a file does not
                consist of whole records.
        """
        from pyrite.io.binary import FixedLengthSource

        return self._source(
            FixedLengthSource(
                path,
                positive("recordLength", recordLength),
                self.defaultMinPartitions,
                **self._cutting(),
            )
        )

    def union(self, rdds: Sequence[RDD[T]]) -> RDD[T]:
        """All records of several datasets."""
        if not rdds:
            return self.emptyRDD()
        return self._source(union_of([node_of("union()", rdd) for rdd in rdds]))

    def _cutting(self) -> dict[str, int]:
        return {
            "split_bytes": self._settings["pyrite.split.size"],
            "side_by_side": self.defaultParallelism,
        }

    def _min_partitions(self, number: int | None) -> int:
        if number is None:
            return self.defaultMinPartitions
        return positive("minPartitions", number)
