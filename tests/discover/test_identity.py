"""Asking a unit who it is."""

from __future__ import annotations

from typing import Any

import pytest

from port502.client import Client
from port502.discover.identity import Facts, converse, learn, text_of
from port502.errors import DeviceError, LinkClosedError, NoReplyError, ReplyError, device_error
from port502.protocol.identification import ReadDeviceIdentificationRequest, ReadDeviceIdentificationResponse
from port502.protocol.message import Request
from port502.registers.reference import Table
from port502.service.call import Service
from port502.service.device import Device
from port502.service.identity import Identity
from tests.cli.served import solar
from tests.discover.bench import meter, serving


async def facts_of(service: Service, *places: tuple[Table, int, int]) -> Facts:
    async with serving(service) as port, Client(f"tcp://127.0.0.1:{port}", retries=0) as client:
        return await learn(client.request, places)


async def test_a_device_says_who_it_is_and_what_it_can() -> None:
    device = Device(
        holding={0: [1]},
        identity=Identity("Acme", "B200", "1.4", product_name="Boiler", model="B-200 L"),
    )
    facts = await facts_of(device)
    assert (facts.manufacturer, facts.product, facts.revision) == ("Acme", "B-200 L", "1.4")
    assert facts.objects[4] == b"Boiler"
    assert b"Acme" in (facts.server_id or b"")
    assert facts.functions[3] == "yes"
    assert 3 in facts.answered
    assert facts.quirks == ()


async def test_a_sunspec_device_is_walked() -> None:
    facts = await facts_of(solar())
    assert facts.common is not None
    assert (facts.common.manufacturer, facts.models, facts.base) == ("Acme GmbH", (1, 103, 203), 40000)


async def test_registers_are_read_where_they_are() -> None:
    there, not_there = (Table.HOLDING, 69, 20), (Table.HOLDING, 4000, 2)
    facts = await facts_of(meter(), there, not_there)
    assert set(facts.registers) == {there}
    assert len(facts.registers[there]) == 20


class Scripted:
    """Answers requests as a test says, and remembers them."""

    def __init__(self, answer: Any) -> None:
        self.asked: list[Request[Any]] = []
        self._answer = answer

    async def __call__(self, request: Request[Any]) -> Any:
        self.asked.append(request)
        result = self._answer(request)
        if isinstance(result, Exception):
            raise result
        return result


async def test_a_list_without_end_is_cut_and_what_came_is_kept() -> None:
    def answer(request: Request[Any]) -> Any:
        if isinstance(request, ReadDeviceIdentificationRequest):
            return ReadDeviceIdentificationResponse(request.read_code, 1, True, 0, {0: b"Loop"})
        return device_error(request.function, 1)

    ask = Scripted(answer)
    facts = await learn(ask)
    assert facts.manufacturer == "Loop"
    assert any("never end" in quirk for quirk in facts.quirks)
    assert sum(isinstance(one, ReadDeviceIdentificationRequest) for one in ask.asked) == 1


async def test_levels_are_tried_from_the_widest_that_is_answered() -> None:
    def answer(request: Request[Any]) -> Any:
        if isinstance(request, ReadDeviceIdentificationRequest):
            if request.read_code == 3:
                return device_error(43, 3)
            objects = {0: b"Acme"} if request.read_code == 1 else {0: b"Acme", 4: b"Pump"}
            return ReadDeviceIdentificationResponse(request.read_code, 2, False, 0, objects)
        return device_error(request.function, 1)

    facts = await learn(Scripted(answer))
    assert facts.objects == {0: b"Acme", 4: b"Pump"}
    assert facts.functions[43] == "yes"
    assert facts.functions[3] == "no"


async def test_who_is_silent_about_what_he_does_not_have_is_not_asked_for_ever() -> None:
    def answer(request: Request[Any]) -> Any:
        return NoReplyError("silence") if request.function in (3, 43) else device_error(request.function, 2)

    places = [(Table.HOLDING, address, 1) for address in range(100, 200)]
    ask = Scripted(answer)
    facts = await learn(ask, places)
    assert facts.functions[3] == "silent"
    assert "silent about registers that it does not have" in facts.quirks
    assert len(ask.asked) < 15


async def test_nonsense_is_a_quirk_and_a_lost_connection_an_error() -> None:
    facts = await learn(Scripted(lambda request: ReplyError("a reply of three bytes")))
    assert facts.quirks == ("a reply of three bytes",)
    with pytest.raises(LinkClosedError):
        await learn(Scripted(lambda request: LinkClosedError("gone")))


async def test_what_a_gateway_says_is_no_function_of_a_device() -> None:
    for code in (10, 11):
        facts = await learn(Scripted(lambda request, code=code: device_error(request.function, code)))
        assert set(facts.functions.values()) == {"silent"}


async def test_nothing_that_is_asked_writes() -> None:
    ask = Scripted(lambda request: device_error(request.function, 2))
    await learn(ask, [(Table.INPUT, 5, 1)])
    assert ask.asked
    assert not any(request.writes for request in ask.asked)
    assert {request.function for request in ask.asked} <= {1, 2, 3, 4, 7, 11, 17, 43}


async def test_errors_go_back_into_the_dialogue() -> None:
    def dialogue() -> Any:
        try:
            yield ReadDeviceIdentificationRequest()
        except DeviceError as error:
            return error.code

    assert await converse(dialogue(), Scripted(lambda request: device_error(43, 2))) == 2


def test_text_of_a_device_is_made_printable() -> None:
    assert text_of(b"Evil\x1b[31m\n Corp\0\0") == "Evil [31m Corp"
    assert text_of(b"\xff\xfeok") == "ok"
