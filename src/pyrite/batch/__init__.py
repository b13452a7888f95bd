"""Kernels: what some steps do to a whole batch at once, where the result is proved to be the same.

`recognise` finds in a stage, by the proved sources of its functions, what a kernel can do, and
describes it. In a task the kernel is tried on each batch (a block of a file's bytes, a piece of a
range); on one that does not pass its guards, the stage's compiled loop runs as it would have.
Numpy is used where it is installed, and only for inputs that are worth its import.
"""
