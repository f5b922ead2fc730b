"""Client and SyncClient: typed calls on one connection, each Modbus function a method."""

from port502.client.async_calls import AsyncCalls
from port502.client.async_client import AsyncUnit, Client
from port502.client.dialogue import Reading
from port502.client.settings import ClientSettings, Reconnect
from port502.client.sync_calls import BlockingCalls
from port502.client.sync_client import BlockingUnit, SyncClient

__all__ = [
    "AsyncCalls",
    "AsyncUnit",
    "BlockingCalls",
    "BlockingUnit",
    "Client",
    "ClientSettings",
    "Reading",
    "Reconnect",
    "SyncClient",
]
