"""How a product is recognised: rules about what it answers, without asking anything themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from port502.registers.reference import Table
from port502.registers.values import DecodeError, decode_value, width_of

KINDS = ("fc43", "register_string", "register_in", "register_known", "sunspec", "server_id")


@dataclass(frozen=True, slots=True)
class TextRule:
    """What a text must be: any of these conditions that is said must hold; case does not matter."""

    equals: str = ""
    contains: str = ""
    one_of: tuple[str, ...] = ()
    regex: str = ""

    def fits(self, text: str) -> bool:
        """Whether a text is as it must be."""
        text = text.strip("\0 ").lower()
        return (
            (not self.equals or text == self.equals.lower())
            and self.contains.lower() in text
            and (not self.one_of or text in {one.lower() for one in self.one_of})
            and (not self.regex or re.search(self.regex, text, re.IGNORECASE) is not None)
        )


@dataclass(frozen=True, slots=True)
class Fc43Rule:
    """Identification objects (43/14) by their number: 0 vendor, 1 product code, 2 revision, 4 name, 5 model."""

    objects: tuple[tuple[int, TextRule], ...]

    def fits(self, objects: Mapping[int, bytes]) -> bool:
        """Whether a device with these objects is meant."""
        return all(
            number in objects and rule.fits(objects[number].decode("latin-1"))
            for number, rule in self.objects
        )


@dataclass(frozen=True, slots=True)
class RegisterRule:
    """Registers that hold one of some ``values``, or a text, or anything at all when nothing is said."""

    table: Table
    address: int
    type: str = "uint16"
    order: str = "abcd"
    length: int | None = None
    values: tuple[int, ...] = ()
    text: TextRule | None = None

    @property
    def count(self) -> int:
        """How many registers have to be read."""
        return width_of(self.type, self.length)

    def fits(self, registers: Sequence[int]) -> bool:
        """Whether a device that holds these registers there is meant."""
        data = b"".join(register.to_bytes(2, "big") for register in registers)
        if len(data) != 2 * self.count:
            return False
        try:
            value = decode_value(self.type, self.order, data, self.length)
        except DecodeError:
            return False
        if self.text is not None:
            return isinstance(value, str) and self.text.fits(value)
        return not self.values or value in self.values


@dataclass(frozen=True, slots=True)
class SunSpecRule:
    """A SunSpec device: of these makers and models of its common model, and with these information models."""

    bases: tuple[int, ...] = (40000, 50000, 0)
    models: tuple[int, ...] = ()
    manufacturer: TextRule | None = None
    model: TextRule | None = None

    def fits(self, manufacturer: str, model: str, models: Sequence[int]) -> bool:
        """Whether a device with this common model and these information models is meant."""
        return (
            (self.manufacturer is None or self.manufacturer.fits(manufacturer))
            and (self.model is None or self.model.fits(model))
            and set(self.models) <= set(models)
        )


@dataclass(frozen=True, slots=True)
class ServerIdRule:
    """The answer to function 17."""

    text: TextRule

    def fits(self, data: bytes) -> bool:
        """Whether a device that answers this is meant."""
        return self.text.fits(data.decode("latin-1"))


Rule: TypeAlias = "Fc43Rule | RegisterRule | SunSpecRule | ServerIdRule"
Fingerprint: TypeAlias = "tuple[tuple[Rule, ...], ...]"
"""Alternatives, each a conjunction: a device is recognised when all rules of any of them fit."""
