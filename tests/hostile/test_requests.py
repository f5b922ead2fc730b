"""Requests with wrong content, against a real server: the exception of the table, and nothing changed (H30-H68)."""

from __future__ import annotations

import random
import struct
from typing import Any

import pytest

from port502.errors import IllegalDataValueError
from port502.protocol.codes import FUNCTION_NAMES
from port502.protocol.pdu import decode_request
from port502.service.device import Device
from port502.service.identity import Identity
from port502.service.units import Units
from tests.hostile.raw import READ_ONLY, VALUES, adu, attacked, connected, contents, device, serving


def words(*values: int) -> str:
    return struct.pack(f">{len(values)}H", *values).hex()


async def refused(
    pdus: list[str], code: int | list[int], served: Device | None = None, **options: Any
) -> None:
    """Each of these gets the exception, changes nothing, and leaves the connection in step."""
    served = served or device()
    before = contents(served)
    codes = [code] if isinstance(code, int) else code
    async with attacked(Units(served), **options) as (_, raw):
        for pdu in pdus:
            reply = await raw.ask(pdu)
            assert reply[0] == bytes.fromhex(pdu)[0] | 0x80, pdu
            assert reply[1] in codes, f"{pdu} was answered with {reply.hex()}"
            assert len(reply) == 2
            assert contents(served) == before, pdu
            await raw.in_step()


async def test_h030_bits_in_a_quantity_that_cannot_be() -> None:
    await refused([f"{code:02x} 0000 {n:04x}" for code in (1, 2) for n in (0, 2001, 0xFFFF)], 3)


async def test_h031_registers_in_a_quantity_that_cannot_be() -> None:
    await refused([f"{code:02x} 0000 {n:04x}" for code in (3, 4) for n in (0, 126, 0xFFFF)], 3)


async def test_h032_beyond_the_end_of_the_address_space() -> None:
    pdus = [f"{code:02x} FFFF 0002" for code in (1, 2, 3, 4)]
    pdus += ["0F FFFF 0002 01 03", f"10 FFFF 0002 04 {words(1, 2)}", f"17 FFFF 0002 0000 0001 02 {words(1)}"]
    pdus += [f"17 0000 0001 FFFF 0002 04 {words(1, 2)}", "03 FF83 007E", "03 FFF0 0011"]
    await refused([pdu for pdu in pdus if pdu != "03 FF83 007E"], 2)
    await refused(["03 FF83 007E"], 3)  # too many registers comes before too far


async def test_h033_coil_values_that_are_none() -> None:
    await refused([f"05 0003 {value:04x}" for value in (0x1234, 0x0001, 0xFFFF, 0xFF01, 0x00FF)], 3)


async def test_h034_h035_several_coils_in_lengths_that_cannot_be() -> None:
    await refused(["0F 0000 0000 00", "0F 0000 07B1 F7" + "00" * 0xF7, "0F 0000 FFFF 01 00"], 3)
    await refused(
        ["0F 0000 0009 00", "0F 0000 0009 01 FF", "0F 0000 0009 03 FFFFFF", "0F 0000 0009 02 FF"], 3
    )


async def test_h035_byte_counts_that_do_not_fit() -> None:
    await refused(["0F 0000 0008 00", "0F 0000 0008 02 FFFF", "0F 0000 0009 01 FF", "0F 0000 0001 01"], 3)


async def test_h036_any_number_of_coils_is_written_and_padding_is_ignored() -> None:
    for count in (1, 7, 8, 9, 15, 16, 17):
        for padding in (0x00, 0xFF):
            served = device()
            size = (count + 7) // 8
            data = bytes([0xA5, 0x3C, 0x5A][:size])
            tail = count % 8
            if tail:
                kept = data[-1] & ((1 << tail) - 1)
                data = data[:-1] + bytes((kept | padding & ~((1 << tail) - 1) & 0xFF,))
            before = served.coil.read(0, 64)
            async with attacked(served) as (_, raw):
                pdu = struct.pack(">BHHB", 15, 3, count, size) + data
                assert await raw.ask(pdu) == pdu[:5]
                after = served.coil.read(0, 64)
                wanted = [bool(data[bit // 8] >> bit % 8 & 1) for bit in range(count)]
                assert after == before[:3] + wanted + before[3 + count :]


async def test_h037_several_registers_in_a_quantity_that_cannot_be() -> None:
    await refused(["10 0000 0000 00", "10 0000 007C F6" + "0001" * 123, "10 0000 FFFF 02 0001"], 3)


async def test_h038_register_data_that_does_not_fit() -> None:
    await refused(
        [
            "10 0000 0002 00",
            "10 0000 0002 03 000102",
            f"10 0000 0002 02 {words(1)}",
            f"10 0000 0002 06 {words(1, 2, 3)}",
            f"10 0000 0002 04 {words(1)}",
            "10 0000 0002 04",
            "10 0000 0002",
            f"10 0000 0001 04 {words(1, 2)}",
        ],
        3,
    )


async def test_h039_mask_write_where_nothing_may_be_written() -> None:
    await refused([f"16 {address:04x} 00F2 0025" for address in (500, READ_ONLY[0], READ_ONLY[-1])], 2)


async def test_h040_read_and_write_in_quantities_that_cannot_be() -> None:
    await refused(
        [
            f"17 0000 0000 0000 0001 02 {words(1)}",
            f"17 0000 007E 0000 0001 02 {words(1)}",
            "17 0000 0001 0000 0000 00",
            "17 0000 0001 0000 007A F2" + "0001" * 121,
            f"17 0000 0001 0000 0002 02 {words(1)}",
            f"17 0000 0001 0000 0001 04 {words(1, 2)}",
            f"17 0000 0001 0000 0002 04 {words(1)}",
            "17 0000 0001 0000 0001 01 00",
        ],
        3,
    )


async def test_h041_h042_one_part_out_of_the_map_and_nothing_is_written() -> None:
    good, bad = "0000 0002", "00C7 0002"
    written = words(0xDEAD, 0xBEEF)
    await refused([f"17 {good} {bad} 04 {written}"], 2)  # h041: the write part
    await refused([f"17 {bad} {good} 04 {written}"], 2)  # h042: the read part
    await refused([f"17 {good} {READ_ONLY[0] - 1:04x} 0002 04 {written}"], 2)


async def test_h042_a_bad_read_part_writes_nothing() -> None:
    await refused([f"17 01F4 0001 0000 0001 02 {words(0xDEAD)}"], 2)


async def test_h043_file_reads_whose_byte_count_cannot_be() -> None:
    group = "06 0004 0000 0001"
    await refused(
        ["14 00", "14 06 06 0004 0000", f"14 08 {group} 00", "14 F6" + "00" * 0xF6, f"14 0E {group}"], 3
    )


async def test_h044_file_reads_whose_replies_would_not_fit_together() -> None:
    two = "06 0004 0000 007C" * 2
    many = "06 0004 0000 0010" * 35
    await refused([f"14 0E {two}", f"14 F5 {many}", "14 07 06 0004 0000 00FF"], 3)


async def test_h045_files_and_records_that_nobody_has() -> None:
    for function, data in (("14", ""), ("15", " 0001")):
        size = 7 + len(data) // 2
        await refused(
            [
                f"{function} {size:02x} 07 0004 0000 0001{data}",
                f"{function} {size:02x} 06 0000 0000 0001{data}",
                f"{function} {size:02x} 06 0004 2710 0001{data}",
                f"{function} {size:02x} 06 0009 270F 0002{data}"
                if not data
                else "15 09 06 0005 0000 0001 0001",
            ],
            2,
        )


async def test_h046_a_file_write_is_whole_or_not_at_all() -> None:
    good = f"06 0004 0000 0001 {words(0xDEAD)}"
    await refused(["15 09 06 0004 0000 0002 0001", f"15 12 {good} 06 0004 0000 0009 0001"], 3)
    await refused([f"15 12 {good} 06 0008 0000 0001 0001", f"15 12 {good} 06 0004 2000 0001 0001"], [2, 3])


async def test_h047_a_queue_that_holds_more_than_31() -> None:
    served = device()
    served.fifo[20] = list(range(32))
    await refused(["18 0014"], 3, served)
    await refused(["18 0015"], 2)


async def test_h048_an_unknown_mei_type() -> None:
    await refused(["2B 00", "2B 0C 01 00", "2B 0F 01 00", "2B FF"], 1)


async def test_h049_read_codes_that_are_none() -> None:
    await refused([f"2B 0E {code:02x} 00" for code in (0, 5, 9, 255)], 3)


async def test_h050_a_single_object_that_is_not_there() -> None:
    await refused(["2B 0E 04 7F", "2B 0E 04 FF"], 2)


async def test_h051_a_stream_from_an_unknown_object_begins_at_the_first() -> None:
    async with attacked() as (_, raw):
        whole = await raw.ask("2B 0E 01 00")
        assert await raw.ask("2B 0E 01 7F") == whole


async def test_h052_objects_that_do_not_fit_follow_and_end() -> None:
    objects = {number: bytes((number,)) * 120 for number in range(0x80, 0xA0)}
    served = device(identity=Identity(extended=objects))
    seen: dict[int, bytes] = {}
    async with attacked(served) as (_, raw):
        following, steps = 0, 0
        while True:
            reply = await raw.ask(bytes((43, 14, 3, following)))
            assert len(reply) <= 253
            steps += 1
            at = 7
            for _ in range(reply[6]):
                size = reply[at + 1]
                seen[reply[at]] = reply[at + 2 : at + 2 + size]
                at += 2 + size
            if not reply[4]:
                break
            assert reply[5] > following
            following = reply[5]
            assert steps < 40
    assert {number: seen[number] for number in objects} == objects


async def test_h053_remote_off_switches_stay_off() -> None:
    served = device()
    counters = served.counters
    await refused(["08 0004 0000", "08 0001 0000", "08 0001 FF00", "08 000A 0000"], 1, served)
    assert not served.diagnosis.listen_only
    assert counters.bus_messages >= 8


async def test_h054_sub_functions_that_cannot_be() -> None:
    await refused(["08 0005 0000", "08 0013 0000", "08 FFFF 0000"], 1)
    await refused(["08", "08 00", "08 0000", "08 0000 01", "08 0000 010203", "08 000B 00"], 3)


async def test_h055_the_largest_echo() -> None:
    pdu = bytes((8, 0, 0)) + random.Random(55).randbytes(250)
    async with attacked() as (_, raw):
        assert await raw.ask(pdu) == pdu
        await raw.in_step()


UNKNOWN = [code for code in range(1, 128) if code not in FUNCTION_NAMES]


async def test_h056_functions_that_nobody_has() -> None:
    assert 0x42 in UNKNOWN
    await refused([f"{code:02x} 0000 0001" for code in UNKNOWN], 1)


async def test_h057_function_code_0() -> None:
    async with attacked() as (_, raw):
        assert await raw.ask("00") == b"\x80\x01"
        assert await raw.ask("00 0000 0001") == b"\x80\x01"
        await raw.in_step()


async def test_h058_a_response_sent_as_a_request() -> None:
    async with attacked() as (_, raw):
        for code in range(0x80, 0x100):
            assert await raw.ask(bytes((code, 2))) == bytes((code, 1))
        assert await raw.ask("03 04 0001 0002") == b"\x83\x03"
        await raw.in_step()


async def test_h059_a_bare_function_code() -> None:
    async with attacked() as (_, raw):
        for code in range(1, 128):
            reply = await raw.ask(bytes((code,)))
            if code in UNKNOWN:
                assert reply == bytes((code | 0x80, 1))
            elif code in (7, 11, 12, 17):
                assert reply[0] == code
            else:
                assert reply in (bytes((code | 0x80, 3)), bytes((code | 0x80, 1)) if code == 43 else b""), (
                    code
                )
        await raw.in_step()


LEGAL = [
    "01 0000 000A",
    "02 0000 000A",
    "03 0000 000A",
    "04 0000 000A",
    "05 0000 FF00",
    "06 0000 1234",
    "07",
    "08 0000 A537",
    "08 000B 0000",
    "0B",
    "0C",
    "0F 0000 0009 02 FF01",
    f"10 0000 0002 04 {words(1, 2)}",
    "11",
    "14 07 06 0004 0000 0002",
    f"15 0B 06 0004 0000 0002 {words(1, 2)}",
    "16 0000 00F2 0025",
    f"17 0000 0002 0000 0002 04 {words(1, 2)}",
    "18 000A",
    "2B 0E 01 00",
]


async def test_h060_every_truncation_of_every_request() -> None:
    cut = [bytes.fromhex(pdu)[:size].hex() for pdu in LEGAL for size in range(2, len(bytes.fromhex(pdu)))]
    await refused(cut, 3)


async def test_h061_a_byte_too_many_behind_every_request() -> None:
    open_ended = ("08 0000",)
    await refused(
        [pdu + extra for pdu in LEGAL for extra in ("00", "0000") if not pdu.startswith(open_ended)], 3
    )


async def test_h062_writes_that_reach_past_the_end_of_a_table() -> None:
    served = device()
    await refused(
        [
            f"10 00C6 0003 06 {words(1, 2, 3)}",
            "0F 003F 0002 01 03",
            f"17 0000 0001 00C7 0002 04 {words(1, 2)}",
            "05 0040 FF00",
            "06 00C8 0001",
            "16 00C8 0000 FFFF",
            f"15 0B 06 0004 00C7 0002 {words(1, 2)}",
            f"10 0000 0001 FF {'00' * 0xF0}",
            f"0F 0000 0008 FF {'00' * 0xF0}",
        ],
        [2, 3],
        served,
    )


async def test_h063_a_unit_that_is_not_there_gets_0b_or_silence_but_never_data() -> None:
    for silent in (False, True):
        served = device()
        before = contents(served)
        async with attacked(Units({1: served, 2: device()}, silent=silent)) as (_, raw):
            for pdu in ("03 0000 0001", "06 0000 BEEF", "42", "03 0000 0000"):
                if silent:
                    raw.send(adu(pdu, unit=9))
                else:
                    assert await raw.ask(pdu, unit=9) == bytes((bytes.fromhex(pdu)[0] | 0x80, 0x0B))
            await raw.in_step()
        assert contents(served) == before


async def test_h064_units_0_and_255_as_configured_and_no_broadcast_on_tcp() -> None:
    async with attacked(device()) as (_, raw):
        for unit in (0, 1, 255):
            assert (await raw.ask("03 0003 0001", unit=unit))[2:] == VALUES[3].to_bytes(2, "big")
            assert await raw.ask("06 0005 0001", unit=unit) == bytes.fromhex("06 0005 0001")
        assert await raw.ask("03 0003 0001", unit=2) == b"\x83\x0b"
    one, two = device(), device()
    before = contents(one), contents(two)
    async with attacked(Units({1: one, 2: two})) as (_, raw):
        for unit in (0, 255):
            assert await raw.ask("06 0005 BEEF", unit=unit) == b"\x86\x0b"
    assert (contents(one), contents(two)) == before


async def test_h065_writes_to_what_may_only_be_read() -> None:
    first = READ_ONLY[0]
    await refused(
        [
            f"06 {first:04x} 0001",
            f"10 {first - 1:04x} 0002 04 {words(1, 2)}",
            "05 0028 FF00",
            "0F 0027 0002 01 03",
            f"17 0000 0001 {first:04x} 0001 02 {words(1)}",
        ],
        2,
    )
    readable = device(functions=[1, 2, 3, 4])
    await refused(["06 0000 0001", "05 0000 FF00", "0F 0000 0001 01 01", "16 0000 0000 FFFF"], 1, readable)


async def test_h066_a_hook_that_fails_or_gives_the_wrong_number_of_values(
    caplog: pytest.LogCaptureFixture,
) -> None:
    served = device()

    def broken(address: int, quantity: int) -> list[int]:
        raise ZeroDivisionError("secret of the program")

    def short(address: int, quantity: int) -> list[int]:
        return [1]

    served.holding.on_read(broken, within=range(50, 60))
    served.holding.on_read(short, within=range(60, 70))
    await refused(["03 0032 0002", "03 003C 0002"] * 20, 4, served)
    assert "ZeroDivisionError" in caplog.text
    assert len(caplog.records) <= 2


async def test_h067_a_write_that_the_program_refuses_has_no_effect() -> None:
    served = device()

    @served.holding.on_write
    def limited(address: int, values: list[int]) -> None:
        if any(value > 1000 for value in values):
            raise IllegalDataValueError(6)

    await refused(["06 0000 FFFF", f"10 0000 0002 04 {words(1, 5000)}", "16 0000 0000 FFFF"], 3, served)


@pytest.mark.parametrize("seed", range(10))
async def test_h068_random_pdus_get_a_reply_and_exceptions_change_nothing(seed: int) -> None:
    chance = random.Random(seed)
    served = device()
    async with serving(served) as server, connected(server.port) as raw:
        for _ in range(300):
            pdu = chance.randbytes(chance.randrange(1, 20))
            if chance.random() < 0.7:
                pdu = bytes((chance.choice(list(FUNCTION_NAMES)),)) + pdu[1:]
            if chance.random() < 0.3:
                start = bytearray(bytes.fromhex(chance.choice(LEGAL)))
                start[chance.randrange(len(start))] = chance.randrange(256)
                pdu = bytes(start)
            before = contents(served)
            reply = await raw.ask(pdu)
            if reply[0] == pdu[0] | 0x80 and (reply[0] != pdu[0] or len(reply) == 2):
                assert reply[1] in (1, 2, 3), (pdu.hex(), reply.hex())
                assert contents(served) == before, pdu.hex()
            else:
                assert reply[0] == pdu[0]
                assert decode_request(pdu).function == pdu[0]
        served.holding.write(0, VALUES[:99])
        await raw.in_step()
