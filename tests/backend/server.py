"""Applications behind a real HTTP server on loopback ports, in threads of the test run.

A uvicorn is asleep for a quarter of a second on its way out, and half a thousand tests want one. So those that are ever
needed at once stay up for the whole run, and an application is put behind one that is free.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Self

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

_SECONDS_FOR_LAST_ANSWERS = 5

# A client would read all certificates of the world for itself, and needs none on loopback.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _Front:
    """A uvicorn that hands on what it is asked to one application after another."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(self._hand_on, log_config=None, lifespan="off", interface="asgi3")
        self._server = uvicorn.Server(config)
        self._loop: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), name="front", daemon=True)
        self._app: FastAPI | None = None
        self._lifespan: AbstractAsyncContextManager[object] | None = None
        self._in_flight: set[asyncio.Task[object]] = set()
        # The socket listens already, so a request that comes before the server is ready waits for it.
        self._thread.start()

    def open(self, app: FastAPI) -> None:
        """Start an application, and ask it from now on."""
        asyncio.run_coroutine_threadsafe(self._open(app), self._loop.result()).result()

    def close(self) -> None:
        """End the application, once what it was asked is answered."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop.result()).result()

    def end(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    async def _serve(self) -> None:
        self._loop.set_result(asyncio.get_running_loop())
        await self._server.serve([self._socket])

    async def _open(self, app: FastAPI) -> None:
        self._lifespan = app.router.lifespan_context(app)
        await self._lifespan.__aenter__()
        self._app = app

    async def _close(self) -> None:
        assert self._lifespan is not None
        self._app = None
        await self._lifespan.__aexit__(None, None, None)
        if self._in_flight:
            _, unanswered = await asyncio.wait(self._in_flight, timeout=_SECONDS_FOR_LAST_ANSWERS)
            assert not unanswered, "the application was left with requests that it does not answer"

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._app is not None, "asked after its application ended"
        task = asyncio.current_task()
        assert task is not None
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)
        await self._app(scope, receive, send)


_FREE: list[_Front] = []


def end_servers() -> None:
    """At the end of the run."""
    while _FREE:
        _FREE.pop().end()


class Server:
    """A context in which `client` talks to the application."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._front = _FREE.pop() if _FREE else _Front()
        self.url = self._front.url
        self.client = httpx.Client(base_url=self.url, timeout=30, trust_env=False, verify=_NO_TLS)

    def __enter__(self) -> Self:
        self._front.open(self._app)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self._front.close()
        _FREE.append(self._front)
