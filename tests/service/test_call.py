from __future__ import annotations

import pytest

from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.service.call import Call, Session


@pytest.mark.parametrize(
    ("session", "said"),
    [
        (Session("192.168.1.5", 50112, "tcp"), "192.168.1.5:50112"),
        (Session(transport="rtu", listener="rtu:///dev/ttyUSB0"), "rtu:///dev/ttyUSB0"),
        (Session(), "memory"),
    ],
)
def test_a_session_names_its_peer_or_else_its_door(session: Session, said: str) -> None:
    assert str(session) == said


def test_a_call_is_no_broadcast_unless_said() -> None:
    call = Call(Session(), 3, ReadHoldingRegistersRequest(0, 1), 12.5)
    assert (call.unit, call.received, call.broadcast) == (3, 12.5, False)


def test_calls_and_sessions_take_no_other_attributes() -> None:
    with pytest.raises(AttributeError):
        Session().user = "somebody"  # type: ignore[attr-defined]
