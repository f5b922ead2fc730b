from __future__ import annotations

from port502.traffic.findings.ledger import Ledger
from port502.traffic.findings.notes import Noting
from port502.traffic.findings.talk import Talk
from port502.traffic.message import Message
from port502.traffic.way import Way
from tests.traffic.wire import ask


def test_a_note_is_about_a_unit_or_about_the_talk() -> None:
    ledger = Ledger()
    noting = Noting(ledger)
    talk = Talk("10.0.0.1", "10.0.0.2", 502)
    message = Message(7, 5, Way("10.0.0.1", 40000, "10.0.0.2", 502), ask(1, unit=3))
    noting.note("DIAGNOSTICS.RESTART", talk, message)
    noting.note_talk("PORT.PLAIN", talk, message)
    assert [(one.client, one.server, one.unit, one.frames, one.first) for one in ledger.findings] == [
        ("10.0.0.1", "10.0.0.2:502", 3, [7], 5),
        ("10.0.0.1", "10.0.0.2:502", None, [7], 5),
    ]
