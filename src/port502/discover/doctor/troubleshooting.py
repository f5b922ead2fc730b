"""What people write down when it does not work, row by row, and the findings that answer each row.

The rows are those of the troubleshooting tables in the guides that users come with: what they see, what such a table
says the cause is, and what it tells them to do. The doctor must end each of them in a finding.
"""

from __future__ import annotations

from dataclasses import dataclass

GUIDE = "Modbus TCP guide, troubleshooting"
PORT = "Port 502 guide, troubleshooting"
CONNECTION = "Cannot connect"

DOCUMENTS = (CONNECTION, GUIDE, PORT)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the ``problem`` as it is seen, its usual ``cause``, the findings that tell, and what to ``ask`` with."""

    document: str
    problem: str
    cause: str
    findings: tuple[str, ...]
    ask: str = ""


_VALUES = ("DATA.OFF_BY_ONE", "DATA.WORD_ORDER", "DATA.TYPE")
_AWAY = ("L2.NO_ARP", "TCP.BLACKHOLE", "ROUTE.NONE", "ROUTE.SUBNET", "LINK.DOWN")
_FIREWALL = ("TCP.FILTERED", "TCP.REFUSED_ICMP", "NET.PROHIBITED")

ROWS: tuple[Row, ...] = (
    Row(
        CONNECTION,
        "Connection refused at once",
        "something rejects the packet",
        ("TCP.REFUSED_RST", "TCP.REFUSED_ICMP"),
    ),
    Row(CONNECTION, "Connection times out", "the packets do not get there", ("TCP.FILTERED", *_AWAY)),
    Row(
        CONNECTION,
        "The device cannot be pinged",
        "address, mask, gateway, route",
        (*_AWAY, "NAME.NONE", "NAME.MANY"),
    ),
    Row(
        CONNECTION,
        "The device is on another VLAN",
        "switch port, VLAN tag",
        ("L2.NO_ARP", "TCP.BLACKHOLE", "NET.PROHIBITED"),
    ),
    Row(
        CONNECTION,
        "Two devices have the same address",
        "connections fail at times",
        ("L2.DUPLICATE", "L2.MAC_CHANGED"),
    ),
    Row(
        CONNECTION,
        "The device uses another port",
        "not 502",
        ("TCP.OTHER_PORT", "APP.TLS", "APP.NOT_MODBUS"),
        "--deep",
    ),
    Row(CONNECTION, "A firewall blocks port 502", "of the network or the device", _FIREWALL),
    Row(CONNECTION, "The firewall of the own computer blocks it", "outbound rule", _FIREWALL),
    Row(
        CONNECTION,
        "The connection limit is reached",
        "2 to 5 clients at most",
        ("TCP.LIMIT", "TCP.EVICTED", "TCP.HUNG", "PERF.LIMIT"),
        "--deep",
    ),
    Row(
        CONNECTION,
        "It connects, but nothing answers",
        "unit id",
        ("MB.UNIT", "APP.SILENT_ACKED", "GW.0A_ROUTE", "GW.0B_ALL", "GW.0B_SOME"),
    ),
    Row(
        GUIDE,
        "Cannot connect to server",
        "wrong address, port blocked, device offline",
        (*_AWAY, *_FIREWALL, "TCP.REFUSED_RST"),
    ),
    Row(
        GUIDE,
        "Connection drops frequently",
        "keep-alive off, connection limit",
        ("TCP.IDLE", "TCP.HALF_OPEN", "TCP.EVICTED", "PERF.LIMIT"),
        "--deep",
    ),
    Row(
        GUIDE,
        "Timeout errors",
        "overloaded, or time-out too short",
        ("APP.SLOW", "GW.TIMEOUT_ORDER", "MB.BUSY", "MB.TXID_LATE", "GW.0A_BUSY"),
    ),
    Row(GUIDE, "Wrong data values", "offset, or wrong function code", _VALUES, '--expect "holding:0 ~ 231"'),
    Row(
        GUIDE,
        "Exception code 02 (Illegal Address)",
        "no such register; 40001 is address 0",
        ("MB.ADDRESS", "MB.EDGE"),
        "holding:40001",
    ),
    Row(
        GUIDE,
        "Reads work but writes fail",
        "unit id, or read-only",
        ("MB.WRITE_REFUSED",),
        "--from audit.jsonl",
    ),
    Row(
        GUIDE,
        "Gateway returns timeout",
        "no answer on the serial side",
        ("GW.0B_ALL", "GW.0B_SOME", "GW.TIMEOUT_ORDER", "GW.VENDOR_EXC"),
    ),
    Row(GUIDE, "Data from gateway is slow", "the serial bus is the bottleneck", ("GW.SLOW", "PERF.JITTER")),
    Row(
        GUIDE,
        "All registers return zero",
        "wrong device, or nothing there",
        ("DATA.ZERO", "MB.ANY_UNIT", "GW.CACHED"),
        "holding:0*10",
    ),
    Row(GUIDE, "Wireshark shows retransmissions", "congestion, or too slow", ("NET.LOSS", "NET.UNACKED")),
    Row(PORT, "Cannot connect to device", "a firewall blocks port 502", _FIREWALL),
    Row(PORT, "Connection refused", "the service is not enabled", ("TCP.REFUSED_RST",)),
    Row(
        PORT,
        "Timeout after connection",
        "wrong unit id",
        ("MB.UNIT", "APP.SILENT_ACKED", "APP.RTU_OVER_TCP", "APP.SETTLE"),
    ),
    Row(
        PORT,
        "Intermittent disconnections",
        "connection limit",
        ("TCP.EVICTED", "TCP.LIMIT", "PERF.LIMIT"),
        "--deep",
    ),
    Row(PORT, "Wrong data values", "offset, or byte order", _VALUES, '--expect "holding:0/float32 ~ 231"'),
    Row(
        PORT,
        "Exception code in response",
        "function or address",
        ("MB.FUNCTION", "MB.ADDRESS", "MB.QUANTITY", "MB.DEVICE_FAILURE", "MB.BUSY"),
        "holding:0*10",
    ),
    Row(
        PORT,
        "Slow response",
        "network, or an overloaded device",
        ("APP.SLOW", "NET.LOSS", "PERF.JITTER", "GW.SLOW"),
    ),
    Row(PORT, "Connection drops after idle", "idle time-out", ("TCP.IDLE", "TCP.HALF_OPEN"), "--deep"),
)
"""Every row of the three tables."""
