"""``py4j``: of the package that PySpark comes with, the exceptions that programs catch."""
