"""What may be written to a point, and how: checked before anything is sent."""

from __future__ import annotations

import math
from dataclasses import dataclass

from port502.errors import UsageError
from port502.registers.values import Value, shown

FUNCTIONS = (5, 6, 15, 16, 22)


@dataclass(frozen=True, slots=True)
class WriteRule:
    """What may be written to a point, in engineering units; None means no limit on that side.

    ``step`` counts from the minimum, else from zero. ``function`` is the code that the device wants, None for the
    usual one. ``note`` says what else happens. ``critical`` asks whoever writes on a screen to type the point's name.
    """

    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    function: int | None = None
    note: str = ""
    critical: bool = False

    def check(self, name: str, value: Value) -> None:
        """Raises UsageError, naming the limits, for a value outside of them: nothing may be sent then."""
        for one in value if isinstance(value, tuple | list) else (value,):
            if not isinstance(one, bool) and isinstance(one, int | float):
                self._check_number(name, one)

    def _check_number(self, name: str, value: float) -> None:
        low, high = self.minimum, self.maximum
        inside = (low is None or value >= low) and (high is None or value <= high)
        if not inside or not math.isfinite(value):
            limits = f"{'any' if low is None else f'{low:g}'} to {'any' if high is None else f'{high:g}'}"
            raise UsageError(f"{name}: {shown(value)} is outside its limits, {limits}; nothing was sent")
        if self.step:
            steps = (value - (low or 0.0)) / self.step
            if abs(steps - round(steps)) > 1e-6:
                raise UsageError(f"{name}: {shown(value)} is no multiple of {self.step:g}; nothing was sent")
