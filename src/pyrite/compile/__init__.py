"""Stages as compiled Python: runs of narrow ops, and what ends them, become generated functions.

In the driver, `tree` finds what can be compiled in a stage's tree. `source` finds the syntax tree
that a function was compiled from, and proves it. `scope` says which functions may be written out in
another's body, `admit` which of a run's functions are. `inline` writes one of them out (`rename`
and `returns` change what is in it, `searching` spares searches), `emit` a run of ops, `endings`
what becomes of their records.
The result is a `stage.StageCode`, which `compiler` remembers.

It travels with the stage's program. In a task, `bound` makes a function of it, from the very
functions that arrived there, and `nodes` runs it. `executor.frames` shows users their own functions
where generated code stands in a traceback.
"""
