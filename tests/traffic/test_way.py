"""Who asks and who answers."""

from __future__ import annotations

from port502.traffic.way import Way


def test_the_client_is_who_asks_in_either_direction() -> None:
    there = Way("10.0.0.1", 50000, "10.0.0.2", 502)
    back = Way("10.0.0.2", 502, "10.0.0.1", 50000, asks=False)
    for way in (there, back):
        assert (way.client, way.server, way.server_port) == ("10.0.0.1", "10.0.0.2", 502)
    assert repr(back) == "Way(10.0.0.2:502 answers 10.0.0.1:50000)"
