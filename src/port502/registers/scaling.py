"""Raw register values to engineering values and back, without the dust of binary fractions.

A scale is what its decimal text says: 0.1 is one tenth, and 2317 * 0.1 is 231.7, not 231.70000000000002. So
whole raw values are scaled in integers and divided once at the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from port502.errors import UsageError
from port502.registers.values import shown

Scaler: TypeAlias = "Callable[[float], float]"

_HIGHEST_EXACT = 1 << 53


def scaler(scale: float, offset: float, whole: bool) -> Scaler | None:
    """The function raw -> raw * scale + offset, None where nothing changes.

    ``whole`` says that raw values are integers; they stay integers when scale and offset are whole numbers.
    Raises UsageError for a scale of zero and for anything that is not finite.
    """
    if not math.isfinite(scale) or not math.isfinite(offset) or scale == 0:
        raise UsageError(f"a scale is finite and not zero and an offset is finite, got {scale} and {offset}")
    if scale == 1 and offset == 0:
        return None
    factor, shift = _exact(scale), _exact(offset)
    return _whole_scaler(factor, shift) if whole else _float_scaler(factor, scale, offset)


def _whole_scaler(factor: Fraction, shift: Fraction) -> Scaler:
    under = math.lcm(factor.denominator, shift.denominator)
    times, plus = int(factor * under), int(shift * under)
    if under == 1:
        return lambda raw: raw * times + plus
    if plus == 0:
        return (lambda raw: raw / under) if times == 1 else (lambda raw: raw * times / under)
    return lambda raw: (raw * times + plus) / under


def _float_scaler(factor: Fraction, scale: float, offset: float) -> Scaler:
    if max(abs(factor.numerator), factor.denominator) > _HIGHEST_EXACT:
        return lambda raw: raw * scale + offset
    times, under = float(factor.numerator), float(factor.denominator)
    return lambda raw: raw * times / under + offset


def _exact(value: float) -> Fraction:
    """A number as its decimal text says."""
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def unscaled(value: float, scale: float, offset: float, whole: bool) -> float:
    """The raw value of an engineering value: (value - offset) / scale, for ``whole`` the nearest integer.

    Raises UsageError for NaN and infinity, which no caller means to write.
    """
    finite = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    if isinstance(value, bool) or not finite:
        raise UsageError(f"a number is needed, got {shown(value)}")
    if scale == 1 and offset == 0 and not whole:
        return value
    raw = (_exact(value) - _exact(offset)) / _exact(scale)
    if whole:
        return math.floor(raw + Fraction(1, 2))
    try:
        return float(raw)
    except OverflowError:
        raise UsageError("a number is needed that a float can hold, 1.797e308 at most") from None
