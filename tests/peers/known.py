"""The values that every foreign server in the tests starts with: known, unlike each other, and at the limits.

Each table begins at address 0. Bits are a multiple of 16 long because pymodbus pads its coils to whole
registers and would serve the padding.
"""

from __future__ import annotations

BITS = 2112
REGISTERS = 320

LIMITS = (0, 1, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x00FF, 0xFF00, 0x1234, 0xABCD)

COILS = [(i * i + i // 7) % 3 == 0 for i in range(BITS)]
DISCRETE_INPUTS = [(i * i + i // 5) % 4 == 1 for i in range(BITS)]
HOLDING_REGISTERS = [LIMITS[i] if i < len(LIMITS) else i * 40503 & 0xFFFF for i in range(REGISTERS)]
INPUT_REGISTERS = [LIMITS[-1 - i] if i < len(LIMITS) else i * 24593 & 0xFFFF for i in range(REGISTERS)]
