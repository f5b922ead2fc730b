"""Both of our clients behind one way of calling, so that each holds every conversation."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from port502.client import Client, SyncClient


class AsyncFace:
    """The asyncio client, each call run to its end on a loop of its own."""

    def __init__(self, client: Client, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(*arguments: Any, **options: Any) -> Any:
            async def in_loop() -> Any:
                result = method(*arguments, **options)
                return await result if inspect.isawaitable(result) else result

            return self._runner.run(in_loop())

        return call


Face = AsyncFace | SyncClient


@contextlib.contextmanager
def asynchronous(url: str, **settings: Any) -> Iterator[Face]:
    with asyncio.Runner() as runner:
        client = Client(url, **settings)
        face = AsyncFace(client, runner)
        face.connect()
        try:
            yield face
        finally:
            face.close()


@contextlib.contextmanager
def blocking(url: str, **settings: Any) -> Iterator[Face]:
    with SyncClient(url, **settings) as client:
        yield client


FACES: dict[str, Callable[..., contextlib.AbstractContextManager[Face]]] = {
    "async": asynchronous,
    "blocking": blocking,
}
