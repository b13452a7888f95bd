"""Tasks that raise: tried again, and then the user's own exception."""

import json
import logging
import threading
import traceback

import pytest

from pyrite import JobFailed, SerializationError


@pytest.mark.parametrize("master", ["local", "local[2]"])
def test_task_that_raises_is_tried_four_times_then_its_own_exception_comes(
    make_context, journal, master
):
    def broken(x):
        journal.note(x)
        if x == 3:
            raise KeyError("no such thing")
        return x

    sc = make_context(master)
    with pytest.raises(KeyError, match="no such thing") as caught:
        sc.parallelize(range(4), 2).map(broken).collect()
    assert journal.lines().count("3") == 4
    notes = "\n".join(caught.value.__notes__)
    assert "partition 1" in notes
    assert "attempt 4" in notes
    assert "record: 3" in notes
    assert "record 1 of the partition" in notes
    frames = [entry.name for entry in caught.traceback]
    assert frames[-1] == "broken"
    assert sc.range(3).count() == 3  # the context is as good as new


@pytest.mark.parametrize("master", ["local", "local[2]"])
def test_task_that_recovers_costs_one_more_attempt(make_context, journal, master):
    def shaky(x):
        journal.note(x)
        if x == 3 and journal.first_time("three"):
            raise OSError("try again")
        return x

    assert make_context(master).parallelize(range(4), 4).map(shaky).collect() == [0, 1, 2, 3]
    assert sorted(journal.lines()) == ["0", "1", "2", "3", "3"]


@pytest.mark.parametrize(("master", "tries"), [("local[1,1]", 1), ("local[1,3]", 3)])
def test_master_says_how_often_a_task_is_tried(make_context, journal, master, tries):
    def broken(x):
        journal.note(x)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        make_context(master).parallelize([1], 1).map(broken).collect()
    assert len(journal.lines()) == tries


def test_error_in_a_library_function_shows_its_frames_and_record(make_context):
    with pytest.raises(json.JSONDecodeError) as caught:
        make_context("local[1,1]").parallelize(["{oops"]).map(json.loads).collect()
    assert "record: '{oops'" in caught.value.__notes__
    assert [frame.name for frame in caught.traceback][-1] == "raw_decode"


@pytest.mark.parametrize("compiled", [True, False])
def test_error_in_a_count_shows_the_users_frames_and_record_alone(make_context, compiled):
    context = make_context("local[1,1]", {"pyrite.codegen": compiled})
    with pytest.raises(KeyError) as caught:
        context.parallelize(["a", "b"]).map(lambda x: {"a": 1}[x]).countByValue()
    assert "record: 'b'" in caught.value.__notes__
    assert [frame.name for frame in caught.traceback][-2:] == ["_run", "<lambda>"]


@pytest.mark.parametrize("codegen", ["true", "false"])
@pytest.mark.parametrize(
    "action",
    [
        lambda rdd: rdd.top(2),
        lambda rdd: rdd.takeOrdered(2, key=lambda x: -x),
        lambda rdd: rdd.takeOrdered(2),
    ],
)
def test_a_heap_that_draws_records_is_not_the_users(make_context, action, codegen):
    def broken(x):
        return 1 // (x - 3)

    sc = make_context("local[1,1]", {"pyrite.codegen": codegen})
    with pytest.raises(ZeroDivisionError) as caught:
        action(sc.parallelize(range(5), 1).map(broken))
    assert "record: 3" in caught.value.__notes__
    assert [frame.name for frame in caught.traceback][-2:] == ["_run", "broken"]
    with pytest.raises(TypeError, match="'<' not supported") as caught:
        sc.parallelize([1, None, "a", ()], 1).top(2)
    assert not [note for note in caught.value.__notes__ if "record: " in note]


def test_error_of_the_engines_own_shows_no_frames_of_its_library(make_context, tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"good\nb\xe9d\n")
    with pytest.raises(UnicodeDecodeError) as caught:
        make_context("local[1,1]").textFile(str(tmp_path / "bad.txt"), errors="strict").count()
    assert "bad.txt, line at byte 5; use encoding=... or errors=" in str(caught.value)
    assert len(caught.value.__notes__) == 1
    assert [frame.name for frame in caught.traceback][-2:] == ["count", "_run"]


class Awkward(Exception):
    """Pickles, but cannot be unpickled: its __init__ takes more than its args."""

    def __init__(self, first, second):
        super().__init__("awkward")


def test_exception_that_cannot_travel_is_told_of(make_context):
    def broken(x):
        raise Awkward(1, 2)

    with pytest.raises(Exception, match="Awkward: awkward") as caught:
        make_context("local[1,1]").parallelize([1]).map(broken).collect()
    assert "in broken" in str(caught.value)


def test_stop_iteration_in_a_function_is_an_error_and_drops_nothing(make_context):
    sc = make_context("local[1,1]")
    empty = iter(())
    for transform in ("map", "filter", "flatMap"):
        dataset = getattr(sc.parallelize([1, 2, 3]), transform)(lambda x: next(iter([])))
        with pytest.raises(RuntimeError, match="StopIteration"):
            dataset.collect()
    assert list(empty) == []
    assert sc.parallelize([1, 2, 3], 1).mapPartitions(lambda it: [next(it)]).collect() == [1]


def test_sys_exit_in_a_task_fails_the_task_not_the_worker(make_context):
    def leave(x):
        raise SystemExit(3)

    sc = make_context("local[1,2]")
    with pytest.raises(SystemExit):
        sc.parallelize([1]).map(leave).collect()
    assert sc.range(3).count() == 3


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError


class Bare(BaseException):
    pass


@pytest.mark.parametrize("kind", [Unprintable, Bare])
def test_odd_exceptions_fail_the_task_not_the_worker(make_context, kind):
    def broken(x):
        raise kind

    sc = make_context("local[1,1]")
    with pytest.raises(kind):
        sc.parallelize([1]).map(broken).collect()
    assert sc.range(3).count() == 3


def test_exception_of_a_class_that_only_workers_can_import(make_context, tmp_path):
    (tmp_path / "only_there.py").write_text("class Lost(Exception):\n    pass\n")

    def broken(x, folder=str(tmp_path)):
        import sys

        sys.path.insert(0, folder)
        import only_there

        raise only_there.Lost("far away")

    sc = make_context("local[1,1]")
    with pytest.raises(JobFailed, match="Lost: far away"):
        sc.parallelize([1]).map(broken).collect()
    assert sc.range(3).count() == 3


def test_capture_that_cannot_be_pickled_is_named_before_launch(make_context, journal):
    lock = threading.Lock()
    sc = make_context("local[1]")
    with pytest.raises(SerializationError, match="the variable 'lock' in 'use', a lock"):

        def use(x):
            journal.note(x)
            with lock:
                return x

        sc.parallelize([1]).map(use).collect()
    assert journal.lines() == []


def test_dataset_inside_a_task_is_refused_with_advice(make_context):
    sc = make_context("local[1]")
    other = sc.parallelize([2])
    with pytest.raises(SerializationError, match=r"variable 'other'.*join the two RDDs"):
        sc.parallelize([1]).map(lambda x: other.count()).collect()
    with pytest.raises(SerializationError, match=r"variable 'sc'.*SparkContext is used inside"):
        sc.parallelize([1]).map(lambda x: sc.range(x).count()).collect()


def test_what_tasks_print_and_log_comes_with_their_task(make_context, capfd):
    def talk(x):
        print("said", x)
        logging.getLogger("job").warning("logged %s", x)
        return x

    make_context("local[2]").parallelize([7, 8], 2).map(talk).collect()
    printed = capfd.readouterr()
    assert "partition 0] said 7\n" in printed.err
    assert "partition 1] said 8\n" in printed.err
    assert "partition 1] logged 8\n" in printed.err


def test_state_captured_by_a_function_is_fresh_in_each_task(make_context):
    for master in ("local", "local[1]"):
        seen = []

        def remember(x, seen=seen):
            seen.append(x)
            return len(seen)

        assert make_context(master).parallelize(range(4), 4).map(remember).collect() == [1] * 4
        assert seen == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda sc: sc.range(3).map(5), r"map\(\) needs a function, not int 5"),
        (lambda sc: sc.parallelize([1], 0), "numSlices must be at least 1, not 0"),
        (lambda sc: sc.parallelize([1], "2"), "numSlices must be an int, not str '2'"),
        (lambda sc: sc.range(3).sample(False, -1), "fraction must be at least 0, not -1"),
        (lambda sc: sc.range(3).take("1"), r"take\(\) needs an int, not str"),
        (lambda sc: sc.range(3, numSlices=2).zip(sc.range(3, numSlices=3)), "here 2 and 3"),
    ],
)
def test_bad_argument_is_refused_at_the_call(make_context, call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call(make_context("local"))


def test_record_that_is_no_pair_is_named(make_context):
    with pytest.raises(TypeError, match="expected \\(key, value\\) pairs, got 'abc'"):
        make_context("local").parallelize(["abc"]).reduceByKey(lambda a, b: a).collect()


def test_exceptions_that_were_handled_on_the_way_come_along(make_context):
    def broken(x):
        try:
            return {}[x]
        except KeyError as error:
            if x == 1:
                raise ValueError("explicit") from error
            if x == 2:
                raise ValueError("by the way")  # noqa: B904
            raise ValueError("alone") from None

    sc = make_context("local[1,1]")
    for x, cause, context in ((1, KeyError, KeyError), (2, type(None), KeyError)):
        with pytest.raises(ValueError, match=r"explicit|by the way") as caught:
            sc.parallelize([x], 1).map(broken).collect()
        assert type(caught.value.__cause__) is cause
        assert type(caught.value.__context__) is context
        [frame] = traceback.extract_tb(caught.value.__context__.__traceback__)
        assert frame.line == "return {}[x]"
    with pytest.raises(ValueError, match="alone") as caught:
        sc.parallelize([3], 1).map(broken).collect()
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "action", [lambda rdd: rdd.collect(), lambda rdd: rdd.groupByKey().count()]
)
def test_record_that_cannot_be_pickled_says_what_to_do(make_context, action):
    """And shows no function of the pickler's as if it were the user's."""
    generators = make_context("local[1,1]").range(1).map(lambda x: (x, (i for i in range(3))))
    with pytest.raises(TypeError, match="cannot pickle 'generator' object") as caught:
        action(generators)
    notes = "\n".join(caught.value.__notes__)
    assert "give a list, not a generator" in notes
    assert "record: " not in notes
    assert "cloudpickle" not in "".join(traceback.format_exception(caught.value))


def test_cause_that_was_never_raised_comes_along(make_context):
    """As of what a pool of processes gives: its cause holds the other process's traceback."""

    def broken(x):
        raise ValueError("outer") from KeyError("inner")

    with pytest.raises(ValueError, match="outer") as caught:
        make_context("local[1,1]").parallelize([0], 1).map(broken).collect()
    assert repr(caught.value.__cause__) == "KeyError('inner')"


def test_exception_that_cannot_travel_brings_its_frames_and_what_came_before(make_context):
    def broken(x):
        try:
            return 1 // x
        except ZeroDivisionError as error:
            raise Awkward(1, 2) from error

    with pytest.raises(
        JobFailed, match=r"(?s)in broken\n +raise Awkward.*Awkward: awkward"
    ) as caught:
        make_context("local[1,1]").parallelize([0], 1).map(broken).collect()
    assert caught.traceback[-1].name == "broken"
    assert type(caught.value.__cause__) is ZeroDivisionError
