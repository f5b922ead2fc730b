"""Finding and walking chains: at each place, in one piece and broken."""

from __future__ import annotations

import pytest

from port502.errors import DeviceError, GatewayTargetError, IllegalDataAddressError, NoReplyError, UsageError
from port502.registers.sunspec.compose import Part
from port502.registers.sunspec.device import Common
from port502.registers.sunspec.discovery import BASES, MAX_MODELS, NEIGHBOURS, NotSunSpecError, discover
from port502.registers.sunspec.reading import read_device
from tests.registers.sunspec.chains import Wire, placed, raw_chain

COMMON = Part(1, {"Mn": "Acme", "Md": "Sun 10", "Opt": "x", "Vr": "1.2", "SN": "S-1", "DA": 3})
INVERTER = Part(103, {"W": 5000, "W_SF": 1, "St": "MPPT"})
COMMON_WORDS = [1, 66, *[0x4141] * 64, 1, 0x8000]


@pytest.mark.parametrize("base", [*BASES, *NEIGHBOURS])
def test_the_chain_is_found_at_every_place(base: int) -> None:
    wire = Wire(placed([COMMON, INVERTER], base))
    device = wire.run(discover())
    assert device.base == base
    assert [(found.id, found.start - base) for found in device.models] == [(1, 2), (103, 70)]
    assert device.common == Common("Acme", "Sun 10", "x", "1.2", "S-1", 3)
    assert device.faults == ()


def test_a_known_base_is_asked_alone() -> None:
    wire = Wire(placed([COMMON], 1234))
    assert wire.run(discover(base=1234)).base == 1234
    assert wire.requests[0] == (1234, 2)
    with pytest.raises(NotSunSpecError, match="at 1235"):
        wire.run(discover(base=1235))


def test_other_registers_at_the_first_place_do_not_hide_the_chain() -> None:
    wire = Wire({**dict.fromkeys(range(40000, 40010), 0), **placed([COMMON], 50000)})
    assert wire.run(discover()).base == 50000


def test_a_device_without_marker_is_no_sunspec_device() -> None:
    wire = Wire(dict.fromkeys(range(65536), 7))
    with pytest.raises(NotSunSpecError, match="40000, 50000, 0"):
        wire.run(discover())
    assert len(wire.requests) == len(BASES) + len(NEIGHBOURS)


def test_silence_at_one_place_is_a_no() -> None:
    wire = Wire(placed([COMMON], 50000), silent=True)
    assert wire.run(discover()).base == 50000


def test_silence_everywhere_is_silence() -> None:
    wire = Wire({}, silent=True)
    with pytest.raises(NoReplyError):
        wire.run(discover())
    assert len(wire.requests) == len(BASES)


def test_silence_beside_refusals_is_a_no() -> None:
    dialogue = discover()
    next(dialogue)
    dialogue.throw(NoReplyError("no reply"))
    for _ in range(len(BASES) + len(NEIGHBOURS) - 2):
        dialogue.throw(IllegalDataAddressError(3))
    with pytest.raises(NotSunSpecError):
        dialogue.throw(IllegalDataAddressError(3))


def test_a_gateway_that_finds_no_unit_ends_it() -> None:
    dialogue = discover()
    next(dialogue)
    with pytest.raises(GatewayTargetError):
        dialogue.throw(GatewayTargetError(3))


def test_unknown_models_are_stepped_over_and_listed() -> None:
    words = [COMMON_WORDS, [64999, 3, 9, 9, 9], [103, 50, *[0xFFFF] * 50]]
    device = Wire(raw_chain(words)).run(discover())
    assert [found.id for found in device.models] == [1, 64999, 103]
    assert [str(found) for found in device.unknown] == ["64999 unknown model at 40070, 3 registers"]
    assert device.faults == ()


def test_an_end_without_a_length_is_an_end() -> None:
    device = Wire(raw_chain([COMMON_WORDS], end=[0xFFFF])).run(discover())
    assert device.faults == ()


def test_a_chain_without_end_breaks_off() -> None:
    device = Wire(raw_chain([COMMON_WORDS], end=[])).run(discover())
    assert [found.id for found in device.models] == [1]
    assert "breaks off at 40070 (exception 2" in device.faults[0]
    assert "length of model 1" in device.faults[0]


def test_a_marker_alone_is_said_to_be_alone() -> None:
    device = Wire(raw_chain([], end=[])).run(discover())
    assert device.models == ()
    assert "nothing is in front of it" in device.faults[0]
    assert device.common is None
    device = Wire(raw_chain([])).run(discover())
    assert device.faults == ("the chain has no models",)


def test_a_chain_that_does_not_begin_with_the_common_model_is_told() -> None:
    device = Wire(raw_chain([[103, 50, *[0xFFFF] * 50]])).run(discover())
    assert "begins with model 103" in device.faults[0]


def test_a_length_beyond_all_addresses_is_a_fault() -> None:
    device = Wire(raw_chain([COMMON_WORDS, [103, 60000]])).run(discover())
    assert [found.id for found in device.models] == [1]
    assert "model 103 with 60000 registers, which cannot be" in device.faults[0]


def test_a_wrong_length_that_leads_to_zeros_is_a_fault() -> None:
    device = Wire(raw_chain([COMMON_WORDS, [103, 5, *[0] * 50]])).run(discover())
    assert [found.id for found in device.models] == [1, 103]
    assert "perhaps the length of model 103 in front of it is wrong" in device.faults[0]
    assert "too short for PPVphAB" in device.notes[0]


def test_a_chain_without_bounds_ends_at_its_bound() -> None:
    words = [COMMON_WORDS, *([[64999, 0]] * 2000)]
    wire = Wire(raw_chain(words))
    device = wire.run(discover())
    assert len(device.models) == MAX_MODELS
    assert "does not end within 256 models" in device.faults[0]
    assert len(wire.requests) < MAX_MODELS + 5


def test_a_chain_that_runs_to_the_last_address_has_no_end() -> None:
    words = {65500: 0x5375, 65501: 0x6E53, 65502: 64999, 65503: 32, **dict.fromkeys(range(65504, 65536), 0)}
    device = Wire(words).run(discover(base=65500))
    assert "has no end" in device.faults[0]
    words[65503] = 31
    device = Wire(words).run(discover(base=65500))
    assert "has no end" in device.faults[0]


@pytest.mark.parametrize("most", [2, 10, 50, 125])
def test_no_read_is_longer_than_the_device_allows(most: int) -> None:
    wire = Wire(placed([COMMON, INVERTER, Part(126, {"curve.2.V1": 5}, 2)]), most)
    device = wire.run(discover(most))
    assert device.common == Common("Acme", "Sun 10", "x", "1.2", "S-1", 3)
    values = {one.sunspec: one.value for one in wire.run(read_device(device, (), most))}
    assert values["103.W"] == 5000
    assert values["126.curve.2.V1"] == 5
    assert max(count for _, count in wire.requests) <= most


@pytest.mark.parametrize("most", [0, 1, 126])
def test_a_read_is_of_2_to_125_registers(most: int) -> None:
    with pytest.raises(UsageError, match=r"2\.\.125"):
        next(discover(most))


def test_a_common_model_that_is_refused_says_nothing() -> None:
    wire = Wire(placed([COMMON, INVERTER]))
    wire.refused = set(range(40004, 40070))
    device = wire.run(discover())
    assert device.common == Common()
    assert [found.id for found in device.models] == [1, 103]


def test_a_refusal_that_means_something_else_is_passed_on() -> None:
    dialogue = discover()
    next(dialogue)
    with pytest.raises(DeviceError):
        dialogue.throw(DeviceError(3, 6))


def test_several_devices_in_one_chain_have_their_common_models() -> None:
    meter = Part(1, {"Mn": "Meters", "Md": "M"})
    wire = Wire(placed([COMMON, INVERTER, meter, Part(203, {"W": -5})]))
    device = wire.run(discover())
    commons = [found.common.manufacturer for found in device.models if found.common]
    assert commons == ["Acme", "Meters"]
    assert [found.tag for found in device.models] == ["1", "103", "1#2", "203"]
    read = {one.name: one.value for one in wire.run(read_device(device))}
    assert read["manufacturer"] == "Acme"
    assert read["common_2_manufacturer"] == "Meters"
    assert (read["active_power_total"], read["meter_active_power_total"]) == (5000, -5)
