"""Which exchanges somebody wants to see: of a unit, of a function, those that went wrong, or what a text says."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from port502.protocol.codes import EXCEPTION_BIT
from port502.site.overheard import answer_of, is_wrong
from port502.site.traffic import Exchange
from port502.traffic.filter.compiled import Filter, compile_filter
from port502.traffic.words import said

_LANGUAGE = re.compile(r"\b(modbus|mbtcp|tcp|ip|frame)\b(\.\w|\s*$)")
"""What shows that a text is a display filter of Wireshark's."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """What somebody wants to see; ``text`` is a part of what is said or of the bytes (hex), or a display filter.

    Raises FilterError for a display filter that is none.
    """

    unit: int | None = None
    function: int | None = None
    errors: bool = False
    text: str = ""
    patience: float = 1.0
    clock: Callable[[], int] = time.time_ns
    _filter: Filter | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if _LANGUAGE.search(self.text):
            object.__setattr__(self, "_filter", compile_filter(self.text))

    def __call__(self, exchange: Exchange) -> bool:
        """Whether an exchange is among them."""
        first = exchange.first
        if self.unit is not None and first.unit_id != self.unit:
            return False
        if self.function is not None and (first.function or 0) & ~EXCEPTION_BIT != self.function:
            return False
        if self.errors and not is_wrong(exchange, self.patience, self.clock()):
            return False
        if self._filter is not None:
            return any(self._filter(packet) for packet in exchange.packets)
        return not self.text.strip() or self._says(exchange)

    def _says(self, exchange: Exchange) -> bool:
        wanted = self.text.strip().lower()
        known = [one for one in (exchange.request, exchange.response) if one is not None]
        words = [said(one).lower() for one in known]
        words.append(answer_of(exchange, self.patience, self.clock()))
        bytes_ = [one.adu.hex() for one in known]
        pressed = wanted.replace(" ", "")
        return any(wanted in one for one in words) or any(pressed in one for one in bytes_)
