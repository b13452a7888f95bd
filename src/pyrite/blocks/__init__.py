"""What is kept on a node for later: the partitions of cached datasets, and broadcast values.

`level` says how a dataset is to be kept. `store` is a worker's door to its blocks: those in its
`memory`, whose `sizes` are estimated, and those on the node's `disk`, in the `batches` of records
that serialised blocks consist of. `broadcasts` are values that all workers of a node map.
"""
