from port502.web.throttle import FORGET, FREE, LONGEST_WAIT, MOST, Throttle


def test_a_few_failures_cost_nothing_then_the_wait_doubles() -> None:
    throttle = Throttle()
    for _ in range(FREE - 1):
        throttle.failed(("host a",), 0.0)
    assert throttle.wait(("host a",), 0.0) == 0.0
    waits = []
    for _ in range(12):
        throttle.failed(("host a",), 0.0)
        waits.append(throttle.wait(("host a",), 0.0))
    assert waits[:4] == [2.0, 4.0, 8.0, 16.0]
    assert waits[-1] == LONGEST_WAIT
    assert throttle.wait(("host a",), 100.0) == LONGEST_WAIT - 100.0
    assert throttle.wait(("host b",), 0.0) == 0.0


def test_the_name_counts_as_well_as_the_address() -> None:
    throttle = Throttle()
    for number in range(FREE + 1):
        throttle.failed((f"host {number}", "name ann"), 0.0)
    assert throttle.wait(("host 99", "name ann"), 0.0) > 0
    assert throttle.wait(("host 99", "name bob"), 0.0) == 0


def test_success_and_time_forgive() -> None:
    throttle = Throttle()
    for _ in range(FREE):
        throttle.failed(("host a",), 0.0)
        throttle.failed(("host b",), 0.0)
    throttle.succeeded(("host a",))
    assert throttle.wait(("host a",), 0.0) == 0.0
    assert throttle.wait(("host b",), FORGET + 1) == 0.0
    throttle.failed(("host b",), FORGET + 1)
    assert throttle.wait(("host b",), FORGET + 1) == 0.0


def test_one_that_was_none_is_taken_back_and_the_others_stay() -> None:
    throttle = Throttle()
    for _ in range(FREE):
        throttle.failed(("host a",), 0.0)
    throttle.take_back("host a")
    throttle.take_back("host b")
    assert throttle.wait(("host a",), 0.0) == 0.0
    throttle.failed(("host a",), 0.0)
    assert throttle.wait(("host a",), 0.0) > 0.0


def test_what_is_remembered_is_bounded() -> None:
    throttle = Throttle()
    for number in range(MOST + 100):
        throttle.failed((f"host {number}",), float(number))
    assert len(throttle._failures) == MOST
