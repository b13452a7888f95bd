"""``py4j.protocol``: the exceptions of a job that failed.

PySpark raises a `Py4JJavaError` for whatever a task raised, a missing file, a folder that exists.
Pyrite raises the exception itself, which may be any. So the name stands for `Exception`, and
``except Py4JJavaError`` catches what it should.
"""

Py4JError = Py4JJavaError = Py4JNetworkError = Exception

__all__ = ["Py4JError", "Py4JJavaError", "Py4JNetworkError"]
