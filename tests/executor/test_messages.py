"""The channel between driver and worker: whole messages, whatever the pieces."""

import io
import pickle
import socket
import threading
from pickle import PickleBuffer

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyrite.core.errors import CorruptBlockError
from pyrite.core.ids import AttemptId, BlockId
from pyrite.core.outcome import (
    BlockChange,
    BlockMissing,
    Cause,
    Failure,
    Metrics,
    Success,
    TaskReport,
)
from pyrite.core.specs import MapOutput
from pyrite.executor.messages import HEADER, Channel, Decoder, RunTask, encode
from pyrite.serial.records import Apart, Parcel

LARGE = 3 * Apart.LEAST


def stream_of(*messages):
    return b"".join(encode(*messages))


@given(st.lists(st.one_of(st.binary(), st.text(), st.tuples(st.integers())), max_size=6), st.data())
def test_messages_arrive_whole_and_in_order_however_they_are_cut(messages, data):
    stream = b"".join(map(stream_of, messages))
    decoder, received, rest = Decoder(), [], stream
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        received += decoder.feed(rest[:size])
        rest = rest[size:]
    assert received == messages


class Pieces:
    """A socket from which come so many bytes at a time."""

    def __init__(self, data, sizes):
        self._file, self._sizes = io.BytesIO(data), iter(sizes)

    def recv(self, size):
        return self._file.read(min(size, next(self._sizes, size)))

    def recv_into(self, room):
        return self._file.readinto(room[: next(self._sizes, len(room))])


@given(
    st.lists(
        st.one_of(
            st.integers(),
            st.lists(st.integers(Apart.LEAST - 2, LARGE), max_size=3),
        ),
        max_size=3,
    ),
    st.lists(st.integers(1, LARGE), max_size=9),
)
def test_large_buffers_are_read_to_their_place(described, sizes):
    def message(each):
        if isinstance(each, int):
            return each
        return [PickleBuffer(bytes([size % 251]) * size) for size in each]

    data = b"".join(stream_of(message(each)) for each in described)
    channel = Channel(Pieces(data, sizes))
    for each in described:
        got = channel.receive()
        if isinstance(each, int):
            assert got == each
        else:
            assert list(map(bytes, got)) == [bytes([size % 251]) * size for size in each]
    with pytest.raises(EOFError):
        channel.receive()


def test_damaged_message_is_noticed():
    data = bytearray(stream_of("hello"))
    data[HEADER.size + 5] ^= 1
    with pytest.raises(CorruptBlockError, match="damaged"):
        Decoder().feed(bytes(data))


@pytest.mark.parametrize("place", ["length", "pickle", "buffer"])
def test_damaged_message_with_buffers_is_noticed(place):
    pieces = [bytearray(each) for each in encode([PickleBuffer(bytes(LARGE))] * 2)]
    first, _, last = pieces
    if place == "buffer":
        last[LARGE // 2] ^= 1
    else:
        first[HEADER.size if place == "length" else -3] ^= 1
    with pytest.raises(CorruptBlockError, match="damaged"):
        Decoder().feed(b"".join(pieces) + b"more")


@pytest.mark.parametrize(
    "value",
    [
        np.arange(40_000.0),
        [np.arange(20_000).reshape(100, 200).T, np.arange(9)],
        np.arange(60_000)[::3],
        {"a": bytes(LARGE), "b": bytearray(LARGE)},
        [(number, str(number)) for number in range(30_000)],
        None,
        lambda: np.arange(50_000),
    ],
)
def test_parcel_comes_out_as_it_was_on_every_way(value):
    expected = value() if callable(value) else value
    packed = Parcel.of(value)
    [on_the_wire] = Decoder().feed(stream_of(packed))
    for parcel in (packed, pickle.loads(pickle.dumps(packed, protocol=5)), on_the_wire):
        got = parcel.value()
        np.testing.assert_equal(got() if callable(got) else got, expected)


def test_arrays_that_arrive_can_be_changed_and_share_nothing():
    array = np.zeros(LARGE)
    [got] = Decoder().feed(stream_of(Parcel.of([array, array[:0], array[: LARGE // 2]])))
    first, empty, second = got.value()
    first[0] = second[1] = 1
    assert array[0] == 0
    assert second[0] == 0
    assert len(empty) == 0


def test_read_only_arrays_arrive_read_only():
    array = np.zeros(LARGE)
    array.flags.writeable = False
    [got] = Decoder().feed(stream_of(Parcel.of(array)))
    assert not got.value().flags.writeable


def test_two_threads_speak_one_after_the_other():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = Channel(theirs)
        messages = [[PickleBuffer(bytes([n]) * LARGE)] for n in range(6)]
        threads = [threading.Thread(target=channel.send, args=(each,)) for each in messages]
        for thread in threads:
            thread.start()
        heard = Channel(ours)
        got = sorted(bytes(heard.receive()[0]) for _ in messages)
        for thread in threads:
            thread.join()
    assert got == [bytes([n]) * LARGE for n in range(6)]


def test_what_travels_with_every_task_arrives_as_it_was():
    metrics = Metrics(records_read=3, peak_memory=7, run_seconds=0.5)
    kept = (BlockChange(BlockId(4, 1), "worker:0", True, 9),)
    outcomes = (
        Success(result=Parcel(b"1"), accumulated=b"2"),
        Success(MapOutput("here", "/path", 5, 6)),
        Failure(Cause.ERROR, "said", b"error"),
        BlockMissing(BlockId(4, 2)),
    )
    sent = [TaskReport(1, AttemptId(2, 3, 4), each, metrics, kept) for each in outcomes]
    sent += [RunTask(AttemptId(2, 3, 4), Parcel(b"12"), {"a": "b"})]
    received = Decoder().feed(b"".join(encode(*sent)))
    assert list(map(type, received)) == list(map(type, sent))
    assert received == sent
    assert all(type(each.attempt) is AttemptId for each in received)
