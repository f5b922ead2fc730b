"""Who asks has to be more patient than who asks for him."""

from __future__ import annotations

from port502.gateway.time_outs import attempts_take, time_out_order


def test_a_client_has_to_be_more_patient_than_the_gateway() -> None:
    needed = attempts_take(1, 1.0)
    assert time_out_order("yard", needed, 3.0) is None
    assert "yard: a client that waits for 1 s" in str(time_out_order("yard", needed, 1.0))
    assert "up to 2.1 s" in str(time_out_order("yard", needed, 1.0))
    assert time_out_order("plc", 0.8, 0.8) is not None
