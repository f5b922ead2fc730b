"""The cipher suites that are understood: how records are encrypted, and with which hash keys are derived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Suite:
    """``key`` bytes of key; ``mac`` is the hash of the checksum of CBC suites; ``tag`` bytes end a record of CCM."""

    mode: Literal["gcm", "ccm", "chacha", "cbc"]
    key: int
    hash: Literal["sha256", "sha384"]
    mac: Literal["", "sha1", "sha256", "sha384"] = ""
    tag: int = 16


_AES128 = Suite("gcm", 16, "sha256")
_AES256 = Suite("gcm", 32, "sha384")
_CHACHA = Suite("chacha", 32, "sha256")
_CCM128, _CCM256 = Suite("ccm", 16, "sha256"), Suite("ccm", 32, "sha256")
_CCM8_128, _CCM8_256 = Suite("ccm", 16, "sha256", tag=8), Suite("ccm", 32, "sha256", tag=8)
_CBC128, _CBC256 = Suite("cbc", 16, "sha256", "sha1"), Suite("cbc", 32, "sha256", "sha1")
_CBC128_SHA256, _CBC256_SHA256 = Suite("cbc", 16, "sha256", "sha256"), Suite("cbc", 32, "sha256", "sha256")
_CBC256_SHA384 = Suite("cbc", 32, "sha384", "sha384")

SUITES: Final[dict[int, Suite]] = {
    0x1301: _AES128,
    0x1302: _AES256,
    0x1303: _CHACHA,
    0x1304: _CCM128,
    0x1305: _CCM8_128,
    **dict.fromkeys((0x009C, 0x009E, 0xC02B, 0xC02F), _AES128),
    **dict.fromkeys((0x009D, 0x009F, 0xC02C, 0xC030), _AES256),
    **dict.fromkeys((0xCCA8, 0xCCA9, 0xCCAA), _CHACHA),
    **dict.fromkeys((0xC09C, 0xC09E, 0xC0AC), _CCM128),
    **dict.fromkeys((0xC09D, 0xC09F, 0xC0AD), _CCM256),
    **dict.fromkeys((0xC0A0, 0xC0A2, 0xC0AE), _CCM8_128),
    **dict.fromkeys((0xC0A1, 0xC0A3, 0xC0AF), _CCM8_256),
    **dict.fromkeys((0x002F, 0x0033, 0xC009, 0xC013), _CBC128),
    **dict.fromkeys((0x0035, 0x0039, 0xC00A, 0xC014), _CBC256),
    **dict.fromkeys((0x003C, 0x0067, 0xC023, 0xC027), _CBC128_SHA256),
    **dict.fromkeys((0x003D, 0x006B), _CBC256_SHA256),
    **dict.fromkeys((0xC024, 0xC028), _CBC256_SHA384),
}
"""By their number in the hello."""

MAC_SIZES: Final = {"": 0, "sha1": 20, "sha256": 32, "sha384": 48}
