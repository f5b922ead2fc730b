"""Values as a filter writes them, read as what the field they are compared with holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from port502.traffic.filter.error import FilterError, nearest
from port502.traffic.filter.fields import FieldKind, Kind
from port502.traffic.filter.syntax import Literal_

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,20})")
_OTHER = re.compile(r"-?(0[xX][0-9a-fA-F]{1,16}|0[bB][01]{1,64}|0[0-7]{1,22})")
_SECONDS = re.compile(r"-?[0-9]{1,18}(\.[0-9]{0,18})?([eE][+-]?[0-9]{1,2})?")
_BYTES = re.compile(r"[0-9a-fA-F]{2}(?:[:.-]?[0-9a-fA-F]{2})*")
_TRUTHS = {"true": 1, "false": 0}
_LONGEST_PATTERN = 256
_MOST_REPEATS = 3
_MOST_CHOICES = 10
_CHOICE = re.compile(r"\||(?<![(*+?}])\?")
_REPEAT = re.compile(r"[*+]|\{\d*,\d*\}")


@dataclass(frozen=True, slots=True)
class Constant:
    """A value from ``low`` to ``high``, which are the same but for networks and ranges."""

    low: Any
    high: Any

    def holds(self, value: Any) -> bool:
        """Whether a field's value is it, or within it."""
        return bool(self.low <= value <= self.high)


def constant(literal: Literal_, field: FieldKind, kind: Kind) -> Constant:
    """The value of a literal beside a field; raises FilterError, with the column, where it is none of its kind."""
    if kind == "number" and field.names is not None and literal.quoted:
        found = field.names.get(literal.text.strip().lower())
        if found is None:
            known = nearest(literal.text.lower(), field.names)
            raise FilterError(literal.column, f"{literal.text[:60]!r} is no name of such a number{known}")
        return Constant(found, found)
    return _READERS[kind](literal)


def pattern(literal: Literal_) -> re.Pattern[bytes]:
    """A regular expression, as Wireshark has it without regard to case; raises FilterError for one that is none.

    One that could try for ever is refused: a repeat of what holds a repeat or a choice, more than three repeats, and
    more than ten choices.
    """
    text = literal.text
    if len(text) > _LONGEST_PATTERN:
        raise FilterError(literal.column, f"an expression has at most {_LONGEST_PATTERN} characters")
    plain = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "x", text)
    tries = len(_CHOICE.findall(plain))
    if len(_REPEAT.findall(plain)) > _MOST_REPEATS or tries > _MOST_CHOICES or _nests(plain):
        raise FilterError(
            literal.column, "this expression could try for ever: repeat less, and nothing that repeats"
        )
    try:
        return re.compile(text.encode("utf-8"), re.IGNORECASE | re.DOTALL)
    except (re.error, OverflowError, RecursionError, UnicodeEncodeError) as error:
        raise FilterError(literal.column, f"{text[:60]!r} is no regular expression: {error}") from None


def _nests(text: str) -> bool:
    """Whether a group that repeats, chooses or refers back is repeated itself."""
    opened: list[int] = []
    for at, sign in enumerate(text):
        if sign == "(":
            opened.append(at)
        elif sign == ")" and opened:
            inside = text[opened.pop() : at]
            repeated = text[at + 1 : at + 2] in ("*", "+", "{")
            if repeated and re.search(r"[*+?{|]", inside.removeprefix("(?")):
                return True
    return False


def _number(literal: Literal_) -> Constant:
    text = literal.text.lower()
    if text in _TRUTHS:
        return Constant(_TRUTHS[text], _TRUTHS[text])
    if _DECIMAL.fullmatch(text):
        value = int(text)
    elif _OTHER.fullmatch(text):
        sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text)
        value = sign * int(digits, {"x": 16, "b": 2}.get(digits[1], 8))
    else:
        raise FilterError(literal.column, f"{literal.text[:60]!r} is no number: write 107, 0x6b or 0b101")
    return Constant(value, value)


def _seconds(literal: Literal_) -> Constant:
    if not _SECONDS.fullmatch(literal.text):
        raise FilterError(literal.column, f"{literal.text[:60]!r} is no number of seconds: write 1 or 0.25")
    value = float(literal.text)
    return Constant(value, value)


def _bytes(literal: Literal_) -> Constant:
    text = literal.text
    if literal.quoted:
        value = text.encode()
    elif text[:2].lower() == "0x" and len(text) % 2 == 0 and _BYTES.fullmatch(text[2:]):
        value = bytes.fromhex(text[2:])
    elif _BYTES.fullmatch(text):
        value = bytes.fromhex(re.sub(r"[:.-]", "", text))
    else:
        raise FilterError(
            literal.column, f"{text[:60]!r} is no sequence of bytes: write 00:01:a5, or text in quotes"
        )
    return Constant(value, value)


def _text(literal: Literal_) -> Constant:
    return Constant(literal.text, literal.text)


def _ipv4(literal: Literal_) -> Constant:
    return _network(literal, IPv4Network, "an IPv4 address or network: write 192.168.1.10 or 10.0.0.0/8")


def _ipv6(literal: Literal_) -> Constant:
    return _network(literal, IPv6Network, "an IPv6 address or network: write fe80::1 or fd00::/8")


def _network(literal: Literal_, kind: type[IPv4Network] | type[IPv6Network], what: str) -> Constant:
    try:
        network = kind(literal.text.strip(), strict=False)
    except ValueError:
        raise FilterError(literal.column, f"{literal.text[:60]!r} is not {what}") from None
    return Constant(int(network.network_address), int(network.broadcast_address))


_READERS: dict[Kind, Callable[[Literal_], Constant]] = {
    "number": _number,
    "seconds": _seconds,
    "bytes": _bytes,
    "protocol": _bytes,
    "text": _text,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
}
