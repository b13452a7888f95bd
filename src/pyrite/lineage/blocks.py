"""Text as a kernel takes it: blocks of bytes, each cut into lines only where that is needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from pyrite.core.context import TaskContext
from pyrite.lineage.node import Source


class TextBlock(ABC):
    """A block of whole lines, which end in LF, CR or CRLF. Either read its lines and check it,
    or say that it is done.

    Attributes:
        content: its bytes.
    """

    content: bytes

    @abstractmethod
    def lines(self) -> Iterator[Any]:
        """The records; they are counted as read, and the task's position is at the last one."""

    @abstractmethod
    def check(self) -> None:
        """To be called when the lines are used up.

        Raises:
            UnicodeDecodeError: they end before a line that cannot be decoded.
        """

    @abstractmethod
    def is_done(self) -> None:
        """Count the records as read: what was to be learned of them was."""


class TextBlocks(Source):
    """A source whose records are the lines of text."""

    @property
    @abstractmethod
    def is_utf8(self) -> bool:
        """Whether the records are str, and blocks in UTF-8, where they are valid at all."""

    @abstractmethod
    def size(self, partition: int, task: TaskContext) -> int:
        """Bytes of a partition, as stored."""

    @abstractmethod
    def blocks(self, partition: int, task: TaskContext, size: int) -> Iterator[TextBlock]:
        """The blocks of a partition, of about ``size`` bytes or more."""
