"""For each word, the documents it occurs in: the heart of a search engine.

    python examples/inverted_index.py [INPUT [WORD ...]]

INPUT is a folder or a glob of text files; without it, the pages that Python's own `help()` shows
on the language are indexed. The documents of each WORD are printed, those that say it most first.
"""

import os
import re
import sys
from pydoc_data.topics import topics

from pyrite import SparkContext


def postings(document: tuple[str, str]) -> list[tuple[tuple[str, str], int]]:
    """((word, name of the document), 1) for each word of a document."""
    name, text = document
    return [((word, name), 1) for word in re.findall(r"\w+", text.lower())]


source, *wanted = sys.argv[1:] or [""]
wanted = wanted or ["iterator", "exception", "lambda"]

with SparkContext(appName="inverted index") as sc:
    documents = sc.wholeTextFiles(source) if source else sc.parallelize(topics.items())
    index = (
        documents.map(lambda document: (os.path.basename(document[0]), document[1]))
        .flatMap(postings)
        .reduceByKey(lambda a, b: a + b)
        .map(lambda pair: (pair[0][0], (-pair[1], pair[0][1])))
        .groupByKey()
        .mapValues(sorted)
    )
    print(f"{index.count():,} words are in the index")
    for word in wanted:
        for found in index.lookup(word.lower()):
            print(f"{word}: " + ", ".join(f"{name} ({-count})" for count, name in found[:5]))
