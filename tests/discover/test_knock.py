"""Opening a port, and what it means when that fails."""

from __future__ import annotations

import errno
import ssl
from dataclasses import replace
from ipaddress import ip_address

import pytest

from port502.discover.knock import Closed, Neighbourhood, anonymous, knock, reason, target_for
from port502.discover.pace import Pace
from port502.errors import ConnectError
from port502.transport.probe.neighbours import Neighbour
from tests.cli.served import black_hole
from tests.discover.bench import QUICK, meter, serving


def failed(cause: Exception | None) -> ConnectError:
    error = ConnectError("no")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), Closed.REFUSED),
        (OSError(errno.EHOSTUNREACH, "no route to host"), Closed.NOBODY),
        (OSError(errno.ENETUNREACH, "no network"), Closed.NOBODY),
        (TimeoutError(), Closed.SILENT),
        (ssl.SSLError(1, "alert"), Closed.TLS),
        (OSError(errno.EMFILE, "too many"), Closed.OTHER),
        (None, Closed.OTHER),
    ],
)
def test_reasons(cause: Exception | None, why: Closed) -> None:
    assert reason(failed(cause)) is why


async def test_an_open_port_and_a_closed_one() -> None:
    async with serving(meter()) as port:
        line = await knock("127.0.0.1", port, QUICK, Pace(None))
        assert line.is_open
        line.close()
    with pytest.raises(ConnectError) as caught:
        await knock("127.0.0.1", port, QUICK, Pace(None))
    assert reason(caught.value) is Closed.REFUSED


async def test_a_port_that_never_answers_tls_is_given_up() -> None:
    with black_hole() as url:
        port = int(url.rpartition(":")[2])
        quick = replace(QUICK, connect_timeout=0.05, tls=anonymous())
        line = await knock("127.0.0.1", port, quick, Pace(None))
        line.close()


def test_tls_is_spoken_on_its_own_port() -> None:
    assert target_for("10.0.0.1", 802).scheme == "tls"
    assert target_for("10.0.0.1", 502).scheme == "tcp"


def test_the_table_of_neighbours_is_read_now_and_then() -> None:
    there, nobody = ip_address("10.0.0.1"), ip_address("10.0.0.2")
    table = {
        there: Neighbour(there, "00:80:f4:00:00:01", 2, "reachable"),
        nobody: Neighbour(nobody, "", 2, "failed"),
    }
    now, reads = [0.0], [0]

    def read() -> dict[object, Neighbour]:
        reads[0] += 1
        return dict(table)

    known = Neighbourhood(lambda: now[0], read)
    assert [known.nobody(one) for one in ("10.0.0.1", "10.0.0.2", "10.0.0.3")] == [False, True, False]
    assert reads == [1]
    now[0] = 1.0
    assert known.nobody("10.0.0.2")
    assert reads == [2]
    assert known.mac("10.0.0.1") == "00:80:f4:00:00:01"
    assert known.mac("10.0.0.2") == ""
    assert known.mac("fe80::1%eth0") == ""
