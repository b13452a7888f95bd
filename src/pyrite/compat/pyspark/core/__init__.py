"""``pyspark.core``: where PySpark 4 keeps its RDD side."""
