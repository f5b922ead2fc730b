"""What is scanned: addresses, networks, ranges and names, less what is left out. Nothing is looked up or sent here."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from port502.errors import UsageError

Address: TypeAlias = "IPv4Address | IPv6Address"
Interval: TypeAlias = "tuple[int, int]"

MOST_ADDRESSES = 1 << 20
"""More than a /12 is no scan of one plant any more."""

MOST_IPV6 = 1 << 16
SHARED = ip_network("100.64.0.0/10")
"""Addresses between a provider and its customers (RFC 6598): neither public nor one's own."""

_SHORT_RANGE = re.compile(r"(?P<first>\d+\.\d+\.\d+\.\d+)-(?P<last>\d+(?:\.\d+\.\d+\.\d+)?)", re.ASCII)
_WITH_PORT = re.compile(r"[A-Za-z0-9_.-]+:\d{1,5}", re.ASCII)
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_.])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Targets:
    """Addresses in ascending order, as intervals that do not touch, and names that have yet to be looked up.

    ``scopes`` are the zones of link-local IPv6 addresses (``fe80::1%eth0``). ``wide`` are IPv6 networks that are
    too large to be tried address by address: of them, the neighbours that are known can be scanned.
    """

    four: tuple[Interval, ...] = ()
    six: tuple[Interval, ...] = ()
    names: tuple[str, ...] = ()
    scopes: Mapping[int, str] = field(default_factory=dict)
    wide: tuple[IPv6Network, ...] = ()

    def __len__(self) -> int:
        """How many addresses and names there are; one of a wide network counts when it is known."""
        return sum(last - first + 1 for first, last in (*self.four, *self.six)) + len(self.names)

    def __iter__(self) -> Iterator[str]:
        """Every address, then every name; made one by one, so that a large network takes no memory."""
        for first, last in self.four:
            for number in range(first, last + 1):
                yield str(IPv4Address(number))
        for first, last in self.six:
            for number in range(first, last + 1):
                scope = self.scopes.get(number)
                yield f"{IPv6Address(number)}%{scope}" if scope else str(IPv6Address(number))
        yield from self.names

    def __contains__(self, address: Address) -> bool:
        return _holds(self.four if address.version == 4 else self.six, int(address))

    def public(self) -> list[str]:
        """The intervals that hold addresses that are neither private nor local, in words."""
        found = []
        for intervals, kind in ((self.four, IPv4Address), (self.six, IPv6Address)):
            for first, last in intervals:
                low, high = kind(first), kind(last)
                if not (_is_own(low) and _is_own(high) and _same_block(low, high)):
                    found.append(str(low) if low == high else f"{low}-{high}")
        return found


def parse_targets(words: Iterable[str], exclude: Iterable[str] = ()) -> Targets:
    """The targets that words name: an address, a network, 10.0.0.1-20, 10.0.0.1-10.0.1.9, or a host's name.

    ``exclude`` takes the same words. A network of IPv4 stands for its hosts: without its own and the broadcast
    address. Raises UsageError for a word that is none of these, and for more than 1,048,576 addresses.
    """
    wanted, unwanted = _Words(), _Words(is_exclusion=True)
    for word in words:
        wanted.take(word)
    for word in exclude:
        unwanted.take(word)
    four = _without(merged(wanted.four), merged(unwanted.four))
    six = _without(merged(wanted.six), merged(unwanted.six))
    names = tuple(dict.fromkeys(name for name in wanted.names if name not in set(unwanted.names)))
    found = Targets(four, six, names, wanted.scopes, tuple(dict.fromkeys(wanted.wide)))
    if len(found) > MOST_ADDRESSES:
        raise UsageError(
            f"{len(found):,} addresses are more than one scan takes ({MOST_ADDRESSES:,}); name smaller networks"
        )
    return found


def read_list(lines: Iterable[str]) -> list[str]:
    """The words of a list: one or several per line, ``#`` begins a comment."""
    return [word for line in lines for word in line.partition("#")[0].replace(",", " ").split()]


def parse_numbers(text: str, what: str, lowest: int, highest: int) -> tuple[int, ...]:
    """The numbers of a list such as ``1-10,247``, each once, in order; raises UsageError."""
    found: dict[int, None] = {}
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        ends = (first, last if dash else first)
        if not all(end.isascii() and end.isdigit() and lowest <= int(end) <= highest for end in ends):
            raise UsageError(
                f"{part[:40]!r} is no {what}: numbers from {lowest} to {highest}, such as 1-10,247"
            )
        if int(ends[0]) > int(ends[1]):
            raise UsageError(f"{part!r} runs backwards; write {ends[1]}-{ends[0]}")
        found.update(dict.fromkeys(range(int(ends[0]), int(ends[1]) + 1)))
    return tuple(found)


def numbers_text(numbers: Iterable[int]) -> str:
    """The same in words, runs drawn together: ``1-10,247``."""
    runs = merged([(number, number) for number in numbers])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in runs)


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Intervals in ascending order, those that overlap or touch made one."""
    made: list[Interval] = []
    for first, last in sorted(intervals):
        if made and first <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], last))
        else:
            made.append((first, last))
    return tuple(made)


class _Words:
    """Takes words apart and collects what they mean."""

    def __init__(self, *, is_exclusion: bool = False) -> None:
        self.four: list[Interval] = []
        self.six: list[Interval] = []
        self.names: list[str] = []
        self.scopes: dict[int, str] = {}
        self.wide: list[IPv6Network] = []
        self._is_exclusion = is_exclusion

    def take(self, word: str) -> None:
        if "/" in word:
            self._network(word)
        elif match := _SHORT_RANGE.fullmatch(word):
            self._range(word, match["first"], match["last"])
        elif word.strip("[]").partition("%")[0].replace(".", "").isdigit() or ":" in word:
            self._address(word)
        elif _NAME.fullmatch(word):
            self.names.append(word)
        else:
            raise _unclear(word)

    def _network(self, word: str) -> None:
        try:
            network = ip_network(word, strict=False)
        except ValueError:
            raise _unclear(word) from None
        first, last = int(network.network_address), int(network.broadcast_address)
        if network.version == 4:
            hosts = network.prefixlen >= 31 or self._is_exclusion
            self.four.append((first, last) if hosts else (first + 1, last - 1))
        elif network.num_addresses > MOST_IPV6 and not self._is_exclusion:
            self.wide.append(network)
        else:
            self.six.append((first, last))

    def _range(self, word: str, first: str, last: str) -> None:
        last = last if "." in last else f"{first.rpartition('.')[0]}.{last}"
        try:
            ends = int(IPv4Address(first)), int(IPv4Address(last))
        except ValueError:
            raise _unclear(word) from None
        if ends[0] > ends[1]:
            raise UsageError(f"{word} runs backwards; write {last}-{first}")
        self.four.append(ends)

    def _address(self, word: str) -> None:
        text, _, scope = word.removeprefix("[").removesuffix("]").partition("%")
        try:
            address = ip_address(text)
        except ValueError:
            raise _unclear(word) from None
        number = int(address)
        (self.four if address.version == 4 else self.six).append((number, number))
        if scope:
            self.scopes[number] = scope


def _unclear(word: str) -> UsageError:
    if _WITH_PORT.fullmatch(word):
        host, _, port = word.rpartition(":")
        return UsageError(f"{word[:60]!r} names a port too; what is scanned is {host}, with --ports {port}")
    return UsageError(
        f"{word[:60]!r} names nothing to scan: an address, a network such as 192.168.1.0/24, a range such as"
        " 192.168.1.10-20, or a host's name"
    )


def _without(intervals: Sequence[Interval], holes: Sequence[Interval]) -> tuple[Interval, ...]:
    left: list[Interval] = []
    for first, last in intervals:
        for low, high in holes:
            if high < first or low > last:
                continue
            if low > first:
                left.append((first, low - 1))
            first = high + 1
        if first <= last:
            left.append((first, last))
    return tuple(left)


def _holds(intervals: Sequence[Interval], number: int) -> bool:
    place = bisect_right(intervals, (number, 1 << 128)) - 1
    return place >= 0 and intervals[place][1] >= number


def _is_own(address: Address) -> bool:
    return address.is_private and not address.is_multicast and address not in SHARED


def _same_block(low: Address, high: Address) -> bool:
    """Whether both lie so near that what holds for the ends holds for all between them: in one /8, or IPv6 /16."""
    shift = 24 if low.version == 4 else 112
    if int(low) >> shift != int(high) >> shift:
        return False
    # The private blocks below a whole /8 are 172.16/12 and 192.168/16, with public neighbours in their /8.
    return low.version == 6 or int(low) >> 24 in (10, 127) or _private_block(low) == _private_block(high)


def _private_block(address: Address) -> int:
    number = int(address)
    return number >> 20 if number >> 24 == 172 else number >> 16
