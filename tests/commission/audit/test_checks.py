"""The table of all checks."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from port502.commission.address_sheet import AddressSheet, SheetRow
from port502.commission.audit.check import Check
from port502.commission.audit.checks import CHECKS
from port502.commission.audit.live import Asked, Live, Probe
from port502.commission.audit.outcome import Outcome
from port502.discover.explain import find
from port502.discover.found import Inventory
from port502.guard.pki import SiteAuthority
from tests.commission.audit.sites import MACHINE, facts


def test_codes_are_different_and_every_check_says_all_of_it() -> None:
    assert len({one.code for one in CHECKS}) == len(CHECKS)
    for one in CHECKS:
        assert re.fullmatch(r"[A-Z]+(\.[A-Z]+)?", one.code)
        assert one.title[0].isupper()
        assert not one.title.endswith(".")
        assert one.looks_at
        assert one.do
        assert one.judge.__doc__


def test_every_line_of_the_go_live_list_and_of_the_security_checklist_is_asked() -> None:
    answered = {row for one in CHECKS for row in one.answers}
    go_live = {
        row.partition(": ")[2] for row in answered if row.startswith("Modbus TCP guide, before going live")
    }
    assert go_live == {
        "static addresses",
        "same subnet",
        "port 502 open",
        "timeouts",
        "unit id",
        "zero-based offset",
        "segmented and firewalled",
        "connection limits",
    }
    # A19 is about scanning, which the audit does not do.
    assert {f"A{number:02d}" for number in range(1, 19)} <= answered


def test_every_topic_that_advice_names_is_there() -> None:
    for one in CHECKS:
        for topic in re.findall(r"port502 explain ([a-z-]+)", one.do):
            assert find(topic)


PLC = "connections: {c: {url: 'tcp://192.168.5.10'%s}}\n"
PLC += "devices: {d: {connection: c, unit: %s, points: {a: {ref: %s}}}}\n"
DOOR = PLC % ("", 1, 40001) + "listeners: {l: {url: 'tcp://0.0.0.0:1502', %sshare: {connection: c}}}\n"
SECURE = (
    "connections: {c: {url: 'tls://192.168.5.10', certificate: a.pem, key: a.key, authority: ca.pem%s}}\n"
)
FALLBACK = ", fallback: {url: 'tcp://192.168.5.10', when: [refused]}"


def at(url: str) -> str:
    return f"connections: {{c: {{url: '{url}'}}}}\n"


TROUBLE: dict[str, tuple[str, dict[str, object]]] = {
    "FILE.WARNINGS": (PLC % ("", 1, "'holding:40001'"), {}),
    "ADDR.STATIC": (at("tcp://plc.example"), {}),
    "ADDR.ROUTE": (at("tcp://172.16.0.1"), {}),
    "ADDR.TWICE": ("connections: {a: {url: 'tcp://10.1.0.1'}, b: {url: 'tcp://10.1.0.1'}}\n", {}),
    "ADDR.PUBLIC": (at("tcp://8.8.8.8"), {}),
    "ADDR.PORT": (at("tcp://10.0.0.9:1502"), {}),
    "NET.SEGMENT": (at("tcp://10.0.0.9"), {}),
    "NET.REMOTE": (at("tcp://8.8.8.8"), {}),
    "NET.OPEN": (at("tcp://10.0.0.9"), {"live": Live((Probe("c", "10.0.0.9", False, "refused"),))}),
    "NET.ONLY": (DOOR % "", {}),
    "NET.SERVICES": (
        at("tcp://10.0.0.9"),
        {"live": Live((Probe("c", "10.0.0.9", True, "", services=(23,)),), services=True)},
    ),
    "LISTEN.ALLOW": (DOOR % "", {}),
    "LISTEN.LIMITS": (DOOR % "", {}),
    "LISTEN.WRITES": (DOOR % "", {}),
    "LISTEN.FUNCTIONS": (DOOR % "", {}),
    "LISTEN.ROLES": (
        DOOR.replace("tcp://0.0.0.0:1502", "tls://0.0.0.0")
        % "certificate: a.pem, key: a.key, authority: ca.pem, ",
        {},
    ),
    "LISTEN.LOGS": (DOOR % "", {}),
    "TLS.CERTIFICATES": (SECURE % "", {"now": 9e9}),
    "TLS.BESIDE": (SECURE % FALLBACK, {}),
    "FILE.RIGHTS": (SECURE % "", {"host": replace(MACHINE, mode=lambda _: 0o644)}),
    "FILE.SECRETS": ("notify: {a: {webhook: 'https://u:secret@h.example/x'}}\n", {}),
    "POLL.TIMEOUTS": (PLC % (", gateway: true, response_timeout: 1s", 1, 40001), {}),
    "POLL.UNITS": (PLC % ("", 7, 40001), {}),
    "POLL.OFFSETS": (PLC % ("", 1, "'holding:40001'"), {}),
    "POLL.LOAD": (
        PLC % ("", 1, 40001),
        {"live": Live((Probe("c", "h", True, "", (Asked("d", 1, True, "answers", 3.0),)),))},
    ),
    "POLL.CONNECTIONS": (
        "connections: {a: {url: 'tcp://10.1.0.1'}, b: {url: 'tcp://10.1.0.1'}, c: {url: 'tcp://10.1.0.1'}}\n"
        "devices: {d: {connection: a, unit: 1, map: eastron/sdm630}}\n",
        {},
    ),
    "POLL.KEPT": (PLC % (", keep_open: false", 1, 40001), {}),
    "PLAN.SITE": (PLC % ("", 1, 40001), {"plan": AddressSheet()}),
    "PLAN.FOUND": (PLC % ("", 1, 40001), {"inventory": Inventory()}),
    "PLAN.MAC": (
        "",
        {
            "plan": AddressSheet(rows=(SheetRow("10.0.0.9", 502, 1, {"mac": "aa"}),)),
            "host": replace(MACHINE, macs={ip_address("10.0.0.9"): "bb"}),
        },
    ),
    "HOST.DISK": (PLC % ("", 1, 40001), {"host": replace(MACHINE, free=lambda _: 0)}),
    "HOST.CLOCK": ("", {"host": replace(MACHINE, clock_in_step=False)}),
    "HOST.RIGHTS": ("", {"host": replace(MACHINE, is_root=True)}),
    "WEB.USERS": ("web: {listen: '0.0.0.0:8502', users: none.yaml}\n", {}),
}
"""For each check a site in which it finds something; what only a trial shows, none can find."""


@pytest.mark.parametrize("check", CHECKS, ids=lambda one: one.code)
def test_every_check_finds_what_it_is_for_and_passes_without_it(check: Check, tmp_path: Path) -> None:
    authority = SiteAuthority(tmp_path)
    authority.init()
    authority.issue("a", hosts=["192.168.5.2"], client=True)
    (tmp_path / "site-ca.pem").rename(tmp_path / "ca.pem")
    if check.code == "TRIAL":
        assert check.of(facts(tmp_path, DOOR % "")).outcome is Outcome.NOT_TESTABLE
        return
    text, known = TROUBLE[check.code]
    assert check.of(facts(tmp_path, text, **known)).outcome in (Outcome.FAIL, Outcome.WARN)
    assert check.of(facts(tmp_path, "")).outcome in (Outcome.PASS, Outcome.NOT_TESTABLE)
