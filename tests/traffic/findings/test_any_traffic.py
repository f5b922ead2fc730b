"""Whatever passes, the engine goes on, and what it finds can be told."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.findings.attack import own_attack
from port502.traffic.findings.baseline_text import baseline_text
from port502.traffic.findings.engine import Engine
from port502.traffic.findings.ledger import Ledger
from port502.traffic.message import Message
from port502.traffic.way import Way
from tests.traffic.wire import START, adu

functions = st.sampled_from([*range(1, 25), 43, 65, 90, 100, 125, 0, 0x83, 0x90, 255])
pdus = st.builds(lambda code, data: bytes([code]) + data, functions, st.binary(max_size=40))
steps = st.lists(
    st.tuples(
        st.booleans(),
        pdus,
        st.integers(0, 255),
        st.integers(0, 3),
        st.sampled_from(["mbap", "rtu"]),
        st.integers(0, 30_000_000_000),
        st.booleans(),
    ),
    max_size=40,
)


@given(steps, st.sampled_from([None, 0.0, 20.0]))
def test_any_messages_are_looked_at_and_told(
    said: list[tuple[bool, bytes, int, int, str, int, bool]], learn_for: float | None
) -> None:
    ledger = Ledger()
    engine = Engine(ledger, learn_for=learn_for)
    ways = {
        (client, framing, asks): Way(
            *(
                (f"10.0.0.{client}", 40000, "8.8.8.8", 502)
                if asks
                else ("8.8.8.8", 502, f"10.0.0.{client}", 40000)
            ),
            asks=asks,
            framing=framing,  # type: ignore[arg-type]
            stream=client,
        )
        for client in range(4)
        for framing in ("mbap", "rtu")
        for asks in (True, False)
    }
    now, last = START, dict[tuple[int, str], Message]()
    for frame, (asks, pdu, unit, client, framing, pause, pairs) in enumerate(said, 1):
        now += pause
        whole = adu(frame, pdu.hex(), unit) if framing == "mbap" else bytes([unit]) + pdu + b"\0\0"
        request = last.get((client, framing)) if pairs and not asks else None
        message = Message(frame, now, ways[client, framing, asks], whole, request)
        if asks:
            last[client, framing] = message
        engine.add([message])
    engine.tick(now + 10**12)
    for one in ledger.findings:
        assert json.loads(json.dumps(one.record(own_attack())))["text"]
    if engine.baseline is not None:
        assert baseline_text(engine.baseline).startswith(("#", "baseline"))
