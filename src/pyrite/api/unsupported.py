"""PySpark's names that Pyrite does not have yet: the error says what to do in the meantime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from pyrite.core.errors import UnsupportedError

_CACHE = "datasets are not cached yet; until then each action computes its input again"
_FORMATS = "Hadoop's formats come with the MapReduce layer; use saveAsTextFile and textFile"
_FRAMES = "DataFrames come later; stay with RDDs, or collect() into pandas or pyarrow"

PLANNED_RDD: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "cache",
            "persist",
            "unpersist",
            "checkpoint",
            "localCheckpoint",
            "isCheckpointed",
            "isLocallyCheckpointed",
            "getCheckpointFile",
            "getStorageLevel",
            "is_cached",
        ),
        _CACHE,
    ),
    "barrier": "barrier stages are not there yet",
    **dict.fromkeys(("withResources", "getResourceProfile"), "resource profiles are not there yet"),
    "cleanShuffleDependencies": "not needed: shuffle files go when nothing can read them any more",
    "saveAsPickleFile": "not there yet; use saveAsTextFile with json.dumps",
    "toDF": _FRAMES,
    **dict.fromkeys(
        (
            "saveAsHadoopFile",
            "saveAsHadoopDataset",
            "saveAsNewAPIHadoopFile",
            "saveAsNewAPIHadoopDataset",
            "saveAsSequenceFile",
        ),
        _FORMATS,
    ),
}

PLANNED_CONTEXT: Mapping[str, str] = {
    "resources": "resource profiles are not there yet",
    "setCheckpointDir": _CACHE,
    "getCheckpointDir": _CACHE,
    "pickleFile": "not there yet; use textFile with json.loads",
    "binaryFiles": "not there yet; use wholeTextFiles with use_unicode=False",
    "binaryRecords": "not there yet; use wholeTextFiles with use_unicode=False",
    **dict.fromkeys(
        ("sequenceFile", "newAPIHadoopFile", "newAPIHadoopRDD", "hadoopFile", "hadoopRDD"),
        _FORMATS,
    ),
    **dict.fromkeys(("show_profiles", "dump_profiles"), "profiling is not there yet"),
}


def planned(owner: str, names: Mapping[str, str], name: str) -> NoReturn:
    """The answer to a name that ``owner`` does not have.

    Raises:
        UnsupportedError: PySpark has it.
        AttributeError: nobody has it.
    """
    if name in names:
        raise UnsupportedError(f"{owner}.{name}: {names[name]}")
    raise AttributeError(f"{owner} has no attribute {name!r}")
