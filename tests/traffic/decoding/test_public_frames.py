"""Every message of the public captures, decoded by itself: the framing and the function are found from its bytes."""

from __future__ import annotations

import pytest

from port502.traffic.captures import Captures
from port502.traffic.decoding.decoding import decode
from port502.traffic.hextext.piece import Piece
from tests.traffic.test_public_captures import NAMES
from tests.traffic.wire import captures

MOST = 400


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_each_message_is_what_the_capture_says(name: str) -> None:
    reading = Captures.of_files([str(captures() / name)])
    messages = [one for some in reading.messages() for one in some if one.is_modbus][:MOST]
    assert messages
    for message in messages:
        [found] = decode([Piece((message.adu,))])
        assert found.framing == "mbap"
        assert (found.unit, found.function) == (message.unit_id, message.func_code)
        assert found.exception == message.exception_code
        if found.sure:
            assert found.is_response == message.is_response
