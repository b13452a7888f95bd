"""What is run: the jobs, their input, and their programs for the engines with PySpark's API.

`catalogue` has them all. What engines of other kinds run stands with them, in `benchmarks.engines`.
"""
