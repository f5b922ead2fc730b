"""The harness of `make bench`: what it counts, how it judges, and tiny rounds with foreign peers."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from bench import report, traffic_file
from bench.errors import NotMeasured
from bench.machine import cores
from bench.measure import Cell, Measurement, Plan, run_rounds
from bench.native import program
from bench.peers import planning, policies
from bench.peers.decoding import data_of, fields
from bench.peers.serial_wire import transaction
from bench.processes import Running, python, result
from bench.rows import ABSENT, MET, MISSED, NEAR, Row
from bench.scenarios import gateway
from bench.scenarios.collector import schedule
from bench.scenarios.guard import guarded
from bench.scenarios.maps import polled
from bench.standing import in_front, modest, on_line
from port502.guard.engine import Engine, Moment
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.registers.planner import plan as plan_reads
from port502.service.call import Session
from port502.traffic.captures import Captures
from tests.peers import absent


def compiled(name: str) -> str:
    try:
        return program(name)
    except NotMeasured as reason:
        absent(name, str(reason))
        raise


def plan(rounds: int = 3) -> Plan:
    return Plan(quick=True, rounds=rounds, seconds=0.05, say=lambda text: None, order=random.Random(1))


@pytest.mark.parametrize(
    ("values", "must", "at_most", "verdict"),
    [
        ([1.0, 1.2, 5.0], 1.1, False, MET),
        ([1.0], 1.1, False, NEAR),
        ([0.98], 1.1, False, MISSED),
        ([20.0], 20.0, True, MET),
        ([21.9], 20.0, True, NEAR),
        ([22.1], 20.0, True, MISSED),
        ([], 20.0, True, ABSENT),
    ],
)
def test_the_median_is_judged(values: list[float], must: float, at_most: bool, verdict: str) -> None:
    assert Row("g", "w", values, must=must, at_most=at_most).verdict == verdict


def test_reaching_the_aim_is_said() -> None:
    assert Row("g", "w", [3.4], must=2.5, aim=3.3).verdict == "met (aim)"
    assert Row("g", "w", [3.2], must=2.5, aim=3.3).verdict == "met"


def test_only_ratios_fail_a_run() -> None:
    assert Row("g", "w", [1.0], must=2.0).fails
    assert not Row("g", "w", [500.0], "ms", must=60, at_most=True).fails


def test_ratios_are_taken_inside_a_round() -> None:
    rates = {"a": iter([10.0, 100.0]), "b": iter([5.0, 25.0])}
    cell = Cell("c", {name: lambda name=name: Measurement(next(rates[name]), 1.0) for name in rates})
    run_rounds([cell], plan(), rounds=2)
    assert cell.ratio("a", "b") == [2.0, 4.0]
    assert [s.rate for s in cell.summaries()] == [55.0, 15.0]


def test_what_cannot_run_is_left_out_after_the_second_failure() -> None:
    tries: list[str] = []

    def absent() -> Measurement:
        tries.append("absent")
        raise NotMeasured("no such program")

    cell = Cell("c", {"here": lambda: Measurement(1.0, 1.0), "absent": absent})
    run_rounds([cell], plan())
    assert tries == ["absent", "absent"]
    assert cell.ratio("here", "absent") == []
    assert cell.why_not("here", "absent") == "absent: no such program"


def arrivals(*pairs: tuple[int, float]) -> bytes:
    return b"".join(struct.pack("<QQ", device, round(seconds * 1e9)) for device, seconds in pairs)


def test_lateness_is_the_distance_from_the_grid_through_the_earliest_arrival() -> None:
    told = arrivals((0, 10.002), (0, 11.0), (0, 12.007), (1, 10.5), (1, 11.5), (1, 12.5))
    late, astray = schedule(told, 10.0, 13.0, devices=2)
    assert late == pytest.approx(7.0, abs=0.01)
    assert astray == 0


def test_missing_and_doubled_polls_are_counted() -> None:
    told = arrivals((0, 10.0), (0, 12.0), (1, 10.5), (1, 10.6), (1, 11.5), (1, 12.5), (1, 99.0))
    _, astray = schedule(told, 10.0, 13.0, devices=2)
    assert astray == 2
    _, astray = schedule(told, 10.0, 13.0, devices=3)
    assert astray == 2 + 3, "a device that never was polled missed every slot"


def test_the_page_shows_rows_and_medians_and_no_reason_with_paths() -> None:
    rows = [
        Row("group", "what", [2.0, 3.0], must=1, aim=4, cpu=1.5, by_cpu=[0.5, 1.0]),
        Row("group", "gone", [], why_not="/a/path"),
    ]
    cell = Cell("cell", {"one": lambda: Measurement(1234.5, 2.5, 0.5)})
    run_rounds([cell], plan())
    page = report.document({"cores": "2"}, rows, cell.summaries())
    assert "| what | 2.5 × (2 to 3) | ≥ 1 × | ≥ 4 × | met | 2 | 1.50 | 0.75 × |" in page
    assert "| gone | - |" in page
    assert "/a/path" not in page
    assert "| cell | one | 1,234 | 2.50 | 0.50 |" in page


@pytest.mark.slow
@pytest.mark.interop
def test_libmodbus_server_under_the_load_generator() -> None:
    mine, others = cores()
    with Running([compiled("libmodbus_server")], mine) as server:
        load = [compiled("load"), "127.0.0.1", str(server.port), "20", "8", "10", "0.1", str(server.pid)]
        told = result(load, others, 20)
    assert told["requests"] > 100
    assert (told["faults"], told["starved"]) == (0, 0)
    assert 0 < told["cpu"] <= told["seconds"] * 1.5


@pytest.mark.slow
@pytest.mark.interop
@pytest.mark.parametrize("way", ["sync", "async", "gather"])
def test_pymodbus_reads_from_the_c_server(way: str) -> None:
    core, _ = cores()
    with Running([compiled("fast_server"), "1", "0"], core) as server:
        told = result(python("pymodbus_client", way, server.port, 10, 0.1), core, 20)
    assert told["requests"] >= 16
    assert told["cpu"] > 0


@pytest.mark.slow
def test_what_does_not_start_is_not_measured() -> None:
    with pytest.raises(NotMeasured, match="usage"), Running([compiled("fast_server")], cores()[0]):
        pytest.fail("a server without arguments must not get ready")


def test_what_is_planned_is_a_thousand_points_in_legal_reads() -> None:
    points = planning.points()
    assert len({point.name for point in points}) == planning.POINTS
    blocks = plan_reads(points)
    assert sum(len(block.points) for block in blocks) == planning.POINTS
    assert max(block.quantity for block in blocks) <= 125
    assert 100 < len(blocks) < 300, "neither one long run nor points far apart"


def test_the_block_to_decode_fills_one_read() -> None:
    made = fields()
    assert len(made) == 100
    assert made[-1].address + made[-1].registers == 125
    assert len(data_of(made)) == 250


@pytest.mark.interop
def test_both_decoders_give_the_same_values() -> None:
    from bench.peers import port502_decoding, pymodbus_decoding

    ours, theirs = port502_decoding.decoder()(), pymodbus_decoding.decoder()()
    assert len(ours) == 100
    assert ours == pytest.approx(theirs)
    assert len({round(float(str(value)), 3) for value in ours}) == 100


@pytest.mark.slow
def test_every_poll_of_a_small_plant_comes_to_its_end() -> None:
    told = polled(5, "eastron/sdm630", 2.0)
    assert 4 <= told.rate <= 6
    assert told.extra["lost"] == 0
    assert told.p99 is not None
    assert told.p99 < 1000


def test_each_request_fits_exactly_one_rule_of_a_policy() -> None:
    few, many = (Engine(policies.policy(count)) for count in (10, 1000))
    request = ReadHoldingRegistersRequest(999 * policies.SPAN, 10)
    session = Session("127.0.0.1", 5020)
    assert not few.decide(session, 1, request, Moment()).allowed
    decision = many.decide(session, 1, request, Moment())
    assert (decision.allowed, decision.rule) == (True, "r999")


@pytest.mark.slow
def test_decisions_are_counted() -> None:
    told = result(python("policy_decisions", 0.05, 10), cores()[0], 20)
    assert told["requests"] >= 1000
    assert told["cpu"] > 0


@pytest.mark.slow
@pytest.mark.interop
@pytest.mark.parametrize(("connections", "depth"), [(1, 1), (4, 8)])
def test_the_guard_under_the_load_generator(connections: int, depth: int) -> None:
    compiled("load")
    told = guarded(connections, depth, 16, 0.1)
    assert told.rate > 0
    assert told.cpu > 0
    assert told.extra["p50"] > 0


def test_a_transaction_takes_both_frames_and_two_silences() -> None:
    assert transaction(10, 19_200) == pytest.approx(0.023, abs=0.0003)
    assert transaction(125, 9600) == pytest.approx(0.309, abs=0.002)


@pytest.mark.slow
def test_the_gateway_under_load_before_a_server() -> None:
    assert gateway._under_load(lambda: in_front("port502_gateway"), 1, 0.1)().rate > 0
    assert gateway._asked(4, 0.1).extra["device"] > 0
    with on_line("port502_gateway") as line:
        assert modest(line, clients=2, greed=3, seconds=0.5, seed=1).extra["p50"] > 0


def test_the_capture_of_pollers_is_always_the_same_and_every_request_in_it_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for name in ("one", "other"):
        monkeypatch.setattr(traffic_file, "BUILD", tmp_path / name)
        made.append(traffic_file.capture(2000))
    assert made[0].read_bytes() == made[1].read_bytes()
    messages = [one for batch in Captures.of_files([str(made[0])]).messages() for one in batch]
    assert len(messages) == 2000
    assert sum(one.request is not None for one in messages) == 1000
    assert not any(one.problems for one in messages)
