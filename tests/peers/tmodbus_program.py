"""tmodbus over TLS, as a program of its own for Python 3.12 or newer: a server, or a client that prints JSON.

``server`` says ``listening PORT`` and answers holding registers with 42 to the role ``operator``, with exception 01
to anybody else. ``client PORT`` reads ten holding registers and writes one. Certificate, key and authority follow.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from typing import Any

from tmodbus import create_async_tcp_client
from tmodbus.exceptions import IllegalFunctionError, ModbusResponseError
from tmodbus.pdu.holding_registers import ReadHoldingRegistersPDU
from tmodbus.server import AsyncTcpServer, ModbusRequestRouter
from tmodbus.server.handler import RequestContext
from tmodbus.server.security import extract_modbus_role


def context(kind: int, certificate: str, key: str, authority: str) -> ssl.SSLContext:
    made = ssl.SSLContext(kind)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(certificate, key)
    made.load_verify_locations(authority)
    made.verify_mode = ssl.CERT_REQUIRED
    return made


async def serve(secure: ssl.SSLContext) -> None:
    router = ModbusRequestRouter()

    @router.register(ReadHoldingRegistersPDU)
    async def read(unit_id: int, request: Any, context: RequestContext) -> list[int]:
        role = extract_modbus_role(context.client_cert) if context.client_cert else None
        if role != "operator":
            raise IllegalFunctionError(request.function_code)
        return [42] * request.quantity

    server = AsyncTcpServer(host="127.0.0.1", port=0, handler=router, ssl_context=secure)
    await server.start()
    print(f"listening {server._server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()


async def call(port: int, secure: ssl.SSLContext) -> None:
    client = create_async_tcp_client(
        "127.0.0.1", port, unit_id=1, ssl=secure, server_hostname="localhost", auto_reconnect=False
    )
    told: dict[str, object] = {}
    async with client:
        for name, asked in (
            ("read", lambda: client.read_holding_registers(0, 10)),
            ("write", lambda: client.write_single_register(3, 4711)),
        ):
            try:
                told[name] = await asked()
            except ModbusResponseError as error:
                told[name] = f"exception {int(error.error_code)}"
    print(json.dumps(told))


if __name__ == "__main__":
    if sys.argv[1] == "server":
        asyncio.run(serve(context(ssl.PROTOCOL_TLS_SERVER, *sys.argv[2:5])))
    else:
        asyncio.run(call(int(sys.argv[2]), context(ssl.PROTOCOL_TLS_CLIENT, *sys.argv[3:6])))
