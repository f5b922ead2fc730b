"""Both our clients as RTU masters on a serial line with foreign devices: libmodbus and pymodbus."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from port502.errors import IllegalDataAddressError, NoReplyError
from tests.interop.faces import Face
from tests.peers import known, libmodbus, pymodbus_peer, socat

pytestmark = pytest.mark.interop

Connect = Callable[..., contextlib.AbstractContextManager[Face]]
UNIT = 7


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Both ends of a serial line."""
    with socat.line(tmp_path) as ends:
        yield ends


@pytest.fixture(params=["libmodbus", "pymodbus"])
def client(request: pytest.FixtureRequest, ends: tuple[str, str], connect: Connect) -> Iterator[Face]:
    """One of our clients on the line, at whose other end a foreign device answers unit 7."""
    near, far = ends
    device = (
        libmodbus.Server.rtu(near, unit=UNIT)
        if request.param == "libmodbus"
        else pymodbus_peer.rtu_server(near)
    )
    with device, connect(f"rtu://{far}?baud=19200&parity=N", unit=UNIT) as client:
        yield client


def test_every_table_reads_right_at_the_largest_quantities(client: Face) -> None:
    assert client.read_coils(0, 2000) == known.COILS[:2000]
    assert client.read_discrete_inputs(7, 2000) == known.DISCRETE_INPUTS[7:2007]
    assert client.read_holding_registers(0, 125) == known.HOLDING_REGISTERS[:125]
    assert client.read_input_registers(0, 125) == known.INPUT_REGISTERS[:125]


def test_writes_are_kept(client: Face) -> None:
    client.write_register(0, 0xFFFF)
    client.write_coil(0, not known.COILS[0])
    client.write_registers(1, [0x8000] * 123)
    client.write_coils(1, [True] * 1968)
    client.mask_write_register(0, 0xFF00, 0x0042)
    assert client.read_holding_registers(0, 125) == [0xFF42, *[0x8000] * 123, known.HOLDING_REGISTERS[124]]
    assert client.read_coils(0, 1970) == [not known.COILS[0], *[True] * 1968, known.COILS[1969]]


def test_read_write_registers_fills_the_longest_frames(client: Face) -> None:
    assert client.read_write_registers(0, 125, 0, [5] * 121) == [5] * 121 + known.HOLDING_REGISTERS[121:125]


def test_a_refused_address_is_its_own_error_and_the_line_goes_on(client: Face) -> None:
    with pytest.raises(IllegalDataAddressError):
        client.read_holding_registers(known.REGISTERS)
    assert client.read_holding_registers(0) == known.HOLDING_REGISTERS[:1]


def test_a_unit_that_is_not_there_is_no_reply_in_time(ends: tuple[str, str], connect: Connect) -> None:
    near, far = ends
    with (
        libmodbus.Server.rtu(near, unit=UNIT),
        connect(f"rtu://{far}?baud=19200&parity=N", unit=UNIT, response_timeout=0.2) as client,
    ):
        assert client.read_holding_registers(0, 3) == known.HOLDING_REGISTERS[:3]
        with pytest.raises(NoReplyError, match="unit 8 did not answer function 3"):
            client.read_holding_registers(0, unit=UNIT + 1)
