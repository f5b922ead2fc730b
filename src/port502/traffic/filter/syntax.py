"""What a filter says, as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Named:
    """A field, or its bytes from a slice, or its number of values, length or letters (``function``)."""

    name: str
    column: int
    slice: str | None = None
    function: str = ""
    mask: Literal_ | None = None


@dataclass(frozen=True, slots=True)
class Literal_:  # noqa: N801 (typing has the plain name)
    """A value as it was written; ``quoted`` when between quotes."""

    text: str
    column: int
    quoted: bool = False


Operand: TypeAlias = "Named | Literal_"


@dataclass(frozen=True, slots=True)
class Present:
    """True where the field is there."""

    field: Named


@dataclass(frozen=True, slots=True)
class Comparison:
    """``sign`` is == != === !== > < >= <= contains or matches; ``quantifier`` is any, all or nothing."""

    left: Operand
    sign: str
    right: Operand
    column: int
    quantifier: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """True where a value is one of the members, each a value or a range."""

    field: Named
    members: tuple[tuple[Literal_, Literal_ | None], ...]
    column: int
    quantifier: str = ""


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Both:
    """Several joined by ``sign``: && || or ^^."""

    sign: str
    parts: tuple[Node, ...]


Node: TypeAlias = "Present | Comparison | Membership | Not | Both"
