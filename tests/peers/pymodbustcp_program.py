"""pyModbusTCP's server with the known values, as a program: ``python -m tests.peers.pymodbustcp_program``."""

from __future__ import annotations

import os
import sys

from pyModbusTCP.server import DataBank, DeviceIdentification, ModbusServer

from tests.peers import known


def serve() -> None:
    bank = DataBank(
        coils_size=known.BITS,
        d_inputs_size=known.BITS,
        h_regs_size=known.REGISTERS,
        i_regs_size=known.REGISTERS,
    )
    bank.set_coils(0, known.COILS)
    bank.set_discrete_inputs(0, known.DISCRETE_INPUTS)
    bank.set_holding_registers(0, known.HOLDING_REGISTERS)
    bank.set_input_registers(0, known.INPUT_REGISTERS)
    identity = DeviceIdentification(vendor_name=b"Acme", product_code=b"B200", major_minor_revision=b"1.4")
    server = ModbusServer("127.0.0.1", 0, no_block=True, data_bank=bank, device_id=identity)
    server.start()
    print(f"listening {server._service.server_address[1]}", flush=True)
    sys.stdin.read()
    os._exit(0)  # its own stop takes half a second


if __name__ == "__main__":
    serve()
