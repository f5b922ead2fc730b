"""A site that has something of everything, and the firewall rules written down for it by hand."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

from port502 import __version__
from port502.commission.firewall.derive import Scope, rules_for
from port502.commission.firewall.facts import Called, Facts, Served
from port502.commission.firewall.model import Ruleset
from port502.transport.url import parse_url

GOLDEN = Path(__file__).parent / "golden"

STATION = Facts(
    "pump-station",
    served=(
        Served(
            "hall",
            parse_url("tcp://0.0.0.0"),
            ("192.168.1.10", "192.168.2.0/25", "192.168.2.128/25", "fd00:2::/64", "127.0.0.1"),
        ),
        Served("hall-six", parse_url("tcp://[::]"), ("fd00:2::/64",)),
        Served("safe", parse_url("tls://192.168.1.2"), ("192.168.1.11",)),
        Served("inner", parse_url("tcp://127.0.0.1:1502"), None),
    ),
    called=(
        Called("plc", parse_url("tcp://192.168.1.20")),
        Called("plc-again", parse_url("tcp://192.168.1.20:502")),
        Called("meter", parse_url("tcp://[fd00:5::5]:1502"), "fd00:1::2"),
        Called("bus", parse_url("rtu:///dev/ttyUSB0")),
    ),
)
HOSTS = (ip_address("192.168.1.2"), ip_address("fd00:1::2"))


def station(scope: Scope = Scope.HOST) -> Ruleset:
    """The rules of that site."""
    return rules_for(STATION, scope, hosts=HOSTS if scope is Scope.ROUTED else ())


def golden(name: str) -> str:
    """What a renderer is known to write, with the version of today."""
    return (GOLDEN / name).read_bytes().decode().replace("VERSION", __version__)
