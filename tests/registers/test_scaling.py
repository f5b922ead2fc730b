"""Scaling: decimal factors mean what their text says."""

from __future__ import annotations

import math

import pytest

from port502.errors import UsageError
from port502.registers.scaling import scaler, unscaled


@pytest.mark.parametrize(
    ("raw", "scale", "offset", "value"),
    [
        (2317, 0.1, 0.0, 231.7),
        (3, 0.1, 0.0, 0.3),
        (7, 0.7, 0.0, 4.9),
        (5, 0.01, -40.0, -39.95),
        (1, 0.1, 0.2, 0.3),
        (29, 0.001, 0.0, 0.029),
        (-5, 0.1, 0.0, -0.5),
        (3, 0.25, 0.0, 0.75),
        (3, 1e-05, 0.0, 3e-05),
    ],
)
def test_no_dust(raw: int, scale: float, offset: float, value: float) -> None:
    scale_one = scaler(scale, offset, whole=True)
    assert scale_one is not None
    assert repr(scale_one(raw)) == repr(value)


def test_nothing_to_do_is_nothing_done() -> None:
    assert scaler(1.0, 0.0, whole=True) is None
    assert scaler(1, 0, whole=False) is None


def test_whole_factors_keep_integers_whole_beyond_what_a_float_holds() -> None:
    tenfold = scaler(10.0, 3.0, whole=True)
    assert tenfold is not None
    value = tenfold(2**60 + 1)
    assert value == 10 * (2**60 + 1) + 3
    assert isinstance(value, int)


def test_floats_are_scaled_without_rounding_their_own_digits_away() -> None:
    tenth = scaler(0.1, 0.0, whole=False)
    assert tenth is not None
    assert tenth(23.456) == 2.3456
    assert math.isnan(tenth(math.nan))


def test_a_factor_with_sixteen_digits_works_both_ways() -> None:
    for whole in (True, False):
        third = scaler(0.3333333333333333, 0.0, whole)
        assert third is not None
        assert third(3) == pytest.approx(1.0, rel=1e-15)


@pytest.mark.parametrize(
    ("scale", "offset"), [(0.0, 0.0), (math.nan, 0.0), (math.inf, 0.0), (1.0, math.nan), (1.0, -math.inf)]
)
def test_scales_that_mean_nothing_are_refused(scale: float, offset: float) -> None:
    with pytest.raises(UsageError, match="finite"):
        scaler(scale, offset, whole=True)


@pytest.mark.parametrize(
    ("value", "scale", "offset", "raw"),
    [
        (231.7, 0.1, 0.0, 2317),
        (231.74, 0.1, 0.0, 2317),
        (231.75, 0.1, 0.0, 2318),
        (0.3, 0.1, 0.0, 3),
        (-39.95, 0.01, -40.0, 5),
        (-0.5, 0.1, 0.0, -5),
        (2**60, 1.0, 0.0, 2**60),
    ],
)
def test_back_to_the_nearest_raw_integer(value: float, scale: float, offset: float, raw: int) -> None:
    result = unscaled(value, scale, offset, whole=True)
    assert result == raw
    assert isinstance(result, int)


def test_a_number_beyond_all_floats_is_refused() -> None:
    with pytest.raises(UsageError, match="a float can hold"):
        unscaled(10**400, 0.1, 0.0, whole=False)


def test_back_to_a_raw_float() -> None:
    assert unscaled(2.3456, 0.1, 0.0, whole=False) == 23.456
    assert unscaled(2.5, 1.0, 0.0, whole=False) == 2.5


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, "1", None])
def test_h288_only_finite_numbers_go_back(value: object) -> None:
    with pytest.raises(UsageError, match="number is needed"):
        unscaled(value, 0.1, 0.0, whole=True)  # type: ignore[arg-type]
