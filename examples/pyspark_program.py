"""A program written for PySpark, as it is: words that are made of the same letters.

    pyrite submit examples/pyspark_program.py [INPUT]
    spark-submit examples/pyspark_program.py [INPUT]

INPUT is a text file or a folder of them; without it, what Python's own `help()` says on the
language is read. Under `pyrite submit`, driver and workers see Pyrite by the name of pyspark.
"""

import pydoc_data.topics
import re
import sys

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("anagrams").getOrCreate()
sc = spark.sparkContext

found = sc.accumulator(0)
source = sys.argv[1] if sys.argv[1:] else pydoc_data.topics.__file__
words = (
    spark.read.text(source)
    .rdd.flatMap(lambda row: re.findall(r"\b[a-z]{4,}\b", row.value.lower()))
    .distinct()
)
groups = (
    words.map(lambda word: ("".join(sorted(word)), word))
    .groupByKey()
    .mapValues(sorted)
    .filter(lambda group: len(group[1]) > 1)
    .values()
    .cache()
)
groups.foreach(lambda group: found.add(1))
for group in groups.takeOrdered(10, key=lambda group: (-len(group), group)):
    print(" ".join(group))
print(f"{found.value} groups of words with the same letters")
spark.stop()
