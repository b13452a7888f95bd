"""Stages as compiled Python: runs of narrow ops, and what ends them, become generated functions.

`source` finds the syntax tree that a function was compiled from, and proves it. `scope` says which
functions may be written out in another's body, and renames what is in them. `inline` does so for
one function, `emit` for a run of ops, `endings` for what becomes of their records: the result, a
`stage.StageCode`, is made in the driver, where `tree` finds what can be compiled in a stage's tree.
It travels with the stage's program. In a task, `bound` makes a function of it, from the very
functions that arrived there, and `nodes` runs it; `executor.frames` shows users their own functions
where generated code stands in a traceback.
"""
