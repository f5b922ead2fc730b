"""What passes on a connection, heard and taken apart while somebody looks, and not a moment longer."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from port502.errors import UsageError
from port502.protocol.ascii import AsciiFraming
from port502.protocol.mbap import MbapFraming
from port502.protocol.rtu import RtuFraming
from port502.site.traffic import MOST, Tap, Taps
from port502.traffic.words import said
from tests.peers import need_program
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.slow

READ = bytes.fromhex("0300000002")
ANSWER = bytes.fromhex("030400010002")
REFUSED = bytes.fromhex("8302")


def frame(number: int, pdu: bytes, unit: int = 1) -> bytes:
    return MbapFraming().encode(number, unit, pdu)


def words(tap: Tap) -> list[tuple[str, str]]:
    return [
        (said(one.request) if one.request else "", said(one.response).strip() if one.response else "")
        for one in tap.look()
    ]


def test_requests_stand_beside_what_answered_them() -> None:
    tap = Tap("tcp://10.0.0.1:1502", clock=iter(range(0, 10**9, 1_000_000)).__next__)
    tap.hear("sent", frame(1, READ) + frame(2, READ, 9))
    tap.hear("received", frame(2, REFUSED, 9)[:5])
    tap.hear("received", frame(2, REFUSED, 9)[5:] + frame(1, ANSWER))
    tap.hear("sent", frame(3, READ))
    assert words(tap) == [
        ("read holding registers 0 *2", "= 1 2"),
        ("read holding registers 0 *2", "read holding registers refused: exception 2, illegal data address"),
        ("read holding registers 0 *2", ""),
    ]
    first, second, third = tap.look()
    assert (first.number, second.number, third.number) == (1, 2, 3)
    assert first.response is not None
    assert first.response.response_time_ms == 2.0
    assert first.first.dst == "10.0.0.1"
    tap.hear("received", frame(3, ANSWER))
    assert words(tap)[2] == ("read holding registers 0 *2", "= 1 2")


@pytest.mark.parametrize("url", ["rtu:///dev/ttyUSB0", "rtu+tcp://10.0.0.1:4001", "ascii:///dev/ttyUSB0"])
def test_frames_of_a_serial_line_arrive_in_pieces(url: str) -> None:
    framing = AsciiFraming() if url.startswith("ascii") else RtuFraming("client")
    tap = Tap(url)
    for _ in range(3):
        tap.hear("sent", framing.encode(0, 1, READ))
        answer = framing.encode(0, 1, ANSWER)
        tap.hear("received", answer[:4])
        tap.hear("received", answer[4:])
    assert words(tap) == [("read holding registers 0 *2", "= 1 2")] * 3


def test_what_was_cut_by_a_lost_connection_spoils_nothing() -> None:
    connects = 1
    tap = Tap("tcp://10.0.0.1:502", lambda: connects)
    tap.hear("sent", frame(1, READ))
    tap.hear("received", frame(1, ANSWER)[:8])
    connects = 2
    tap.hear("sent", frame(2, READ))
    tap.hear("received", frame(2, ANSWER))
    assert [answer for _, answer in words(tap)] == ["", "= 1 2"]


def test_it_stays_small_whatever_passes() -> None:
    tap = Tap("tcp://10.0.0.1:502")
    for number in range(3 * MOST):
        tap.hear("sent", frame(number, READ))
        tap.hear("received", frame(number, ANSWER))
    assert len(tap.look()) == MOST // 2
    assert tap.missed == 5 * MOST
    assert {answer for _, answer in words(tap)} == {"= 1 2"}
    for number in range(MOST):
        tap.hear("sent", frame(number, READ))
        tap.look()
    assert len(tap.look()) == len(tap.packets) == len(tap._waiting) == MOST
    assert tap.look()[-1].number == MOST // 2 + MOST


@pytest.mark.interop
def test_tshark_reads_the_capture(tmp_path: Path) -> None:
    tap = Tap("tcp://10.0.0.1:502")
    tap.hear("sent", frame(7, READ))
    tap.hear("received", frame(7, REFUSED))
    path = tmp_path / "plc.pcap"
    path.write_bytes(tap.capture())
    command = [
        need_program("tshark", "Debian: tshark"),
        "-r",
        str(path),
        "-T",
        "fields",
        "-e",
        "mbtcp.trans_id",
    ]
    told = subprocess.run(
        [*command, "-e", "modbus.exception_code", "-Y", "mbtcp"], capture_output=True, text=True, check=True
    )
    assert told.stdout.split("\n")[:2] == ["7\t", "7\t2"]


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Serving]:
    async with serving(tmp_path) as one:
        yield one


async def heard(taps: Taps) -> Tap:
    """Look until polls have passed and were answered."""
    async with asyncio.timeout(20):
        while not any(one.response for one in taps.look("plc").exchanges):
            await asyncio.sleep(0)
    return taps.look("plc")


async def test_a_running_site_is_heard_while_somebody_looks(site: Serving) -> None:
    taps = Taps(site.running, patience=0.05)
    wire = site.running.collector.wire("plc")
    assert wire._on_traffic is None  # type: ignore[attr-defined]
    tap = await heard(taps)
    assert words(tap)[0] == ("read holding registers 0 *2", "= 481 7")
    async with asyncio.timeout(20):
        while len(taps):
            await asyncio.sleep(0)
    assert wire._on_traffic is None  # type: ignore[attr-defined]


async def test_a_reload_of_the_connection_is_survived_and_its_end_too(site: Serving) -> None:
    taps = Taps(site.running)
    tap = await heard(taps)
    path = site.running.site.path
    text = path.read_text()
    path.write_text(text.replace('url: "tcp', 'response_timeout: 2s, url: "tcp'))
    assert (await site.running.reload()).changed == ("plc",)
    before = tap.look()[-1].number
    async with asyncio.timeout(20):
        while taps.look("plc").exchanges[-1].number <= before + 2:
            await asyncio.sleep(0)
    assert all(answer in ("= 481 7", "") for _, answer in words(tap))
    path.write_text("site: test\nhistory: {path: data}\n")
    await site.running.reload()
    with pytest.raises(UsageError, match="no connection 'plc'"):
        taps.look("plc")
    path.write_text(text)
    await site.running.reload()
    before = taps.look("plc").exchanges[-1].number
    async with asyncio.timeout(20):  # it was made anew, and is heard again
        while taps.look("plc").exchanges[-1].number <= before:
            await asyncio.sleep(0)
    taps.close()
    assert len(taps) == 0


async def test_a_connection_that_is_none(site: Serving) -> None:
    taps = Taps(site.running)
    with pytest.raises(UsageError, match="no connection 'pls'"):
        taps.look("pls")
    assert len(taps) == 0
    taps.close()
