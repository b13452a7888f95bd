"""Pyrite beside PySpark: the same programs on the same data, in one run; see docs/benchmarks.md."""
