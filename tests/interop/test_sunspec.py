"""Our SunSpec devices read by the SunSpec Alliance's own client, point by point."""

from __future__ import annotations

from typing import Any

import pytest

from port502.client import SyncClient
from port502.registers.sunspec.compose import Part, compose_device
from port502.registers.sunspec.kinds import Role
from port502.registers.sunspec.reading import SunSpecValue
from port502.registers.sunspec.shelf import known_models
from port502.service.device import Device
from tests.peers import pysunspec2
from tests.registers.sunspec.chains import example
from tests.served import served

pytestmark = pytest.mark.interop


def as_theirs(one: SunSpecValue) -> Any:
    """Our value in the terms of the other library: the numbers behind labels, its own spelling of addresses."""
    kind = one.point.field.definition.kind
    if one.value is None:
        return None
    data = b"".join(register.to_bytes(2, "big") for register in one.registers)
    if kind.role in (Role.ENUM, Role.FLAGS) or kind.name == "ipaddr":
        return int.from_bytes(data, "big")
    if kind.name == "eui48":
        return data[2:].hex(":").upper()
    if kind.name == "ipv6addr":
        return data.hex(":", 4).upper()
    # It multiplies by a binary fraction.
    return pytest.approx(one.value, rel=1e-9) if isinstance(one.value, int | float) else one.value


@pytest.mark.parametrize("model_id", known_models())
def test_both_read_the_same(model_id: int) -> None:
    parts = [example(1)] if model_id == 1 else [Part(1, {"Mn": "Acme"}), example(model_id)]
    with served(Device(holding={40000: compose_device(parts)})) as server, SyncClient(server.url) as client:
        ours = {one.sunspec: one for one in client.sunspec().read(f"{model_id}.*")}
        theirs = pysunspec2.read(server.port)
    assert ours
    for name, one in ours.items():
        assert theirs[name] == as_theirs(one), name


def test_both_take_the_same_for_not_implemented() -> None:
    models = [model_id for model_id in known_models() if model_id in (1, 103, 113, 124, 203, 701, 802)]
    with (
        served(Device(holding={40000: compose_device([Part(model_id) for model_id in models])})) as server,
        SyncClient(server.url) as client,
    ):
        ours = {one.sunspec: one for one in client.sunspec().read()}
        theirs = pysunspec2.read(server.port)
    assert len(ours) > 200
    for name, one in ours.items():
        assert one.value is None, name
        assert theirs[name] in (None, ""), name
