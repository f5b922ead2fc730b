"""Names for what stands there."""

from __future__ import annotations

from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.naming import identity_in, named_mac
from port502.protocol.identification import ReadDeviceIdentificationRequest
from tests.discover.doctor.cases import exchange

WHO = ReadDeviceIdentificationRequest()
PDU = bytes.fromhex("2B 0E 01 01 00 00 03 00 04") + b"Acme" + b"\1\4B200" + b"\2\3\xff.4"


def test_a_mac_is_shown_with_its_maker_where_that_is_known() -> None:
    assert named_mac("00:80:f4:01:02:03").startswith("00:80:f4:01:02:03 (TELEMECANIQUE")
    assert named_mac("02:00:00:00:00:01") == "02:00:00:00:00:01"


def test_who_a_device_says_it_is_whatever_its_letters() -> None:
    assert identity_in([exchange(), exchange(request=WHO, pdu=PDU)]) == "Acme, B200, \ufffd.4"
    assert identity_in([exchange(Answer.EXCEPTION, request=WHO, exception=1)]) == ""
    assert identity_in([]) == ""
