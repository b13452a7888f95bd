"""Kernels: what some steps do to a whole batch at once, where the result is proved to be the same.

There are two. *Words* of text files: `find_text` finds in a stage, by the proved sources of its
functions (`proof`), what the kernel can do, `text` describes it, and `counting` runs it in a task
(`words` counts a block). *Numbers* of ranges: likewise `find_numbers` (`formula` reads functions),
`numbers` (description and arrays) and `ranges`.

In a task the kernel is tried on each batch (a block of a file's bytes, a piece of a range); on one
that does not pass its guards, the stage's compiled loop runs as it would have. Numpy is used where
it is installed (`numeric`), and only for inputs that are worth its import.
"""
