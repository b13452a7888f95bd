"""Found on PYTHONPATH when `benchmarks.profile` runs a job: samples each worker that is forked."""

import os

if os.environ.get("BENCHMARK_SAMPLES"):
    from benchmarks.measure.sampler import begin

    os.register_at_fork(after_in_child=begin)
