"""Rows H170-H194: whatever a client sends, what reaches the device is what the policy allows."""

from __future__ import annotations

import asyncio
import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from port502.client import Client
from port502.errors import GatewayPathUnavailableError
from port502.guard.audit import AuditLog
from port502.guard.auditor import Auditor, WhenFull
from port502.guard.chain import records, verify
from port502.guard.export import cef, syslog
from port502.guard.gate import Gate
from port502.guard.guard import Guard
from port502.guard.policy import Action, ClientRule, Place, Policy, Rate, Refusal, Step, ValueLimits
from port502.guard.settings import GuardSettings
from port502.protocol.codes import DIAGNOSTIC_NAMES
from port502.protocol.message import LongResponse
from port502.registers.point import Point
from port502.registers.reference import Table, parse_reference
from port502.server import Limits, Networks, Server
from port502.service.call import Call, Reply, Session
from port502.service.long_frames import LongFrames
from port502.service.units import Units
from port502.site.document import Document
from port502.site.faults import SiteFileError
from port502.site.policy_file import load_policy, understand_policy
from tests.guard.rules import policy, rule
from tests.hostile.guarded import POLICY, READS, held, settled
from tests.hostile.raw import adu, connected, read, serving, until
from tests.peers.ports import free_port
from tests.transport.test_upstream import scripted

WRITE = struct.pack(">BHH", 6, 50, 1)  # a register that nobody may write
GOOD_WRITE = struct.pack(">BHH", 6, 20, 7)


async def test_h170_allowed_and_denied_requests_in_one_segment() -> None:
    async with held() as guarded, connected(guarded.port) as raw:
        raw.send(read(3, number=1) + adu(WRITE, number=2) + read(4, number=3) + adu(GOOD_WRITE, number=4))
        frames = await raw.frames(4)
        assert [frame.transaction_id for frame in frames] == [1, 2, 3, 4]
        assert frames[1].pdu == b"\x86\1"
        assert frames[3].pdu == GOOD_WRITE
        assert guarded.plant.pdus == ["0300030001", "0300040001", GOOD_WRITE.hex()]


async def test_h171_one_request_over_many_segments_is_judged_whole() -> None:
    async with held() as guarded, connected(guarded.port) as raw:
        frames = adu(WRITE, number=1) + adu(GOOD_WRITE, number=2) + read(3, number=3)
        for at in range(0, len(frames), 5):
            raw.send(frames[at : at + 5])
            await raw.writer.drain()
            await settled()
        replies = await raw.frames(3)
        assert [reply.pdu[0] for reply in replies] == [0x86, 6, 3]
        assert guarded.plant.pdus == [GOOD_WRITE.hex(), "0300030001"]


BROKEN = {
    "protocol id": struct.pack(">HHHB", 1, 1, 6, 1) + GOOD_WRITE,
    "length 0": struct.pack(">HHHB", 1, 0, 0, 1) + GOOD_WRITE,
    "length 1": struct.pack(">HHHB", 1, 0, 1, 1) + GOOD_WRITE,
    "length 255": adu(GOOD_WRITE, length=255) + b"\0" * 300,
    "length 65535": adu(GOOD_WRITE, length=65535) + b"\0" * 300,
    "HTTP": b"GET / HTTP/1.1\r\nHost: plc\r\n\r\n",
    "TLS": bytes.fromhex("160301020001000001fc0303") + b"\0" * 64,
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "an RTU frame": bytes.fromhex("01060014000749cc") * 2,
    "junk": bytes(range(1, 200)),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_h172_what_is_no_frame_closes_and_nothing_is_forwarded(name: str) -> None:
    async with held() as guarded, connected(guarded.port) as raw:
        raw.send(BROKEN[name])
        assert await raw.rest() == b""
        assert guarded.plant.asked == []
        await until(lambda: guarded.told("connection"))


@pytest.mark.parametrize("lie", range(-5, 10))
async def test_h172_a_wrong_length_never_moves_a_request_past_the_policy(lie: int) -> None:
    """The bytes behind the announced ones are read as the next header, or the connection ends."""
    async with held() as guarded, connected(guarded.port) as raw:
        raw.send(adu(struct.pack(">BHH", 3, 3, 1), length=6 + lie) + adu(WRITE, number=9))
        raw.end()
        await raw.rest()
        assert all(pdu.startswith("03") for pdu in guarded.plant.pdus)


async def test_h172_a_second_request_hidden_in_the_length_of_the_first_is_never_carried_out() -> None:
    hidden = adu(WRITE, number=9)
    async with (
        held(policy(rule("all", "16", units={1}), read_before="never")) as guarded,
        connected(guarded.port) as raw,
    ):
        head = struct.pack(">BHHB", 16, 20, 6, 12)
        assert await raw.ask(head + hidden) == struct.pack(">BHH", 16, 20, 6)
        [(_, request)] = guarded.plant.asked
        assert request.encode() == head + hidden  # twelve bytes of data, and nothing but that
        assert (await raw.ask(head + hidden + b"\0"))[0] == 0x90


@pytest.mark.parametrize(("address", "quantity"), [(18, 3), (23, 2), (16, 10), (19, 1), (24, 1)])
async def test_h173_a_range_that_is_partly_allowed_is_refused_whole(address: int, quantity: int) -> None:
    async with held() as guarded, connected(guarded.port) as raw:
        write = struct.pack(">BHHB", 16, address, quantity, 2 * quantity) + b"\0\1" * quantity
        assert await raw.ask(write) == b"\x90\1"
        assert await raw.ask(struct.pack(">BHH", 3, 99, 2)) == b"\x83\1"
        assert guarded.plant.asked == []


@pytest.mark.parametrize(
    ("read_at", "write_at", "passes"),
    [(0, 20, True), (0, 50, False), (150, 20, False), (99, 23, True), (99, 24, False)],
)
async def test_h174_function_23_needs_both(read_at: int, write_at: int, passes: bool) -> None:
    async with held() as guarded, connected(guarded.port) as raw:
        request = struct.pack(">BHHHHBH", 23, read_at, 1, write_at, 1, 2, 9)
        answer = await raw.ask(request)
        assert (answer[0] == 23) is passes
        assert (guarded.plant.pdus == [request.hex()]) is passes
        assert (guarded.plant.device.holding[write_at] == 9) is passes


async def test_h174_a_read_rule_alone_does_not_let_function_23_write() -> None:
    async with held(policy(READS)) as guarded, connected(guarded.port) as raw:
        assert await raw.ask(struct.pack(">BHHHHBH", 23, 0, 1, 20, 1, 2, 9)) == b"\x97\1"
        assert guarded.plant.asked == []


async def test_h175_function_22_is_judged_by_what_it_leaves_behind() -> None:
    made = policy(
        rule("low bits", "22", "holding:20*4", values=ValueLimits(mask=0x00FF)), read_before="needed"
    )
    async with held(made) as guarded, connected(guarded.port) as raw:
        guarded.plant.device.holding[20] = 0x0012
        guarded.plant.device.holding[21] = 0x8012
        masks = {
            (20, 0xFFFF, 0x0000): True,
            (20, 0xFF00, 0x00FF): True,
            (20, 0x00FF, 0x0100): False,  # sets a bit outside
            (21, 0xFFFF, 0x0000): False,  # keeps one that is there
            (21, 0x0000, 0x00FF): True,  # known without looking
            (21, 0x0000, 0x01FF): False,
        }
        for (address, kept, new), passes in masks.items():
            answer = await raw.ask(struct.pack(">BHHH", 22, address, kept, new))
            assert (answer[0] == 22) is passes, (address, kept, new)
        assert all(guarded.plant.device.holding[at] <= 0xFF for at in (20, 21))


async def test_h175_pipelined_mask_writes_cannot_add_up_to_what_none_of_them_may_do() -> None:
    made = policy(rule("small", "22", "holding:20", values=ValueLimits(maximum=0x6F)), read_before="needed")
    async with held(made, window=8) as guarded, connected(guarded.port) as raw:
        guarded.plant.device.holding[20] = 0x40
        bits = (0x20, 0x10, 0x20, 0x10)
        raw.send(b"".join(adu(struct.pack(">BHHH", 22, 20, 0xFFFF & ~bit, bit), number=bit) for bit in bits))
        await raw.frames(4)
        assert guarded.plant.device.holding[20] == 0x60


async def test_h176_files_are_judged_group_by_group() -> None:
    made, _ = understand_policy(
        Document(
            Path("p"),
            "default: deny\nrules: [{functions: [20, 21], files: ['4:0-99']}]\nread_before: never\n",
        )
    )
    assert made is not None

    def reads(*groups: tuple[int, int, int]) -> bytes:
        return bytes((20, 7 * len(groups))) + b"".join(struct.pack(">BHHH", 6, *group) for group in groups)

    def writes(*groups: tuple[int, int]) -> bytes:
        body = b"".join(struct.pack(">BHHHH", 6, file, record, 1, 9) for file, record in groups)
        return bytes((21, len(body))) + body

    async with held(made) as guarded, connected(guarded.port) as raw:
        assert (await raw.ask(reads((4, 0, 5), (4, 90, 10))))[0] == 20
        assert await raw.ask(reads((4, 0, 5), (4, 95, 10))) == b"\x94\1"
        assert await raw.ask(reads((4, 0, 5), (9, 9990, 1))) == b"\x94\1"
        assert await raw.ask(writes((4, 1), (9, 9990))) == b"\x95\1"
        assert (await raw.ask(writes((4, 1))))[0] == 21
        assert len(guarded.plant.asked) == 2


@pytest.mark.parametrize("made", [policy(), policy(rule("one", "4", "input:9"))], ids=["nothing", "little"])
async def test_h177_every_code_and_sub_function_is_refused_with_01_by_default(made: Policy) -> None:
    async with held(made) as guarded, connected(guarded.port) as raw:
        for code in range(1, 128):
            for data in (b"", b"\0\1", b"\0\x96\0\1", b"\0\x96\xff\0"):
                answer = await raw.ask(bytes((code,)) + data)
                assert answer[0] == code | 0x80, (code, data)
                broken = (
                    made.rules and answer[1] == 3
                )  # who may do anything hears what is wrong with a request
                assert answer[1] == 1 or broken, (code, data, answer)
        for sub_function in (*DIAGNOSTIC_NAMES, 5, 9, 19, 21, 0x100, 0xFFFF):
            assert await raw.ask(struct.pack(">BHH", 8, sub_function, 0)) == b"\x88\1"
        for kind in (0, 1, 12, 13, 14, 15, 255):
            assert (await raw.ask(bytes((43, kind, 1, 0)))) == b"\xab\1"
        for code in (0, 128, 131, 144, 255):
            assert (await raw.ask(bytes((code, 0, 0, 0, 1))))[1] == 1
        assert guarded.plant.asked == []


async def test_h177_all_contains_neither_restart_nor_listen_only_nor_clear() -> None:
    async with (
        held(policy(rule("all", "all"), read_before="never")) as guarded,
        connected(guarded.port) as raw,
    ):
        for sub_function in (1, 4, 10):
            assert await raw.ask(struct.pack(">BHH", 8, sub_function, 0)) == b"\x88\1"
        assert guarded.plant.asked == []
        assert (await raw.ask(b"\x5a\1"))[0] == 0xDA  # a maker's function passes, and the device refuses it
        assert guarded.plant.pdus == ["5a01"]


@pytest.mark.parametrize("unit", [0, 2, 247, 248, 255])
async def test_h177_units_that_no_rule_names_are_refused(unit: int) -> None:
    async with held() as guarded, connected(guarded.port) as raw:
        assert await raw.ask(struct.pack(">BHH", 3, 0, 1), unit=unit) == b"\x83\1"
        assert await raw.ask(GOOD_WRITE, unit=unit) == b"\x86\1"
        assert guarded.plant.asked == []


async def test_h178_a_frame_of_261_bytes_closes() -> None:
    async with held(policy(rule("all", "all"))) as guarded, connected(guarded.port) as raw:
        raw.send(struct.pack(">HHHB", 1, 0, 255, 1) + b"\x5a" + b"\0" * 253)
        assert await raw.rest() == b""
        assert guarded.plant.asked == []


VENDOR = [*range(65, 73), 90, *range(100, 111), 125, 126, 127]


@pytest.mark.parametrize("function", VENDOR)
async def test_h178_frames_of_261_bytes_of_every_maker_close_unless_named(function: int) -> None:
    long = struct.pack(">HHHBB", 1, 0, 255, 1, function) + b"\0" * 253
    made = policy(rule("all", "all"))
    async with held(made) as guarded, connected(guarded.port) as raw:
        raw.send(long)
        assert await raw.rest() == b""
        assert guarded.plant.asked == []
        [closed] = guarded.told("connection")
        assert (closed["cause"], closed["client"]) == ("frame", "127.0.0.1")
        assert "length 255 is not 2-254" in closed["reason"]
    async with serving() as server, connected(server.port) as raw:
        raw.send(long)
        assert await raw.rest() == b""


async def test_h178_an_exception_names_peer_function_and_size() -> None:
    exceptions = (LongFrames(Networks(["127.0.0.9"]), 90),)
    made = policy(rule("tools", "90"), rule("reads", "read"))
    long = struct.pack(">HHHBB", 1, 0, 255, 1, 90) + bytes(range(253))
    async with held(made, long_frames=exceptions) as guarded:
        async with connected(guarded.port, source="127.0.0.9") as named:
            named.send(long + long, struct.pack(">HHHBBHH", 2, 0, 6, 1, 3, 0, 1))
            answers = await named.frames(3)
            assert [answer.pdu for answer in answers][:2] == [bytes((90 | 0x80, 1))] * 2, (
                "the device knows it not"
            )
            assert answers[2].pdu[0] == 3
            assert [pdu for pdu in guarded.plant.pdus if pdu.startswith("5a")] == [long[7:].hex()] * 2
            [first, _] = guarded.told("write")
            assert (first["operation"], first["pdu"][:4]) == ("90", "5a00")
            named.send(struct.pack(">HHHBB", 1, 0, 255, 1, 91) + bytes(253))
            assert await named.rest() == b""
        async with connected(guarded.port, source="127.0.0.8") as other:
            other.send(long)
            assert await other.rest() == b""
    async with (
        held(POLICY, long_frames=exceptions) as guarded,
        connected(guarded.port, source="127.0.0.9") as named,
    ):
        named.send(long)
        [answer] = await named.frames(1)
        assert answer.pdu == bytes((90 | 0x80, 1)), "the policy judges it like all others"
        assert guarded.plant.asked == []


async def test_h178_a_long_reply_comes_back_in_its_length() -> None:
    def tool(call: Call) -> Reply:
        return LongResponse(90, bytes(253)) if call.request.function == 90 else None

    exceptions = (LongFrames(Networks(["127.0.0.0/8"]), 90),)
    made = policy(rule("tools", "90"))
    async with (
        Server(Units({}, any_unit=tool), "tcp://127.0.0.1:0", long_frames=exceptions) as plc,
        Guard("tcp://127.0.0.1:0", plc.url, Gate(made), long_frames=exceptions) as guard,
        connected(guard.server.port) as raw,
    ):
        raw.send(struct.pack(">HHHBBB", 9, 0, 3, 1, 90, 2))
        header = await raw.reader.readexactly(7)
        assert struct.unpack(">HHHB", header) == (9, 0, 255, 1)
        assert await raw.reader.readexactly(254) == bytes((90,)) + bytes(253)


async def test_h179_values_at_below_and_above_each_limit() -> None:
    limits = ValueLimits(minimum=10, maximum=20)
    made = policy(
        rule("x", "write", "holding:20*4", values=limits, refusal=Refusal(code=3)),
        rule("steps", "write", "holding:30", values=ValueLimits(step=Step(50, 1000.0))),
    )
    async with held(made) as guarded, connected(guarded.port) as raw:
        for value, passes in {9: False, 10: True, 20: True, 21: False, 0: False, 65535: False}.items():
            single = await raw.ask(struct.pack(">BHH", 6, 20, value))
            several = await raw.ask(struct.pack(">BHHB4H", 16, 20, 4, 8, 15, 15, 15, value))
            assert (single[0] == 6, several[0] == 16) == (passes, passes)
            if not passes:
                assert (single, several) == (b"\x86\3", b"\x90\3")
        there = guarded.plant.device.holding[30]
        assert await raw.ask(struct.pack(">BHH", 6, 30, there + 51)) == b"\x86\1"
        for value in (there + 25, there):  # there and back: all of it is used up
            assert (await raw.ask(struct.pack(">BHH", 6, 30, value)))[0] == 6
        assert await raw.ask(struct.pack(">BHH", 6, 30, there + 25)) == b"\x86\1"
        reasons = {said["reason"] for said in guarded.told("refused")}
        assert "holding:20 is 9, below min 10" in reasons


@pytest.mark.parametrize("bits", [0x7FC00000, 0x7F800000, 0xFF800000, 0x7F800001, 0x42C80001])
async def test_h180_what_is_no_number_within_the_limits_is_refused(bits: int) -> None:
    point = Point.from_reference(parse_reference("holding:20/float32"), "speed")
    limited = rule("x", "write", values=ValueLimits(minimum=0, maximum=100))
    made = policy(replace(limited, places=(Place(Table.HOLDING, 20, 2, point),)), read_before="never")
    async with held(made) as guarded, connected(guarded.port) as raw:
        assert (await raw.ask(struct.pack(">BHHBf", 16, 20, 2, 4, 99.5)))[0] == 16
        assert await raw.ask(struct.pack(">BHHBI", 16, 20, 2, 4, bits)) == b"\x90\1"
        assert await raw.ask(struct.pack(">BHH", 6, 20, 0x42C8)) == b"\x86\1"  # half a value
        assert len(guarded.plant.asked) == 1


@pytest.mark.slow
async def test_h181_a_reply_to_nobody_is_dropped() -> None:
    right, stray = b"\0\0\0\5\1\3\2\0\7", b"\x66\x66\0\0\0\5\1\3\2\xff\xff"
    heard: list[dict[str, Any]] = []
    async with scripted(right + stray * 3, right) as (_, url):
        gate = Gate(POLICY, Auditor(tell=(heard.append,)))
        async with Guard("tcp://127.0.0.1:0", url, gate) as guard, connected(guard.server.port) as raw:
            for _ in range(2):
                assert await raw.ask(struct.pack(">BHH", 3, 0, 1)) == b"\3\2\0\7"
            await until(lambda: any(said.get("cause") == "unasked replies" for said in heard))


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (struct.pack(">BHH", 3, 0, 1), b"\0\0\0\7\1\3\4\0\1\0\2"),  # more than asked
        (struct.pack(">BHH", 3, 0, 2), b"\0\0\0\5\1\3\2\0\1"),  # less
        (struct.pack(">BHH", 3, 0, 1), b"\0\0\0\5\1\4\2\0\1"),  # another function
        (struct.pack(">BHH", 3, 0, 1), b"\0\0\0\5\2\3\2\0\1"),  # another unit
        (GOOD_WRITE, b"\0\0\0\6\1" + struct.pack(">BHH", 6, 21, 7)),  # another echo
        (GOOD_WRITE, b"\0\0\0\6\1" + struct.pack(">BHH", 6, 20, 8)),
    ],
)
async def test_h182_a_reply_that_does_not_fit_is_0b_and_a_finding(request_: bytes, reply: bytes) -> None:
    heard: list[dict[str, Any]] = []
    async with scripted(reply) as (_, url):
        gate = Gate(POLICY, Auditor(tell=(heard.append,)))
        async with Guard("tcp://127.0.0.1:0", url, gate) as guard, connected(guard.server.port) as raw:
            assert await raw.ask(request_) == bytes((request_[0] | 0x80, 11))
    assert [said["cause"] for said in heard if said["event"] == "finding"] == ["wrong reply"]


async def test_h183_what_reaches_the_device_is_encoded_anew() -> None:
    padded = struct.pack(">BHHB", 15, 0, 3, 1) + b"\xff"  # five bits of padding that nobody should see
    made = policy(rule("all", "all"), read_before="never")
    async with scripted(*[b"\0\0\0\6\1" + struct.pack(">BHH", 15, 0, 3)]) as (script, url):
        async with Guard("tcp://127.0.0.1:0", url, Gate(made)) as guard, connected(guard.server.port) as raw:
            assert await raw.ask(struct.pack(">BHHx", 3, 0, 1), number=3) == b"\x83\3"  # a byte too many
            assert await raw.ask(padded, number=0x7777) == struct.pack(">BHH", 15, 0, 3)
        assert script.received[2:] == b"\0\0\0\x08\1" + struct.pack(">BHHB", 15, 0, 3, 1) + b"\7"
        assert script.received[:2] != b"\x77\x77"


def test_h184_a_broken_or_missing_file_of_rules_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    whole = "default: deny\nrules:\n  - {name: a, functions: [read]}\n  - {name: b, functions: [write]}\n"
    path.write_text(whole)
    gate = Gate(load_policy(path))
    for broken in (
        whole[:-5],
        whole.replace("write", "wrote"),
        whole.replace("deny", "allow"),
        "\0",
        "[",
        "",
    ):
        path.write_text(broken)
        with pytest.raises(SiteFileError) as caught:
            gate.replace(load_policy(path))
        assert any(fault.line for fault in caught.value.faults) or not broken
        assert [one.name for one in gate.policy.rules] == ["a", "b"]
    path.unlink()
    with pytest.raises(SiteFileError):
        gate.replace(load_policy(path))


async def test_h185_new_rules_hold_for_the_next_request_of_an_open_connection() -> None:
    async with held() as guarded, connected(guarded.port) as raw:
        assert (await raw.ask(GOOD_WRITE))[0] == 6
        assert (await raw.ask(struct.pack(">BHH", 3, 0, 1)))[0] == 3
        guarded.guard.gate.replace(policy(rule("inputs", "4")))
        assert await raw.ask(GOOD_WRITE) == b"\x86\1"
        assert await raw.ask(struct.pack(">BHH", 3, 0, 1)) == b"\x83\1"
        assert (await raw.ask(struct.pack(">BHH", 4, 0, 1)))[0] == 4


class FullDisk:
    """A log that cannot be written."""

    failing = True

    def write(self, fields: dict[str, Any]) -> bool:
        return False

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("when_full", "reads", "writes"),
    [(WhenFull.GO_ON, 3, 6), (WhenFull.STOP_WRITES, 3, 0x86), (WhenFull.STOP, 0x83, 0x86)],
)
async def test_h186_a_full_disk_stops_what_the_file_says(
    when_full: WhenFull, reads: int, writes: int
) -> None:
    auditor = Auditor(FullDisk(), when_full=when_full)  # type: ignore[arg-type]
    async with held(auditor=auditor) as guarded, connected(guarded.port) as raw:
        assert (await raw.ask(struct.pack(">BHH", 3, 0, 1)))[0] == reads
        assert (await raw.ask(GOOD_WRITE))[0] == writes


async def test_h187_a_flood_of_refusals_is_counted_in_an_unbroken_chain(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl", max_bytes=4000)
    auditor = Auditor(log)
    async with held(auditor=auditor) as guarded, connected(guarded.port) as raw:
        for start in range(0, 2000, 100):
            raw.send(b"".join(adu(WRITE, number=start + at) for at in range(100)))
            await raw.frames(100)
    auditor.close()
    said = list(records(tmp_path / "audit.jsonl"))
    assert len([one for one in said if one["event"] == "refused"]) == 1
    assert sum(one["count"] for one in said if one["event"] == "repeated") == 1999
    assert verify(tmp_path / "audit.jsonl").whole


ESCAPES = 'eva"\n<13>1 - x\x1b[2J\u202e\\=|\r\0'


async def test_h188_nothing_that_a_client_says_leaves_its_place_in_a_log(tmp_path: Path) -> None:
    made = Policy(clients=(ClientRule("x", roles=frozenset({"eva"})),))
    log = AuditLog(tmp_path / "audit.jsonl")
    gate = Gate(made, Auditor(log))
    gate.watch.stranger(Session("10.0.0.1", role=ESCAPES, subject=ESCAPES, fingerprint=ESCAPES))
    log.close()
    line = (tmp_path / "audit.jsonl").read_bytes()
    assert line.count(b"\n") == 1
    assert line.isascii()
    assert line[:-1].decode().isprintable()
    said = json.loads(line)
    assert said["role"] == ESCAPES
    for text in (syslog(said, ESCAPES, 1).decode(), cef(said, "1")):
        assert text.isascii()
        assert text.isprintable()
    assert verify(tmp_path / "audit.jsonl").whole


@pytest.mark.slow
async def test_h189_a_dead_device_is_0a_and_a_dead_guard_is_no_way_round() -> None:
    async with Guard("tcp://127.0.0.1:0", f"tcp://127.0.0.1:{free_port()}", Gate(POLICY)) as guard:
        port = guard.server.port
        async with Client(guard.url) as client:
            with pytest.raises(GatewayPathUnavailableError):
                await client.read_holding_registers(0)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_h190_a_dry_run_forwards_and_tells() -> None:
    async with (
        held(policy(READS, dry_run=True, read_before="never")) as guarded,
        connected(guarded.port) as raw,
    ):
        assert await raw.ask(WRITE) == WRITE
        assert guarded.plant.pdus == [WRITE.hex()]
        [said] = guarded.told("write")
        assert said["reason"] == "exception 01: no rule allows it"
        raw.send(BROKEN["length 0"])  # what is no frame is never forwarded
        assert await raw.rest() == b""
        assert len(guarded.plant.asked) == 1


@pytest.mark.slow
async def test_h191_the_excess_is_busy_and_what_gets_too_old_is_not_sent() -> None:
    made = policy(rule("x", "read", rate=Rate(3, 1000.0)))
    async with held(made) as guarded, connected(guarded.port) as raw:
        answers = [await raw.ask(struct.pack(">BHH", 3, 0, 1)) for _ in range(5)]
        assert [answer[:2] for answer in answers] == [b"\3\2"] * 3 + [b"\x83\6"] * 2
        assert len(guarded.plant.asked) == 3
    async with (
        scripted(b"", b"", b"") as (script, url),
        Guard(
            "tcp://127.0.0.1:0", url, Gate(POLICY), settings=GuardSettings(window=1, timeout=5.0, age=0.5)
        ) as guard,
        connected(guard.server.port) as raw,
    ):
        raw.send(b"".join(adu(GOOD_WRITE, number=number) for number in range(4)))
        frames = await raw.frames(4)
        assert {frame.pdu for frame in frames} == {b"\x86\x0b"}
        assert len(script.received) == 12


@pytest.mark.parametrize("host", ["10.0.0.1", "::ffff:10.0.0.1", "::ffff:a00:1"])
def test_h192_one_address_has_one_form(host: str) -> None:
    gate = Gate(policy(rule("x", "all", clients=("scada",))))
    assert gate.engine.knows(Session(host))
    assert not gate.engine.knows(Session("10.0.0.2"))
    zone = Gate(Policy(clients=(ClientRule("x", networks=("fe80::1",)),)))
    assert zone.engine.knows(Session("fe80::1%eth0"))


async def test_h192_a_header_of_a_proxy_says_nothing_about_who_somebody_is() -> None:
    async with held() as guarded, connected(guarded.port) as raw:
        raw.send(b"PROXY TCP4 10.0.0.1 10.0.0.2 40000 502\r\n" + adu(GOOD_WRITE))
        assert await raw.rest() == b""
        assert guarded.plant.asked == []


async def test_h193_tls_on_a_plain_listener_closes_and_is_written_down() -> None:
    async with held() as guarded, connected(guarded.port) as raw:
        raw.send(BROKEN["TLS"])
        assert await raw.rest() == b""
        await until(lambda: guarded.told("connection"))
        assert guarded.told("connection")[0]["cause"] == "frame"


async def test_h194_scanners_learn_nothing_and_the_guard_stays_well() -> None:
    async with held() as guarded:
        for unit in range(1, 30):  # modbus-discover: a new connection for each unit, id 0, function 17
            async with connected(guarded.port) as raw:
                assert await raw.ask(b"\x11", number=0, unit=unit) == b"\x91\1"
                assert await raw.ask(b"\x2b\x0e\1\0", number=0, unit=unit) == b"\xab\1"
        for probe in (b"\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n", b"\x16\3\0\0S\1\0\0O\3\0", b"HELP\r\n"):
            async with connected(guarded.port) as raw:
                raw.send(probe)
                raw.end()
                assert await raw.rest() == b""
        async with connected(guarded.port) as raw:  # a frame of modbusdetect: quantity 0
            assert await raw.ask(b"\4\0\1\0\0", number=0x2100) == b"\x84\3"
            assert (await raw.ask(b"\3\0\0\0\1"))[0] == 3
        assert len(guarded.plant.asked) == 1
        assert guarded.guard.gate.watch.counters["unexpected client"] > 0


async def test_h191_half_requests_and_too_many_connections_end() -> None:
    limits = Limits(connections=3, per_client=3, frame=0.05, idle=0.2, evict=False)
    async with held(limits=limits) as guarded, connected(guarded.port) as slow:
        slow.send(read(3)[:7])
        assert await slow.rest() == b""
        await until(lambda: guarded.guard.gate.watch.counters["half a frame"])
        async with (
            connected(guarded.port),
            connected(guarded.port),
            connected(guarded.port),
            connected(guarded.port) as fourth,
        ):
            assert await fourth.rest() == b""
        assert guarded.guard.gate.watch.counters["refused"] == 1


async def test_a_policy_that_closes_ends_the_connection_behind_earlier_replies() -> None:
    made = policy(READS, refusal=Refusal(Action.CLOSE))
    async with held(made) as guarded, connected(guarded.port) as raw:
        raw.send(read(3, number=1))
        await raw.frames(1)
        raw.send(adu(WRITE, number=2) + read(4, number=3))
        assert await raw.rest() == b""
        assert guarded.plant.pdus == ["0300030001"]
        assert guarded.guard.gate.watch.counters["policy"] == 1


async def test_a_policy_that_drops_says_nothing_and_goes_on() -> None:
    made = policy(READS, refusal=Refusal(Action.DROP))
    async with held(made) as guarded, connected(guarded.port) as raw:
        raw.send(adu(WRITE, number=2) + read(4, number=3))
        [frame] = await raw.frames(1)
        assert frame.transaction_id == 3


@pytest.mark.slow
async def test_a_legitimate_client_is_served_while_others_flood() -> None:
    made = policy(READS, rule("x", "all", deny=True), read_before="never")
    async with held(made, limits=Limits(connections=64, per_client=64)) as guarded:
        stop = asyncio.Event()

        async def flood(payload: bytes) -> None:
            async with connected(guarded.port) as raw:
                while not stop.is_set():
                    raw.send(payload)
                    try:
                        await asyncio.wait_for(raw.reader.read(65536), 1)
                    except (TimeoutError, ConnectionError):
                        return

        bad = [adu(WRITE) * 20, adu(b"\x5a\1") * 20, adu(b"\3\0") * 20, read(150, 1) * 20]
        floods = [asyncio.ensure_future(flood(payload)) for payload in bad * 4]
        async with Client(guarded.guard.url, retries=0) as client:
            for _ in range(50):
                assert await client.read_holding_registers(3, timeout=2.0)
        stop.set()
        await asyncio.gather(*floods, return_exceptions=True)
        assert {pdu[:2] for pdu in guarded.plant.pdus} == {"03"}
