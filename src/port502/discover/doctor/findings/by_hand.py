"""The checks that anybody can make by hand, on Linux and on Windows, to see for himself or to show to others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HandCheck:
    """What a check shows, and its command for each system; ``{host}``, ``{port}`` and ``{unit}`` are filled in."""

    shows: str
    linux: str
    windows: str


CHECKS: dict[str, HandCheck] = {
    "resolve": HandCheck("the addresses of the name", "getent ahosts {host}", "nslookup {host}"),
    "address": HandCheck("this machine's own addresses and masks", "ip address", "ipconfig /all"),
    "route": HandCheck(
        "which way packets go there", "ip route get {host}", "route print && tracert -d {host}"
    ),
    "link": HandCheck("whether the cable has a link", "ip -br link", "Get-NetAdapter"),
    "ping": HandCheck("whether the host answers at all", "ping -c 3 {host}", "ping {host}"),
    "arp": HandCheck(
        "whether anybody answers for the address, with which MAC", "ip neigh show {host}", "arp -a {host}"
    ),
    "duplicate": HandCheck(
        "whether two devices have the address (two MACs)",
        "sudo arping -d -c 3 {host}",
        "arp -d {host} && ping {host} && arp -a {host}  (again and again: does the MAC change?)",
    ),
    "connect": HandCheck(
        "whether the port can be opened",
        "nc -zv -w 3 {host} {port}",
        "Test-NetConnection {host} -Port {port}",
    ),
    "telnet": HandCheck(
        "what the port says by itself, and whether it stays open",
        "telnet {host} {port}",
        "telnet {host} {port}",
    ),
    "listening": HandCheck(
        "on the device itself: whether a program listens on the port",
        "ss -tlnp | grep :{port}",
        "netstat -ano | findstr :{port}",
    ),
    "connections": HandCheck(
        "this machine's own connections to it", "ss -tnp dst {host}", "netstat -ano | findstr {host}"
    ),
    "nmap": HandCheck(
        "open, closed (refused) or filtered (dropped)",
        "nmap -Pn -p {port} {host}",
        "nmap -Pn -p {port} {host}",
    ),
    "ports": HandCheck(
        "whether Modbus listens on another port",
        "nmap -Pn -p 502,503,802,1502,4196,5020,8502,10502 {host}",
        "nmap -Pn -p 502,503,802,1502,4196,5020,8502,10502 {host}",
    ),
    "traceroute": HandCheck(
        "where on the way it ends", "sudo traceroute -T -p {port} {host}", "tracert -d {host}"
    ),
    "firewall": HandCheck(
        "the rules of this machine's firewall",
        "sudo nft list ruleset",
        "netsh advfirewall firewall show rule name=all | findstr {port}",
    ),
    "wireshark": HandCheck(
        "the whole conversation",
        "Wireshark filter: ip.addr == {host} && tcp.port == {port}",
        "Wireshark filter: ip.addr == {host} && tcp.port == {port}",
    ),
    "retransmissions": HandCheck(
        "what had to be sent again",
        "Wireshark filter: tcp.analysis.retransmission && ip.addr == {host}",
        "Wireshark filter: tcp.analysis.retransmission && ip.addr == {host}",
    ),
    "exceptions": HandCheck(
        "the refusals of the device",
        "Wireshark filter: modbus.func_code >= 128 && ip.addr == {host}",
        "Wireshark filter: modbus.func_code >= 128 && ip.addr == {host}",
    ),
    "slow": HandCheck(
        "answers that took longer than a second",
        "Wireshark filter: modbus && frame.time_delta > 1",
        "Wireshark filter: modbus && frame.time_delta > 1",
    ),
    "read": HandCheck(
        "one register of the unit",
        "port502 read {host}:{port} holding:0 --unit {unit} -vv",
        "port502 read {host}:{port} holding:0 --unit {unit} -vv",
    ),
    "units": HandCheck(
        "which units answer",
        "for unit in 255 1 0; do port502 read {host}:{port} holding:0 --unit $unit; done",
        "foreach ($unit in 255, 1, 0) {{ port502 read {host}:{port} holding:0 --unit $unit }}",
    ),
    "identity": HandCheck(
        "who the device says it is",
        "port502 call {host}:{port} 43/14 1 0 --unit {unit}",
        "port502 call {host}:{port} 43/14 1 0 --unit {unit}",
    ),
    "tls": HandCheck(
        "whether TLS is spoken there, and with which certificate",
        "openssl s_client -connect {host}:{port}",
        "openssl s_client -connect {host}:{port}",
    ),
    "http": HandCheck(
        "whether a web server is there", "curl -v http://{host}:{port}/", "curl -v http://{host}:{port}/"
    ),
}
"""By their keys."""
