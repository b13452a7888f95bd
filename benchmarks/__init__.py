"""Pyrite beside other engines: the same jobs on the same data, in one run; see docs/benchmarks.md.

The commands stand here: `__main__` (tables of all jobs on all engines), `scale` (cost as work
grows), `profile` (where Pyrite's time goes) and `scheduler` (the scheduler alone). `jobs` and
`engines` say what is run, `measure` runs it, `report` tells of it.
"""
