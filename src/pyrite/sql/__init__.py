"""What there is of Spark SQL: rows, and a session that reaches the context and text files."""

from functools import partial
from typing import TYPE_CHECKING

from pyrite.core.absent import lookup
from pyrite.sql.row import Row
from pyrite.sql.session import SparkSession

__all__ = ["Row", "SparkSession"]

if not TYPE_CHECKING:
    __getattr__ = partial(lookup, __name__)
