"""Data at rest: finding input, cutting it into partitions, reading it, writing output.

Reading goes `paths` (what is meant) -> `splits` (who reads what) -> `text` (records);
writing goes `output` (one attempt's file) -> `committer` (the finished folder).
`filesystem` is the floor under both.
"""
