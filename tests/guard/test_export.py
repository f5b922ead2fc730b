from __future__ import annotations

import json
import re

import pytest

from port502.guard.export import cef, syslog

SAID = {
    "event": "refused",
    "time": "2026-03-01T08:00:00.000Z",
    "client": "10.0.0.9",
    "port": 40000,
    "role": 'a|b=c\\d\n<0>1 "x"\x1b[2J\u202e',
    "unit": 1,
    "function": 6,
    "rule": "set=point",
    "action": "refuse",
}


def test_syslog_messages_are_those_of_rfc_5424() -> None:
    message = syslog(SAID, "plant 7\n", 123).decode("ascii")
    match = re.fullmatch(r"<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) - (.*)", message)
    assert match is not None
    assert match.groups()[:6] == ("108", SAID["time"], "plant7", "port502", "123", "refused")
    assert json.loads(match[7]) == SAID


def test_events_have_their_severity() -> None:
    severities = {
        event: int(syslog({"event": event}, "h", 1)[1:].split(b">")[0]) % 8
        for event in ("locked", "refused", "write", "policy")
    }
    assert severities == {"locked": 1, "refused": 4, "write": 5, "policy": 6}


def test_events_of_two_words_stay_one_field() -> None:
    assert b" unexpected-client - " in syslog({"event": "unexpected client"}, "h", 1)


def test_h188_nothing_in_a_cef_line_passes_for_a_field() -> None:
    line = cef(SAID, "0.1.0")
    assert line.isascii()
    assert line.isprintable()
    assert line.startswith("CEF:0|port502|guard|0.1.0|refused|refused|6|")
    assert "src=10.0.0.9 spt=40000" in line
    assert r"spriv=a|b\=c\\d\n<0>1" in line
    assert r"cs1=set\=point cs1Label=rule" in line
    assert "cn1=1 cn1Label=unit" in line


@pytest.mark.parametrize(
    ("severity", "syslogged", "rated"), [("critical", 1, 9), ("high", 4, 6), ("medium", 5, 3), ("low", 6, 2)]
)
def test_a_finding_is_as_serious_as_it_says(severity: str, syslogged: int, rated: int) -> None:
    said = {"event": "finding", "severity": severity, "cause": "CLIENT.ROGUE"}
    assert syslog(said, "here", 1).startswith(f"<{13 * 8 + syslogged}>1 ".encode())
    assert f"|finding|finding|{rated}|" in cef(said, "1")
