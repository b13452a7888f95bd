"""`SparkConf`, `SparkContext`: settings, masters, life and death."""

import getpass
import os
import sys
import threading

import pytest
from tests.conftest import wait_until

import pyrite
from pyrite import (
    JobCancelled,
    SettingsWarning,
    SparkConf,
    SparkContext,
    StoppedError,
    UnsupportedError,
)


@pytest.fixture
def conf():
    return SparkConf(loadDefaults=False)


def test_setters_can_be_chained(conf):
    conf.setMaster("local").setAppName("name").setSparkHome("/home").set("a", 1).set("b", True)
    assert sorted(conf.getAll()) == [
        ("a", "1"),
        ("b", "True"),
        ("spark.app.name", "name"),
        ("spark.home", "/home"),
        ("spark.master", "local"),
    ]


def test_values_are_read_back_as_text(conf):
    conf.set("a", 1)
    assert (conf.get("a"), conf.get("b"), conf.get("b", "c")) == ("1", None, "c")
    assert conf.contains("a")
    assert not conf.contains("b")


def test_set_if_missing_and_set_all(conf):
    conf.setAll([("a", 1), ("b", 2)]).setIfMissing("a", 9).setIfMissing("c", 3)
    assert conf.toDebugString() == "a=1\nb=2\nc=3"


def test_environment_of_the_workers(conf):
    conf.setExecutorEnv("A", "1").setExecutorEnv(pairs=[("B", "2")])
    assert conf.get("spark.executorEnv.A") == "1"
    assert conf.get("spark.executorEnv.B") == "2"
    for bad in ({}, {"key": "A", "value": "1", "pairs": []}):
        with pytest.raises(RuntimeError, match="either a key and a value, or pairs"):
            conf.setExecutorEnv(**bad)


def test_workers_have_the_environment(make_context):
    sc = make_context("local[1]", {"spark.executorEnv.COLOUR": "red"})
    assert sc.parallelize([1], 1).pipe("env").filter(lambda x: "COLOUR" in x).collect() == [
        "COLOUR=red"
    ]


def test_a_worker_has_one_thread_for_arrays_unless_it_is_given_more(make_context, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    for settings, threads in [({}, "1"), ({"spark.executorEnv.OMP_NUM_THREADS": "2"}, "2")]:
        sc = make_context("local[1]", settings)
        assert sc.range(1).map(lambda _: os.environ["OMP_NUM_THREADS"]).collect() == [threads]


def test_context_copies_its_settings(make_context, conf):
    sc = make_context("local", {"a": 1})
    sc.getConf().set("a", 2)
    assert sc.getConf().get("a") == "1"
    assert (sc.master, sc.appName) == ("local", "test")


@pytest.mark.parametrize(
    "master",
    ["", "yarn", "spark://host:7077", "local[0]", "local[-1]", "local[two]", "local[2,0]",
     "local 2", "local[2", "locals"],
)  # fmt: skip
def test_master_that_is_none_is_refused_with_those_there_are(master, conf):
    with pytest.raises(ValueError, match=r"cannot run on master .*local\[N\].*local\[\*\]"):
        SparkContext(master, conf=conf)


@pytest.mark.parametrize(
    ("master", "parallelism"),
    [("local", 1), ("local[1]", 1), ("local[3]", 3), ("local[ 2 , 4 ]", 2)],
)
def test_parallelism_is_the_number_of_workers(make_context, master, parallelism):
    assert make_context(master).defaultParallelism == parallelism


@pytest.mark.parametrize(
    ("setting", "value", "error"),
    [
        ("pyrite.worker.memroy", "1g", r"did you mean pyrite.worker.memory\?"),
        ("pyrite.nonsense", "1", "there is no setting pyrite.nonsense"),
        ("pyrite.worker.memory", "much", "pyrite.worker.memory: 'much' is not an amount of memory"),
        ("pyrite.task.timeout", "soon", "pyrite.task.timeout: 'soon' is not a duration"),
        ("pyrite.speculation", "perhaps", "'perhaps' is neither true nor false"),
        ("pyrite.task.maxFailures", "few", "pyrite.task.maxFailures"),
    ],
)  # fmt: skip
def test_mistyped_setting_is_refused(conf, setting, value, error):
    with pytest.raises(ValueError, match=error):
        SparkContext("local", conf=conf.set(setting, value))


def test_settings_of_spark_that_mean_nothing_here_are_let_pass(make_context):
    settings = {"spark.sql.shuffle.partitions": 7, "spark.task.maxFailures": 2}
    with pytest.warns(SettingsWarning, match=r"Pyrite: spark\.sql\.shuffle\.partitions$"):
        sc = make_context("local", settings)
    assert sc.range(3).count() == 3


def test_stopped_context_refuses_work(make_context):
    sc = make_context("local[1]")
    dataset = sc.range(3)
    sc.stop()
    sc.stop()
    with pytest.raises(StoppedError):
        sc.range(3)
    with pytest.raises(StoppedError):
        dataset.count()


def test_two_contexts_do_not_disturb_each_other(make_context):
    one, two = make_context("local[1]"), make_context("local")
    assert one.range(3).sum() + two.range(3).sum() == 6
    one.stop()
    assert two.range(3).sum() == 3


def test_get_or_create_gives_the_running_context(make_context, monkeypatch, conf):
    monkeypatch.setattr(SparkContext, "_running", [])  # whatever other tests keep
    sc = make_context("local")
    assert SparkContext.getOrCreate() is sc
    sc.stop()
    with SparkContext.getOrCreate(conf.setMaster("local")) as other:
        assert other is not sc


def test_jobs_from_several_threads_at_once(sc):
    sums = {}

    def work(number):
        pairs = sc.range(100, numSlices=4).keyBy(lambda x: x % number)
        sums[number] = pairs.reduceByKey(lambda x, y: x + y).values().sum()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sums == dict.fromkeys(range(1, 9), 4950)


def test_cancelled_job_leaves_the_context_usable(make_context, journal):
    sc = make_context("local[2]")

    def forever(x):
        journal.note(x)
        threading.Event().wait()

    def cancel():
        wait_until(journal.lines)
        sc.cancelAllJobs()

    helper = threading.Thread(target=cancel)
    helper.start()
    with pytest.raises(JobCancelled):
        sc.range(2).map(forever).collect()
    helper.join(60)
    assert sc.range(3).count() == 3


def test_datasets_have_a_name_an_id_and_a_context(sc):
    one, two = sc.range(1).setName("one"), sc.range(2)
    assert one.name() == "one"
    assert one.id() != two.id()
    assert one.context is sc
    assert repr(one).startswith(f"one CollectionRDD[{one.id()}] at range at test_context.py:")
    assert repr(two).startswith(f"CollectionRDD[{two.id()}] at range at test_context.py:")
    assert one.ctx is sc


def test_context_says_where_and_as_whom_it_runs(conf):
    conf.setExecutorEnv("FROM_CONF", "1")
    with SparkContext("local", sparkHome="/opt", environment={"GIVEN": "2"}, conf=conf) as sc:
        assert sc.environment == {"FROM_CONF": "1", "GIVEN": "2"}
        assert sc.sparkHome == "/opt"
        assert sc.sparkUser() == getpass.getuser()
        assert tuple(map(int, sc.pythonVer.split("."))) == sys.version_info[:2]
        assert sc.uiWebUrl is None


# -- what is not there ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("saveAsSequenceFile", "use saveAsTextFile"),
        ("toDF", "DataFrames and SQL are to come"),
    ],
)
def test_name_that_is_not_there_yet_says_what_to_use(sc, name, advice):
    with pytest.raises(UnsupportedError, match=f"RDD.{name}: .*{advice}"):
        getattr(sc.range(3), name)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("sequenceFile", "use saveAsTextFile and textFile"),
    ],
)
def test_name_of_the_context_that_is_not_there_yet_says_what_to_use(sc, name, advice):
    with pytest.raises(UnsupportedError, match=f"SparkContext.{name}: .*{advice}"):
        getattr(sc, name)


def test_name_that_nobody_has_is_an_attribute_error(sc):
    dataset = sc.range(3)
    with pytest.raises(AttributeError, match="RDD has no attribute 'mapp'") as caught:
        dataset.mapp(len)
    # By these Python finds names that are spelt alike: "Did you mean: 'map'?"
    assert (caught.value.name, caught.value.obj) == ("mapp", dataset)
    assert not hasattr(sc, "nonsense")


def test_all_public_names_are_there():
    assert all(hasattr(pyrite, name) for name in pyrite.__all__)
