"""Pipelines of functions in a file of their own, as programs for any engine, PySpark too."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any

DATA = [(2, 3), (1, 4), [4, 5], (6, (7, 8)), "xy", (2, 2)]


@dataclass(frozen=True)
class Pipeline:
    """A pipeline.

    Parameters:
        path: where the source of its functions is: ``F0``, ``F1``, ... and those of the end.
        methods: of an RDD, for each of these functions.
        end: what is done with the last RDD.
    """

    path: str
    methods: tuple[str, ...]
    end: str

    def module(self) -> Any:
        """Its functions, made anew."""
        spec = importlib.util.spec_from_file_location("fuzzed", self.path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def __call__(self, sc: Any) -> Any:
        module = self.module()
        rdd = sc.parallelize(DATA, 1)
        for number, method in enumerate(self.methods):
            rdd = getattr(rdd, method)(getattr(module, f"F{number}"))
        match self.end:
            case "count":
                return rdd.count()
            case "draw":
                return rdd.mapPartitions(lambda records: [list(records)]).collect()
            case "reduce":
                return rdd.reduce(module.TR)
            case "fold":
                return rdd.fold((0,), module.TR)
            case "foreach":
                return rdd.foreach(lambda record: None)
            case "combine" | "counts":
                both = rdd.combineByKey(module.T1, module.T2, lambda a, b: [a, b], 1)
                return both.mapValues(lambda v: (v, 1)).collect()
        return rdd.collect()
