"""``pyspark.sql``."""

from functools import partial
from typing import TYPE_CHECKING

from pyrite.core.absent import lookup
from pyrite.sql import Row

__all__ = ["Row"]

if not TYPE_CHECKING:
    __getattr__ = partial(lookup, __name__)
