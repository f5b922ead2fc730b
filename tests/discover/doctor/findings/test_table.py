"""The one table of findings."""

from __future__ import annotations

import string

from port502.discover.doctor.findings import CHECKS, FINDINGS, HEALTHY, UNKNOWN, Level
from port502.discover.doctor.findings.behind import BEHIND
from port502.discover.doctor.findings.reaching import REACHING
from port502.discover.doctor.findings.talking import TALKING

STABLE = """
NAME.NONE NAME.MANY ROUTE.NONE ROUTE.SUBNET LINK.DOWN L2.NO_ARP L2.DUPLICATE L2.MAC_CHANGED NET.PROHIBITED
NET.UNACKED NET.LOSS TCP.REFUSED_RST TCP.REFUSED_ICMP TCP.FILTERED TCP.BLACKHOLE TCP.HUNG TCP.LIMIT
TCP.OTHER_PORT TCP.IDLE TCP.HALF_OPEN TCP.EVICTED APP.SILENT_ACKED APP.SLOW APP.SETTLE APP.NOT_MODBUS APP.TLS
APP.RTU_OVER_TCP TLS.CERT TLS.VERSION TLS.ROLE MB.UNIT MB.ANY_UNIT MB.FUNCTION MB.ADDRESS MB.EDGE MB.QUANTITY
MB.BUSY MB.DEVICE_FAILURE MB.TXID_LATE MB.TXID_ZERO MB.UNIT_ECHO MB.LENGTH MB.CRC_TAIL MB.ECHO MB.PIPELINE
MB.WRITE_REFUSED GW.0A_ROUTE GW.0A_BUSY GW.0B_ALL GW.0B_SOME GW.TIMEOUT_ORDER GW.MIXED GW.CACHED GW.VENDOR_EXC
GW.SLOW DATA.ZERO DATA.SENTINEL DATA.OFF_BY_ONE DATA.WORD_ORDER DATA.TYPE DATA.FROZEN DATA.TORN PERF.JITTER
PERF.LIMIT OK UNKNOWN
"""
"""The codes that people have in their scripts: none is ever renamed or removed."""


def test_the_codes_are_those_that_were_promised() -> None:
    assert set(FINDINGS) == set(STABLE.split())
    assert len(FINDINGS) == len(REACHING) + len(TALKING) + len(BEHIND)


def test_every_finding_says_what_it_is_what_proves_it_and_what_to_do() -> None:
    for one in FINDINGS.values():
        assert one.title
        assert one.seen_by
        assert one.sentence.endswith((".", "}."))
        assert one.fix.endswith((".", "}"))
        assert "{" not in one.seen_by + one.title


def test_every_check_by_hand_exists_and_is_used_by_a_finding_or_a_step() -> None:
    from port502.discover.doctor.by_step import STEP_CHECKS

    used = {key for one in FINDINGS.values() for key in one.checks}
    used |= {key for keys in STEP_CHECKS.values() for key in keys}
    assert used == set(CHECKS)


def test_every_fault_can_be_seen_by_hand() -> None:
    assert all(one.checks for one in FINDINGS.values() if one.level is Level.FAULT)
    assert FINDINGS[HEALTHY].level is Level.FINE
    assert FINDINGS[UNKNOWN].level is Level.FAULT


def test_the_places_of_a_sentence_have_plain_names() -> None:
    for one in FINDINGS.values():
        for _, name, _, _ in string.Formatter().parse(one.sentence + one.fix):
            assert name is None or name.isidentifier()
