"""The table is complete and its codes are stable."""

from __future__ import annotations

from port502.discover.doctor.findings import FINDINGS
from port502.traffic.findings.table import DETECTIONS

CODES = set(
    """
ADDRESS.PUBLIC CLIENT.FIELD_DEVICE CLIENT.ROGUE DIAGNOSTICS.CLEARED DIAGNOSTICS.EVENT_LOG DIAGNOSTICS.LISTEN_ONLY
DIAGNOSTICS.RESTART FLOOD.CONNECTIONS FLOOD.HALF_OPEN FLOOD.REQUESTS FLOOD.SLOW_BYTES FLOOD.WAITING FUNCTION.NEW
FUNCTION.RARE MESSAGE.MALFORMED NETWORK.ADDRESS_MOVED PORT.ELSEWHERE PORT.NOT_MODBUS PORT.PLAIN
PROGRAMMING.RUN_STATE PROGRAMMING.VENDOR READ.BULK READ.PLACE RECON.IDENTIFICATION RECON.SWEEP RESPONSE.MISMATCH
RESPONSE.UNSOLICITED SCAN.ADDRESSES SCAN.FUNCTIONS SCAN.HOSTS SCAN.UNITS STREAM.OVERLAP TLS.REFUSED
TROUBLE.EXCEPTIONS TROUBLE.MISSING TROUBLE.SLOW VALUE.RANGE VALUE.STEP VALUE.TOGGLING WRITE.PLACE WRITE.READER
WRITE.STRANGER
""".split()  # noqa: SIM905
)


def test_no_code_was_renamed_or_removed() -> None:
    assert set(DETECTIONS) >= CODES


def test_each_stands_under_its_code_and_says_all() -> None:
    for code, one in DETECTIONS.items():
        assert one.code == code
        for text in (one.title, one.sentence, one.seen_by, one.fix):
            assert text
            assert not text.endswith(".")


def test_explain_can_tell_them_from_the_findings_of_the_doctor() -> None:
    assert not set(DETECTIONS) & set(FINDINGS)
