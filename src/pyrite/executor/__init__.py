"""The inside of a worker: runs task attempts, one at a time, and says how each ended."""
