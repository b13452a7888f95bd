"""Where tasks of a barrier stage meet: who is answered what, and when."""

from hypothesis import given
from hypothesis import strategies as st

from pyrite.core.barrier import ADDRESSES, BarrierAnswer, BarrierCall
from pyrite.core.ids import AttemptId
from pyrite.driver.rendezvous import Rendezvous

STAGE = 7


def attempt(partition, number=0):
    return AttemptId(STAGE, partition, number)


def call(partition, round=0, method="barrier", message="", number=0):
    return BarrierCall(attempt(partition, number), round, method, message)


def launched(size, *, timeout=0.0, number=0, rendezvous=None):
    """A stage whose task of partition p runs on worker 10 + p."""
    meeting = rendezvous or Rendezvous(timeout)
    for partition in range(size):
        meeting.launched(attempt(partition, number), 10 + partition, f"node:{partition}", size)
    return meeting


def errors(answers):
    return {answer.error for _, answer in answers}


def test_the_last_to_come_sets_all_free_with_the_messages_by_partition():
    meeting = launched(3)
    assert meeting.called(call(2, method="allGather", message="c"), 0) == []
    assert meeting.called(call(0, method="allGather", message="a"), 0) == []
    answers = meeting.called(call(1, method="allGather", message="b"), 0)
    assert answers == [(10 + p, BarrierAnswer(attempt(p), 0, ("a", "b", "c"))) for p in range(3)]


@given(st.lists(st.permutations(range(4)), min_size=1, max_size=5))
def test_rounds_never_mix(orders):
    meeting = launched(4)
    for round, order in enumerate(orders):
        for place, partition in enumerate(order):
            answers = meeting.called(call(partition, round, message=f"{round}"), 0)
            assert len(answers) == (4 if place == 3 else 0)
        assert {answer.values for _, answer in answers} == {(f"{round}",) * 4}
        assert {answer.round for _, answer in answers} == {round}


def test_where_tasks_run_is_answered_at_once():
    meeting = launched(2)
    [(worker, answer)] = meeting.called(call(1, method=ADDRESSES), 0)
    assert (worker, answer.values) == (11, ("node:0", "node:1"))


def test_a_task_that_ends_early_leaves_nobody_waiting():
    meeting = launched(3)
    meeting.called(call(1), 0)
    answers = meeting.ended(attempt(0))
    assert [worker for worker, _ in answers] == [11]
    [error] = errors(answers)
    assert "the task of partition 0 ended after 0 calls" in error
    assert "the task of partition 1 would wait for ever" in error
    assert [worker for worker, _ in meeting.called(call(2), 0)] == [12]


def test_tasks_that_end_after_as_many_rounds_disturb_nobody():
    meeting = launched(2)
    for partition in range(2):
        meeting.called(call(partition), 0)
    assert meeting.ended(attempt(0)) == meeting.ended(attempt(1)) == []


def test_different_methods_do_not_meet():
    meeting = launched(2)
    meeting.called(call(0, method="allGather"), 0)
    answers = meeting.called(call(1, method="barrier"), 0)
    assert [worker for worker, _ in answers] == [10, 11]
    assert "some tasks of the barrier stage called allGather(), others barrier()" in str(answers)


def test_calls_of_a_try_that_was_given_up_are_not_answered():
    meeting = launched(2)
    meeting.called(call(0), 0)
    launched(2, number=1, rendezvous=meeting)
    assert meeting.called(call(1), 0) == meeting.ended(attempt(1)) == []
    assert meeting.called(call(0, number=1), 0) == []
    assert len(meeting.called(call(1, number=1), 0)) == 2
    meeting.forget(STAGE)
    assert meeting.called(call(0, 1, number=1), 0) == meeting.ended(attempt(0, 1)) == []


def test_waiting_has_a_limit_if_one_is_set():
    meeting = launched(3, timeout=5.0)
    assert meeting.next_due() is None
    meeting.called(call(0), 100.0)
    meeting.called(call(2), 104.0)
    assert meeting.next_due() == 105.0
    assert meeting.overdue(104.9) == []
    answers = meeting.overdue(105.0)
    assert [worker for worker, _ in answers] == [10, 12]
    assert errors(answers) == {
        "waited for 5 s (pyrite.barrier.timeout); the task of partition 1 did not come"
    }
    assert meeting.next_due() is None


def test_without_a_limit_nothing_is_ever_due():
    meeting = launched(2)
    meeting.called(call(0), 0.0)
    assert meeting.next_due() is None
    assert meeting.overdue(1e12) == []
