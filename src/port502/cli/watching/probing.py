"""Which addresses of a table a device answers for: read block by block, a refused block in halves down to one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from port502.cli.exits import Failed
from port502.cli.peer import Peer
from port502.errors import DeviceError, UsageError
from port502.protocol.bit_access import ReadCoilsRequest, ReadDiscreteInputsRequest
from port502.protocol.codes import ILLEGAL_FUNCTION
from port502.protocol.message import Request, Response
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadInputRegistersRequest
from port502.registers.reference import Reference, Table, parse_reference

BLOCK: Final = 64

_REQUESTS: dict[Table, Callable[[int, int], Request[Any]]] = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE: ReadDiscreteInputsRequest,
    Table.HOLDING: ReadHoldingRegistersRequest,
    Table.INPUT: ReadInputRegistersRequest,
}


@dataclass(slots=True)
class Probed:
    """How far a search is: ``found`` are the addresses that answered, in order, each with what it held."""

    table: Table
    first: int
    total: int
    done: int = 0
    requests: int = 0
    found: dict[int, int] = field(default_factory=dict)

    def ranges(self) -> Iterator[Reference]:
        """What was found, as few references as possible."""
        run: list[int] = []
        for address in sorted(self.found):
            if run and address != run[-1] + 1:
                yield Reference(self.table, run[0], len(run))
                run = []
            run.append(address)
        if run:
            yield Reference(self.table, run[0], len(run))


def range_of(text: str) -> Reference:
    """The addresses that a text names, such as ``holding:0..999``; raises UsageError for any other."""
    reference = parse_reference(text)
    if reference.type not in (None, "uint16"):
        raise UsageError(f"addresses are searched one by one: leave /{reference.type} out")
    return reference


async def probe(peer: Peer, wanted: Reference, told: Callable[[Probed], None]) -> Probed:
    """Read every address of a range once, and tell after each request how far it is.

    Raises what reading raises but refusals, which are what is asked for; the refusal of the function itself is raised.
    """
    state = Probed(wanted.table, wanted.address, wanted.span)
    waiting = [
        (start, min(BLOCK, wanted.address + wanted.span - start))
        for start in reversed(range(wanted.address, wanted.address + wanted.span, BLOCK))
    ]
    while waiting:
        address, quantity = waiting.pop()
        state.requests += 1
        try:
            response = await peer.request(_REQUESTS[wanted.table](address, quantity))
        except Failed as failed:
            if not isinstance(failed.error, DeviceError) or failed.error.code == ILLEGAL_FUNCTION:
                raise
            if quantity > 1:
                half = quantity // 2
                waiting += [(address + half, quantity - half), (address, half)]
            else:
                state.done += 1
        else:
            state.done += quantity
            state.found |= {address + step: value for step, value in enumerate(_values(response))}
        told(state)
    return state


def _values(response: Response) -> list[int]:
    found = getattr(response, "registers", None)
    return list(found) if found is not None else [int(bit) for bit in getattr(response, "bits", ())]
