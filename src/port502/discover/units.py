"""What the answer to one harmless read says about a unit: a device, a gateway's word for it, or nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from port502.errors import DeviceError, NoReplyError, Port502Error, ProtocolError
from port502.protocol.codes import GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_FAILED, exception_name

UNLIKELY = (201, 247)
"""Unit ids that hardly any device is set to: who answers at both answers at all of them."""


class UnitClass(StrEnum):
    """What stands behind a unit id."""

    DEVICE = "device"
    ANY_UNIT = "any-unit"
    SAME_DEVICE = "same-device"
    GATEWAY_SILENT = "gateway-silent"
    GATEWAY_NO_PATH = "gateway-no-path"
    SILENT = "silent"
    BROKEN = "broken"

    @property
    def is_device(self) -> bool:
        """Whether something answers there itself."""
        return self in (UnitClass.DEVICE, UnitClass.ANY_UNIT)

    @property
    def is_gateway(self) -> bool:
        """Whether a gateway said that nothing answers there."""
        return self in (UnitClass.GATEWAY_SILENT, UnitClass.GATEWAY_NO_PATH)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one question: its data, or its error; ``took`` in seconds."""

    unit: int
    data: bytes = b""
    error: Port502Error | None = None
    took: float = 0.0

    @property
    def kind(self) -> UnitClass:
        """The class of a unit that answers so. The exceptions 0A and 0B are a gateway's, not a device's."""
        error = self.error
        if error is None:
            return UnitClass.DEVICE
        if isinstance(error, DeviceError):
            if error.code == GATEWAY_PATH_UNAVAILABLE:
                return UnitClass.GATEWAY_NO_PATH
            return UnitClass.GATEWAY_SILENT if error.code == GATEWAY_TARGET_FAILED else UnitClass.DEVICE
        if isinstance(error, ProtocolError):
            return UnitClass.BROKEN
        return UnitClass.SILENT

    @property
    def exception(self) -> int | None:
        """The exception code, where it was one."""
        return self.error.code if isinstance(self.error, DeviceError) else None

    @property
    def proof(self) -> str:
        """What was seen, in words; empty for silence."""
        if self.error is None:
            return "read answered"
        if isinstance(self.error, DeviceError):
            return f"exception {self.error.code}, {exception_name(self.error.code)}"
        return "" if isinstance(self.error, NoReplyError) else str(self.error)

    def same_as(self, other: Answer) -> bool:
        """Whether both units gave the same answer; what a value does between two reads is no difference."""
        return self.kind is other.kind and self.exception == other.exception


def answers_any_unit(answers: Mapping[int, Answer]) -> bool:
    """Whether units that hardly anybody has answer just like those that somebody may have."""
    unlikely = [answers[unit] for unit in UNLIKELY if unit in answers]
    others = [one for unit, one in answers.items() if unit not in UNLIKELY and one.kind is UnitClass.DEVICE]
    if len(unlikely) < len(UNLIKELY) or not others:
        return False
    return all(one.kind is UnitClass.DEVICE and one.same_as(others[0]) for one in unlikely)


def silent_units(answers: Iterable[Answer]) -> list[int]:
    """The units at which nobody said anything."""
    return sorted(one.unit for one in answers if one.kind is UnitClass.SILENT)


@dataclass(slots=True)
class Patience:
    """How long to wait for an answer: at most ``ceiling``, and three times the slowest answer once there was one."""

    ceiling: float
    floor: float
    slowest: float = 0.0

    def heard(self, took: float) -> None:
        """An answer came after so many seconds."""
        self.slowest = max(self.slowest, took)

    def stretch(self, least: float) -> None:
        """An answer came after its time was up: wait at least so long from now on."""
        self.ceiling = max(self.ceiling, least)
        self.floor = max(self.floor, least)

    @property
    def timeout(self) -> float:
        """Seconds to wait for the next answer."""
        if not self.slowest:
            return self.ceiling
        return min(self.ceiling, max(self.floor, 3 * self.slowest))
