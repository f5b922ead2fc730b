from __future__ import annotations

import dataclasses

import pytest

from port502.collect.status import CollectorStatus, ConnectionStatus


def test_a_status_is_plain_values_that_turn_into_json_fields() -> None:
    connection = ConnectionStatus("plc", "tcp://plc:502", "ready", 3.0)
    status = CollectorStatus(1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, connections=(connection,))
    fields = dataclasses.asdict(status)
    assert fields["polls"] == 2
    assert fields["overruns"] == 8
    assert fields["connections"][0]["name"] == "plc"
    with pytest.raises(dataclasses.FrozenInstanceError):
        status.polls = 3  # type: ignore[misc]
