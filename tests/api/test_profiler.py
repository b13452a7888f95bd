"""Profiles of tasks: what was called, how often, and by which RDD."""

import os
import pstats

import pytest

from pyrite import BasicProfiler, Profiler, SparkConf, SparkContext, UnsupportedError

ON = {"spark.python.profile": "true"}


def spotted(x):
    return x + 1


def calls(stats, name):
    """How often a function was called."""
    return sum(row[0] for (_, _, function), row in stats.stats.items() if function == name)


@pytest.mark.parametrize("master", ["local", "local[2]"])
def test_calls_are_summed_over_the_tasks_and_jobs_of_an_rdd(make_context, tmp_path, master):
    sc = make_context(master, ON)
    rdd = sc.parallelize(range(10), 4).map(spotted)
    assert rdd.sum() == 55
    assert rdd.count() == 10
    other = rdd.map(abs)
    other.count()
    sc.dump_profiles(str(tmp_path / "profiles"))
    written = {f"rdd_{each.id()}.pstats" for each in (rdd, other)}
    assert set(os.listdir(tmp_path / "profiles")) == written
    stats = pstats.Stats(str(tmp_path / "profiles" / f"rdd_{rdd.id()}.pstats"))
    assert calls(stats, "spotted") == 20
    stats = pstats.Stats(str(tmp_path / "profiles" / f"rdd_{other.id()}.pstats"))
    assert calls(stats, "spotted") == 10


def test_map_stages_have_profiles_of_their_own(make_context, tmp_path):
    sc = make_context("local[2]", ON)
    keyed = sc.range(10).map(spotted).keyBy(lambda x: x % 3)
    summed = keyed.reduceByKey(lambda x, y: x + y)
    assert summed.count() == 3
    sc.dump_profiles(str(tmp_path))
    stats = pstats.Stats(str(tmp_path / f"rdd_{keyed.id()}.pstats"))
    assert calls(stats, "spotted") == 10
    assert (tmp_path / f"rdd_{summed.id()}.pstats").exists()


def test_a_failed_attempt_does_not_count(make_context, journal, tmp_path):
    sc = make_context("local[1]", ON)

    def once(x):
        if x == 1 and journal.first_time("raised"):
            raise ValueError("once")
        return spotted(x)

    rdd = sc.parallelize(range(2), 1).map(once)
    assert rdd.collect() == [1, 2]
    sc.dump_profiles(str(tmp_path))
    assert calls(pstats.Stats(str(tmp_path / f"rdd_{rdd.id()}.pstats")), "spotted") == 2


def test_each_profile_is_shown_once(make_context, capsys):
    sc = make_context("local", ON)
    rdd = sc.range(10).map(spotted)
    rdd.count()
    sc.show_profiles()
    shown = capsys.readouterr().out
    assert f"Profile of RDD<id={rdd.id()}>" in shown
    assert "10 " in next(line for line in shown.splitlines() if "(spotted)" in line)
    sc.show_profiles()
    assert capsys.readouterr().out == ""


def test_profiler_of_the_users_own(capsys):
    class Custom(BasicProfiler):
        def show(self, id):
            print(f"mine for RDD:{id}, {calls(self.stats(), 'spotted')} calls")

    conf = SparkConf(loadDefaults=False).setAll(ON.items())
    with SparkContext("local[1]", conf=conf, profiler_cls=Custom) as sc:
        rdd = sc.range(10).map(spotted)
        rdd.count()
        sc.show_profiles()
    assert capsys.readouterr().out == f"mine for RDD:{rdd.id()}, 10 calls\n"


@pytest.mark.parametrize("dump", [False, True])
def test_at_the_end_of_python_profiles_are_shown_or_written(run_script, tmp_path, dump):
    setting = f".set('spark.python.profile.dump', {str(tmp_path / 'out')!r})" if dump else ""
    lines = run_script(
        "from pyrite import SparkConf, SparkContext\n"
        f"conf = SparkConf().set('spark.python.profile', True){setting}\n"
        "sc = SparkContext('local', conf=conf)\n"
        "rdd = sc.range(3)\n"
        "rdd.count()\n"
    )
    assert any("Profile of RDD" in line for line in lines) != dump
    assert (tmp_path / "out").exists() == dump


def test_without_the_setting_there_is_no_profile(sc):
    for call in (sc.show_profiles, lambda: sc.dump_profiles("nowhere")):
        with pytest.raises(RuntimeError, match=r"set spark\.python\.profile to true"):
            call()


def test_profiles_of_memory_are_refused(make_context):
    with pytest.raises(UnsupportedError, match=r"no profiles of memory.*tracemalloc"):
        make_context("local", {"spark.python.profile.memory": "true"})


# -- by hand ------------------------------------------------------------------------------------


def test_a_profiler_called_by_hand(make_context, tmp_path, capsys):
    profiler = BasicProfiler(make_context("local"))
    assert profiler.stats() is None
    assert profiler.profile(spotted, 1) == 2
    assert calls(profiler.stats(), "spotted") == 1
    profiler.show(7)
    assert "Profile of RDD<id=7>" in capsys.readouterr().out
    profiler.dump(7, str(tmp_path / "profiles"))
    assert os.listdir(tmp_path / "profiles") == ["rdd_7.pstats"]


def test_a_bare_profiler_leaves_all_to_a_derived_class(make_context):
    profiler = Profiler(make_context("local"))
    for call in (
        lambda: profiler.profile(spotted, 1),
        lambda: profiler.stats(),
        lambda: profiler.show(7),
        lambda: profiler.dump(7, "profiles"),
    ):
        with pytest.raises(NotImplementedError):
            call()
