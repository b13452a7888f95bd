"""A lost or damaged map output is named; the user's mistakes and errors stay recognisable."""

from __future__ import annotations

import errno
import operator
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.damages import TO_ANY_FILE, Damage, flip
from tests.shuffle.harness import Roomy, Starved, sandbox, shuffle_of

from pyrite.core.errors import CorruptBlockError
from pyrite.core.ids import AttemptId
from pyrite.core.specs import MapOutput
from pyrite.lineage.dependency import Aggregator, Grouping, Order
from pyrite.lineage.partitioner import HashPartitioner
from pyrite.shuffle.errors import FetchError
from pyrite.shuffle.files import ENTRY_SIZE, HEADER_SIZE, open_block
from pyrite.shuffle.service import FileShuffle

ADD = Aggregator(lambda value: value, operator.add, operator.add)
PARTITIONS = 3
RECORDS = [(number, str(number)) for number in range(100)]


DAMAGES: dict[str, Damage] = {
    **TO_ANY_FILE,
    "version": lambda path: flip(path, 8),
    "count": lambda path: flip(path, 12),
    "length": lambda path: flip(path, 16),
    "header checksum": lambda path: flip(path, HEADER_SIZE - 1),
    "index": lambda path: flip(path, HEADER_SIZE + ENTRY_SIZE + 3),
    "frame header": lambda path: flip(path, HEADER_SIZE + PARTITIONS * ENTRY_SIZE + 1),
    "data": lambda path: flip(path, HEADER_SIZE + PARTITIONS * ENTRY_SIZE + 50),
    "only the header": lambda path: path.write_bytes(path.read_bytes()[: HEADER_SIZE + 2]),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("arrangement", [None, ADD, Grouping(), Order()])
def test_damage_is_a_fetch_error_of_the_right_map_task(damage: str, arrangement: Any) -> None:
    with sandbox() as box:
        shuffle = shuffle_of(3, None, arrangement)
        outputs = box.write(shuffle, [RECORDS, RECORDS, RECORDS])
        DAMAGES[damage](Path(outputs[1].path))
        with pytest.raises(FetchError) as caught:
            box.read(shuffle, outputs)
    assert caught.value.shuffle == shuffle.id
    assert caught.value.map_partition == 1
    assert caught.value.output == outputs[1]
    assert outputs[1].path in str(caught.value)


@given(st.data())
def test_no_flipped_bit_goes_unnoticed(data: st.DataObject) -> None:
    with sandbox(batch_size=7) as box:
        shuffle = shuffle_of(1)
        outputs = box.write(shuffle, [RECORDS])
        path = Path(outputs[0].path)
        flip(path, data.draw(st.integers(0, path.stat().st_size - 1)))
        with pytest.raises(FetchError):
            box.read(shuffle, outputs)


@given(st.data())
def test_no_cut_stream_goes_unnoticed(data: st.DataObject) -> None:
    """A transport's stream knows no file length; the end frame tells."""
    with sandbox(batch_size=7) as box:
        shuffle = shuffle_of(1, HashPartitioner(1))
        (output,) = box.write(shuffle, [RECORDS])
        start = HEADER_SIZE + ENTRY_SIZE
        path = Path(output.path)
        end = data.draw(st.integers(start, path.stat().st_size - 1))

        def open_cut(output: MapOutput, partition: int) -> Any:
            path.write_bytes(path.read_bytes()[:end])
            file = open(output.path, "rb")  # noqa: SIM115 - the caller closes it
            file.seek(start)
            return file

        service = FileShuffle(box.folder, "here", {shuffle.id: [output]}, open_cut)
        with pytest.raises(FetchError):
            list(service.read(shuffle, 0, box.task()))


def test_a_fetch_error_that_user_code_swallowed_is_still_told() -> None:
    with sandbox() as box:
        shuffle = shuffle_of(1)
        outputs = box.write(shuffle, [RECORDS])
        os.remove(outputs[0].path)
        service = box.service(shuffle, outputs)
        task = box.task()

        def careless(records: Iterator[Any]) -> Iterator[Any]:
            try:
                yield from records
            except Exception:
                yield "nothing to see here"

        assert list(careless(service.read(shuffle, 0, task))) == ["nothing to see here"]
        failure = service.fetch_failure(task.attempt)
        assert failure is not None
        assert failure.map_partition == 0
        assert service.fetch_failure(task.attempt) is None


def test_fetch_errors_survive_pickling() -> None:
    error = FetchError(3, 1, MapOutput("node", "/path", 1, 2), "gone")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.shuffle, copy.map_partition, copy.output) == (3, 1, error.output)
    assert str(copy) == str(error)


def test_too_many_open_files_is_not_blamed_on_the_map_output() -> None:
    def open_none(output: MapOutput, partition: int) -> Any:
        raise OSError(errno.EMFILE, "Too many open files")

    with sandbox() as box:
        shuffle = shuffle_of(1)
        service = FileShuffle(
            box.folder, "here", {shuffle.id: box.write(shuffle, [RECORDS])}, open_none
        )
        with pytest.raises(OSError, match="Too many open files") as caught:
            list(service.read(shuffle, 0, box.task()))
        assert not isinstance(caught.value, CorruptBlockError)


@pytest.mark.parametrize("arrangement", [None, ADD, Grouping()])
@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("abc", r"expected \(key, value\) pairs, got 'abc'"),
        (7, r"expected \(key, value\) pairs, got 7"),
        ((1, 2, 3), r"expected \(key, value\) pairs, got \(1, 2, 3\)"),
        (([1], 2), r"keys must be hashable, got \[1\]: unhashable type: 'list'"),
        (((1, {}), 2), r"keys must be hashable, got \(1, \{\}\): unhashable type: 'dict'"),
    ],
)
def test_bad_records_are_named(arrangement: Any, record: Any, message: str) -> None:
    with sandbox() as box, pytest.raises(TypeError, match=f"^{message}$"):
        box.run(shuffle_of(1, None, arrangement), [[("a", 1), record]])


def test_bad_records_of_a_cogroup_are_named() -> None:
    with sandbox() as box:
        task = box.task()
        groups = task.shuffle.read_groups((iter([("a", 1), "abc"]),), 0, task)
        with pytest.raises(TypeError, match="got 'abc'"):
            list(groups)


def _raiser(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("error", [TypeError("mine"), ValueError("mine"), KeyError("mine")])
def test_errors_of_the_users_functions_pass_through(error: Exception) -> None:
    fail = _raiser(error)
    records = [("a", 1), ("a", 2)]
    value = operator.itemgetter(0)
    for aggregator in (Aggregator(fail, fail, fail), Aggregator(value, fail, fail)):
        with sandbox() as box, pytest.raises(type(error)) as caught:
            box.run(shuffle_of(1, None, aggregator), [[("a", (1,)), ("a", (2,))]])
        assert caught.value is error
    with sandbox() as box, pytest.raises(type(error)) as caught:
        box.run(shuffle_of(2, None, Aggregator(str, fail, fail)), [[("a", 1)], [("a", 2)]])
    assert caught.value is error
    with sandbox() as box, pytest.raises(type(error)) as caught:
        box.run(shuffle_of(1, HashPartitioner(2, fail)), [records])
    assert caught.value is error
    with sandbox() as box, pytest.raises(type(error)) as caught:
        box.run(shuffle_of(1, None, Order(fail)), [records])
    assert caught.value is error
    with sandbox() as box, pytest.raises(type(error)) as caught:
        box.run(shuffle_of(1, None, ADD), [(fail() for _ in range(1))])
    assert caught.value is error


def test_errors_of_builtin_functions_pass_through() -> None:
    with sandbox() as box, pytest.raises(TypeError, match="unsupported operand"):
        box.run(shuffle_of(1, None, ADD), [[("a", 1), ("a", "b")]])


def test_attempts_do_not_collide_and_leave_nothing_unfinished() -> None:
    with sandbox(Starved(), 2) as box:
        shuffle = shuffle_of(1)
        service = FileShuffle(box.folder, "here", {})
        attempt = AttemptId(0, 0, 0)
        outputs = []
        for number in range(3):
            task = box.task()
            task.attempt = attempt
            outputs.append(service.write(shuffle, [("k", number)] * 5, task))
        assert len({output.path for output in outputs}) == 3
        for number, output in enumerate(outputs):
            assert [r for p in box.read(shuffle, [output]) for r in p] == [("k", number)] * 5
        assert {path.suffix for path in Path(outputs[0].path).parent.iterdir()} == {".data"}


def test_a_write_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: str, target: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with sandbox(Roomy()) as box:
        shuffle = shuffle_of(1)
        with pytest.raises(OSError, match="No space left on device"):
            box.write(shuffle, [RECORDS])
        assert not list(Path(box.folder, f"shuffle-{shuffle.id}").iterdir())


def test_metrics_count_what_moved() -> None:
    with sandbox(Starved(), 8) as box:
        shuffle = shuffle_of(1)
        outputs = box.write(shuffle, [RECORDS])
        written = box.tasks[0].metrics
        assert written.shuffle_bytes_written == outputs[0].bytes
        assert outputs[0].bytes == Path(outputs[0].path).stat().st_size
        assert written.records_written == outputs[0].records == 100
        assert written.spills > 0
        assert written.spilled_bytes > 0
        box.read(shuffle, outputs)
        read = [task.metrics for task in box.tasks[1:]]
        assert sum(metrics.records_read for metrics in read) == 100
        assert 0 < sum(metrics.shuffle_bytes_read for metrics in read) < outputs[0].bytes


def test_blocks_may_be_opened_by_partition() -> None:
    with sandbox() as box:
        (output,) = box.write(shuffle_of(1), [RECORDS])
        with pytest.raises(CorruptBlockError, match="partition 3 was asked of a file with 3"):
            open_block(output, 3)
