"""The table of all detections. Codes are stable: none is renamed or removed."""

from __future__ import annotations

from typing import Final

from port502.traffic.findings.detection import Detection
from port502.traffic.findings.severity import Severity

_LOW, _MEDIUM, _HIGH, _CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL

_WHO = (
    Detection(
        "CLIENT.ROGUE",
        _HIGH,
        "a client that never asked this server before",
        "{client} asks {server}, which it never did while the baseline was learned",
        "a pair of client and server that the baseline does not have",
        "find out which machine {client} is; if it belongs there learn the baseline anew, else cut it off and let a"
        " guard or a firewall allow the known clients only",
        learned=True,
    ),
    Detection(
        "CLIENT.FIELD_DEVICE",
        _HIGH,
        "a field device asks other devices",
        "{client} is a server in the baseline, and now asks {server} itself",
        "an address that only answered while the baseline was learned sends requests",
        "take it for compromised until shown otherwise: disconnect {client}, compare its program and firmware",
        learned=True,
    ),
    Detection(
        "ADDRESS.PUBLIC",
        _HIGH,
        "an address from outside takes part",
        "{client} {lies}, and exchanges Modbus with {other}",
        "an address outside the private ranges on either side, or outside the site's own networks",
        "close the way from outside: no Modbus crosses the border of the plant except through a VPN",
    ),
    Detection(
        "TLS.REFUSED",
        _MEDIUM,
        "a client failed to show who it is",
        "{server} refused the TLS of {client}: {why}",
        "a fatal alert, or a listener that refused a certificate",
        "see whether a certificate ended (`port502 pki check`); if it is nobody's you know, find out who tries",
    ),
)

_WRITES = (
    Detection(
        "WRITE.STRANGER",
        _CRITICAL,
        "an unknown client writes",
        "{client} writes {what} on unit {unit} of {server}, and neither was known before",
        "a function that changes something, from a client that the baseline does not have",
        "stop it now (`port502 guard lock` where a guard stands before the device), then compare the device's values"
        " with those it should have",
        learned=True,
    ),
    Detection(
        "WRITE.READER",
        _HIGH,
        "a client that only read now writes",
        "{client} writes {what} on unit {unit} of {server}, which it only read while the baseline was learned",
        "the first kinds of writes of a client that had none in the baseline",
        "ask whoever is in charge of {client} whether that was meant; a policy that lets it only read ends it",
        learned=True,
    ),
    Detection(
        "WRITE.PLACE",
        _HIGH,
        "a write where nobody wrote before",
        "{client} writes {what} on unit {unit} of {server}, where it did not write while the baseline was learned",
        "a written address outside the ranges of the baseline",
        "look up in the device's map what stands there, and compare its value with what it should be",
        learned=True,
    ),
    Detection(
        "VALUE.RANGE",
        _HIGH,
        "a written value out of the usual range",
        "{client} writes {value} to {what} on unit {unit} of {server}; {least} to {most} is usual",
        "a value beyond what the baseline saw, with a quarter of its span to spare",
        "compare with the process; a policy's limits (values: min, max) keep such values from the device",
        learned=True,
    ),
    Detection(
        "VALUE.STEP",
        _MEDIUM,
        "a written value jumps",
        "{client} changes {what} on unit {unit} of {server} from {before} to {value}; steps up to {step} are usual",
        "a step of more than three times the largest of the baseline",
        "ask the operators; a policy's `step_per_second` bounds how fast a value may change",
        learned=True,
    ),
    Detection(
        "VALUE.TOGGLING",
        _HIGH,
        "a value is switched to and fro",
        "{client} switches {what} on unit {unit} of {server} to and fro, {changes} times within 10 s",
        "a place written alternately with two values, 20 times and more within 10 s",
        "stop the writer before the machine suffers: relays and valves do not last under this",
    ),
)

_DEVICE = (
    Detection(
        "DIAGNOSTICS.LISTEN_ONLY",
        _CRITICAL,
        "a device is forced to listen only",
        "{client} forces unit {unit} of {server} to listen only: it answers nobody any more",
        "function 8, sub-function 4, in a single request",
        "power-cycle the device or send it a restart (8/1), and keep function 8 from it by a policy",
    ),
    Detection(
        "DIAGNOSTICS.RESTART",
        _HIGH,
        "a device's communications are restarted",
        "{client} restarts the communications of unit {unit} of {server}",
        "function 8, sub-function 1, in a single request",
        "nobody needs this in normal work: ask who did it, and keep function 8 from the device by a policy",
    ),
    Detection(
        "DIAGNOSTICS.CLEARED",
        _MEDIUM,
        "a device's counters are cleared",
        "{client} clears counters of unit {unit} of {server}",
        "function 8, sub-function 10 or 20",
        "ask the maintainers; cleared counters also hide what went before",
    ),
    Detection(
        "DIAGNOSTICS.EVENT_LOG",
        _LOW,
        "a device's event log is read",
        "{client} reads the event log of unit {unit} of {server}",
        "function 12",
        "ordinary for a maintenance tool, else a sign of somebody who looks around",
    ),
    Detection(
        "PROGRAMMING.VENDOR",
        _HIGH,
        "a programming function is used",
        "{client} uses function {function} on unit {unit} of {server}: a maker's own way to program controllers",
        "function 90 (UMAS) or another code that makers program with",
        "see whether an engineering station belongs there and whether somebody works on the controller; compare its"
        " program with the last known one",
    ),
    Detection(
        "PROGRAMMING.RUN_STATE",
        _CRITICAL,
        "a controller is started or stopped",
        "{client} {does} the controller behind unit {unit} of {server}",
        "function 90 (UMAS) with its code for start (0x40) or stop (0x41)",
        "see to the process first, then find out who did it",
    ),
    Detection(
        "FUNCTION.RARE",
        _MEDIUM,
        "a function that the specification does not know",
        "{client} uses function {function} on unit {unit} of {server}, which is not public",
        "a function code that is neither public nor known for programming",
        "find out which program sends it; a policy that names the functions keeps the others from the device",
    ),
    Detection(
        "FUNCTION.NEW",
        _LOW,
        "a client uses a function that it did not use before",
        "{client} uses function {function} on unit {unit} of {server}, which it did not while the baseline was learned",
        "a function, or sub-function, that the baseline of this client and unit does not have",
        "see whether its program or its settings were changed",
        learned=True,
    ),
)

_LOOKING = (
    Detection(
        "READ.PLACE",
        _LOW,
        "a client reads what it did not read before",
        "{client} reads {what} on unit {unit} of {server}, which it did not while the baseline was learned",
        "a unit or an address outside the ranges of the baseline",
        "see whether its program or its settings were changed",
        learned=True,
    ),
    Detection(
        "READ.BULK",
        _MEDIUM,
        "a whole table is read out",
        "{client} reads {count} {table} in a row from unit {unit} of {server}, block by block",
        "32 blocks near the largest size and more, each beginning where the last one ended",
        "a map that is fetched whole is what precedes an attack, or a backup: ask who made one",
    ),
    Detection(
        "RECON.IDENTIFICATION",
        _LOW,
        "a device is asked what it is",
        "{client} asks {server} what it is (function {function})",
        "functions 17, 43/14, 7, 11 or 8/2 from a client that did not use them before",
        "ordinary for an inventory; else find out who looks around",
    ),
    Detection(
        "RECON.SWEEP",
        _MEDIUM,
        "many devices are asked what they are",
        "{client} asked {count} devices within a minute what they are",
        "identification of three and more servers or units by one client",
        "unless an inventory was announced, find {client} and what runs on it",
    ),
    Detection(
        "SCAN.UNITS",
        _HIGH,
        "the units of a server are tried out",
        "{client} tried {count} units of {server} within a minute that do not answer",
        "eight and more units that stay silent or are refused with 0A or 0B",
        "unless a scan was announced, find {client} and what runs on it",
    ),
    Detection(
        "SCAN.ADDRESSES",
        _MEDIUM,
        "the addresses of a device are tried out",
        "{client} tried {count} places of unit {unit} of {server}, {how}",
        "five different places refused with 02 within a minute, or 256 single reads one after the other",
        "a wrong map in a poller looks the same: see which program asks, and correct it or stop it",
    ),
    Detection(
        "SCAN.FUNCTIONS",
        _HIGH,
        "the functions of a device are tried out",
        "{client} tried {count} functions that unit {unit} of {server} does not have",
        "three and more different functions refused with 01 within a minute",
        "unless a test was announced, find {client} and what runs on it",
    ),
    Detection(
        "SCAN.HOSTS",
        _HIGH,
        "the network is searched for Modbus servers",
        "{client} knocked at {count} addresses within a minute where nobody answers with Modbus",
        "ten and more connections opened to different hosts on Modbus ports without an answer",
        "unless a scan was announced, find {client} and what runs on it",
    ),
)

_LOAD = (
    Detection(
        "FLOOD.REQUESTS",
        _HIGH,
        "a server is flooded with requests",
        "{client} sends {server} more than {most} requests within a second",
        "more than 500 requests in a second, or more than three times the most of the baseline (at least 50)",
        "limit the rate in a guard (limits: requests_per_second); stop {client} if nobody needs what it asks",
    ),
    Detection(
        "FLOOD.WAITING",
        _MEDIUM,
        "requests pile up without an answer",
        "{client} sent {server} {count} requests in a row without one answer",
        "100 requests on one another after the server had answered before",
        "see whether the server still lives; a client should wait for answers",
    ),
    Detection(
        "FLOOD.CONNECTIONS",
        _HIGH,
        "connections use up what a server has",
        "{client} {how} connections to {server}",
        "16 and more of one client open at a time, or 100 opened within ten seconds",
        "most devices serve a handful of connections: limit them per client in a guard or a firewall",
    ),
    Detection(
        "FLOOD.HALF_OPEN",
        _HIGH,
        "connections are begun and not completed",
        "{client} began {count} connections to {server} within ten seconds that were never opened",
        "50 and more wishes for a connection (SYN) without consent",
        "a SYN flood, or a server that is gone: see whether {server} lives, and filter {client}",
    ),
    Detection(
        "FLOOD.SLOW_BYTES",
        _MEDIUM,
        "a message is sent bit by bit",
        "{client} and {server} exchange a message bit by bit: {how}",
        "a message in four and more segments, or half of one and then nothing",
        "holds a connection for long: give partial frames a time-out in the server or in a guard before it",
    ),
)

_ANSWERS = (
    Detection(
        "TROUBLE.EXCEPTIONS",
        _MEDIUM,
        "a device refuses again and again",
        "unit {unit} of {server} refused {count} requests of {client} within a minute, last with exception {exception}",
        "20 and more refusals within a minute",
        "`port502 explain exception {exception}` says what it means; a wrong map and an overloaded device look so too",
    ),
    Detection(
        "TROUBLE.SLOW",
        _MEDIUM,
        "a device answers slower than usual",
        "unit {unit} of {server} takes {took} ms; {usual} ms was the most",
        "ten answers in a row that take more than three times the longest of the baseline, and over 100 ms",
        "see what else loads the device or the line",
        learned=True,
    ),
    Detection(
        "TROUBLE.MISSING",
        _MEDIUM,
        "usual polls are missing",
        "{client} has not asked unit {unit} of {server} for {silent} s; {usual} s was the longest pause",
        "a pause of five times the longest of the baseline, and over ten seconds",
        "see whether {client} still runs, and whether its way to {server} is there",
        learned=True,
    ),
    Detection(
        "RESPONSE.UNSOLICITED",
        _HIGH,
        "a response that nobody asked for",
        "{server} sends {client} a response to no request",
        "a response without a request, or a second one to the same, where no bytes were lost",
        "somebody may forge answers between the two: check the network's switches and ARP tables; TLS ends it",
    ),
    Detection(
        "RESPONSE.MISMATCH",
        _MEDIUM,
        "a response that does not fit its request",
        "{server} answers {client} wrongly: {why}",
        "another unit, function, count or echo than was asked for",
        "devices with faults do this too; if it is new, check whether somebody stands between the two",
    ),
    Detection(
        "NETWORK.ADDRESS_MOVED",
        _HIGH,
        "an address moved to another network card",
        "{client} was at {before} and is now said to be at {now}",
        "ARP answers that give one IP address two hardware addresses",
        "a changed device, or somebody who steps between: compare with the switch's table, fix the ARP entry",
    ),
    Detection(
        "STREAM.OVERLAP",
        _CRITICAL,
        "TCP data is sent again with other bytes",
        "the same place in the stream of {client} and {server} was sent twice with different bytes",
        "overlapping TCP segments that differ",
        "no ordinary sender does this: somebody injects data or evades a filter; a guard that forwards re-encoded"
        " messages is not deceived",
    ),
    Detection(
        "MESSAGE.MALFORMED",
        _MEDIUM,
        "a message breaks the rules",
        "{who} sends a message that breaks the protocol: {why}",
        "wrong lengths, quantities, addresses or counts in a request, or in a response whose request is not known",
        "a faulty program or somebody who tests what breaks: `port502 decode` explains the bytes",
    ),
)

_PORTS = (
    Detection(
        "PORT.NOT_MODBUS",
        _MEDIUM,
        "something else than Modbus on a Modbus port",
        "{client} and {server} exchange what is no Modbus: {why}",
        "bytes on port 502 or 802 that are no Modbus message",
        "port scanners do so; if it goes on, somebody uses the open port for other things",
    ),
    Detection(
        "PORT.ELSEWHERE",
        _LOW,
        "Modbus on another port",
        "{client} asks {server} by Modbus, which is no port for it",
        "Modbus recognised by its content; ports named by --port are taken as meant",
        "name the port if it is meant; rules of firewalls that know port 502 only do not see this",
    ),
    Detection(
        "PORT.PLAIN",
        _HIGH,
        "plain Modbus on the port for TLS",
        "{client} speaks plain Modbus to {server}",
        "Modbus messages on port 802 that are not encrypted",
        "whoever answers there does not protect what it seems to: demand TLS on 802 (R-05 of Modbus/TCP Security)",
    ),
)

DETECTIONS: Final[dict[str, Detection]] = {
    one.code: one for group in (_WHO, _WRITES, _DEVICE, _LOOKING, _LOAD, _ANSWERS, _PORTS) for one in group
}
