"""Stages as compiled Python: a run of narrow ops and what ends it become one function.

`source` finds the syntax tree that a function was compiled from, and proves it. `scope` says which
functions may be written out in another's body, and renames what is in them. `inline` does so for
one function, `emit` for a whole stage: its result, a `stage.StageCode`, is made in the driver and
travels with the stage's program. `bound` makes a function of it in a task, from the very functions
that arrived there; `frames` shows users their own functions where generated code stands in a
traceback.
"""
