"""Models with a past: steps, pauses and clocks that go back."""

from __future__ import annotations

from port502.simulate.models.model import MOST_STEPS, Evolving, Readings, approach


class Counted(Evolving):
    longest_step = 10.0

    def begin(self, time: float) -> None:
        self.steps: list[float] = []
        self.passed = 0.0

    def step(self, time: float, seconds: float) -> None:
        self.steps.append(seconds)
        self.passed += seconds

    def readings(self, time: float) -> Readings:
        return {"passed": self.passed}


def test_time_passes_in_steps_only_when_somebody_looks() -> None:
    model = Counted()
    assert model.at(1000.0) == {"passed": 0.0}
    assert model.at(1025.0) == {"passed": 25.0}
    assert len(model.steps) == 3
    assert max(model.steps) <= 10.0


def test_the_same_moment_is_the_same_reading() -> None:
    model = Counted()
    model.at(0.0)
    assert model.at(5.0) == model.at(5.0)


def test_a_clock_that_goes_back_is_waited_for() -> None:
    model = Counted()
    model.at(1000.0)
    model.at(1100.0)
    assert model.at(500.0) == {"passed": 100.0}
    assert model.at(1101.0) == {"passed": 101.0}


def test_a_long_pause_takes_a_bounded_number_of_steps() -> None:
    model = Counted()
    model.at(0.0)
    assert round(model.at(1e7)["passed"]) == 1e7
    assert len(model.steps) == MOST_STEPS


def test_approaching_does_not_overshoot() -> None:
    assert approach(0.0, 10.0, 3.0) == 3.0
    assert approach(9.0, 10.0, 3.0) == 10.0
    assert approach(0.0, -10.0, 3.0) == -3.0


def test_a_model_takes_no_writes_unless_it_says_so() -> None:
    assert not Counted().take("speed_setpoint", 1.0, 0.0)
