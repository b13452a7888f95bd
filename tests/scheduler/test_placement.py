"""Which worker runs which task."""

from __future__ import annotations

from tests.scheduler.desk import REDUCE, Desk, chain, launched

from pyrite.core.ids import worker_place
from pyrite.core.lean import replace
from pyrite.core.outcome import Cause
from pyrite.core.specs import JobSpec


def test_one_task_at_a_time_on_the_longest_idle_worker_first() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    assert launched(desk.submit(chain(2))) == [(1, (REDUCE, 0, 0)), (2, (REDUCE, 1, 0))]


def test_tasks_go_where_their_input_lies() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.join(2, node="b")
    spec = chain(2, preferred={0: ("b",), 1: ("a",)})
    assert launched(desk.submit(spec)) == [(1, (REDUCE, 1, 0)), (2, (REDUCE, 0, 0))]


def test_a_freed_worker_takes_a_local_task_before_an_earlier_one() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.submit(chain(4, preferred={2: ("a",), 3: ("a", "b")}))
    order = [desk.running[1].attempt.partition]
    while desk.running:
        desk.succeed(1)
        order += [launch.attempt.partition for launch in desk.running.values()]
    assert order == [2, 3, 0, 1]


def test_a_task_goes_to_the_one_worker_that_holds_its_input() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    spec = chain(2, preferred={0: (worker_place(3),), 1: (worker_place(2),)})
    assert launched(desk.submit(spec)) == [(3, (REDUCE, 0, 0)), (2, (REDUCE, 1, 0))]


def test_a_worker_takes_a_task_of_its_own_before_one_of_its_node() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    places = {0: ("a",), 1: ("a",), 2: (worker_place(1),), 3: ("a", worker_place(2))}
    assert launched(desk.submit(chain(4, preferred=places))) == [
        (1, (REDUCE, 2, 0)), (2, (REDUCE, 3, 0)), (3, (REDUCE, 0, 0)),
    ]  # fmt: skip


def test_a_freed_worker_takes_a_task_of_its_own_before_one_of_its_node() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(3, preferred={1: ("a",), 2: (worker_place(1),)}))
    order = [desk.running[1].attempt.partition]
    while desk.running:
        order += [attempt[1] for _, attempt in launched(desk.succeed(1))]
    assert order == [2, 1, 0]


def test_a_task_may_prefer_workers_and_nodes() -> None:
    desk = Desk(locality_wait=3.0)
    desk.join(1, node="a")
    desk.submit(chain(1, preferred={0: (worker_place(7), "b")}))
    assert launched(desk.join(2, node="b")) == [(2, (REDUCE, 0, 0))]
    assert launched(desk.fail(2)) == [(2, (REDUCE, 0, 1))]


def test_an_idle_worker_holds_out_for_a_task_of_its_own() -> None:
    desk = Desk(locality_wait=3.0)
    desk.join(1)
    assert launched(desk.submit(chain(1, preferred={0: (worker_place(2),)}))) == []
    assert launched(desk.join(2)) == [(2, (REDUCE, 0, 0))]


def test_a_task_that_is_tried_again_goes_to_the_worker_that_holds_its_input() -> None:
    desk = Desk()
    desk.join(1, 2, 3)
    desk.submit(chain(1, preferred={0: (worker_place(2), worker_place(3))}))
    assert launched(desk.lose(2)) == [(3, (REDUCE, 0, 1))]  # though 1 is idle for as long


def test_the_worker_that_completes_a_stage_may_run_what_this_makes_ready() -> None:
    desk = Desk()
    desk.join(1, 2)
    first, last = chain(1, 1).stages
    last = replace(last, preferred={0: (worker_place(1),)})
    desk.submit(JobSpec(0, (first, last)))
    assert launched(desk.succeed(1)) == [(1, (REDUCE, 0, 0))]  # though 2 was idle before


def test_tasks_that_run_anywhere_are_taken_before_those_of_another_node() -> None:
    desk = Desk()
    desk.join(1, node="a")
    desk.submit(chain(2, preferred={0: ("b",)}))
    assert launched(desk.said) == [(1, (REDUCE, 1, 0))]


def test_an_idle_worker_holds_out_for_local_tasks_then_takes_any() -> None:
    desk = Desk(locality_wait=3.0)
    desk.now = 10.0
    desk.join(1, node="a")
    assert launched(desk.submit(chain(1, preferred={0: ("b",)}))) == []
    assert desk.state.next_tick(10.0) == 13.0
    assert launched(desk.tick(12.9)) == []
    assert launched(desk.tick(13.0)) == [(1, (REDUCE, 0, 0))]
    assert desk.state.next_tick(13.0) is None


def test_a_local_worker_need_not_wait() -> None:
    desk = Desk(locality_wait=3.0)
    desk.join(1, node="a")
    desk.submit(chain(1, preferred={0: ("b",)}))
    assert launched(desk.join(2, node="b")) == [(2, (REDUCE, 0, 0))]


def test_a_waiting_worker_still_takes_tasks_without_a_preference() -> None:
    desk = Desk(locality_wait=3.0)
    desk.join(1, node="a")
    desk.submit(chain(1, preferred={0: ("b",)}))
    assert launched(desk.submit(chain(1, job=1))) == [(1, (REDUCE + 1, 0, 0))]


def test_a_failed_task_is_tried_again_on_another_idle_worker() -> None:
    desk = Desk()
    desk.join(1, 2)
    desk.submit(chain(1))
    assert launched(desk.fail(1)) == [(2, (REDUCE, 0, 1))]


def test_a_failed_task_is_left_to_another_worker_while_there_is_other_work() -> None:
    desk = Desk()
    desk.submit(chain(4))
    desk.join(1, 2)
    assert launched(desk.fail(1)) == [(1, (REDUCE, 2, 0))]
    assert launched(desk.succeed(2)) == [(2, (REDUCE, 0, 1))]


def test_a_failed_task_is_tried_again_on_the_only_worker() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(1))
    assert launched(desk.fail(1)) == [(1, (REDUCE, 0, 1))]


def test_a_worker_whose_loss_overtakes_its_join_never_works() -> None:
    desk = Desk()
    desk.submit(chain(1))
    desk.lose(1)
    assert desk.join(1) == []


def test_a_worker_does_not_come_back() -> None:
    desk = Desk()
    desk.join(1)
    desk.lose(1, Cause.WORKER_LOST)
    desk.submit(chain(1))
    assert desk.join(1) == []
    assert launched(desk.join(2)) == [(2, (REDUCE, 0, 0))]


def test_a_worker_that_joins_twice_is_one_worker() -> None:
    desk = Desk()
    desk.join(1)
    desk.submit(chain(2))
    assert desk.join(1) == []
