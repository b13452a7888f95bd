"""PySpark in a process of its own: takes programs from a pipe, answers with their outcomes.

Run with the number of a descriptor that is one end of the pipe.
"""

from __future__ import annotations

import os
import pickle
import sys
from multiprocessing.connection import Connection

from pyspark import SparkConf, SparkContext
from tests.oracle.outcomes import outcome


def serve(pipe: Connection) -> None:
    """Answer until the pipe is closed."""
    conf = SparkConf().set("spark.ui.enabled", "false").set("spark.driver.host", "127.0.0.1")
    conf.set("spark.log.level", "OFF").set("spark.task.maxFailures", "1")
    with SparkContext("local[2]", "oracle", conf=conf) as context:
        pipe.send("ready")
        while True:
            try:
                program = pickle.loads(pipe.recv_bytes())
            except EOFError:
                return
            pipe.send(outcome(program, context))


if __name__ == "__main__":
    os.environ["PYTHONHASHSEED"] = "0"  # what PySpark asks of the driver for keys that are text
    serve(Connection(int(sys.argv[1])))
