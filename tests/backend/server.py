"""The application behind a real HTTP server on a loopback port, in a thread of the test."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

import httpx
import uvicorn
from fastapi import FastAPI


class Server:
    """A context in which `client` talks to the application."""

    def __init__(self, app: FastAPI) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def __enter__(self) -> Self:
        # The socket listens already, so a request that comes before the server is ready waits for it.
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
