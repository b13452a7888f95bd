"""`SparkSession` reaches the context and text files, and says that the rest is to come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pyrite import SparkConf, SparkContext, UnsupportedError
from pyrite.sql import Row, SparkSession
from pyrite.sql.errors import AnalysisException

MakeContext = Callable[..., SparkContext]
TEXT = "to be or not\nto be\n\nthat is\n"


@pytest.fixture
def spark(make_context: MakeContext) -> Iterator[SparkSession]:
    make_context("local[2]")
    yield SparkSession.builder.getOrCreate()
    SparkSession._active = None


@pytest.fixture
def text(tmp_path: Path) -> str:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT)
    (tmp_path / "in" / "b.txt").write_text("another\n")
    return str(tmp_path / "in")


def test_a_session_reaches_the_context(spark: SparkSession) -> None:
    sc = spark.sparkContext
    assert sc is SparkContext.getOrCreate()
    assert sc.parallelize([1, 2, 3], 2).sum() == 6
    assert spark.version == sc.version
    sc.setLogLevel("WARN")


def test_a_session_makes_the_context_and_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SparkContext, "_running", [])  # whatever other tests keep
    builder = SparkSession.builder.master("local").appName("mine").enableHiveSupport()
    builder.config("spark.local.dir", str(tmp_path)).config(map={"my.a": 1, "my.b": True})
    builder.config(conf=SparkConf(loadDefaults=False).set("my.c", "x"))
    with builder.getOrCreate() as spark:
        sc = spark.sparkContext
        assert (sc.master, sc.appName) == ("local", "mine")
        assert [sc.getConf().get(f"my.{key}") for key in "abc"] == ["1", "true", "x"]
        assert SparkSession.getActiveSession() is spark is SparkSession.active()
        assert SparkSession.builder.config("my.a", 2).getOrCreate() is spark
        assert (spark.conf.get("my.a"), sc.getConf().get("my.a")) == ("2", "1")
    assert SparkSession.getActiveSession() is None
    with pytest.raises(RuntimeError, match="there is no session"):
        SparkSession.active()
    with SparkSession.builder.master("local").getOrCreate() as again:
        assert again is not spark
    again.stop()  # once more does no harm


def test_lines_of_text_as_rows(spark: SparkSession, text: str) -> None:
    rows = spark.read.text(f"{text}/a.txt").rdd
    assert rows.collect() == [Row(value=line) for line in TEXT.splitlines()]
    first = rows.first()
    assert (first.value, first[0], first["value"]) == ("to be or not",) * 3
    assert repr(first) == "Row(value='to be or not')"
    assert rows.map(lambda row: row[0]).flatMap(str.split).countByValue()["be"] == 2
    assert spark.read.text(text).rdd.count() == 5
    assert spark.read.text([f"{text}/a.txt", f"{text}/b.txt"]).rdd.count() == 5
    assert spark.read.format("text").load(f"{text}/b.txt").rdd.collect() == [Row(value="another")]


def test_small_files_share_partitions_as_spark_has_them(
    spark: SparkSession, tmp_path: Path
) -> None:
    """The numbers are PySpark's, on `local[2]`: the largest files come first."""
    for number in range(5):
        lines = [f"{number} {line}" for line in range(10 * (number + 1))]
        (tmp_path / f"f{number}.txt").write_text("\n".join(lines))
    assert spark.read.text(f"{tmp_path}/f1.txt").rdd.getNumPartitions() == 1
    assert spark.read.text(str(tmp_path / "f*")).rdd.glom().map(len).collect() == [120, 30]


def test_whole_files_as_rows(spark: SparkSession, text: str) -> None:
    expected = [Row(value="another\n")]
    assert spark.read.text(f"{text}/b.txt", wholetext=True).rdd.collect() == expected
    assert spark.read.option("wholetext", "true").text(f"{text}/b.txt").rdd.collect() == expected


def test_settings_of_a_session(spark: SparkSession) -> None:
    spark.conf.set("my.flag", True)
    spark.conf.set("spark.sql.shuffle.partitions", 8)
    assert spark.conf.get("my.flag") == "true"
    assert spark.conf.get("spark.sql.shuffle.partitions") == "8"
    assert spark.conf.get("spark.master") == "local[2]"
    assert spark.conf.get("lost", None) is None
    assert spark.newSession().conf.get("my.flag", "unset") == "unset"
    assert SparkSession.active() is spark
    spark.conf.unset("my.flag")
    with pytest.raises(KeyError, match="is not set; give a default"):
        spark.conf.get("my.flag")
    for name in ("spark.executor.memory", "spark.python.worker.memory", "pyrite.worker.memory"):
        with pytest.raises(AnalysisException, match="when the context starts"):
            spark.conf.set(name, "1g")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda spark: spark.createDataFrame([(1,)]), "SparkSession.createDataFrame: DataFrames"),
        (lambda spark: spark.sql("select 1"), "SparkSession.sql: DataFrames and SQL are to come"),
        (lambda spark: spark.read.csv("x"), "spark.read.csv: DataFrames are to come.*csv or json"),
        (lambda spark: spark.read.format("parquet"), "'parquet'.*are to come"),
        (lambda spark: spark.read.text(__file__, lineSep=","), "no option lineSep"),
        (lambda spark: spark.read.text(__file__).show(), "DataFrame.show: DataFrames are to come"),
        (lambda spark: spark.builder.remote("sc://x"), "no client of a Spark Connect server"),
        (lambda spark: spark._jvm, "there is no JVM"),
    ],
)
def test_the_rest_is_to_come(
    spark: SparkSession, ask: Callable[[SparkSession], object], said: str
) -> None:
    with pytest.raises(UnsupportedError, match=said):
        ask(spark)


def test_a_session_stays_in_the_driver(spark: SparkSession) -> None:
    with pytest.raises(TypeError, match="inside a function that runs in a task"):
        spark.sparkContext.range(2).map(lambda x: spark.version).collect()
