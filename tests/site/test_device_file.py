"""From a device file to a device that answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.errors import IllegalDataAddressError
from port502.protocol.message import ExceptionResponse, Request
from port502.protocol.register_access import (
    ReadFifoQueueRequest,
    ReadFifoQueueResponse,
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
    WriteSingleRegisterRequest,
)
from port502.service.call import Call, Session
from port502.service.units import Units
from port502.site.device_file import DeviceDescription, load_device, read_device
from port502.site.faults import SiteFileError

BOILER = """\
device: boiler-plc
units: [1]                        # or `any`; a single device also answers 0 and 255
identity: {vendor: Acme, product: B200, revision: "1.4"}
holding:  {0: [10, 20, 30], 100-199: 0, 300: {float32: 21.5, order: cdab}, 310: {string: "BOILER 7", length: 8}}
input:    {0-9: 7}
coil:     {0-15: false}
discrete: {0: [true, false, true]}
read_only: [holding:100-199]
files:    {1: {0: [1, 2, 3]}}     # FC 20/21; `fifo: {50: [1, 2]}` for FC 24
fifo:     {50: [1, 2]}
"""


def described(tmp_path: Path, text: str) -> DeviceDescription:
    path = tmp_path / "device.yaml"
    path.write_text(text)
    return read_device(path, {})


def faults_of(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SiteFileError) as caught:
        described(tmp_path, text)
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in caught.value.faults]


def ask(service: Units, unit: int, request: Request) -> object:  # type: ignore[type-arg]
    return service(Call(Session(transport="tcp"), unit, request))


def test_the_example_of_the_page_answers(tmp_path: Path) -> None:
    path = tmp_path / "device.yaml"
    path.write_text(BOILER)
    name, service = load_device(path)
    assert name == "boiler-plc"
    assert service.units == [0, 1, 255]
    reply = ask(service, 1, ReadHoldingRegistersRequest(0, 3))
    assert isinstance(reply, ReadHoldingRegistersResponse)
    assert reply.registers == [10, 20, 30]
    text = ask(service, 255, ReadHoldingRegistersRequest(310, 8))
    assert isinstance(text, ReadHoldingRegistersResponse)
    assert text.data == b"BOILER 7".ljust(16, b"\0")
    queue = ask(service, 1, ReadFifoQueueRequest(50))
    assert isinstance(queue, ReadFifoQueueResponse)
    assert queue.registers == [1, 2]
    hole = ask(service, 1, ReadHoldingRegistersRequest(3, 1))
    assert isinstance(hole, ExceptionResponse)
    assert hole.code == IllegalDataAddressError.code
    protected = ask(service, 1, WriteSingleRegisterRequest(150, 5))
    assert isinstance(protected, ExceptionResponse)


def test_every_table_has_its_values(tmp_path: Path) -> None:
    device = described(tmp_path, BOILER).device()
    assert device.holding.read(300, 2) == [0x0000, 0x41AC]
    assert device.holding.read(100, 100) == [0] * 100
    assert device.input.read(0, 10) == [7] * 10
    assert device.coil.read(0, 16) == [False] * 16
    assert device.discrete.read(0, 3) == [True, False, True]
    assert device.files[1].read(0, 3) == [1, 2, 3]
    assert device.holding.is_protected(100, 1)
    assert not device.holding.is_protected(0, 1)
    assert (device.identity.vendor, device.identity.product, device.identity.revision) == (
        "Acme",
        "B200",
        "1.4",
    )


def test_copies_share_nothing(tmp_path: Path) -> None:
    description = described(tmp_path, BOILER)
    one, two = description.device(), description.device()
    one.holding.write(0, [99])
    one.fifo[50].append(3)
    one.files[1].write(0, [99])
    assert two.holding.read(0) == [10]
    assert two.fifo[50] == [1, 2]
    assert two.files[1].read(0) == [1]
    assert description.device().holding.read(0) == [10]


def test_any_unit_or_several(tmp_path: Path) -> None:
    every = described(tmp_path, "device: d\nunits: any\nholding: {0: 1}\n")
    assert len(every.service().units) == 256
    several = described(tmp_path, "device: d\nunits: [3, 5]\nholding: {0: 1}\n")
    assert several.service().units == [0, 3, 5, 255]
    assert several.service([9]).units == [0, 9, 255]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("holding: {0: 1, 0x0: 2}\n", "2:17 holding.0x0: address 0 stands in 0 (0-0) already"),
        ("holding: {0-9: 1, 5: 2}\n", "holding.5: address 5 stands in 0-9 (0-9) already"),
        ("coil: {0: [true, true], 1: false}\n", "coil.1: address 1 stands in 0 (0-1) already"),
        ("holding: {65535: [1, 2]}\n", "holding.65535: 2 values from 65535 on end at 65536"),
        ("files: {1: {0: 1}, 0x1: {0: 1}}\n", "files.0x1: file number 1 stands there already, as 1"),
        ("files: {1: {0: [1, 2], 1: 1}}\n", "files.1.1: address 1 stands in 0"),
        ("files: {1: {9999: [1, 2]}}\n", "files.1"),
        ("fifo: {5: [1], 0x5: [2]}\n", "fifo.0x5: address 5 stands there already, as 5"),
        ("holding: {0: 1}\nread_only: [holding:5-9]\n", "3:13 read_only[0]: none of these addresses exists"),
        (
            "identity: {vendor: a, url: b}\nholding: {0: 1}\nidentity: {}\n",
            "4:1 key 'identity' stands already",
        ),
        ("holding: {0: {flaot32: 1}}\n", "2:11 holding.0: unknown type 'flaot32'; did you mean 'float32'?"),
        ("holdign: {0: 1}\n", "holdign: unknown key; did you mean 'holding'?"),
    ],
)
def test_what_no_device_can_have(tmp_path: Path, text: str, message: str) -> None:
    found = faults_of(tmp_path, "device: d\n" + text)
    assert any(message in fault for fault in found), found


def test_all_faults_at_once(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        "units: [300]\nholding: {0: 70000, 5-4: 1, 10: 1, 0xA: 2}\ncoil: {0: maybe}\nread_only: [input:0]\n",
    )
    assert len(found) == 7


def test_identity_that_no_response_carries(tmp_path: Path) -> None:
    vendor = "é" * 200
    assert (
        "identity"
        in faults_of(tmp_path, f"device: d\nidentity: {{vendor: {vendor}}}\nholding: {{0: 1}}\n")[0]
    )


def test_an_empty_device_is_doubtful(tmp_path: Path) -> None:
    (warning,) = described(tmp_path, "device: d\n").warnings
    assert "no addresses that could be read" in warning.message


@pytest.mark.parametrize("text", ["", "text\n", "[1]\n"])
def test_what_is_no_device_file(tmp_path: Path, text: str) -> None:
    assert len(faults_of(tmp_path, text)) == 1


def test_a_whole_address_space(tmp_path: Path) -> None:
    device = described(tmp_path, "device: d\nholding: {0-65535: 5}\ninput: {0-65535: {uint32: 7}}\n").device()
    assert device.holding.read(65535) == [5]
    assert device.input.read(65534, 2) == [0, 7]


def test_a_map_takes_the_place_of_tables(tmp_path: Path) -> None:
    device = described(
        tmp_path, "device: incomer\nunits: [5]\nidentity: {vendor: Acme}\nmap: eastron/sdm630\n"
    )
    service = device.service(seed=1)
    reply = ask(service, 5, ReadInputRegistersRequest(0, 2))
    assert isinstance(reply, ReadInputRegistersResponse)
    assert any(reply.registers)
    assert device.device().identity.vendor == "Acme"


def test_a_map_and_tables_do_not_go_together(tmp_path: Path) -> None:
    text = "device: x\nmap: eastron/sdm63\nholding: {0: 1}\n"
    found = faults_of(tmp_path, text)
    assert "device.yaml:2:1 map: no map is called" in found[0]
    assert "device.yaml:3:1 holding: has no place beside a map" in found[1]
