"""The requirements of Modbus/TCP Security v36 (2021-07-30) by number, in our words, and where they are not met in full.

The table in the documentation is made of these and of the tests that carry the numbers in their names.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

SHOULD = "should"
MAY = "may"
MUST = "must"

REQUIREMENTS: dict[int, tuple[str, str]] = {
    1: (MUST, "TLS 1.2 or newer"),
    2: (MUST, "mutual authentication of client and server"),
    3: (MUST, "X.509v3 certificates"),
    4: (MUST, "enforced authorization uses the role in the certificate"),
    5: (MUST, "the Modbus frame inside of TLS is unchanged"),
    6: (MUST, "both sides are authenticated"),
    7: (MUST, "the server asks for the client's certificate"),
    8: (MUST, "the client sends its certificate"),
    10: (MUST, "without a client certificate the server sends a fatal alert and ends the connection"),
    11: (MUST, "no session is resumed after a fatal alert"),
    12: (MUST, "only suites registered with IANA"),
    14: (MUST, "with an RSA key: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    16: (SHOULD, "the server authorizes by role"),
    17: (MUST, "a server that does fulfils the requirements about roles"),
    20: (SHOULD, "client certificates carry a role"),
    21: (MUST, "the role's object identifier is 1.3.6.1.4.1.50316.802.1"),
    22: (MUST, "the role is an ASN.1 UTF8String"),
    23: (MUST, "without a role the NULL role goes to the authorization, and the connection stays"),
    24: (MAY, "the algorithm of the authorization is the vendor's"),
    25: (MAY, "the syntax of its rules is the vendor's"),
    26: (MUST, "the rules can be configured by the user"),
    27: (MUST, "roles and their rights can be changed by the user"),
    28: (MUST, "no role is built in for good"),
    30: (MUST, "the server extracts the role from the client's certificate"),
    31: (MUST, "an unauthorized request is answered with exception 01"),
    32: (MUST, "conforms to TLS 1.2 (RFC 5246)"),
    33: (MUST, "newer versions of TLS may be negotiated"),
    34: (MUST, "never down to TLS 1.1, TLS 1.0 or SSL 3"),
    35: (MUST, "no SSL 2 or SSL 1 (RFC 6176)"),
    36: (MUST, "a suite in counter mode"),
    37: (MUST, "never TLS_NULL_WITH_NULL_NULL"),
    38: (MUST, "suites from IANA's registry only"),
    39: (MUST, "key exchange with RSA certificates"),
    40: (SHOULD, "key exchange on elliptic curves"),
    41: (MUST, "the handshake is mutual"),
    42: (SHOULD, "sessions can be resumed"),
    43: (MAY, "session tickets"),
    44: (MUST, "an end with a fatal alert where a client has no certificate"),
    45: (SHOULD, "certificates are signed by an authority"),
    46: (MUST, "the whole chain is sent"),
    47: (MUST, "certificates conform to RFC 5280"),
    48: (MAY, "a site may need encryption"),
    49: (MAY, "a site may do without encryption"),
    50: (MUST, "no HMAC-MD5"),
    51: (MUST, "no HMAC-SHA-1"),
    52: (MUST, "HMAC-SHA-256 is there"),
    53: (MUST, "no suite without a MAC"),
    54: (MUST, "the pseudo-random function uses SHA-256"),
    55: (MUST, "the pseudo-random function does not use SHA-1"),
    57: (MUST, "the extension for the maximum fragment length (RFC 6066)"),
    58: (MUST, "fragments of 512 bytes can be negotiated"),
    59: (MUST, "no compression"),
    60: (MUST, "the indication of renegotiation (RFC 5746)"),
    61: (MUST, "elliptic curves: P-256"),
    62: (MUST, "elliptic curves: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    63: (MUST, "elliptic curves: the extension of supported curves (RFC 4492)"),
    64: (MUST, "elliptic curves: the extension of point formats (RFC 4492)"),
    65: (MUST, "exactly one role, the whole text"),
    66: (SHOULD, "suites without encryption stand last in the client's offer"),
    67: (SHOULD, "a server may enable TLS_RSA_WITH_NULL_SHA256"),
}
"""Number → (how binding it is, what it asks for)."""

LIMITS: dict[int, str] = {
    42: "Servers resume sessions; the clients of port502 always make a full handshake, so that every check is made.",
    43: "Not used: sessions are kept in the server's memory and end when certificates or revocation lists change.",
    49: "Off unless asked for: `allow_null` of `server_context` and `client_context`.",
    57: "Met by servers. Python's `ssl` has no call by which a client could ask for it.",
    58: "Met by servers. Python's `ssl` has no call by which a client could ask for it.",
    67: "Off unless asked for with `allow_null`, which also lowers OpenSSL's security level and stays at TLS 1.2.",
}
"""Where a requirement is met with a limit, and why."""

TESTS = Path(__file__).with_name("test_security.py")


def shown_by() -> dict[int, list[tuple[str, str]]]:
    """The tests of each requirement, by the numbers in their names: (name, what it shows)."""
    found: dict[int, list[tuple[str, str]]] = {}
    for node in ast.parse(TESTS.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_r"):
            numbers = re.match(r"test((?:_r\d{2})+)_", node.name)
            assert numbers is not None, node.name
            for number in re.findall(r"\d{2}", numbers[1]):
                found.setdefault(int(number), []).append((node.name, ast.get_docstring(node) or ""))
    return found
