"""Dumps with offsets: ``hexdump -C``, ``xxd``, ``tcpdump -x``, ``od``, and Wireshark's "copy as hex dump"."""

from __future__ import annotations

import re

_BYTES = r"[0-9a-fA-F]{2}(?: {1,2}[0-9a-fA-F]{2})*"
_PAIRS = r"[0-9a-fA-F]{2,4}(?: [0-9a-fA-F]{2,4})*"
_LINES = (
    # hexdump -C: two spaces in the middle, text between bars
    re.compile(rf"\s*(?P<at>[0-9a-fA-F]{{8}})  (?P<hex>{_BYTES})\s+\|.*"),
    # xxd, tcpdump -x: a colon behind the offset
    re.compile(rf"\s*(?:0x)?(?P<at>[0-9a-fA-F]{{4,8}}):\s+(?P<hex>{_PAIRS})(?:\s{{2,}}.*|\s*)"),
    # Wireshark, hexdump without text, od -t x1
    re.compile(rf"\s*(?P<at>[0-9a-fA-F]{{4,8}}) {{1,4}}(?P<hex>{_BYTES})(?:\s{{2,}}.*|\s*)"),
)
_WORDS = re.compile(r"\s*(?P<at>[0-9a-fA-F]{7})(?P<hex>(?: +[0-9a-fA-F]{4})+)\s*")
_END = re.compile(r"\s*(?:0x)?(?P<at>[0-9a-fA-F]{4,8}):?\s*")
_OCTAL = re.compile(r"[0-7]{7}")
LONGEST = 1 << 20
"""Bytes that one dump may have."""


class Dump:
    """A dump as its lines come in: it begins at offset 0 and goes on where the line before ended."""

    def __init__(self) -> None:
        self._data = bytearray()
        self.swapped = False
        self._repeats = False
        self._octal = False

    @property
    def data(self) -> bytes:
        """The bytes so far."""
        return bytes(self._data)

    def takes(self, line: str) -> bool:
        """Whether a line goes on with this dump (or begins it), which then holds its bytes."""
        if self._data and line.strip() == "*":
            self._repeats = True
            return True
        for form in _LINES:
            found = form.fullmatch(line)
            if found is not None and self._fits(found["at"]):
                self._add(bytes.fromhex(_even(found["hex"])))
                return True
        found = _WORDS.fullmatch(line)
        if found is not None and self._fits(found["at"]):
            # hexdump and od without options print the words as a little-endian machine reads them.
            words = found["hex"].split()
            self._add(b"".join(bytes.fromhex(word)[::-1] for word in words))
            self.swapped = True
            return True
        end = _END.fullmatch(line)
        return bool(self._data) and end is not None and self._fits(end["at"])

    def _fits(self, at: str) -> bool:
        if not self._data:
            return int(at, 16) == 0
        offsets = {int(at, 16)} | ({int(at, 8)} if _OCTAL.fullmatch(at) else set())
        if self._repeats:
            return self._fill(min(offsets))
        return len(self._data) in offsets

    def _fill(self, offset: int) -> bool:
        """A star stands for lines like the one before, up to the next offset."""
        if not len(self._data) <= offset <= LONGEST:
            return False
        row = self._data[-16:]
        missing = offset - len(self._data)
        self._data += (row * (missing // len(row) + 1))[:missing]
        self._repeats = False
        return True

    def _add(self, data: bytes) -> None:
        if len(self._data) < LONGEST:
            self._data += data


def _even(digits: str) -> str:
    """Digits in groups; a group of three is cut to two, for nobody knows its other half."""
    return "".join(group[: len(group) // 2 * 2] for group in digits.split())
