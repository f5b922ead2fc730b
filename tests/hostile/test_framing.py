"""Frames that lie, are cut, glued or are no frames at all, against a real server (rows H01-H24)."""

from __future__ import annotations

import asyncio
import logging
import random
import tracemalloc
from collections.abc import Iterable

import pytest

from port502.protocol.checksum import crc16
from port502.server import Server
from tests.hostile.raw import adu, answer, attacked, connected, contents, device, read, serving, until

WRITE = "06 0005 BEEF"


def closings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "closed:" in record.getMessage()]


async def refused(data: Iterable[bytes], caplog: pytest.LogCaptureFixture) -> str:
    """Sends what has to end the connection at once, without any effect; returns the one line of the log."""
    served = device()
    before = contents(served)
    async with attacked(served) as (server, raw):
        await raw.send_apart(data)
        assert await raw.rest() == b""
        assert contents(served) == before
        assert server.counters.causes == {"frame": 1}
        async with connected(server.port) as good:
            await good.in_step()
    [line] = closings(caplog)
    assert "127.0.0.1:" in line
    return line


@pytest.mark.parametrize("protocol", ["0001", "0100", "FFFF"])
async def test_h001_a_protocol_id_other_than_0_closes(
    protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    frame = adu(WRITE)
    line = await refused([frame[:2] + bytes.fromhex(protocol) + frame[4:]], caplog)
    assert f"protocol id 0x{protocol.lower()}" in line


async def test_h002_length_0_closes(caplog: pytest.LogCaptureFixture) -> None:
    assert "length 0 " in await refused([adu(WRITE, length=0)], caplog)


async def test_h003_length_1_closes(caplog: pytest.LogCaptureFixture) -> None:
    assert "length 1 " in await refused([adu("", length=1)], caplog)


@pytest.mark.parametrize("length", [255, 256, 260, 0x1D00, 65535])
async def test_h004_a_length_above_254_closes_from_the_header_alone(
    length: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert f"length {length} " in await refused([adu(WRITE, length=length)[:6]], caplog)


async def test_h005_the_longest_frames_are_answered() -> None:
    async with attacked() as (_, raw):
        for size in (252, 253):
            echo = bytes.fromhex("08 0000") + bytes(range(size - 3))
            if size % 2:
                assert await raw.ask(echo) == echo
            else:
                assert await raw.ask(echo) == b"\x88\x03"  # half a word of data
            await raw.in_step()


async def test_h006_a_length_one_too_small_hides_nothing(caplog: pytest.LogCaptureFixture) -> None:
    served = device()
    before = contents(served)
    async with attacked(served) as (_, raw):
        raw.send(adu(WRITE, length=5) + adu(WRITE, number=8))
        assert await raw.rest() == adu("86 03")
        assert contents(served) == before
    assert len(closings(caplog)) == 1


async def test_h007_a_length_one_too_large_waits_for_the_byte_and_refuses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    served = device()
    before = contents(served)
    async with attacked(served) as (_, raw):
        raw.send(adu(WRITE, length=7))
        raw.send(adu(WRITE, number=0x0102))
        assert await raw.rest() == adu("86 03")
        assert contents(served) == before
    assert len(closings(caplog)) == 1


async def test_h008_a_frame_covered_by_the_length_of_another_is_never_executed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    served = device()
    before = contents(served)
    hidden = adu(WRITE)
    async with attacked(served) as (_, raw):
        raw.send(adu(bytes.fromhex("03 0000 0001") + hidden))
        [frame] = await raw.frames(1)
        assert frame.pdu == b"\x83\x03"
        await raw.in_step()
    assert contents(served) == before
    await refused([adu(bytes.fromhex("03 0000 0001") + 25 * hidden, length=305)], caplog)


@pytest.mark.parametrize("seed", range(12))
async def test_h009_wrong_lengths_in_any_segmentation_close_or_stay_in_step(seed: int) -> None:
    chance = random.Random(seed)
    served = device(functions=[3])
    before = contents(served)
    stream = b"".join(
        adu(WRITE, number=number, length=chance.choice([3, 4, 5, 7, 8, 12, 18])) for number in (1, 2, 3)
    ) + read(3, 2, number=4)
    async with attacked(served) as (server, raw):
        await raw.send_apart(cut(stream, chance))
        raw.end()
        replies = await raw.rest()
        assert answer(3, 2, number=4) in replies or replies.count(b"\x86") <= 3
        assert contents(served) == before
        async with connected(server.port) as good:
            await good.in_step()


def cut(stream: bytes, chance: random.Random) -> list[bytes]:
    places = sorted(chance.sample(range(1, len(stream)), chance.randrange(1, min(12, len(stream)))))
    return [stream[start:stop] for start, stop in zip([0, *places], [*places, len(stream)], strict=True)]


async def test_h010_one_byte_per_segment() -> None:
    async with attacked() as (_, raw):
        await raw.send_apart(bytes((byte,)) for byte in read(10, 5))
        [frame] = await raw.frames(1)
        assert adu(frame.pdu) == answer(10, 5)
        await raw.in_step()


@pytest.mark.parametrize(
    "request_pdu", ["03 000A 0005", "01 0000 0011", "10 0005 0002 04 0001 0002", "2B 0E 01 00", "42 01 02"]
)
async def test_h011_cut_at_every_byte_gives_the_same_reply(request_pdu: str) -> None:
    frame = adu(request_pdu)
    async with attacked() as (_, raw):
        whole = await raw.ask(request_pdu)
        for place in range(1, len(frame)):
            await raw.send_apart([frame[:place], frame[place:]])
            assert (await raw.frames(1))[0].pdu == whole
        await raw.in_step()


def pipeline(count: int) -> tuple[bytes, bytes]:
    """Mixed requests of the quick way and of the long one, and all that has to be answered, in order."""
    asked, answers = b"", b""
    for number in range(count):
        match number % 4:
            case 0 | 1:
                asked += read(number, 3, number=1000 + number)
                answers += answer(number, 3, number=1000 + number)
            case 2:
                asked += adu(f"08 0000 {number:04x}", number=1000 + number)
                answers += adu(f"08 0000 {number:04x}", number=1000 + number)
            case _:
                asked += adu("03 0000 007E", number=1000 + number)
                answers += adu("83 03", number=1000 + number)
    return asked, answers


async def test_h012_up_to_64_requests_in_one_segment_get_one_reply_each_in_order() -> None:
    async with attacked() as (_, raw):
        for count in range(1, 65):
            asked, answers = pipeline(count)
            raw.send(asked)
            replies = await raw.frames(count)
            assert b"".join(adu(frame.pdu, number=frame.transaction_id) for frame in replies) == answers
        await raw.in_step()


@pytest.mark.slow
async def test_h013_64_requests_cut_at_every_byte() -> None:
    asked, answers = pipeline(64)
    async with attacked() as (_, raw):
        for place in range(1, len(asked), 1):
            await raw.send_apart([asked[:place], asked[place:]])
            replies = await raw.frames(64)
            assert b"".join(adu(frame.pdu, number=frame.transaction_id) for frame in replies) == answers
        await raw.in_step()


@pytest.mark.parametrize("seed", range(8))
async def test_h013_64_requests_over_many_segments(seed: int) -> None:
    asked, answers = pipeline(64)
    async with attacked() as (_, raw):
        await raw.send_apart(cut(asked, random.Random(seed)))
        replies = await raw.frames(64)
        assert b"".join(adu(frame.pdu, number=frame.transaction_id) for frame in replies) == answers
        await raw.in_step()


async def test_h014_100_pipelined_requests_with_the_window_at_16() -> None:
    served = device()
    running = most = 0

    @served.holding.on_read
    async def slow(address: int, quantity: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    async with attacked(served) as (_, raw):
        raw.send(b"".join(read(number, 1, number=number) for number in range(100)))
        replies = await raw.frames(100)
        assert [frame.transaction_id for frame in replies] == list(range(100))
        assert [adu(frame.pdu, number=n) for n, frame in enumerate(replies)] == [
            answer(n, 1, number=n) for n in range(100)
        ]
        assert 1 < most <= 16
        await raw.in_step()


async def test_h015_the_same_transaction_id_on_all_is_answered_in_order() -> None:
    async with attacked() as (_, raw):
        raw.send(b"".join(read(address, 1, number=0x1111) for address in range(64)))
        replies = await raw.frames(64)
        assert [adu(frame.pdu, number=frame.transaction_id) for frame in replies] == [
            answer(address, 1, number=0x1111) for address in range(64)
        ]


@pytest.mark.parametrize(
    ("junk", "named"),
    [
        (b"GET / HTTP/1.1\r\nHost: plc\r\n\r\n", "HTTP"),
        (bytes.fromhex("16 03 01 02 00 01 00 01 FC 03 03"), "TLS"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "SSH"),
        (b"\r\n\r\n", "line"),
    ],
)
async def test_h016_what_is_not_modbus_is_named_in_the_log(
    junk: bytes, named: str, caplog: pytest.LogCaptureFixture
) -> None:
    line = await refused([junk], caplog)
    assert named in line
    assert junk[:4].hex(" ") in line


async def test_h017_100_mb_of_junk_end_at_the_first_header_with_memory_flat() -> None:
    junk = random.Random(17).randbytes(1 << 20)
    async with serving() as server:
        tracemalloc.start()
        try:
            for _ in range(3):  # what the first rounds leave behind is caches
                await flood(server, junk, 4)
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            await flood(server, junk, 88)
            now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert now - before < 200_000
        assert peak - before < 6 << 20  # what this test's own client has under way
        async with connected(server.port) as good:
            await good.in_step()


async def flood(server: Server, junk: bytes, times: int) -> None:
    sent = 0
    while sent < times:
        async with connected(server.port) as raw:
            try:
                for _ in range(times - sent):
                    sent += 1
                    raw.send(junk)
                    await raw.writer.drain()
            except ConnectionError:
                pass
            await raw.rest()


async def test_h018_half_a_header_then_fin(caplog: pytest.LogCaptureFixture) -> None:
    await cut_off("fin", read()[:3], caplog)


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_h019_half_a_frame_then_the_end(how: str, caplog: pytest.LogCaptureFixture) -> None:
    await cut_off(how, adu(WRITE)[:10], caplog)


async def cut_off(how: str, half: bytes, caplog: pytest.LogCaptureFixture) -> None:
    served = device()
    before = contents(served)
    async with serving(served) as server:
        async with connected(server.port) as raw:
            await raw.send_apart([half])
            await until(lambda: server._listener.streams)
            if how == "fin":
                raw.end()
                assert await raw.rest() == b""
            else:
                raw.reset()
        await until(lambda: not server._listener.streams)
        assert server.counters.closed == 1
        assert contents(served) == before
        async with connected(server.port) as good:
            await good.in_step()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("slow", [False, True])
async def test_h020_fin_directly_behind_a_request_is_answered_first(slow: bool) -> None:
    served = device()

    if slow:

        @served.holding.on_read
        async def hook(address: int, quantity: int) -> None:
            await asyncio.sleep(0)

    async with attacked(served) as (_, raw):
        raw.send(read(4, 4) + read(5, 5, number=8))
        raw.end()
        assert await raw.rest() == answer(4, 4) + answer(5, 5, number=8)


async def test_h021_64_kib_announced_and_sent_singly_end_at_the_header(
    caplog: pytest.LogCaptureFixture,
) -> None:
    frame = adu(bytes(60), length=0xFFFF)
    line = await refused((frame[at : at + 1] for at in range(6)), caplog)
    assert "length 65535 " in line


def rtu(pdu: str, *, unit: int = 1) -> bytes:
    body = bytes((unit,)) + bytes.fromhex(pdu)
    return body + crc16(body).to_bytes(2, "little")


@pytest.mark.parametrize(
    "noise",
    [
        rtu("06 0005 BEEF")[:-2] + b"\0\0",
        b"\xff\x00\xff" + rtu("06 0005 BEEF"),
        rtu("03 0000 0001")[:-1],
        random.Random(23).randbytes(4000),
    ],
    ids=["bad crc", "noise before a frame", "half a frame", "noise"],
)
async def test_h023_rtu_over_tcp_comes_back_by_silence(noise: bytes) -> None:
    served = device()
    before = contents(served)
    async with serving(served, "rtu+tcp://127.0.0.1:0") as server, connected(server.port) as raw:
        raw.send(noise)
        await until(lambda: server._listener.streams)
        [stream] = server._listener.streams
        await until(lambda: stream._silence is not None)
        await until(lambda: stream._silence is None)
        assert contents(served) == before
        raw.send(rtu("06 0006 1234"))
        assert await raw.reader.readexactly(8) == rtu("06 0006 1234")


async def test_h023_rtu_frames_that_are_glued_are_each_answered() -> None:
    async with serving(url="rtu+tcp://127.0.0.1:0") as server, connected(server.port) as raw:
        raw.send(b"".join(rtu(f"06 {address:04x} 0102") for address in range(30)))
        assert await raw.reader.readexactly(8 * 30) == b"".join(
            rtu(f"06 {address:04x} 0102") for address in range(30)
        )


async def test_h024_an_rtu_frame_on_the_tcp_port_is_recognised(caplog: pytest.LogCaptureFixture) -> None:
    assert "looks like RTU, CRC valid" in await refused([rtu("03 0001 0001")], caplog)
