"""A task that asks the driver: whatever else comes in between, and whenever it is cancelled."""

import socket
from contextlib import nullcontext

import pytest

from pyrite.core.barrier import Barrier, BarrierAnswer, BarrierCall
from pyrite.core.errors import BarrierError
from pyrite.core.ids import AttemptId
from pyrite.executor.messages import Channel, ForgetStage, encode
from pyrite.executor.runner import Running, TaskCancelled, TaskRunner

ATTEMPT = AttemptId(1, 2, 3)
CALL = BarrierCall(ATTEMPT, 0, "barrier")
ANSWER = BarrierAnswer(ATTEMPT, 0, ("a", "b"))


@pytest.fixture
def ends():
    """The driver's socket, and the worker's."""
    driver, worker = socket.socketpair()
    with driver, worker:
        driver.settimeout(5), worker.settimeout(5)
        yield driver, worker


@pytest.fixture
def runner():
    """One that is at work, as far as cancelling goes."""
    runner = object.__new__(TaskRunner)
    runner._shielded = runner._cancel_asked = False
    runner.running = Running(None, 0)
    return runner


class Struck:
    """A socket; at each use of ``method`` the cancel signal comes."""

    def __init__(self, sock, runner, method):
        self._sock, self._runner, self._method = sock, runner, method

    def fileno(self):
        return self._sock.fileno()

    def sendall(self, data):
        if self._method == "sendall":
            self._sock.sendall(data[:10])
            self._runner.cancel()
            data = data[10:]
        self._sock.sendall(data)

    def recv(self, size):
        data = self._sock.recv(size)
        if self._method == "recv":
            self._runner.cancel()
        return data


def test_other_messages_are_kept_in_their_order(ends):
    driver, worker = ends
    channel = Channel(worker)
    stale = BarrierAnswer(ATTEMPT, 7)
    for message in (ForgetStage(1), stale, ForgetStage(2), ANSWER, ForgetStage(3)):
        driver.sendall(b"".join(encode(message)))
    assert channel.ask(CALL, nullcontext) == ANSWER
    got = [channel.receive() for _ in range(4)]
    assert got == [ForgetStage(1), stale, ForgetStage(2), ForgetStage(3)]
    assert Channel(driver).receive() == CALL


def test_cancel_while_reading_loses_no_message(ends, runner):
    driver, worker = ends
    driver.sendall(b"".join([*encode(ForgetStage(1)), *encode(ForgetStage(2))]))
    channel = Channel(Struck(worker, runner, "recv"))
    with pytest.raises(TaskCancelled):
        channel.ask(CALL, runner.shielded)
    runner.running = None
    assert [channel.receive(), channel.receive()] == [ForgetStage(1), ForgetStage(2)]


def test_cancel_while_sending_breaks_no_message(ends, runner):
    driver, worker = ends
    channel = Channel(Struck(worker, runner, "sendall"))
    with pytest.raises(TaskCancelled):
        channel.ask(CALL, runner.shielded)
    assert Channel(driver).receive() == CALL


def test_cancel_outside_of_a_shield_comes_at_once_and_without_a_task_not_at_all(runner):
    with runner.shielded():
        pass
    with pytest.raises(TaskCancelled):
        runner.cancel()
    runner.running = None
    runner.cancel()


def test_an_answer_may_be_an_error_and_does_not_count_as_a_round():
    rounds = []

    def ask(call):
        rounds.append(call.round)
        error = "no" if len(rounds) == 2 else ""
        return BarrierAnswer(ATTEMPT, call.round, (call.message,), error)

    barrier = Barrier(ATTEMPT, ask)
    assert barrier.meet("allGather", "a") == ("a",)
    with pytest.raises(BarrierError, match="no"):
        barrier.meet("barrier")
    assert barrier.addresses() == ("",)
    barrier.meet("barrier")
    assert rounds == [0, 1, 1, 1]
