"""Names for what stands there: the maker of a MAC, and who the device says it is."""

from __future__ import annotations

from collections.abc import Iterable

from port502.discover.doctor.exchange import Answer, Exchange
from port502.discover.makers import maker_of
from port502.protocol.identification import ReadDeviceIdentificationRequest

_TOLD = (0, 1, 2)
"""Vendor, product code, revision: the objects that every device with an identification has."""

_LONGEST = 60


def named_mac(mac: str) -> str:
    """A MAC with its maker, where that is known."""
    maker = maker_of(mac)
    return f"{mac} ({maker})" if maker else mac


def identity_in(exchanges: Iterable[Exchange]) -> str:
    """Vendor, product and revision out of an answered 43/14; empty where there is none."""
    for one in exchanges:
        if isinstance(one.request, ReadDeviceIdentificationRequest) and one.answer is Answer.REPLY:
            objects = one.request.decode_response(one.pdu).objects
            texts = [
                objects[number].decode("utf-8", "replace")[:_LONGEST] for number in _TOLD if number in objects
            ]
            return ", ".join(text for text in texts if text)
    return ""
